"""Records as drafts: one statement for the records with the labels of what they point to, one for all their lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select, bindparam, select
from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Line, Ref
from crm_desktop.records.linked import sums
from crm_desktop.records.record_type import RecordType
from crm_desktop.rights import Access
from crm_desktop.services.references import (
    joined,
    label_names,
    label_text,
    labels,
    seen_label_names,
    seen_target,
    unseen,
)
from crm_desktop.stored_values import custom_from_text
from db.bundling import Answer, ask
from db.fields import Field
from db.roles import own

_CHUNK = 500

Records = Callable[[], dict[int, Draft]]
"""Records that were asked for: called when they are needed."""


class _Reader:
    """The statement that selects a set of fields, and how to make values of a row.

    by: the column by which rows are asked for; it comes last in every row.
    """

    def __init__(
        self, app: Application, table: Any, fields: Mapping[str, Field], by: Any, last: Any, order: Sequence[Any], limited: bool
    ) -> None:
        self._app, self._table, self._limited = app, table, limited
        self._unseen = {f.target: unseen(app, f.target) if limited else "" for f in fields.values() if f.target in app.types}
        self._plain = [n for n, f in fields.items() if not f.custom]
        self._custom = {n: f for n, f in fields.items() if f.custom}
        self._columns: list[Any] = [table.c.id, *(table.c[n] for n in self._plain), table.c.extra]
        self._joins: list[tuple[Any, Any]] = []
        self._labels: dict[str, slice] = {}
        self._targets: dict[str, str] = {}
        for name in self._plain:
            about = fields[name]
            if about.kind == "reference" and about.target in app.types:
                self._join(app.types[about.target], about)
        self.statement = self._statement(last).where(by.in_(bindparam("wanted", expanding=True))).order_by(*order)

    def _join(self, target: RecordType, about: Field) -> None:
        name = about.name
        alias = joined(target.model.__table__, name)
        columns = [alias.c[n] for n in (seen_label_names(self._app, target) if self._limited else label_names(target))]
        self._labels[name] = slice(len(self._columns), len(self._columns) + len(columns))
        self._columns += columns
        on = seen_target(self._app, about, self._table, alias) if self._limited else self._table.c[name] == alias.c.id
        self._joins.append((alias, on))
        self._targets[name] = about.target

    def _statement(self, last: Any) -> Select[Any]:
        source = self._table
        for alias, on in self._joins:
            source = source.outerjoin(alias, on)
        return select(*self._columns, last).select_from(source)

    def values(self, row: Sequence[Any]) -> dict[str, Any]:
        """Field values of one row."""
        found = dict(zip(self._plain, row[1:], strict=False))
        for name, at in self._labels.items():
            if found[name] is not None:
                found[name] = Ref(found[name], label_text(row[at]) or self._unseen[self._targets[name]])
        extra = row[1 + len(self._plain)] or {}
        return found | {n: custom_from_text(extra.get(n, ""), f.kind) for n, f in self._custom.items()}


def _reader(
    app: Application, table: Any, fields: Mapping[str, Field], by: Any, last: Any, *order: Any, limited: bool
) -> _Reader:
    """The reader of these fields; putting its statement together takes longer than asking it, so it is kept."""
    narrow = limited and any(unseen(app, f.target) for f in fields.values() if f.target in app.types)
    if narrow:  # what a person reaches is part of the statement, and may differ tomorrow
        return _Reader(app, table, fields, by, last, order, True)
    key = (table.name, by.name, tuple((n, f.kind, f.target) for n, f in fields.items()))
    if key not in app.plans:
        app.plans[key] = _Reader(app, table, fields, by, last, order, False)
    reader: _Reader = app.plans[key]
    return reader


def _picture_refs(values: dict[str, Any], fields: Mapping[str, Field]) -> None:
    for name, about in fields.items():
        if about.kind == "image" and isinstance(values.get(name), int):
            values[name] = Ref(values[name])


def _custom_labels(
    app: Application, connection: Connection | Session, fields: Mapping[str, Field], drafts: Iterable[Draft], limited: bool
) -> None:
    """Labels of references in custom fields, which no join can reach."""
    rows = list(drafts)
    for name, about in fields.items():
        if about.custom and about.kind == "reference":
            ids = [d.values[name].id for d in rows if d.values.get(name)]
            found = labels(app, connection, about.target, ids, limited) if ids else {}
            for draft in rows:
                if draft.values.get(name):
                    draft.values[name] = Ref(draft.values[name].id, found.get(draft.values[name].id, ""))


def _unread(
    app: Application, connection: Connection | Session, kind: RecordType, fields: Mapping[str, Field], prefix: str = ""
) -> dict[str, None]:
    """The fields that stay empty, since a server keeps them from the role the program works under."""
    if not own(connection) or sums(app.actor, kind.key):
        return {}
    return {n: None for n, f in fields.items() if not f.custom and kind.access(app.actor, f"{prefix}{n}") == Access.HIDDEN}


def ask_records(
    app: Application,
    connection: Connection | Session,
    kind: RecordType,
    ids: Sequence[int],
    fields: Mapping[str, Field] | None = None,
    limited: bool = False,
) -> Records:
    """Ask for what `read_records` gives, along with other questions; what comes back gives the records."""
    given = kind.fields if fields is None else fields
    unread = _unread(app, connection, kind, given)
    wanted = {n: f for n, f in given.items() if n not in unread} if unread else given
    table: Any = kind.model.__table__
    reader = _reader(app, table, wanted, table.c.id, table.c.version, limited=limited)
    answers = _asked(connection, reader, ids)
    lines = _ask_lines(app, connection, kind, ids, limited) if kind.lines and ids else None

    def take() -> dict[int, Draft]:
        found = _drafts(kind, reader, answers, wanted, unread)
        _custom_labels(app, connection, wanted, found.values(), limited)
        if lines is not None and found:
            of = lines()
            for id_, draft in found.items():
                draft.lines = of[id_]
        return {i: found[i] for i in ids if i in found}  # an engine gives rows in any order it likes

    if any(f.custom and f.kind == "reference" for f in wanted.values()):
        found = take()  # their labels are asked for once it is known which
        return lambda: found
    return take


def ask_pointing(app: Application, connection: Connection | Session, kind: RecordType, name: str, id_: int) -> Records:
    """Ask for the records of a type without lines whose reference `name` is to a record, by id."""
    unread = _unread(app, connection, kind, kind.fields)
    fields = {n: f for n, f in kind.fields.items() if n not in unread}
    table: Any = kind.model.__table__
    reader = _reader(app, table, fields, table.c[name], table.c.version, table.c.id, limited=False)
    answers = _asked(connection, reader, [id_])

    def take() -> dict[int, Draft]:
        found = _drafts(kind, reader, answers, fields, unread)
        _custom_labels(app, connection, fields, found.values(), False)
        return found

    return take


def _asked(connection: Connection | Session, reader: _Reader, keys: Sequence[int]) -> list[Answer]:
    pieces = (keys[at : at + _CHUNK] for at in range(0, len(keys), _CHUNK))
    return [ask(connection, reader.statement, {"wanted": piece}) for piece in pieces]


def _drafts(
    kind: RecordType, reader: _Reader, answers: Iterable[Answer], fields: Mapping[str, Field], unread: dict[str, None]
) -> dict[int, Draft]:
    found: dict[int, Draft] = {}
    for answer in answers:
        for row in answer.all():
            values = reader.values(row) | unread
            _picture_refs(values, fields)
            found[row[0]] = Draft(kind.key, row[0], row[-1], values)
    return found


def read_records(
    app: Application,
    connection: Connection | Session,
    kind: RecordType,
    ids: Sequence[int],
    fields: Mapping[str, Field] | None = None,
    limited: bool = False,
) -> dict[int, Draft]:
    """The records with these ids, whole, by id; ids that do not exist are left out. fields: all of the type when None.

    limited: for a person to see, so that references to what the person may not see bear no label. Which of the records the person
    may see is for the caller to ask.
    """
    return ask_records(app, connection, kind, ids, fields, limited)()


def _ask_lines(
    app: Application, connection: Connection | Session, kind: RecordType, ids: Sequence[int], limited: bool
) -> Callable[[], Mapping[int, list[Line]]]:
    assert kind.lines is not None
    table: Any = kind.lines.model.__table__
    parent = table.c[kind.lines.parent]
    unread = _unread(app, connection, kind, kind.lines.fields, "lines.")
    fields = {n: f for n, f in kind.lines.fields.items() if n not in unread}
    reader = _reader(app, table, fields, parent, parent, parent, table.c.position, table.c.id, limited=limited)
    answers = _asked(connection, reader, ids)

    def take() -> Mapping[int, list[Line]]:
        lines: dict[int, list[Line]] = defaultdict(list)
        for answer in answers:
            for row in answer.all():
                lines[row[-1]].append(Line(row[0], reader.values(row) | unread))
        return lines

    return take


def read_record(app: Application, connection: Connection | Session, kind: RecordType, id_: int) -> Draft | None:
    """One record, whole, or None."""
    return read_records(app, connection, kind, [id_]).get(id_)
