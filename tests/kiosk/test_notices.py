"""What staff read on the idle screen."""

from collections.abc import Collection

from kaiku.text import Text
from kiosk import words
from kiosk.link import Contact, Link
from kiosk.notices import troubles


def worst(link: Link, missing: Collection[str], parked: int, **ailing: bool) -> Text | None:
    """Return what is said first."""
    return next(troubles(link, missing, parked, **ailing), None)


def test_all_is_well() -> None:
    """Nothing is said."""
    assert worst(Link(Contact.UP), (), 0, disk_fails=False) is None


def test_what_most_needs_mending_is_said_first() -> None:
    """Each hides those after it, until it is mended."""
    link = Link(Contact.REVOKED, clock_doubted=True)
    assert worst(link, ["gate"], 2, disk_fails=True) == words.NOT_ENROLLED
    link.contact = Contact.DOWN
    assert worst(link, ["gate"], 2, disk_fails=True) == words.DISK_FULL
    foreign = worst(link, ["gate"], 2, disk_fails=False, key_foreign=True)
    assert foreign == words.KEY_FOREIGN
    missing = worst(link, ["gate"], 2, disk_fails=False)
    assert missing == words.DEVICE_LOST.fill(device="gate")
    assert worst(link, (), 2, disk_fails=False) == words.CLOCK_WRONG
    link.clock_doubted = False
    assert worst(link, (), 2, disk_fails=False) == words.NO_NETWORK
    assert worst(link, (), 2, disk_fails=False, cards_awaited=True) == words.CARDS_AWAITED
    link.contact = Contact.UP
    assert worst(link, (), 2, disk_fails=False, was_spoiled=True) == words.JOURNAL_SPOILED
    parked = worst(link, (), 2, disk_fails=False)
    assert parked is not None
    assert parked.fi == "Rekisteri ei ota käyntejä vastaan: 2"
