"""A venue as a whole: most own productions stay in, and what it is advised (OM-50, 62, 70)."""

from dataclasses import replace

import pytest

from kaiku.audit import Grade, audit_change, audit_venue
from kaiku.offering import Exclusion, Offering, OfferingKind
from kaiku.text import Language
from tests.kaiku.audit.cases import is_told, offering

IN = offering(OfferingKind.OWN_PRODUCTION)
OUT = replace(IN, exclusion=Exclusion.WEEKEND)
GUEST = offering(OfferingKind.GUEST_PRODUCTION)


@pytest.mark.parametrize(("out", "rules"), [(0, []), (1, []), (2, ["OM-62"]), (3, ["OM-62"])])
def test_most_own_productions_stay_in(out: int, rules: list[str]) -> None:
    """Half of three is not most of them (OM-62)."""
    shows = [OUT if i < out else IN for i in range(3)]
    found = audit_venue(shows, web_shop_checks=None, accessibility=True)
    assert [finding.rule for finding in found] == rules


@pytest.mark.parametrize(
    ("others", "before", "after", "setting"),
    [
        pytest.param([IN, IN], None, OUT, None, id="one of three left out"),
        pytest.param([IN], None, OUT, "exclusion", id="one of two left out"),
        pytest.param([IN, OUT], IN, OUT, "exclusion", id="a second left out"),
        pytest.param([IN, OUT], IN, GUEST, "kind", id="an own production becomes a guest"),
        pytest.param([IN, OUT], IN, None, "window", id="one that was in is over"),
        pytest.param([IN, OUT], OUT, GUEST, None, id="one that was out becomes a guest"),
        pytest.param([OUT, OUT], None, IN, None, id="already too few, and one more in"),
        pytest.param([OUT, OUT], None, GUEST, None, id="already too few, and a guest"),
        pytest.param([OUT, OUT], OUT, OUT, None, id="already too few, and as it was"),
        pytest.param([OUT, OUT], None, OUT, "exclusion", id="already too few, and one more out"),
        pytest.param([], IN, GUEST, None, id="no own production any more"),
    ],
)
def test_a_change_is_judged_by_the_venue_as_it_would_be(
    others: list[Offering], before: Offering | None, after: Offering | None, setting: str | None
) -> None:
    """Whatever brings it further from having most in is refused, and nothing else is (OM-62)."""
    found = audit_change(others, before, after)
    assert [finding.setting for finding in found] == ([] if setting is None else [setting])
    assert all(is_told(finding, language) for finding in found for language in Language)


def test_a_venue_is_advised_on_its_web_shop_and_its_accessibility() -> None:
    """Advice only: the venue takes a known risk (OM-50, OM-70)."""
    found = audit_venue([], web_shop_checks=False, accessibility=False)
    assert [(finding.rule, finding.grade) for finding in found] == [
        ("OM-50", Grade.ADVICE),
        ("OM-70", Grade.ADVICE),
    ]
    assert all(is_told(finding, language) for finding in found for language in Language)
    assert audit_venue([], web_shop_checks=True, accessibility=True) == ()
