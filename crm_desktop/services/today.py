"""What one person has to do today: tasks that are due or soon will be, customers waiting for a call, and money that is due."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Ref
from crm_desktop.filters import AllOf, AnyOf, Condition, Filter, ListQuery
from crm_desktop.rights import Reach
from crm_desktop.rules.dunning import letter_due, level_due
from crm_desktop.services import listing, saving
from crm_desktop.services.access import asking
from crm_desktop.services.approvals.inbox import Item, count_waiting, fetch_box
from crm_desktop.services.dunning import edges_of, last_letters
from crm_desktop.services.settings_store import company_setting
from crm_desktop.settings import REMIND_BEFORE
from crm_desktop.words import _

SHOWN = 40
_COUNTED = 999
_SOON = dt.timedelta(days=7)
_TASK_COLUMNS = ("title", "customer_id", "due", "priority")
_RECEIVABLE_COLUMNS = ("customer_id", "title", "due_date", "open_amount", "dunning_level")
_CUSTOMER_COLUMNS = ("name", "next_follow_up", "phone")


@dataclass(frozen=True)
class Due:
    """One thing to do. customer: whom it is for, where it is not itself the customer; detail: a phone number."""

    type: str
    id: int
    title: str
    day: dt.date
    customer: Ref | None = None
    detail: str = ""
    urgent: bool = False


@dataclass(frozen=True)
class Today:
    """The day. `due` counts what should be done by today (up to 999), shown or not."""

    day: dt.date
    tasks: tuple[Due, ...]
    customers: tuple[Due, ...]
    due: int
    receivables: tuple[Due, ...] = ()
    approvals: tuple[Due, ...] = ()


def fetch_today(app: Application, day: dt.date | None = None) -> Today:
    """What this person has to do by `day` (today when None) and within a week after it. What is nobody's counts as well:
    on a PC with one person most things have no owner."""
    day = day or dt.datetime.now().astimezone().date()
    tasks = _rows(app, _query("tasks", _TASK_COLUMNS, "due", day + _SOON, _open_tasks()))
    customers = _rows(app, _query("customers", _CUSTOMER_COLUMNS, "next_follow_up", day + _SOON))
    due = _count(app, _query("tasks", ("title",), "due", day, _open_tasks()))
    due += _count(app, _query("customers", ("name",), "next_follow_up", day))
    before, edges = _reminding(app)
    money = _rows(app, _owed(app, _RECEIVABLE_COLUMNS, day + before)) if _sees_money(app) else ()
    last = last_letters(app, {row[0].id for row in money if row[0]}, day) if money else {}
    due += _count(app, _owed(app, ("number",), day)) if _sees_money(app) else 0
    asked = fetch_box(app, "to_decide", SHOWN)
    due += count_waiting(app)
    return Today(
        day, tuple(map(_task, tasks)), tuple(map(_customer, customers)), min(due, _COUNTED),
        tuple(_receivable(row, day, edges, last) for row in money), tuple(map(_approval, asked)),
    )  # fmt: skip


def count_due(app: Application) -> int:
    """How many things should be done by today: for the bell."""
    day = dt.datetime.now().astimezone().date()
    tasks = _count(app, _query("tasks", ("title",), "due", day, _open_tasks()))
    money = _count(app, _owed(app, ("number",), day)) if _sees_money(app) else 0
    return min(tasks + money + count_waiting(app) + _count(app, _query("customers", ("name",), "next_follow_up", day)), _COUNTED)


def finish_task(app: Application, task_id: int, status: str = "done") -> Draft:
    """Mark a task as done, or as open again. Raises what saving raises."""
    draft = saving.open_record(app, "tasks", task_id)
    draft.values["status"] = status
    return saving.save(app, draft, origin="today")


def greeting(now: dt.datetime, name: str) -> str:
    """A short greeting for the time of day."""
    if now.hour < 11:
        return _("Good morning, {name}").format(name=name)
    if now.hour < 18:
        return _("Good afternoon, {name}").format(name=name)
    return _("Good evening, {name}").format(name=name)


def _open_tasks() -> Filter:
    return Condition("status", "any_of", ("open",))


def _query(type_key: str, columns: tuple[str, ...], field: str, until: dt.date, *more: Filter) -> ListQuery:
    mine_or_nobodys = AnyOf((Condition("owner_id", "mine"), Condition("owner_id", "empty")))
    where = AllOf((Condition(field, "at_most", until), mine_or_nobodys, *more))
    return ListQuery(type_key, columns, where, order=(field,))


def _sees_money(app: Application) -> bool:
    """Whether this person sees what is asked of receivables here."""
    kind = app.types.get("receivables")
    wanted = {*_RECEIVABLE_COLUMNS, "status", "number"}
    return kind is not None and app.actor.may("receivables.see") and wanted <= set(kind.visible(app.actor))


def _reminding(app: Application) -> tuple[dt.timedelta, tuple[int, ...]]:
    """How long before its day money is shown, and how many days after it each reminder is due."""
    with asking(app) as connection:
        return dt.timedelta(days=company_setting(connection, REMIND_BEFORE)), edges_of(connection)


def _owed(app: Application, columns: tuple[str, ...], until: dt.date) -> ListQuery:
    """Money that is due by a day: whoever keeps all receivables asks for everybody's, others for their own customers'."""
    where: tuple[Filter, ...] = (
        Condition("due_date", "at_most", until),
        Condition("status", "any_of", ("open", "part")),
        Condition("open_amount", "at_least", Decimal("0.01")),
    )
    if app.actor.reach("receivables", "change") < Reach.ALL:
        where = (*where, AnyOf((Condition("owner_id", "mine"), Condition("owner_id", "empty"))))
    return ListQuery("receivables", columns, AllOf(where), order=("due_date",))


def _receivable(row: tuple[Any, ...], today: dt.date, edges: Sequence[int], last: Mapping[int, dt.date]) -> Due:
    """Money that is due, and the reminder that should be written by now and was not."""
    customer, title, day, amount, level, id_ = row
    late, level = (today - day).days, level or 0
    letter = letter_due(level, late, edges, last.get(customer.id) if customer else None, today)
    reminder = _("reminder {level} is due").format(level=letter) if letter else ""
    detail = " · ".join(part for part in (f"{amount:,.2f}", title, reminder) if part)
    return Due("receivables", id_, customer.label if customer else "", day, detail=detail, urgent=level > 0 or level_due(late, edges) > 0)


def _approval(item: Item) -> Due:
    """A request that waits for this person: of the day by which it must be decided, else of the day it was asked."""
    amount = f"{item.amount:,.2f}" if item.amount is not None else ""
    detail = " · ".join(part for part in (item.requester, item.customer, amount) if part)
    day = (item.due_at or item.asked_at).astimezone().date()
    return Due("approvals", item.id, f"{item.operation} {item.title}", day, detail=detail, urgent=item.urged or item.overdue)


def _rows(app: Application, query: ListQuery) -> Sequence[tuple[Any, ...]]:
    if not _may_see(app, query.type):
        return ()
    return listing.fetch_page(app, query, size=SHOWN).rows


def _count(app: Application, query: ListQuery) -> int:
    return listing.count(app, query, cap=_COUNTED).number if _may_see(app, query.type) else 0


def _may_see(app: Application, type_key: str) -> bool:
    return type_key in app.types and app.actor.may(f"{type_key}.see")


def _task(row: tuple[Any, ...]) -> Due:
    title, customer, day, priority, id_ = row
    return Due("tasks", id_, title, day, customer, urgent=priority == "high")


def _customer(row: tuple[Any, ...]) -> Due:
    name, day, phone, id_ = row
    return Due("customers", id_, name, day, detail=phone)
