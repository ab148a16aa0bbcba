"""Records that stand in the rows of another one, such as the contact of a customer: compared with those there are, and written
behind their owner in the same transaction. Of one owner they are known by their name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.draft import Change, Draft, Ref
from crm_desktop.exchange.plan import Plan, Planned
from crm_desktop.exchange.recipe import Recipe
from crm_desktop.exchange.related_columns import children
from crm_desktop.records.record_type import RecordType
from crm_desktop.services.access import within_reach
from crm_desktop.services.reading import read_records
from crm_desktop.services.saving import new_draft, save_within
from crm_desktop.services.validating import Checker

_CHUNK = 500  # engines limit the number of parameters
_NAME = "name"


def plan_beside(app: Application, connection: Connection, kind: RecordType, plan: Plan) -> None:
    """Check what stands beside the records, and say of records that exist what of it would be new or other."""
    for related in children(kind):
        child = app.type(related.type)
        holders = [p for p in plan.records if any(_own(child, b) for b in p.incoming.beside)]
        if not holders:
            continue
        checker, template = Checker(app, child), new_draft(app, child.key).values
        there = _existing(app, connection, child, related.field, [p.id for p in holders if p.id is not None])
        for item in holders:
            known = there.get(item.id or 0, {})
            before = sum(len(v) for v in known.values())
            count = 0
            for values in (_own(child, b) for b in item.incoming.beside):
                _check(item, child, checker, template | values | {related.field: Ref(item.id or -1, item.label)})
                found = known.get(values.get(_NAME, ""), [])
                count += not found or bool(_wanted(found[0], values, plan.recipe))
            if item.id is not None and count and item.action in ("same", "change") and plan.recipe.existing != "skip":
                item.action = "change"
                item.changes[child.key] = Change(before, count)


def _check(item: Planned, child: RecordType, checker: Checker, values: dict[str, Any]) -> None:
    found = checker.problems(Draft(child.key, None, 0, values, []))
    if found and item.action != "wrong":
        item.action = "wrong"
    item.problems.update({f"{child.key}.{name}": words for name, words in found.items()})


def _own(child: RecordType, beside: dict[str, Any]) -> dict[str, Any]:
    """The fields of one type, by name."""
    prefix = f"{child.key}."
    return {t.removeprefix(prefix): v for t, v in beside.items() if t.startswith(prefix)}


def _existing(
    app: Application, connection: Any, child: RecordType, field: str, owners: Iterable[int]
) -> dict[int, dict[str, list[Draft]]]:
    """The records of some owners, by owner and name."""
    table: Any = child.model.__table__
    reach, wanted = within_reach(app, child), sorted(set(owners))
    found: dict[int, dict[str, list[Draft]]] = defaultdict(lambda: defaultdict(list))
    for at in range(0, len(wanted), _CHUNK):
        query = (
            select(table.c.id, table.c[field]).where(table.c[field].in_(wanted[at : at + _CHUNK])).order_by(table.c.id)
        )
        rows = connection.execute(query if reach is None else query.where(reach)).all()
        drafts = read_records(app, connection, child, [id_ for id_, _owner in rows])
        for id_, owner in rows:
            found[owner][str(drafts[id_].values.get(_NAME, ""))].append(drafts[id_])
    return found


def _wanted(before: Draft, values: dict[str, Any], recipe: Recipe) -> dict[str, Any]:
    """What of the file goes into a record that exists."""
    differing = {n: v for n, v in values.items() if before.values.get(n) != v}
    if recipe.existing == "fill":
        return {n: v for n, v in differing.items() if before.values.get(n) in (None, "", ())}
    return differing if recipe.existing == "update" else {}


def write_beside(session: Session, app: Application, kind: RecordType, plan: Plan, batch: str) -> set[str]:
    """Write what stands beside the records of the plan that are written; gives the types that were touched."""
    touched = set()
    for related in children(kind):
        child = app.type(related.type)
        holders = [
            p for p in plan.records if p.action in ("create", "change") and p.id is not None and p.incoming.beside
        ]
        if not any(_own(child, b) for p in holders for b in p.incoming.beside):
            continue
        there = _existing(app, session, child, related.field, [p.id for p in holders if p.id is not None])
        new: list[Draft] = []
        for item in holders:
            known = there.get(item.id or 0, {})
            for values in (_own(child, b) for b in item.incoming.beside if _own(child, b)):
                found = known.get(values.get(_NAME, ""), [])
                if not found:
                    owner = Ref(int(item.id or 0), item.label)
                    new.append(new_draft(app, child.key, values | {related.field: owner}))
                elif wanted := _wanted(found[0], values, plan.recipe):
                    draft = Draft(child.key, found[0].id, found[0].version, found[0].values | wanted, [], found[0].uid)
                    save_within(session, app, [draft], "import", batch)
        for at in range(0, len(new), 1000):
            save_within(session, app, new[at : at + 1000], "import", batch)
        touched.add(child.key)
    return touched
