"""From a scan to the digest of a card, and no number any further."""

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaiku.digest import digest
from kaiku.number import EARLIER, make
from kiosk.reading import Reading

KEY = bytes(range(32))
NUMBER = make(random.Random(1).randrange)


def test_a_scan_becomes_the_digest_of_its_number() -> None:
    """However it was framed (promise P6)."""
    reading = Reading(KEY)
    for scan in (NUMBER, NUMBER.lower(), f"]A0{NUMBER}", f"*{NUMBER}*", f" {NUMBER}\t"):
        assert reading.digest(scan.encode()) == digest(NUMBER, KEY)


@given(st.binary(max_size=200))
def test_any_scan_has_a_digest_or_is_unreadable(scan: bytes) -> None:
    """No scan is an error."""
    found = Reading(KEY).digest(scan)
    assert found is None or len(found) == 16


def test_earlier_numbers_are_read_by_the_registers_pattern() -> None:
    """From the moment it is known; our own numbers whatever it is."""
    reading = Reading(KEY)
    assert reading.digest(b"KK-1234") is None
    reading.accept("KK-[0-9]{4}")
    assert reading.digest(b"kk-1234") == digest("KK-1234", KEY)
    assert reading.digest(NUMBER.encode()) == digest(NUMBER, KEY)


def test_without_a_pattern_the_last_one_holds() -> None:
    """The register has not been heard yet."""
    reading = Reading(KEY)
    reading.accept(None)
    assert reading.earlier is EARLIER


@pytest.mark.parametrize("pattern", ["[0-9", "(", "*", "(?P<", "a{99999999999}", "(" * 9999])
def test_a_pattern_that_is_none_is_refused_and_logged(
    pattern: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A slip in the register stops no kiosk."""
    reading = Reading(KEY)
    reading.accept("KK-[0-9]{4}")
    reading.accept(pattern)
    assert reading.digest(b"KK-1234") is not None
    assert json.loads(capsys.readouterr().err)["event"] == "pattern_refused"


def test_the_key_does_not_show() -> None:
    """Not in a repr, which may end in a log."""
    assert "x01" not in repr(Reading(KEY))


def test_a_forgotten_key_is_not_read_with() -> None:
    """What is read afterwards, or without a key at all, is no card that anybody knows (P6)."""
    reading = Reading(KEY)
    reading.forget()
    found = {reading.digest(NUMBER.encode()), Reading().digest(NUMBER.encode())}
    assert len(found) == 2
    assert not {digest(NUMBER, KEY), None} & found
