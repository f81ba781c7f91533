"""Codes are cut out of a stream at their ends, whatever pieces the stream arrives in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.drivers._frames import Frames
from kiosk.ports import LONGEST_SCAN

ENDS = b"\r\n"


def frames() -> Frames:
    """Return the frames of a serial line."""
    return Frames(ENDS)


@pytest.mark.parametrize(
    ("stream", "codes"),
    [
        (b"ONE\rTWO\r", [b"ONE", b"TWO"]),
        (b"ONE\nTWO\n", [b"ONE", b"TWO"]),
        (b"ONE\r\nTWO\r\n", [b"ONE", b"TWO"]),
        (b"\x02ONE\x03\r\n\x02TWO\x03\r\n", [b"\x02ONE\x03", b"\x02TWO\x03"]),
        (b"ONE\r\n\r\nTWO\r\n", [b"ONE", b"", b"TWO"]),
        (b"\r\n", [b""]),
        (b"\r\r", [b"", b""]),
        (b"O\x02NE\r", [b"O\x02NE"]),
        (b"\x00\xff\x1d\x1b\r", [b"\x00\xff\x1d\x1b"]),
    ],
)
def test_every_kind_of_end_ends_one_code(stream: bytes, codes: list[bytes]) -> None:
    """CR, LF and both each end a code once; an end alone is an empty code."""
    assert frames().feed(stream) == codes


@given(
    codes=st.lists(st.binary(max_size=40).map(lambda code: code.translate(None, ENDS))),
    end=st.sampled_from([b"\r", b"\n", b"\r\n"]),
    data=st.data(),
)
def test_the_pieces_do_not_matter(codes: list[bytes], end: bytes, data: st.DataObject) -> None:
    """However a stream is broken into reads, the same codes come out of it."""
    stream = b"".join(code + end for code in codes)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(stream)), max_size=10)))
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    collected = frames()
    assert [code for piece in pieces for code in collected.feed(piece)] == codes


@given(stream=st.binary(max_size=400))
def test_any_bytes_are_taken(stream: bytes) -> None:
    """No byte is an error, and no code holds an end."""
    collected = frames()
    codes = [*collected.feed(stream), collected.flush()]
    assert not any(set(code) & set(ENDS) for code in codes)


def test_a_late_end_belongs_to_the_code_that_silence_ended() -> None:
    """A scanner that pauses before its CR LF has scanned once, not once and nothing."""
    collected = frames()
    assert collected.feed(b"CODE") == []
    assert collected.flush() == b"CODE"
    assert collected.feed(b"\r\n") == []
    assert collected.feed(b"NEXT\r\n\r\n") == [b"NEXT", b""]


def test_an_endless_code_takes_no_more_memory_than_the_bound() -> None:
    """A line that never ends is collected up to the bound."""
    collected = frames()
    for _ in range(20):
        assert collected.feed(b"z" * 4096) == []
    assert collected.feed(b"\rNEXT\r") == [b"z" * LONGEST_SCAN, b"NEXT"]
