"""What of a venue as a whole goes against the model: what no single offering can tell."""

from collections.abc import Iterable, Iterator, Sequence

from kaiku.audit import words
from kaiku.audit.finding import Finding, advice, breach
from kaiku.offering import Offering, OfferingKind


def audit_venue(
    offerings: Iterable[Offering], *, web_shop_checks: bool | None, accessibility: bool
) -> tuple[Finding, ...]:
    """Return what goes against the model in a venue as a whole (OM-50, OM-62, OM-70).

    ``web_shop_checks`` says whether its web shop checks cards by the API, None where it has no
    shop; ``accessibility`` whether it has published accessibility information.
    """
    return tuple(_venue(tuple(offerings), web_shop_checks, accessibility=accessibility))


def audit_change(
    others: Sequence[Offering], before: Offering | None, after: Offering | None
) -> tuple[Finding, ...]:
    """Return that a change leaves too few of a venue's own productions in (OM-62).

    ``before`` and ``after`` are the offering that changes, None where it is not (or no more) to
    come; ``others`` are the rest of what is to come. A venue that already leaves out too many may
    make any change that brings it no further away.
    """
    was, will = _own(others, before), _own(others, after)
    if _lacking(will) <= _lacking(was):
        return ()
    if after is None:
        return (_too_few(will, "window"),)
    return (_too_few(will, "exclusion" if after.excluded else "kind"),)


def _venue(
    offerings: tuple[Offering, ...], web_shop_checks: bool | None, *, accessibility: bool
) -> Iterator[Finding]:
    if web_shop_checks is False:
        yield advice("OM-50", "web_shop", words.WEB_SHOP)
    if not accessibility:
        yield advice("OM-70", "accessibility", words.ACCESSIBILITY)
    own = _own(offerings)
    if _lacking(own):
        yield _too_few(own, "exclusion")


def _own(offerings: Iterable[Offering], one: Offering | None = None) -> tuple[Offering, ...]:
    everything = (*offerings, *(() if one is None else (one,)))
    return tuple(each for each in everything if each.kind is OfferingKind.OWN_PRODUCTION)


def _lacking(own: Sequence[Offering]) -> int:
    """Return how many more own productions would have to be in, so that most of them are."""
    out = sum(each.excluded for each in own)
    return max(0, out - (len(own) - out) + 1) if own else 0


def _too_few(own: Sequence[Offering], setting: str) -> Finding:
    out = sum(each.excluded for each in own)
    told = words.OWN_PRODUCTIONS.fill(out=out, all=len(own))
    return breach("OM-62", setting, told, len(own) // 2 + 1)
