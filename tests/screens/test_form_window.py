"""A record's window: two people on one record, text kept over a crash, operations, history, deleting, what belongs to it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from form_makers import Desk
from PySide6.QtCore import QMimeData, Qt, QTimer, QUrl
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QPushButton
from record_makers import customer, order

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Ref
from crm_desktop.errors import Missing
from crm_desktop.services import files, kept_drafts, saving
from crm_desktop.services.deleting import delete
from ui.conflict_dialog import ConflictDialog
from ui.create_dialog import CreateDialog
from ui.files_tab import FilesTab
from ui.history_tab import HistoryTab
from ui.list_view import RecordList
from ui.reason_dialog import ReasonDialog
from ui.record_window import RecordWindow

S, CONTROL, ENTER = Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier, Qt.Key.Key_Return


def write(screen: RecordWindow, name: str, text: str) -> None:
    """Type a text over what stands in a field."""
    line = screen.form.rows[name].editor.typed_into
    line.setFocus()
    line.selectAll()  # type: ignore[attr-defined]
    QTest.keyClicks(line, text)


def elsewhere(app: Application, draft: Draft, **values: Any) -> Draft:
    """Somebody else saves the record."""
    other = saving.open_record(app, draft.type, draft.id or 0)
    other.values |= values
    return saving.save(app, other)


def in_dialog(kind: type[QDialog], do: Callable[[Any], None]) -> None:
    """Once a dialog of this kind is open, do something with it."""

    def look() -> None:
        found = next((w for w in QApplication.topLevelWidgets() if isinstance(w, kind) and w.isVisible()), None)
        if found is None:
            QTimer.singleShot(20, look)
        else:
            do(found)

    QTimer.singleShot(0, look)


def test_what_is_typed_while_a_record_is_read_again_stays(desk: Desk) -> None:
    saved = customer(desk.app, "Alpha", city="Kiel")
    screen = desk.open("customers", saved.id or 0)
    elsewhere(desk.app, saved, phone="020-22224444")  # it is read again now, and the answer comes later
    write(screen, "city", "Ulm")
    desk.quiet()
    assert screen.editing.draft.values["city"] == "Ulm"
    assert screen.unsaved
    desk.save(screen)
    stands = saving.open_record(desk.app, "customers", saved.id or 0)
    assert (stands.values["city"], stands.values["phone"]) == ("Ulm", "020-22224444")


def test_a_change_is_marked_saved_and_read_again(desk: Desk) -> None:
    saved = customer(desk.app, "Alpha")
    screen = desk.open("customers", saved.id or 0)
    assert not screen.unsaved
    assert not screen.header.save.isEnabled()
    write(screen, "city", "Xi'an")
    assert screen.unsaved
    assert desk.window.tabs.bar.tabText(desk.window.tabs.bar.currentIndex()).startswith("●")
    desk.save(screen)
    assert not screen.unsaved
    assert saving.open_record(desk.app, "customers", saved.id or 0).values["city"] == "Xi'an"
    write(screen, "city", "Xi'an!")
    write(screen, "city", "Xi'an")
    assert not screen.unsaved, "typed back to what it was"


def test_pinyin_initials_follow_the_name_while_it_is_typed(desk: Desk) -> None:
    screen = desk.new("customers")
    line = screen.form.rows["name"].editor.typed_into
    for text in ("广", "广州", "广州华远"):
        line.setText(text)  # type: ignore[attr-defined]
        line.textEdited.emit(text)  # type: ignore[attr-defined]
    assert screen.editing.draft.values["initials"] == "gzhy"
    assert screen.form.rows["initials"].editor.value() == "gzhy"
    write(screen, "initials", "own")
    write(screen, "city", "A")
    assert screen.editing.draft.values["initials"] == "own"


def test_what_is_missing_is_marked_and_has_the_cursor(desk: Desk) -> None:
    screen = desk.new("customers")
    desk.save(screen)
    row = screen.form.rows["name"]
    assert not row.problem.isHidden()
    assert row.editor.hasFocus()
    assert screen.record_id is None
    write(screen, "email", "nonsense")
    desk.save(screen)
    assert "not an e-mail address" in screen.form.rows["email"].problem.text()
    assert screen.form.rows["email"].editor.typed_into.text() == "nonsense"  # type: ignore[attr-defined]


def test_changes_of_two_people_that_fit_are_saved_together(desk: Desk) -> None:
    saved = customer(desk.app, "Alpha", phone="1")
    screen = desk.open("customers", saved.id or 0)
    write(screen, "city", "Xi'an")
    elsewhere(desk.app, saved, phone="2")
    desk.quiet()
    desk.save(screen)
    desk.quiet()
    now = saving.open_record(desk.app, "customers", saved.id or 0)
    assert (now.values["city"], now.values["phone"]) == ("Xi'an", "2")
    assert any("just changed" in q for q in desk.questions)
    assert not screen.unsaved


def test_a_clash_is_shown_side_by_side_and_chosen_per_field(desk: Desk) -> None:
    saved = customer(desk.app, "Alpha", phone="1", city="A")
    screen = desk.open("customers", saved.id or 0)
    write(screen, "city", "Mine")
    write(screen, "phone", "020-33334444")
    elsewhere(desk.app, saved, phone="020-22224444", city="Theirs")
    desk.quiet()
    seen: list[str] = []

    def choose(dialog: ConflictDialog) -> None:
        seen.extend(dialog.choices)
        dialog.choices["city"].button(0).setChecked(True)
        QTest.keyClick(dialog, ENTER)

    in_dialog(ConflictDialog, choose)
    desk.save(screen)
    desk.quiet()
    now = saving.open_record(desk.app, "customers", saved.id or 0)
    assert (now.values["city"], now.values["phone"]) == ("Theirs", "020-33334444")
    assert sorted(seen) == ["city", "phone"]


def test_a_clash_left_open_loses_nothing(desk: Desk) -> None:
    saved = customer(desk.app, "Alpha", city="A")
    screen = desk.open("customers", saved.id or 0)
    write(screen, "city", "Mine")
    elsewhere(desk.app, saved, city="Theirs")
    desk.quiet()
    in_dialog(ConflictDialog, lambda dialog: dialog.reject())
    desk.save(screen)
    assert screen.editing.draft.values["city"] == "Mine"
    assert screen.unsaved
    assert saving.open_record(desk.app, "customers", saved.id or 0).values["city"] == "Theirs"


def test_a_change_by_somebody_else_shows_at_once_where_nothing_is_typed(desk: Desk) -> None:
    saved = customer(desk.app, "Alpha", city="A")
    screen = desk.open("customers", saved.id or 0)
    elsewhere(desk.app, saved, city="B")
    desk.wait(lambda: screen.editing.draft.values["city"] == "B")
    desk.quiet()
    assert screen.form.rows["city"].editor.value() == "B"


def test_text_is_kept_over_a_crash_and_offered_again(desk: Desk) -> None:
    saved = customer(desk.app, "Alpha", city="A")
    screen = desk.open("customers", saved.id or 0)
    write(screen, "city", "Half typed")
    screen.editing.keep()
    desk.quiet()
    assert len(kept_drafts.kept(desk.app, "customers", saved.id)) == 1
    again = RecordWindow(desk.window, "customers", saved.id)  # as after a crash: the first window never said goodbye
    desk.bot.addWidget(again)
    desk.wait(lambda: again.editing.loaded)
    desk.quiet()
    assert not again.unsaved
    buttons = {b.text(): b for b in again.banners.findChildren(QPushButton)}
    buttons["Take it up"].click()
    assert again.unsaved
    assert again.editing.draft.values["city"] == "Half typed"
    again.editing.save()
    desk.wait(lambda: not again.editing.busy)
    desk.quiet()
    assert saving.open_record(desk.app, "customers", saved.id or 0).values["city"] == "Half typed"
    assert kept_drafts.kept(desk.app, "customers", saved.id) == [], "saved text is not kept any longer"


def test_closing_asks_and_saving_first_is_one_answer(desk: Desk) -> None:
    saved = customer(desk.app, "Alpha")
    screen = desk.open("customers", saved.id or 0)
    write(screen, "city", "Xi'an")
    desk.unsaved_answer = "stay"
    desk.keys(Qt.Key.Key_Escape)
    assert desk.window.tabs.current is screen
    desk.unsaved_answer = "save"
    desk.keys(Qt.Key.Key_Escape)
    desk.quiet()
    assert desk.window.tabs.current is None
    assert saving.open_record(desk.app, "customers", saved.id or 0).values["city"] == "Xi'an"


def test_text_thrown_away_is_not_offered_again_and_a_tab_that_stays_still_works(desk: Desk) -> None:
    saved = customer(desk.app, "Alpha")
    screen = desk.open("customers", saved.id or 0)
    write(screen, "city", "Xi'an")
    screen.editing.keep()
    desk.unsaved_answer = "discard"
    assert screen.close_request()
    desk.quiet()
    assert kept_drafts.kept(desk.app, "customers", saved.id) == []
    assert screen.unsaved, "the program stayed open after all"
    write(screen, "city", "Lhasa")
    desk.save(screen)
    assert saving.open_record(desk.app, "customers", saved.id or 0).values["city"] == "Lhasa"


def test_an_operation_saves_asks_why_and_keeps_the_revision(desk: Desk) -> None:
    saved = order(desk.app, customer(desk.app), 2)
    screen = desk.open("sales-orders", saved.id or 0)
    operations = {o.name: o for o in screen.kind.operations}
    write(screen, "customer_order", "PO-1")
    screen.operate(operations["confirm"])
    desk.wait(lambda: screen.editing.draft.values["status"] == "confirmed" and not screen.editing.busy)
    assert saving.open_record(desk.app, "sales-orders", saved.id or 0).values["customer_order"] == "PO-1"

    def why(dialog: ReasonDialog) -> None:
        assert not dialog.accept_button.isEnabled(), "without a reason it does not go on"
        dialog.text.setPlainText("price agreed anew")
        dialog.accept()

    in_dialog(ReasonDialog, why)
    screen.operate(operations["revise"])
    desk.wait(lambda: screen.editing.draft.values["status"] == "draft" and not screen.editing.busy)
    desk.quiet()
    assert "Revision 1" in screen.header.details.text()
    screen.tabs.show_tab("history")
    desk.quiet()
    page = screen.tabs.pages["history"]
    assert isinstance(page, HistoryTab)
    assert [e.action.partition(":")[0] for e in page.entries] == ["revise", "follow", "confirm", "change", "create"]


def test_the_keys_of_a_record_work_after_a_button_went_away_and_wherever_the_focus_is(desk: Desk) -> None:
    saved = order(desk.app, customer(desk.app), 1)
    screen = desk.open("sales-orders", saved.id or 0)
    button = next(b for b in screen.header.findChildren(QPushButton) if b.text() == "Confirm")
    button.setFocus()
    desk.keys(ENTER)
    desk.wait(lambda: screen.editing.draft.values["status"] == "confirmed" and not screen.editing.busy)
    desk.quiet()
    focused = QApplication.focusWidget()
    assert focused is screen or screen.isAncestorOf(focused), "the focus stays with the record"
    write(screen, "customer_order", "PO-9")
    desk.window.top.search.setFocus()
    desk.save(screen)
    assert saving.open_record(desk.app, "sales-orders", saved.id or 0).values["customer_order"] == "PO-9"


def test_a_change_is_taken_back_from_the_history(desk: Desk) -> None:
    saved = elsewhere(desk.app, customer(desk.app, "Alpha", city="A"), city="B")
    screen = desk.open("customers", saved.id or 0)
    screen.tabs.show_tab("history")
    desk.quiet()
    page = screen.tabs.pages["history"]
    assert isinstance(page, HistoryTab)
    entry = next(e for e in page.entries if e.can_undo)
    page.buttons[entry.id].click()
    desk.wait(lambda: screen.editing.draft.values["city"] == "A")
    desk.quiet()
    assert screen.form.rows["city"].editor.value() == "A"


def test_what_belongs_to_a_customer_stands_in_tabs_with_counts(desk: Desk) -> None:
    buyer = customer(desk.app, "Alpha")
    order(desk.app, buyer, 1)
    screen = desk.open("customers", buyer.id or 0)
    titles = [screen.tabs.bar.tabText(i) for i in range(screen.tabs.bar.count())]
    assert titles[:2] == ["Details", "Contacts"] and titles[-2:] == ["Files", "History"]
    place = titles.index("Sales orders 1")
    QTest.keyClick(screen, Qt.Key(Qt.Key.Key_1 + place), Qt.KeyboardModifier.AltModifier)
    desk.quiet()
    page = screen.tabs.pages["sales-orders:customer_id"]
    assert isinstance(page, RecordList)
    assert page.model.rowCount() == 1
    page.new_record.emit("sales-orders", {})
    desk.quiet()
    fresh = desk.window.tabs.current
    assert isinstance(fresh, RecordWindow)
    desk.wait(lambda: fresh.editing.loaded)
    assert fresh.editing.draft.values["customer_id"] == Ref(buyer.id or 0)


def test_the_right_side_of_a_customer(desk: Desk) -> None:
    buyer = customer(desk.app, "Alpha")
    placed = order(desk.app, buyer, 3)
    screen = desk.open("sales-orders", placed.id or 0)
    screen.operate(next(o for o in screen.kind.operations if o.name == "confirm"))
    desk.wait(lambda: screen.editing.locked)
    page = desk.open("customers", buyer.id or 0)
    side: Any = page.side
    assert side.isVisible()
    assert side.money.labels[0].text() == "¥30.00"
    side.quick.text.setFocus()
    desk.type("Called, wants samples")
    desk.keys(ENTER, CONTROL)
    desk.wait(lambda: side.quick.text.toPlainText() == "")
    desk.quiet()
    assert any("wants samples" in e.title for e in side.events.events)
    assert saving.open_record(desk.app, "follow-ups", 1).values["text"] == "Called, wants samples"


def test_a_contact_belongs_to_the_chosen_customer(desk: Desk) -> None:
    one, two = customer(desk.app, "One"), customer(desk.app, "Two")
    of_one = saving.save(desk.app, saving.new_draft(desk.app, "contacts", {"customer_id": Ref(one.id or 0), "name": "Ann"}))
    screen = desk.new("sales-orders", customer_id=one.id, contact_id=of_one.id)
    assert screen.editing.draft.values["contact_id"].label == "Ann"
    about = screen.kind.fields["contact_id"]
    assert screen.form.within(about) == {"customer_id": Ref(one.id or 0)}
    write(screen, "customer_id", "Two")
    desk.keys(ENTER)
    desk.quiet()
    assert screen.editing.draft.values["customer_id"] == Ref(two.id or 0)
    assert screen.editing.draft.values["contact_id"] is None


def test_a_new_record_is_made_without_leaving_the_form(desk: Desk) -> None:
    screen = desk.new("sales-orders")
    picker: Any = screen.form.rows["customer_id"].editor

    def fill(dialog: CreateDialog) -> None:
        assert dialog.draft.values["name"] == "Brand new"
        dialog.save()

    in_dialog(CreateDialog, fill)
    picker.input.new_wanted.emit("Brand new")
    desk.quiet()
    assert screen.editing.draft.values["customer_id"].label == "Brand new"
    assert saving.find_ids(desk.app, "customers", "C00001") == [screen.editing.draft.values["customer_id"].id]


def test_a_duplicate_begins_with_the_same_lines(desk: Desk) -> None:
    saved = order(desk.app, customer(desk.app), 2)
    screen = desk.open("sales-orders", saved.id or 0)
    screen.duplicate()
    copy = desk.window.tabs.current
    assert isinstance(copy, RecordWindow)
    desk.wait(lambda: copy.editing.loaded)
    desk.quiet()
    assert copy.editing.draft.values["number"] == ""
    assert copy.editing.draft.values["total"] == Decimal(20)
    desk.save(copy)
    assert copy.record_id not in (None, saved.id)


def test_a_deleted_record_comes_back(desk: Desk) -> None:
    saved = customer(desk.app, "Alpha")
    screen = desk.open("customers", saved.id or 0)
    screen.delete()
    desk.quiet()
    assert desk.window.tabs.current is None
    with pytest.raises(Missing):
        saving.open_record(desk.app, "customers", saved.id or 0)
    desk.window.notices._toast._button.click()
    desk.quiet()
    assert saving.open_record(desk.app, "customers", saved.id or 0).values["name"] == "Alpha"


def test_a_record_deleted_by_somebody_else_says_so(desk: Desk) -> None:
    saved = customer(desk.app, "Alpha")
    screen = desk.open("customers", saved.id or 0)
    delete(desk.app, "customers", [saved.id or 0])
    desk.wait(lambda: any("deleted" in label.text() for label in screen.banners.findChildren(QLabel)))
    write(screen, "city", "still here")
    desk.answer = True
    desk.save(screen)
    desk.quiet()
    assert screen.record_id not in (None, saved.id), "what was typed became a new record"


def test_files_are_dropped_opened_and_removed(desk: Desk, tmp_path: Path) -> None:
    saved = customer(desk.app, "Alpha")
    path = tmp_path / "合同.txt"
    path.write_text("contract", encoding="utf-8")
    screen = desk.open("customers", saved.id or 0)
    screen.tabs.show_tab("files")
    desk.quiet()
    page = screen.tabs.pages["files"]
    assert isinstance(page, FilesTab)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    page.take_mime(data)
    desk.wait(lambda: len(page.files) == 1)
    assert files.read(desk.app, page.files[0].id) == b"contract"
    page.save_as(page.files[0], tmp_path / "out.txt")
    desk.quiet()
    assert (tmp_path / "out.txt").read_bytes() == b"contract"
    page.list.selectAll()
    page.remove()
    desk.wait(lambda: page.files == [])
    assert files.list_files(desk.app, "customers", saved.id or 0) == []
