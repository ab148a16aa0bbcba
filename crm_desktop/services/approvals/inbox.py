"""What waits for a person, what the person decided, asked for and was told of; and one request as it may be looked at.

Whoever takes part in a request sees it, whatever else the person reaches: with the record as it stood when it was asked, as far as the
person may see its fields, and nothing beside it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, or_, select

from crm_desktop.application import Application
from crm_desktop.draft import Draft
from crm_desktop.records.approvals import RETURNED, RUNNING
from crm_desktop.records.record_type import RecordType
from crm_desktop.rules.approvals import Design
from crm_desktop.services.access import asking, gone, reached
from crm_desktop.services.approval_flows import operation_words
from crm_desktop.services.approvals.deciding import my_tasks
from crm_desktop.services.approvals.keeping import APPROVALS
from crm_desktop.services.approvals.people import stands_in_for
from crm_desktop.services.files import FileInfo
from crm_desktop.services.reading import read_record, read_records
from crm_desktop.services.saving import visible_part
from crm_desktop.stored_values import draft_from_json, values_from_json
from db.base import now
from db.models.approvals import Approval, ApprovalFlowVersion, ApprovalTask
from db.models.customers import Customer
from db.models.office import User
from db.models.system import FileContent, FileLink

BOXES = ("to_decide", "decided", "mine", "copied")
SHOWN = 500

_REQUEST: Any = Approval.__table__
_TASK: Any = ApprovalTask.__table__
_VERSION: Any = ApprovalFlowVersion.__table__
_USER: Any = User.__table__
_CUSTOMER: Any = Customer.__table__
_LINK: Any = FileLink.__table__
_CONTENT: Any = FileContent.__table__
_DECIDED = ("agreed", "rejected", "sent_back", "passed_on")
_TOLD = ("copy", "sign")


@dataclass(frozen=True)
class Item:
    """One request in a box. urged, unread: what makes it stand out; decides: it waits for the person at work; locks: the record stays."""

    id: int
    number: str
    title: str
    type: str
    record_id: int
    operation: str  # in words
    requester: str
    asked_at: dt.datetime
    status: str
    step: str
    waiting_for: str
    due_at: dt.datetime | None
    overdue: bool
    urged: bool
    unread: bool
    decides: bool
    locks: bool
    amount: Decimal | None
    customer: str


@dataclass(frozen=True)
class Look:
    """One request with what is decided about. record: only what this person may see of it; live: it stands like that now.

    may: what can be done: decide, send_back, pass_on, add_approver, copy_to, withdraw, urge, acknowledge, carry_out_again.
    changes: the fields that are to be changed, with the values asked for.
    """

    request: Draft
    record: Draft | None
    live: bool
    operation: str
    design: Design
    may: frozenset[str]
    changes: dict[str, Any]
    files: tuple[FileInfo, ...] = ()


def _meant(connection: Connection, me: int) -> tuple[int, ...]:
    """A person, and those in whose place the person decides today."""
    return (me, *sorted(stands_in_for(connection, me, dt.date.today())))


def _has_task(*tests: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists(select(_TASK.c.id).where(_TASK.c.parent_id == _REQUEST.c.id, *tests))


def _waits(people: Sequence[int]) -> ColumnElement[bool]:
    return and_(
        _REQUEST.c.status == RUNNING,
        _REQUEST.c.id.in_(
            select(_TASK.c.parent_id).where(_TASK.c.person_id.in_(people), _TASK.c.state == "open", _TASK.c.role == "decide")
        ),
    )


def _in_box(box: str, people: Sequence[int]) -> ColumnElement[bool]:
    me = people[0]
    if box == "to_decide":
        return _waits(people)
    if box == "decided":
        mine = or_(_TASK.c.by_id == me, and_(_TASK.c.person_id == me, _TASK.c.by_id.is_(None)))
        return _has_task(_TASK.c.role == "decide", _TASK.c.state.in_(_DECIDED), mine)
    if box == "mine":
        return _REQUEST.c.owner_id == me  # type: ignore[no-any-return]
    return _has_task(_TASK.c.role.in_(_TOLD), _TASK.c.person_id == me)


def fetch_box(app: Application, box: str, limit: int = SHOWN) -> list[Item]:
    """The requests of a box, what is due first in the one to decide, the newest first in the others."""
    if app.actor.user_id is None:
        return []
    with asking(app) as connection:
        people = _meant(connection, app.actor.user_id)
        order = (_REQUEST.c.due_at.is_(None), _REQUEST.c.due_at, _REQUEST.c.id) if box == "to_decide" else (_REQUEST.c.id.desc(),)
        rows = connection.execute(_items(people).where(_in_box(box, people)).order_by(*order).limit(limit)).all()
        return [_item(app, row) for row in rows]


def _items(people: Sequence[int]) -> Select[Any]:
    asker = _USER.alias("asker")
    mine = and_(_TASK.c.person_id.in_(people), _TASK.c.state == "open")
    unread = and_(_TASK.c.person_id == people[0], _TASK.c.state == "unread")
    return (
        select(
            _REQUEST, asker.c.name.label("asker"), _CUSTOMER.c.name.label("customer"),
            _has_task(mine, _TASK.c.urged_at.is_not(None)).label("urged"), _has_task(unread).label("unread"),
            _waits(people).label("decides"),
        )
        .outerjoin(asker, asker.c.id == _REQUEST.c.owner_id)
        .outerjoin(_CUSTOMER, _CUSTOMER.c.id == _REQUEST.c.customer_id)
    )  # fmt: skip


def _item(app: Application, row: Any) -> Item:
    kind = app.types.get(row.record_type)
    hidden = kind is None or any(n in kind.fields and n not in kind.visible(app.actor) for n in ("total", "amount", "open_amount"))
    return Item(
        row.id, row.number, row.title, row.record_type, row.record_id, operation_words(kind, row.operation) if kind else row.operation,
        row.asker or "", row.created_at, row.status, row.step_name, row.waiting_for, row.due_at,
        row.due_at is not None and row.due_at < now(), bool(row.urged), bool(row.unread), bool(row.decides), bool(row.locks),
        None if hidden else row.amount,
        row.customer or "",
    )  # fmt: skip


def count_waiting(app: Application) -> int:
    """How many requests wait for the person at work."""
    if app.actor.user_id is None:
        return 0
    with asking(app) as connection:
        people = _meant(connection, app.actor.user_id)
        return int(connection.scalar(select(func.count()).select_from(_REQUEST).where(_waits(people))) or 0)


def about_record(app: Application, type_key: str, record_id: int) -> list[Item]:
    """The requests about a record that the person at work sees, the newest first."""
    with asking(app) as connection:
        kind, me = app.type(type_key), app.actor.user_id or 0
        people = _meant(connection, me)
        query = _items(people).where(_REQUEST.c.record_type == kind.key, _REQUEST.c.record_id == record_id)
        rows = connection.execute(query.order_by(_REQUEST.c.id.desc()).limit(20)).all()
        if rows and app.actor.may(f"{kind.key}.see") and reached(app, connection, kind, "see", [record_id]):
            return [_item(app, row) for row in rows]
        return [_item(app, row) for row in rows if _takes_part(connection, row.id, people)]


def _takes_part(connection: Connection, id_: int, people: Sequence[int]) -> bool:
    part = or_(_REQUEST.c.owner_id == people[0], _has_task(or_(_TASK.c.person_id.in_(people), _TASK.c.by_id == people[0])))
    query = select(_REQUEST.c.id).where(_REQUEST.c.id == id_, part)
    return connection.scalar(query) is not None


def look(app: Application, id_: int) -> Look:
    """One request with what is decided about. Raises Missing for whoever takes no part in it and does not reach it either."""
    kind = app.type(APPROVALS)
    with asking(app) as connection:
        people = _meant(connection, app.actor.user_id or 0)
        part = _takes_part(connection, id_, people)
        if not part and (not app.actor.may(f"{APPROVALS}.see") or id_ not in reached(app, connection, kind, "see", [id_])):
            raise gone()
        request = read_record(app, connection, kind, id_)
        plain = connection.execute(select(_REQUEST.c.snapshot, _REQUEST.c.wish).where(_REQUEST.c.id == id_)).one_or_none()
        if request is None or plain is None:
            raise gone()
        flow = request.values["flow_id"]
        version = _VERSION.c.flow_id == (flow.id if flow else 0), _VERSION.c.number == request.values["flow_version"]
        facts = connection.scalar(select(_VERSION.c.facts).where(*version))
        about = app.types.get(request.values["record_type"])
        record, live = _record(app, connection, about, request, plain.snapshot, part=part)
        changes = {}
        if about is not None:
            changes = values_from_json(plain.wish.get("changes", {}), about.visible(app.actor))
        operation = operation_words(about, request.values["operation"]) if about else request.values["operation_label"]
        may = _may(app, request, people)
        files = tuple(FileInfo(*row) for row in connection.execute(_files(id_)))
    return Look(request, record, live, operation, Design.from_facts(facts) if facts else Design(()), may, changes, files)


def _files(id_: int) -> Select[Any]:
    return (
        select(_LINK.c.id, _LINK.c.name, _CONTENT.c.size, _LINK.c.added_at, _LINK.c.added_by)
        .join_from(_LINK, _CONTENT, _LINK.c.content_id == _CONTENT.c.id)
        .where(_LINK.c.record_type == APPROVALS, _LINK.c.record_id == id_)
        .order_by(_LINK.c.id)
    )


def read_file(app: Application, id_: int, file_id: int) -> bytes:
    """The bytes of a file that was attached to a request. Raises Missing."""
    look(app, id_)  # whoever sees the request sees its files
    with asking(app) as connection:
        query = select(_CONTENT.c.data).join_from(_LINK, _CONTENT, _LINK.c.content_id == _CONTENT.c.id)
        found = connection.scalar(query.where(_LINK.c.id == file_id, _LINK.c.record_type == APPROVALS, _LINK.c.record_id == id_))
    if found is None:
        raise gone()
    return bytes(found)


def _record(
    app: Application, connection: Connection, kind: RecordType | None, request: Draft, snapshot: dict[str, Any], *, part: bool
) -> tuple[Draft | None, bool]:
    """The record for the person at work: as it stands where the person reaches it, else as it stood when it was asked."""
    if kind is None:
        return None, False
    id_ = int(request.values["record_id"])
    if app.actor.may(f"{kind.key}.see") and id_ in reached(app, connection, kind, "see", [id_]):
        stands = read_records(app, connection, kind, [id_], kind.visible(app.actor), limited=True).get(id_)
        if stands is not None:
            return visible_part(app, kind, stands), True
    if not part or not snapshot:
        return None, False
    stored = draft_from_json(snapshot, kind.key, kind.fields, kind.lines.fields if kind.lines else {})
    return visible_part(app, kind, stored), False


def _may(app: Application, request: Draft, people: Sequence[int]) -> frozenset[str]:
    """What the person at work can do with a request as it stands."""
    me, status = app.actor.user_id, request.values["status"]
    if me is None:
        return frozenset()
    owner, found = request.values["owner_id"], set[str]()
    asker = (owner is not None and owner.id == me) or app.actor.may(f"{APPROVALS}.change")
    decides = any(t.values["role"] == "decide" and t.values["person_id"] and t.values["person_id"].id == me for t in request.lines)
    if status == RUNNING and my_tasks(request.lines, me, set(people[1:])):
        found |= {"decide", "send_back", "pass_on", "add_approver"}
    if asker and status in (RUNNING, RETURNED):
        found.add("withdraw")
    if asker and status == RUNNING:
        found |= {"urge"} | ({"add_approver"} if owner is not None and owner.id == me else set())
    if status in (RUNNING, RETURNED) and (asker or decides):
        found.add("copy_to")
    if any(t.values["state"] == "unread" and t.values["person_id"] and t.values["person_id"].id == me for t in request.lines):
        found.add("acknowledge")
    if status == "failed" and (asker or decides):
        found.add("carry_out_again")
    return frozenset(found)

