"""Which approval flows there are for an operation, in the versions that count now, and which of them a record needs.

A condition is asked of the record as it stands in the database, with everything in sight: what somebody may not see decides all the same.
Where a server keeps a field from the person at work, the condition counts as holding: better one approval too many.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import and_, select, text
from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.errors import Missing
from crm_desktop.filters import Filter
from crm_desktop.records.record_type import RecordType
from crm_desktop.rights import EVERYTHING
from crm_desktop.rules.approvals import Design
from crm_desktop.services.conditions import condition
from crm_desktop.words import N_, _
from db.errors import Denied
from db.models.approvals import ApprovalFlow, ApprovalFlowVersion
from db.models.products import Product
from db.roles import own

FLOWS = "approval-flows"
SET = "set:"
"""Before the name of a field: the operation of giving it another value."""

_FLOW: Any = ApprovalFlow.__table__
_VERSION: Any = ApprovalFlowVersion.__table__
_STAGE = N_("Change: {field}")


@dataclass(frozen=True)
class FlowFacts:
    """One flow in one version."""

    id: int
    name: str
    version: int
    keeper: int | None
    design: Design


def operations_of(kind: RecordType) -> dict[str, str]:
    """What of a record type can be made to need approval: its operations, and giving a field another value; with English labels."""
    found = {o.name: o.label for o in kind.operations if kind.key != "approvals"}
    typed = [f for f in kind.fields.values() if not f.computed and not f.custom and f.section != "Record" and f.kind != "image"]
    return found | {f"{SET}{f.name}": f.label for f in typed}


def operation_words(kind: RecordType, operation: str) -> str:
    """What an operation is called, in the person's language."""
    label = operations_of(kind).get(operation, operation)
    return _(_STAGE).format(field=_(label)) if operation.startswith(SET) else _(label)


def flows_for(session: Session, type_key: str, operations: Sequence[str]) -> list[tuple[str, FlowFacts]]:
    """The flows in use for these operations, each with its operation, in the order in which they are asked."""
    query = (
        select(_FLOW.c.operation, _FLOW.c.id, _FLOW.c.name, _FLOW.c.version_no, _FLOW.c.keeper_id, _VERSION.c.facts)
        .join(_VERSION, and_(_VERSION.c.flow_id == _FLOW.c.id, _VERSION.c.number == _FLOW.c.version_no))
        .where(_FLOW.c.active, _FLOW.c.record_type == type_key, _FLOW.c.operation.in_(operations))
        .order_by(_FLOW.c.rank, _FLOW.c.id)
    )
    return [(r[0], FlowFacts(r[1], r[2], r[3], r[4], Design.from_facts(r[5]))) for r in session.execute(query)]


def flow_in(session: Session, flow_id: int, version: int) -> FlowFacts:
    """A flow as it was in a version. Raises Missing."""
    query = (
        select(_FLOW.c.id, _FLOW.c.name, _FLOW.c.keeper_id, _VERSION.c.facts)
        .join(_VERSION, _VERSION.c.flow_id == _FLOW.c.id)
        .where(_FLOW.c.id == flow_id, _VERSION.c.number == version)
    )
    row = session.execute(query).one_or_none()
    if row is None:
        raise Missing(_("This approval flow does not exist any more."))
    return FlowFacts(row[0], row[1], version, row[2], Design.from_facts(row[3]))


def seeing_all(app: Application) -> Application:
    """The program with everything in sight, for the same person: to find out what has to be approved, never to show it."""
    return replace(app, actor=replace(app.actor, rights=EVERYTHING, version=0))


def holds(session: Session, app: Application, kind: RecordType, record_id: int, where: Filter | None) -> bool:
    """Whether a condition holds for a record as it stands in the transaction."""
    if where is None:
        return True
    table: Any = kind.model.__table__
    try:
        test = condition(seeing_all(app), kind, table, where)
    except Missing:  # a field that was taken away since: nobody can say that it does not hold
        return True
    query = select(table.c.id).where(table.c.id == record_id, test)
    if not own(session):
        return session.scalar(query) is not None
    try:
        with session.begin_nested():
            return session.scalar(query) is not None
    except Denied:
        return True


def below_floor(session: Session, kind: RecordType, record_id: int) -> bool:
    """Whether a line of a document is priced below the floor price of its product."""
    if kind.lines is None or not {"product_id", "price", "discount"} <= set(kind.lines.fields):
        return False
    lines: Any = kind.lines.model.__table__
    product: Any = Product.__table__
    if own(session):  # floor prices are hidden from most, see db/row_asking.py
        return bool(session.scalar(text("SELECT crm_below_floor(:lines, :id)"), {"lines": lines.name, "id": record_id}))
    query = (
        select(lines.c.price, lines.c.discount, product.c.floor_price)
        .join(product, product.c.id == lines.c.product_id)
        .where(lines.c[kind.lines.parent] == record_id, product.c.floor_price.is_not(None))
    )
    return any(price * (100 - discount) < floor * 100 for price, discount, floor in session.execute(query))


def needed(
    session: Session, app: Application, kind: RecordType, record_id: int, operations: Sequence[str], facts: frozenset[str] = frozenset()
) -> Iterator[tuple[str, FlowFacts]]:
    """The flows a record needs for these operations, each with its operation. facts: which of rules.approvals.WHEN are so."""
    for operation, flow in flows_for(session, kind.key, operations):
        when = flow.design.when
        if when == "below_floor" and not below_floor(session, kind, record_id):
            continue
        if when not in ("", "below_floor") and when not in facts:
            continue
        if holds(session, app, kind, record_id, flow.design.where):
            yield operation, flow
