"""What staff read on the idle screen."""

from collections.abc import Collection

import pytest

from kaiku.text import Text
from kiosk import words
from kiosk.link import Contact, Link
from kiosk.notices import report, troubles

GATE = words.DEVICES["gate"]


def worst(link: Link, missing: Collection[Text], parked: int, **ailing: bool) -> Text | None:
    """Return what is said first."""
    return next(troubles(link, missing, parked, **ailing), None)


def test_all_is_well() -> None:
    """Nothing is said."""
    assert worst(Link(Contact.UP), (), 0, disk_fails=False) is None


def test_what_most_needs_mending_is_said_first() -> None:
    """Each hides those after it, until it is mended."""
    link = Link(Contact.REVOKED, clock_doubted=True)
    assert worst(link, [GATE], 2, disk_fails=True) == words.NOT_ENROLLED
    link.contact = Contact.DOWN
    assert worst(link, [GATE], 2, disk_fails=True) == words.DISK_FULL
    foreign = worst(link, [GATE], 2, disk_fails=False, key_foreign=True)
    assert foreign == words.KEY_FOREIGN
    missing = worst(link, [GATE], 2, disk_fails=False)
    assert missing == words.DEVICE_LOST.fill(device=GATE)
    assert worst(link, (), 2, disk_fails=False) == words.CLOCK_WRONG
    link.clock_doubted = False
    assert worst(link, (), 2, disk_fails=False) == words.NO_NETWORK
    assert worst(link, (), 2, disk_fails=False, cards_awaited=True) == words.CARDS_AWAITED
    link.contact = Contact.UP
    assert worst(link, (), 2, disk_fails=False, was_spoiled=True) == words.JOURNAL_SPOILED
    parked = worst(link, (), 2, disk_fails=False)
    assert parked is not None
    assert parked.fi == "Käyntejä ei oteta vastaan: 2"


@pytest.mark.parametrize(
    ("contact", "told"),
    [
        (Contact.REFUSED, "Kiosk not recognised"),
        (Contact.UNTRUSTED, "Certificate not valid"),
    ],
)
def test_a_register_that_does_not_come_back_by_itself_is_no_missing_network(
    contact: Contact, told: str
) -> None:
    """Staff must call support; cards are awaited for ever until then."""
    found = [*troubles(Link(contact), (), 0, disk_fails=False, cards_awaited=True)]
    assert [text.en for text in found] == [told, words.CARDS_AWAITED.en]


def test_a_revoked_kiosk_does_not_fetch_cards() -> None:
    """It has forgotten them for good."""
    found = troubles(Link(Contact.REVOKED), (), 0, disk_fails=False, cards_awaited=True)
    assert [*found] == [words.NOT_ENROLLED]


@pytest.mark.parametrize(
    ("contact", "troubles", "serves"),
    [
        (Contact.DOWN, {}, True),
        (Contact.UP, {"cards_awaited": True}, True),
        (Contact.DOWN, {"cards_awaited": True}, False),
        (Contact.UP, {"key_foreign": True}, False),
        (Contact.REVOKED, {}, False),
    ],
)
def test_staff_see_a_fault_where_nobody_can_be_let_in(
    contact: Contact, troubles: dict[str, bool], serves: bool
) -> None:
    """Lamps have no words: of how the kiosk does they tell this alone."""
    told = report(Link(contact), [], 1, 0, 0, "1", disk_fails=False, **troubles)
    assert told.serves is serves
