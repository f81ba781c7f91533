"""What the desk shows: from what was decided to a scene, in words that tell no bystander more."""

from collections import Counter

from kaiku.fee import LARGEST_SUM
from kaiku.money import euros
from kaiku.party import ALONE, Party
from kaiku.reason import WORDS, Reason
from kaiku.text import Text
from kiosk import words
from kiosk.desk.slip import Choice, Slip
from kiosk.desk.state import Current, Desk, Profile
from kiosk.ports import Scene, Signal


def idle(desk: Desk) -> Scene:
    """Return the scene that waits for a card, with what has been typed so far."""
    if desk.manners.profile is Profile.LIBRARY:
        return _services(desk) if desk.slip is None else _slip(desk.slip, desk.notice)
    typed = desk.typed
    return Scene(
        Signal.IDLE,
        words.SHOW_CARD,
        party=None if typed == ALONE else typed,
        notice=desk.notice,
    )


def accepted(current: Current, *, asks: bool) -> Scene:
    """Return the welcome; ``asks`` adds the question for children, which stays open for a while."""
    return _welcome(words.WELCOME, current, words.CHILDREN if asks else None)


def repeated(current: Current) -> Scene:
    """Return the scene of a card that was read already: in, and not counted again."""
    return _welcome(words.DONE_ALREADY, current, None)


def _welcome(title: Text, current: Current, detail: Text | None) -> Scene:
    """Return a welcome, with the wristband that staff charge where a pool does (OM-60)."""
    wristband = current.wristband
    return Scene(
        Signal.ACCEPTED,
        title,
        detail=detail,
        party=current.admitted,
        remaining=current.remaining,
        charge=None if wristband is None else words.WRISTBAND.fill(sum=euros(wristband)),
    )


def refused(reason: Reason) -> Scene:
    """Return a refusal with what mends it."""
    return Scene(Signal.REFUSED, WORDS[reason].title, detail=WORDS[reason].mend)


def not_amended(reason: Reason, stands: Party) -> Scene:
    """Return a change that was refused, and what stands all the same."""
    return Scene(
        Signal.REFUSED,
        WORDS[reason].title,
        detail=words.STANDS.fill(children=stands.children),
        party=stands,
    )


def taken_back(current: Current) -> Scene:
    """Return the word that the last use is taken back."""
    fee = current.use.fee
    if fee is None:
        return Scene(Signal.IDLE, words.TAKEN_BACK)
    return Scene(Signal.IDLE, words.FEE_TAKEN_BACK.fill(sum=euros(fee.cents)))


def nothing_to_take_back(desk: Desk) -> Scene:
    """Return the word that no use can be taken back."""
    at_library = desk.manners.profile is Profile.LIBRARY
    title = words.FEE_NOT_TAKEN_BACK if at_library else words.NOT_TAKEN_BACK
    return Scene(Signal.REFUSED, title, detail=words.ASK_STAFF)


# --- at a library's desk (OM-59) ---


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
    return Scene(Signal.ASK, words.TOO_LARGE, words.AT_MOST.fill(sum=most))


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


def fee_refused(reason: Reason, left: int | None) -> Scene:
    """Return a refusal; ``left`` are the cents that could be covered, where that is the reason."""
    if reason is not Reason.FEES_USED_UP or left is None:
        return refused(reason)
    detail = words.COULD_COVER.fill(sum=euros(left)) if left else words.NOTHING_LEFT
    return Scene(Signal.REFUSED, WORDS[reason].title, detail)
