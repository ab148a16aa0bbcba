"""Which existing record an incoming one is, and what it would change there."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection

from crm_desktop.application import Application
from crm_desktop.draft import Change, Draft, Line, Ref
from crm_desktop.exchange.matching import ids_by_values
from crm_desktop.exchange.plan import Candidates, Incoming, Planned
from crm_desktop.exchange.recipe import Recipe
from crm_desktop.exchange.states import leave_state
from crm_desktop.records.record_type import RecordType
from crm_desktop.services.access import reached
from crm_desktop.services.reading import read_records
from crm_desktop.services.references import label_names
from crm_desktop.words import _

_AT_ONCE = 1000
_TEXTS = frozenset({"text", "long_text", "code", "phone", "email", "url", "option", "state"})  # empty is '' there

# The fields by which a record without a number is known, and those that tell apart the ones that share them.
_KEYS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "customers": (("name",), ("phone", "mobile")),
    "contacts": (("name", "customer_id"), ("mobile", "phone", "email")),
    "products": (("name", "specification"), ("barcode",)),
    "follow-ups": (("text", "customer_id"), ("at",)),
    "tasks": (("title", "customer_id", "due"), ()),
    "leads": (("company", "person"), ("mobile", "phone", "email")),
    "opportunities": (("title", "customer_id"), ()),
    "receivables": (("customer_id", "title", "due_date", "amount"), ()),
    "receipts": (("customer_id", "receipt_date", "amount", "reference"), ()),
}


def key_fields(kind: RecordType, numbered: bool) -> tuple[str, ...]:
    """The fields by which an import knows a record; `numbered`: its number is given."""
    if numbered:
        # One number may stand for several documents of different customers.
        return (kind.number, "customer_id") if kind.lines and "customer_id" in kind.fields else (kind.number,)
    return _KEYS.get(kind.key, (label_names(kind), ()))[0]


def plain(value: Any) -> Any:
    """A value as its column holds it, for comparing keys."""
    return value.id if isinstance(value, Ref) else value


def differs(before: Any, after: Any) -> bool:
    """Whether two values of a field are not the same; moments in files have whole seconds."""
    if isinstance(before, dt.datetime) and isinstance(after, dt.datetime):
        return abs(before - after) >= dt.timedelta(seconds=1)
    return bool(before != after)


def apply_rule(kind: RecordType, planned: Iterable[Planned], recipe: Recipe) -> None:
    """Hold records that would change to what the person wants of records that exist."""
    for item in planned:
        if item.action != "change" or recipe.existing == "update":
            continue
        if recipe.existing == "skip":
            item.action, item.changes = "same", {}
        elif recipe.existing == "ask":
            item.action = "ask"
        else:
            _only_empty(kind, item)


def _only_empty(kind: RecordType, item: Planned) -> None:
    """Leave of a change what fills an empty field, and what comes beside it."""
    kept = {n: c for n, c in item.changes.items() if n not in kind.fields or c.before in (None, "", ())}
    dropped = set(item.changes) - set(kept)
    for name in dropped:
        item.incoming.values.pop(name, None)
    lines = kept.get("lines")
    if lines is not None and lines.before:
        del kept["lines"]
        item.incoming.lines = []
    item.changes = kept
    item.action = "change" if kept else "same"


class Comparer:
    """Sorts incoming records into new, changed, same and wrong."""

    def __init__(self, app: Application, connection: Connection, kind: RecordType, key: Sequence[str] = ()) -> None:
        """key: the fields by which records are known, where the person has chosen them."""
        self._app, self._connection, self._kind = app, connection, kind
        self._key = tuple(key)
        self._ties = () if self._key else _KEYS.get(kind.key, ((), ()))[1]
        self.candidates: Candidates = {}

    def compare(self, records: list[Incoming]) -> list[Planned]:
        """A planned record for each, in their order. `candidates` holds the existing records that were looked at."""
        planned = [Planned("wrong" if r.problems else "create", self._label(r), r) for r in records]
        for mine, fields in self._by_key([p for p in planned if p.action == "create"]):
            self._match(mine, fields)
        self.differences([p for p in planned if p.id is not None])
        return planned

    def compare_again(self, new: list[Planned], known: Candidates) -> None:
        """Look once more for records that were new when `known` was all there was: somebody may have made them since."""
        for mine, fields in self._by_key(new):
            self._match(mine, fields, known)
        self.differences([p for p in new if p.id is not None])

    def _by_key(self, planned: list[Planned]) -> Iterator[tuple[list[Planned], tuple[str, ...]]]:
        """Records and the fields they are known by: those the person chose, or numbers before names."""
        if self._key:
            mine = [p for p in planned if any(p.incoming.values.get(n) not in (None, "") for n in self._key)]
            if mine:
                yield mine, self._key
            return
        number, sorted_out = self._kind.number, (list[Planned](), list[Planned]())
        for item in planned:
            sorted_out[not item.incoming.values.get(number)].append(item)
        for numbered, mine in zip((True, False), sorted_out, strict=True):
            if mine:
                yield mine, key_fields(self._kind, numbered)

    def differences(self, planned: list[Planned]) -> None:
        """Say of records that exist whether and how they would change."""
        for at in range(0, len(planned), _AT_ONCE):
            self._differences(planned[at : at + _AT_ONCE])

    def _number(self, record: Incoming) -> str:
        return str(record.values.get(self._kind.number) or "") if self._kind.number else ""

    def _label(self, record: Incoming) -> str:
        return self._number(record) or self._kind.label_of(record.values) or str(record.values.get("name", ""))

    def _match(self, planned: list[Planned], fields: tuple[str, ...], known: Candidates | None = None) -> None:
        """Give each record the id of the one it is, and refuse the second of two for the same one. known: not these."""
        empty = {n: "" if self._kind.fields[n].kind in _TEXTS else None for n in fields}
        groups: dict[tuple[Any, ...], list[Planned]] = defaultdict(list)
        for item in planned:
            groups[tuple(plain(item.incoming.values.get(n, empty[n])) for n in fields)].append(item)
        ids = ids_by_values(self._app, self._connection, self._kind, fields, groups)
        for key, items in groups.items():
            candidates = ids.get(key, [])
            before = known.get((fields, key), []) if known is not None else []
            if candidates and known is None:
                self.candidates[fields, key] = candidates
            candidates = [i for i in candidates if i not in before]
            if not candidates and (known is not None or len(items) == 1):
                continue
            if len(items) == 1 and len(candidates) == 1 and not before:
                items[0].id = candidates[0]
            else:
                self._tell_apart(items, candidates)

    def _tell_apart(self, items: list[Planned], candidates: list[int]) -> None:
        """Several records share a key: what breaks the tie decides, and what cannot be decided is wrong."""
        ties = {i: d.values for i, d in self._tie_values(candidates).items()}
        first: dict[tuple[Any, ...], Planned] = {}
        for item in items:
            values = item.incoming.values
            tie = tuple(values.get(n, "") for n in self._ties) if not self._number(item.incoming) else ()
            earlier = first.setdefault(tie, item)
            if earlier is not item:
                self._doubled(item, earlier)
                continue
            fitting = [i for i, theirs in ties.items() if self._fits(values, theirs)] if any(tie) else candidates
            if len(fitting) == 1:
                item.id = fitting[0]
            elif len(fitting) > 1 or (candidates and not any(tie)):
                item.action = "wrong"
                item.problems[""] = _("There are {count} records called “{text}”; their number is needed.").format(
                    count=len(candidates), text=item.label
                )

    def _tie_values(self, ids: list[int]) -> dict[int, Draft]:
        fields = {n: self._kind.fields[n] for n in self._ties}
        return read_records(self._app, self._connection, self._kind, ids, fields) if fields and ids else {}

    def _fits(self, mine: dict[str, Any], theirs: dict[str, Any]) -> bool:
        """Whether one of the tie-breakers agrees."""
        return any(mine.get(n) and not differs(mine[n], theirs.get(n)) for n in self._ties)

    def _doubled(self, item: Planned, earlier: Planned) -> None:
        if item.incoming.values == earlier.incoming.values and item.incoming.lines == earlier.incoming.lines:
            item.action = "same"
            return
        item.action = "wrong"
        item.problems[""] = _("Row {row} of the file already says otherwise of “{text}”.").format(
            row=earlier.rows[0], text=item.label
        )

    def _differences(self, planned: list[Planned]) -> None:
        ids = [p.id for p in planned if p.id is not None]
        existing = read_records(self._app, self._connection, self._kind, ids)
        mine = reached(self._app, self._connection, self._kind, "change", ids)
        for item in planned:
            before = existing.get(item.id or 0)
            if before is None:
                continue
            item.version = before.version
            item.changes = {
                n: Change(before.values.get(n), v)
                for n, v in item.incoming.values.items()
                if differs(before.values.get(n), v)
            }
            if self._kind.lines and item.incoming.lines:
                count = lines_that_differ(before.lines, item.incoming.lines)
                if count:
                    item.changes["lines"] = Change(len(before.lines), len(item.incoming.lines))
            item.action = "change" if item.changes else "same"
            if item.changes and item.id not in mine:
                item.action = "wrong"
                item.problems[""] = _("You may not change this record.")
            elif "status" in item.changes and self._kind.fields["status"].computed:
                leave_state(item)


def lines_that_differ(before: list[Line], incoming: Iterable[dict[str, Any]]) -> int:
    """How many lines are new, gone or changed. Lines are compared by their place."""
    rows = list(incoming)
    changed = sum(
        any(differs(old.values.get(n), v) for n, v in new.items()) for old, new in zip(before, rows, strict=False)
    )
    return changed + abs(len(before) - len(rows))


def laid_over(before: Draft, incoming: Incoming, make_line: Any) -> Draft:
    """The existing record as it would be after the import."""
    draft = Draft(before.type, before.id, before.version, before.values | incoming.values, [], before.uid)
    if not incoming.lines:
        draft.lines = before.lines
        return draft
    for at, values in enumerate(incoming.lines):
        old = before.lines[at] if at < len(before.lines) else make_line()
        kept = {n: old.values.get(n) for n, v in values.items() if not differs(old.values.get(n), v)}
        draft.lines.append(Line(old.id, old.values | values | kept))
    return draft
