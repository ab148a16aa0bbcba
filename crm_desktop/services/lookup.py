"""What a picker needs: records that fit what was typed, and what choosing one fills in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.kinds import show
from crm_desktop.records.record_type import RecordType
from crm_desktop.services.access import asking, reached, within_reach
from crm_desktop.services.listing import AllOf, Condition, ListQuery, Stop, fetch_page
from crm_desktop.services.reading import read_records
from crm_desktop.services.search_all import Hit, label


def suggest(
    app: Application,
    type_key: str,
    text: str,
    limit: int = 20,
    within: Mapping[str, Any] | None = None,
    stop: Stop | None = None,
) -> list[Hit]:
    """Records of a type that fit what was typed, best first. within: values that reference fields must have."""
    kind = app.type(type_key)
    visible = kind.visible(app.actor)
    shown = tuple(dict.fromkeys(n for n in (*kind.label, *kind.subtitle) if n in visible))
    limits = tuple(Condition(n, "any_of", (v.id,)) for n, v in (within or {}).items() if isinstance(v, Ref))
    query = ListQuery(type_key, columns=shown, where=AllOf(limits) if limits else None, search=text)
    rows = fetch_page(app, query, size=limit, stop=stop).rows
    hits = [_hit(app, kind, dict(zip(shown, row, strict=False)), row[-1]) for row in rows]
    typed = text.strip().casefold()
    # An exact code stands first: a scanner types one and expects it taken.
    return sorted(hits, key=lambda h: (h.number.casefold() != typed, not h.label.casefold().startswith(typed)))


def _hit(app: Application, kind: RecordType, values: Mapping[str, Any], id_: int) -> Hit:
    detail = [show(values[n], kind.fields[n], app.options) for n in kind.subtitle if n in values]
    number = values.get(kind.number) if kind.number else ""
    return Hit(kind.key, id_, label(app, kind, dict(values)), " · ".join(d for d in detail if d), str(number or ""))


def exact(app: Application, type_key: str, code: str) -> Ref | None:
    """The record whose number or barcode is exactly `code`, when there is just one: what a scanner means."""
    kind = app.type(type_key)
    table: Any = kind.model.__table__
    with asking(app) as connection:
        app.actor.require(f"{kind.key}.see")
        visible, reach = kind.visible(app.actor), within_reach(app, kind)
        for name in (n for n, f in visible.items() if f.kind == "code" and f.search == "code" and not f.custom):
            query = select(table.c.id).where(table.c[name] == code).limit(2)
            found = connection.scalars(query if reach is None else query.where(reach)).all()
            if len(found) == 1:
                record = read_records(app, connection, kind, found, visible, limited=True)[found[0]]
                return Ref(found[0], kind.label_of(record.values))
    return None


def fill(app: Application, type_key: str, field_name: str, ref: Ref, line: bool = False) -> dict[str, Any]:
    """The values that choosing `ref` in a reference field puts into the record (or its line), see Field.copies."""
    kind = app.type(type_key)
    fields = kind.lines.fields if line and kind.lines else kind.fields
    about = fields[field_name]
    if not about.copies:
        return {}
    target = app.type(about.target)
    with asking(app) as connection:
        visible, ids = target.visible(app.actor), list(reached(app, connection, target, "see", [ref.id]))
        found = read_records(app, connection, target, ids, visible, limited=True).get(ref.id)
    if found is None:
        return {}
    values = {own: found.values[theirs] for own, theirs in about.copies.items() if theirs in found.values}
    # Nothing to copy must not empty what a person typed, nor put None where a number must stand.
    return {
        n: app.options.label("units", v) if n == "unit" else v for n, v in values.items() if v is not None and v != ""
    }
