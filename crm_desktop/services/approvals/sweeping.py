"""What happens by itself: an overdue decision is passed on as its step says, and nobody who has left is waited for.

Every program does it for all the requests it sees: now and then while its window is open, when an inbox is looked at, and by command.
Each request is moved under its own lock, and looked at again under it: what one program has done, no other does once more.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Connection, and_, exists, not_, or_, select
from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.changes import Change
from crm_desktop.draft import Line
from crm_desktop.errors import Told
from crm_desktop.records.approvals import PASSED, RUNNING
from crm_desktop.services.access import acting, asking
from crm_desktop.services.approvals.asking import fulfil
from crm_desktop.services.approvals.course import Course
from crm_desktop.services.approvals.keeping import APPROVALS, course_of, keep, load, record_of
from crm_desktop.words import _
from db.base import now
from db.models.approvals import Approval, ApprovalTask
from db.models.office import User

_REQUEST: Any = Approval.__table__
_TASK: Any = ApprovalTask.__table__
_USER: Any = User.__table__
_AT_ONCE = 200


def sweep(app: Application) -> int:
    """Pass on what is overdue and what waits for people who have left; gives how many requests moved on."""
    moved, last, moment = 0, 0, now()
    while True:  # those that can only be marked stand among them, and must not stand in the way of the others
        with asking(app) as connection:
            ids = _stuck(connection, moment, last)
        moved += sum(_move(app, id_) for id_ in ids)
        if len(ids) < _AT_ONCE:
            return moved
        last = ids[-1]


def _stuck(connection: Connection, moment: dt.datetime, last: int) -> list[int]:
    works_here = exists(select(_USER.c.id).where(_USER.c.id == _TASK.c.person_id, _USER.c.active))
    test = or_(_TASK.c.due_at < moment, not_(works_here))
    query = (
        select(_REQUEST.c.id)
        .join(_TASK, _TASK.c.parent_id == _REQUEST.c.id)
        .where(_REQUEST.c.id > last, _REQUEST.c.status == RUNNING, and_(_TASK.c.state == "open", _TASK.c.role == "decide"), test)
        .distinct()
        .order_by(_REQUEST.c.id)
        .limit(_AT_ONCE)
    )
    return list(connection.scalars(query))


def _move(app: Application, id_: int) -> bool:
    """Move one request on, if it still has to be."""
    try:
        with acting(app) as session:
            kept = load(session, app, id_)
            if kept.draft.values["status"] != RUNNING:
                return False
            kind, record = record_of(session, app, kept.draft)
            course = course_of(session, app, kept.draft, kept.flow, kind, record)
            if not pass_on_stuck(session, course):
                return False
            kept.draft = keep(session, app, kept.draft, "pass_on")
            if kept.draft.values["status"] == PASSED:
                kept.draft = fulfil(session, app, kept)
    except Told:  # another program has it in hand, or this person may only look at it
        return False
    app.changes.tell(Change(APPROVALS, frozenset({id_}), app.actor.name))
    return True


def pass_on_stuck(session: Session, course: Course) -> bool:
    """Pass on every open decision of a request that nobody will take; gives whether there was one."""
    moved = False
    for task in course.open():
        if task.values["state"] != "open":  # what was passed on before may have settled the step
            continue
        person = task.values["person_id"].id
        if not course.people.active(person):
            to, words = _successor(session, course, person), _("Does not work here any more")
        else:
            to, words = _overdue_to(course, task, person), _("Overdue")
        if to is not None and to != person and course.people.active(to):
            course.pass_on(task, to, words)
            moved = True
    return moved


def _successor(session: Session, course: Course, person: int) -> int | None:
    """Who decides in place of somebody who has left: the manager, else whoever looks after the flow."""
    manager = session.scalar(select(_USER.c.manager_id).where(_USER.c.id == person))
    if manager is not None and course.people.active(manager):
        return int(manager)
    return next(iter(course.people.last_resort()), None)


def _overdue_to(course: Course, task: Line, person: int) -> int | None:
    due = task.values["due_at"]
    if due is None or due >= course.moment:
        return None
    step = course.design.steps[int(task.values["step"]) - 1]
    if step.overdue == "manager":
        return course.people.manager(person)
    return step.overdue_to or None if step.overdue == "person" else None
