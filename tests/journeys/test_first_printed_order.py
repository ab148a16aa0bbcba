"""From the first start to the first printed order, by hand and nearly without the mouse: what a new owner does on an empty PC."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hands import picture_folder
from program_hands import ProgramHands
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from crm_desktop import settings as s
from crm_desktop.records.record_type import RecordType
from crm_desktop.services import saving
from crm_desktop.services.checking import check_database
from crm_desktop.words import _, language, use_language
from ui.app import Program
from ui.record_window import RecordWindow
from ui.screens.settings import SettingsScreen
from ui.screens.today import TodayScreen
from ui.screens.welcome import Welcome

pytestmark = [pytest.mark.slow]

CONTROL = Qt.KeyboardModifier.ControlModifier


class Newcomer(ProgramHands):
    """Hands of somebody who sees the program for the first time; what is pressed is counted."""

    def __init__(self, qtbot: Any, program: Program, pictures: Path, chinese: bool) -> None:
        self.pressed, self.chinese = 0, chinese
        super().__init__(qtbot, program, pictures)

    def say(self, chinese: str, english: str) -> str:
        return chinese if self.chinese else english

    def type(self, text: str) -> None:
        self.pressed += len(text)
        super().type(text)

    def keys(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self.pressed += 1
        super().keys(key, modifier)

    def tab_to(self, place: QWidget) -> None:
        """Press Tab until the cursor stands there."""
        seen = []
        while not place.hasFocus():
            seen.append(QApplication.focusWidget())
            assert len(seen) < 30, "Tab does not come there"
            self.keys(Qt.Key.Key_Tab)

    def go(self, kind: RecordType, initials: str) -> None:
        """Ctrl+K, the list by the beginning of its name, Enter."""
        self.keys(Qt.Key.Key_K, CONTROL)
        self.type(self.say(initials, _(kind.plural)))
        panel = self.window.palette_panel
        self.wait(lambda: any(a.take and a.title == _(kind.plural) for a in panel.answers))
        self.keys(Qt.Key.Key_Return)
        self.wait(lambda: getattr(self.window.tabs.current, "tab_key", "") == f"list:{kind.key}")
        self.quiet()

    def new(self, type_key: str, **texts: str) -> RecordWindow:
        """Ctrl+N, the fields by Tab, Ctrl+S."""
        self.keys(Qt.Key.Key_N, CONTROL)
        screen = self.front_of(type_key)
        for name, text in texts.items():
            self.tab_to(screen.form.rows[name].editor.typed_into)
            self.type(text)
        if texts:
            self.saved(screen)
        return screen


@pytest.fixture(params=["zh_CN", pytest.param("en", marks=pytest.mark.soak)])
def desk(request: pytest.FixtureRequest, qtbot: Any, qapp: QApplication, tmp_path: Path) -> Iterator[Newcomer]:
    use_language("en")
    program = Program(qapp, tmp_path / "data")
    program.start()
    made = Newcomer(qtbot, program, picture_folder(f"first-printed-order-{request.param}"), request.param == "zh_CN")
    yield made
    made.end()


def test_a_new_owner_comes_from_the_first_start_to_a_printed_order(desk: Newcomer, tmp_path: Path) -> None:
    begin(desk)
    company_data(desk)
    app = desk.window.app
    desk.go(app.type("products"), "cp")
    desk.picture("no-products")
    desk.new("products", name=desk.say("深沟球轴承", "Ball bearing"), list_price="240")
    desk.picture("product")
    desk.go(app.type("customers"), "kh")
    desk.new("customers", name=desk.say("广州远航轴承有限公司", "Yuanhang Bearings Ltd"), phone="020-88886666")
    desk.picture("customer")
    order = write_order(desk)
    print_it(desk, order, tmp_path / "order.pdf")
    end(desk, order)


def begin(desk: Newcomer) -> None:
    """Language, company, name, an empty company: by keys."""
    welcome = desk.window
    assert isinstance(welcome, Welcome)
    welcome.resize(1366, 768)
    if desk.chinese:
        desk.tab_to(welcome.language)
        desk.keys(Qt.Key.Key_Up)
        assert language() == "zh_CN"
    assert welcome.company.hasFocus(), "the cursor stands where the first thing is typed"
    desk.type(desk.say("广州百川贸易有限公司", "Baichuan Trading Ltd"))
    desk.keys(Qt.Key.Key_Return)
    desk.type(desk.say("王芳", "Wang Fang"))
    desk.keys(Qt.Key.Key_Return)
    desk.picture("welcome")
    desk.keys(Qt.Key.Key_Return)
    desk.arrive()
    assert desk.pressed < 50


def company_data(desk: Newcomer) -> None:
    """The first of the first steps."""
    today = desk.window.tabs.current
    assert isinstance(today, TodayScreen)
    desk.wait(today.steps.isVisible)
    desk.picture("first-steps")
    desk.press(_("Fill in the company data"), today.steps)
    page = desk.window.tabs.current
    assert isinstance(page, SettingsScreen)
    desk.click(page.editors[s.COMPANY_ADDRESS.name])
    for name, text in (
        (s.COMPANY_ADDRESS.name, desk.say("广州市天河区体育西路 101 号", "101 Tiyu West Road, Guangzhou")),
        (s.COMPANY_PHONE.name, "020-8765 4321"),
        (s.COMPANY_TAX_NUMBER.name, "91440101MA5CK7XY0B"),
    ):
        desk.tab_to(page.editors[name])
        desk.type(text)
    desk.keys(Qt.Key.Key_Tab)
    desk.picture("company-data")


def write_order(desk: Newcomer) -> RecordWindow:
    """Customer by initials, product by its code, quantity: fifteen keys."""
    desk.go(desk.window.app.type("sales-orders"), "xsdd")
    before = desk.pressed
    order = desk.new("sales-orders")
    assert order.lines is not None
    desk.pick(desk.say("gzyh", "yuan"))
    desk.keys(Qt.Key.Key_L, CONTROL)
    desk.wait(order.lines.grid.hasFocus)
    desk.pick("p0")
    desk.type("20")
    desk.keys(Qt.Key.Key_Return)
    desk.picture("order-typed")
    desk.saved(order)
    assert desk.pressed - before <= 15
    assert order.editing.draft.values["total"] == Decimal(4800)
    desk.press(_("Confirm"), order.header)
    desk.state(order, "confirmed")
    desk.picture("order-confirmed")
    return order


def print_it(desk: Newcomer, order: RecordWindow, path: Path) -> None:
    """Ctrl+P, the page as it will be, Enter, a name; the paper says what was typed."""
    dialog = desk.print_dialog()
    desk.drawn(dialog)
    desk.picture("print", dialog)
    assert dialog.default.hasFocus(), "Enter is enough"
    paper = desk.paper(dialog, path)
    wanted = [
        desk.say("广州百川贸易有限公司", "Baichuan Trading Ltd"), desk.say("广州远航轴承有限公司", "Yuanhang Bearings Ltd"),
        desk.say("深沟球轴承", "Ball bearing"), "P00001", "4,800.00", str(order.editing.draft.values["number"]), "91440101MA5CK7XY0B",
    ]  # fmt: skip
    assert [words for words in wanted if words not in paper] == []
    assert not desk.chinese or "肆仟捌佰元整" in paper


def end(desk: Newcomer, order: RecordWindow) -> None:
    """The first steps have ticked themselves, and the figures agree."""
    window = desk.window
    window.open_screen("today")
    today = window.tabs.current
    desk.wait(lambda: bool(today.steps.done.get("print")))
    desk.picture("first-steps-done")
    assert [key for key, done in today.steps.done.items() if not done] == ["logo", "people", "backup"]
    sold = saving.open_record(window.app, "sales-orders", int(order.editing.draft.id or 0))
    assert (sold.values["status"], sold.values["open_amount"]) == ("confirmed", Decimal(4800))
    assert [f for f in check_database(window.app) if not f.sound or f.repaired] == []
