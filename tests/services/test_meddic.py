"""The report over the team: whose opportunities it counts, what it says of the gaps, and what rights leave of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from record_makers import customer

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Ref
from crm_desktop.errors import Refused
from crm_desktop.exchange.exporting import export_list
from crm_desktop.printing.list_sheet import list_pdf
from crm_desktop.rights import Access, Holding, Reach, Rights
from crm_desktop.services import operating, saving
from crm_desktop.services.meddic import Group, Wish, groups, meddic, report_query
from crm_desktop.services.stages import pipelines, stages_of
from db.engine import reading

pytestmark = pytest.mark.roles


def made(app: Application, type_key: str, **values: Any) -> Ref:
    kept = saving.save(app, saving.new_draft(app, type_key, values))
    return Ref(kept.id or 0)


@pytest.fixture
def people(app: Application) -> dict[str, Ref]:
    """A department with one below it, a person in each, and one in a team alone."""
    above = made(app, "departments", name="Sales")
    below = made(app, "departments", name="Sales North", parent_id=above)
    found = {
        "Ann": made(app, "users", name="Anna", sign_in="ann.s", department_id=above),
        "Bob": made(app, "users", name="Bob", sign_in="bob", department_id=below),
        "Cy": made(app, "users", name="Cy", sign_in="cy"),
        "Sales": above,
        "North": below,
    }
    team = saving.new_draft(app, "teams", {"name": "Fair", "leader_id": found["Cy"]})
    team.lines = [saving.new_line(app.type("teams"))]
    team.lines[0].values["user_id"] = found["Bob"]
    return found | {"Fair": Ref(saving.save(app, team).id or 0)}


def deal(app: Application, owner: Ref | None, title: str, **values: Any) -> Draft:
    way = pipelines(app)[0]
    with reading(app.engine) as connection:
        stage = stages_of(connection, way.id)[0]
    preset = {"title": title, "customer_id": Ref(customer(app, f"Buyer of {title}").id or 0), "pipeline_id": way}
    preset |= {"stage_id": Ref(stage.id), "owner_id": owner, "estimate": Decimal(100)}
    return saving.save(app, saving.new_draft(app, "opportunities", preset | values))


def titles(app: Application, wish: Wish) -> list[str]:
    return [d.values["title"] for d in meddic(app, wish).deals]


def test_the_team_person_by_person_with_the_weakest_first(app: Application, people: dict[str, Ref]) -> None:
    proven = dict.fromkeys(("metrics", "buyer", "criteria", "process", "pain", "champion"), "proven")
    deal(app, people["Ann"], "safe", **proven)
    deal(app, people["Ann"], "weak", **(proven | {"buyer": "weak", "pain": "unknown"}))
    deal(app, people["Bob"], "dark", **(proven | {"buyer": "unknown"}))
    lost = deal(app, people["Bob"], "lost")
    operating.operate(app, "opportunities", lost.id or 0, lost.version, "lose", "too dear")
    report = meddic(app)
    assert [d.values["title"] for d in report.deals] == ["weak", "safe", "dark"]
    assert [d.gaps for d in report.deals] == [("buyer", "pain"), (), ("buyer",)]
    ann, bob = report.people
    assert (ann.deals, ann.amount, ann.points, ann.high, ann.weakest) == (2, Decimal(200), Decimal("15.5"), 0, "buyer")
    assert (bob.owner, bob.deals, bob.points, bob.weakest) == (people["Bob"], 1, Decimal(15), "buyer")


def test_a_report_is_narrowed_to_people_departments_and_teams_and_to_a_period(app: Application, people: dict[str, Ref]) -> None:
    for name in ("Ann", "Bob", "Cy"):
        deal(app, people[name], name)
    deal(app, people["Cy"], "put into Sales", department_id=people["North"], expected_close=dt.date.today())
    deal(app, None, "nobody's")

    def of(kind: str, name: str) -> list[str]:
        return sorted(titles(app, Wish(Group(kind, people[name].id, name))))

    assert of("department", "Sales") == ["Ann", "Bob", "put into Sales"]
    assert of("department", "North") == ["Bob", "put into Sales"]
    assert of("team", "Fair") == ["Bob", "Cy", "put into Sales"]
    assert of("person", "Ann") == ["Ann"]
    assert titles(app, Wish(period="this_month")) == ["put into Sales"]
    assert titles(app, Wish(pipeline=pipelines(app)[0].id + 99)) == []
    assert len(titles(app, Wish())) == 5
    assert {(g.kind, g.name) for g in groups(app)} >= {("department", "Sales"), ("team", "Fair"), ("person", "Bob")}


def test_what_a_person_may_not_see_is_in_no_report_export_or_print(
    app: Application, people: dict[str, Ref], tmp_path: Path
) -> None:
    mine = deal(app, Ref(app.actor.user_id or 0), "mine", buyer="proven")
    deal(app, people["Ann"], "hers")
    reaches = {("opportunities", "see"): Reach.OWN, ("opportunities", "print"): Reach.OWN, ("customers", "see"): Reach.ALL}
    hidden = {("opportunities", n): Access.HIDDEN for n in ("amount", "buyer", "owner_id")}
    poor = replace(app, actor=replace(app.actor, rights=Rights((Holding("", reaches, hidden),)), version=0))
    report = meddic(poor)
    assert [d.id for d in report.deals] == [mine.id]
    assert "buyer" not in report.elements and "buyer" not in report.deals[0].scores
    assert not {"amount", "buyer", "owner_id"} & set(report.deals[0].values)
    assert groups(poor) == []
    with pytest.raises(Refused):
        export_list(poor, report_query(poor, Wish()), tmp_path / "out.csv")
    assert list_pdf(poor, report_query(poor, Wish())).pages == 1
    with pytest.raises(Refused):
        meddic(replace(app, actor=replace(app.actor, rights=Rights.of("customers.see"), version=0)))
    assert export_list(app, report_query(app, Wish()), tmp_path / "all.csv") == 2
