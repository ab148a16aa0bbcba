"""How far below the lists and the floor price a quote or an order may go, who is asked, and what an approval lets through."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from approval_makers import Approving, person
from people_makers import Office

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Line, Ref
from crm_desktop.errors import Doubt, NeedsConsent, Refused
from crm_desktop.rules.approvals import Design, Step
from crm_desktop.services import operating, saving
from crm_desktop.services.approvals import deciding
from crm_desktop.services.becoming import become
from crm_desktop.services.settings_store import settings_of
from crm_desktop.settings import DISCOUNT_RULE, FLOOR_RULE

D = Decimal


@pytest.fixture
def desk(app: Application) -> Approving:
    """Rik sells up to 10 % below the lists, Lea up to 20 %."""
    made = Approving(app)
    for key, limit in (("salesperson", 10), ("sales_manager", 20)):
        made.office.change("positions", made.office.positions[key], discount_limit=D(limit))
    return made


def document(desk: Approving, price: str, key: str = "quotes", floor: str | None = None, who: int | None = None, **values: Any) -> Draft:
    """One line of a product that costs 100 by list, by Rik."""
    desk.app.actor = desk.root
    goods = {"name": "Bolt", "list_price": D(100), "floor_price": D(floor) if floor else None}
    product = saving.save(desk.app, saving.new_draft(desk.app, "products", goods))
    desk.work_as(who or desk.rik)
    draft = saving.new_draft(desk.app, key, {"customer_id": Ref(int(desk.buyer.id or 0)), **values})
    row = {"name": "Bolt", "product_id": Ref(int(product.id or 0)), "price": D(price)}
    draft.lines = [Line(None, saving.new_line(desk.app.type(key)).values | row)]
    return saving.save(desk.app, draft)


def out(desk: Approving, draft: Draft, *despite: str, who: int | None = None) -> str:
    """Send a quote or confirm an order; gives its state."""
    app = desk.work_as(who or desk.rik)
    name = "send" if draft.type == "quotes" else "confirm"
    done = operating.operate(app, draft.type, int(draft.id or 0), draft.version, name, despite=frozenset(despite))
    return str(done.values["status"])


def rule(desk: Approving, setting: Any, value: str) -> None:
    settings_of(desk.work_as(desk.ann)).set(setting, value)


def test_within_the_limit_nobody_is_asked(desk: Approving) -> None:
    assert out(desk, document(desk, "90")) == "sent"
    assert out(desk, document(desk, "90", "sales-orders")) == "confirmed"
    assert out(desk, document(desk, "80", who=desk.lea), who=desk.lea) == "sent"
    assert out(desk, document(desk, "1", who=desk.ann), who=desk.ann) == "sent", "an owner has no limit"
    with pytest.raises(NeedsConsent):
        out(desk, document(desk, "79.99", who=desk.lea), who=desk.lea)


def test_a_discount_beyond_the_limit_goes_to_those_the_flow_names(desk: Approving) -> None:
    quote = document(desk, "89.99")
    with pytest.raises(NeedsConsent, match="10"):
        out(desk, quote)
    desk.flow_for("quotes", "send", Design((Step("Manager", (person(desk.lea),)),), when="over_discount"), "Discounts")
    assert out(desk, document(desk, "90")) == "sent", "the flow is for what goes beyond"
    request = desk.ask(quote, "send")
    assert desk.state(quote) == "draft"
    deciding.decide(desk.work_as(desk.lea), request, "agree")
    assert desk.state(quote) == "sent"
    order = saving.save(desk.work_as(desk.rik), become(desk.app, "quotes", [int(quote.id or 0)], "sales-orders"))
    assert out(desk, order) == "confirmed", "what the quote offered is not asked again"


def test_the_rules_for_discounts(desk: Approving) -> None:
    order = document(desk, "50", "sales-orders")
    rule(desk, DISCOUNT_RULE, "forbid")
    with pytest.raises(Refused, match="limit") as told:
        out(desk, order)
    assert not isinstance(told.value, NeedsConsent)
    rule(desk, DISCOUNT_RULE, "warn")
    with pytest.raises(Doubt) as doubt:
        out(desk, order)
    assert doubt.value.key == "discount"
    assert out(desk, order, "discount") == "confirmed"
    rule(desk, DISCOUNT_RULE, "off")
    assert out(desk, document(desk, "50")) == "sent"


def test_the_widest_limit_counts_and_positions_without_one_do_not(desk: Approving) -> None:
    desk.app.actor = desk.root
    Office.hold(desk.office, desk.rik, "salesperson", "sales_manager", "service")
    assert out(desk, document(desk, "80")) == "sent"
    desk.app.actor = desk.root
    desk.office.hold(desk.sam, "service", "salesperson")
    desk.office.change("positions", desk.office.positions["salesperson"], discount_limit=None)
    quote = document(desk, "10", who=desk.ann)
    desk.app.actor = desk.root
    desk.office.change("quotes", int(quote.id or 0), owner_id=Ref(desk.sam))
    quote.version += 1
    assert out(desk, quote, who=desk.sam) == "sent", "no position says anything"


def test_the_rules_for_the_floor_price(desk: Approving) -> None:
    rule(desk, DISCOUNT_RULE, "off")
    with pytest.raises(Doubt) as doubt:
        out(desk, document(desk, "84", floor="85"))
    assert doubt.value.key == "floor"
    assert "85" not in doubt.value.message, "floor prices are hidden from sellers"
    assert out(desk, document(desk, "85", floor="85")) == "sent"
    quote = document(desk, "84", floor="85")
    assert out(desk, quote, "floor") == "sent"
    rule(desk, FLOOR_RULE, "forbid")
    with pytest.raises(Refused, match="floor"):
        out(desk, document(desk, "84", "sales-orders", floor="85"))
    rule(desk, FLOOR_RULE, "approve")
    order = document(desk, "84", "sales-orders", floor="85")
    with pytest.raises(NeedsConsent):
        out(desk, order)
    with pytest.raises(Doubt) as asked:  # who may go below it is asked all the same
        out(desk, order, who=desk.ann)
    assert asked.value.key == "floor"
    desk.flow_for("sales-orders", "confirm", Design((Step("Manager", (person(desk.lea),)),), when="below_floor"), "Floor")
    request = desk.ask(order)
    deciding.decide(desk.work_as(desk.lea), request, "agree")
    assert desk.state(order) == "confirmed"
