"""Leads and opportunities of the sample company, in every stage: some fresh, some that stay too long, some won, some lost.

They go through the services, so that numbers and search text come as they do in daily work; the days in which they moved from stage to
stage are set afterwards.
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
from crm_desktop.draft import Ref
from crm_desktop.records.pipeline import MEDDIC
from crm_desktop.sample import plot
from crm_desktop.sample.scenes import Stage, operate
from crm_desktop.services import saving
from crm_desktop.services.server_logins import has_own_role
from crm_desktop.services.server_roles import as_owner
from crm_desktop.services.stages import OPPORTUNITIES, StageFacts, pipelines, stages_of
from db.engine import reading, writing
from db.models.customers import Contact, Customer
from db.models.pipeline import Opportunity, StageVisit

_SEED = 20
_SCORES = ("unknown", "weak", "partial", "proven")
_WON, _LOST = -1, -2
_DEAL: Any = Opportunity.__table__
_VISIT: Any = StageVisit.__table__


def fill_pipeline(app: Application, cast: ModuleType, today: dt.date) -> None:
    """Add leads and opportunities to the customers that are there."""
    chance, stage = Random(_SEED), Stage(app, cast, today)
    others = not has_own_role(app)  # a server lets nobody act in the name of others
    ways = pipelines(app)
    if not ways:
        return
    with reading(app.engine) as connection:
        stages = stages_of(connection, ways[0].id)
        buyers = _buyers(connection)
    for company, person, interest, source, rating, ago in reversed(cast.LEADS):
        _lead(stage, chance, company, person, interest, source, rating, ago, others)
    for deal in sorted(cast.DEALS, key=lambda d: -d[4]):
        _deal(stage, chance, ways[0], stages, buyers[cast.CLIENTS[deal[1]]], deal, others)
    with as_owner(app) as engine, writing(engine) as session:
        _spread(session, chance, cast, stages, today)
    app.plans.clear()


def _buyers(connection: Any) -> dict[str, dict[str, Any]]:
    """All customers by name, each with the first contact and the owner."""
    customer: Any = Customer.__table__
    contact: Any = Contact.__table__
    columns = (customer.c.id, customer.c.name, customer.c.owner_id, contact.c.id.label("contact_id"), contact.c.name.label("contact"))
    query = select(*columns).join(contact, contact.c.customer_id == customer.c.id).where(contact.c.is_main)
    return {row["name"]: dict(row) for row in connection.execute(query).mappings()}


def _lead(
    stage: Stage, chance: Random, company: str, person: str, interest: str, source: str, rating: str, ago: int, others: bool
) -> None:
    seller = chance.choice((plot.LI_NA, plot.HUANG, plot.LIU_YANG)) if others else plot.OWNER
    with stage.acting(seller, ago, 1 + chance.randrange(8), chance.randrange(60)) as app:
        phone = f"1{chance.choice(('38', '39', '58', '86'))}{chance.randrange(10**8):08d}"
        values: dict[str, Any] = {
            "company": company, "person": person, "interest": interest, "mobile": phone, "source": source, "rating": rating,
            "next_contact": stage.day(-chance.randrange(-2, 12)), "owner_id": Ref(stage.people[seller], ""),
        }  # fmt: skip
        values |= {n: chance.random() < 0.5 for n in ("qualified_budget", "qualified_authority", "qualified_need", "qualified_time")}
        lead = saving.save(app, saving.new_draft(app, "leads", values))
    if ago < 8:
        return
    with stage.acting(seller, ago - 2, 3, chance.randrange(60)) as app:
        lead = operate(app, lead, "work")
    if rating == "cold" and ago > 50:
        with stage.acting(seller, ago - 20, 5, chance.randrange(60)) as app:
            operate(app, lead, "drop", stage.cast.DROPPED)


def _deal(
    stage: Stage, chance: Random, way: Ref, stages: list[StageFacts], buyer: dict[str, Any], deal: tuple[Any, ...], others: bool
) -> None:
    title, client, estimate, place, ago, expected, source, competitor, *why = deal
    seller = plot.CLIENTS[client].owner if others else plot.OWNER
    stands = stages[place] if place >= 0 else stages[-1] if place == _WON else stages[min(2, len(stages) - 1)]
    values: dict[str, Any] = {
        "title": title, "customer_id": Ref(buyer["id"], buyer["name"]), "contact_id": Ref(buyer["contact_id"], buyer["contact"]),
        "pipeline_id": way, "stage_id": Ref(stands.id, stands.name), "probability": stands.chance, "estimate": Decimal(estimate),
        "expected_close": stage.day(-expected), "source": source, "owner_id": Ref(buyer["owner_id"]),
        "competitors": (competitor,) if competitor else (),
    }  # fmt: skip
    known = int(stands.chance) // 25
    values |= {n: _SCORES[min(3, max(0, known - 1 + chance.randrange(3)))] for n in MEDDIC}
    with stage.acting(seller, ago, 1 + chance.randrange(8), chance.randrange(60)) as app:
        draft = saving.save(app, saving.new_draft(app, OPPORTUNITIES, values))
    if place >= 0:
        return
    with stage.acting(seller, -expected, 7, chance.randrange(60)) as app:
        draft.values |= {"won_reason": chance.choice(("quality", "price"))} if place == _WON else {"lost_reason": why[0]}
        draft = saving.save(app, draft)
        operate(app, draft, "win" if place == _WON else "lose", "" if place == _WON else stage.cast.LOST_WORDS)


def _spread(session: Session, chance: Random, cast: ModuleType, stages: list[StageFacts], today: dt.date) -> None:
    """Let every opportunity have come through the stages before its own, in the days since it began."""
    visits: list[dict[str, Any]] = []
    ids = list(session.scalars(select(_DEAL.c.id).order_by(_DEAL.c.id)))
    for id_, deal in zip(ids, sorted(cast.DEALS, key=lambda d: -d[4]), strict=True):
        place, ago, ended = deal[3], deal[4], -deal[5] if deal[3] < 0 else 0
        last = place if place >= 0 else len(stages) - 1 if place == _WON else min(2, len(stages) - 1)
        shares = [chance.randrange(2, 9) for _stage in range(last + 1)]
        at = dt.datetime.combine(today - dt.timedelta(days=ago), dt.time(2), dt.UTC)
        for n, share in enumerate(shares):
            left = at + dt.timedelta(days=(ago - ended) * share / sum(shares))
            stays = n == last and place >= 0
            visits.append({"opportunity_id": id_, "stage_id": stages[n].id, "entered_at": at, "left_at": None if stays else left})
            since, at = at.date(), left
        values: dict[str, Any] = {"stage_since": since}
        if place < 0:
            values["closed_on"] = today - dt.timedelta(days=ended)
        session.execute(update(_DEAL).where(_DEAL.c.id == id_).values(**values))
    session.execute(delete(_VISIT))
    session.execute(insert(_VISIT), visits)
