"""What is typed in a layout is read as that text, what cannot be trusted as nothing."""

import evdev.ecodes as e
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.drivers._keymap import KEYMAPS, Code, Keymap
from kiosk.drivers._wedge import Wedge
from kiosk.ports import LONGEST_SCAN
from tests.drivers.rigs import events, strokes

PRINTABLE = "".join(chr(code) for code in range(0x20, 0x7F))
ENTER = (e.KEY_ENTER,)
Strokes = list[tuple[int, ...]]


def read(wedge: Wedge, keystrokes: Strokes, at: float = 0.0) -> list[bytes]:
    """Let a wedge read strokes and return the codes."""
    codes = []
    for kind, code, value in events(keystrokes):
        if kind == e.EV_KEY:
            found = wedge.key(code, value, at)
            if found is not None:
                codes.append(found)
    return codes


def us(*, caps: bool = False) -> Wedge:
    """Return a wedge of the American layout."""
    return Wedge(KEYMAPS["us"], caps=caps)


def fi() -> Wedge:
    """Return a wedge of the Finnish layout."""
    return Wedge(KEYMAPS["fi"])


@pytest.mark.parametrize("name", ["us", "fi"])
@given(data=st.data())
def test_what_is_typed_is_what_is_read(name: str, data: st.DataObject) -> None:
    """Any text of a layout's characters, printable ASCII among them, is read as it was typed."""
    keymap = KEYMAPS[name]
    own = {c for level in (keymap.plain, keymap.shift, keymap.altgr) for c in level.values()}
    assert set(PRINTABLE) <= own
    text = data.draw(st.text(st.sampled_from(sorted(own)), max_size=40))
    assert read(Wedge(keymap), [*strokes(keymap, text), ENTER]) == [text.encode()]


@pytest.mark.parametrize(
    ("keys", "character"),
    [
        ((e.KEY_LEFTSHIFT, e.KEY_2), '"'),
        ((e.KEY_RIGHTALT, e.KEY_2), "@"),
        ((e.KEY_RIGHTALT, e.KEY_3), "£"),
        ((e.KEY_RIGHTALT, e.KEY_4), "$"),
        ((e.KEY_RIGHTALT, e.KEY_E), "€"),
        ((e.KEY_RIGHTALT, e.KEY_7), "{"),
        ((e.KEY_RIGHTALT, e.KEY_8), "["),
        ((e.KEY_RIGHTALT, e.KEY_9), "]"),
        ((e.KEY_RIGHTALT, e.KEY_0), "}"),
        ((e.KEY_RIGHTALT, e.KEY_MINUS), "\\"),
        ((e.KEY_RIGHTALT, e.KEY_102ND), "|"),
        ((e.KEY_LEFTCTRL, e.KEY_LEFTALT, e.KEY_8), "["),
        ((e.KEY_LEFTSHIFT, e.KEY_7), "/"),
        ((e.KEY_LEFTSHIFT, e.KEY_0), "="),
        ((e.KEY_MINUS,), "+"),
        ((e.KEY_SLASH,), "-"),
        ((e.KEY_LEFTSHIFT, e.KEY_SLASH), "_"),
        ((e.KEY_LEFTSHIFT, e.KEY_DOT), ":"),
        ((e.KEY_BACKSLASH,), "'"),
        ((e.KEY_RIGHTSHIFT, e.KEY_BACKSLASH), "*"),
        ((e.KEY_LEFTBRACE,), "å"),
        ((e.KEY_SEMICOLON,), "ö"),
        ((e.KEY_LEFTSHIFT, e.KEY_APOSTROPHE), "Ä"),
        ((e.KEY_KPDOT,), ","),
    ],
)
def test_the_finnish_layout_is_the_one_on_the_keys(keys: tuple[int, ...], character: str) -> None:
    """What is engraved on a Finnish keyboard is what the key types."""
    assert read(fi(), [keys, ENTER]) == [character.encode()]


def test_a_dead_key_waits_for_the_letter_it_marks() -> None:
    """´ and e are é, ^ and a space are ^, ~ twice is ~, and at the end of a code ¨ is ¨."""
    acute, diaeresis = (e.KEY_EQUAL,), (e.KEY_RIGHTBRACE,)
    circumflex, tilde = (e.KEY_LEFTSHIFT, e.KEY_RIGHTBRACE), (e.KEY_RIGHTALT, e.KEY_RIGHTBRACE)
    typed = [acute, (e.KEY_E,), circumflex, (e.KEY_SPACE,), tilde, tilde, acute, (e.KEY_Q,)]
    assert read(fi(), [*typed, diaeresis, ENTER]) == ["é^~´q¨".encode()]


def test_the_key_codes_are_those_of_the_kernel() -> None:
    """The numbers written down here are those that evdev takes from the kernel's header."""
    names = {"KEYPAD_ENTER": "KEY_KPENTER"}
    for code in Code:
        assert code == e.ecodes[names.get(code.name, f"KEY_{code.name.replace('_', '')}")]


def test_keypad_digits_count_whatever_num_lock_is() -> None:
    """A scanner that types on the pad, NumLock around each digit, is read all the same."""
    pad = (e.KEY_KP4, e.KEY_KP0, e.KEY_KP9, e.KEY_KP7)
    noisy = [stroke for key in pad for stroke in ((e.KEY_NUMLOCK,), (key,), (e.KEY_NUMLOCK,))]
    assert read(us(), [*noisy, (e.KEY_KPENTER,)]) == [b"4097"]


def test_caps_lock_turns_letters_and_nothing_else() -> None:
    """With caps lock on, a letter is large and with shift small; a digit is a digit."""
    typed = [(e.KEY_A,), (e.KEY_LEFTSHIFT, e.KEY_B), (e.KEY_1,), (e.KEY_MINUS,)]
    assert read(us(caps=True), [*typed, ENTER]) == [b"Ab1-"]
    assert read(us(), [(e.KEY_CAPSLOCK,), *typed, ENTER]) == [b"Ab1-"]
    swedish = Wedge(KEYMAPS["fi"], caps=True)
    assert read(swedish, [(e.KEY_LEFTBRACE,), ENTER]) == ["Å".encode()]


def test_repeats_and_releases_type_nothing() -> None:
    """A key that is held types once."""
    wedge = us()
    for value in (1, 2, 2, 2, 0):
        assert wedge.key(e.KEY_A, value, 0.0) is None
    assert read(wedge, [ENTER]) == [b"a"]


def test_either_shift_counts_until_both_are_up() -> None:
    """Letting one shift go leaves the other."""
    wedge = us()
    for code, value in (
        (e.KEY_LEFTSHIFT, 1),
        (e.KEY_RIGHTSHIFT, 1),
        (e.KEY_LEFTSHIFT, 0),
        (e.KEY_A, 1),
        (e.KEY_RIGHTSHIFT, 0),
        (e.KEY_A, 1),
    ):
        wedge.key(code, value, 0.0)
    assert read(wedge, [ENTER]) == [b"Aa"]


def test_control_characters_come_as_ctrl_with_a_key() -> None:
    """GS, as GS1 codes hold it, is Ctrl and ]; Ctrl and M or J ends a code like Enter."""
    group_separator = (e.KEY_LEFTCTRL, e.KEY_RIGHTBRACE)
    assert read(us(), [(e.KEY_1,), group_separator, (e.KEY_2,), ENTER]) == [b"1\x1d2"]
    assert read(us(), [(e.KEY_1,), (e.KEY_LEFTCTRL, e.KEY_M), (e.KEY_LEFTCTRL, e.KEY_J)]) == [b"1"]


@pytest.mark.parametrize(
    "strange",
    [(e.KEY_LEFTALT, e.KEY_KP6), (e.KEY_F8,), (e.KEY_LEFTMETA, e.KEY_R), (e.KEY_RIGHTALT, e.KEY_A)],
)
@pytest.mark.parametrize("before", [[], [(e.KEY_A,)]])
def test_a_key_that_types_nothing_makes_the_code_unreadable(
    strange: tuple[int, ...], before: Strokes
) -> None:
    """Rather no number than a number with a character missing; the next code is read."""
    wedge = us()
    assert read(wedge, [*before, strange, (e.KEY_1,), ENTER]) == [b""]
    assert read(wedge, [(e.KEY_2,), ENTER], at=1.0) == [b"2"]


def test_a_code_with_lost_keys_is_unreadable() -> None:
    """After the kernel dropped events the code is nothing, and what is held is asked anew."""
    wedge = us()
    read(wedge, [(e.KEY_1,)])
    wedge.key(e.KEY_LEFTSHIFT, 1, 0.0)
    wedge.missed(held=())
    assert wedge.pending
    assert read(wedge, [(e.KEY_2,), ENTER]) == [b""]
    assert read(wedge, [(e.KEY_A,), ENTER], at=1.0) == [b"a"]
    wedge.missed(held=(e.KEY_LEFTSHIFT, e.KEY_B))
    assert read(wedge, [ENTER], at=2.0) == [b""]
    assert read(wedge, [(e.KEY_A,), ENTER], at=3.0) == [b"A"]


def test_two_enters_at_once_are_one_end_and_later_a_scan_of_nothing() -> None:
    """CR LF typed as Enter twice is one end; Enter alone later is an empty code."""
    wedge = us()
    assert read(wedge, [(e.KEY_1,), ENTER, ENTER, (e.KEY_TAB,)], at=5.0) == [b"1"]
    assert read(wedge, [ENTER], at=6.0) == [b""]


def test_a_code_without_an_end_is_flushed() -> None:
    """What silence ended is the code as far as it went."""
    wedge = us()
    read(wedge, [(e.KEY_1,), (e.KEY_2,)])
    assert wedge.pending
    assert wedge.flush() == b"12"
    assert not wedge.pending


@pytest.mark.parametrize("name", ["us", "fi"])
def test_a_code_is_bounded(name: str) -> None:
    """An endless code takes no more memory than the bound, in bytes."""
    keymap: Keymap = KEYMAPS[name]
    for character in ("x", "ö") if name == "fi" else ("x",):
        typed = [*strokes(keymap, character)] * (LONGEST_SCAN + 5)
        (code,) = read(Wedge(keymap), [*typed, ENTER])
        assert len(code) == LONGEST_SCAN


@given(
    keys=st.lists(st.tuples(st.integers(0, 255), st.integers(0, 2)), max_size=60),
    name=st.sampled_from(["us", "fi"]),
)
def test_no_keys_break_it(keys: list[tuple[int, int]], name: str) -> None:
    """Any events at all are taken."""
    wedge = Wedge(KEYMAPS[name])
    for code, value in keys:
        wedge.key(code, value, 0.0)
    wedge.flush()
