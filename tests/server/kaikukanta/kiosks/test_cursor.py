"""Cursors go out as text and come back as they were."""

from hypothesis import given
from hypothesis import strategies as st

from server.kaikukanta.feed.service import Place
from server.kaikukanta.kiosks.cursor import Cursor, CursorError, Cut, read_cursor

PLACES = st.integers(-1, 10**18 - 1)
HEX = st.text("0123456789abcdef", min_size=1, max_size=40)
CUTS = st.builds(Cut, PLACES, HEX, st.lists(HEX, min_size=1, max_size=5).map(tuple))
SEEN = st.builds(Place, PLACES, st.integers(0, 2**32 - 1))
CHECKSUMS = st.text("0123456789abcdef", min_size=8, max_size=8)


@given(st.builds(Cursor, PLACES, CHECKSUMS, st.none() | CUTS, st.none() | SEEN))
def test_a_cursor_is_read_as_it_was_written(cursor: Cursor) -> None:
    """Text and back changes nothing."""
    assert read_cursor(str(cursor)) == cursor


@given(st.text())
def test_any_text_is_a_cursor_or_refused(text: str) -> None:
    """Reading is total: a cursor that writes itself the same, or an error of its own."""
    try:
        cursor = read_cursor(text)
    except CursorError:
        return
    assert str(cursor) == text
