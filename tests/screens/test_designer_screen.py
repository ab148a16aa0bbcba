"""The tab of the designer: what is changed by hand is saved with a note, can be compared and brought back, and survives a crash."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest
from designer_makers import drawn
from form_makers import Desk
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from record_makers import customer, order

from crm_desktop.application import Application
from crm_desktop.printing import template_store
from crm_desktop.printing.preview import page_text
from crm_desktop.printing.printing import print_to_pdf
from crm_desktop.printing.template import Section, Template, TextElement
from crm_desktop.services import saving
from ui.designer import keeping
from ui.designer.differences import differences
from ui.designer.fields import walk
from ui.designer.save_dialog import SaveDialog
from ui.designer.screen import DesignerScreen, tab_of
from ui.designer.sections import SECTIONS, SHEET, TEMPLATE, Prop
from ui.designer.versions import VersionsDialog
from ui.print_dialog import PrintDialog
from ui.screens.all_screens import all_screens

NAME = "sales-order.zh_CN"


@pytest.fixture
def desk(qtbot: Any, sqlite_app: Application, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    made = Desk(qtbot, sqlite_app, monkeypatch)
    made.window.screens = all_screens()
    yield made
    made.quiet()
    made.close()
    assert made.errors == []


def designer(desk: Desk, name: str = NAME) -> DesignerScreen:
    """The designer as the window opens it, with an order on the paper."""
    saved = order(desk.app, customer(desk.app, "广州华远"), 3)
    desk.window.open_screen(f"template?type=sales-orders&name={name}", record=str(saved.id))
    screen = desk.window.tabs.current
    assert isinstance(screen, DesignerScreen)
    drawn(desk, screen)
    return screen


def spot(screen: DesignerScreen, id_: str) -> QPoint:
    canvas = screen.bench.canvas  # type: ignore[union-attr]
    box, place = canvas.box(id_), canvas.place(id_)
    assert box is not None and place is not None
    return canvas.rect_of(place.page, box).center().toPoint()


def accept_notes(monkeypatch: pytest.MonkeyPatch, note: str) -> list[str]:
    proposed: list[str] = []

    def answer(self: SaveDialog) -> int:
        proposed.append(self.line.text())
        self.line.setText(note)
        return 1

    monkeypatch.setattr(SaveDialog, "exec", answer)
    return proposed


def test_what_is_moved_by_hand_is_saved_and_printed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = designer(desk)
    bench = screen.bench
    assert bench is not None
    assert screen.tab_key == tab_of("sales-orders", NAME)
    assert not screen.unsaved and not screen.save_button.isEnabled()
    view, start = bench.canvas.viewport(), spot(screen, "title")
    before = bench.document.thing("title")
    QTest.mousePress(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
    for step in (8, 20, 30):
        QTest.mouseMove(view, start + QPoint(-step, step))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start + QPoint(-30, 30))
    moved = bench.document.thing("title")
    assert moved.x < before.x and moved.y > before.y
    assert screen.unsaved
    assert desk.window.tabs.bar.tabText(desk.window.tabs.bar.currentIndex()).startswith("●")
    proposed = accept_notes(monkeypatch, "标题左移")
    QTest.keyClick(bench.canvas, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    desk.quiet()
    desk.wait(lambda: not screen.unsaved)
    desk.quiet()
    assert proposed and proposed[0], "the note begins with what was done"
    stored = template_store.find(desk.app, NAME)
    assert (stored.origin, stored.number) == ("changed", 1)
    assert stored.version is not None and stored.version.note == "标题左移"
    assert next(e for b in stored.template.bands for e in getattr(b, "elements", ()) if e.id == "title") == moved


def test_the_keyboard_alone_will_do(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = designer(desk)
    bench = screen.bench
    assert bench is not None
    bench.canvas.setFocus()
    bench.document.select(["title"])
    before = bench.document.thing("title")
    desk.keys(Qt.Key.Key_Left)
    desk.keys(Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert bench.document.thing("title").x == pytest.approx(before.x - 5.5)
    desk.keys(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert bench.document.thing("title") == before
    desk.keys(Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert bench.document.thing("title").x == pytest.approx(before.x - 5.5)
    desk.keys(Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    desk.keys(Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    (copy,) = bench.document.elements
    assert copy != "title"
    desk.keys(Qt.Key.Key_Delete)
    assert copy not in bench.document.spots


def test_versions_are_compared_and_brought_back(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    original = template_store.find(desk.app, NAME).template
    template_store.save(desk.app, dataclasses.replace(original, title={"zh_CN": "新名"}), "only the name", 0)
    screen = designer(desk)
    bench = screen.bench
    assert bench is not None and screen.title == "新名"
    screen.versions()
    dialog = next(w for w in QApplication.topLevelWidgets() if isinstance(w, VersionsDialog) and w.isVisible())
    desk.wait(lambda: dialog.list.count() == 2)
    desk.quiet()
    assert not dialog.restore_button.isEnabled(), "the newest is on the table already"
    assert "only the name" in dialog.list.item(0).text()
    dialog.list.setCurrentRow(1)
    desk.quiet()
    desk.wait(lambda: bool(dialog.older.pages))
    assert dialog.chosen == original
    assert dialog.words.text().count("\n") == 0, dialog.words.text()
    QTest.mouseClick(dialog.restore_button, Qt.MouseButton.LeftButton)
    desk.quiet()
    assert bench.document.template == original
    assert screen.unsaved
    bench.document.stack.undo()
    assert bench.document.template.title == {"zh_CN": "新名"}


def test_who_is_slower_is_asked(desk: Desk) -> None:
    screen = designer(desk)
    bench = screen.bench
    assert bench is not None
    other = dataclasses.replace(bench.document.template, title={"zh_CN": "别人的"})
    template_store.save(desk.app, other, "faster")
    bench.document.do("x", lambda t: dataclasses.replace(t, title={"zh_CN": "我的"}))
    desk.answer = False
    screen.save("mine")
    desk.quiet()
    assert len(desk.questions) == 1
    assert template_store.find(desk.app, NAME).template.title == {"zh_CN": "别人的"}
    assert screen.unsaved
    desk.answer = True
    screen.save("mine")
    desk.quiet()
    assert template_store.find(desk.app, NAME).template.title == {"zh_CN": "我的"}
    assert [v.note for v, _t in template_store.history(desk.app, NAME)][1] == "faster"


def test_what_was_not_saved_is_back_after_a_crash(desk: Desk) -> None:
    original = template_store.find(desk.app, NAME).template
    changed = dataclasses.replace(original, title={"zh_CN": "草稿"})
    keeping.keep(desk.app, NAME, changed, keeping.mark_of(original), None)
    screen = designer(desk)
    bench = screen.bench
    assert bench is not None
    desk.wait(lambda: screen.unsaved)
    assert bench.document.template == changed
    screen._discard()
    desk.quiet()
    assert bench.document.template == original
    assert keeping.kept(desk.app, NAME) is None


def test_out_of_the_plain_card_a_new_template_is_made(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = designer(desk, "card")
    assert screen.worth_saving and not screen.unsaved
    assert screen.name not in {each.template.name for each in template_store.all_templates(desk.app)}
    accept_notes(monkeypatch, "first")
    screen.ask_and_save()
    desk.quiet()
    stored = template_store.find(desk.app, screen.name)
    assert stored.origin == "own"
    assert stored.template.record_type == "sales-orders"


def test_from_the_preview_into_the_designer(desk: Desk) -> None:
    saved = order(desk.app, customer(desk.app, "广州华远"), 1)
    form = desk.open("sales-orders", saved.id or 0)
    dialog = PrintDialog(form, desk.window, form.kind, saved.id or 0, "SO/1")
    dialog.show()
    desk.wait(lambda: bool(dialog.pdf))
    desk.quiet()
    name = dialog.template.currentData()
    dialog.edit_template()
    screen = desk.window.tabs.current
    assert isinstance(screen, DesignerScreen)
    drawn(desk, screen)
    assert screen.name == name
    assert screen.bench is not None and screen.bench.record == saved.id


def test_the_preview_is_what_will_be_printed(desk: Desk) -> None:
    screen = designer(desk)
    bench = screen.bench
    assert bench is not None
    screen.preview()
    desk.wait(lambda: hasattr(screen, "_preview"))
    desk.quiet()
    shown = screen._preview.view.pdf
    printed = print_to_pdf(desk.app, "sales-orders", bench.record, NAME, "zh_CN")
    assert page_text(shown, 0) == page_text(printed, 0)
    screen._preview.reject()


def test_differences_are_said_in_words(desk: Desk) -> None:
    old = template_store.find(desk.app, NAME).template
    assert differences(old, old) == []

    def changed(new: Template) -> list[tuple[str, str]]:
        return [(each.what, each.id) for each in differences(old, new)]

    head = old.bands[1]
    first, *others = head.elements  # type: ignore[attr-defined]
    moved = dataclasses.replace(head, elements=(dataclasses.replace(first, x=first.x + 1), *others))
    assert changed(dataclasses.replace(old, bands=(old.bands[0], moved, *old.bands[2:]))) == [("moved", first.id)]
    gone = dataclasses.replace(head, elements=tuple(others))
    assert changed(dataclasses.replace(old, bands=(old.bands[0], gone, *old.bands[2:]))) == [("removed", first.id)]
    assert changed(dataclasses.replace(old, captions=("甲",))) == [("changed", "")]


def test_a_list_is_grouped_by_hand(desk: Desk) -> None:
    screen = designer(desk)
    bench = screen.bench
    assert bench is not None
    bench.document.select(["lines"])
    bench.work.add_band("group_head")
    (head,) = bench.document.selection
    bench.panel._write(_prop("by"), "line.unit")
    bench.document.select(["lines"])
    bench.work.add_band("group_foot")
    (foot,) = bench.document.selection
    bench.document.select(["lines"])
    bench.work.add_band("no_data")
    kinds = [(band.kind, band.id) for band in bench.document.template.bands]  # type: ignore[attr-defined]
    at = kinds.index(("table", "lines"))
    assert kinds[at - 1] == ("group_head", head)
    assert kinds[at + 1][0] == "no_data" and kinds[at + 2] == ("group_foot", foot)
    assert bench.document.thing(foot).group == head
    drawn(desk, screen)
    assert not [p for p in bench.canvas.drawn.problems if p.kind == "expression"]


def test_labels_and_copies_are_set_in_the_panel(desk: Desk) -> None:
    said = TextElement(id="t", x=0, y=0, width=50, height=6, text="{record.number}")
    small = Template(name="small", title={"en": "Small"}, record_type="sales-orders", bands=(Section(id="s", height=10, elements=(said,)),))
    template_store.save(desk.app, small)
    screen = designer(desk, "small")
    bench = screen.bench
    assert bench is not None
    bench.document.select([])
    bench.panel._write(Prop("", "labels", SHEET), True)
    page = bench.document.template.page
    assert page.sheet is not None and page.dimensions() == (70, 36)
    bench.panel._write(Prop("", "columns", SHEET), 2)
    bench.panel._write(Prop("", "captions", TEMPLATE), ("甲", "乙"))
    assert bench.document.template.page.sheet.columns == 2  # type: ignore[union-attr]
    assert bench.document.template.captions == ("甲", "乙")
    bench.panel._write(Prop("", "labels", SHEET), False)
    assert bench.document.template.page.sheet is None
    drawn(desk, screen)


def _prop(name: str) -> Prop:
    return next(p for s in SECTIONS["band:group_head"] for row in s.rows for p in row if p.name == name)


def test_without_a_record_type_the_first_there_is(desk: Desk) -> None:
    desk.window.open_screen("template")
    screen = desk.window.tabs.current
    assert isinstance(screen, DesignerScreen)
    drawn(desk, screen)
    assert screen.worth_saving and screen.bench is not None
    assert screen.bench.document.template.record_type == next(iter(desk.app.types))


def test_a_price_list_shows_its_products_and_offers_their_fields(desk: Desk) -> None:
    for number in range(3):
        saving.save(desk.app, saving.new_draft(desk.app, "products", {"name": f"轴承 {number}", "code": f"P{number}"}))
    desk.window.open_screen("template?type=products&name=price-list.zh_CN")
    screen = desk.window.tabs.current
    assert isinstance(screen, DesignerScreen)
    drawn(desk, screen)
    bench = screen.bench
    assert bench is not None and bench.context is not None
    assert [line["code"] for line in bench.context["lines"]] == ["P0", "P1", "P2"]
    assert {"line.name", "line.list_price"} <= {carried.path for carried in bench._columns_of("lines")}


def test_a_card_becomes_a_list_when_the_records_are_put_on_it_as_rows(desk: Desk) -> None:
    saving.save(desk.app, saving.new_draft(desk.app, "products", {"name": "轴承", "code": "P1"}))
    desk.window.open_screen("template?type=products&name=")
    screen = desk.window.tabs.current
    assert isinstance(screen, DesignerScreen)
    drawn(desk, screen)
    bench = screen.bench
    assert bench is not None and bench.context is not None
    assert bench.context["lines"] == ()
    bench.work.add_table("lines")
    drawn(desk, screen)
    desk.wait(lambda: bench.context is not None and len(bench.context["lines"]) == 1)
    bench.document.stack.undo()
    desk.wait(lambda: bench.context is not None and bench.context["lines"] == ())
    drawn(desk, screen)


def test_what_is_added_with_nothing_selected_stands_where_it_can_be_seen(desk: Desk) -> None:
    """The first band of an order is the head of a second page, which a short order does not have."""
    screen = designer(desk)
    bench = screen.bench
    assert bench is not None
    document = bench.document
    document.select(["terms"])
    QTest.keyClick(bench.canvas, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    document.select([])
    QTest.keyClick(bench.canvas, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    (pasted,) = document.selection
    document.select([])
    number = next(node for node, _above in walk(bench.tree) if node.path == "record.number")
    bench.fields.taken.emit(number)
    (field,) = document.selection
    drawn(desk, screen)
    for added in (pasted, field):
        assert document.template.bands[document.spots[added].band].id == "head"
        place = bench.canvas.place(added)
        assert place is not None and place.page == 0
    bench.work.add_band("section")
    (band,) = document.selection
    drawn(desk, screen)
    place = bench.canvas.place(band)
    assert place is not None
    assert bench.canvas.viewport().rect().intersects(bench.canvas.rect_of(place.page, place.box).toRect())


def test_saving_on_the_way_out_closes_the_tab(desk: Desk) -> None:
    screen = designer(desk)
    bench = screen.bench
    assert bench is not None
    bench.document.select(["terms"])
    QTest.keyClick(bench.canvas, Qt.Key.Key_Right)
    drawn(desk, screen)
    desk.unsaved_answer = "save"
    assert desk.window.tabs.close_screen(screen)
    desk.quiet()
    assert template_store.find(desk.app, NAME).number == 1
    assert keeping.kept(desk.app, NAME) is None
