"""Two approval flows of the sample company, large or cheap orders and write-offs, with requests that wait and one that was decided."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from types import ModuleType
from typing import Any

from sqlalchemy import Connection, select

from crm_desktop.application import Application
from crm_desktop.errors import Doubt, Told
from crm_desktop.filters import AnyOf, Condition
from crm_desktop.rules.approvals import Approver, Design, Step
from crm_desktop.services import operating
from crm_desktop.services.access import actor_of
from crm_desktop.services.approvals import deciding, drawing, inbox
from crm_desktop.services.server_logins import has_own_role
from db.engine import reading
from db.models.access import Position, UserPosition
from db.models.money import Receivable
from db.models.office import User
from db.models.sales import SalesOrder

LARGE, VERY_LARGE, CHEAP = Decimal(5_000), Decimal(50_000), Decimal(20)
"""From which amounts an order is asked about, and by more people; and from which discount in per cent."""

_ORDERS = 3


def fill_approvals(app: Application, words: ModuleType) -> None:
    """Draw the flows, and let colleagues ask for a few things."""
    with reading(app.engine) as connection:
        posts = {r.key: r.id for r in connection.execute(select(Position.id, Position.key)) if r.key}
        orders = _orders(connection)
        keepers = _holders(connection, posts.get("finance", 0))
        owed = connection.execute(_overdue()).first()
    _draw(app, words, posts)
    if has_own_role(app):  # a server lets nobody ask in the name of others
        return
    asked = [request for order in orders if (request := _ask(app, "sales-orders", order.id, order.owner_id, "confirm", ""))]
    for request in asked[1:]:
        _let_decide(app, request, words.APPROVAL_COMMENT)
    if owed is not None and keepers:
        _ask(app, "receivables", owed.id, keepers[0], "write_off", words.WRITE_OFF_REASON)


def _draw(app: Application, words: ModuleType, posts: dict[str, int]) -> None:
    manager, owner = Approver("manager"), Approver("position", posts.get("owner", 0))
    finance = Approver("position", posts.get("finance", 0))
    large = AnyOf((Condition("total", "at_least", LARGE), Condition("lines.discount", "at_least", CHEAP)))
    very = Condition("total", "at_least", VERY_LARGE)
    names = words.APPROVAL_STEPS
    orders = Design(
        (
            Step(names["manager"], (manager,), hours=24, overdue="manager"), Step(names["finance"], (finance,), agree="one", where=very),
            Step(names["owner"], (owner,), agree="one"),
        ),
        large, copies=(finance,), copy_at="end",
    )  # fmt: skip
    write_off = Design((Step(names["owner"], (owner,), agree="one"),), copies=(manager,), sign=True)
    for key, operation, name, design in (
        ("sales-orders", "confirm", words.APPROVAL_FLOWS[0], orders),
        ("receivables", "write_off", words.APPROVAL_FLOWS[1], write_off),
    ):
        drawing.save_drawing(app, replace(drawing.new_drawing(app, key, operation), name=name, design=design))


def _orders(connection: Connection) -> list[Any]:
    """The largest orders of colleagues with a manager that are not confirmed yet."""
    order, user = SalesOrder.__table__.c, User.__table__.c
    query = (
        select(order.id, order.owner_id)
        .join(User.__table__, user.id == order.owner_id)
        .where(order.status == "draft", order.total >= LARGE, order.total < VERY_LARGE, user.manager_id.is_not(None))
        .order_by(order.total.desc(), order.id)
        .limit(_ORDERS)
    )
    return list(connection.execute(query).all())


def _overdue() -> Any:
    money = Receivable.__table__.c
    return select(money.id).where(money.status.in_(("open", "part"))).order_by(money.due_date, money.id).limit(1)


def _holders(connection: Connection, position: int) -> list[int]:
    held = UserPosition.__table__.c
    return list(connection.scalars(select(held.parent_id).where(held.position_id == position).order_by(held.id)))


def _as(app: Application, person: int) -> Application:
    """The program as a colleague has it, to let colleagues act."""
    with reading(app.engine) as connection:
        actor = actor_of(connection, person, app.actor.station)
    return replace(app, actor=actor or app.actor)


def _ask(app: Application, key: str, record_id: int, person: int, operation: str, reason: str) -> int | None:
    """Let a colleague ask; gives the request, None where it came to nothing."""
    colleague, told = _as(app, person), set[str]()
    for _attempt in range(4):
        try:
            operating.operate(colleague, key, record_id, _version(app, key, record_id), operation, reason, despite=frozenset(told))
            break
        except Doubt as doubt:
            told.add(doubt.key)
        except Told:  # the rules of the company forbid it: then nothing is asked
            return None
    return next((i.id for i in inbox.fetch_box(colleague, "mine") if (i.type, i.record_id) == (key, record_id)), None)


def _version(app: Application, key: str, record_id: int) -> int:
    table: Any = app.type(key).model.__table__
    with reading(app.engine) as connection:
        return int(connection.scalar(select(table.c.version).where(table.c.id == record_id)) or 0)


def _let_decide(app: Application, request: int, comment: str) -> None:
    """Let whoever is asked first agree, unless that is the person who looks at the sample."""
    open_tasks = [t for t in inbox.look(app, request).request.lines if t.values["state"] == "open"]
    person = open_tasks[0].values["person_id"] if open_tasks else None
    if person is not None and person.id != app.actor.user_id:
        deciding.decide(_as(app, person.id), request, "agree", comment)
