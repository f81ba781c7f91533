"""Kiosks: enrolment by a one-time code, the change feed with its events, and their heartbeat."""
