"""What signing in rests on: passwords, recovery codes, failed attempts, enrolled PCs, and from where and when people may sign in.

None of it is a record that a list shows: `services/credentials.py` and its neighbours are the only ones who read and write it.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, now


class Credential(Base):
    """The password of a person, as a hash that says how it was made (argon2id, in the usual text form)."""

    __tablename__ = "credential"
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)
    password: Mapped[str]
    changed_at: Mapped[dt.datetime] = mapped_column(default=now)
    must_change: Mapped[bool] = mapped_column(default=False)  # a one-time password: good for choosing another, nothing else
    expires_at: Mapped[dt.datetime | None]  # of a one-time password
    last_sign_in: Mapped[dt.datetime | None]


class RecoveryCode(Base):
    """A code from an owner's sheet that lets the owner choose a new password once. Long and random, so a plain digest hides it."""

    __tablename__ = "recovery_code"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    digest: Mapped[str]
    made_at: Mapped[dt.datetime] = mapped_column(default=now)
    used_at: Mapped[dt.datetime | None]


Index("ix_recovery_code_user", RecoveryCode.user_id)


class SignInAttempts(Base):
    """Failed attempts to sign in, by what is slowed down because of them: a person, a name nobody has, a PC."""

    __tablename__ = "sign_in_attempts"
    key: Mapped[str] = mapped_column(primary_key=True)  # user:5, name:DIGEST, pc:NAME
    failures: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[dt.datetime] = mapped_column(default=now)
    not_before: Mapped[dt.datetime | None]  # the next attempt is looked at from then on
    locked: Mapped[bool] = mapped_column(default=False)  # `not_before` is a lock, not just a pause


class Device(Base):
    """A PC by the digest of the key it keeps. state: waiting, approved or refused."""

    __tablename__ = "device"
    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="waiting")
    asked_at: Mapped[dt.datetime] = mapped_column(default=now)
    asked_by: Mapped[str] = mapped_column(default="")
    decided_at: Mapped[dt.datetime | None]
    decided_by: Mapped[str] = mapped_column(default="")
    seen_at: Mapped[dt.datetime | None]


class SignInLimit(Base):
    """From which PCs, networks and at which hours a person, or everybody in a position, may sign in. Empty: no limit."""

    __tablename__ = "sign_in_limit"
    __table_args__ = (UniqueConstraint("kind", "subject_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]  # user, position
    subject_id: Mapped[int]
    enrolled_only: Mapped[bool] = mapped_column(default=False)
    networks: Mapped[str] = mapped_column(default="")  # 192.168.1.0/24, 10.0.0.5
    hours: Mapped[str] = mapped_column(default="")  # 1-5 08:00-18:00; 6 09:00-12:00
    idle_minutes: Mapped[int] = mapped_column(default=0)  # the window locks itself after so many; 0: as the company says


class SystemAccount(Base):
    """An account of the operating system that signs a person in by itself, on one PC."""

    __tablename__ = "system_account"
    account: Mapped[str] = mapped_column(primary_key=True)  # a Windows SID, or PC and user number elsewhere
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    label: Mapped[str] = mapped_column(default="")
