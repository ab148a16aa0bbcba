"""Drawing flows: opening one to be edited, keeping it in a new version, and trying it out on a record without asking anybody."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.changes import Change
from crm_desktop.draft import Draft, Ref
from crm_desktop.errors import Conflict, Invalid, Missing
from crm_desktop.filters import Condition, Filter, Not
from crm_desktop.records.approvals import LASTING
from crm_desktop.records.record_type import RecordType
from crm_desktop.rules.approvals import Approver, Design, Step
from crm_desktop.services.access import acting, asking, gone, require_reach
from crm_desktop.services.approval_flows import FLOWS, FlowFacts, below_floor, holds, operations_of, seeing_all
from crm_desktop.services.approvals.course import Course
from crm_desktop.services.approvals.keeping import course_of, new_request
from crm_desktop.services.approvals.people import read_people
from crm_desktop.services.conditions import condition
from crm_desktop.services.reading import read_record
from crm_desktop.services.saving import new_draft, open_record, save_within
from crm_desktop.words import _
from db.base import now
from db.models.access import Position
from db.models.approvals import Approval, ApprovalFlowVersion
from db.models.office import Department, User

_VERSION: Any = ApprovalFlowVersion.__table__
_REQUEST: Any = Approval.__table__
_USER: Any = User.__table__
_POSITION: Any = Position.__table__
_DEPARTMENT: Any = Department.__table__


@dataclass
class Drawing:
    """A flow on the drawing board. version: of the record; number: of the flow's version that counts."""

    id: int | None
    version: int
    number: int
    name: str
    type: str
    operation: str
    design: Design
    rank: int = 10
    active: bool = True
    keeper: Ref | None = None
    note: str = ""


@dataclass(frozen=True)
class VersionInfo:
    """One version of a flow, and how many requests still run by it."""

    number: int
    at: dt.datetime
    who: str
    running: int


@dataclass(frozen=True)
class TrialStep:
    """One step of a trial. asked: whether it is asked of this record at all; people: by name."""

    name: str
    asked: bool
    agree: str
    people: tuple[str, ...]
    together: bool


@dataclass(frozen=True)
class Trial:
    """What a flow would do with a record. fits: whether it is used at all; why: what keeps it from being used."""

    record: str
    fits: bool
    why: str
    steps: tuple[TrialStep, ...] = ()
    copies: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class Choices:
    """Who can be chosen: people who work here, positions and departments in use, by name."""

    people: tuple[Ref, ...]
    positions: tuple[Ref, ...]
    departments: tuple[Ref, ...]


def choices(app: Application) -> Choices:
    """Whom a flow can ask, and to whom a request can be passed on."""
    user, position, department = _USER.c, _POSITION.c, _DEPARTMENT.c
    with asking(app) as connection:
        people = connection.execute(select(user.id, user.name).where(user.active).order_by(user.name_key, user.id))
        positions = connection.execute(select(position.id, position.name).where(position.active).order_by(position.id))
        departments = connection.execute(select(department.id, department.name).order_by(department.name_key, department.id))
        return Choices(*(tuple(Ref(r[0], r[1]) for r in rows.all()) for rows in (people, positions, departments)))


def new_drawing(app: Application, type_key: str = "sales-orders", operation: str = "confirm") -> Drawing:
    """A flow with one step for the manager, to begin with."""
    app.actor.require(f"{FLOWS}.add")
    step = Step(_("Manager"), (Approver("manager"),))
    keeper = Ref(app.actor.user_id, app.actor.name) if app.actor.user_id is not None else None
    return Drawing(None, 0, 0, "", type_key, operation, Design((step,)), keeper=keeper)


def open_drawing(app: Application, id_: int) -> Drawing:
    """A flow in its newest version. Raises Missing."""
    draft = open_record(app, FLOWS, id_)
    with asking(app) as connection:
        facts = connection.scalar(
            select(_VERSION.c.facts).where(_VERSION.c.flow_id == id_, _VERSION.c.number == draft.values["version_no"])
        )
    return _drawing(draft, Design.from_facts(facts) if facts else Design(()))


def _drawing(draft: Draft, design: Design) -> Drawing:
    v = draft.values
    return Drawing(
        draft.id, draft.version, v["version_no"], v["name"], v["record_type"], v["operation"], design, v["rank"], v["active"],
        v.get("keeper_id"), v["note"],
    )  # fmt: skip


def versions(app: Application, id_: int) -> list[VersionInfo]:
    """The versions of a flow, the newest first."""
    running = (
        select(func.count())
        .select_from(_REQUEST)
        .where(_REQUEST.c.flow_id == id_, _REQUEST.c.flow_version == _VERSION.c.number, _REQUEST.c.status.in_(LASTING))
        .scalar_subquery()
    )
    with asking(app) as connection:
        app.actor.require(f"{FLOWS}.see")
        query = select(_VERSION.c.number, _VERSION.c.at, _VERSION.c.user_name, running).where(_VERSION.c.flow_id == id_)
        return [VersionInfo(*row) for row in connection.execute(query.order_by(_VERSION.c.number.desc()))]


def problems(app: Application, drawing: Drawing) -> dict[str, str]:
    """What is wrong with a flow: by field, or by step as "steps.0"."""
    return dict(_problems(app, drawing))


def _problems(app: Application, drawing: Drawing) -> Iterator[tuple[str, str]]:
    if not drawing.name.strip():
        yield "name", _("{field} is needed.").format(field=_("Name"))
    kind = app.types.get(drawing.type)
    if kind is None or drawing.operation not in operations_of(kind):
        yield "operation", _("Say what needs approval.")
        return
    if not drawing.design.steps:
        yield "steps", _("At least one step is needed.")
    parts: list[tuple[str, Filter | None]] = [("where", drawing.design.where)]
    for at, step in enumerate(drawing.design.steps):
        if not step.name.strip():
            yield f"steps.{at}", _("The step needs a name.")
        if not step.approvers or any(_unsaid(a) for a in step.approvers):
            yield f"steps.{at}", _("Say who decides.")
        if step.overdue == "person" and not step.overdue_to:
            yield f"steps.{at}", _("Say to whom it is passed on.")
        parts.append((f"steps.{at}", step.where))
    if any(_unsaid(a) for a in drawing.design.copies):
        yield "copies", _("Say who is told.")
    for name, where in parts:
        if where is not None and (words := _condition_problem(app, kind, where)):
            yield name, words


def _unsaid(approver: Approver) -> bool:
    return approver.kind in ("person", "position", "near") and not approver.id


def _condition_problem(app: Application, kind: RecordType, where: Filter) -> str:
    try:
        condition(seeing_all(app), kind, kind.model.__table__, where)
    except Missing as error:
        return error.message
    return _("“Mine” means nobody here; choose people instead.") if _uses_mine(where) else ""


def _uses_mine(where: Filter) -> bool:
    if isinstance(where, Condition):
        return where.operator == "mine"
    return any(_uses_mine(p) for p in ((where.part,) if isinstance(where, Not) else where.parts))


def save_drawing(app: Application, drawing: Drawing, origin: str = "") -> Drawing:
    """Keep a flow. What is asked from now on runs by it; requests that run already finish on the version they began with.

    Raises Invalid, or Conflict when somebody else changed it since.
    """
    if found := problems(app, drawing):
        raise Invalid(found)
    draft = new_draft(app, FLOWS) if drawing.id is None else open_record(app, FLOWS, drawing.id)
    if drawing.id is not None and draft.version != drawing.version:
        by = draft.values.get("updated_by")
        raise Conflict(draft, by.label if by else "")
    kind, about = app.type(FLOWS), app.type(drawing.type)
    with acting(app) as session:
        if drawing.id is not None:
            require_reach(app, session, kind, "change", [drawing.id])
        changed = drawing.id is None or _facts(session, drawing) != drawing.design.to_facts()
        number = drawing.number + 1 if changed else drawing.number
        label = operations_of(about)[drawing.operation]
        draft.values |= {
            "name": drawing.name.strip(), "record_type": drawing.type, "record_title": about.title, "operation": drawing.operation,
            "operation_label": label, "rank": drawing.rank, "active": drawing.active, "keeper_id": drawing.keeper,
            "note": drawing.note, "steps": len(drawing.design.steps), "version_no": number,
        }  # fmt: skip
        saved = save_within(session, app, [draft], operation=drawing.id is not None)[0]
        if changed:
            row = {"flow_id": saved.id, "number": number, "user_name": app.actor.name, "facts": drawing.design.to_facts(), "at": now()}
            session.execute(insert(_VERSION), [row])
    app.changes.tell(Change(FLOWS, frozenset({int(saved.id or 0)}), app.actor.name, origin))
    return replace(drawing, id=saved.id, version=saved.version, number=number)


def _facts(session: Session, drawing: Drawing) -> dict[str, Any] | None:
    query = select(_VERSION.c.facts).where(_VERSION.c.flow_id == drawing.id, _VERSION.c.number == drawing.number)
    facts = session.scalar(query)
    return Design.from_facts(facts).to_facts() if facts else None


def try_out(app: Application, drawing: Drawing, record_id: int) -> Trial:
    """What a flow as it is drawn would do with a record, as if the person at work asked now. Nothing is written, nobody is asked."""
    kind = app.type(drawing.type)
    with asking(app) as connection, Session(bind=connection) as session:
        require_reach(app, connection, kind, "see", [record_id])
        return _trial(session, app, drawing, kind, record_id)


def _trial(session: Session, app: Application, drawing: Drawing, kind: RecordType, record_id: int) -> Trial:
    record = read_record(app, session, kind, record_id)
    if record is None:
        raise gone()
    label, design = kind.label_of(record.values), drawing.design
    flow = FlowFacts(drawing.id or 0, drawing.name, drawing.number, drawing.keeper.id if drawing.keeper else None, design)
    request = new_request(app, kind, record, drawing.operation, "", flow, None)
    course = course_of(session, app, request, flow, kind, record)
    why = ""
    if not holds(session, app, kind, record_id, design.where):
        why = _("The conditions do not hold for this record.")
    elif design.when == "below_floor" and not below_floor(session, kind, record_id):
        why = _("No price of this record is below the floor price.")
    people = read_people(session, *_belongs(record, request), flow.keeper)
    copies = [people.names.get(p, "") for a in design.copies for p in people.of(a)]
    return Trial(label, not why, why, tuple(_steps(course, design)), tuple(dict.fromkeys(copies)))


def _belongs(record: Draft, request: Draft) -> tuple[int | None, int | None]:
    owner, department = record.values.get("owner_id") or request.values.get("owner_id"), record.values.get("department_id")
    return owner.id if owner else None, department.id if department else None


def _steps(course: Course, design: Design) -> Iterator[TrialStep]:
    for at, step in enumerate(design.steps):
        asked = course.fits(step)
        names = course.whom(at) if asked else ()
        yield TrialStep(step.name, asked, step.agree, tuple(names), step.together)

