"""Writing the history: who did what to which record, from which PC, with the values before and after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from crm_desktop.actor import Actor
from crm_desktop.application import Application
from crm_desktop.draft import Draft, Line, Ref
from crm_desktop.records.linked import sums
from crm_desktop.records.record_type import BOOKKEEPING, RecordType
from crm_desktop.rights import Access
from crm_desktop.stored_values import to_json, values_to_json
from db import history, notify
from db.base import now
from db.roles import own


def _line_changes(before: Sequence[Line], after: Sequence[Line]) -> dict[str, Any]:
    was = {line.id: line.values for line in before}
    kept = {line.id for line in after}
    changed = []
    for line in after:
        if line.id in was:
            fields = {
                n: [to_json(was[line.id].get(n)), to_json(v)]
                for n, v in line.values.items()
                if v != was[line.id].get(n)
            }
            fields.pop("position", None)
            if fields:
                changed.append({"id": line.id, "name": _line_name(line.values), "fields": fields})
    found = {
        "removed": [{"id": line.id, "values": values_to_json(line.values)} for line in before if line.id not in kept],
        "added": [{"id": line.id, "values": values_to_json(line.values)} for line in after if line.id not in was],
        "changed": changed,
        "order": _order_change(before, after),
    }
    return {k: v for k, v in found.items() if v}


def _order_change(before: Sequence[Line], after: Sequence[Line]) -> list[list[int | None]]:
    """The ids of the lines that stayed, in the order they had and in the order they have; empty when that is the same."""
    had, stays = {line.id for line in before}, {line.id for line in after}
    orders = [[line.id for line in before if line.id in stays], [line.id for line in after if line.id in had]]
    return orders if orders[0] != orders[1] else []


def _line_name(values: Mapping[str, Any]) -> str:
    product = values.get("product_id")
    return str(values.get("name") or (product.label if isinstance(product, Ref) else ""))


def differences(kind: RecordType, before: Draft, after: Draft) -> dict[str, Any]:
    """Field → [before, after] as JSON, and "lines" with what was removed, added and changed."""
    found: dict[str, Any] = {
        n: [to_json(before.values.get(n)), to_json(v)]
        for n, v in after.values.items()
        if n in kind.fields and n not in BOOKKEEPING and v != before.values.get(n)
    }
    if kind.lines and (lines := _line_changes(before.lines, after.lines)):
        found["lines"] = lines
    return found


def enter(
    session: Session,
    app: Application,
    kind: RecordType,
    rows: Sequence[tuple[Draft, Mapping[str, Any]]],
    action: str,
    batch: str = "",
    uids: Sequence[str] = (),
) -> None:
    """Enter one act on records. uids: names of the attempts, when the act is a creation outside a batch."""
    actor, stamp, limited = app.actor, now(), own(session)
    notify.note(session, app.uid, actor.user_id, kind.key, [d.id for d, _changes in rows if d.id is not None])
    history.append(
        session.connection(),
        [
            {
                "record_type": kind.key,
                "record_id": draft.id,
                "record_label": kind.label_of(draft.values),
                "action": action,
                "at": stamp,
                "user_id": actor.user_id,
                "user_name": actor.name,
                "station": actor.station,
                "batch": batch or (uids[at] if uids else ""),
                "changes": _known(kind, actor, changes) if limited and not sums(actor, kind.key) else dict(changes),
                "version": draft.version,
            }
            for at, (draft, changes) in enumerate(rows)
        ],
    )


def _known(kind: RecordType, actor: Actor, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The changes without those of fields that a server keeps from this person: what was worked out of them is not what is stored."""
    kept = {n: v for n, v in changes.items() if n not in kind.fields or kind.access(actor, n) > Access.HIDDEN}
    lines = kept.get("lines")
    if kind.lines and isinstance(lines, dict) and lines.get("changed"):
        seen = kind.visible_lines(actor)
        changed = [row | {"fields": {n: v for n, v in row["fields"].items() if n in seen}} for row in lines["changed"]]
        kept["lines"] = lines | {"changed": [row for row in changed if row["fields"]]}
    return kept


def announce(session: Session, app: Application, key: str, ids: Sequence[int] = ()) -> None:
    """Let other programs hear of a change that stands in no record's history, such as a share. ids: none for many."""
    notify.note(session, app.uid, app.actor.user_id, key, ids)
