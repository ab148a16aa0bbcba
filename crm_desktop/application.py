"""What is open: one value, handed down to every service and screen. There are no globals beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crm_desktop.actor import Actor
from crm_desktop.changes import Changes
from crm_desktop.errors import Missing
from crm_desktop.options import Options
from crm_desktop.records.record_type import RecordType
from crm_desktop.words import _

if TYPE_CHECKING:
    from sqlalchemy import Engine


@dataclass
class Application:
    """An open database, the person at work, and what was loaded once.

    data: the folder with the database, logs and files of this PC.
    """

    engine: Engine
    data: Path
    actor: Actor
    types: Mapping[str, RecordType]
    options: Options
    changes: Changes = field(default_factory=Changes)
    plans: dict[Any, Any] = field(default_factory=dict)  # statements made once and asked again, see services/reading.py

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
        self.engine.dispose()
