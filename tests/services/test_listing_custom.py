"""Custom fields in lists: numbers are ordered, compared and summed as numbers. On both engines."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from record_makers import customer
from sqlalchemy import update

from crm_desktop.application import Application
from crm_desktop.services import custom_fields
from crm_desktop.services.custom_fields import NewField
from crm_desktop.services.listing import Condition, ListQuery, count, fetch_page, totals
from db.engine import writing

NUMBERS: dict[str, tuple[Any, ...]] = {
    "integer": (9, 100, -3, None, 0),
    "money": (Decimal("9.99"), Decimal("100.00"), Decimal("-3.50"), None, Decimal("0.00")),
    "decimal": (Decimal("9.0001"), Decimal("1000000.5000"), Decimal("-3.2500"), None, Decimal("0.0000")),
    "date": (dt.date(2026, 1, 9), dt.date(2026, 1, 10), dt.date(1999, 12, 31), None, dt.date(2000, 1, 1)),
}


@pytest.mark.parametrize("kind", NUMBERS)
def test_pages_are_ordered_by_value(app: Application, kind: str) -> None:
    name = custom_fields.add_field(app, "customers", NewField("Extra", kind))
    for at, value in enumerate(NUMBERS[kind]):
        customer(app, f"Customer {at}", **{name: value})
    filled = sorted(v for v in NUMBERS[kind] if v is not None)
    for sign, wanted in (("", filled), ("-", filled[::-1])):
        found: list[Any] = []
        after: tuple[Any, ...] | None = None
        while True:
            page = fetch_page(app, ListQuery("customers", columns=(name,), order=(sign + name,)), after, 2)
            found += [r[0] for r in page.rows]
            after = page.after
            if after is None:
                break
        assert found == ([*wanted, None] if sign == "" else [None, *wanted])


def test_amounts_compare_and_add_up_exactly(app: Application) -> None:
    name = custom_fields.add_field(app, "customers", NewField("Extra", "money"))
    for at, amount in enumerate(("0.10", "0.20", "19.99", "100.00")):
        customer(app, f"Customer {at}", **{name: Decimal(amount)})
    customer(app, "Nothing")
    assert totals(app, ListQuery("customers"), [name]) == {name: Decimal("120.29")}
    for operator, value, number in (
        ("is", Decimal("19.99"), 1),
        ("at_least", Decimal("19.99"), 2),
        ("at_most", Decimal("19.98"), 2),
        ("between", (Decimal("0.15"), Decimal(20)), 2),
        ("empty", None, 1),
    ):
        assert count(app, ListQuery("customers", where=Condition(name, operator, value))).number == number, operator


def test_a_text_that_is_no_number_does_not_break_the_list(app: Application) -> None:
    name = custom_fields.add_field(app, "customers", NewField("Extra", "integer"))
    saved = customer(app, "Alpha", **{name: 5})
    table: Any = app.type("customers").model.__table__
    with writing(app.engine) as session:
        session.execute(update(table).where(table.c.id == saved.id).values(extra={name: "many"}))
    page = fetch_page(app, ListQuery("customers", columns=("name", name), order=(name,)))
    assert [r[:2] for r in page.rows] == [("Alpha", None)]
