"""What a library's desk shows: its services, what is typed, what is covered, what is left.

Sums and services are said, and nothing of what was copied or borrowed (OM-59).
"""

from collections import Counter

from kaiku.fee import LARGEST_SUM
from kaiku.money import euros
from kaiku.reason import WORDS, Reason
from kaiku.text import Text
from kiosk import words
from kiosk.desk.slip import Choice, Slip
from kiosk.desk.state import Current, Desk
from kiosk.ports import Scene, Signal


def idle(desk: Desk) -> Scene:
    """Return what waits for a key or a card: the services, or what has been typed so far."""
    return _services(desk) if desk.slip is None else _slip(desk.slip, desk.notice)


def _services(desk: Desk) -> Scene:
    """Return the services that a digit chooses."""
    if not desk.choices:
        return Scene(Signal.IDLE, words.NO_SERVICES, notice=desk.notice)
    return Scene(
        Signal.IDLE, words.CHOOSE_SERVICE, notice=desk.notice, choices=_named(desk.choices)
    )


def _named(choices: tuple[Choice, ...]) -> tuple[Text, ...]:
    """Return the services in words: with the price of a piece, and told apart where need be."""
    offered = Counter(choice.tariff.service for choice in choices)
    named = []
    for choice in choices:
        tariff = choice.tariff
        name = words.SERVICES[tariff.service]
        if tariff.unit:
            name = words.PRICED.fill(service=name, sum=euros(tariff.unit))
        if offered[tariff.service] > 1:
            name = words.AT_OFFERING.fill(service=name, offering=choice.offering.name)
        named.append(name)
    return tuple(named)


def _slip(slip: Slip, notice: Text | None) -> Scene:
    """Return what is typed so far, and what is to be done next."""
    service, fee = words.SERVICES[slip.choice.tariff.service], slip.fee
    counted = bool(slip.choice.tariff.unit)
    if fee is None:
        how = words.TYPE_COUNT if counted else words.TYPE_SUM
        return Scene(Signal.ASK, service, how, notice=notice)
    total = euros(fee.cents)
    title = words.COUNTED.fill(count=slip.digits, sum=total) if counted else total
    return Scene(Signal.ASK, title, words.THEN_CARD.fill(service=service), notice=notice)


def type_first(desk: Desk) -> Scene:
    """Return what is to be typed before a card is shown."""
    if not desk.choices:
        return Scene(Signal.ASK, words.NO_SERVICES, words.ASK_STAFF)
    if desk.slip is None:
        return Scene(
            Signal.ASK, words.SERVICE_FIRST, words.SERVICE_HOW, choices=_named(desk.choices)
        )
    return _slip(desk.slip, None)


def sum_too_large() -> Scene:
    """Return the word that no sum is as large as what was typed."""
    most = euros(LARGEST_SUM)
    return Scene(Signal.ASK, words.TOO_LARGE, words.SUM_AT_MOST.fill(sum=most))


def covered(current: Current) -> Scene:
    """Return what is covered, and discreetly what is left where that is capped."""
    return _covered(words.COVERED, current)


def covered_already(current: Current) -> Scene:
    """Return the scene of a card that was read already: covered, and not once more."""
    return _covered(words.COVERED_ALREADY, current)


def _covered(title: Text, current: Current) -> Scene:
    fee = current.use.fee
    assert fee is not None
    return Scene(
        Signal.ACCEPTED,
        title.fill(sum=euros(fee.cents)),
        words.SERVICES[fee.service],
        cents_left=current.remaining,
    )


def refused(reason: Reason, left: int | None) -> Scene:
    """Return a refusal; ``left`` are the cents that could be covered, where that is the reason.

    Words of an event or of companions fit no desk, and would tell what kind of card it is (OM-28).
    """
    title, detail = WORDS[reason].title, WORDS[reason].mend
    match reason:
        case Reason.FEES_USED_UP if left is not None:
            detail = words.COULD_COVER.fill(sum=euros(left)) if left else words.NOTHING_LEFT
        case Reason.COMMUNITY_CARD_ALONE | Reason.OFFERING_EXCLUDED:
            title, detail = words.NOT_COVERED, words.ASK_STAFF
    return Scene(Signal.REFUSED, title, detail)
