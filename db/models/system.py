"""What the program keeps about itself and about the other records."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, now
from db.types import Blob


class CustomField(Base):
    """A field that an administrator added to a record type."""

    __tablename__ = "custom_field"
    __table_args__ = (UniqueConstraint("record_type", "name"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    record_type: Mapped[str]
    name: Mapped[str]
    position: Mapped[int] = mapped_column(default=0)
    facts: Mapped[dict[str, Any]]


class HistoryEntry(Base):
    """One creation, change, deletion or other act on one record; or, without a record, anything else worth telling.

    `changes` maps field to [before, after]; `before` of a deletion is the whole record with its lines and files. Entries of
    one act on several records share a `batch`.
    """

    __tablename__ = "history_entry"
    id: Mapped[int] = mapped_column(primary_key=True)
    record_type: Mapped[str]
    record_id: Mapped[int]
    record_label: Mapped[str] = mapped_column(default="")
    action: Mapped[str]  # create, change, delete, restore, revise, import, print, export, or an operation's name
    at: Mapped[dt.datetime] = mapped_column(default=now)
    user_id: Mapped[int | None]
    user_name: Mapped[str] = mapped_column(default="")
    station: Mapped[str] = mapped_column(default="")  # the PC
    batch: Mapped[str] = mapped_column(default="")
    changes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    version: Mapped[int] = mapped_column(default=0)  # the record's version after the act
    undone_by: Mapped[int | None]  # the entry that took this one back
    place: Mapped[int | None]  # in the chain, see db/history.py; None until it has one
    digest: Mapped[str | None]  # of the chain up to here


Index("uq_history_entry_place", HistoryEntry.place, unique=True)
Index(
    "ix_history_entry_waiting",
    HistoryEntry.id,
    sqlite_where=HistoryEntry.place.is_(None),
    postgresql_where=HistoryEntry.place.is_(None),
)
Index("ix_history_entry_at", HistoryEntry.at, HistoryEntry.id)
Index("ix_history_entry_person", HistoryEntry.user_name, HistoryEntry.at)
Index("ix_history_entry_record", HistoryEntry.record_type, HistoryEntry.record_id, HistoryEntry.id)
Index("ix_history_entry_action", HistoryEntry.action, HistoryEntry.id)
Index("ix_history_entry_batch", HistoryEntry.batch)


class LogChain(Base):
    """Marks of the log's chain: "head", its last place, and "base", the last place that was archived and removed."""

    __tablename__ = "log_chain"
    name: Mapped[str] = mapped_column(primary_key=True)
    place: Mapped[int]
    digest: Mapped[str]


class Revision(Base):
    """A document as it stood before it was revised."""

    __tablename__ = "revision"
    id: Mapped[int] = mapped_column(primary_key=True)
    record_type: Mapped[str]
    record_id: Mapped[int]
    number: Mapped[int]
    at: Mapped[dt.datetime] = mapped_column(default=now)
    user_name: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    snapshot: Mapped[dict[str, Any]]


Index("uq_revision_record", Revision.record_type, Revision.record_id, Revision.number, unique=True)


class FileContent(Base):
    """The bytes of a file, kept once however often it is attached."""

    __tablename__ = "file_content"
    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(unique=True)
    size: Mapped[int]
    data: Mapped[bytes] = mapped_column(Blob)


class FileLink(Base):
    """A file attached to a record."""

    __tablename__ = "file_link"
    id: Mapped[int] = mapped_column(primary_key=True)
    record_type: Mapped[str]
    record_id: Mapped[int]
    name: Mapped[str]
    content_id: Mapped[int] = mapped_column(ForeignKey("file_content.id"))
    added_at: Mapped[dt.datetime] = mapped_column(default=now)
    added_by: Mapped[str] = mapped_column(default="")


Index("ix_file_link_record", FileLink.record_type, FileLink.record_id)


class Setting(Base):
    """A setting of the company (user_id 0) or of one person."""

    __tablename__ = "setting"
    __table_args__ = (UniqueConstraint("user_id", "key"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(default=0)
    key: Mapped[str]
    value: Mapped[str]  # JSON


class SavedView(Base):
    """A list as someone likes it: filter, columns, widths, order. user_id 0 is shared."""

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("record_type", "user_id", "name"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    record_type: Mapped[str]
    user_id: Mapped[int] = mapped_column(default=0)
    name: Mapped[str]
    facts: Mapped[dict[str, Any]]


class KeptDraft(Base):
    """What someone typed and has not saved, kept over a crash."""

    __tablename__ = "kept_draft"
    __table_args__ = (UniqueConstraint("user_id", "record_type", "record_id", "slot"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int]
    record_type: Mapped[str]
    record_id: Mapped[int] = mapped_column(default=0)  # 0: a new record
    slot: Mapped[str] = mapped_column(default="")  # tells new records of one person apart
    at: Mapped[dt.datetime] = mapped_column(default=now)
    facts: Mapped[dict[str, Any]]


class PrintTemplate(Base):
    """One version of a print template. The newest of a name is the one that prints; no text means: back to what the program brings,
    or gone where it brings none."""

    __tablename__ = "print_template"
    __table_args__ = (UniqueConstraint("name", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    number: Mapped[int]
    record_type: Mapped[str] = mapped_column(default="")
    at: Mapped[dt.datetime] = mapped_column(default=now)
    user_id: Mapped[int | None]
    user_name: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    text: Mapped[str] = mapped_column(default="")


class PrintDefault(Base):
    """Which template prints a record type when nobody chooses. What is empty (0 for ids) holds for all."""

    __tablename__ = "print_default"
    __table_args__ = (
        UniqueConstraint(
            "record_type", "language", "customer_id", "department_id", "printer", name="uq_print_default_whom"
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    record_type: Mapped[str]
    template: Mapped[str]
    language: Mapped[str] = mapped_column(default="")
    customer_id: Mapped[int] = mapped_column(default=0)
    department_id: Mapped[int] = mapped_column(default=0)
    printer: Mapped[str] = mapped_column(default="")


class SchemaFact(Base):
    """Facts about this database: its uid, the program that made it."""

    __tablename__ = "schema_fact"
    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
