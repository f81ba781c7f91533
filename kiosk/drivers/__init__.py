"""Input and gate devices, one file each: ``<role>_<driver>.py`` serves ``driver = "<driver>"`` in that role."""
