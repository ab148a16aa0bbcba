"""What a list selects for its columns, and how the rows that are shown are made of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.records.record_type import RecordType
from crm_desktop.services.conditions import field_of, value_of
from crm_desktop.services.references import joined, label_text, labels, seen_label_names, seen_target, unseen
from crm_desktop.stored_values import custom_from_text


class ListColumns:
    """What to select for the columns of a query, and how to make the row that is shown."""

    def __init__(self, app: Application, kind: RecordType, table: Any, names: Sequence[str]) -> None:
        self._app, self.source = app, table  # type: Application, Any
        self.selected: list[Any] = [table.c.id]
        self._makers: list[tuple[int, str, int, int]] = []  # position, what it is, first and last label column
        self.fields = [field_of(app, kind, n) for n in names]
        self._unseen = {f.target: unseen(app, f.target) for f in self.fields if f.target}
        for about in self.fields:
            at = len(self.selected)
            self.selected.append(value_of(table, about))
            what, first, last = ("custom" if about.custom else about.kind), 0, 0
            if about.kind == "reference" and not about.custom:
                alias: Any = joined(app.type(about.target).model.__table__, about.name)
                self.source = self.source.outerjoin(alias, seen_target(app, about, table, alias))
                columns = [alias.c[n] for n in seen_label_names(app, app.type(about.target))]
                first = len(self.selected)
                self.selected += columns
                last = len(self.selected)
            self._makers.append((at, what, first, last))
        self.width = len(self.selected)
        self._simple = all(what not in ("custom", "reference", "image") for _at, what, _first, _last in self._makers)

    def row(self, found: Sequence[Any]) -> tuple[Any, ...]:
        """A selected row as it is shown."""
        if self._simple:
            return (*found[1 : self.width], found[0])
        values: list[Any] = []
        for (at, what, first, last), about in zip(self._makers, self.fields, strict=True):
            value = found[at]
            if what == "reference":
                value = None if value is None else Ref(value, label_text(found[first:last]) or self._unseen[about.target])
            elif what == "image":
                value = None if value is None else Ref(value)
            elif what == "custom":
                value = custom_from_text(value, about.kind)
            values.append(value)
        return (*values, found[0])

    def label_custom(self, connection: Connection, rows: list[tuple[Any, ...]]) -> None:
        """Labels of references in custom fields, which no join reaches."""
        for at, about in enumerate(self.fields):
            if about.custom and about.kind == "reference":
                found = labels(self._app, connection, about.target, [r[at].id for r in rows if r[at]])
                rows[:] = [(*r[:at], Ref(r[at].id, found.get(r[at].id, "")), *r[at + 1 :]) if r[at] else r for r in rows]
