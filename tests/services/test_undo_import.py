"""Taking an import back: everything it did, or nothing at all."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from record_makers import customer, line

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Ref
from crm_desktop.errors import Missing, Refused
from crm_desktop.exchange.importing import plan_import, run_import
from crm_desktop.exchange.plan import Result
from crm_desktop.exchange.tables import Row, Table
from crm_desktop.filters import ListQuery
from crm_desktop.services import saving
from crm_desktop.services.deleting import restore_batch
from crm_desktop.services.listing import count
from crm_desktop.services.recycling import deletions
from crm_desktop.services.undo_import import past_imports, undo_import

pytestmark = pytest.mark.roles


def bring_in(app: Application, key: str, headings: list[str], *rows: list[Any], **options: Any) -> Result:
    table = Table("Sheet", 1, headings, [Row(number, cells) for number, cells in enumerate(rows, 2)])
    result = run_import(app, plan_import(app, key, table, **options))
    assert result.wrong == 0
    return result


def number_of(app: Application, key: str) -> int:
    return count(app, ListQuery(key), cap=None).number


def read(app: Application, draft: Draft) -> Draft:
    return saving.open_record(app, draft.type, draft.id or 0)


def test_created_and_changed_records_are_taken_back_together(app: Application) -> None:
    known = customer(app, "Alpha", city="Bonn", credit_limit=Decimal(10))
    result = bring_in(
        app,
        "customers",
        ["Name", "City", "Credit limit"],
        ["Alpha", "Kiel", 20],
        ["Beta", "Ulm", 5],
        ["Gamma", "Ulm", 6],
    )
    assert (result.created, result.changed) == (2, 1)
    assert read(app, known).values["city"] == "Kiel"

    undone = undo_import(app, result.batch)
    assert (undone.removed, undone.changed_back) == (2, 1)
    assert number_of(app, "customers") == 1
    assert read(app, known).values["city"] == "Bonn"
    assert read(app, known).values["credit_limit"] == Decimal(10)
    assert [sorted([d.label, *(label for _type, label in d.also)]) for d in deletions(app)] == [["Beta", "Gamma"]]
    with pytest.raises(Missing):
        undo_import(app, result.batch)
    restore_batch(app, undone.batch)
    assert number_of(app, "customers") == 3


def test_nothing_is_taken_back_where_somebody_worked_on_since(app: Application) -> None:
    known = customer(app, "Alpha", city="Bonn")
    result = bring_in(app, "customers", ["Name", "City"], ["Alpha", "Kiel"], ["Beta", "Ulm"])
    beta = read(app, Draft("customers", saving.find_ids(app, "customers", "C00002")[0]))
    beta.values["phone"] = "0731 1"
    saving.save(app, beta)
    with pytest.raises(Refused, match="Beta"):
        undo_import(app, result.batch)
    assert number_of(app, "customers") == 2
    assert read(app, known).values["city"] == "Kiel"
    assert not past_imports(app)[0].undone


def test_a_contact_typed_since_is_not_lost_with_its_customer(app: Application) -> None:
    result = bring_in(app, "customers", ["Name"], ["Beta"])
    beta = Ref(saving.find_ids(app, "customers", "C00001")[0])
    saving.save(app, saving.new_draft(app, "contacts", {"name": "Ann", "customer_id": beta}))
    with pytest.raises(Refused, match="Contacts"):
        undo_import(app, result.batch)
    assert (number_of(app, "customers"), number_of(app, "contacts")) == (1, 1)


def test_orders_go_before_the_customers_they_brought_along(app: Application) -> None:
    result = bring_in(
        app, "sales-orders", ["Number", "Customer", "Product name", "Quantity", "Price"],
        ["S-1", "New Ltd", "Bolt", 2, 3], ["S-1", "New Ltd", "Nut", 1, 4],
        create_missing=True,
    )  # fmt: skip
    assert (number_of(app, "sales-orders"), number_of(app, "customers")) == (1, 1)
    undo_import(app, result.batch)
    assert (number_of(app, "sales-orders"), number_of(app, "customers")) == (0, 0)


def test_lines_are_as_they_were(app: Application) -> None:
    buyer = customer(app, "Alpha")
    draft = saving.new_draft(app, "sales-orders", {"customer_id": Ref(buyer.id or 0), "number": "S-9"})
    draft.lines = [line(app, "Bolt", "2", "10"), line(app, "Nut", "3", "1")]
    order = saving.save(app, draft)
    result = bring_in(
        app, "sales-orders", ["Number", "Customer", "Product name", "Quantity", "Price"],
        ["S-9", "Alpha", "Bolt", 7, 10],
    )  # fmt: skip
    assert [(x.values["name"], x.values["quantity"]) for x in read(app, order).lines] == [("Bolt", Decimal(7))]
    undo_import(app, result.batch)
    back = read(app, order)
    assert [(x.values["name"], x.values["quantity"]) for x in back.lines] == [("Bolt", Decimal(2)), ("Nut", Decimal(3))]
    assert back.values["total"] == Decimal(23)


def test_new_choices_go_unless_they_are_in_use(app: Application) -> None:
    first = bring_in(app, "customers", ["Name", "Industry"], ["Beta", "Toys"], ["Gamma", "Games"])
    customer(app, "Delta", industry="Games")
    undo_import(app, first.batch)
    assert app.options.find("industries", "Toys") is None
    assert app.options.find("industries", "Games") is not None


def test_past_imports_say_what_they_did(app: Application) -> None:
    customer(app, "Alpha", city="Bonn")
    first = bring_in(app, "customers", ["Name", "City"], ["Alpha", "Kiel"], ["Beta", "Ulm"])
    second = bring_in(app, "products", ["Name", "Unit"], ["Bolt", "pcs"])
    undo_import(app, second.batch)
    told = [(p.batch, p.type, p.created, p.changed, p.undone) for p in past_imports(app)]
    assert told == [(second.batch, "products", 1, 0, True), (first.batch, "customers", 1, 1, False)]
