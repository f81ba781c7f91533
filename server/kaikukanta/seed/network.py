"""The sample network in the database: municipalities, distributors, venues, tokens and codes."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session

from kaiku.days import day_of
from kaiku.number import ALPHABET
from kaiku.offering import Offering
from kaiku.wire import write_limit, write_tariff
from server.kaikukanta.kiosks.tables import Enrolment
from server.kaikukanta.network.tables import (
    Credential,
    Distributor,
    Municipality,
    Postcode,
    Role,
    Venue,
)
from server.kaikukanta.offerings.tables import OfferingRecord
from server.kaikukanta.seed.places import OUTSIDE, PLACES
from server.kaikukanta.seed.programme import Sample, SampleVenue
from server.kaikukanta.seed.venues import MAIN, OTHERS
from server.security import hash_code, hash_token

_CODE_DAYS = 3650
_DISTRIBUTORS = ("Sosiaalipalvelut", "Diakoniatyö", "Nuorten työpajat")


class Numbers:
    """Gives changes their places in the feed, from 1 on."""

    def __init__(self) -> None:
        self.last = 0

    def take(self) -> int:
        """Return the next place."""
        self.last += 1
        return self.last


@dataclass(frozen=True, slots=True)
class Network:
    """What was built: ids by which cards and uses refer to it, and the ``vars`` of the seed.

    ``distributors`` are by municipality, ``standing`` the standing entries with the credential that
    records their uses.
    """

    numbers: Numbers
    distributors: dict[str, tuple[UUID, ...]] = field(default_factory=dict)
    standing: list[tuple[Offering, UUID]] = field(default_factory=list)
    vars: dict[str, str] = field(default_factory=dict)


def build_network(session: Session, rng: random.Random, now: datetime) -> Network:
    """Add the whole network to the session."""
    builder = _Builder(session, rng, now)
    builder.municipalities()
    offerings = builder.venue(MAIN)
    for name, offering in zip(("offering", "pool", "performance"), offerings, strict=True):
        builder.network.vars[name] = str(offering.id)
    for name, offering in zip(("", "_pool", "_performance"), offerings, strict=True):
        builder.enrolment(f"enrolment{name}", offering)
    for venue in OTHERS:
        builder.venue(venue)
    return builder.network


class _Builder:
    def __init__(self, session: Session, rng: random.Random, now: datetime) -> None:
        self._session = session
        self._rng = rng
        self._now = now
        self.network = Network(Numbers())

    def municipalities(self) -> None:
        """Add the municipalities with their postcodes and three distributors each."""
        for place in PLACES:
            self._session.add(Municipality(code=place.code, name_fi=place.fi, name_sv=place.sv))
        for place in (*PLACES, OUTSIDE):
            self._session.add_all(
                Postcode(
                    code=code, municipality_code=place.code, name_fi=place.fi, name_sv=place.sv
                )
                for code in place.postcodes
            )
        self._session.flush()
        for place in PLACES:
            kept = [
                Distributor(id=self._id(), name=f"{name}, {place.fi}", municipality_code=place.code)
                for name in _DISTRIBUTORS
            ]
            self._session.add_all(kept)
            self.network.distributors[place.code] = tuple(each.id for each in kept)

    def venue(self, sample: SampleVenue) -> list[OfferingRecord]:
        """Add a venue with its offerings and its token."""
        venue = Venue(
            id=self._id(),
            kind=sample.kind,
            name_fi=sample.name.fi,
            name_sv=sample.name.sv,
            name_en=sample.name.en,
            municipality_code=sample.place,
            changed=self.network.numbers.take(),
        )
        self._session.add(venue)
        self._session.flush()
        recorder = self._credential(venue)
        return [self._offering(venue, each, recorder) for each in sample.offerings]

    def enrolment(self, name: str, offering: OfferingRecord) -> None:
        """Add a one-time code for a kiosk at the offering, kept in the ``vars`` by the name."""
        code = "-".join("".join(self._rng.choices(ALPHABET, k=4)) for _ in range(4))
        self._session.add(
            Enrolment(
                id=self._id(),
                code_hash=hash_code(code),
                venue_id=offering.venue_id,
                offering_ids=[str(offering.id)],
                expires_at=self._now + timedelta(days=_CODE_DAYS),
            )
        )
        self.network.vars[name] = code

    def _credential(self, venue: Venue) -> UUID:
        token = "sample_" + "".join(self._rng.choices(ALPHABET, k=32))
        self.network.vars.setdefault("token", token)
        credential = Credential(
            id=self._id(),
            role=Role.VENUE,
            name=f"{venue.name_fi}: lipunmyynti",
            venue_id=venue.id,
            token_hash=hash_token(token),
            created_at=self._now,
        )
        self._session.add(credential)
        return credential.id

    def _offering(self, venue: Venue, sample: Sample, recorder: UUID) -> OfferingRecord:
        window = None if sample.show is None else sample.show.window(day_of(self._now))
        record = OfferingRecord(
            id=self._id(),
            venue_id=venue.id,
            name_fi=sample.name.fi,
            name_sv=sample.name.sv,
            name_en=sample.name.en,
            category=sample.category,
            opens=window.opens if window else None,
            starts=window.starts if window else None,
            ends=window.ends if window else None,
            limits=[write_limit(limit) for limit in sample.limits],
            children_welcome=sample.children_welcome,
            exclusion=sample.exclusion,
            kind=sample.kind,
            tickets=sample.tickets,
            tariffs=[write_tariff(tariff) for tariff in sample.tariffs],
            wristband=sample.wristband,
            changed=self.network.numbers.take(),
        )
        self._session.add(record)
        if window is None:
            offering = Offering(record.id, sample.name, sample.category, None, sample.limits)
            self.network.standing.append((offering, recorder))
        return record

    def _id(self) -> UUID:
        return UUID(int=self._rng.getrandbits(128), version=4)
