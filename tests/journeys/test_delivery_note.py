"""Somebody in the office changes the delivery note, in the real window and by hand: copied, changed, made the usual one, printed, and back.

The field out of the tree is let go over the paper by the events that the system sends then: a drag itself belongs to the system.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from designer_makers import drawn
from hands import Hands, company_in, picture_folder
from people_makers import Office
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from record_makers import customer, order

from crm_desktop.application import Application
from crm_desktop.draft import Line, Ref
from crm_desktop.printing import template_store
from crm_desktop.printing.preview import page_text
from crm_desktop.services import saving
from crm_desktop.services.print_log import printed
from crm_desktop.words import _
from ui.designer.dropping import packed
from ui.designer.screen import DesignerScreen
from ui.designer.workbench import Workbench
from ui.print_dialog import PrintDialog
from ui.record_window import RecordWindow
from ui.screens.print_templates import PrintTemplates

LEFT = Qt.MouseButton.LeftButton
NUMBER = "PO-7788"

pytestmark = [pytest.mark.slow]


class Company:
    """A delivery of an order that the customer gave a number of their own, and somebody who may change templates."""

    def __init__(self, app: Application, language: str) -> None:
        self.app, self.language, self.chinese = app, language, language == "zh_CN"
        self.shipped = f"delivery-note.{language}"
        street = self.say("光明北路 88 号", "88 North Street")
        buyer = customer(app, self.say("广州远航轴承有限公司", "Yuanhang Bearings Ltd"), address=street)
        sold = order(app, buyer, 1, customer_order=NUMBER)
        goods = saving.new_draft(app, "deliveries", {"customer_id": Ref(buyer.id or 0), "order_id": Ref(sold.id or 0)})
        row = saving.new_line(app.type("deliveries")).values
        row |= {"name": self.say("深沟球轴承", "Ball bearing"), "quantity": Decimal(1), "order_line_id": sold.lines[0].id}
        goods.lines = [Line(None, row)]
        self.delivery = int(saving.save(app, goods).id or 0)
        office = Office(app)
        self.clerk = office.sign_in(office.person(self.say("林晓", "Lin Xiao"), "sales_manager", "warehouse"))

    def say(self, chinese: str, english: str) -> str:
        return chinese if self.chinese else english


@pytest.fixture(params=["zh_CN", pytest.param("en", marks=pytest.mark.soak)])
def company(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Company]:
    with company_in(request.param, tmp_path / "company") as app:
        yield Company(app, request.param)


def test_the_delivery_note_is_changed_printed_and_brought_back(company: Company, qtbot: Any, tmp_path: Path) -> None:
    desk = Hands(qtbot, company.clerk, picture_folder(f"delivery-note-{company.language}"))
    copied = copy(company, desk)
    change(company, desk, copied)
    make_usual(company, desk, copied)
    text = on_paper(company, desk, tmp_path / "changed.pdf")
    assert NUMBER in text and company.say("请当面点清", "Please count") in text
    back(company, desk)
    text = on_paper(company, desk, tmp_path / "original.pdf")
    assert NUMBER not in text and company.say("请当面点清", "Please count") not in text
    assert printed(company.app, company.app.type("deliveries").key, company.delivery).times == 2
    desk.quiet()
    desk.close()


def templates(desk: Hands, name: str = "") -> PrintTemplates:
    """The screen of print templates, the cursor on one of them."""
    desk.window.open_screen("print-templates")
    screen = desk.window.tabs.current
    assert isinstance(screen, PrintTemplates)
    desk.quiet()
    desk.wait(lambda: bool(screen.table.items.rows))
    if name:
        desk.wait(lambda: any(s.template.name == name for s in screen.table.items.rows))
        desk.row(screen.table, [s.template.name for s in screen.table.items.rows].index(name))
    return screen


def copy(company: Company, desk: Hands) -> DesignerScreen:
    """A template of one's own like the one that came with the program."""
    screen = templates(desk, company.shipped)
    desk.picture("templates")
    desk.press(_("Copy"), screen)
    desk.wait(lambda: isinstance(desk.window.tabs.current, DesignerScreen))
    designer: DesignerScreen = desk.window.tabs.current
    drawn(desk, designer)
    desk.picture("copy")
    return designer


def spot(bench: Workbench, id_: str) -> QPoint:
    box, place = bench.canvas.box(id_), bench.canvas.place(id_)
    assert box is not None and place is not None
    return bench.canvas.rect_of(place.page, box).center().toPoint()


def change(company: Company, desk: Hands, screen: DesignerScreen) -> None:
    """The title goes to the left by the mouse, a field comes out of the tree, a sentence is typed anew; saved with a note."""
    bench = drawn(desk, screen)
    view, start = bench.canvas.viewport(), spot(bench, "title")
    before = bench.document.thing("title").x
    QTest.mousePress(view, LEFT, pos=start)
    for step in (0.2, 0.6, 1.0):
        QTest.mouseMove(view, start - QPoint(round(52 * bench.canvas.scale_factor * step), 0))
    QTest.mouseRelease(view, LEFT, pos=start - QPoint(round(52 * bench.canvas.scale_factor), 0))
    assert bench.document.thing("title").x < before - 40
    drawn(desk, screen)
    take_field(company, desk, bench)
    drawn(desk, screen)
    desk.picture("field-dropped")
    write(company, desk, bench)
    drawn(desk, screen)
    desk.picture("changed")
    with desk.dialog(_("Save"), "note"):
        desk.press(_("Save"), screen)
    desk.wait(lambda: not screen.worth_saving)
    desk.picture("saved")


def write(company: Company, desk: Hands, bench: Workbench) -> None:
    """Double-click on a sentence of the paper, and type another one."""
    desk.wait(desk.in_front)
    QTest.mouseClick(bench.canvas.viewport(), LEFT, pos=spot(bench, "hint"))
    QTest.mouseDClick(bench.canvas.viewport(), LEFT, pos=spot(bench, "hint"))
    desk.wait(lambda: desk.in_front() and QApplication.focusWidget() not in (None, bench.canvas))
    desk.keys(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    desk.type(company.say("请当面点清，离开后概不负责。", "Please count before you sign."))


def take_field(company: Company, desk: Hands, bench: Workbench) -> None:
    """Search for the field, and drag it onto the paper."""
    desk.click(bench.fields.search)
    desk.type(company.say("客户订单号", "Customer's order"))
    tree = bench.fields.tree
    desk.wait(lambda: tree.currentItem() is not None)
    desk.picture("field-found")
    carried = bench.fields._carried(tree.currentItem())
    assert carried is not None
    data, view = packed(carried), bench.canvas.viewport()
    place = QPointF(spot(bench, "copy") + QPoint(round(30 * bench.canvas.scale_factor), -round(5 * bench.canvas.scale_factor)))
    known = set(bench.document.spots)
    copying, mouse, keys = Qt.DropAction.CopyAction, LEFT, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(view, QDragEnterEvent(place.toPoint(), copying, data, mouse, keys))
    QApplication.sendEvent(view, QDropEvent(place, copying, data, mouse, keys))
    (made,) = set(bench.document.spots) - known
    dropped = bench.document.thing(made)
    assert dropped.x + dropped.width <= 190, "not over the edge of the paper"


def make_usual(company: Company, desk: Hands, copied: DesignerScreen) -> None:
    """The copy prints when nobody chooses: the dialog proposes the one the cursor is on."""
    screen = templates(desk, copied.name)
    with desk.dialog(_("Save"), "usual"):
        desk.press(_("What prints when…"), screen)
    desk.wait(lambda: [u.template for u in screen._usual] == [copied.name])
    desk.picture("is-usual")


def on_paper(company: Company, desk: Hands, path: Path) -> str:
    """Print the delivery as it comes by itself, and read what is on the paper."""
    desk.window.open_record("deliveries", company.delivery)
    screen: RecordWindow = desk.front_of("deliveries")
    desk.hit(screen.header.print)
    desk.wait(lambda: isinstance(QApplication.activeModalWidget(), PrintDialog))
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, PrintDialog)
    desk.wait(lambda: bool(dialog.pdf) and bool(dialog.pages) and dialog.default.isEnabled())
    desk.wait(lambda: all(not page.picture.isNull() for page in dialog.pages))
    desk.picture(path.stem, dialog)
    with desk.file(path):
        desk.press(dialog.default.text().strip(), dialog)
    desk.wait(lambda: path.exists() and QApplication.activeModalWidget() is None)
    desk.quiet()
    return page_text(path.read_bytes(), 0)


def back(company: Company, desk: Hands) -> None:
    """The one that came with the program is changed as well, and brought back; the copy goes, and with it its rule."""
    screen = templates(desk, company.shipped)
    desk.press(_("Design"), screen)
    desk.wait(lambda: getattr(desk.window.tabs.current, "name", "") == company.shipped)
    designer: DesignerScreen = desk.window.tabs.current
    bench = drawn(desk, designer)
    write(company, desk, bench)
    with desk.dialog(_("Save")):
        desk.press(_("Save"), designer)
    desk.wait(lambda: not designer.worth_saving)
    screen = templates(desk, company.shipped)
    desk.wait(lambda: screen.current is not None and screen.current.origin == "changed")
    with desk.dialog(_("Back to the original"), "back-to-the-original"):
        desk.press(_("Back to the original"), screen)
    desk.wait(lambda: screen.current is not None and screen.current.origin == "shipped")
    own = next(s.template.name for s in screen.table.items.rows if s.origin == "own")
    screen = templates(desk, own)
    with desk.dialog(_("Delete"), "delete-copy"):
        desk.press(_("Delete"), screen)
    desk.wait(lambda: all(s.origin == "shipped" for s in screen.table.items.rows))
    assert screen.current is not None and screen.current.template.record_type == "deliveries", "the cursor stays near"
    desk.picture("as-at-first")
    assert template_store.find(company.app, company.shipped).origin == "shipped"
