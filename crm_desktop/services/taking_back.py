"""What a change left behind, put back as it was before: fields, lines and the order of lines.

Nothing here writes. A draft as the record stands is changed in place, or Refused says why that would lose somebody's later change.
What is computed is never put back: it follows from the rest when the draft is saved.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crm_desktop.draft import Draft, Line
from crm_desktop.errors import Refused
from crm_desktop.records.record_type import RecordType
from crm_desktop.stored_values import from_json, values_from_json
from crm_desktop.words import _
from db.fields import Field


def typed(kind: RecordType, changes: Mapping[str, Any]) -> bool:
    """Whether a change holds anything that a person decided, beyond what was worked out."""
    own = any(n in kind.fields and not kind.fields[n].computed and isinstance(v, list) for n, v in changes.items())
    return own or lines_typed(kind, changes)


def lines_typed(kind: RecordType, changes: Mapping[str, Any]) -> bool:
    """The same for the lines alone."""
    stored, fields = changes.get("lines", {}), kind.lines.fields if kind.lines else {}
    names = {n for row in stored.get("changed", ()) for n in row["fields"] if n in fields}
    moved = bool(stored.get("added") or stored.get("removed") or stored.get("order"))
    return moved or any(not fields[n].computed for n in names)


def take_back(kind: RecordType, draft: Draft, changes: Mapping[str, Any]) -> None:
    """Put everything a change did to a record back into the draft, which is the record as it stands. Raises Refused."""
    for name, stored in changes.items():
        about = kind.fields.get(name)
        if about is None or about.computed or not isinstance(stored, list):
            continue
        before, after = (from_json(v, about.kind) for v in stored)
        if draft.values.get(name) != after:
            raise Refused(
                _("“{field}” has been changed again since.").format(field=_(about.label)),
                _("Take the later change back first, or type the value."),
            )
        draft.values[name] = before
    if kind.lines and lines_typed(kind, changes):
        draft.lines = lines_before(kind.lines.fields, draft.lines, changes["lines"], still=True)


def _refuse_lines(name: str) -> Refused:
    what = _("The line “{name}” has been changed again since.").format(name=name) if name else ""
    return Refused(
        what or _("The lines have been changed again since."), _("Take the later change back first, or change the lines by hand.")
    )


def _as_left(fields: Mapping[str, Field], line: Line, stored: Mapping[str, Any]) -> bool:
    """Whether a line still has the values (as JSON) that the change left it with."""
    return all(
        line.values.get(n) == from_json(v, fields[n].kind)
        for n, v in stored.items()
        if n in fields and n != "position" and not fields[n].computed
    )


def _refuse_changed_since(fields: Mapping[str, Field], lines: Sequence[Line], stored: Mapping[str, Any]) -> None:
    by_id = {line.id: line for line in lines}
    for row in stored.get("added", ()):
        if row["id"] not in by_id or not _as_left(fields, by_id[row["id"]], row["values"]):
            raise _refuse_lines(str(row["values"].get("name") or ""))
    for row in stored.get("changed", ()):
        after = {n: pair[1] for n, pair in row["fields"].items()}
        if row["id"] not in by_id or not _as_left(fields, by_id[row["id"]], after):
            raise _refuse_lines(row["name"])
    order = stored.get("order")
    if order and [i for i in (line.id for line in lines) if i in set(order[1])] != order[1]:
        raise _refuse_lines("")


def lines_before(
    fields: Mapping[str, Field], lines: Sequence[Line], stored: Mapping[str, Any], still: bool = False
) -> list[Line]:
    """The lines as they were before a change. still: raise Refused unless they are as the change left them."""
    if still:
        _refuse_changed_since(fields, lines, stored)
    there = {line.id for line in lines}
    added = {row["id"] for row in stored.get("added", ())}
    changed = {row["id"]: row["fields"] for row in stored.get("changed", ())}
    kept = []
    for line in lines:
        if line.id not in added:
            pairs = changed.get(line.id, {}).items()
            back = {n: from_json(was, fields[n].kind) for n, (was, _now) in pairs if n in fields}
            kept.append(Line(line.id, line.values | back))
    if order := stored.get("order"):
        kept = _ordered(kept, order[0])
    for row in sorted(stored.get("removed", ()), key=lambda r: int(r["values"].get("position") or 0)):
        id_ = None if row["id"] in there else row["id"]  # SQLite gave it to another line
        line = Line(id_, values_from_json(row["values"], fields), returns=True)
        kept.insert(min(int(line.values.get("position") or 0), len(kept)), line)
    return kept


def _ordered(lines: Sequence[Line], wanted: Sequence[int]) -> list[Line]:
    """The lines named in `wanted` in that order, on the places which they have; others stay where they are."""
    by_id = {line.id: line for line in lines}
    turn = iter([by_id[i] for i in wanted if i in by_id])
    named = set(wanted)
    return [next(turn) if line.id in named else line for line in lines]
