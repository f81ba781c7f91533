"""From a scan to the digest of a card: the number itself goes no further than this."""

import re
import secrets
from dataclasses import dataclass, field

from kaiku.digest import KEY_SIZE, check_value, digest
from kaiku.number import EARLIER, read
from kiosk.log import log


def nobodys_key() -> bytes:
    """Return a key under which no card is known."""
    return secrets.token_bytes(KEY_SIZE)


@dataclass
class Reading:
    """The network's digest key and the pattern of earlier numbers, as the register tells them.

    Without the network's key it has nobody's.
    """

    key: bytes = field(default_factory=nobodys_key, repr=False)
    earlier: re.Pattern[str] = EARLIER

    def accept(self, pattern: str | None) -> None:
        """Take the register's pattern of earlier numbers; without a usable one, keep the last."""
        if pattern is None or pattern == self.earlier.pattern:
            return
        try:
            self.earlier = re.compile(pattern)
        except (re.error, OverflowError, RecursionError) as error:
            log("pattern_refused", why=str(error))

    def has_key(self, check: str) -> bool:
        """Tell whether the key is the one of a check value."""
        return check_value(self.key) == check

    def forget(self) -> None:
        """Forget the network's key: the kiosk was revoked (promise P6)."""
        self.key = nobodys_key()

    def digest(self, scan: bytes) -> bytes | None:
        """Return the card's digest, or None for an unreadable scan."""
        number = read(scan, self.earlier)
        return None if number is None else digest(number, self.key)
