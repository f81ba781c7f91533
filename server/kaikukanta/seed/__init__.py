"""Sample data: a network that looks real, made the same again from the same arguments.

Nothing in it is anybody's. Its secrets follow from the arguments, so a seeded register is for
trying out and for tests, never for service.
"""
