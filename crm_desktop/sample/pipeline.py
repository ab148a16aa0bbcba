"""Leads and opportunities of the sample company, in every stage: some fresh, some that stay too long, some won, some lost.

Few enough to go through the services, so that numbers, search text and visits of stages come as they do in daily work; only the days
are moved back afterwards, since a pipeline made in one second shows nothing.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from random import Random
from types import ModuleType
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Ref
from crm_desktop.records.pipeline import MEDDIC
from crm_desktop.services import saving
from crm_desktop.services.server_roles import as_owner
from crm_desktop.services.stages import OPPORTUNITIES, StageFacts, pipelines, stages_of
from db.base import now
from db.engine import reading, writing
from db.models.customers import Contact, Customer
from db.models.pipeline import Lead, Opportunity, StageVisit

_SEED = 20
_DEALS = 26
_SCORES = ("unknown", "weak", "partial", "proven")
_OUTCOMES = ("open",) * 16 + ("won",) * 6 + ("lost",) * 4
_DEAL: Any = Opportunity.__table__
_LEAD: Any = Lead.__table__
_VISIT: Any = StageVisit.__table__


def fill_pipeline(app: Application, words: ModuleType) -> None:
    """Add leads and opportunities to the customers that are there."""
    chance = Random(_SEED)
    ways = pipelines(app)
    if not ways:
        return
    with reading(app.engine) as connection:
        stages = stages_of(connection, ways[0].id)
        buyers = _buyers(connection)
    if not stages or not buyers:
        return
    leads = [_lead(app, words, chance, at) for at in range(len(words.LEADS))]
    saving.save_many(app, leads, "create")
    plan = [(at, _OUTCOMES[at % len(_OUTCOMES)], stages[at % len(stages)]) for at in range(_DEALS)]
    deals = [_deal(app, words, chance, ways[0], buyers[at % len(buyers)], stage) for at, _outcome, stage in plan]
    saving.save_many(app, deals, "create")
    with as_owner(app) as engine, writing(engine) as session:
        _spread(session, chance, plan, stages)
    app.plans.clear()


def _buyers(connection: Any) -> list[dict[str, Any]]:
    """Some customers, each with the first contact and the owner."""
    customer: Any = Customer.__table__
    contact: Any = Contact.__table__
    columns = (customer.c.id, customer.c.name, customer.c.owner_id, contact.c.id.label("contact_id"), contact.c.name.label("contact"))
    query = select(*columns).join(contact, contact.c.customer_id == customer.c.id).where(contact.c.is_main).order_by(customer.c.id)
    return [dict(row) for row in connection.execute(query.limit(_DEALS)).mappings()]


def _lead(app: Application, words: ModuleType, chance: Random, at: int) -> Draft:
    company, person, interest = words.LEADS[at]
    phone = f"1{chance.choice(('38', '39', '58', '86'))}{chance.randrange(10**8):08d}"
    values: dict[str, Any] = {
        "company": company, "person": person, "interest": interest, "mobile": phone,
        "source": chance.choice(("referral", "fair", "web", "call")), "rating": chance.choice(("hot", "warm", "warm", "cold")),
        "next_contact": dt.date.today() + dt.timedelta(days=chance.randrange(-4, 15)),
    }  # fmt: skip
    values |= {n: chance.random() < 0.5 for n in ("qualified_budget", "qualified_authority", "qualified_need", "qualified_time")}
    return saving.new_draft(app, "leads", values)


def _deal(app: Application, words: ModuleType, chance: Random, way: Ref, buyer: dict[str, Any], stage: StageFacts) -> Draft:
    product = chance.choice(words.PRODUCTS)[0]
    values: dict[str, Any] = {
        "title": words.DEAL.format(product=product),
        "customer_id": Ref(buyer["id"], buyer["name"]),
        "contact_id": Ref(buyer["contact_id"], buyer["contact"]),
        "pipeline_id": way,
        "stage_id": Ref(stage.id, stage.name),
        "probability": stage.chance,
        "estimate": Decimal(chance.randrange(5, 300)) * 1000,
        "expected_close": dt.date.today() + dt.timedelta(days=chance.randrange(-10, 90)),
        "source": chance.choice(("referral", "fair", "web", "old")),
        "owner_id": Ref(buyer["owner_id"]) if buyer["owner_id"] else None,
    }
    known = int(stage.chance) // 25
    values |= {n: _SCORES[min(3, max(0, known - 1 + chance.randrange(3)))] for n in MEDDIC}
    return saving.new_draft(app, OPPORTUNITIES, values)


def _spread(session: Session, chance: Random, plan: list[tuple[int, str, StageFacts]], stages: list[StageFacts]) -> None:
    """Move the days back, let every opportunity have come through the stages before its own, and decide some."""
    today, moment = dt.date.today(), now()
    ids = list(session.scalars(select(_DEAL.c.id).order_by(_DEAL.c.id)))
    visits: list[dict[str, Any]] = []
    for id_, (_at, outcome, stage) in zip(ids, plan, strict=True):
        last = len(stages) - 1 if outcome == "won" else stages.index(stage)
        stays = [chance.randrange(2, 2 * (s.longest or 14)) for s in stages[: last + 1]]
        begun = moment - dt.timedelta(days=sum(stays))
        values: dict[str, Any] = {"created_at": begun, "stage_since": today - dt.timedelta(days=stays[-1])}
        for n, days in enumerate(stays):
            ended = begun + dt.timedelta(days=days)
            left = None if n == last and outcome == "open" else ended
            visits.append({"opportunity_id": id_, "stage_id": stages[n].id, "entered_at": begun, "left_at": left})
            begun = ended
        if outcome != "open":
            whole = _DEAL.c.amount if outcome == "won" else 0
            reason = {"won_reason": "quality"} if outcome == "won" else {"lost_reason": chance.choice(("price", "no_budget"))}
            values |= {"status": outcome, "closed_on": today, "weighted": whole, "stage_id": stages[last].id, **reason}
        session.execute(update(_DEAL).where(_DEAL.c.id == id_).values(**values))
    session.execute(delete(_VISIT))
    session.execute(insert(_VISIT), visits)
    for at, id_ in enumerate(session.scalars(select(_LEAD.c.id).order_by(_LEAD.c.id)).all()):
        created = moment - dt.timedelta(days=at * 3)
        status = ("new", "working", "working", "dropped")[at % 4]
        session.execute(update(_LEAD).where(_LEAD.c.id == id_).values(created_at=created, status=status))
