"""Everything that can be done with a request on its way. Each is one transaction under the lock of the request: of two people who decide
at once the second one sees what the first one did, and what has passed is carried out in the transaction of the decision that let it pass.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from pathlib import PurePath
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.changes import Change
from crm_desktop.draft import Draft, Line
from crm_desktop.errors import Invalid, Refused, Told
from crm_desktop.records.approvals import PASSED, RETURNED, RUNNING
from crm_desktop.services.access import acting
from crm_desktop.services.approvals.asking import fulfil, tell
from crm_desktop.services.approvals.course import Course
from crm_desktop.services.approvals.keeping import APPROVALS, Kept, course_of, keep, load, nothing_to_decide, record_of
from crm_desktop.services.approvals.people import stands_in_for
from crm_desktop.services.files import store_content
from crm_desktop.words import _
from db.base import now
from db.models.system import FileLink

DECISIONS = {"agree": "agreed", "reject": "rejected"}
Attached = tuple[str, bytes]
"""A file to go with a decision: its name and what is in it."""

_Act = Callable[[Session, Kept, Course], str]


def _do(app: Application, id_: int, act: _Act, files: Sequence[Attached] = (), origin: str = "") -> Draft:
    """Do something with a request under its lock; `act` gives what the history calls it. Gives the request as it then stands."""
    with acting(app) as session:
        kept = load(session, app, id_)
        kind, record = record_of(session, app, kept.draft)
        course = course_of(session, app, kept.draft, kept.flow, kind, record)
        action = act(session, kept, course)
        if kept.draft.values["status"] == PASSED and kept.flow.design.copy_at == "end":
            tell(course)
        _attach(session, app, id_, files)
        kept.draft = keep(session, app, kept.draft, action)
        if kept.draft.values["status"] == PASSED:
            kept.draft = fulfil(session, app, kept)
    _told(app, kept.draft, origin)
    return kept.draft


def _told(app: Application, request: Draft, origin: str) -> None:
    app.changes.tell(Change(APPROVALS, frozenset({int(request.id or 0)}), app.actor.name, origin))
    app.changes.tell(Change(request.values["record_type"], frozenset({int(request.values["record_id"])}), app.actor.name, origin))


def _me(app: Application) -> int:
    if app.actor.user_id is None:
        raise Refused(_("Nobody is signed in."))
    return app.actor.user_id


def _running(course: Course) -> None:
    if course.draft.values["status"] != RUNNING:
        raise Refused(nothing_to_decide())


def my_tasks(tasks: Iterable[Line], me: int, others: set[int]) -> list[Line]:
    """Those of the open decisions that a person may take: the own ones first, then those of people the person stands in for."""
    waiting = [t for t in tasks if t.values["state"] == "open" and t.values["role"] == "decide"]
    own = [t for t in waiting if t.values["person_id"].id == me]
    return own + [t for t in waiting if t.values["person_id"].id in others and t not in own]


def _my_task(session: Session, app: Application, course: Course) -> Line:
    """The decision that is mine to take. Raises Refused."""
    _running(course)
    mine = my_tasks(course.open(), _me(app), stands_in_for(session, _me(app), dt.date.today()))
    if not mine:
        raise Refused(nothing_to_decide(), _("Somebody else may have decided meanwhile."))
    return mine[0]


def decide(
    app: Application, id_: int, decision: str, comment: str = "", files: Sequence[Attached] = (), origin: str = ""
) -> Draft:
    """Agree or reject ("agree", "reject"). Raises Refused where there is nothing to decide for this person any more."""
    comment = comment.strip()
    if decision == "reject" and not comment:
        raise Invalid({"comment": _("Write in a few words why.")})

    def act(session: Session, kept: Kept, course: Course) -> str:
        task = _my_task(session, app, course)
        course.decide(task, DECISIONS[decision], comment, _me(app))
        return f"{decision}: {comment}" if comment else decision

    return _do(app, id_, act, files, origin)


def decide_many(app: Application, ids: Sequence[int], decision: str, comment: str = "", origin: str = "") -> dict[int, str]:
    """Decide several requests alike, each for itself; gives in words what went wrong, by request."""
    problems: dict[int, str] = {}
    for id_ in ids:
        try:
            decide(app, id_, decision, comment, origin=origin)
        except Told as error:
            problems[id_] = error.message
    return problems


def send_back(
    app: Application, id_: int, comment: str, step: int | None = None, files: Sequence[Attached] = (), origin: str = ""
) -> Draft:
    """Return a request: to whoever asked, who can change the record and ask again; or to an earlier step (counted from 1)."""
    comment = comment.strip()
    if not comment:
        raise Invalid({"comment": _("Write in a few words why.")})

    def act(session: Session, kept: Kept, course: Course) -> str:
        task = _my_task(session, app, course)
        if step is not None and not 1 <= step < int(task.values["step"]):
            raise Invalid({"step": _("Only to an earlier step.")})
        course.send_back(task, comment, _me(app), None if step is None else step - 1)
        return f"send_back: {comment}"

    return _do(app, id_, act, files, origin)


def withdraw(app: Application, id_: int, comment: str = "", origin: str = "") -> Draft:
    """End a request that the person at work asked for. Raises Refused for others, and for one that has come to its end."""

    def act(session: Session, kept: Kept, course: Course) -> str:
        if course.draft.values["status"] not in (RUNNING, RETURNED):
            raise Refused(nothing_to_decide())
        _only_requester(app, course)
        course.withdraw()
        course.event("withdrawn", _me(app), comment.strip())
        return f"withdraw: {comment.strip()}" if comment.strip() else "withdraw"

    return _do(app, id_, act, origin=origin)


def _only_requester(app: Application, course: Course) -> None:
    if course.requester != _me(app) and not app.actor.may(f"{APPROVALS}.change"):
        raise Refused(_("Only whoever asked for it can do this."))


def pass_on(app: Application, id_: int, to: int, comment: str = "", origin: str = "") -> Draft:
    """Let somebody else decide in the place of the person at work, for this one request."""

    def act(session: Session, kept: Kept, course: Course) -> str:
        task = _my_task(session, app, course)
        _must_work_here(course, to)
        if to == task.values["person_id"].id:
            raise Invalid({"person": _("This person is asked already.")})
        course.pass_on(task, to, comment.strip(), _me(app))
        return f"pass_on: {course.people.names.get(to, '')}"

    return _do(app, id_, act, origin=origin)


def add_approver(app: Application, id_: int, person: int, comment: str = "", origin: str = "") -> Draft:
    """Ask one more person in the running step: for whoever asked, and for whoever has to decide. This person must agree in any case."""

    def act(session: Session, kept: Kept, course: Course) -> str:
        _running(course)
        if course.requester == _me(app):
            step = int(course.draft.values["step"])
        else:
            step = int(_my_task(session, app, course).values["step"])
        _must_work_here(course, person)
        if any(t.values["person_id"].id == person for t in course.open()):
            raise Invalid({"person": _("This person is asked already.")})
        course.event("added", _me(app), " ".join(t for t in (course.people.names.get(person, ""), comment.strip()) if t), step)
        course.add(step - 1, person)
        return f"add_approver: {course.people.names.get(person, '')}"

    return _do(app, id_, act, origin=origin)


def copy_to(app: Application, id_: int, people: Sequence[int], *, sign: bool = False, origin: str = "") -> Draft:
    """Tell more people of a request; sign: they confirm that they have read it. For whoever asked, and for whoever decides."""

    def act(session: Session, kept: Kept, course: Course) -> str:
        mine = {t.values["person_id"].id for t in course.draft.lines if t.values["person_id"] and t.values["role"] == "decide"}
        if _me(app) not in mine:
            _only_requester(app, course)
        for person in people:
            _must_work_here(course, person)
        course.copy(people, "sign" if sign else "copy")
        return "copy_to: " + ", ".join(course.people.names.get(p, "") for p in people)

    return _do(app, id_, act, origin=origin)


def acknowledge(app: Application, id_: int, comment: str = "", origin: str = "") -> Draft:
    """Note that the person at work has read what was only to be known."""

    def act(session: Session, kept: Kept, course: Course) -> str:
        unread = [
            t for t in course.draft.lines
            if t.values["state"] == "unread" and t.values["person_id"] and t.values["person_id"].id == _me(app)
        ]  # fmt: skip
        if not unread:
            raise Refused(_("There is nothing to acknowledge here."))
        for task in unread:
            task.values |= {"state": "read", "decided_at": course.moment, "comment": comment.strip()}
        return "acknowledge"

    return _do(app, id_, act, origin=origin)


def urge(app: Application, id_: int, comment: str = "", origin: str = "") -> Draft:
    """Remind those who have not decided yet."""

    def act(session: Session, kept: Kept, course: Course) -> str:
        _running(course)
        _only_requester(app, course)
        for task in course.open():
            task.values["urged_at"] = course.moment
        course.event("urged", _me(app), comment.strip(), int(course.draft.values["step"]))
        return f"urge: {comment.strip()}" if comment.strip() else "urge"

    return _do(app, id_, act, origin=origin)


def carry_out_again(app: Application, id_: int, origin: str = "") -> Draft:
    """Try once more to carry out what was agreed to and could not be done."""

    def act(session: Session, kept: Kept, course: Course) -> str:
        if course.draft.values["status"] != "failed":
            raise Refused(_("There is nothing to carry out here."))
        decided = {t.values["person_id"].id for t in course.draft.lines if t.values["person_id"] and t.values["role"] == "decide"}
        if _me(app) not in decided:
            _only_requester(app, course)
        course.draft.values |= {"status": PASSED, "problem": ""}
        return "carry_out"

    return _do(app, id_, act, origin=origin)


def _must_work_here(course: Course, person: int) -> None:
    if not course.people.active(person):
        raise Invalid({"person": _("This person does not work here any more.")})


def _attach(session: Session, app: Application, id_: int, files: Sequence[Attached]) -> None:
    rows: list[dict[str, Any]] = [
        {
            "record_type": APPROVALS, "record_id": id_, "name": PurePath(name.replace("\\", "/")).name or _("File"),
            "content_id": store_content(session, data), "added_at": now(), "added_by": app.actor.name,
        }
        for name, data in files
    ]  # fmt: skip
    if rows:
        session.execute(insert(FileLink), rows)


__all__ = [
    "Attached", "acknowledge", "add_approver", "carry_out_again", "copy_to", "decide", "decide_many", "my_tasks", "pass_on", "send_back",
    "urge", "withdraw",
]  # fmt: skip
