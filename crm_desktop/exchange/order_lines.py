"""Deliveries and returns in files name an order and goods: which lines of that order they are, and what else follows from the order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Line, Ref
from crm_desktop.exchange.plan import Incoming
from crm_desktop.records.record_type import RecordType
from crm_desktop.services.reading import read_records
from crm_desktop.words import _

_LINK = "order_line_id"
_KNOWN_BY = ("product_id", "code", "name")
_CARRIED = ("product_id", "code", "name", "specification", "unit")


def is_of_orders(kind: RecordType) -> bool:
    """Whether the lines of a type are lines of an order."""
    return kind.lines is not None and _LINK in kind.lines.fields


def link_to_orders(app: Application, connection: Connection, kind: RecordType, records: Iterable[Incoming]) -> None:
    """Fill in the lines of the orders that the records name; a line that is not in the order is wrong."""
    held = [(r, ref) for r in records if isinstance(ref := r.values.get("order_id"), Ref)]
    wanted = sorted({ref.id for _record, ref in held})
    orders: dict[int, Draft] = {}
    for at in range(0, len(wanted), 500):
        orders |= read_records(app, connection, app.type("sales-orders"), wanted[at : at + 500], limited=True)
    for record, ref in held:
        if (order := orders.get(ref.id)) is None:
            continue
        for own, theirs in kind.fields["order_id"].copies.items():
            if order.values.get(theirs) not in (None, ""):
                record.values.setdefault(own, order.values[theirs])
        _link(record, order)


def _link(record: Incoming, order: Draft) -> None:
    left = list(order.lines)
    for at, values in enumerate(record.lines):
        found = _line(values, left) or _line(values, order.lines)
        if found is None:
            record.problems.setdefault(f"lines.{at}.name", _("This line is not in the order."))
            continue
        if found in left:
            left.remove(found)
        values[_LINK] = found.id
        for name in _CARRIED:
            if found.values.get(name) not in (None, ""):
                values.setdefault(name, found.values[name])


def _line(values: Mapping[str, Any], lines: Iterable[Line]) -> Line | None:
    """The line that has the same product, code or name; of several with one name, the one whose specification is the same."""
    rows = list(lines)
    for name in _KNOWN_BY:
        if not values.get(name):
            continue
        fitting = [line for line in rows if line.values.get(name) == values[name]]
        same = [line for line in fitting if line.values.get("specification") == values.get("specification")]
        if fitting:
            return (same or fitting)[0]
    return None
