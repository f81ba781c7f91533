"""An entrance in a test: a desk with its clock, what its store knows, and all that it has done."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

from kaiku.card import Card
from kaiku.decide import Facts
from kaiku.group import USUAL_SIZE, GroupSize, Member
from kaiku.offering import Offering
from kaiku.party import NOBODY, Party
from kaiku.reason import Reason
from kaiku.text import Text
from kaiku.wire import Answer, Outcome, Use
from kiosk.desk import (
    Answered,
    Ask,
    Desk,
    Effect,
    Event,
    InputEnded,
    Known,
    Log,
    Manners,
    Moment,
    Noticed,
    Open,
    Presented,
    Record,
    Tell,
    TimePassed,
    Typed,
    Verdict,
    WentThrough,
    deadline,
    step,
)
from kiosk.ports import Key, Scene
from tests.kaiku.made import NOON, card, entry

E = TypeVar("E")

AINO, ELLI, OTTO = (bytes([letter]) * 16 for letter in b"AEO")
"""Digests of three holders' cards."""


@dataclass
class Entrance:
    """A desk and its surroundings; time goes on only by :meth:`wait`."""

    manners: Manners = field(default_factory=Manners)
    offering: Offering | None = field(default_factory=entry)
    cards: dict[bytes, Card] = field(
        default_factory=lambda: {AINO: card(2), ELLI: card(0), OTTO: card(1)}
    )
    facts: Facts = field(default_factory=Facts)
    own: dict[bytes, Facts] = field(default_factory=dict)
    size: GroupSize = USUAL_SIZE
    lease: UUID | None = None
    whole: bool = True
    online: bool = False
    suspect: bool = False
    guessed: bool = False

    def __post_init__(self) -> None:
        """Open the doors."""
        self.desk = Desk(self.manners)
        self.clock = 1000.0
        self.effects: list[Effect] = []
        self.history: list[Effect] = []
        self._uses = 0

    # --- what happens ---

    @property
    def now(self) -> Moment:
        """The moment: the wall clock goes on with the monotonic one."""
        at = NOON + timedelta(seconds=self.clock - 1000)
        return Moment(at, self.clock, self.suspect, self.guessed)

    def known(self, digest: bytes | None) -> Known:
        """Return what the store knows of a card, and of the members of a group."""
        found = None if digest is None else self.cards.get(digest)
        facts = self.facts if digest is None else self.own.get(digest, self.facts)
        group, asked = self.desk.group, self.desk.asked
        digests = () if group is None else group.members
        if isinstance(asked, Ask):
            digests = asked.members or ()
        members = tuple(
            Member(self.cards.get(each), self.own.get(each, self.facts)) for each in digests
        )
        return Known(
            self.offering,
            found,
            facts,
            self.lease,
            whole=self.whole,
            ask=self.online,
            members=members,
            size=self.size,
        )

    def do(self, event: Event, digest: bytes | None = None) -> list[Effect]:
        """Take one step, and return its effects."""
        self.desk, effects = step(self.desk, event, self.known(digest), self.now)
        self.effects = list(effects)
        self.history += effects
        return self.effects

    def scan(self, digest: bytes | None) -> list[Effect]:
        """Show a card; None is a scan that cannot be read."""
        self._uses += 1
        return self.do(Presented(digest, UUID(int=self._uses)), digest)

    def press(self, keys: str) -> list[Effect]:
        """Press keys; ``<`` is Backspace and ``=`` is Enter."""
        effects: list[Effect] = []
        for key in keys:
            current, group = self.desk.current, self.desk.group
            named = {"<": Key.CLEAR, "=": Key.ENTER}.get(key)
            digest = None if current is None else current.use.digest
            digest = digest if group is None else group.leader
            effects += self.do(Typed(named or Key(key)), digest)
        self.effects = effects
        return effects

    def answer(self, answer: Answer | None) -> list[Effect]:
        """Let the register answer what was asked, or stay silent."""
        asked = self.desk.asked
        assert asked is not None
        if isinstance(asked, Ask):
            digest: bytes | None = asked.digest
        else:
            assert self.desk.current is not None
            digest = self.desk.current.use.digest
        return self.do(Answered(answer), digest)

    def accept(self, *, remaining: int | None = None) -> list[Effect]:
        """Let the register accept the party that was asked about."""
        asked = self.desk.asked
        assert asked is not None
        party = asked.party
        if isinstance(asked, Ask) and asked.members is not None:
            party = replace(party, adults=1 + len(asked.members))
        return self.answer(Answer(asked.use, Outcome.ACCEPTED, None, party, remaining))

    def refuse(self, reason: Reason) -> list[Effect]:
        """Let the register refuse what was asked about."""
        asked = self.desk.asked
        assert asked is not None
        return self.answer(Answer(asked.use, Outcome.REFUSED, reason, NOBODY))

    def walk_through(self, persons: int = 1) -> None:
        """Let the gate see so many persons pass."""
        for _ in range(persons):
            self.do(WentThrough())

    def end_input(self) -> list[Effect]:
        """Let the last scanner come to its end."""
        return self.do(InputEnded())

    def notice(self, notice: Text | None) -> list[Effect]:
        """Let something be noticed that staff should see."""
        return self.do(Noticed(notice))

    def wait(self, seconds: float) -> list[Effect]:
        """Let time pass, with each deadline kept on the way."""
        end = self.clock + seconds
        effects: list[Effect] = []
        while (due := deadline(self.desk)) is not None and due <= end:
            self.clock = max(self.clock, due)
            effects += self.do(TimePassed())
            after = deadline(self.desk)
            assert after is None or after > self.clock, "a deadline that is past stays for ever"
        self.clock = end
        self.effects = effects
        return effects

    # --- what came of it ---

    def all(self, kind: type[E]) -> list[E]:
        """Return the last step's effects of a kind."""
        return [effect for effect in self.effects if isinstance(effect, kind)]

    def one(self, kind: type[E]) -> E:
        """Return the last step's only effect of a kind."""
        (effect,) = self.all(kind)
        return effect

    @property
    def shows(self) -> Scene:
        """The scene that is on display."""
        return [effect.scene for effect in self.history if isinstance(effect, Tell)][-1]

    @property
    def verdict(self) -> Verdict:
        """The last step's verdict."""
        return self.one(Log).verdict

    @property
    def recorded(self) -> Use:
        """The last step's recorded use."""
        return self.one(Record).use

    @property
    def opened(self) -> int:
        """For how many persons the gate has opened so far."""
        return sum(effect.persons for effect in self.history if isinstance(effect, Open))

    @property
    def journal(self) -> dict[UUID, Record]:
        """Each use as it was recorded last."""
        return {effect.use.id: effect for effect in self.history if isinstance(effect, Record)}

    @property
    def inside(self) -> list[Party]:
        """The parties that the journal holds as admitted."""
        return [
            record.admitted
            for record in self.journal.values()
            if record.use.outcome is Outcome.ACCEPTED and not record.use.voided
        ]


def kinds(effects: list[Effect]) -> list[type[Effect]]:
    """Return the kinds of effects, in order."""
    return [type(effect) for effect in effects]
