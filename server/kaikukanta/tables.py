"""Every table of the register, for those who need the schema whole."""

from server.kaikukanta.base import METADATA
from server.kaikukanta.bookings import tables as bookings
from server.kaikukanta.cards import tables as cards
from server.kaikukanta.feed import tables as feed
from server.kaikukanta.kiosks import tables as kiosks
from server.kaikukanta.network import tables as network
from server.kaikukanta.offerings import tables as offerings
from server.kaikukanta.uses import tables as uses

__all__ = ["METADATA", "bookings", "cards", "feed", "kiosks", "network", "offerings", "uses"]
