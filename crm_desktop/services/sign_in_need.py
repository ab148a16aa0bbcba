"""Whether anybody has to sign in, and who is at work before somebody has. Apart from the rest, since every opening asks it."""

from __future__ import annotations

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from crm_desktop.actor import Actor
from crm_desktop.rights import Rights
from db.models.sign_in import Credential
from db.roles import own


def required(connection: Connection | Session) -> bool:
    """Whether a password stands before the data: as soon as one person has one. Who came in with an own role of a server has proved it."""
    return own(connection) or connection.scalar(select(Credential.user_id).limit(1)) is not None


def was_reset(connection: Connection | Session, user_id: int) -> bool:
    """Whether the person has a one-time password, and has not signed in with it yet."""
    return bool(connection.scalar(select(Credential.must_change).where(Credential.user_id == user_id)))


def nobody(station: str) -> Actor:
    """Who is at work while somebody still has to sign in: may see and do nothing."""
    return Actor(None, "", rights=Rights(), station=station)


def is_nobody(actor: Actor) -> bool:
    """Whether somebody still has to sign in."""
    return actor.user_id is None and not actor.rights.everything and not actor.rights.holdings
