"""Kaikuportti: the kiosk that reads a card, decides, records, tells and opens the gate."""
