"""What the desk shows: from what was decided to a scene, in words that tell no bystander more."""

from kaiku.money import euros
from kaiku.party import ALONE, Party
from kaiku.reason import WORDS, Reason
from kaiku.text import Text
from kiosk import words
from kiosk.desk import fee_scenes
from kiosk.desk.state import Current, Desk, Profile
from kiosk.ports import Scene, Signal


def idle(desk: Desk) -> Scene:
    """Return the scene that waits for a card, with what has been typed so far."""
    if desk.manners.profile is Profile.LIBRARY:
        return fee_scenes.idle(desk)
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
