"""Wrong cards: how many a caller may present, so that nobody finds numbers by trying."""

from kaiku.decide import Decision
from kaiku.reason import Reason
from server.kaikukanta.network.attempts import Limit
from server.kaikukanta.network.callers import Caller, caller_id
from server.kaikukanta.settings import Settings

_WRONG = frozenset({Reason.UNREADABLE, Reason.UNKNOWN_CARD})


def wrong_cards(settings: Settings, caller: Caller) -> Limit:
    """Return how many wrong cards a caller may present within a window."""
    return Limit(f"card:{caller_id(caller)}", settings.wrong_cards)


def count_wrong(decision: Decision) -> int:
    """Return how many cards of a refusal cannot be read or are not known, a group's included."""
    reasons = (decision.reason, *(missing.reason for missing in decision.missing))
    return sum(reason in _WRONG for reason in reasons)
