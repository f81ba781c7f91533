"""What the desk shows: from what was decided to a scene, in words that tell no bystander more."""

from collections.abc import Sequence
from dataclasses import replace

from kaiku.decision import Missing
from kaiku.group import GroupSize
from kaiku.money import euros
from kaiku.party import ALONE
from kaiku.reason import WORDS, Reason
from kaiku.text import Language, Text
from kiosk import words
from kiosk.desk import fee_scenes
from kiosk.desk.state import Current, Desk, Group, Profile
from kiosk.ports import Scene, Signal


def idle(desk: Desk) -> Scene:
    """Return the scene that waits for a card, with what has been typed so far."""
    if desk.manners.profile is Profile.LIBRARY:
        return fee_scenes.idle(desk)
    if desk.group is not None:
        return _group(desk, desk.group)
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


def refused(reason: Reason, missing: Sequence[Missing] = (), left: int | None = None) -> Scene:
    """Return a refusal with what mends it; of a group it says which card and why.

    ``left`` are the visits that a smaller party could still come in on, where they are the reason:
    told as discreetly as after a welcome (OM-60).
    """
    detail = WORDS[reason].mend if not missing else _named(missing)
    remaining = left if reason is Reason.VISITS_USED_UP else None
    return Scene(Signal.REFUSED, WORDS[reason].title, detail=detail, remaining=remaining)


def _named(missing: Sequence[Missing]) -> Text:
    """Return which cards of a group cannot come in and why, and what the others do.

    Cards are named by the order of their showing.
    """
    places: dict[Reason, list[str]] = {}
    for each in missing:
        places.setdefault(each.reason, []).append(str(each.place))

    def named(language: Language) -> str:
        said = words.CARD_OF_GROUP.in_(language)
        each = (
            said.format(places=", ".join(which), reason=WORDS[reason].title.in_(language))
            for reason, which in places.items()
        )
        return " ".join((*each, words.OTHERS_AGAIN.in_(language)))

    return Text(*map(named, Language))


def _group(desk: Desk, group: Group) -> Scene:
    """Return the scene of an open group: who is there so far, and how it goes on."""
    place = len(group.members)
    title = words.CARD_READ.fill(place=place) if place else words.SHOW_ALL_CARDS
    party = replace(desk.typed, adults=1 + place)
    return Scene(Signal.ASK, title, words.ALL_HERE, party, notice=desk.notice)


def joined_already(desk: Desk) -> Scene:
    """Return the scene of an open group after a card of it was shown again."""
    return replace(idle(desk), title=words.DONE_ALREADY)


def not_joined(reason: Reason, size: GroupSize) -> Scene:
    """Return why a card, or more persons, are not taken into the open group, which goes on."""
    match reason:
        case Reason.UNREADABLE | Reason.CHILDREN_NOT_IN_GROUPS:
            detail = WORDS[reason].mend
        case Reason.GROUP_TOO_LARGE:
            detail = words.LARGEST_GROUP.fill(most=size.persons)
        case Reason.COMMUNITY_CARD_ALONE:
            return Scene(Signal.REFUSED, words.NO_MEMBER, words.WITHOUT_IT)
        case _:
            detail = words.WITHOUT_IT
    return Scene(Signal.REFUSED, WORDS[reason].title, detail=detail)


def not_completed() -> Scene:
    """Return the word that a group has ended with nobody let in."""
    return Scene(Signal.REFUSED, words.NOT_COMPLETED, detail=words.BEGIN_AGAIN)


def not_amended(reason: Reason, current: Current) -> Scene:
    """Return a change that was refused, and what stands all the same."""
    stands = current.admitted
    return Scene(
        Signal.REFUSED,
        WORDS[reason].title,
        detail=words.STANDS.fill(children=stands.children),
        party=stands,
        remaining=current.remaining,
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
