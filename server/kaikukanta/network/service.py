"""Adding to the network: distributors, venues, and the credentials that systems call with."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from kaiku.text import Text
from kaiku.venue import VenueKind
from server.kaikukanta.feed.service import next_seq
from server.kaikukanta.network.tables import (
    AgentOffering,
    Credential,
    Distributor,
    Role,
    Venue,
)
from server.security import hash_token, new_token


def create_distributor(session: Session, name: str, municipality_code: str) -> Distributor:
    """Add a distributor of a municipality that is in the network."""
    distributor = Distributor(name=name, municipality_code=municipality_code)
    session.add(distributor)
    return distributor


def create_venue(session: Session, kind: VenueKind, name: Text, municipality_code: str) -> Venue:
    """Add a venue of a municipality that is in the network."""
    venue = Venue(
        kind=kind,
        name_fi=name.fi,
        name_sv=name.sv,
        name_en=name.en,
        municipality_code=municipality_code,
    )
    session.add(venue)
    venue.changed = next_seq(session)
    return venue


def create_venue_credential(
    session: Session, venue_id: UUID, name: str, now: datetime
) -> tuple[Credential, str]:
    """Add a credential of a venue's own system; return it with its token, shown this once."""
    token = new_token("kkv")
    credential = Credential(
        role=Role.VENUE,
        name=name,
        venue_id=venue_id,
        token_hash=hash_token(token),
        created_at=now,
    )
    session.add(credential)
    return credential, token


def create_agent_credential(
    session: Session, name: str, offerings: Iterable[UUID], now: datetime
) -> tuple[Credential, str]:
    """Add a credential of a ticket agent for the offerings that venues have granted it (OM-51).

    Return it with its token, shown this once.
    """
    token = new_token("kka")
    credential = Credential(
        role=Role.AGENT, name=name, token_hash=hash_token(token), created_at=now
    )
    session.add(credential)
    session.flush()
    session.add_all(
        AgentOffering(credential_id=credential.id, offering_id=offering) for offering in offerings
    )
    return credential, token


def revoke_credential(session: Session, credential: Credential, now: datetime) -> None:
    """Make a credential's token good for nothing from now on."""
    credential.revoked_at = credential.revoked_at or now
    session.add(credential)
