"""The approval flows of the sample company, large or cheap orders and write-offs, with what was asked: agreed to, refused, and waiting."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from types import ModuleType
from typing import Any

from sqlalchemy import select

from crm_desktop.application import Application
from crm_desktop.errors import Doubt
from crm_desktop.filters import AnyOf, Condition
from crm_desktop.rules.approvals import Approver, Design, Step
from crm_desktop.sample import plot
from crm_desktop.sample.scenes import Stage
from crm_desktop.services import operating
from crm_desktop.services.approvals import deciding, drawing, inbox
from crm_desktop.services.server_logins import has_own_role
from db.engine import reading
from db.models.access import Position
from db.models.money import Receivable
from db.models.sales import SalesOrder

LARGE, VERY_LARGE, CHEAP = Decimal(60_000), Decimal(150_000), Decimal(20)
"""From which amounts an order is asked about, and by more people; and from which discount in per cent."""

_DRAWN = 45  # days ago


def fill_approvals(app: Application, cast: ModuleType, today: dt.date) -> None:
    """Draw the flows, and let colleagues ask for a few things and decide about them."""
    stage = Stage(app, cast, today)
    with stage.acting(plot.OWNER, _DRAWN) as owner:
        _draw(owner, cast)
    if has_own_role(app):  # a server lets nobody ask in the name of others
        return
    _write_off(stage)
    refused = _ask_order(stage, 16, plot.LIU_YANG, 8)
    _decide(stage, refused, plot.SALES_TWO, 7, "reject", cast.REJECTED)
    agreed = _ask_order(stage, plot.DONGSHENG, plot.HUANG, 6)
    _decide(stage, agreed, plot.SALES_TWO, 6, "agree", cast.APPROVED)
    _decide(stage, agreed, plot.OWNER, 5, "agree", cast.APPROVED)
    held = _ask_order(stage, plot.WANLI, plot.HUANG, 5)
    _decide(stage, held, plot.SALES_TWO, 4, "reject", cast.NOT_YET)
    waiting = _ask_order(stage, plot.HENGDA, plot.LI_NA, 2)
    _decide(stage, waiting, plot.SALES_ONE, 2, "agree", cast.APPROVED_CREDIT)


def _draw(app: Application, cast: ModuleType) -> None:
    position: Any = Position.__table__
    with reading(app.engine) as connection:
        posts = {row.key: row.id for row in connection.execute(select(position.c.id, position.c.key)) if row.key}
    manager, owner = Approver("manager"), Approver("position", posts.get("owner", 0))
    finance = Approver("position", posts.get("finance", 0))
    large = AnyOf((Condition("total", "at_least", LARGE), Condition("lines.discount", "at_least", CHEAP)))
    names = cast.APPROVAL_STEPS
    orders = Design(
        (
            Step(names["manager"], (manager,), hours=24, overdue="manager"),
            Step(names["owner"], (owner,), agree="one", hours=24),
        ),
        large, copies=(finance,), copy_at="end",
    )  # fmt: skip
    write_off = Design((Step(names["owner"], (owner,), agree="one"),), copies=(manager,), sign=True)
    for key, operation, name, design in (
        ("sales-orders", "confirm", cast.APPROVAL_FLOWS[0], orders),
        ("receivables", "write_off", cast.APPROVAL_FLOWS[1], write_off),
    ):
        drawing.save_drawing(app, replace(drawing.new_drawing(app, key, operation), name=name, design=design))


def _ask_order(stage: Stage, customer: int, person: int, ago: int) -> int | None:
    """Let the seller confirm the newest draft of a customer, which asks for approval."""
    order = SalesOrder.__table__.c
    query = select(order.id).where(order.customer_id == stage.customer(customer).id, order.status == "draft")
    with stage.acting(person, ago) as app, reading(app.engine) as connection:
        id_ = connection.scalar(query.order_by(order.total.desc()).limit(1))
    return _ask(stage, "sales-orders", id_, person, ago, "confirm", "") if id_ else None


def _write_off(stage: Stage) -> None:
    """What a customer who closed down still owed."""
    money = Receivable.__table__.c
    query = select(money.id).where(money.customer_id == stage.customer(plot.YONGXIN).id, money.status.in_(("open", "part")))
    with stage.acting(plot.FINANCE, 40) as app, reading(app.engine) as connection:
        ids = list(connection.scalars(query.order_by(money.due_date, money.id)))
    for id_ in ids:
        request = _ask(stage, "receivables", id_, plot.FINANCE, 40, "write_off", stage.cast.WRITE_OFF)
        _decide(stage, request, plot.OWNER, 38, "agree", stage.cast.WRITE_OFF_AGREED)


def _ask(stage: Stage, key: str, record_id: int, person: int, ago: int, operation: str, reason: str) -> int | None:
    """Let a colleague ask; gives the request."""
    told = set[str]()
    with stage.acting(person, ago, 1, 35) as colleague:
        table: Any = colleague.type(key).model.__table__
        while True:
            with reading(colleague.engine) as connection:
                version = int(connection.scalar(select(table.c.version).where(table.c.id == record_id)) or 0)
            try:
                operating.operate(colleague, key, record_id, version, operation, reason, despite=frozenset(told))
                break
            except Doubt as doubt:
                if doubt.key in told:
                    raise
                told.add(doubt.key)
        return next((i.id for i in inbox.fetch_box(colleague, "mine") if (i.type, i.record_id) == (key, record_id)), None)


def _decide(stage: Stage, request: int | None, person: int, ago: int, decision: str, comment: str) -> None:
    if request is not None:
        with stage.acting(person, ago, 7, 20) as app:
            deciding.decide(app, request, decision, comment)
