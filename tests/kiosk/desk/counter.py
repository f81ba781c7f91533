"""A library's desk in a test: an entrance that serves fees, and knows what cards have spent."""

from dataclasses import dataclass, field, replace

from kaiku.offering import Offering, OfferingKind, Period, Service, Tariff
from kaiku.party import ALONE
from kaiku.text import Text
from kaiku.wire import Answer, Outcome
from kiosk.desk import Ask, Known, Manners, Profile, Served
from tests.kaiku.made import entry
from tests.kiosk.desk.entrance import Entrance

COPYING = Tariff(Service.COPYING, unit=30, cap=600)
OVERDUE = Tariff(Service.OVERDUE)
INTERLIBRARY = Tariff(Service.INTERLIBRARY, unit=600, cap=1800, period=Period.MONTH)
LIBRARY = replace(
    entry(),
    name=Text.same("Main library"),
    kind=OfferingKind.LIBRARY,
    tariffs=(COPYING, OVERDUE, INTERLIBRARY),
)
MANNERS = Manners(profile=Profile.LIBRARY)


@dataclass
class Counter(Entrance):
    """A library's desk and its surroundings.

    ``told`` are the cents that the register has told of each card and service.
    """

    manners: Manners = MANNERS
    offering: Offering | None = LIBRARY
    told: dict[tuple[bytes, Service], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Open the desk with its services."""
        super().__post_init__()
        self.serve(LIBRARY)

    def serve(self, *offerings: Offering) -> None:
        """Let the register tell what is offered here."""
        self.do(Served(offerings))

    def known(self, digest: bytes | None) -> Known:
        """Return what the store knows of a card for the service that is chosen."""
        slip = self.desk.slip
        if slip is None:
            return super().known(digest)
        card = None if digest is None else self.cards.get(digest)
        spent = self.spent(digest, slip.choice.tariff.service)
        return Known(slip.choice.offering, card, whole=self.whole, ask=self.online, spent=spent)

    def spent(self, digest: bytes | None, service: Service) -> int:
        """Return the cents that a card has been covered for, as far as this kiosk knows."""
        if digest is None:
            return 0
        return self.told.get((digest, service), 0) + sum(
            record.use.fee.cents
            for record in self.journal.values()
            if record.use.fee is not None
            and (record.use.digest, record.use.fee.service) == (digest, service)
            and record.use.outcome is Outcome.ACCEPTED
            and not record.use.voided
        )

    def cover(self, left: int | None = None) -> None:
        """Let the register cover the fee that was asked about."""
        asked = self.desk.asked
        assert isinstance(asked, Ask)
        self.answer(Answer(asked.use, Outcome.ACCEPTED, None, ALONE, left))
