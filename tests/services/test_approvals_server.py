"""Approvals where the server itself keeps to everybody's rights: who decides needs no right to what is decided, and gets none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
from record_makers import line
from rights_server import ServerOffice, session_of
from sqlalchemy import delete

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Ref
from crm_desktop.errors import Doubt, Missing, Refused
from crm_desktop.filters import Condition, ListQuery
from crm_desktop.rights import Reach
from crm_desktop.rules.approvals import Approver, Design, Step
from crm_desktop.services import listing, operating, saving
from crm_desktop.services.approvals import deciding, drawing, inbox
from db.engine import writing
from db.models.approvals import Approval

_KINDS = ("sales-orders", "customers", "products", "receivables")


@pytest.fixture
def office(role_office: ServerOffice) -> Iterator[ServerOffice]:
    """Rik asks, the deputy decides; flows are switched off again, since others use the office as well."""
    office = role_office
    office.work_as("boss")
    office.say(
        {(k, o): Reach.OWN for k in _KINDS for o in ("see", "add", "change", "delete")}
        | {(k, "see"): Reach.ALL for k in ("users", "departments", "positions", "units", "currencies", "products", "payment-terms")},
        {("products", "floor_price"): 0, ("products", "cost"): 0},
    )
    yield office
    office.work_as("boss")
    for id_ in listing.fetch_ids(office.app, ListQuery("approval-flows", where=Condition("active", "yes"))):
        drawing.save_drawing(office.app, replace(drawing.open_drawing(office.app, id_), active=False))
    with writing(office.app.engine) as session:
        session.execute(delete(Approval).where(Approval.flow_id.is_not(None)))


def _draw(office: ServerOffice, key: str, operation: str, **facts: object) -> None:
    office.work_as("boss")
    design = Design((Step("Deputy", (Approver("person", office.people["deputy"]),)),), **facts)  # type: ignore[arg-type]
    drawing.save_drawing(office.app, replace(drawing.new_drawing(office.app, key, operation), name="Deputy", design=design))


def _order(app: Application, price: str = "100", **values: object) -> Draft:
    buyer = saving.save(app, saving.new_draft(app, "customers", {"name": "Omega"}))
    draft = saving.new_draft(app, "sales-orders", {"customer_id": Ref(buyer.id or 0)})
    draft.lines = [line(app, "Bolt", "1", price, **values)]
    return saving.save(app, draft)


def _ask(app: Application, order: Draft) -> int:
    with pytest.raises(Doubt) as doubt:
        operating.operate(app, "sales-orders", order.id or 0, order.version, "confirm")
    operating.operate(app, "sales-orders", order.id or 0, order.version, "confirm", despite=frozenset({doubt.value.key}))
    return inbox.fetch_box(app, "mine")[0].id


def test_whoever_decides_needs_no_right_to_the_record_and_carries_it_out(office: ServerOffice, tmp_path: Path) -> None:
    _draw(office, "sales-orders", "confirm")
    with closing(office.as_person("rep", tmp_path)) as rep, closing(office.as_person("deputy", tmp_path)) as deputy:
        order = _order(rep)
        request = _ask(rep, order)
        with pytest.raises(Refused):
            saving.save(rep, saving.open_record(rep, "sales-orders", order.id or 0))
        assert [i.id for i in inbox.fetch_box(deputy, "to_decide")] == [request]
        seen = inbox.look(deputy, request)
        assert seen.record is not None
        assert (seen.record.values["customer_id"].label, seen.live) == ("Omega", False)
        with pytest.raises(Missing):
            saving.open_record(deputy, "sales-orders", order.id or 0)
        with session_of(office, "deputy") as bare:
            assert bare.execute("SELECT id FROM sales_order WHERE id = %s", (order.id,)).fetchall() == []
            assert bare.execute("UPDATE sales_order SET status = 'confirmed' WHERE id = %s", (order.id,)).rowcount == 0
        done = deciding.decide(deputy, request, "agree", "fine", [("a.txt", b"text")])
        assert (done.values["status"], done.values["problem"]) == ("done", "")
        assert saving.open_record(rep, "sales-orders", order.id or 0).values["status"] == "confirmed"
        with session_of(office, "deputy") as bare:
            assert bare.execute("SELECT id FROM sales_order WHERE id = %s", (order.id,)).fetchall() == []
        assert inbox.fetch_box(deputy, "to_decide") == []


def test_nobody_else_sees_a_request_or_decides_it_with_a_bare_client(office: ServerOffice, tmp_path: Path) -> None:
    _draw(office, "sales-orders", "confirm")
    with closing(office.as_person("rep", tmp_path)) as rep:
        request = _ask(rep, _order(rep))
    with session_of(office, "lead") as bare:
        assert bare.execute("SELECT id FROM approval WHERE id = %s", (request,)).fetchall() == []
        assert bare.execute("SELECT id FROM approval_task WHERE parent_id = %s", (request,)).fetchall() == []
        assert bare.execute("UPDATE approval SET status = 'passed' WHERE id = %s", (request,)).rowcount == 0
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            bare.execute("INSERT INTO approval_flow_version (flow_id, number, at, user_name, facts) VALUES (1, 99, now(), '', '{}')")


def test_a_floor_price_that_the_seller_does_not_see_counts_all_the_same(office: ServerOffice, tmp_path: Path) -> None:
    values = {"name": "Pump", "list_price": Decimal(100), "floor_price": Decimal(80)}
    product = saving.save(office.app, saving.new_draft(office.app, "products", values))
    _draw(office, "sales-orders", "confirm", when="below_floor")
    with closing(office.as_person("rep", tmp_path)) as rep:
        fair = _order(rep, "90", product_id=Ref(product.id or 0))
        cheap = _order(rep, "79", product_id=Ref(product.id or 0))
        assert operating.operate(rep, "sales-orders", fair.id or 0, fair.version, "confirm").values["status"] == "confirmed"
        assert _ask(rep, cheap)


def test_a_condition_on_a_hidden_field_counts_as_holding(office: ServerOffice, tmp_path: Path) -> None:
    where = Condition("lines.product_id.cost", "at_least", Decimal(1_000_000))
    _draw(office, "sales-orders", "confirm", where=where)
    with closing(office.as_person("rep", tmp_path)) as rep:
        assert _ask(rep, _order(rep))
