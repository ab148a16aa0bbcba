"""From a lead to the money, in the real window and by hand: three people, two approvals, a picture of every step.

Lin Xiao sells, Chen Lei leads her, Zhou Min keeps the money. Each sits at an own window on the same company.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from approval_makers import Approving, step
from hands import Hands, company_in, picture_folder
from people_makers import Office

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.filters import Condition
from crm_desktop.rules.approvals import Approver
from crm_desktop.services import saving
from crm_desktop.services.accounts import statement
from crm_desktop.services.approvals import inbox
from crm_desktop.services.checking import check_database
from crm_desktop.services.documents import related_documents
from crm_desktop.words import _
from ui.record_window import RecordWindow
from ui.screens.approvals import ApprovalsScreen

TOTAL = Decimal(5300)  # 20 at 240 and 5 at 100

pytestmark = [pytest.mark.slow]


class People:
    """The company, its flow, and the windows of its people."""

    def __init__(self, app: Application, language: str) -> None:
        self.app, self.chinese = app, language == "zh_CN"
        self.office = Office(app)
        owner = Ref(int(app.actor.user_id or 0))
        self.lei = self._person("陈磊", "Chen Lei", "sales_manager", owner)
        self.xiao = self._person("林晓", "Lin Xiao", "salesperson", Ref(self.lei))
        self.min = self._person("周敏", "Zhou Min", "finance", owner)
        for code, chinese, english, price in (("P001", "深沟球轴承", "Ball bearing", 240), ("P002", "轴承座", "Bearing housing", 100)):
            values = {"code": code, "name": self.say(chinese, english), "list_price": Decimal(price)}
            saving.save(app, saving.new_draft(app, "products", values))
        made = Approving.__new__(Approving)
        made.app, made.root, made.office = app, app.actor, self.office
        finance = Approver("position", self.office.positions["finance"])
        made.flow(
            step(self.say("主管审批", "Manager"), Approver("manager")), step(self.say("财务审批", "Finance"), finance),
            where=Condition("total", "at_least", Decimal(5000)),
        )  # fmt: skip

    def say(self, chinese: str, english: str) -> str:
        """What a person types, in the language of the company."""
        return chinese if self.chinese else english

    def _person(self, chinese: str, english: str, position: str, manager: Ref) -> int:
        signs = english.lower().replace(" ", "")
        return self.office.person(self.say(chinese, english), position, sign_in=signs, manager_id=manager)


@pytest.fixture(params=["zh_CN", pytest.param("en", marks=pytest.mark.soak)])
def people(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[People]:
    owner = "王芳" if request.param == "zh_CN" else "Wang Fang"
    with company_in(request.param, tmp_path / "company", owner) as app:
        yield People(app, request.param)


def window_of(people: People, qtbot: Any, who: int, stack: ExitStack, pictures: Path) -> Hands:
    """The window of one person."""
    desk = Hands(qtbot, people.office.sign_in(who), pictures)
    stack.callback(desk.close)
    stack.callback(desk.quiet)
    return desk


def make(desk: Hands, screen: RecordWindow, label: str, type_key: str) -> RecordWindow:
    """Make the next document with the button, or the entry of the menu, that has this word."""
    primary = next(s for s in screen.kind.successors if _(s.label) == label).primary
    desk.press(label) if primary else desk.choose(screen.header.more, label)
    return desk.front_of(type_key)


def test_a_lead_becomes_money_after_two_people_have_agreed(people: People, qtbot: Any) -> None:
    pictures = picture_folder(f"lead-to-receipt-{'zh_CN' if people.chinese else 'en'}")
    with ExitStack() as stack:
        seller = window_of(people, qtbot, people.xiao, stack, pictures)
        order = sell(people, seller)
        manager = window_of(people, qtbot, people.lei, stack, pictures)
        agree(people, manager, people.say("价格可以，同意。", "The price is fine."))
        assert saving.open_record(people.app, "sales-orders", order).values["status"] == "draft"
        finance = window_of(people, qtbot, people.min, stack, pictures)
        agree(people, finance, people.say("信用良好。", "They pay in time."))
        deliver(seller)
        collect(people, finance, order)
    end(people, order)


def sell(people: People, desk: Hands) -> int:
    """From the lead to an order that waits for two people."""
    desk.window.open_screen("today")
    desk.picture("today")
    desk.window.new_record("leads")
    lead = desk.front_of("leads")
    company = people.say("广州远航轴承有限公司", "Yuanhang Bearings Ltd")
    desk.fill(lead, company=company, person=people.say("黄志强", "Huang Zhiqiang"), interest=people.say("深沟球轴承", "Ball bearings"))
    desk.fill(lead, mobile="13800138000")
    desk.saved(lead)
    desk.picture("lead")
    with desk.dialog(_("Convert"), "convert"):
        desk.press(_("Convert"), lead.header)
    deal = desk.front_of("opportunities")
    desk.picture("opportunity")
    quote = make(desk, deal, _("Make quote"), "quotes")
    desk.lines(quote, ("P001", "20"), ("P002", "5"))
    desk.saved(quote)
    desk.press(_("Mark as sent"), quote.header)
    desk.state(quote, "sent")
    desk.picture("quote")
    order = make(desk, quote, _("Make order"), "sales-orders")
    desk.saved(order)
    assert order.editing.draft.values["total"] == TOTAL
    with desk.dialog(_("Go on"), "needs-approval"):
        desk.press(_("Confirm"), order.header)
    desk.wait(lambda: not order.approval.isHidden())
    desk.picture("order-in-approval")
    return int(order.editing.draft.id or 0)


def agree(people: People, desk: Hands, words: str) -> None:
    """Open the inbox, write a comment, agree."""
    desk.sit_down()
    desk.window.open_screen("approvals")
    screen = desk.window.tabs.current
    assert isinstance(screen, ApprovalsScreen)
    desk.wait(lambda: screen.panel.seen is not None)
    place = screen.panel.comment
    desk.click(place)
    desk.type(words)
    desk.picture("to-decide")
    desk.press(screen.panel.agree.text().strip(), screen.panel)
    desk.wait(lambda: not screen.table.items.rows)
    desk.quiet()


def deliver(desk: Hands) -> None:
    """The order was confirmed by itself; the goods go out and are signed for."""
    desk.sit_down()
    order = desk.front_of("sales-orders")
    desk.state(order, "confirmed")
    desk.picture("order-confirmed")
    delivery = make(desk, order, _("Make delivery"), "deliveries")
    desk.saved(delivery)
    desk.press(_("Confirm shipping"), delivery.header)
    desk.state(delivery, "shipped")
    desk.press(_("Mark as signed for"), delivery.header)
    desk.state(delivery, "signed")
    desk.picture("delivery")


def collect(people: People, desk: Hands, order: int) -> None:
    """The invoice, and the money."""
    desk.sit_down()
    desk.window.open_record("sales-orders", order)
    sold = desk.front_of("sales-orders")
    assert sold.editing.draft.values["status"] == "done"
    invoice = make(desk, sold, _("Make invoice"), "invoices")
    desk.saved(invoice)
    desk.press(_("Mark as issued"), invoice.header)
    desk.state(invoice, "issued")
    desk.picture("invoice")
    receipt = make(desk, invoice, _("Make receipt"), "receipts")
    assert receipt.editing.draft.values["amount"] == TOTAL
    desk.fill(receipt, reference=people.say("银行回单 8842", "Bank slip 8842"))
    desk.saved(receipt)
    desk.press(_("Post"), receipt.header)
    desk.state(receipt, "posted")
    desk.picture("receipt")
    receipt.tabs.show_tab("documents")
    desk.picture("documents")


def end(people: People, order: int) -> None:
    """What the company has of it."""
    app = people.app
    sold = saving.open_record(app, "sales-orders", order)
    assert {n: sold.values[n] for n in ("status", "received", "invoiced", "open_amount")} == {
        "status": "done", "received": TOTAL, "invoiced": TOTAL, "open_amount": 0,
    }  # fmt: skip
    chain = [node.type for node in related_documents(app, "sales-orders", order)]
    assert {"quotes", "sales-orders", "deliveries", "receivables", "invoices", "receipts"} <= set(chain)
    account = statement(app, sold.values["customer_id"].id)
    assert (account.closing, [e.type for e in account.entries]) == (0, ["receivables", "receipts"])
    seller = people.office.sign_in(people.xiao)
    (request,) = inbox.fetch_box(seller, "mine")
    decided = inbox.look(seller, request.id).request
    said = [(t.values["person_id"].label, t.values["state"]) for t in decided.lines if t.values["role"] == "decide"]
    assert said == [(people.say("陈磊", "Chen Lei"), "agreed"), (people.say("周敏", "Zhou Min"), "agreed")]
    assert [f for f in check_database(app) if not f.sound or f.repaired] == []
