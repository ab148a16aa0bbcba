"""What a column says of itself, for every screen, file, check and search that will use it.

A column declared with `field(...)` carries a `Field` in `info["field"]`. Lists, forms, filters, search text, rights, import,
export, history and print names all read that one value, so a fact about a column is told once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as attribute
from types import MappingProxyType
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import MappedColumn, mapped_column

from db.types import Date, Flag, Identity, Money, Percent, Price, Quantity, Tags, UtcDateTime, Words

_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Field:
    """One fact about one column, told once. Texts are English and are translated where they are shown."""

    label: str
    kind: str = "text"  # key of crm_desktop.kinds.KINDS: picks parser, format, editor, cell
    section: str = "General"  # the box of the form it stands in
    width: int = 0  # characters in the list; 0 keeps it out of the columns shown at first
    search: str = (
        ""  # "", "text", "name" (adds pinyin), "code", "phone", "label" (of a reference): its part in the search text
    )
    required: bool = False
    help: str = ""
    options: str = ""  # key of an option list (kind "option"), or the states of a record type (kind "state")
    target: str = ""  # key of the record type a reference points to
    secret: bool = False  # hidden from everybody whose position does not open it
    computed: bool = False  # kept by the program; a person cannot type it
    editable_when_locked: bool = False  # may be changed although the document's state locks it
    digits: int = 2  # decimals, for numbers
    copies: Mapping[str, str] = attribute(default_factory=lambda: _NOTHING)  # own field -> field of the record picked
    sort: str = ""  # the column that orders it, where that is not the column itself
    sortable: bool = False  # an index serves the order, so any length of list sorts at once
    name: str = ""  # the attribute; filled in when a record type collects its fields
    custom: bool = False  # added by an administrator; kept in Record.extra
    printed: bool = False  # of a custom field: on the forms that come with the program
    max_length: int = 0  # characters; 0 = no limit
    preset: str = ""  # number of the record a reference of a new record begins with
    total: bool = False  # summed in the foot of lists
    multiline: bool = False
    translated: bool = False  # may hold an English text of the program, shown in the person's language
    due: Mapping[str, tuple[Any, ...]] | None = (
        None  # a day by which something must happen; it counts while these fields have these values
    )


_TYPES: dict[str, Any] = {
    "long_text": Words(),
    "integer": Identity,
    "money": Money(),
    "price": Price(),
    "quantity": Quantity(),
    "percent": Percent(),
    "decimal": Quantity(),
    "date": Date(),
    "datetime": UtcDateTime(),
    "yes_no": Flag(),
    "tags": Tags(),
    "reference": Identity,
    "image": Identity,
}
_LENGTHS = {"option": 40, "state": 20, "code": 60, "phone": 60, "email": 120, "url": 200, "text": 200}
_EMPTY: dict[str, Any] = {"tags": (), "yes_no": False}


def field(
    label: str,
    kind: str = "text",
    *,
    length: int = 0,
    default: Any = None,
    nullable: bool | None = None,
    references: str = "",
    on_delete: str = "RESTRICT",
    unique: bool = False,
    index: bool = False,
    **facts: Any,
) -> MappedColumn[Any]:
    """A mapped column that carries its `Field`. `references` is `table.column`; texts are never NULL but empty.

    Texts are NOT NULL with '' as the empty value, so a search or an order never meets two kinds of nothing; numbers, dates
    and references are NULL when empty unless a default is given.
    """
    width = length or _LENGTHS.get(kind, 0)
    column_type = _TYPES.get(kind) or Words(width)
    textual = isinstance(column_type, Words)
    if default is None:
        default = _EMPTY.get(kind, "" if textual else None)
    if nullable is None:
        nullable = default is None
    constraints = [ForeignKey(references, ondelete=on_delete)] if references else []
    about = Field(label, kind, max_length=width if textual else 0, **facts)
    return mapped_column(
        column_type,
        *constraints,
        default=default,
        nullable=nullable,
        unique=unique or None,
        index=index or None,
        info={"field": about},
    )
