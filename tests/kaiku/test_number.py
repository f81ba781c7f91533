"""Card numbers: from whatever was scanned to the one canonical form, or to nothing."""

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaiku.number import ALPHABET, LENGTH, is_ours, make, read

CODE_39 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%"
ISO = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

numbers = st.randoms(use_true_random=False).map(lambda source: make(source.randrange))
white = st.text(st.sampled_from([chr(code) for code in range(0x21)] + ["\x7f"]), max_size=5)


@pytest.fixture
def number() -> str:
    """Give a number of our own making."""
    return make(random.Random(39).randrange)


class TestReading:
    """Any scan is a number or nothing."""

    @given(st.binary(max_size=100))
    def test_any_bytes_are_a_number_or_nothing(self, scan: bytes) -> None:
        """No scan is an error: what a scanner sends is not ours to choose."""
        assert read(scan) is None or isinstance(read(scan), str)

    @given(st.text(max_size=100) | st.text(CODE_39 + "]*\r\n\t", max_size=30))
    def test_any_text_is_a_number_or_nothing(self, scan: str) -> None:
        """What was typed by hand is no error either, in whatever script."""
        found = read(scan)
        assert found is None or re.fullmatch("[0-9A-Z]{6,12}", found)

    @given(st.text(CODE_39.lower() + CODE_39 + "]*\r\n\t", max_size=30) | numbers)
    def test_reading_what_was_read_changes_nothing(self, scan: str) -> None:
        """The canonical form is canonical."""
        found = read(scan)
        assert found is None or read(found) == found

    @given(numbers)
    def test_every_number_of_ours_reads_back(self, number: str) -> None:
        """Twelve unambiguous characters that Code 39 can print, the last a check (OM-3)."""
        assert read(number) == read(number.encode()) == number
        assert len(number) == LENGTH
        assert set(number) <= set(ALPHABET)

    @given(numbers, white, white)
    def test_white_space_and_control_characters_at_the_edges_are_dropped(
        self, number: str, before: str, after: str
    ) -> None:
        """A scanner may add a line end, a tab, or start and end characters of its own."""
        assert read(before + number + after) == number

    @pytest.mark.parametrize("prefix", ["]A0", "]A1", "]Q1", "]Q3", "]C0", "]d2"])
    def test_an_aim_symbology_prefix_is_dropped(self, number: str, prefix: str) -> None:
        """A scanner may say of which kind the code was."""
        assert read(prefix + number) == number

    def test_the_asterisks_of_code_39_are_dropped(self, number: str) -> None:
        """They start and stop the barcode and are no part of the number."""
        assert read(f"*{number}*") == number
        assert read(f"]A0*{number}*\r\n") == number

    def test_small_letters_are_taken_as_capitals(self, number: str) -> None:
        """A hand types them, and a scanner with Caps Lock on."""
        assert read(number.lower()) == number

    def test_all_of_it_at_once(self, number: str) -> None:
        """Edges, prefix, asterisks and case do not get into each other's way."""
        assert read(f"\x02 ]A0* {number.lower()} *\x03\r\n".encode()) == number

    @pytest.mark.parametrize(
        "scan",
        [
            b"",
            b" \r\n",
            b"*",
            b"**",
            b"***",
            b"]",
            b"]A0",
            b"\x00\x01\x02",
            b"\xff\xfe\x00K",
            "ÄÄKKÖSET".encode(),
            b"A" * 10_000,
            b"\n" * 10_000,
        ],
        ids=lambda scan: f"{len(scan)} bytes {scan[:6]!r}",
    )
    def test_garbage_is_unreadable(self, scan: bytes) -> None:
        """Nothing, control characters, another alphabet, ten thousand characters."""
        assert read(scan) is None

    def test_a_number_inside_garbage_is_unreadable(self, number: str) -> None:
        """Only a whole scan is a number; nothing is dug out of the middle."""
        for scan in (
            f"https://example.com/{number}",
            f"{number}-{number}",
            f"{number[:6]} {number[6:]}",
            f"{number[:6]}\x00{number[6:]}",
            f"{number}\r\n{number}",
        ):
            assert read(scan) is None

    def test_letters_that_only_become_ascii_by_capitals_are_unreadable(self) -> None:
        """``ſ`` is no S and ``ı`` no I, though Python's capitals say so."""
        assert read("ſſſſſſſ") is None
        assert read("ııııııı") is None

    @given(numbers, numbers)
    def test_two_scans_glued_together_are_unreadable(self, one: str, other: str) -> None:
        """Two cards read as one must not become a third."""
        assert read(one + other) is None

    @given(numbers, st.integers(1, 6))
    def test_what_is_too_long_is_unreadable(self, number: str, more: int) -> None:
        """A number with anything after it is not that number."""
        assert read(number + "A" * more) is None


class TestEarlierNumbers:
    """Numbers that are already in people's pockets are taken by pattern."""

    @pytest.mark.parametrize("scan", ["123456", "A1B2C3D4", "ZZZZZZZZZZ"])
    def test_they_are_read_by_the_default_pattern(self, scan: str) -> None:
        """Six to ten letters and digits, until the register says better."""
        assert read(scan) == scan

    @pytest.mark.parametrize("scan", ["12345", "ABC-123", "ABCDEFGHIJK"])
    def test_what_is_not_wholly_of_the_pattern_is_unreadable(self, scan: str) -> None:
        """Shorter, longer, or with anything else in it."""
        assert read(scan) is None

    def test_a_configured_pattern_takes_the_place_of_the_default(self, number: str) -> None:
        """The register tells the pattern; our own numbers are read whatever it is."""
        pattern = re.compile("KK-[0-9]{4}")
        assert read("kk-1234", pattern) == "KK-1234"
        assert read("123456", pattern) is None
        assert read("KK-12345", pattern) is None
        assert read(number, pattern) == number


class TestCheckCharacter:
    """ISO 7064 MOD 37,36 guards our numbers against a slip of a hand or a scanner."""

    @given(numbers, st.integers(0, LENGTH - 1), st.sampled_from(CODE_39))
    def test_any_single_character_misread_is_noticed(
        self, number: str, place: int, character: str
    ) -> None:
        """One wrong character is never another card, nor this one."""
        misread = number[:place] + character + number[place + 1 :]
        assert misread == number or read(misread) is None

    @given(numbers, st.integers(0, LENGTH - 2))
    def test_swapped_neighbours_are_noticed(self, number: str, place: int) -> None:
        """Two characters swapped are another number only where they are alike to the check.

        MOD 37,36 misses some swaps of characters that follow each other in its own alphabet (0 and
        1, A and B, Z and 0), and no others.
        """
        one, other = number[place], number[place + 1]
        swapped = number[:place] + other + one + number[place + 2 :]
        apart = abs(ISO.index(one) - ISO.index(other))
        if apart not in (0, 1, len(ISO) - 1):
            assert read(swapped) is None

    def test_few_swaps_go_unnoticed(self) -> None:
        """Of all swaps of different neighbours, fewer than three in a thousand."""
        source = random.Random(7064)
        missed = tried = 0
        for _ in range(2000):
            number = make(source.randrange)
            for place in range(LENGTH - 1):
                one, other = number[place], number[place + 1]
                tried += one != other
                swapped = number[:place] + other + one + number[place + 2 :]
                missed += one != other and is_ours(swapped)
        assert missed / tried < 0.003

    @pytest.mark.parametrize("scan", ["", "A", "O" * LENGTH, "ABC", "ääääääääääää"])
    def test_only_twelve_characters_of_the_alphabet_are_ours(self, scan: str) -> None:
        """What is not of the form is not even checked."""
        assert not is_ours(scan)


def test_numbers_encode_nothing() -> None:
    """Each is drawn anew, and every place takes every character (OM-28)."""
    source = random.Random(0)
    made = [make(source.randrange) for _ in range(1000)]
    assert len(set(made)) == len(made)
    for place in range(LENGTH):
        assert {number[place] for number in made} == set(ALPHABET)
