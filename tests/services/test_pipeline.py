"""From a lead to a deal: converting, stages and their visits, amounts and what MEDDIC says, on both engines."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from record_makers import customer
from sqlalchemy import select

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Ref
from crm_desktop.errors import Conflict, Invalid, Refused
from crm_desktop.rights import Rights
from crm_desktop.services import deleting, operating, saving
from crm_desktop.services.converting_leads import Wish, convert, likely_customers
from crm_desktop.services.stages import pipelines, stages_of
from db.engine import reading
from db.models.pipeline import StageVisit

pytestmark = pytest.mark.roles


def lead(app: Application, company: str = "广州万通贸易有限公司", **values: Any) -> Draft:
    return saving.save(app, saving.new_draft(app, "leads", {"company": company, **values}))


def stages(app: Application) -> list[Ref]:
    with reading(app.engine) as connection:
        return [Ref(s.id, s.name) for s in stages_of(connection, pipelines(app)[0].id)]


def opportunity(app: Application, **values: Any) -> Draft:
    buyer = customer(app, "Alpha")
    preset = {"title": "Bearings", "customer_id": Ref(buyer.id or 0), "pipeline_id": pipelines(app)[0], "stage_id": stages(app)[0]}
    return saving.save(app, saving.new_draft(app, "opportunities", preset | values))


def visits(app: Application, id_: int | None) -> list[tuple[int, bool]]:
    """The stages an opportunity was in, in turn, and whether it has left them."""
    table: Any = StageVisit.__table__
    with reading(app.engine) as connection:
        rows = connection.execute(select(table).where(table.c.opportunity_id == id_).order_by(table.c.id))
        return [(row.stage_id, row.left_at is not None) for row in rows]


def test_a_lead_becomes_customer_contact_and_opportunity_in_one_act(app: Application) -> None:
    given = lead(app, person="林晓", mobile="13800138000", city="广州", source="fair", qualified_need=True)
    assert given.values["qualification"] == 1
    made = convert(app, given.id or 0, given.version, Wish(None, "林晓", "Bearings for 2027", Decimal(50_000)))
    assert set(made) == {"customers", "contacts", "opportunities"}
    company = saving.open_record(app, "customers", made["customers"].id).values
    assert (company["name"], company["city"], company["source"], company["mobile"]) == (
        "广州万通贸易有限公司", "广州", "fair", "13800138000",
    )  # fmt: skip
    person = saving.open_record(app, "contacts", made["contacts"].id).values
    assert (person["name"], person["customer_id"]) == ("林晓", made["customers"])
    deal = saving.open_record(app, "opportunities", made["opportunities"].id).values
    assert (deal["amount"], deal["probability"], deal["weighted"]) == (Decimal(50_000), Decimal(10), Decimal(5_000))
    assert (deal["lead_id"].id, deal["stage_id"]) == (given.id, stages(app)[0])
    closed = saving.open_record(app, "leads", given.id or 0)
    assert (closed.values["status"], closed.values["customer_id"]) == ("converted", made["customers"])
    with pytest.raises(Conflict):
        convert(app, given.id or 0, given.version, Wish())
    with pytest.raises(Refused, match="decided"):
        convert(app, given.id or 0, closed.version, Wish())


def test_a_lead_of_a_customer_who_is_there_makes_no_second_one(app: Application) -> None:
    by_name = customer(app, "广州万通贸易")
    by_phone = customer(app, "Somebody else", phone="+86 138 0013 8000")
    customer(app, "广州万通达物流")
    given = lead(app, mobile="13800138000")
    found = likely_customers(app, given)
    assert {h.id for h in found} == {by_name.id, by_phone.id}
    made = convert(app, given.id or 0, given.version, Wish(Ref(by_name.id or 0, "广州万通贸易")))
    assert made == {"customers": Ref(by_name.id or 0)}


def test_converting_needs_the_right_to_add_what_is_made_and_makes_nothing_else(app: Application) -> None:
    given = lead(app)
    may = ("leads.see", "leads.change", "leads.convert", "customers.see", "customers.add", "pipelines.see", "stages.see")
    poor = replace(app, actor=replace(app.actor, rights=Rights.of(*may), version=0))
    with pytest.raises(Refused):
        convert(poor, given.id or 0, given.version, Wish(opportunity="Bearings"))
    assert saving.open_record(app, "leads", given.id or 0).values["status"] == "new"
    assert saving.find_ids(app, "customers", "C00001") == []


def test_visits_of_stages_follow_moves_decisions_and_undoing(app: Application) -> None:
    first, second, *_rest = stages(app)
    draft = opportunity(app)
    assert visits(app, draft.id) == [(first.id, False)]
    draft.values["stage_id"] = second
    draft = saving.save(app, draft)
    assert visits(app, draft.id) == [(first.id, True), (second.id, False)]
    draft.values["note"] = "Nothing moves"
    draft = saving.save(app, draft)
    won = operating.operate(app, "opportunities", draft.id or 0, draft.version, "win")
    assert (won.values["weighted"], won.values["closed_on"] is not None) == (won.values["amount"], True)
    assert visits(app, draft.id) == [(first.id, True), (second.id, True)]
    again = operating.operate(app, "opportunities", draft.id or 0, won.version, "reopen", "The customer called")
    assert again.values["closed_on"] is None
    assert visits(app, draft.id)[-1] == (second.id, False)
    batch = deleting.delete(app, "opportunities", [draft.id or 0])
    deleting.restore_batch(app, batch)
    assert visits(app, draft.id)[-1] == (second.id, False)


def test_a_stage_of_another_pipeline_is_refused(app: Application) -> None:
    other = saving.save(app, saving.new_draft(app, "pipelines", {"name": "Projects"}))
    strange = saving.save(app, saving.new_draft(app, "stages", {"name": "Tender", "pipeline_id": Ref(other.id or 0)}))
    with pytest.raises(Invalid) as caught:
        opportunity(app, stage_id=Ref(strange.id or 0))
    assert set(caught.value.problems) == {"stage_id"}


def test_amounts_come_from_lines_and_meddic_tells_gaps_and_risk(app: Application) -> None:
    draft = opportunity(app, estimate=Decimal(700), probability=Decimal(50))
    assert (draft.values["amount"], draft.values["weighted"]) == (Decimal(700), Decimal(350))
    line = saving.new_line(app.type("opportunities"))
    line.values |= {"name": "Bearing", "quantity": Decimal(3), "price": Decimal("33.33"), "discount": Decimal(10)}
    draft.lines = [line]
    draft.values |= dict.fromkeys(("metrics", "criteria", "process", "pain", "champion"), "proven")
    draft = saving.save(app, draft)
    assert (draft.values["amount"], draft.values["weighted"]) == (Decimal("89.99"), Decimal("45.00"))
    assert (draft.values["meddic_score"], draft.values["risk"]) == (15, "middle")
    assert draft.values["meddic_gaps"] == "Economic buyer"
    draft.values["buyer"] = "partial"
    draft = saving.save(app, draft)
    assert (draft.values["meddic_score"], draft.values["risk"], draft.values["meddic_gaps"]) == (17, "low", "")


def test_a_quote_carries_the_opportunity_over(app: Application) -> None:
    kind = app.type("opportunities")
    draft = opportunity(app)
    line = saving.new_line(kind)
    line.values |= {"name": "Bearing", "quantity": Decimal(3), "price": Decimal(10)}
    draft.lines = [line]
    draft = saving.save(app, draft)
    (becomes,) = kind.becomes(draft)
    made = becomes.fill([draft])
    new = saving.new_draft(app, "quotes", made.values)
    new.lines = made.lines
    quote = saving.save(app, new)
    assert (quote.values["opportunity_id"].id, quote.values["total"]) == (draft.id, Decimal(30))
