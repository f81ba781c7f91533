"""Scanners, keypads, gates and buzzers, a file each.

``<role>_<driver>.py`` serves ``driver = "<driver>"`` in that role.
"""
