"""Monday morning of a salesperson, in the real window and by hand: what is due, a call, a customer found, a quote at the price by list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hands import picture_folder
from people_makers import Office
from program_hands import ProgramHands
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from sign_in_makers import OWNER, REP, quick_hashes

from crm_desktop.draft import Draft, Line, Ref
from crm_desktop.filters import Condition, ListQuery
from crm_desktop.services import credentials, listing, saving, signing_in
from crm_desktop.services.checking import check_database
from crm_desktop.services.opening import NewCompany, open_folder
from crm_desktop.services.search_all import search_everything
from crm_desktop.words import _, use_language
from ui.app import Program
from ui.list_screen import ListScreen
from ui.list_view import RecordList
from ui.record_window import RecordWindow
from ui.screens.today import TodayScreen

pytestmark = [pytest.mark.slow]

CONTROL = Qt.KeyboardModifier.ControlModifier
TODAY = dt.datetime.now().astimezone().date()
LATE, NEXT = TODAY - dt.timedelta(days=3), TODAY + dt.timedelta(days=9)


class SalesOffice:
    """An owner, two who sell, their customers, a price list, and what is due on a Monday."""

    def __init__(self, folder: Path, language: str) -> None:
        self.language, self.chinese, self.data = language, language == "zh_CN", folder / "data"
        use_language(language)
        made = NewCompany(self.say("百川贸易有限公司", "Baichuan Trading Ltd"), self.say("王芳", "Wang Fang"), language)
        self.app = open_folder(self.data, create=made)
        office = Office(self.app)
        self.xiao = office.person(self.say("林晓", "Lin Xiao"), "salesperson", sign_in="linxiao")
        other = office.person(self.say("陈磊", "Chen Lei"), "salesperson", sign_in="chenlei")
        called, unit = self.say("深沟球轴承", "Ball bearing"), self.say("件", "pcs")
        bearing = self.keep("products", code="P001", name=called, list_price=Decimal(240), unit=unit)
        prices = saving.new_draft(self.app, "price-lists", {"name": self.say("批发价", "Wholesale")})
        row = {"product_id": Ref(int(bearing.id or 0)), "price": Decimal(212), "min_quantity": Decimal(20)}
        prices.lines = [Line(None, saving.new_line(self.app.type("price-lists")).values | row)]
        saving.save(self.app, prices)
        mine = self.keep(
            "customers", name=self.say("广州远航轴承有限公司", "Yuanhang Bearings Ltd"), owner_id=Ref(self.xiao), phone="020-88886666",
            next_follow_up=LATE, address=self.say("广州市番禺区市桥街 8 号", "8 Shiqiao Street, Guangzhou"),
        )  # fmt: skip
        self.customer = int(mine.id or 0)
        self.keep("customers", name=self.say("佛山恒达机电有限公司", "Hengda Machines Ltd"), owner_id=Ref(self.xiao), phone="0757-61234567")
        self.keep(
            "customers", name=self.say("广州远景五金有限公司", "Yuanjing Hardware Ltd"), owner_id=Ref(other), phone="020-88880000",
            next_follow_up=TODAY,
        )  # fmt: skip
        task = self.say("寄轴承样品", "Send samples of bearings")
        self.keep("tasks", title=task, due=TODAY, owner_id=Ref(self.xiao), customer_id=Ref(self.customer))
        credentials.turn_on(self.app, OWNER)
        word = credentials.reset(self.app, self.xiao)
        signing_in.sign_in(open_again := open_folder(self.data), "linxiao", word, new=REP)
        open_again.close()

    def say(self, chinese: str, english: str) -> str:
        return chinese if self.chinese else english

    def keep(self, type_key: str, **values: Any) -> Draft:
        return saving.save(self.app, saving.new_draft(self.app, type_key, values))


@pytest.fixture(params=["zh_CN", pytest.param("en", marks=pytest.mark.soak)])
def office(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SalesOffice]:
    quick_hashes(monkeypatch)
    made = SalesOffice(tmp_path, request.param)
    yield made
    made.app.close()


@pytest.fixture
def desk(office: SalesOffice, qtbot: Any, qapp: QApplication) -> Iterator[ProgramHands]:
    program = Program(qapp, office.data, office.language)
    program.door.account = lambda: None  # that of the system signs nobody in
    program.start()
    made = ProgramHands(qtbot, program, picture_folder(f"monday-of-a-salesperson-{office.language}"))
    yield made
    made.end()


def test_a_salesperson_works_through_a_monday_morning(office: SalesOffice, desk: ProgramHands, tmp_path: Path) -> None:
    desk.sign_in("linxiao", REP, "sign-in")
    what_is_due(office, desk)
    look_up(office, desk)
    quote = write_quote(office, desk)
    print_it(office, desk, quote, tmp_path / "quote.pdf")
    only_own(office, desk)
    end(office, quote)


def what_is_due(office: SalesOffice, desk: ProgramHands) -> None:
    """One call that is late, and one task: the call is noted with the next step, the task is ticked off."""
    today = desk.window.tabs.current
    assert isinstance(today, TodayScreen)
    desk.wait(lambda: (len(today.calls.rows), len(today.tasks.rows)) == (1, 1))
    desk.picture("monday")
    assert today.steps.isHidden(), "the first steps are for whoever sets the company up"
    desk.hit(named(today.calls.rows[0], _("Write a follow-up")))
    call = desk.front_of("follow-ups")
    said = office.say("张工要 20 套轴承的报价，本周内要。", "Mr Zhang wants a quote for 20 bearings this week.")
    desk.fill(call, text=said, next_step=office.say("发报价后回访", "Call after the quote"), next_date=NEXT.isoformat())
    desk.saved(call)
    desk.picture("call")
    desk.keys(Qt.Key.Key_W, CONTROL)
    desk.wait(lambda: desk.window.tabs.current is today and not today.calls.rows)
    desk.hit(named(today.tasks.rows[0], _("Done")))
    desk.wait(lambda: not today.tasks.rows)
    desk.picture("all-done")


def named(within: QWidget, name: str) -> QWidget:
    (found,) = [w for w in within.findChildren(QWidget) if w.accessibleName() == name]
    return found


def look_up(office: SalesOffice, desk: ProgramHands) -> None:
    """Ctrl+K, by initials and by a part of the telephone number; what belongs to a colleague is not there."""
    panel = desk.window.palette_panel
    mine, other = office.say("广州远航轴承有限公司", "Yuanhang Bearings Ltd"), office.say("广州远景五金有限公司", "Yuanjing Hardware Ltd")

    def search(text: str) -> None:
        """Ctrl+K marks what was typed before."""
        desk.keys(Qt.Key.Key_K, CONTROL)
        desk.type(text)

    def found(name: str) -> bool:
        return any(a.take and a.title == name for a in panel.answers)

    for text in (office.say("gzyh", "yuanh"), "88886"):
        search(text)
        desk.wait(lambda: found(mine))
        desk.picture(f"found-by-{'phone' if text.isdigit() else 'name'}")
    search("88880000")
    desk.wait(lambda: desk.window.tasks.idle and not any(a.take for a in panel.answers))
    assert search_everything(desk.window.app, office.say("gzyj", "yuanj")) == []
    assert [hit.label for hit in search_everything(office.app, "88880000")] == [other]
    search("88886666")
    desk.wait(lambda: found(mine))
    desk.keys(Qt.Key.Key_Return)
    customer = desk.front_of("customers")
    assert customer.editing.draft.id == office.customer
    desk.picture("customer")


def write_quote(office: SalesOffice, desk: ProgramHands) -> RecordWindow:
    """From the customer: the price is that of the list, from twenty pieces on."""
    customer = desk.front_of("customers")
    customer.tabs.show_tab("quotes:customer_id")
    page = customer.tabs.pages["quotes:customer_id"]
    assert isinstance(page, RecordList)
    desk.quiet()
    desk.picture("quotes-of-customer")
    desk.press(_("New"), page)
    quote = desk.front_of("quotes")
    assert quote.editing.draft.values["customer_id"] == Ref(office.customer)
    assert quote.lines is not None
    desk.keys(Qt.Key.Key_L, CONTROL)
    desk.wait(quote.lines.grid.hasFocus)
    desk.pick("p001")
    desk.type("20")
    desk.keys(Qt.Key.Key_Return)
    desk.wait(lambda: quote.editing.draft.values["total"] == Decimal(4240))
    desk.wait(lambda: office.say("批发价", "Wholesale") in quote.lines.price_note.text())
    desk.picture("quote-typed")
    desk.saved(quote)
    desk.press(_("Mark as sent"), quote.header)
    desk.state(quote, "sent")
    return quote


def print_it(office: SalesOffice, desk: ProgramHands, quote: RecordWindow, path: Path) -> None:
    """The paper has the price of the list."""
    dialog = desk.print_dialog()
    desk.drawn(dialog)
    desk.picture("quote-print", dialog)
    paper = desk.paper(dialog, path)
    wanted = [office.say("广州远航轴承有限公司", "Yuanhang Bearings Ltd"), "P001", "212.00", "4,240.00", office.say("林晓", "Lin Xiao")]
    assert [words for words in wanted if words not in paper] == []


def only_own(office: SalesOffice, desk: ProgramHands) -> None:
    """The list has the own customers and no others."""
    desk.window.open_list("customers")
    desk.quiet()
    screen = desk.window.tabs.current
    assert isinstance(screen, ListScreen)
    desk.picture("own-customers")
    names = [row[0] for row in listing.fetch_page(desk.window.app, ListQuery("customers", ("name",), order=("name",))).rows]
    assert sorted(names) == sorted(
        (office.say("广州远航轴承有限公司", "Yuanhang Bearings Ltd"), office.say("佛山恒达机电有限公司", "Hengda Machines Ltd"))
    )


def end(office: SalesOffice, quote: RecordWindow) -> None:
    """What the company has of the morning."""
    kept = saving.open_record(office.app, "customers", office.customer)
    assert kept.values["next_follow_up"] == NEXT
    sent = saving.open_record(office.app, "quotes", int(quote.editing.draft.id or 0))
    assert (sent.values["status"], sent.values["owner_id"], sent.values["total"]) == ("sent", Ref(office.xiao), Decimal(4240))
    noted = ListQuery("follow-ups", ("customer_id", "next_date"), Condition("customer_id", "any_of", (office.customer,)))
    assert [row[1] for row in listing.fetch_page(office.app, noted).rows] == [NEXT]
    assert [f for f in check_database(office.app) if not f.sound or f.repaired] == []
