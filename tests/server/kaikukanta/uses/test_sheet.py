"""A table as spreadsheets save it: columns in three languages, and the habits of Excel."""

from contextlib import suppress
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaiku.fee import Fee
from kaiku.offering import Service
from kaiku.party import Party
from server.kaikukanta.uses.ask import Pieces
from server.kaikukanta.uses.entry import SERVICES, Entry, read_entry
from server.kaikukanta.uses.sheet import NAMES, Column, RowError, SheetError, read_sheet

POOL = UUID(int=1)
CARD = "7K2M9QX4TB0E"


def _entries(text: str, offering: UUID | None = POOL) -> list[Entry | str]:
    """Return what each row says, or what is wrong with it."""
    found: list[Entry | str] = []
    for row in read_sheet(text.encode()):
        try:
            found.append(read_entry(row, offering))
        except RowError as error:
            found.append(str(error))
    return found


def _one(text: str) -> Entry | str:
    (entry,) = _entries(text)
    return entry


@pytest.mark.parametrize(
    "header",
    [
        "card;offering;day;children;helpers;supporters;id",
        "kortti;tarjonta;päivä;lapset;avustajat;tukihenkilöt;tunniste",
        "kort;utbud;dag;barn;assistenter;stödpersoner;id",
        "Kortin numero;Tilaisuus;PVM;LAPSET;Avustajat;Tukihenkilöt;ID",
    ],
)
def test_columns_are_named_in_three_languages(header: str) -> None:
    """Finnish, Swedish or English, in small letters or capitals."""
    play, id_ = UUID(int=2), UUID(int=3)
    assert _one(f"{header}\n{CARD};{play};20.11.2026;2;1;0;{id_}\n") == Entry(
        CARD, play, date(2026, 11, 20), Party(2, 1, 0), id_
    )


@pytest.mark.parametrize(
    ("header", "service"),
    [
        ("card;service;sum;count", "Overdue fee"),
        ("kortti;palvelu;summa;kpl", "Myöhästymismaksu"),
        ("kort;tjänst;belopp;antal", "förseningsavgift"),
    ],
)
def test_a_fee_is_named_in_three_languages(header: str, service: str) -> None:
    """The columns, and the service itself (OM-59)."""
    by_sum, by_count = _entries(f"{header}\n{CARD};{service};1,50;\n{CARD};{service};;3\n")
    assert isinstance(by_sum, Entry)
    assert isinstance(by_count, Entry)
    assert by_sum.fee == Fee(Service.OVERDUE, 150)
    assert by_count.fee == Pieces(Service.OVERDUE, 3)


def test_every_service_can_be_named() -> None:
    """Each by its own names."""
    names = [name for names in SERVICES.values() for name in names]
    assert len(names) == len(set(names))
    assert set(SERVICES) == set(Service)


@pytest.mark.parametrize(
    ("cell", "cents"),
    [
        ("1,50", 150), ("1.50", 150), ("1,5", 150), ("2", 200), ("0,01", 1), ("1000", 100_000),
        ("1,50 €", 150), ("1,50\u00a0€", 150), ("€1.50", 150), ("€ 1.50", 150), ("2 EUR", 200),
    ],
)  # fmt: skip
def test_a_sum_is_in_euros(cell: str, cents: int) -> None:
    """As it is written in a shop or a spreadsheet; kept in whole cents."""
    entry = _one(f"card;service;sum\n{CARD};copying;{cell}\n")
    assert isinstance(entry, Entry)
    assert entry.fee == Fee(Service.COPYING, cents)


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ("copying;;;", "a service needs a sum or a count, and not both"),
        ("copying;1,50;3;", "a service needs a sum or a count, and not both"),
        (";1,50;;", "service is missing"),
        (";;3;", "service is missing"),
        ("books;1,50;;", "service must be one of copying, overdue, interlibrary"),
        ("copying;0;;", "sum must be euros such as 1,50, up to €1,000.00"),
        ("copying;1000,01;;", "sum must be euros"),
        ("copying;1,505;;", "sum must be euros"),
        ("copying;1.000;;", "sum must be euros"),
        ("copying;-1;;", "sum must be euros"),
        ("copying;;0;", "count must be a whole number from 1 to 10000"),
        ("copying;;10001;", "count must be a whole number"),
        ("copying;;10.000;", "count must be a whole number"),
        ("copying;;1,5;", "count must be a whole number"),
        ("copying;1,50;;1", "a fee is the holder's own: nobody comes along"),
    ],
)
def test_a_fee_that_does_not_fit_says_how_to_mend_it(cells: str, words: str) -> None:
    """The bounds are those of any fee (OM-59)."""
    said = _one(f"card;service;sum;count;children\n{CARD};{cells}\n")
    assert isinstance(said, str)
    assert said.startswith(words)


def test_no_card_shows_in_a_repr() -> None:
    """Neither of a row nor of what was read from it, whatever log they end up in."""
    (row,) = read_sheet(f"card;day\n{CARD};20.11.2026\n".encode())
    entry = read_entry(row, POOL)
    assert entry.card == CARD
    assert CARD not in f"{row!r} {entry!r}"


def test_no_name_means_two_columns() -> None:
    """Each name has one meaning."""
    names = [name for names in NAMES.values() for name in names]
    assert len(names) == len(set(names))
    assert set(NAMES) == set(Column)


@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_file_is_read_as_any_spreadsheet_writes_it(
    delimiter: str, ending: str, mark: str
) -> None:
    """Either delimiter, any line ending, with the mark of UTF-8 or without."""
    lines = [delimiter.join(("card", "day")), delimiter.join((CARD, "2026-11-20")), ""]
    assert _one(mark + ending.join(lines)) == Entry(CARD, POOL, date(2026, 11, 20), Party(), None)


@pytest.mark.parametrize(
    "cell",
    [CARD, f"'{CARD}", f'"{CARD}"', f"  {CARD} ", f"\u00a0{CARD}", f"’{CARD}", f'"\' {CARD}"'],
)
def test_a_card_is_read_without_what_keeps_it_text(cell: str) -> None:
    """Apostrophes, spaces and quotation marks around a number are a spreadsheet's."""
    entry = _one(f"card;day\n{cell};20.11.2026\n")
    assert isinstance(entry, Entry)
    assert entry.card == CARD


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2026-11-20", date(2026, 11, 20)),
        ("20.11.2026", date(2026, 11, 20)),
        ("1.2.2026", date(2026, 2, 1)),
        ("01.02.2026", date(2026, 2, 1)),
        ("", None),
    ],
)
def test_a_day_is_written_in_either_way(cell: str, day: date | None) -> None:
    """As Finns write it, or as computers do; left out it is the performance's own."""
    entry = _one(f"card;day\n{CARD};{cell}\n")
    assert isinstance(entry, Entry)
    assert entry.day == day


@pytest.mark.parametrize(
    ("cell", "children"), [("", 0), ("0", 0), ("3", 3), ("2,0", 2), ("2.00", 2)]
)
def test_a_count_is_whole(cell: str, children: int) -> None:
    """With or without the decimals that a spreadsheet adds."""
    entry = _one(f"card;lapset\n{CARD};{cell}\n")
    assert isinstance(entry, Entry)
    assert entry.party.children == children


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (";20.11.2026", "card is missing"),
        ("1,23E+12;20.11.2026", "the spreadsheet has rounded the card"),
        (f"{CARD};20/11/2026", "day must be"),
        (f"{CARD};31.11.2026", "day must be"),
        (f"{CARD};1.1.0001", "day must be"),
        (f"{CARD};;2,5", "children must be a whole number from 0 to 99"),
        (f"{CARD};;-1", "children must be"),
        (f"{CARD};;100", "children must be"),
        (f"{CARD};;٣", "children must be"),
        (f"{CARD};;;x", "offering must be a UUID"),
        (f"{CARD};;;;7", "id must be a UUID"),
        (f"{CARD};;;;;more", "a cell stands under no column"),
        ("x" * 200_000, "the row cannot be read"),
    ],
)
def test_a_row_that_does_not_fit_says_how_to_mend_it(row: str, words: str) -> None:
    """Without repeating what it holds; the next row is read all the same."""
    bad, good = _entries(f"card;day;children;offering;id\n{row}\n{CARD};20.11.2026\n")
    assert isinstance(bad, str)
    assert bad.startswith(words)
    assert CARD not in bad
    assert isinstance(good, Entry)


def test_a_stray_quotation_mark_spoils_its_own_row_only() -> None:
    """It does not swallow the rows below, and is said to be what is wrong."""
    text = f'card;day\n"{CARD};20.11.2026\n{CARD};20.11.2026\n'
    assert len(_entries(text)) == 2
    with pytest.raises(RowError, match="look for a quotation mark"):
        read_sheet(text.encode())[0].cells()
    assert isinstance(_entries(text)[1], Entry)


def test_empty_rows_are_passed_over_and_lines_are_counted() -> None:
    """A row's number is its line, as the spreadsheet shows it."""
    rows = read_sheet(f'card;day\n\n{CARD};20.11.2026\n;\n \n"";""\n{CARD};\n;;;\n\n'.encode())
    assert [row.line for row in rows] == [3, 7]


def test_an_offering_is_named_somewhere() -> None:
    """In the row, or for the whole file; the row's own comes first."""
    own = UUID(int=9)
    rows = f"card;offering\n{CARD};{own}\n{CARD};\n"
    assert [entry.offering for entry in _entries(rows) if isinstance(entry, Entry)] == [own, POOL]
    assert (
        _entries(rows, None)[1] == "offering is missing: give it in the row, or for the whole file"
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "one of them must be card"),
        (b"\n\n", "one of them must be card"),
        (b"day;children\n", "one of them must be card"),
        (f"{CARD};20.11.2026\n".encode(), "Column 1 is not known"),
        (b"card;name\n", "Column 2 is not known; the columns are card, offering, day"),
        (b"card;kortti\n", "A column is there twice"),
        ("kortti;päivä\n".encode("cp1252"), "not UTF-8"),
        (b"x" * 200_000, "cannot be read"),
    ],
)
def test_a_file_that_is_no_table_of_uses_is_told_so(content: bytes, words: str) -> None:
    """What to mend, and never what it holds."""
    with pytest.raises(SheetError, match=words) as told:
        read_sheet(content)
    assert CARD not in str(told.value)


@given(
    st.binary(max_size=200) | st.text(max_size=200).map(lambda text: f"card;day\n{text}".encode())
)
def test_whatever_a_file_holds_it_is_read_or_told(content: bytes) -> None:
    """Nothing breaks the reading."""
    try:
        rows = read_sheet(content)
    except SheetError:
        return
    for row in rows:
        with suppress(RowError):
            assert read_entry(row, POOL).card
