"""What goes into the desk, what comes out of it, and what it is between two events."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, StrEnum, auto
from uuid import UUID

from kaiku.card import Card
from kaiku.decide import NO_FACTS, Facts
from kaiku.fee import Fee
from kaiku.group import USUAL_SIZE, GroupSize, Member
from kaiku.offering import Offering
from kaiku.party import ALONE, Party
from kaiku.reason import Reason
from kaiku.text import Text
from kaiku.wire import Answer, Outcome, Use
from kiosk.desk.report import Report
from kiosk.desk.slip import Choice, Slip
from kiosk.ports import Key, Scene

# --- what goes in ---


@dataclass(frozen=True, slots=True)
class Moment:
    """Now.

    ``at`` is the instant that is recorded, ``clock`` the monotonic seconds that windows use.

    ``suspect`` says that the kiosk doubts its clock (promise P7), and ``guessed`` that nobody has
    told it the time in place of that: what ``at`` says against a card is not certain.
    """

    at: datetime
    clock: float
    suspect: bool = False
    guessed: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What the kiosk knows of a card at this moment, from its own store.

    ``offering`` is the one that is served now, at a library's desk the chosen service's; None
    before the first contact with the register.
    ``lease`` is the one that the leased seats of the facts are from.
    ``whole`` says that the store has once held every card, so that a card it lacks is unknown
    indeed. ``ask`` says that the register may be asked now. ``spent`` are the cents that the card
    has been covered for, in the period of the service that is chosen at a library's desk.
    ``members`` are those of the group that is open, and ``size`` is how large it may be.
    """

    offering: Offering | None = None
    card: Card | None = None
    facts: Facts = NO_FACTS
    lease: UUID | None = None
    whole: bool = False
    ask: bool = False
    spent: int = 0
    members: tuple[Member, ...] = ()
    size: GroupSize = USUAL_SIZE

    @property
    def unleased(self) -> "Known":
        """The same, with no seat that may be given away without the register."""
        return replace(self, facts=replace(self.facts, leased=0), lease=None)

    @property
    def of_group(self) -> "Known":
        """The same, with the seats that the members of the group have booked, not its leader."""
        booked = sum(member.facts.booked for member in self.members)
        return replace(self, facts=replace(self.facts, booked=booked))


@dataclass(frozen=True, slots=True)
class Presented:
    """A card was shown; ``digest`` is None for an unreadable scan.

    ``use`` is the id of what comes of it.
    """

    digest: bytes | None
    use: UUID


@dataclass(frozen=True, slots=True)
class Answered:
    """The register answered what was asked last, or did not within the budget (None)."""

    answer: Answer | None


@dataclass(frozen=True, slots=True)
class Typed:
    """A key was pressed."""

    key: Key


@dataclass(frozen=True, slots=True)
class WentThrough:
    """The gate saw a person pass."""


@dataclass(frozen=True, slots=True)
class TimePassed:
    """A deadline of :func:`deadline` may have come."""


@dataclass(frozen=True, slots=True)
class InputEnded:
    """No card will be shown any more."""


@dataclass(frozen=True, slots=True)
class Noticed:
    """What staff should see on the idle screen has changed; None is all well."""

    notice: Text | None


@dataclass(frozen=True, slots=True)
class Served:
    """The register has told what is offered here now."""

    offerings: tuple[Offering, ...]


@dataclass(frozen=True, slots=True)
class StatusTold:
    """Staff have asked how the kiosk does, and this is how."""

    report: Report


Event = (
    Presented
    | Answered
    | Typed
    | WentThrough
    | TimePassed
    | InputEnded
    | Noticed
    | Served
    | StatusTold
)

# --- what comes out ---


class Undecided(StrEnum):
    """A group is open: whose card was shown comes in with it, or does not."""

    ASK = "ask"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided, for the log: no card in it.

    ``repeat`` marks a card shown again within seconds, which is not counted again; ``amends`` a
    change of the party of a use that was accepted before.
    """

    outcome: Outcome | Undecided
    reason: Reason | None
    use: UUID
    party: Party
    source: str
    repeat: bool = False
    amends: bool = False


class Standing(Enum):
    """How a recorded use stands with the register.

    ``ASKED``: it is being asked about. What is recorded then is what holds if the power goes before
    the answer is told: the visitor has seen nothing, so nothing has happened, and the register is
    told so whatever it had answered.
    """

    UNSENT = auto()
    ASKED = auto()
    SENT = auto()


@dataclass(frozen=True, slots=True)
class Record:
    """Commit the use to the journal before anything that follows.

    ``booked`` are the seats that its card, or a group's members, had booked.
    """

    use: Use
    admitted: Party
    source: str
    standing: Standing = Standing.UNSENT
    booked: int = 0


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask the register to decide and record; come back with :class:`Answered`.

    ``fee`` and ``members`` are as in the use that comes of it, ``guessed`` as in the moment.
    """

    use: UUID
    digest: bytes
    offering: UUID
    party: Party
    at: datetime
    fee: Fee | None = None
    members: tuple[bytes, ...] | None = None
    guessed: bool = False


@dataclass(frozen=True, slots=True)
class AskAmended:
    """Ask the register to decide the party of a use anew; come back with :class:`Answered`.

    ``after`` is the revision of what stood before: what the journal says later overrules it.
    """

    use: UUID
    party: Party
    after: int


@dataclass(frozen=True, slots=True)
class Tell:
    """Show a scene, with the signal's sound where ``aloud``."""

    scene: Scene
    aloud: bool = False


@dataclass(frozen=True, slots=True)
class Open:
    """Let so many persons through the gate."""

    persons: int


@dataclass(frozen=True, slots=True)
class Log:
    """Write a verdict to the log."""

    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Annulled:
    """Write to the log that a use was taken back, or annulled because nobody passed."""

    use: UUID
    why: str


Effect = Record | Ask | AskAmended | Tell | Open | Log | Annulled

# --- state ---


class Profile(StrEnum):
    """What kind of place the kiosk stands at: an entrance, or a library's desk (OM-59)."""

    ENTRANCE = "entrance"
    LIBRARY = "library"


@dataclass(frozen=True, slots=True)
class Manners:
    """How the station behaves; all in seconds of the monotonic clock.

    ``passage`` is None where the gate cannot see whether anybody passes.
    """

    profile: Profile = Profile.ENTRANCE
    attended: bool = False
    shown: float = 5.0
    children: float = 8.0
    repeat: float = 8.0
    take_back: float = 60.0
    typing: float = 30.0
    group: float = 60.0
    passage: float | None = None


@dataclass(frozen=True, slots=True)
class Current:
    """A use that was accepted, while it can still be amended, repeated or taken back.

    The question for children is open before ``children_until``. The gate has opened for ``opened``
    persons: a party that is made smaller and larger again does not open it anew. ``remaining`` are
    the visits left, or the cents of a fee's service. ``wristband`` is what staff charge, in cents.
    ``booked`` are the seats that its card had booked. ``resumed`` is when the kiosk came back with
    it after a restart; then none are known to have been let through.
    """

    use: Use
    admitted: Party
    since: float
    children_until: float
    opened: int
    remaining: int | None = None
    digits: str = ""
    wristband: int | None = None
    resumed: float | None = None
    booked: int = 0


@dataclass(frozen=True, slots=True)
class Passage:
    """A use whose people have not all passed the gate yet; nobody until ``until`` annuls it."""

    use: Use
    persons: int
    until: float
    seen: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """A group that is open: who comes along is what the keys have said, and the members.

    ``use`` is the id of what comes of it. Without a card or a key until ``until`` it is over.
    """

    leader: bytes
    use: UUID
    until: float
    members: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Desk:
    """The desk between two events.

    ``current`` is the use that was accepted last, ``earlier`` those before it whose cards may still
    be shown again. ``choices`` are the services of a library's desk, ``slip`` what is typed there.
    """

    manners: Manners
    digits: str = ""
    helpers: int = 0
    supporters: int = 0
    typed_until: float = 0.0
    shown_until: float | None = None
    notice: Text | None = None
    current: Current | None = None
    earlier: tuple[Current, ...] = ()
    passages: tuple[Passage, ...] = ()
    asked: Ask | AskAmended | None = None
    choices: tuple[Choice, ...] = ()
    slip: Slip | None = None
    group: Group | None = None

    @property
    def is_typing(self) -> bool:
        """Tell whether something is typed that a card is to follow."""
        return self.slip is not None or self.typed != ALONE

    @property
    def typed(self) -> Party:
        """The party that the keys have said so far."""
        return Party(
            children=int(self.digits or 0), helpers=self.helpers, supporters=self.supporters
        )


Step = tuple[Desk, tuple[Effect, ...]]
