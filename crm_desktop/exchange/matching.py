"""Which records of the database are meant: by number, code or name. Two that fit are never decided between by chance."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, select

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.records.record_type import RecordType
from crm_desktop.services.access import within_reach
from crm_desktop.services.references import label_names, label_text
from crm_desktop.words import _

_CHUNK = 500  # engines limit the number of parameters


def _codes(kind: RecordType) -> list[str]:
    """The fields that hold a number or code of the record itself."""
    return list(dict.fromkeys(n for n in (kind.number, "barcode") if n in kind.fields))


def names_of(kind: RecordType) -> list[str]:
    """The fields that hold a name."""
    return list(dict.fromkeys(n for n in (*label_names(kind)[:1], "name", "short_name") if n in kind.fields))


class Finder:
    """Finds records of one type by what a cell says; asks the database once for all of them."""

    def __init__(self, app: Application, type_key: str) -> None:
        self._app, self.kind = app, app.type(type_key)
        self._by_code: dict[str, dict[int, str]] = defaultdict(dict)
        self._by_name: dict[str, dict[int, str]] = defaultdict(dict)
        self._within: dict[int, int | None] = {}

    def load(self, connection: Connection, texts: Iterable[str], parent: str = "") -> None:
        """Look up `texts`. parent: a reference field to keep as well, so that a name can be looked for within one customer."""
        table: Any = self.kind.model.__table__
        wanted = sorted(set(texts))
        label = [table.c[n] for n in label_names(self.kind)]
        owner = [table.c[parent]] if parent else []
        reach = within_reach(self._app, self.kind)
        for fields, found in ((_codes(self.kind), self._by_code), (names_of(self.kind), self._by_name)):
            for name in fields:
                column = table.c[name]
                for at in range(0, len(wanted), _CHUNK):
                    query = (
                        select(table.c.id, column, *owner, *label)
                        .where(column.in_(wanted[at : at + _CHUNK]))
                        .order_by(table.c.id)
                    )
                    if reach is not None:
                        query = query.where(reach)
                    for id_, text, *rest in connection.execute(query):
                        found[text][id_] = label_text(rest[len(owner) :])
                        if parent:
                            self._within[id_] = rest[0]

    def find(self, text: str, codes_only: bool = False, within: int | None = None) -> Ref | None:
        """The record that `text` means, None when there is none. Raises ValueError when several fit."""
        for found in (self._by_code,) if codes_only else (self._by_code, self._by_name):
            fitting = found.get(text, {})
            if within is not None:
                fitting = {i: label for i, label in fitting.items() if self._within.get(i) == within}
            if len(fitting) > 1:
                words = _("There are {count} records called “{text}”; their number is needed.")
                raise ValueError(words.format(count=len(fitting), text=text))
            for id_, label in fitting.items():
                return Ref(id_, label)
        return None

    def all_ids(self, text: str) -> list[int]:
        """Every record that `text` may mean: those with this number, else those with this name."""
        return list(self._by_code.get(text) or self._by_name.get(text) or ())


def ids_by_values(
    app: Application, connection: Connection, kind: RecordType, fields: tuple[str, ...], keys: Iterable[tuple[Any, ...]]
) -> dict[tuple[Any, ...], list[int]]:
    """The ids of existing records by the values of some fields; only the first field is asked by, the others are compared."""
    table: Any = kind.model.__table__
    columns, reach = [table.c[n] for n in fields], within_reach(app, kind)
    wanted = sorted({key[0] for key in keys})
    found: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for at in range(0, len(wanted), _CHUNK):
        query = select(table.c.id, *columns).where(columns[0].in_(wanted[at : at + _CHUNK])).order_by(table.c.id)
        if reach is not None:  # what the person does not see is not found either, and a row of the file is a new record
            query = query.where(reach)
        for id_, *values in connection.execute(query):
            found[tuple(values)].append(id_)
    return found
