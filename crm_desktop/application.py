"""What is open: one value, handed down to every service and screen. There are no globals beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from crm_desktop.actor import Actor
from crm_desktop.changes import Changes
from crm_desktop.errors import Missing
from crm_desktop.options import Options
from crm_desktop.records.record_type import RecordType
from crm_desktop.words import _
from db.types import new_uid

if TYPE_CHECKING:
    from sqlalchemy import Engine


class Watching(Protocol):
    """Whoever watches over the way to a server, see services/watching.py."""

    @property
    def away(self) -> bool:
        """Whether the server is known not to answer."""

    def doubt(self) -> None:
        """Somebody got no answer: look whether the server is there."""

    def open(self, place: tuple[str, int]) -> None:
        """Tell others that a record (type, id) is shown here."""

    def shut(self, place: tuple[str, int]) -> None:
        """Tell others that it is not shown here any more."""

    def others(self, place: tuple[str, int]) -> tuple[str, ...]:
        """The names of those who have the record open in other programs."""

    def close(self, *, wait: bool = True) -> None:
        """Stop watching."""


@dataclass
class Application:
    """An open database, the person at work, and what was loaded once.

    data: the folder with the database, logs and files of this PC. uid: tells this program from others on the same server.
    outdated: the version to which a newer program took the database while it was open here.
    """

    engine: Engine
    data: Path
    actor: Actor
    types: Mapping[str, RecordType]
    options: Options
    changes: Changes = field(default_factory=Changes)
    plans: dict[Any, Any] = field(default_factory=dict)  # statements made once and asked again, see services/reading.py
    uid: str = field(default_factory=new_uid)
    outdated: str = ""
    watch: Watching | None = None
    read_only: bool = False  # a backup that is looked into
    unanswered: dict[str, str] = field(default_factory=dict)  # attempts that got no answer: their names and batches, see services/once.py

    def type(self, key: str) -> RecordType:
        """The record type with this key. Raises Missing."""
        try:
            return self.types[key]
        except KeyError:
            raise Missing(
                _("There is no record type “{key}”.").format(key=key),
                _("Known are: {keys}.").format(keys=", ".join(self.types)),
            ) from None

    def close(self) -> None:
        """Let go of the database."""
        if self.watch is not None:
            self.watch.close()
            self.watch = None
        self.engine.dispose()
