"""The order of changes: one counter that every kiosk's cursor points into."""
