"""The Debian package of the kiosk: what is in it, and how it is built (``make package``)."""
