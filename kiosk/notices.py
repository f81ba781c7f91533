"""Which one word staff read on the idle screen: what most needs mending."""

from collections.abc import Collection

from kaiku.text import Text
from kiosk import words
from kiosk.link import Contact, Link


def worst(
    link: Link,
    missing: Collection[str],
    parked: int,
    *,
    disk_fails: bool,
    cards_awaited: bool = False,
    was_spoiled: bool = False,
) -> Text | None:
    """Return what staff should see, or None where all is well.

    What keeps everybody out comes first, what only the records suffer from last. ``missing`` are
    the devices that are not there, ``parked`` the uses that the register cannot take;
    ``cards_awaited`` is a kiosk that has not had the whole card list yet, or lost it, and
    ``was_spoiled`` one whose journal was set aside.
    """
    if link.contact is Contact.REVOKED:
        return words.NOT_ENROLLED
    if disk_fails:
        return words.DISK_FULL
    if missing:
        return words.DEVICE_LOST.fill(device=next(iter(missing)))
    if link.clock_suspect:
        return words.CLOCK_WRONG
    if cards_awaited:
        return words.CARDS_AWAITED
    if link.contact is Contact.DOWN:
        return words.NO_NETWORK
    if was_spoiled:
        return words.JOURNAL_SPOILED
    if parked:
        return words.PARKED.fill(count=parked)
    return None
