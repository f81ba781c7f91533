"""What happens at the kiosk, as a pure state machine.

State, event and facts in, state and effects out.

It reads no device, no clock and no store, and knows nothing of what it is wired to. The shell
(:mod:`kiosk.app`) hands it events one at a time and carries its effects out in their order; that
order is the promise: a use is recorded before anybody is told and before the gate opens.
"""

from kiosk.desk.machine import deadline, resume, step
from kiosk.desk.report import Report
from kiosk.desk.scenes import idle
from kiosk.desk.slip import Choice, Slip
from kiosk.desk.state import (
    Annulled,
    Answered,
    Ask,
    AskAmended,
    Desk,
    Effect,
    Event,
    Group,
    InputEnded,
    Known,
    Log,
    Manners,
    Moment,
    Noticed,
    Open,
    Presented,
    Profile,
    Record,
    Served,
    Standing,
    StatusTold,
    Tell,
    TimePassed,
    Typed,
    Undecided,
    Verdict,
    WentThrough,
)

__all__ = [
    "Annulled",
    "Answered",
    "Ask",
    "AskAmended",
    "Choice",
    "Desk",
    "Effect",
    "Event",
    "Group",
    "InputEnded",
    "Known",
    "Log",
    "Manners",
    "Moment",
    "Noticed",
    "Open",
    "Presented",
    "Profile",
    "Record",
    "Report",
    "Served",
    "Slip",
    "Standing",
    "StatusTold",
    "Tell",
    "TimePassed",
    "Typed",
    "Undecided",
    "Verdict",
    "WentThrough",
    "deadline",
    "idle",
    "resume",
    "step",
]
