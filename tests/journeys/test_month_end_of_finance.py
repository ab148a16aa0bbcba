"""The end of a month in finance, in the real window and by hand: who owes what, a statement, an invoice over two orders, one receipt for
both, a red invoice, a debt that is written off once the owner agrees, and the month as a workbook. At the end all figures agree."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from approval_makers import Approving, step
from hands import Hands, picture_folder
from people_makers import Office
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from record_makers import customer, line

from crm_desktop.draft import Draft, Ref
from crm_desktop.filters import Condition, ListQuery
from crm_desktop.rules.approvals import Approver, Design
from crm_desktop.services import listing, operating, saving
from crm_desktop.services.accounts import statement
from crm_desktop.services.checking import check_database
from crm_desktop.services.opening import NewCompany, open_folder
from crm_desktop.words import _, use_language
from ui.list_screen import ListScreen
from ui.reason_dialog import ReasonDialog
from ui.record_window import RecordWindow
from ui.screens.ageing import AgeingScreen
from ui.screens.approvals import ApprovalsScreen

pytestmark = [pytest.mark.slow]

CONTROL = Qt.KeyboardModifier.ControlModifier


class Month:
    """Two customers, three confirmed orders, a flow for what is written off, and who keeps the money."""

    def __init__(self, folder: Path, language: str) -> None:
        self.language, self.chinese = language, language == "zh_CN"
        use_language(language)
        made = NewCompany(self.say("百川贸易有限公司", "Baichuan Trading Ltd"), self.say("王芳", "Wang Fang"), language)
        self.app = open_folder(folder / "company", create=made)
        self.office = Office(self.app)
        self.owner = int(self.app.actor.user_id or 0)
        self.min = self.office.person(self.say("周敏", "Zhou Min"), "finance", sign_in="zhoumin", manager_id=Ref(self.owner))
        self.good = customer(self.app, self.say("广州远航轴承有限公司", "Yuanhang Bearings Ltd"))
        self.bad = customer(self.app, self.say("佛山恒达机电有限公司", "Hengda Machines Ltd"))
        self.sold = [self._sold(self.good, 1000), self._sold(self.good, 2000)]
        self._sold(self.bad, 300)
        flows = Approving.__new__(Approving)
        flows.app, flows.root, flows.office = self.app, self.app.actor, self.office
        agree = step(self.say("所有者审批", "Owner"), Approver("person", self.owner))
        flows.flow_for("receivables", "write_off", Design((agree,)), self.say("坏账核销", "Bad debts"))

    def say(self, chinese: str, english: str) -> str:
        return chinese if self.chinese else english

    def _sold(self, buyer: Draft, price: int) -> int:
        draft = saving.new_draft(self.app, "sales-orders", {"customer_id": Ref(int(buyer.id or 0))})
        draft.lines = [line(self.app, self.say("深沟球轴承", "Ball bearing"), price=str(price))]
        saved = saving.save(self.app, draft)
        operating.operate(self.app, "sales-orders", int(saved.id or 0), saved.version, "confirm")
        return int(saved.id or 0)


@pytest.fixture(params=["zh_CN", pytest.param("en", marks=pytest.mark.soak)])
def month(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Month]:
    made = Month(tmp_path, request.param)
    yield made
    made.app.close()


class FinanceHands(Hands):
    """Hands that take several rows of a list."""

    def rows(self, type_key: str, buyer: Draft) -> ListScreen:
        """Open a list, narrow it to a customer by its search line, and take all of it."""
        self.window.open_list(type_key)
        screen = self.window.tabs.current
        assert isinstance(screen, ListScreen)
        self.quiet()
        self.keys(Qt.Key.Key_F, CONTROL)
        self.type(str(buyer.values["name"]))
        wanted = Condition("customer_id", "any_of", (buyer.id,))
        number = listing.count(self.app, ListQuery(type_key, where=wanted)).number
        self.wait(lambda: self.window.tasks.idle and screen.list.model.rowCount() == number)
        screen.list.table.setFocus()
        self.keys(Qt.Key.Key_A, CONTROL)
        self.quiet()
        return screen

    @contextmanager
    def dialog_with(self, answer: str, picture: str = "", reason: str = "") -> Iterator[None]:
        """One of several dialogs that follow each other: this one has a button with this word, and asks for a reason if one is given."""

        def here() -> QWidget | None:
            dialog = QApplication.activeModalWidget()
            fits = isinstance(dialog, ReasonDialog) == bool(reason) and dialog is not None
            return dialog if fits and any(b.text().strip() == answer for b in dialog.findChildren(QAbstractButton)) else None

        def click(dialog: QWidget) -> None:
            if isinstance(dialog, ReasonDialog):
                self.wait(dialog.text.hasFocus)
                self.type(reason)
            if picture:
                self.picture(picture, dialog)
            self.press(answer, dialog)

        with self._answering(here, click):
            yield

    def button(self, text: str) -> QAbstractButton:
        found = [b for b in self.window.findChildren(QAbstractButton) if b.text().strip() == text and b.isVisible()]
        return found[0]


def test_a_month_is_closed_and_every_figure_agrees(month: Month, qtbot: Any, tmp_path: Path) -> None:
    pictures = picture_folder(f"month-end-of-finance-{month.language}")
    with ExitStack() as stack:

        def window_of(who: int) -> FinanceHands:
            desk = FinanceHands(qtbot, month.office.sign_in(who), pictures)
            stack.callback(desk.close)
            stack.callback(desk.quiet)
            return desk

        finance = window_of(month.min)
        who_owes(month, finance)
        print_statement(month, finance, tmp_path / "statement.pdf")
        invoice = invoice_both(month, finance)
        settle_both(month, finance)
        correct(month, finance, invoice)
        write_off(month, finance)
        agree(month, window_of(month.owner))
        export(month, finance, tmp_path / "month.xlsx")
    end(month)


def who_owes(month: Month, desk: FinanceHands) -> None:
    desk.window.open_screen("ageing")
    screen = desk.window.tabs.current
    assert isinstance(screen, AgeingScreen)
    desk.wait(lambda: screen.table.topLevelItemCount() >= 2)
    desk.picture("ages")


def print_statement(month: Month, desk: FinanceHands, path: Path) -> None:
    """From the customer's window: Ctrl+P, the statement, Enter."""
    desk.window.open_record("customers", int(month.good.id or 0))
    desk.front_of("customers")
    dialog = desk.print_dialog()
    desk.wait(dialog.default.isEnabled)
    names = [dialog.template.itemData(at) for at in range(dialog.template.count())]
    at = names.index(f"statement.{month.language}")
    desk.select(dialog.template, dialog.template.itemText(at))
    desk.drawn(dialog)
    desk.picture("statement", dialog)
    paper = desk.paper(dialog, path)
    assert [words for words in (str(month.good.values["name"]), "1,000.00", "2,000.00", "3,000.00") if words not in paper] == []
    assert statement(month.app, int(month.good.id or 0)).stands.overdue == 0, "what is due today is not late, as in the list of ages"


def invoice_both(month: Month, desk: FinanceHands) -> RecordWindow:
    """Two orders chosen in the list become one invoice."""
    desk.rows("sales-orders", month.good)
    desk.picture("two-orders")
    desk.press(_("Make invoice"))
    invoice = desk.front_of("invoices")
    desk.saved(invoice)
    assert invoice.editing.draft.values["total"] == Decimal(3000)
    desk.press(_("Mark as issued"), invoice.header)
    desk.state(invoice, "issued")
    desk.picture("invoice")
    return invoice


def settle_both(month: Month, desk: FinanceHands) -> None:
    """One receipt for two receivables."""
    desk.rows("receivables", month.good)
    desk.press(_("Make receipt"))
    receipt = desk.front_of("receipts")
    assert (receipt.editing.draft.values["amount"], len(receipt.editing.draft.lines)) == (Decimal(3000), 2)
    desk.fill(receipt, reference=month.say("银行回单 8842", "Bank slip 8842"))
    desk.saved(receipt)
    desk.press(_("Post"), receipt.header)
    desk.state(receipt, "posted")
    desk.picture("receipt-for-both")


def correct(month: Month, desk: FinanceHands, invoice: RecordWindow) -> None:
    """A red invoice takes the first one back, and a right one follows."""
    desk.window.open_record("invoices", int(invoice.editing.draft.id or 0))
    issued = desk.front_of("invoices")
    desk.quiet()
    desk.choose(issued.header.more, _("Make red invoice"))
    desk.wait(lambda: desk.window.tabs.current is not issued)
    red = desk.front_of("invoices")
    desk.saved(red)
    assert red.editing.draft.values["total"] == Decimal(-3000)
    desk.press(_("Mark as issued"), red.header)
    desk.state(red, "issued")
    desk.picture("red-invoice")
    desk.rows("sales-orders", month.good)
    desk.press(_("Make invoice"))
    desk.wait(lambda: desk.window.tabs.current.kind.key == "invoices" if hasattr(desk.window.tabs.current, "kind") else False)
    again = desk.front_of("invoices")
    desk.saved(again)
    desk.press(_("Mark as issued"), again.header)
    desk.state(again, "issued")


def write_off(month: Month, desk: FinanceHands) -> None:
    """A reason, and the owner is asked."""
    (owed,) = listing.fetch_ids(desk.app, ListQuery("receivables", where=Condition("customer_id", "any_of", (month.bad.id,))))
    desk.window.open_record("receivables", owed)
    screen = desk.front_of("receivables")
    desk.quiet()

    word = _("Write off")
    with (
        desk.dialog_with(_("Go on"), "write-off-needs-approval"),
        desk.dialog_with(word, reason=month.say("该公司已注销。", "The company no longer exists.")),
        desk.dialog_with(word),
    ):
        shown = any(b.text().strip() == word and b.isVisible() for b in screen.header.findChildren(QAbstractButton))
        desk.press(word, screen.header) if shown else desk.choose(screen.header.more, word)
    desk.wait(lambda: not screen.approval.isHidden())
    assert saving.open_record(month.app, "receivables", owed).values["status"] == "open"
    desk.picture("write-off-waits")


def agree(month: Month, desk: FinanceHands) -> None:
    desk.window.open_screen("approvals")
    screen = desk.window.tabs.current
    assert isinstance(screen, ApprovalsScreen)
    desk.wait(lambda: screen.panel.seen is not None)
    desk.press(screen.panel.agree.text().strip(), screen.panel)
    desk.wait(lambda: not screen.table.items.rows)
    desk.quiet()


def export(month: Month, desk: FinanceHands, path: Path) -> None:
    """The receivables as a workbook, with the same figures."""
    desk.sit_down()
    desk.window.open_list("receivables")
    screen = desk.window.tabs.current
    assert isinstance(screen, ListScreen)
    desk.quiet()
    screen.list.set_search("")
    desk.wait(lambda: desk.window.tasks.idle and screen.list.model.rowCount() == 3)
    screen.list.table.setFocus()
    desk.keys(Qt.Key.Key_A, CONTROL)
    desk.picture("receivables")
    with desk.file(path):
        desk.choose(desk.button(_("Export")), _("As shown…"))
    desk.wait(path.exists)
    desk.quiet()
    rows = list(openpyxl.load_workbook(path).active.iter_rows(values_only=True))
    amounts = rows[0].index(_("Amount"))
    assert sum(Decimal(str(row[amounts])) for row in rows[1:4]) == 3300


def end(month: Month) -> None:
    """Nobody owes anything any more; the account, the orders and the invoices say the same."""
    app = month.app
    assert statement(app, int(month.good.id or 0)).closing == 0
    assert statement(app, int(month.bad.id or 0)).closing == 0
    for id_ in month.sold:
        kept = saving.open_record(app, "sales-orders", id_).values
        assert (kept["received"], kept["invoiced"], kept["open_amount"]) == (kept["total"], kept["total"], 0)
    invoiced = listing.totals(app, ListQuery("invoices"), ["total"])["total"]
    paid = listing.totals(app, ListQuery("receipts"), ["amount"])["amount"]
    assert (invoiced, paid) == (Decimal(3000), Decimal(3000))
    assert [f for f in check_database(app) if not f.sound or f.repaired] == []
