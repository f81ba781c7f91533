"""What runs on servers: the register and, apart from it, the holder's own service.

The modules of this level (database, security, problems) serve both and know neither.
"""
