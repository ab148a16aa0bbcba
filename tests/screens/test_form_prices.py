"""Prices in the lines of a form: from the lists, along with the customer and the quantity, and never over what a person typed."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from form_makers import Desk, product
from PySide6.QtGui import QGuiApplication
from record_makers import customer

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Line, Ref
from crm_desktop.services import saving
from crm_desktop.services.operating import operate
from ui.bundle_quantity import BundleQuantity
from ui.record_window import RecordWindow

D = Decimal
TOLD = frozenset({"credit", "overdue", "floor", "discount"})


def ref(draft: Draft) -> Ref:
    return Ref(int(draft.id or 0), str(draft.values.get("name") or ""))


def saved(app: Application, key: str, values: dict[str, Any], *rows: dict[str, Any]) -> Draft:
    draft = saving.new_draft(app, key, values)
    draft.lines = [Line(None, saving.new_line(app.type(key)).values | row) for row in rows]
    return saving.save(app, draft)


def lists(app: Application, goods: Draft) -> None:
    """90 from any quantity, 80 from 10 for everyone; 70 for customers of level A."""
    rows = [{"product_id": ref(goods), "price": D(p), "min_quantity": D(q)} for p, q in (("90", "0"), ("80", "10"))]
    saved(app, "price-lists", {"name": "Everyone"}, *rows)
    saved(app, "price-lists", {"name": "Good ones", "level": "A"}, {"product_id": ref(goods), "price": D(70)})


def put(desk: Desk, screen: RecordWindow, row: int, name: str, value: Any) -> None:
    """Put a value into a cell as its editor does, and wait for what follows."""
    assert screen.lines is not None
    screen.lines.model.set_value(row, name, value)
    desk.wait(lambda: not screen._looking_up())
    desk.quiet()


def prices(screen: RecordWindow) -> list[Decimal]:
    return [line.values["price"] for line in screen.editing.draft.lines]


def told(screen: RecordWindow, row: int = 0) -> str:
    assert screen.lines is not None
    screen.lines.grid.go(row, 0)
    return screen.lines.price_note.text()


@pytest.mark.parametrize("key", ["quotes", "sales-orders", "opportunities"])
def test_the_price_goes_along_with_quantity_and_customer(desk: Desk, key: str) -> None:
    app, goods = desk.app, product(desk.app, 1, "100")
    lists(app, goods)
    plain, good = customer(app, "Plain"), customer(app, "Good", level="A")
    screen = desk.new(key, customer_id=int(plain.id or 0))
    put(desk, screen, 0, "product_id", ref(goods))
    assert prices(screen) == [D(90)]
    assert "Everyone" in told(screen)
    put(desk, screen, 0, "quantity", D(10))
    assert prices(screen) == [D(80)]
    assert "from 10" in told(screen)
    screen.form.draft.values["customer_id"] = ref(good)
    screen.form.edited.emit("customer_id")
    desk.wait(lambda: prices(screen) == [D(70)])
    assert "Good ones" in told(screen)
    desk.quiet()
    assert screen.editing.draft.lines[0].values["amount"] == D(700)


def test_a_price_that_was_typed_stays(desk: Desk) -> None:
    app, goods = desk.app, product(desk.app, 1, "100")
    lists(app, goods)
    screen = desk.new("sales-orders", customer_id=int(customer(app, "Plain").id or 0))
    put(desk, screen, 0, "product_id", ref(goods))
    put(desk, screen, 0, "price", D(85))
    put(desk, screen, 0, "quantity", D(10))
    assert prices(screen) == [D(85)]
    assert screen.editing.draft.lines[0].values["list_price"] == D(80)
    assert "another one was typed" in told(screen)
    desk.save(screen)
    again = desk.open("sales-orders", int(screen.editing.draft.id or 0))
    put(desk, again, 0, "quantity", D(1))
    assert prices(again) == [D(85)]
    put(desk, again, 0, "price", D(90))  # the proposed one: it goes along again
    put(desk, again, 0, "quantity", D(12))
    assert prices(again) == [D(80)]


def test_another_product_brings_its_own_price_and_undo_takes_it_back(desk: Desk) -> None:
    app, first, second = desk.app, product(desk.app, 1, "100"), product(desk.app, 2, "20")
    lists(app, first)
    screen = desk.new("sales-orders", customer_id=int(customer(app, "Plain").id or 0))
    put(desk, screen, 0, "product_id", ref(first))
    put(desk, screen, 0, "price", D(50))
    put(desk, screen, 0, "product_id", ref(second))
    assert prices(screen) == [D(20)]
    assert screen.lines is not None
    screen.lines.grid.undo()
    desk.quiet()
    assert prices(screen) == [D(50)]


def test_what_is_open_already_keeps_its_prices(desk: Desk) -> None:
    app, goods, buyer = desk.app, product(desk.app, 1, "100"), customer(desk.app, "Plain")
    order = saved(app, "sales-orders", {"customer_id": ref(buyer)}, {"product_id": ref(goods), "name": "x", "price": D(100)})
    lists(app, goods)
    screen = desk.open("sales-orders", int(order.id or 0))
    assert prices(screen) == [D(100)]
    assert not screen.unsaved


def test_the_price_of_last_time_is_told_while_typing(desk: Desk) -> None:
    app, goods, buyer = desk.app, product(desk.app, 1, "100"), customer(desk.app, "Plain")
    values = {"customer_id": ref(buyer), "order_date": dt.date(2026, 3, 4)}
    order = saved(app, "sales-orders", values, {"product_id": ref(goods), "name": "x", "price": D("77.5")})
    operate(app, "sales-orders", int(order.id or 0), order.version, "confirm", despite=TOLD)
    screen = desk.new("quotes", customer_id=int(buyer.id or 0))
    put(desk, screen, 0, "product_id", ref(goods))
    desk.wait(lambda: "77.5" in told(screen))
    assert "2026-03-04" in told(screen)
    assert str(order.values["number"]) in told(screen)


def test_a_bundle_becomes_lines_in_one_step(desk: Desk) -> None:
    app, kit, first, second = desk.app, product(desk.app, 1, "0"), product(desk.app, 2, "100"), product(desk.app, 3, "5")
    parts = ({"product_id": ref(first), "quantity": D(2), "price": D(80)}, {"product_id": ref(second), "quantity": D(3)})
    saved(app, "bundles", {"product_id": ref(kit), "name": "Starter"}, *parts)
    screen = desk.new("quotes", customer_id=int(customer(app, "Plain").id or 0))
    put(desk, screen, 0, "quantity", D(2))
    put(desk, screen, 0, "product_id", ref(kit))
    lines = screen.editing.draft.lines
    assert [(line.values["product_id"].id, line.values["quantity"]) for line in lines] == [(first.id, D(4)), (second.id, D(6))]
    assert prices(screen) == [D(80), D(5)]
    assert "Starter" in told(screen)
    assert screen.lines is not None
    screen.lines.grid.undo()
    assert len(screen.editing.draft.lines) == 1
    screen.lines.grid.redo()
    desk.save(screen)
    assert not screen.unsaved
    assert [line.values["list_price"] for line in screen.editing.draft.lines] == [D(80), D(5)]
    assert screen.editing.draft.values["deepest_discount"] == 0


def test_a_bundle_asks_how_many_where_no_quantity_was_typed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    app, kit, first, second = desk.app, product(desk.app, 1, "90"), product(desk.app, 2, "100"), product(desk.app, 3, "5")
    parts = ({"product_id": ref(first), "quantity": D(2), "price": D(30)}, {"product_id": ref(second), "quantity": D(3)})
    saved(app, "bundles", {"product_id": ref(kit), "name": "Starter"}, *parts)
    said: list[str] = ["3"]

    def answer(dialog: BundleQuantity) -> int:
        dialog.edit.setText("no number")
        assert not dialog.accept_button.isEnabled()
        dialog.edit.setText(said[0])
        return int(bool(said[0]))

    monkeypatch.setattr(BundleQuantity, "exec", answer)
    screen = desk.new("quotes", customer_id=int(customer(app, "Plain").id or 0))
    put(desk, screen, 0, "product_id", ref(kit))
    desk.wait(lambda: len(screen.editing.draft.lines) >= 2)
    desk.quiet()
    lines = screen.editing.draft.lines
    assert [(line.values["product_id"].id, line.values["quantity"]) for line in lines][:2] == [(first.id, D(6)), (second.id, D(9))]
    assert prices(screen)[:2] == [D(30), D(10)], "what the bundle costs, less its first part, is the price of the other"
    said[0] = ""
    put(desk, screen, 2, "product_id", ref(kit))
    desk.wait(lambda: len(screen.editing.draft.lines) >= 4)
    desk.quiet()
    assert [line.values["quantity"] for line in screen.editing.draft.lines][2:4] == [D(2), D(3)]


def test_pasted_prices_stay(desk: Desk) -> None:
    app, goods = desk.app, product(desk.app, 1, "100")
    lists(app, goods)
    screen = desk.new("sales-orders", customer_id=int(customer(app, "Plain").id or 0))
    lines = screen.lines
    assert lines is not None
    names = lines.model.names
    at = [names.index("product_id"), names.index("quantity"), names.index("price")]
    block = ["" for _name in names]
    for column, text in zip(at, ("P001", "10", "66"), strict=True):
        block[column] = text
    QGuiApplication.clipboard().setText("\t".join(block[at[0]:]))
    lines.grid.setFocus()
    lines.grid.go(0, at[0])
    lines.grid.paste()
    desk.wait(lambda: not screen._looking_up())
    desk.quiet()
    assert prices(screen) == [D(66)]
    assert screen.editing.draft.lines[0].values["list_price"] == D(80)
