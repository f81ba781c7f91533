"""What staff read of the kiosk: one word on the idle screen, and all of it when they ask."""

from collections.abc import Collection, Iterable, Iterator

from kaiku.text import Text
from kiosk import words
from kiosk.desk import Report
from kiosk.link import Contact, Link


def troubles(
    link: Link,
    missing: Collection[Text],
    parked: int,
    *,
    disk_fails: bool,
    key_foreign: bool = False,
    cards_awaited: bool = False,
    was_spoiled: bool = False,
) -> Iterator[Text]:
    """Yield what staff should see, what most needs mending first; nothing where all is well.

    What keeps everybody out comes first, what only the records suffer from last. ``missing`` are
    the devices that are not there, ``parked`` the uses that the register cannot take;
    ``key_foreign`` is a kiosk whose key is not the register's, ``cards_awaited`` one that has not
    had the whole card list yet, or lost it, and ``was_spoiled`` one whose journal was set aside.
    """
    if link.contact is Contact.REVOKED:
        yield words.NOT_ENROLLED
    if disk_fails:
        yield words.DISK_FULL
    if key_foreign:
        yield words.KEY_FOREIGN
    for device in missing:
        yield words.DEVICE_LOST.fill(device=device)
    if link.clock_suspect:
        yield words.CLOCK_WRONG
    match link.contact:
        case Contact.REFUSED:
            yield words.TOKEN_REFUSED
        case Contact.UNTRUSTED:
            yield words.UNTRUSTED
    if cards_awaited and link.contact is not Contact.REVOKED:
        yield words.CARDS_AWAITED
    if link.contact is Contact.DOWN:
        yield words.NO_NETWORK
    if was_spoiled:
        yield words.JOURNAL_SPOILED
    if parked:
        yield words.PARKED.fill(count=parked)


def report(
    link: Link,
    found: Iterable[Text],
    devices: int,
    missing: int,
    unsent: int | None,
    version: str,
    *,
    disk_fails: bool,
    key_foreign: bool = False,
    cards_awaited: bool = False,
) -> Report:
    """Return all that staff are told when they ask: the troubles found, and how it does."""
    return Report(
        troubles=tuple(found),
        serves=not (
            disk_fails
            or key_foreign
            or link.contact is Contact.REVOKED
            or (cards_awaited and link.contact is Contact.DOWN)
        ),
        connected=None if link.contact is Contact.UNTRIED else link.contact is Contact.UP,
        heard=link.last_contact,
        unsent=unsent,
        devices=devices,
        working=devices - missing,
        version=version,
    )
