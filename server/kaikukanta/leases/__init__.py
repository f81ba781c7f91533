"""Leases: parts of a shared cap that kiosks give away by themselves (promise P2)."""
