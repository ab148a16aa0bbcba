"""The columns every business record has, and the naming of constraints.

A record's `extra` keeps the fields an administrator added; `search_text` is what the search index is made from (see
db/search.py); `version` is claimed by every save (see services/saving.py).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ClassVar, cast

from sqlalchemy import JSON, MetaData, Table
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from db.fields import field
from db.ordering import add_sort_indexes
from db.types import Identity, UtcDateTime, Words

Json = JSON().with_variant(JSONB(), "postgresql")


_told: ContextVar[dt.datetime | None] = ContextVar("moment_told", default=None)


def now() -> dt.datetime:
    """This moment, aware, in UTC; within `moment_told` the one that is told of."""
    return _told.get() or dt.datetime.now(dt.UTC)


@contextmanager
def moment_told(moment: dt.datetime) -> Iterator[None]:
    """Let what this thread writes have happened at another moment: for a company that is made up, and has a past all the same."""
    before = _told.set(moment)
    try:
        yield
    finally:
        _told.reset(before)


class Base(DeclarativeBase):
    """All tables; constraints have names, so that migrations can speak of them on both engines."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        dict[str, Any]: Json,
        str: Words(),
        int: Identity,
        dt.datetime: UtcDateTime(),
    }


class Record(Base):
    """A row that a person can open, own, save and lose a race over."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[dt.datetime] = field(
        "Created", "datetime", section="Record", computed=True, default=now, sortable=True
    )
    created_by: Mapped[int | None] = field("Created by", "reference", section="Record", computed=True, target="users")
    updated_at: Mapped[dt.datetime] = field(
        "Changed", "datetime", section="Record", computed=True, default=now, sortable=True
    )
    updated_by: Mapped[int | None] = field("Changed by", "reference", section="Record", computed=True, target="users")
    owner_id: Mapped[int | None] = field(
        "Owner", "reference", section="Record", target="users", width=10, references="user_account.id", index=True,
        editable_when_locked=True,
    )
    department_id: Mapped[int | None] = field(
        "Department", "reference", section="Record", target="departments", references="department.id", index=True,
        editable_when_locked=True,
    )
    search_text: Mapped[str] = mapped_column(default="")
    extra: Mapped[dict[str, Any]] = mapped_column(default=dict)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "__tablename__" in cls.__dict__:
            add_sort_indexes(cast(Table, cls.__table__))
            # A deleted record comes back under its old id, so no id is ever given twice.
            cast(Table, cls.__table__).dialect_options["sqlite"]["autoincrement"] = True


class LineBase(Base):
    """A row that belongs to a document and is saved with it."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int] = field("No.", "integer", computed=True, width=4, default=0, nullable=False)
    extra: Mapped[dict[str, Any]] = mapped_column(default=dict)
