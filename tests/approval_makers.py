"""An office with flows: people who ask, people who decide, and orders to decide about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from people_makers import Office
from record_makers import customer, line

from crm_desktop.actor import Actor
from crm_desktop.application import Application
from crm_desktop.draft import Draft, Ref
from crm_desktop.errors import Doubt
from crm_desktop.filters import Filter
from crm_desktop.records.approvals import LASTING
from crm_desktop.rules.approvals import Approver, Design, Step
from crm_desktop.services import operating, saving
from crm_desktop.services.access import actor_of
from crm_desktop.services.approvals import drawing, inbox
from db.engine import reading


def person(id_: int) -> Approver:
    """A named person."""
    return Approver("person", id_)


class Approving:
    """Rik sells, Lea leads him, Ann owns the company and leads Lea; Fin keeps the money, Sam sells elsewhere."""

    def __init__(self, app: Application) -> None:
        self.app, self.root = app, app.actor
        self.office = Office(app)
        self.ann = int(app.actor.user_id or 0)
        self.lea = self.office.person("Lea", "sales_manager", manager_id=Ref(self.ann))
        self.rik = self.office.person("Rik", "salesperson", manager_id=Ref(self.lea))
        self.fin = self.office.person("Fin", "finance")
        self.sam = self.office.person("Sam", "salesperson")
        self.buyer = customer(app, "Alpha", owner_id=Ref(self.rik))

    def work_as(self, who: int) -> Application:
        """Let somebody be at work."""
        self.app.actor = self.actor(who)
        return self.app

    def actor(self, who: int) -> Actor:
        """A person as the database knows him or her now."""
        with reading(self.app.engine) as connection:
            found = actor_of(connection, who, "test")
        assert found is not None
        return found

    def flow(self, *steps: Step, where: Filter | None = None, operation: str = "confirm", **facts: Any) -> drawing.Drawing:
        """A flow for sales orders."""
        return self.flow_for("sales-orders", operation, Design(steps, where, **facts))

    def flow_for(self, key: str, operation: str, design: Design, name: str = "Large orders", rank: int = 10) -> drawing.Drawing:
        """A flow for any type, drawn by Ann."""
        at_work, self.app.actor = self.app.actor, self.root
        made = replace(drawing.new_drawing(self.app, key, operation), name=name, design=design, rank=rank)
        saved = drawing.save_drawing(self.app, made)
        self.app.actor = at_work
        return saved

    def order(self, price: str = "100", who: int | None = None, **values: Any) -> Draft:
        """An order of Rik's, not confirmed yet."""
        self.work_as(who or self.rik)
        draft = saving.new_draft(self.app, "sales-orders", {"customer_id": Ref(self.buyer.id or 0), **values})
        draft.lines = [line(self.app, "Bolt", "1", price)]
        return saving.save(self.app, draft)

    def ask(self, record: Draft, operation: str = "confirm", who: int | None = None, reason: str = "") -> int:
        """Send an operation for approval, as the window does: it is told first. Gives the request."""
        self.work_as(who or self.rik)
        despite: set[str] = set()
        for _attempt in range(4):
            try:
                stands = saving.open_record(self.app, record.type, record.id or 0)
                operating.operate(self.app, record.type, record.id or 0, stands.version, operation, reason, despite=frozenset(despite))
                break
            except Doubt as doubt:
                despite.add(doubt.key)
        (request,) = [i for i in inbox.fetch_box(self.app, "mine") if i.record_id == record.id and i.status in (*LASTING, "done")][:1]
        return request.id

    def state(self, record: Draft) -> str:
        """How the record stands."""
        at_work, self.app.actor = self.app.actor, self.root
        found = saving.open_record(self.app, record.type, record.id or 0).values["status"]
        self.app.actor = at_work
        return str(found)

    def waiting(self, who: int) -> list[int]:
        """What waits for somebody."""
        self.work_as(who)
        return [i.id for i in inbox.fetch_box(self.app, "to_decide")]

    def request(self, id_: int, who: int | None = None) -> Draft:
        """A request as somebody sees it."""
        self.work_as(who or self.ann)
        return inbox.look(self.app, id_).request

    def decisions(self, id_: int) -> list[tuple[str, str]]:
        """Who was asked what: (name, state), in order."""
        found = self.request(id_).lines
        return [(t.values["person_id"].label, t.values["state"]) for t in found if t.values["role"] == "decide"]


def step(name: str, *approvers: Approver, **facts: Any) -> Step:
    """A step."""
    return Step(name, approvers, **facts)


def money(text: str) -> Decimal:
    """An amount."""
    return Decimal(text)


def names(items: Sequence[tuple[str, str]]) -> list[str]:
    """Of decisions, only who."""
    return [name for name, _state in items]
