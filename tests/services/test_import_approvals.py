"""A file is no way around the people who decide: what needs approval stays out of an import, and the import says so beforehand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from approval_makers import Approving, person, step
from record_makers import customer

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.exchange.cells import Sheet
from crm_desktop.exchange.importing import plan_import, run_import
from crm_desktop.exchange.mapping import recogniser
from crm_desktop.exchange.plan import Plan
from crm_desktop.exchange.recipe import Recipe
from crm_desktop.exchange.tables import find_table
from crm_desktop.filters import Condition, ListQuery
from crm_desktop.rules.approvals import Design
from crm_desktop.services import history
from crm_desktop.services.listing import count, fetch_page
from crm_desktop.services.saving import find_ids, open_record
from crm_desktop.services.settings_store import settings_of
from crm_desktop.settings import CREDIT_RULE

HEADS = ["订单编号", "客户", "日期", "状态", "品名", "数量", "单价"]


@pytest.fixture
def office(app: Application) -> Approving:
    return Approving(app)


def order_rows(*rows: tuple[str, str, str, int]) -> list[list[Any]]:
    return [HEADS, *[[number, buyer, "2026-11-01", state, "灯", 1, price] for number, buyer, state, price in rows]]


def plan(app: Application, type_key: str, rows: list[list[Any]], **facts: Any) -> Plan:
    table = find_table(Sheet("S", [list(r) for r in rows]), recogniser(app.type(type_key)))
    return plan_import(app, type_key, table, recipe=Recipe(type_key, new_choices=True, **facts))


def states(app: Application) -> dict[str, str]:
    return {r[0]: r[1] for r in fetch_page(app, ListQuery("sales-orders", ("number", "status"))).rows}


def test_confirmed_orders_that_a_flow_wants_come_in_as_drafts(office: Approving) -> None:
    office.flow(step("Lead", person(office.lea)), where=Condition("total", "at_least", Decimal("1000")))
    app = office.app
    given = (("SO1", "Confirmed", 500), ("SO2", "Confirmed", 5000), ("SO3", "Done", 5000), ("SO4", "Draft", 5000))
    rows = order_rows(*((number, "Alpha", state, price) for number, state, price in given))
    made = plan(app, "sales-orders", rows)
    assert count(app, ListQuery("sales-orders")).number == 0, "the trial leaves nothing behind"
    assert [p.held for p in made.records] == [{}, {"status": "This needs approval: Large orders."}, {}, {}]
    assert "1 order comes in as a draft. This needs approval: Large orders." in made.notes
    assert any(n.startswith("1 order is confirmed") for n in made.notes)
    result = run_import(app, made)
    assert result.notes == ("1 order comes in as a draft. This needs approval: Large orders.",)
    assert states(app) == {"SO1": "confirmed", "SO2": "draft", "SO3": "done", "SO4": "draft"}
    assert count(app, ListQuery("receivables")).number == 1, "only the order that counts is owed"
    [id_] = find_ids(app, "sales-orders", "SO2")
    assert office.ask(open_record(app, "sales-orders", id_), who=office.ann), "it is confirmed as any other, by asking"


def test_the_same_file_again_says_that_the_order_waits_and_changes_nothing(office: Approving) -> None:
    office.flow(step("Lead", person(office.lea)), where=Condition("total", "at_least", Decimal("1000")))
    app = office.app
    rows = order_rows(("SO1", "Alpha", "Confirmed", 500), ("SO2", "Alpha", "Confirmed", 5000), ("SO3", "Alpha", "Draft", 5))
    run_import(app, plan(app, "sales-orders", rows))
    [id_] = find_ids(app, "sales-orders", "SO2")
    (told,) = [e for e in history.entries(app, "sales-orders", id_) if e.action == "held_back"]
    assert [c.after for c in told.changes] == ["Status", "This needs approval: Large orders."]
    stood = len(history.entries(app, "sales-orders", id_)), open_record(app, "sales-orders", id_).version

    def again() -> None:
        made = plan(app, "sales-orders", rows)
        assert [(p.action, p.held, p.problems) for p in made.records][:2] == [
            ("same", {}, {}), ("same", {"status": "This needs approval: Large orders."}, {}),
        ]  # fmt: skip
        assert "1 order waits for approval as a draft. This needs approval: Large orders." in made.notes
        result = run_import(app, made)
        assert (result.created, result.changed, result.unchanged) == (0, 0, 3 - result.wrong)

    again()
    assert (len(history.entries(app, "sales-orders", id_)), open_record(app, "sales-orders", id_).version) == stood
    assert office.ask(open_record(app, "sales-orders", id_), who=office.ann)
    again()
    assert states(app) == {"SO1": "confirmed", "SO2": "draft", "SO3": "draft"}
    rows[3][3] = "Confirmed"
    again()
    third = plan(app, "sales-orders", rows).records[2]
    assert third.action == "wrong" and "own steps" in third.problems["status"], "nobody has to decide about it: it is confirmed by hand"


def test_documents_keep_their_state_when_their_file_comes_again(sqlite_app: Application) -> None:
    rows: list[list[Any]] = [["Number", "Customer", "Date", "Status", "Name", "Quantity", "Price"]]
    rows.append(["Q1", "Alpha", "2026-11-01", "Sent", "灯", 1, 5])
    customer(sqlite_app, "Alpha")
    run_import(sqlite_app, plan(sqlite_app, "quotes", rows))
    again = plan(sqlite_app, "quotes", rows)
    assert [(p.action, p.problems) for p in again.records] == [("same", {})]
    assert "1 document keeps the state it has: it changes by its own steps." in again.notes


def test_a_flow_drawn_after_the_trial_holds_all_the_same(office: Approving) -> None:
    app = office.app
    made = plan(app, "sales-orders", order_rows(("SO1", "Alpha", "Confirmed", 500), ("SO2", "Alpha", "Confirmed", 10)))
    assert not any(p.held for p in made.records)
    office.flow(step("Lead", person(office.lea)), where=Condition("total", "at_least", Decimal("100")))
    result = run_import(app, made)
    assert states(app) == {"SO1": "draft", "SO2": "confirmed"}
    assert len(result.notes) == 1 and result.created == 2


def test_orders_of_customers_that_come_with_them(office: Approving) -> None:
    office.flow(step("Lead", person(office.lea)), where=Condition("customer_id.name", "contains", "New"))
    app = office.app
    rows = order_rows(("SO1", "Newcomer", "Confirmed", 5), ("SO2", "Other", "Confirmed", 5))
    made = plan(app, "sales-orders", rows, create_missing=True)
    assert [bool(p.held) for p in made.records] == [True, False]
    assert count(app, ListQuery("customers")).number == 1
    run_import(app, made)
    assert states(app) == {"SO1": "draft", "SO2": "confirmed"}


def test_what_an_order_adds_to_the_balance_counts_for_the_next(office: Approving) -> None:
    app = office.app
    settings_of(app).set(CREDIT_RULE, "forbid")
    customer(app, "Beta", credit_limit=Decimal("100"), owner_id=Ref(office.rik))
    three = [(f"SO{n}", "Beta", "Confirmed", 60) for n in range(1, 4)]
    made = plan(app, "sales-orders", order_rows(*three, ("SO9", "Alpha", "Confirmed", 900)))
    assert [bool(p.held) for p in made.records] == [False, True, True, False]
    assert "credit limit is 100" in made.records[1].held["status"]
    run_import(app, made)
    assert [states(app)[f"SO{n}"] for n in (1, 2, 3, 9)] == ["confirmed", "draft", "draft", "confirmed"]


def test_fields_whose_change_needs_approval_stay_as_they_are(office: Approving) -> None:
    customer(office.app, "Beta", credit_limit=Decimal("10"), city="Ulm")
    flow = Design((step("Lead", person(office.lea)),), Condition("credit_limit", "at_least", Decimal("1000")))
    office.flow_for("customers", "set:credit_limit", flow, "Large limits")
    app = office.app
    given = (("Alpha", "Bonn", 5000), ("Beta", "Ulm", 5000), ("Gamma", "Kiel", 6000), ("Delta", "Kiel", 50))
    rows: list[list[Any]] = [["Name", "City", "Credit limit"], *map(list, given)]
    made = plan(app, "customers", rows)
    assert [(p.action, sorted(p.changes), sorted(p.held)) for p in made.records] == [
        ("change", ["city"], ["credit_limit"]),
        ("same", [], ["credit_limit"]),
        ("create", [], ["credit_limit"]),
        ("create", [], []),
    ]
    [note] = [n for n in made.notes if "Credit limit" in n]
    assert note.startswith("“Credit limit” of 3 records is left as it is.") and "Large limits" in note
    result = run_import(app, made)
    assert (result.created, result.changed, result.unchanged) == (2, 1, 1)
    found = {r[0]: r[1:3] for r in fetch_page(app, ListQuery("customers", ("name", "city", "credit_limit"))).rows}
    assert found == {"Alpha": ("Bonn", None), "Beta": ("Ulm", 10), "Gamma": ("Kiel", None), "Delta": ("Kiel", 50)}
