"""What a list shows of a value: its words, and what they say by colour and place; from what the field says of itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from PySide6.QtCore import Qt

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.kinds import KINDS, show
from crm_desktop.local_time import to_local
from crm_desktop.records.record_type import Field, RecordType
from crm_desktop.services.listing import sortable
from crm_desktop.words import _, ngettext


class Cell(NamedTuple):
    """One value as it is drawn. `tone` makes it a tag; `late`: a day that has passed; `flag`: a tick."""

    text: str
    tone: str = ""
    late: bool = False
    flag: bool = False


@dataclass(frozen=True)
class Column:
    """A column of the list and what its field says of it."""

    name: str
    field: Field
    align: Qt.AlignmentFlag
    sortable: bool
    strong: bool = False
    quiet: bool = False
    toned: bool = False  # its choices differ by colour, so they are drawn as tags
    flags: int = 0  # align and centred vertically, as the painter takes it


def columns_of(app: Application, kind: RecordType, names: Iterable[str]) -> list[Column]:
    """The columns for these fields of a type; names it does not know are left out."""
    return [_column(app, kind, n, kind.fields[n]) for n in names if n in kind.fields]


def _column(app: Application, kind: RecordType, name: str, about: Field) -> Column:
    side = {"right": Qt.AlignmentFlag.AlignRight, "center": Qt.AlignmentFlag.AlignHCenter}
    align = side.get(KINDS[about.kind].align, Qt.AlignmentFlag.AlignLeft)
    quiet = about.section == "Record" or about.kind in ("code", "datetime", "long_text", "phone", "email", "url")
    strong = name == kind.label[0] and about.kind != "reference"
    tones = {c.tone for c in app.options.choices(about.options)} if about.options else set()
    flags = (align | Qt.AlignmentFlag.AlignVCenter).value
    toned = about.kind == "state" or len(tones) > 1
    return Column(name, about, align, sortable(kind, name), strong, quiet and not strong, toned, flags)


def needed(kind: RecordType, columns: Sequence[str]) -> tuple[str, ...]:
    """Fields that are fetched though nobody sees them: what tells whether a day that passed still matters."""
    names = (n for c in columns if (f := kind.fields.get(c)) and f.due for n in f.due)
    return tuple(dict.fromkeys(n for n in names if n not in columns and n in kind.fields))


def cells_of(app: Application, columns: Sequence[Column], names: Sequence[str], row: tuple[Any, ...]) -> list[Cell]:
    """A row as it is drawn. `names` are those of all its values, the ones nobody sees too."""
    return [_cell(app, c, row[at], names, row) for at, c in enumerate(columns)]


def _cell(app: Application, column: Column, value: Any, names: Sequence[str], row: tuple[Any, ...]) -> Cell:
    about = column.field
    if about.kind == "yes_no":
        return Cell(_("Yes") if value else "", flag=bool(value))
    text = show(value, about, app.options)
    if about.kind in ("option", "state") and value:
        choice = app.options.find(about.options, value)
        return Cell(text, (choice.tone if choice else "grey") if column.toned else "")
    if about.kind == "tags":
        return Cell(text, "grey" if value else "")
    if about.due is not None and value is not None:
        return Cell(text, late=_late(about, value, names, row))
    if about.multiline or about.kind == "long_text":
        text = " ".join(text.split())
    return Cell(text)


def day_of(value: dt.date | dt.datetime) -> dt.date:
    """The day on the person's calendar."""
    return to_local(value).date() if isinstance(value, dt.datetime) else value


def _late(about: Field, value: Any, names: Sequence[str], row: tuple[Any, ...]) -> bool:
    if day_of(value) >= dt.date.today():
        return False
    return all(row[names.index(n)] in wanted for n, wanted in (about.due or {}).items() if n in names)


def tip_of(column: Column, cell: Cell, value: Any) -> str | None:
    """What the mouse learns of a cell."""
    if cell.late:
        days = (dt.date.today() - day_of(value)).days
        return ngettext("{count} day late", "{count} days late", days).format(count=days)
    if isinstance(value, Ref):
        return value.label
    return str(value) if column.field.kind == "long_text" and value else None
