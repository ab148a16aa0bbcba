"""An administrator adds two fields to customers and meets them everywhere, in the real window and by hand.

In the list, its filters and its search, the form, an export, an import, the print designer, a printed form, the history; and not at all
where a position may not see them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hands import Hands, company_in, picture_folder
from people_makers import Office
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from record_makers import customer

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.filters import ListQuery
from crm_desktop.printing.preview import page_text
from crm_desktop.services.listing import fetch_page
from crm_desktop.words import _
from ui.history_tab import HistoryTab
from ui.list_screen import ListScreen
from ui.print_dialog import PrintDialog
from ui.screens import import_screen as steps
from ui.screens.custom_fields import CustomFieldsScreen
from ui.screens.import_screen import ImportScreen
from ui.screens.rights import RightsScreen

LEFT = Qt.MouseButton.LeftButton

pytestmark = [pytest.mark.slow]


class Company:
    """Three customers, an administrator at work and somebody who sells."""

    def __init__(self, app: Application, language: str) -> None:
        self.app, self.language, self.chinese = app, language, language == "zh_CN"
        self.office = Office(app)
        self.seller = self.office.person(self.say("林晓", "Lin Xiao"), "salesperson")
        self.names = [self.say(f"客户{n}号有限公司", f"Customer {n} Ltd") for n in (1, 2, 3)]
        made = [customer(app, name, owner_id=Ref(self.seller)) for name in self.names]
        self.ids = [int(draft.id or 0) for draft in made]
        self.route, self.machine = self.say("配送路线", "Delivery route"), self.say("设备编号", "Machine number")
        self.east, self.west = self.say("东线", "East"), self.say("西线", "West")

    def say(self, chinese: str, english: str) -> str:
        return chinese if self.chinese else english

    def name_of(self, label: str) -> str:
        """What the program calls a field."""
        return next(name for name, about in self.app.type("customers").custom.items() if about.label == label)


@pytest.fixture(params=["zh_CN", pytest.param("en", marks=pytest.mark.soak)])
def company(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Company]:
    with company_in(request.param, tmp_path / "company") as app:
        yield Company(app, request.param)


def test_two_fields_of_the_company_s_own_are_met_everywhere(company: Company, qtbot: Any, tmp_path: Path) -> None:
    pictures = picture_folder(f"own-field-{company.language}")
    with ExitStack() as stack:
        desk = window(company.app, qtbot, pictures, stack)
        desk.window.open_list("customers")  # the list was open before
        add_fields(company, desk)
        fill_in(company, desk)
        find(company, desk)
        take_out(company, desk, tmp_path / "list.xlsx")
        bring_in(company, desk, tmp_path / "more.xlsx")
        on_paper(company, desk, tmp_path / "card.pdf")
        forbid(company, desk)
        seller = window(company.office.sign_in(company.seller), qtbot, pictures, stack)
        not_there(company, seller)


def window(app: Application, qtbot: Any, pictures: Path, stack: ExitStack) -> Hands:
    desk = Hands(qtbot, app, pictures)
    stack.callback(desk.close)
    stack.callback(desk.quiet)
    return desk


def customers(desk: Hands) -> ListScreen:
    """The list of customers, with its rows."""
    desk.window.open_list("customers")
    screen = desk.window.tabs.current
    assert isinstance(screen, ListScreen)
    desk.quiet()
    desk.wait(lambda: screen.list.model.rowCount() > 0)
    return screen


def columns(screen: ListScreen) -> list[str]:
    return [column.name for column in screen.list.model.columns]


def add_fields(company: Company, desk: Hands) -> None:
    """One to choose in, and one to type into that the search finds."""
    desk.window.open_screen("custom-fields")
    screen = desk.window.tabs.current
    assert isinstance(screen, CustomFieldsScreen)
    (at,) = [n for n in range(screen.types.count()) if screen.types.item(n).text() == _("Customers")]
    QTest.mouseClick(screen.types.viewport(), LEFT, pos=screen.types.visualItemRect(screen.types.item(at)).center())
    desk.picture("no-fields-yet")
    desk.press(_("Add a field"), screen)
    form = screen.form
    desk.click(form.label)
    desk.type(company.route)
    desk.select(form.holds, _("Choice from a list"))
    desk.click(form.choices)
    desk.type(company.east)
    desk.keys(Qt.Key.Key_Return)
    desk.type(company.west)
    desk.press(_("On printed forms"), screen)
    desk.picture("choice")
    desk.press(_("Add the field"), screen)
    desk.wait(lambda: len(screen.table.items.rows) == 1)
    desk.quiet()
    desk.press(_("Add a field"), screen)
    desk.click(form.label)
    desk.type(company.machine)
    desk.press(_("Found by the search"), screen)
    desk.press(_("On printed forms"), screen)
    desk.press(_("Add the field"), screen)
    desk.wait(lambda: len(screen.table.items.rows) == 2)
    desk.picture("two-fields")


def fill_in(company: Company, desk: Hands) -> None:
    """The form has both; what is chosen and typed is history."""
    screen = customers(desk)
    assert {company.name_of(company.route), company.name_of(company.machine)} <= set(columns(screen))
    desk.window.open_record("customers", company.ids[0])
    form = desk.front_of("customers")
    route, machine = form.form.rows[company.name_of(company.route)].editor, form.form.rows[company.name_of(company.machine)].editor
    desk.select(route.typed_into, company.east)
    desk.click(machine.typed_into)
    desk.type("ZX-81")
    desk.picture("form")
    desk.saved(form)
    form.tabs.show_tab("history")
    page = form.tabs.pages["history"]
    assert isinstance(page, HistoryTab)
    desk.wait(lambda: len(page.entries) == 2)
    said = {change.label: change.after for change in page.entries[0].changes}
    assert said == {company.route: company.east, company.machine: "ZX-81"}
    desk.picture("history")


def find(company: Company, desk: Hands) -> None:
    """The filter below the heading, and the search of the list."""
    screen = customers(desk)
    desk.picture("list")
    boxes = [head.box(company.name_of(company.machine)) for head in screen.list.table.heads]
    box = next(each for each in boxes if each is not None and each.isVisible())
    screen.list.table.scrollTo(screen.list.model.index(0, columns(screen).index(company.name_of(company.machine))))
    desk.click(box)
    desk.type("ZX")
    desk.keys(Qt.Key.Key_Return)
    desk.wait(lambda: screen.list.model.rowCount() == 1)
    desk.picture("filtered")
    desk.click(box)
    desk.keys(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    desk.keys(Qt.Key.Key_Delete)
    desk.keys(Qt.Key.Key_Return)
    desk.wait(lambda: screen.list.model.rowCount() == 3)
    desk.click(screen.list.search)
    desk.type("zx-81")
    desk.wait(lambda: screen.list.model.rowCount() == 1)
    desk.picture("searched")
    desk.keys(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    desk.keys(Qt.Key.Key_Delete)
    desk.wait(lambda: screen.list.model.rowCount() == 3)


def take_out(company: Company, desk: Hands, path: Path) -> None:
    """Both stand in the workbook."""
    screen = customers(desk)
    with desk.file(path):
        desk.choose(screen.buttons[2], _("As shown…"))
    desk.wait(path.exists)
    desk.quiet()
    book = openpyxl.load_workbook(path)
    assert book.active is not None
    heading, *rows = [[cell.value for cell in row] for row in book.active.iter_rows()]
    first = dict(zip(heading, next(row for row in rows if company.names[0] in row), strict=True))
    assert (first[company.route], first[company.machine]) == (company.east, "ZX-81")


def bring_in(company: Company, desk: Hands, path: Path) -> None:
    """A workbook with both headings: they are matched by themselves."""
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append([_("Name"), company.route, company.machine])
    book.active.append([company.say("南方轴承厂", "Southern Bearings"), company.west, "ZX-99"])
    book.save(path)
    screen = customers(desk)
    desk.hit(screen.buttons[1])  # a narrow window shows no words on it
    page = desk.window.tabs.current
    assert isinstance(page, ImportScreen)
    with desk.file(path):
        desk.press(_("Choose a file…"), page)
    desk.wait(lambda: page.pages.currentIndex() == steps.COLUMNS)
    desk.picture("import-matched")
    mapped = set(page.columns.mapping().columns.values())
    assert {company.name_of(company.route), company.name_of(company.machine)} <= mapped
    desk.press(page.next.text().strip(), page)
    desk.wait(lambda: page.pages.currentIndex() == steps.CHECK and page.next.isEnabled())
    desk.picture("import-checked")
    desk.press(page.next.text().strip(), page)
    wanted = ("name", company.name_of(company.route), company.name_of(company.machine))
    desk.wait(lambda: len(fetch_page(company.app, ListQuery("customers", wanted)).rows) == 4)
    desk.quiet()
    rows = fetch_page(company.app, ListQuery("customers", wanted)).rows
    choices = company.app.options.choices(company.app.type("customers").fields[wanted[1]].options)
    code = next(choice.code for choice in choices if choice.shown() == company.west)
    assert (company.say("南方轴承厂", "Southern Bearings"), code, "ZX-99") in [row[:3] for row in rows]


def on_paper(company: Company, desk: Hands, path: Path) -> None:
    """The designer offers both, and the card of the customer has them."""
    desk.window.open_screen(f"template?type=customers&name=customer-card.{company.language}", record=str(company.ids[0]))
    designer = desk.window.tabs.current
    desk.wait(lambda: designer.bench is not None and designer.bench.context is not None)
    desk.quiet()
    desk.click(designer.bench.fields.search)
    desk.type(company.machine)
    desk.wait(lambda: designer.bench.fields.tree.currentItem() is not None)
    assert designer.bench.fields.tree.currentItem().text(0) == company.machine
    desk.quiet()
    desk.picture("designer")
    desk.window.open_record("customers", company.ids[0])
    form = desk.front_of("customers")
    desk.hit(form.header.print)
    desk.wait(lambda: isinstance(QApplication.activeModalWidget(), PrintDialog))
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, PrintDialog)
    desk.wait(lambda: bool(dialog.pdf) and bool(dialog.pages) and dialog.default.isEnabled())
    at = dialog.template.findData(f"customer-card.{company.language}")
    desk.select(dialog.template, dialog.template.itemText(at))
    desk.wait(lambda: bool(dialog.pdf) and dialog.default.isEnabled())
    desk.wait(lambda: all(not page.picture.isNull() for page in dialog.pages))
    desk.picture("card", dialog)
    with desk.file(path):
        desk.press(dialog.default.text().strip(), dialog)
    desk.wait(lambda: path.exists() and QApplication.activeModalWidget() is None)
    text = page_text(path.read_bytes(), 0)
    assert company.machine in text and "ZX-81" in text and company.east in text


def forbid(company: Company, desk: Hands) -> None:
    """Salespeople do not see the number."""
    desk.window.open_screen("rights")
    screen = desk.window.tabs.current
    assert isinstance(screen, RightsScreen)
    desk.wait(lambda: screen.positions.count() > 1)
    at = [p.key for p in screen._was.values()].index("salesperson")
    QTest.mouseClick(screen.positions.viewport(), LEFT, pos=screen.positions.visualItemRect(screen.positions.item(at)).center())
    QTest.mouseClick(screen.tabs, LEFT, pos=screen.tabs.tabRect(1).center())
    desk.select(screen.field_type, _("Customers"))
    sheet = screen.fields.cells.sheet
    row = next(n for n, words in enumerate(sheet.rows) if company.machine in words)
    index = screen.fields.cells.index(row, 0)
    screen.fields.scrollTo(index)
    QTest.mouseClick(screen.fields.viewport(), LEFT, pos=screen.fields.visualRect(index).center())
    desk.picture("rights-before")
    QTest.keyClick(screen.fields, Qt.Key.Key_0)
    desk.picture("rights")
    desk.press(_("Save"), screen)
    desk.wait(lambda: not screen.unsaved)
    desk.quiet()


def not_there(company: Company, desk: Hands) -> None:
    """No column, no row in the form, not found by the search; the other field is there."""
    screen = customers(desk)
    machine, route = company.name_of(company.machine), company.name_of(company.route)
    assert route in columns(screen) and machine not in columns(screen)
    desk.picture("list-of-a-seller")
    desk.click(screen.list.search)
    desk.type("zx-81")
    desk.wait(lambda: screen.list.model.rowCount() == 0)
    desk.window.open_record("customers", company.ids[0])
    form = desk.front_of("customers")
    assert route in form.form.rows and machine not in form.form.rows
    form.tabs.show_tab("history")
    page = form.tabs.pages["history"]
    assert isinstance(page, HistoryTab)
    desk.wait(lambda: bool(page.entries))
    assert all(change.label != company.machine for entry in page.entries for change in entry.changes)
    desk.picture("history-of-a-seller")
