"""Prices from lists, in documents that are saved: on both engines, for those who see everything and those who do not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from record_makers import customer
from sqlalchemy import event

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Line, Ref
from crm_desktop.errors import Invalid
from crm_desktop.rights import Rights
from crm_desktop.services import deleting, saving
from crm_desktop.services.operating import operate
from crm_desktop.services.pricing import Wanted, last_price, parts_of, propose

D = Decimal
TODAY = dt.date.today()


def ref(draft: Draft) -> Ref:
    return Ref(int(draft.id or 0), str(draft.values.get("name") or draft.values.get("number") or ""))


def goods(app: Application, name: str = "Bolt", price: str = "100", **values: Any) -> Draft:
    preset = {"name": name, "list_price": D(price), "tax_rate": D(13), **values}
    return saving.save(app, saving.new_draft(app, "products", preset))


def price_list(app: Application, name: str, *rows: dict[str, Any], **values: Any) -> Draft:
    draft = saving.new_draft(app, "price-lists", {"name": name, **values})
    draft.lines = [Line(None, saving.new_line(app.type("price-lists")).values | row) for row in rows]
    return saving.save(app, draft)


def row(product: Draft, price: str | None = None, since: str = "0", discount: str | None = None) -> dict[str, Any]:
    given = {n: D(v) for n, v in (("price", price), ("discount", discount), ("min_quantity", since)) if v is not None}
    return {"product_id": ref(product), **given}


def document(app: Application, key: str, buyer: Draft, *rows: dict[str, Any], **values: Any) -> Draft:
    draft = saving.new_draft(app, key, {"customer_id": ref(buyer), **values})
    draft.lines = [Line(None, saving.new_line(app.type(key)).values | {"name": "x"} | r) for r in rows]
    return saving.save(app, draft)


def asked(app: Application, key: str, buyer: Draft | None, product: Draft, quantity: str = "1", **values: Any) -> tuple[Any, str]:
    """The price proposed in a new document, and the name of the list it is from."""
    draft = saving.new_draft(app, key, ({"customer_id": ref(buyer)} if buyer else {}) | values)
    (found,) = propose(app, key, draft.values, [Wanted(int(product.id or 0), D(quantity))])
    return found.price, found.source.label if found.source else ""


def test_different_customers_and_regions_get_different_prices_by_themselves(app: Application) -> None:
    bolt = goods(app)
    vip = customer(app, "Vip", level="A", region="浙江省", city="杭州市")
    east, far = customer(app, "East", level="B", region="浙江"), customer(app, "Far")
    price_list(app, "Everyone", row(bolt, "95"), row(bolt, "90", "10"))
    price_list(app, "Level A", row(bolt, discount="12"), level="A")
    price_list(app, "Zhejiang", row(bolt, "93"), region="浙江")
    own = price_list(app, "Own", row(bolt, "80", "50"), customer_id=ref(vip))
    assert asked(app, "quotes", vip, bolt) == (D("88.00"), "Level A")
    assert asked(app, "quotes", vip, bolt, "50") == (D(80), "Own")
    assert asked(app, "sales-orders", east, bolt, "50") == (D(93), "Zhejiang")
    assert asked(app, "opportunities", far, bolt, "9") == (D(95), "Everyone")
    assert asked(app, "sales-orders", far, bolt, "10") == (D(90), "Everyone")
    assert asked(app, "quotes", None, bolt) == (D(95), "Everyone")
    own.values["active"] = False
    saving.save(app, own)
    assert asked(app, "quotes", vip, bolt, "50") == (D("88.00"), "Level A")


def test_the_day_the_currency_and_the_tax_of_the_document_count(app: Application) -> None:
    bolt, buyer = goods(app), customer(app)
    dollar = Ref(saving.find_ids(app, "currencies", "USD")[0], "USD")
    price_list(app, "Now", row(bolt, "113"), valid_until=TODAY)
    price_list(app, "Next", row(bolt, "120"), valid_from=TODAY + dt.timedelta(days=1))
    price_list(app, "Dollars", row(bolt, "14"), currency_id=dollar)
    assert asked(app, "quotes", buyer, bolt) == (D(113), "Now")
    assert asked(app, "quotes", buyer, bolt, quote_date=TODAY + dt.timedelta(days=1)) == (D(120), "Next")
    assert asked(app, "quotes", buyer, bolt, tax_mode="excluded") == (D(100), "Now")
    assert asked(app, "sales-orders", buyer, bolt, currency_id=dollar) == (D(14), "Dollars")


def test_documents_keep_what_their_lines_should_cost(app: Application) -> None:
    bolt, nut, buyer = goods(app), goods(app, "Nut", "10"), customer(app, level="A")
    listed = price_list(app, "Level A", row(bolt, "90"), level="A")
    lines = ({"product_id": ref(bolt), "price": D(81)}, {"product_id": ref(nut), "price": D(12)}, {"price": D(5)})
    quote = document(app, "quotes", buyer, *lines)
    kept = [(line.values["list_price"], line.values["price_list_id"]) for line in quote.lines]
    assert kept == [(D(90), ref(listed)), (D(10), None), (None, None)]
    assert quote.values["deepest_discount"] == 10
    quote.lines[0].values["discount"] = D(50)
    assert saving.save(app, quote).values["deepest_discount"] == 55
    sent = operate(app, "quotes", int(quote.id or 0), quote.version + 1, "send")
    listed.lines[0].values["price"] = D(70)
    saving.save(app, listed)
    sent.values["note"] = "A sent quote stays as it was"
    assert saving.save(app, sent).lines[0].values["list_price"] == D(90)


def test_a_discount_on_the_whole_document_counts_as_one(app: Application) -> None:
    bolt, buyer = goods(app), customer(app)
    order = document(app, "sales-orders", buyer, {"product_id": ref(bolt), "price": D(100), "quantity": D(2)}, order_discount=D(50))
    assert order.values["deepest_discount"] == 25


def test_a_line_without_sight_of_prices_gets_its_price_by_list_all_the_same(sqlite_app: Application) -> None:
    app = sqlite_app
    bolt, buyer = goods(app), customer(app)
    price_list(app, "Everyone", row(bolt, "95"))
    order = document(app, "sales-orders", buyer, {"product_id": ref(bolt), "price": D(95)})
    seen = Rights.of("customers.see", "products.see", "sales-orders.see", "sales-orders.change")
    seller = replace(app, actor=replace(app.actor, rights=seen, version=0))
    assert asked_as(seller, order, bolt) == (D(95), "Everyone")  # the lists decide, also for who may not look at them
    stranger = replace(app, actor=replace(app.actor, rights=Rights.of("sales-orders.see"), version=0))
    price_list(app, "Own", row(bolt, "60"), customer_id=ref(buyer))
    assert asked_as(seller, order, bolt) == (D(60), "Own")
    assert asked_as(stranger, order, bolt) == (D(95), "Everyone")  # of a customer out of reach nothing is told


def asked_as(app: Application, order: Draft, product: Draft) -> tuple[Any, str]:
    (found,) = propose(app, "sales-orders", order.values, [Wanted(int(product.id or 0), D(1))])
    return found.price, found.source.label if found.source else ""


def test_what_a_customer_paid_last(app: Application) -> None:
    bolt, buyer, other = goods(app), customer(app), customer(app, "Other")

    def sold(to: Draft, price: str, days: int, discount: str = "0", confirm: bool = True) -> Draft:
        made = document(app, "sales-orders", to, {"product_id": ref(bolt), "price": D(price), "discount": D(discount)},
                        order_date=TODAY - dt.timedelta(days=days))  # fmt: skip
        return operate(app, "sales-orders", int(made.id or 0), made.version, "confirm", despite=ALL) if confirm else made

    assert last_price(app, int(buyer.id or 0), int(bolt.id or 0)) is None
    sold(buyer, "70", 9)
    newest = sold(buyer, "90", 2, "10")
    sold(buyer, "60", 0, confirm=False)
    sold(other, "50", 0)
    found = last_price(app, int(buyer.id or 0), int(bolt.id or 0))
    assert found is not None
    assert (found.price, found.day, found.order.label) == (D(81), TODAY - dt.timedelta(days=2), newest.values["number"])
    for grants in (("customers.see", "quotes.see"), ("sales-orders.see",)):
        app.actor = replace(app.actor, rights=Rights.of(*grants), version=0)
        seen = last_price(app, int(buyer.id or 0), int(bolt.id or 0))
        assert (seen is not None) == ("sales-orders.see" in grants), "whoever sees no orders is told nothing of them"


ALL = frozenset({"credit", "overdue", "floor", "discount"})


def test_a_bundle_brings_its_parts_at_their_prices(app: Application) -> None:
    kit, bolt, nut, buyer = goods(app, "Kit", "0"), goods(app), goods(app, "Nut", "10"), customer(app)
    price_list(app, "Everyone", row(bolt, "95"), row(nut, "9"))
    draft = saving.new_draft(app, "bundles", {"product_id": ref(kit), "name": "Starter"})
    parts: list[dict[str, Any]] = [{"product_id": ref(bolt), "quantity": D(2), "price": D(85)}, {"product_id": ref(nut), "quantity": D(4)}]
    draft.lines = [Line(None, saving.new_line(app.type("bundles")).values | part) for part in parts]
    bundle = saving.save(app, draft)
    whole, found = parts_of(app, int(kit.id or 0))
    assert whole == ref(bundle)
    assert [(r.label, q) for r, q, _remark in found] == [("Bolt", D(2)), ("Nut", D(4))]
    assert parts_of(app, int(bolt.id or 0)) == (None, [])
    lines = [{"product_id": r, "quantity": q, "bundle_id": whole, "price": D(85)} for r, q, _remark in found]
    quote = document(app, "quotes", buyer, *lines)
    assert [line.values["list_price"] for line in quote.lines] == [D(85), D(9)]
    assert quote.values["deepest_discount"] == 0, "a bundle is no discount of the person's"
    assert [line.values["price_list_id"] is None for line in quote.lines] == [True, False]


def test_the_price_of_a_bundle_is_spread_over_its_parts(app: Application) -> None:
    """What the product costs that stands for it, less what parts with a price of their own take, in proportion to the list prices."""
    kit, bolt, nut, washer = goods(app, "Kit", "1000"), goods(app), goods(app, "Nut", "300"), goods(app, "Washer", "50")
    values = saving.new_draft(app, "quotes", {"customer_id": ref(customer(app))}).values
    price_list(app, "Everyone", row(kit, "900", "3"), row(nut, "1"))
    draft = saving.new_draft(app, "bundles", {"product_id": ref(kit), "name": "Starter"})
    parts: list[dict[str, Any]] = [
        {"product_id": ref(bolt), "quantity": D(2), "price": D(100)}, {"product_id": ref(nut), "quantity": D(2)},
        {"product_id": ref(washer), "quantity": D(4)},
    ]  # fmt: skip
    draft.lines = [Line(None, saving.new_line(app.type("bundles")).values | part) for part in parts]
    whole = ref(saving.save(app, draft))

    def prices(bundles: int) -> list[Decimal | None]:
        wanted = [Wanted(p["product_id"].id, p["quantity"] * bundles, whole.id) for p in parts]
        return [p.price for p in propose(app, "quotes", values, wanted)]

    one, three = prices(1), prices(3)
    assert one == [D(100), D(300), D(50)]
    assert three == [D(100), D("262.5"), D("43.75")], "three bundles cost 900 each"
    assert sum(p["quantity"] * price for p, price in zip(parts, three, strict=True) if price) == 900
    kit.values["list_price"] = D(150)  # less than the bolts alone
    saving.save(app, kit)
    assert prices(1) == [D(100), D(1), D(50)], "nothing is left to spread: the others cost what they cost alone"


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (lambda d: d.values.update(valid_from=TODAY, valid_until=TODAY - dt.timedelta(days=1)), "valid_until"),
        (lambda d: d.lines[0].values.update(discount=D(5)), "lines.0.price"),
        (lambda d: d.lines[0].values.update(price=D(-1)), "lines.0.price"),
        (lambda d: d.lines[0].values.update(price=None, discount=D(101)), "lines.0.discount"),
        (lambda d: d.lines[1].values.update(min_quantity=D(0)), "lines.1.min_quantity"),
        (lambda d: d.lines[0].values.update(min_quantity=D(-1)), "lines.0.min_quantity"),
    ],
)  # fmt: skip
def test_what_no_price_list_can_say(sqlite_app: Application, change: Callable[[Draft], None], where: str) -> None:
    bolt = goods(sqlite_app)
    listed = price_list(sqlite_app, "One", row(bolt, "95"), row(bolt, "90", "10"))
    change(listed)
    with pytest.raises(Invalid) as told:
        saving.save(sqlite_app, listed)
    assert where in told.value.problems


def test_a_deleted_list_leaves_the_documents(app: Application) -> None:
    bolt, buyer = goods(app), customer(app)
    listed = price_list(app, "Everyone", row(bolt, "95"))
    order = document(app, "sales-orders", buyer, {"product_id": ref(bolt), "price": D(95)})
    deleting.delete(app, "price-lists", [int(listed.id or 0)])
    line = saving.open_record(app, "sales-orders", int(order.id or 0)).lines[0]
    assert (line.values["price"], line.values["list_price"], line.values["price_list_id"]) == (D(95), D(95), None)


def test_many_lines_cost_as_many_questions_as_one(sqlite_app: Application) -> None:
    app = sqlite_app
    products = [goods(app, f"Bolt {n}") for n in range(8)]
    price_list(app, "Everyone", *(row(p, "95") for p in products))
    values = saving.new_draft(app, "quotes", {"customer_id": ref(customer(app))}).values

    def statements(wanted: list[Wanted]) -> int:
        seen: list[str] = []
        count = lambda *args: seen.append(args[2])  # noqa: E731
        event.listen(app.engine, "before_cursor_execute", count)
        try:
            assert all(p.source is not None for p in propose(app, "quotes", values, wanted))
        finally:
            event.remove(app.engine, "before_cursor_execute", count)
        return len(seen)

    one, many = ([Wanted(int(p.id or 0), D(n)) for p in some for n in (1, 2)] for some in (products[:1], products))
    assert statements(one) == statements(many)
