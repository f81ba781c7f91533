"""Keyed digests of card numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaiku.digest import KEY_SIZE, SIZE, digest

KEY = bytes(range(32))


def test_a_digest_is_the_keyed_blake2b_of_the_number() -> None:
    """Held to a known value, so that cards printed today are found for ever (promise P6)."""
    assert digest("KAIKU12345X", KEY).hex() == "d2ea07f84e1e53ff6b910d949ad8c30e"


@given(st.text("0123456789ABCDEFGHJKLMNPQRSTUVWXYZ", max_size=64))
def test_a_digest_is_sixteen_bytes_without_the_number(number: str) -> None:
    """Of whatever number."""
    made = digest(number, KEY)
    assert len(made) == SIZE == 16
    assert made == digest(number, KEY)


def test_another_key_gives_another_digest() -> None:
    """What is lost with one network's database says nothing without that network's key."""
    assert digest("KAIKU12345X", KEY) != digest("KAIKU12345X", bytes(KEY_SIZE))


def test_other_numbers_give_other_digests() -> None:
    """Ten thousand numbers stay apart."""
    assert len({digest(f"{number:06}", KEY) for number in range(10_000)}) == 10_000


@pytest.mark.parametrize("size", [0, 16, 31, 33, 64])
def test_a_key_of_another_size_is_refused(size: int) -> None:
    """A key that was cut short is no key; the message does not hold it."""
    with pytest.raises(ValueError, match=f"has {size} bytes and needs 32") as caught:
        digest("KAIKU12345X", b"k" * size)
    assert "kk" not in str(caught.value)
