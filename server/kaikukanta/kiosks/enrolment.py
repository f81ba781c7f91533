"""How a kiosk comes into the network: by a code that works once, given to whoever sets it up."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session, col, select

from server.kaikukanta.kiosks.codes import typed
from server.kaikukanta.kiosks.tables import Enrolment, Kiosk, KioskOffering
from server.kaikukanta.network.tables import Venue
from server.kaikukanta.offerings.tables import OfferingRecord
from server.security import hash_code, hash_token, new_code, new_token

LASTS = timedelta(hours=24)
"""How long a code works unless somebody says otherwise."""


class NotTheVenuesError(ValueError):
    """An offering is not the venue's, or there is none at all."""


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A kiosk that has just come in; its token is shown this once."""

    kiosk: Kiosk
    venue: Venue
    offerings: tuple[UUID, ...]
    token: str = field(repr=False)


def open_enrolment(
    session: Session,
    venue_id: UUID,
    offerings: Sequence[UUID],
    now: datetime,
    lasts: timedelta = LASTS,
) -> str:
    """Return a new code for a kiosk of the venue at those offerings; it is shown this once.

    Raise :class:`NotTheVenuesError` where an offering is another's or none is given.
    """
    own = select(OfferingRecord.id).where(OfferingRecord.venue_id == venue_id)
    if not offerings or not set(offerings) <= set(session.exec(own)):
        raise NotTheVenuesError("a kiosk serves at least one offering, and only its venue's own")
    code = new_code()
    session.add(
        Enrolment(
            code_hash=hash_code(code),
            venue_id=venue_id,
            offering_ids=[str(id_) for id_ in offerings],
            expires_at=now + lasts,
        )
    )
    return code


def enrol(session: Session, code: str, name: str, now: datetime) -> Enrolled | None:
    """Use up a code and return the new kiosk, or None for a wrong, used or expired one.

    Of two that come at once with one code, one gets it.
    """
    canonical = typed(code)
    if canonical is None:
        return None
    taken = session.execute(
        update(Enrolment)
        .where(
            col(Enrolment.code_hash) == hash_code(canonical),
            col(Enrolment.used_at).is_(None),
            col(Enrolment.expires_at) > now,
        )
        .values(used_at=now)
        .returning(col(Enrolment.venue_id), col(Enrolment.offering_ids))
    ).one_or_none()
    if taken is None:
        return None
    venue_id, offering_ids = taken
    return _add(session, venue_id, tuple(map(UUID, offering_ids)), name, now)


def _add(
    session: Session, venue_id: UUID, offerings: tuple[UUID, ...], name: str, now: datetime
) -> Enrolled:
    token = new_token("kki")
    kiosk = Kiosk(venue_id=venue_id, name=name, token_hash=hash_token(token), enrolled_at=now)
    session.add(kiosk)
    session.flush()
    session.add_all(KioskOffering(kiosk_id=kiosk.id, offering_id=id_) for id_ in offerings)
    return Enrolled(kiosk, session.get_one(Venue, venue_id), offerings, token)
