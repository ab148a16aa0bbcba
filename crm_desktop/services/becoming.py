"""What one document, or several together, become: a new draft filled from them, that points back to them. Nothing is saved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Line, Ref
from crm_desktop.errors import Missing, Refused
from crm_desktop.records.record_type import RecordType, Successor
from crm_desktop.services.access import asking, gone, reached, require_reach
from crm_desktop.services.reading import read_records
from crm_desktop.services.references import labels
from crm_desktop.services.saving import new_draft, new_line, visible_part
from crm_desktop.words import _

_MOST = 200


def offered(app: Application, kind: RecordType, draft: Draft) -> tuple[Successor, ...]:
    """What this person can make of a record in its state."""
    return tuple(s for s in kind.becomes(draft) if app.actor.may(f"{s.type}.add"))


def merged(app: Application, kind: RecordType) -> tuple[Successor, ...]:
    """What this person can make of several records of a type together."""
    return tuple(s for s in kind.successors if s.together and app.actor.may(f"{s.type}.add"))


def become(app: Application, type_key: str, ids: Sequence[int], target: str) -> Draft:
    """A new draft of `target`, filled from these records.

    Raises Missing where a record is gone, Refused where its state does not allow it, where the records are of several customers, and
    where there is nothing left to put into the new document.
    """
    kind = app.type(type_key)
    successor = next((s for s in kind.successors if s.type == target), None)
    if successor is None:
        raise Missing(_("{type} does not become that.").format(type=_(kind.title)))
    app.actor.require(f"{target}.add")
    with asking(app) as connection:
        require_reach(app, connection, kind, "see", ids)
        sources = _sources(app, connection, kind, successor, ids)
        label = labels(app, connection, type_key, list(ids)[:1]).get(ids[0], "")
    filled = successor.fill(sources)
    if successor.link and len(ids) == 1:
        for line in filled.lines:
            line.values[successor.link] = Ref(ids[0], label)
    return _draft(app, filled)


def _sources(
    app: Application, connection: Connection, kind: RecordType, successor: Successor, ids: Sequence[int]
) -> list[Draft]:
    if not ids or len(ids) > _MOST or (len(ids) > 1 and not successor.together):
        raise Refused(_("“{what}” needs one record.").format(what=_(successor.label)))
    found = read_records(app, connection, kind, ids)
    if len(found) < len(set(ids)):
        raise gone()
    for draft in found.values():
        if successor not in kind.becomes(draft):
            state = kind.state(draft)
            words = _("“{what}” is not possible while {label} is {state}.")
            raise Refused(words.format(what=_(successor.label), label=kind.label_of(draft.values), state=state.shown() if state else ""))
    if len({d.values.get("customer_id") for d in found.values()}) > 1:
        raise Refused(_("These are of several customers."), _("Choose records of one customer."))
    if len({d.values.get("currency_id") for d in found.values()}) > 1:
        raise Refused(_("These are in several currencies."), _("Choose records in one currency."))
    type_key, field = successor.through
    rows = _through(app, connection, app.type(type_key), field, kind, list(found.values())) if type_key else list(found.values())
    if type_key and not rows:
        raise Refused(_("Nothing of this is open any more."))
    return rows


def _through(
    app: Application, connection: Connection, kind: RecordType, field: str, source: RecordType, drafts: Sequence[Draft]
) -> list[Draft]:
    """The records of a type that point where the sources point, or to the sources themselves, and are seen."""
    target = kind.fields[field].target
    wanted = {int(d.id or 0) for d in drafts} if source.key == target else _pointed(source, drafts, target)
    table: Any = kind.model.__table__
    query = select(table.c.id).where(table.c[field].in_(sorted(wanted)), table.c.open_amount != 0).order_by(table.c.id)
    ids = list(connection.scalars(query.limit(_MOST)))
    seen = reached(app, connection, kind, "see", ids)
    return list(read_records(app, connection, kind, [i for i in ids if i in seen]).values())


def _pointed(kind: RecordType, drafts: Sequence[Draft], target: str) -> set[int]:
    """The records of a type that drafts point to, in their heads or lines."""
    found: set[int] = set()
    for draft in drafts:
        heads = [(kind.fields, draft.values)]
        heads += [(kind.lines.fields, line.values) for line in draft.lines] if kind.lines else []
        for fields, values in heads:
            found |= {v.id for n, v in values.items() if isinstance(v, Ref) and n in fields and fields[n].target == target}
    return found


def _draft(app: Application, filled: Draft) -> Draft:
    """The filled draft with the defaults of whatever it leaves open, and without what the person may not see."""
    kind = app.type(filled.type)
    draft = new_draft(app, filled.type, {n: v for n, v in filled.values.items() if v is not None})
    if kind.lines:
        draft.lines = [Line(None, new_line(kind).values | row.values) for row in filled.lines]
        if not draft.lines and filled.type in ("deliveries", "returns", "invoices"):
            raise Refused(_("There is nothing left to put into it."))
    kind.derive(draft, None)
    return visible_part(app, kind, draft)
