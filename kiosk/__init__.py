"""Kaikuportti: the kiosk that reads a card, decides, records, tells and opens the gate."""

import sys

# httpx loads its own command line where rich is installed: a quarter of the kiosk's start.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
