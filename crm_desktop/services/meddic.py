"""MEDDIC over a team: what is known of every open opportunity, person by person, and where the gaps are.

The report is a list question like any other, so rights, hidden fields, exports and prints are those of the list of opportunities.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import or_, select

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.filters import AllOf, AnyOf, Condition, Filter, ListQuery
from crm_desktop.records.pipeline import MEDDIC, POINTS
from crm_desktop.services.access import asking, reached
from crm_desktop.services.listing import count, iterate
from crm_desktop.services.stages import OPPORTUNITIES
from db.models.access import Team, TeamMember
from db.models.office import Department, User

MOST = 5_000
"""So many opportunities are put into one report; a team that has more chooses a pipeline or a period."""

WHOLE = (Decimal(3) * len(MEDDIC)).normalize()
"""The points of an opportunity of which everything is proven."""

_COLUMNS = ("owner_id", "number", "title", "customer_id", "stage_id", "expected_close", "amount")
_SUMMED = ("meddic_score", "meddic_gaps", "risk")
_GAP = POINTS["partial"]


@dataclass(frozen=True)
class Group:
    """Whose opportunities. kind: person, department (with those below it), team."""

    kind: str
    id: int
    name: str


@dataclass(frozen=True)
class Wish:
    """What the report is about. group None: everybody; pipeline None: all; period: in which the deal is expected, "" for any day."""

    group: Group | None = None
    pipeline: int | None = None
    period: str = ""


@dataclass(frozen=True)
class Deal:
    """One opportunity. scores: by element, "" where this person does not see it; gaps: the elements unknown or weak among those seen."""

    id: int
    values: dict[str, Any]
    scores: dict[str, str]

    @property
    def gaps(self) -> tuple[str, ...]:
        """By field."""
        return tuple(n for n, score in self.scores.items() if POINTS.get(score or "unknown", 0) < _GAP)


@dataclass(frozen=True)
class PersonSum:
    """What one person has under way. points: the mean of the points; weakest: the element that is a gap most often, "" without gaps."""

    owner: Ref | None
    deals: int
    amount: Decimal
    points: Decimal
    high: int
    weakest: str


@dataclass(frozen=True)
class Report:
    """The opportunities, person by person and the weakest first. elements: those of MEDDIC this person sees; total: also those left out."""

    deals: tuple[Deal, ...]
    people: tuple[PersonSum, ...]
    elements: tuple[str, ...]
    fields: frozenset[str]
    total: int


def report_query(app: Application, wish: Wish) -> ListQuery:
    """The list behind the report, to export or print it: with the columns of the report that this person sees."""
    visible = app.type(OPPORTUNITIES).visible(app.actor)
    columns = tuple(n for n in (*_COLUMNS, *MEDDIC, *_SUMMED) if n in visible)
    order = tuple(n for n in ("owner_id", "meddic_score") if n in visible)
    parts: list[Filter] = [Condition("status", "any_of", ("open",))]
    if wish.group is not None:
        parts.append(_of_group(app, wish.group))
    if wish.pipeline is not None:
        parts.append(Condition("pipeline_id", "any_of", (wish.pipeline,)))
    if wish.period:
        parts.append(Condition("expected_close", "period", wish.period))
    return ListQuery(OPPORTUNITIES, columns, AllOf(tuple(parts)), order=order)


def meddic(app: Application, wish: Wish = Wish()) -> Report:
    """The report for the person at work. Raises Refused without the right to see opportunities."""
    query = report_query(app, wish)
    deals: list[Deal] = []
    for rows in iterate(app, query):
        for row in rows:
            values = dict(zip(query.columns, row, strict=False))
            deals.append(Deal(row[-1], values, {n: values[n] for n in MEDDIC if n in values}))
        if len(deals) >= MOST:
            break
    total = len(deals) if len(deals) < MOST else count(app, query, cap=None).number
    deals = deals[:MOST]
    elements = tuple(n for n in MEDDIC if n in query.columns)
    return Report(tuple(deals), tuple(_people(deals)), elements, frozenset(query.columns), total)


def _people(deals: list[Deal]) -> list[PersonSum]:
    whose: dict[int, list[Deal]] = {}
    for deal in deals:
        owner = deal.values.get("owner_id")
        whose.setdefault(owner.id if owner else 0, []).append(deal)
    return [_person(mine) for mine in whose.values()]


def _person(mine: list[Deal]) -> PersonSum:
    missing = Counter(gap for deal in mine for gap in deal.gaps)
    amount = sum((deal.values.get("amount") or Decimal(0) for deal in mine), Decimal(0))
    points = sum((Decimal(deal.values.get("meddic_score") or 0) for deal in mine), Decimal(0)) / len(mine)
    high = sum(deal.values.get("risk") == "high" for deal in mine)
    weakest = max(missing, key=lambda n: missing[n], default="")
    return PersonSum(mine[0].values.get("owner_id"), len(mine), amount, points.quantize(Decimal("0.1")), high, weakest)


def groups(app: Application) -> list[Group]:
    """Whom the report can be narrowed to: departments, teams and people, as far as this person sees them."""
    if "owner_id" not in app.type(OPPORTUNITIES).visible(app.actor):
        return []
    found: list[Group] = []
    sources: tuple[tuple[str, str, Any], ...] = (
        ("department", "departments", Department), ("team", "teams", Team), ("person", "users", User),
    )  # fmt: skip
    with asking(app) as connection:
        for kind, type_key, model in sources:
            if not app.actor.may(f"{type_key}.see"):
                continue
            table = model.__table__
            query = select(table.c.id, table.c.name).order_by(table.c.name_key, table.c.id)
            rows = connection.execute(query.where(table.c.active) if kind == "person" else query).all()
            seen = reached(app, connection, app.type(type_key), "see", [row[0] for row in rows])
            found += [Group(kind, row[0], row[1]) for row in rows if row[0] in seen]
    return found


def _of_group(app: Application, group: Group) -> Filter:
    """What people own; of a department also what was put into it whoever owns it."""
    if group.kind == "person":
        return Condition("owner_id", "any_of", (group.id,))
    user: Any = User.__table__
    with asking(app) as connection:
        if group.kind == "department":
            part: Any = Department.__table__
            below = select(part.c.id).where(part.c.id == group.id).cte(recursive=True)
            below = below.union(select(part.c.id).join(below, part.c.parent_id == below.c.id))
            departments = tuple(connection.scalars(select(below.c.id)))
            people = tuple(connection.scalars(select(user.c.id).where(user.c.department_id.in_(departments))))
            whose = Condition("owner_id", "any_of", people)
            if "department_id" not in app.type(OPPORTUNITIES).visible(app.actor):
                return whose
            return AnyOf((whose, Condition("department_id", "any_of", departments)))
        team: Any = Team.__table__
        member: Any = TeamMember.__table__
        members = select(member.c.user_id).where(member.c.parent_id == group.id, member.c.user_id.is_not(None))
        leader = select(team.c.leader_id).where(team.c.id == group.id, team.c.leader_id.is_not(None))
        query = select(user.c.id).where(or_(user.c.id.in_(members), user.c.id.in_(leader)))
        return Condition("owner_id", "any_of", tuple(connection.scalars(query)))
