"""A custom field is a field: list, filter, order, search, save, history and rights meet it like any other. On both engines."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from record_makers import customer

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.errors import Invalid
from crm_desktop.services import custom_fields, history, saving
from crm_desktop.services.custom_fields import NewField
from crm_desktop.services.listing import Condition, ListQuery, count, fetch_page

VALUES: dict[str, tuple[dict[str, str], Any]] = {
    "text": ({}, "蓝色"),
    "code": ({}, "AB-007"),
    "integer": ({}, 42),
    "money": ({}, Decimal("12.50")),
    "date": ({}, dt.date(2026, 2, 28)),
    "yes_no": ({}, True),
    "option": ({"options": "industries"}, "food"),
    "tags": ({}, ("a", "b")),
    "reference": ({"target": "users"}, Ref(1, "Ann")),
}


@pytest.mark.parametrize("kind", VALUES)
def test_every_kind_is_kept_and_shown(app: Application, kind: str) -> None:
    facts, value = VALUES[kind]
    name = custom_fields.add_field(app, "customers", NewField("Extra", kind, **facts))
    saved = customer(app, "Alpha", **{name: value})
    assert saved.values[name] == value
    customer(app, "Beta")
    rows = fetch_page(app, ListQuery("customers", columns=("name", name), order=("name",))).rows
    assert rows[0][:2] == ("Alpha", value)
    assert count(app, ListQuery("customers", where=Condition(name, "filled"))).number == 1


def test_numbers_and_dates_compare_as_such(app: Application) -> None:
    size = custom_fields.add_field(app, "customers", NewField("Size", "integer"))
    day = custom_fields.add_field(app, "customers", NewField("Installed", "date"))
    for number, when in ((9, dt.date(2026, 1, 5)), (100, dt.date(2025, 12, 31)), (None, None)):
        customer(app, f"Customer {number}", **{size: number, day: when})
    found = fetch_page(app, ListQuery("customers", columns=("name",), where=Condition(size, "at_least", 10)))
    assert [r[0] for r in found.rows] == ["Customer 100"]
    found = fetch_page(app, ListQuery("customers", columns=("name",), where=Condition(size, "at_most", 10)))
    assert [r[0] for r in found.rows] == ["Customer 9"]
    found = fetch_page(app, ListQuery("customers", columns=("name",), where=Condition(day, "at_least", dt.date(2026, 1, 1))))
    assert [r[0] for r in found.rows] == ["Customer 9"]


@pytest.mark.roles
def test_it_is_searched_and_its_changes_are_history(app: Application) -> None:
    name = custom_fields.add_field(app, "customers", NewField("安装编号", "code", searched=True))
    assert name == "x_anzhuangbianhao"
    saved = customer(app, "Alpha", **{name: "ZX-81"})
    assert count(app, ListQuery("customers", search="zx-81")).number == 1
    saved.values[name] = "ZX-82"
    saving.save(app, saved)
    entry = history.entries(app, "customers", saved.id or 0)[0]
    assert [(c.label, c.before, c.after) for c in entry.changes] == [("安装编号", "ZX-81", "ZX-82")]
    assert count(app, ListQuery("customers", search="zx-81")).number == 0


@pytest.mark.roles
def test_labels_are_unique_and_required_ones_are_asked_for(app: Application) -> None:
    with pytest.raises(Invalid):
        custom_fields.add_field(app, "customers", NewField("Name"))
    name = custom_fields.add_field(app, "customers", NewField("Size", "integer", required=True))
    with pytest.raises(Invalid) as caught:
        customer(app)
    assert set(caught.value.problems) == {name}
    custom_fields.change_field(app, "customers", name, NewField("Size", required=False))
    customer(app)
    custom_fields.remove_field(app, "customers", name)
    assert name not in app.type("customers").fields
