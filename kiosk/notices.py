"""What staff read of the kiosk: one word on the idle screen, and all of it when they ask."""

from collections.abc import Collection, Iterator, Sequence

from kaiku.text import Text
from kiosk import words
from kiosk.desk import Report
from kiosk.link import Contact, Link


def worst(link: Link, missing: Collection[str], parked: int, *, disk_fails: bool) -> Text | None:
    """Return what staff should see, or None where all is well: what most needs mending."""
    return next(troubles(link, missing, parked, disk_fails=disk_fails), None)


def troubles(
    link: Link, missing: Collection[str | Text], parked: int, *, disk_fails: bool
) -> Iterator[Text]:
    """Yield what is wrong.

    What keeps everybody out comes first, what only the records suffer from last. ``missing`` are
    the devices that are not there, ``parked`` the uses that the register cannot take.
    """
    if link.contact is Contact.REVOKED:
        yield words.NOT_ENROLLED
    if disk_fails:
        yield words.DISK_FULL
    for device in missing:
        yield words.DEVICE_LOST.fill(device=device)
    if link.clock_suspect:
        yield words.CLOCK_WRONG
    if link.contact is Contact.DOWN:
        yield words.NO_NETWORK
    if parked:
        yield words.PARKED.fill(count=parked)


def report(
    link: Link,
    missing: Sequence[Text],
    devices: int,
    parked: int,
    unsent: int | None,
    version: str,
    *,
    disk_fails: bool,
) -> Report:
    """Return all that staff are told when they ask; of ``devices`` those ``missing`` are lost."""
    return Report(
        troubles=tuple(troubles(link, missing, parked, disk_fails=disk_fails)),
        serves=not disk_fails and link.contact is not Contact.REVOKED,
        connected=None if link.contact is Contact.UNTRIED else link.contact is Contact.UP,
        heard=link.last_contact,
        unsent=unsent,
        devices=devices,
        working=devices - len(missing),
        version=version,
    )
