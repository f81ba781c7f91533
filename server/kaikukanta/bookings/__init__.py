"""Places taken beforehand, by a venue's staff or by an agent (OM-42, 49, 57, 61, 65, 66)."""
