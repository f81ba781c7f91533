"""Which postcode is where: only who lives in a municipality of the network gets a card (OM-13)."""

import pytest
from sqlmodel import select

from server.database import read, transaction
from server.kaikukanta.cards.service import POSTCODE_UNKNOWN, outside
from server.kaikukanta.network.postcodes import PostcodesError, read_postcodes, set_postcodes
from server.kaikukanta.network.tables import Municipality, Postcode
from tests.server.kaikukanta.town import Town

pytestmark = pytest.mark.anyio

FILE = """\ufeffpostinumero;kunta;nimi;namn
20100;853;Turku;Åbo
01900;543;Nurmijärvi;

20100;853;Turku;Åbo
"""


def test_a_file_is_read_with_or_without_its_heading() -> None:
    """Blank lines are passed over, and a name in Finnish serves where there is no other."""
    found = read_postcodes(FILE.splitlines())
    assert [(each.code, each.municipality_code, each.name_sv) for each in found] == [
        ("20100", "853", "Åbo"),
        ("01900", "543", "Nurmijärvi"),
    ]
    assert len(read_postcodes(FILE.splitlines()[1:])) == 2


@pytest.mark.parametrize("line", ["2010;853;Turku", "20100;85;Turku", "20100", "20100;853;", "x;y"])
def test_a_line_that_does_not_fit_is_named(line: str) -> None:
    """With what a line looks like."""
    with pytest.raises(PostcodesError, match=r"line 2: write postcode;.*20100;853;Turku"):
        read_postcodes(["01900;543;Nurmijärvi", line])


async def test_who_lives_outside_of_the_network_gets_no_card(town: Town) -> None:
    """The refusal names the municipality, in three languages (OM-13)."""
    with transaction(town.context.engine) as session:
        network = {each.code for each in session.exec(select(Municipality))}
        home = network.pop()
        set_postcodes(
            session,
            [
                Postcode(code="20100", municipality_code=home, name_fi="Koti", name_sv="Hem"),
                Postcode(code="01900", municipality_code="543", name_fi="Muu", name_sv="Annan"),
            ],
        )
    with read(town.context.engine) as session:
        assert outside(session, "20100") is None
        refusal = outside(session, "01900")
        assert outside(session, "99999") is POSTCODE_UNKNOWN
    assert refusal is not None
    assert refusal.rule == "OM-13"
    assert refusal.text.fi.startswith("Muu ei kuulu")
    assert refusal.text.sv.startswith("Annan hör inte")
    assert refusal.text.en.startswith("Muu is not in")


async def test_a_register_that_knows_no_postcodes_lets_them_pass(town: Town) -> None:
    """It cannot tell where they are (OM-13)."""
    with read(town.context.engine) as session:
        assert outside(session, "01900") is None
