"""The register's settings, from ``KAIKUKANTA_*`` in the environment, and the network's digest key.

The key is kept in a file apart from the database, so that a copy of the database alone gives no way
from a number to its digest (promise P6).
"""

import os
import re
import secrets
from collections.abc import Iterable, Iterator
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, PositiveInt
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from kaiku.digest import KEY_SIZE
from kaiku.group import USUAL_SIZE, GroupSize
from kaiku.number import EARLIER
from kaiku.wire import MOST_MEMBERS


def _seconds(value: Any) -> Any:
    return float(value) if isinstance(value, str) and value.isdecimal() else value


def _database(url: str) -> str:
    """Raise ``ValueError`` for a database that the register cannot be kept in."""
    try:
        found = make_url(url)
    except ArgumentError:
        raise ValueError(DATABASES) from None
    if found.drivername not in {"sqlite", "postgresql+psycopg"} or not found.database:
        raise ValueError(DATABASES)
    return url


DATABASES = "it is neither sqlite:///FILE nor postgresql+psycopg://USER@HOST/NAME"

Duration = Annotated[timedelta, BeforeValidator(_seconds), Field(ge=timedelta(0))]
"""Seconds, or ISO 8601 such as ``PT15M``."""

Window = Annotated[Duration, Field(ge=timedelta(seconds=1))]
"""A duration of at least a second, to count something in."""

_PREFIX = "KAIKUKANTA_"


class Settings(BaseSettings):
    """What an operator may set."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, frozen=True)

    database_url: Annotated[str, AfterValidator(_database)] = Field(
        default="sqlite:///kaikukanta.sqlite", repr=False
    )
    digest_key_file: Path = Path("kaikukanta.key")
    earlier_numbers: re.Pattern[str] = EARLIER
    """The pattern of card numbers that were in use before ours."""

    amend_within: Duration = timedelta(minutes=15)
    """How long after its recording the party of a use may change."""
    void_within: Duration = timedelta(minutes=15)
    clock_tolerance: Duration = timedelta(minutes=10)
    """How far from the register's time a use still counts as happening now."""

    group_largest: Annotated[int, Field(ge=2, le=MOST_MEMBERS + 1)] = USUAL_SIZE.largest
    """The most persons of a group on a community card (OM-37)."""
    group_leader_counts: bool = USUAL_SIZE.leader_counts
    """Whether its leader is one of them; the source leaves it open (OM-37)."""

    recall_wait: Duration = timedelta(seconds=0.4)
    """How long a decision waits for kiosks to give leased seats back; a kiosk waits for 0.8 s."""

    attempts_window: Window = timedelta(minutes=10)
    """The time over which failed attempts are counted."""
    wrong_cards: PositiveInt = 60
    failed_tokens: PositiveInt = 100
    failed_codes: PositiveInt = 20

    keep_attempts: Duration = timedelta(days=1)
    """How long failed attempts are kept: their subject may be a network address."""
    keep_codes: Duration = timedelta(days=30)
    """How long an enrolment code is kept that is used up or expired."""
    keep_tokens: Duration = timedelta(days=730)
    """How long a kiosk that was taken out is still told so, and a revoked token is known."""
    keep_cards: Duration = timedelta(days=730)
    """How long the number of a card is kept that has ended or is no longer valid."""
    keep_unknown: Duration = timedelta(days=365)
    """How long the digest is kept of what was shown and is no card of the register."""

    body_limit: PositiveInt = 1024 * 1024
    """Bytes of a request's body."""

    page_rows: PositiveInt = 50_000
    """Rows of one page of the change feed."""

    @property
    def group_size(self) -> GroupSize:
        """How large a group may be, as the rules take it."""
        return GroupSize(self.group_largest, self.group_leader_counts)


def strangers(environment: Iterable[str]) -> Iterator[str]:
    """Yield what is to be said of each variable that looks like a setting and is none."""
    known = {f"{_PREFIX}{name}".upper() for name in Settings.model_fields}
    for name in sorted(environment):
        if name.upper().startswith(_PREFIX) and name.upper() not in known:
            near = get_close_matches(name.upper(), known, n=1, cutoff=0.0)
            yield f"{name} is no setting and changes nothing: is {near[0]} meant?"


class DigestKeyError(Exception):
    """The digest key is missing or does not fit; the text names the file."""


def read_digest_key(settings: Settings) -> bytes:
    """Return the network's 32-byte digest key; raise :class:`DigestKeyError` without a good one."""
    path = settings.digest_key_file
    try:
        key = bytes.fromhex(path.read_text("ascii").strip())
    except FileNotFoundError:
        raise DigestKeyError(
            f"{path} is missing: put it back from its safe copy, or mend"
            " KAIKUKANTA_DIGEST_KEY_FILE; a register without cards gets a new one by kaikukanta"
            " migrate"
        ) from None
    except OSError as error:
        raise DigestKeyError(f"{path} cannot be read: {error.strerror}") from None
    except ValueError:
        raise DigestKeyError(f"{path} is not hexadecimal") from None
    if len(key) != KEY_SIZE:
        raise DigestKeyError(f"{path} must hold {KEY_SIZE} bytes in hexadecimal")
    return key


def make_digest_key(settings: Settings) -> None:
    """Write a new random digest key where there is none, readable by its owner only."""
    try:
        file = os.open(settings.digest_key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    except OSError as error:
        raise DigestKeyError(
            f"{settings.digest_key_file} cannot be made ({error.strerror}): make its folder, or"
            " mend KAIKUKANTA_DIGEST_KEY_FILE"
        ) from None
    with os.fdopen(file, "w") as output:
        output.write(secrets.token_hex(KEY_SIZE) + "\n")
