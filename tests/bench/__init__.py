"""``make bench``: what the promises cost, each figure beside its floor in the same run.

A floor is the least that the same work could take on this machine: bare SQLite for a verdict, bare
inserts for a first sync, a bare interpreter with the same libraries for memory.
"""
