"""The list as a tab: views that are kept, actions on the selection, the record beside it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from list_makers import Notes, SmallShell, fill, order
from openpyxl import load_workbook
from pypdfium2 import PdfDocument
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QPushButton

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.filters import AllOf, Condition, ListQuery, Not
from crm_desktop.kinds import KINDS
from crm_desktop.services import views
from crm_desktop.services.listing import count
from crm_desktop.services.operating import operate
from crm_desktop.services.saving import new_draft, open_record, save
from ui import list_output, theme
from ui.batch_edit import BatchEdit
from ui.column_chooser import ColumnChooser
from ui.filter_editor import FilterEditor
from ui.list_screen import ListScreen
from ui.preview_panel import PreviewPanel
from ui.tasks import Tasks
from ui.widgets.labels import Label, Tag

Show = Callable[..., ListScreen]


@pytest.fixture
def shell(sqlite_app: Application, qapp: Any) -> Iterator[SmallShell]:
    theme.Wardrobe(qapp).wear("light")
    notes = Notes()
    made = SmallShell(sqlite_app, Tasks(notes.error), notes)
    yield made
    made.tasks.close()
    assert notes.errors == []


@pytest.fixture
def show(shell: SmallShell, qtbot: Any) -> Show:
    def make(type_key: str = "customers", **arguments: str) -> ListScreen:
        QCoreApplication.processEvents()
        screen = ListScreen(shell, type_key, **arguments)
        qtbot.addWidget(screen)
        screen.resize(1300, 700)
        screen.show()
        qtbot.waitUntil(lambda: screen.list.model.asked and shell.tasks.idle)
        settle(qtbot, shell)
        return screen

    return make


def settle(qtbot: Any, shell: SmallShell, wait: int = 200) -> None:
    qtbot.wait(wait)
    qtbot.waitUntil(lambda: shell.tasks.idle)


def names(screen: ListScreen) -> list[str]:
    model = screen.list.model
    return [model.cell(row, model.column_of("name")).text for row in range(model.rowCount())]


def words(widget: Any) -> str:
    return "\n".join(w.text() for w in widget.findChildren(Label)) + "\n".join(w.text for w in widget.findChildren(Tag))


def test_a_list_comes_back_as_it_was_left(show: Show, shell: SmallShell, qtbot: Any) -> None:
    fill(shell.app, 6)
    first = show()
    first.list.apply(first.list.state.with_column("city", Condition("city", "is", "广州")))
    first.list.table.setColumnWidth(1, 321)
    settle(qtbot, shell, 1000)
    again = show()
    assert again.list.state.column_parts() == {"city": Condition("city", "is", "广州")}
    assert again.list.table.columnWidth(1) == 321
    again.reset()
    settle(qtbot, shell)
    assert views.load_views(shell.app, "customers").last is None
    assert len(names(again)) == 6


def test_a_view_is_saved_chosen_shared_and_deleted(show: Show, shell: SmallShell, qtbot: Any) -> None:
    fill(shell.app, 8)
    screen = show()
    part = Condition("credit_limit", "at_least", Decimal("300.00"))
    screen.list.apply(screen.list.state.with_column("credit_limit", part))
    screen.views.save("Rich ones")
    settle(qtbot, shell)
    assert screen.views.button.text() == "Rich ones"
    screen.views.choose(None)
    settle(qtbot, shell)
    assert len(names(screen)) == 8
    kept = views.load_views(shell.app, "customers").named[0]
    screen.views.choose(kept.id)
    settle(qtbot, shell)
    assert len(names(screen)) == 5
    screen.list.apply(screen.list.state.cleared())
    assert screen.views.button.text() == "Rich ones *"
    assert views.share_view(shell.app, kept.id, True).shared
    screen.views.delete()
    settle(qtbot, shell)
    assert shell.notices.questions == ["Delete the view “Rich ones”?"]
    assert views.load_views(shell.app, "customers").named == ()


def test_a_list_begins_with_the_view_one_likes(show: Show, shell: SmallShell, qtbot: Any) -> None:
    fill(shell.app, 4)
    look = show().list.state.with_column("city", Condition("city", "is", "深圳")).look()
    view = views.save_view(shell.app, "customers", "Shenzhen", look)
    views.begin_with(shell.app, "customers", view.id, look)
    screen = show()
    assert screen.views.chosen == view
    assert names(screen) == ["Customer 001"]


def test_another_screen_can_lead_to_a_narrowed_list(show: Show, shell: SmallShell, qtbot: Any) -> None:
    for title, days in (("late", -3), ("soon", 3)):
        due = dt.date.today() + dt.timedelta(days=days)
        save(shell.app, new_draft(shell.app, "tasks", {"title": title, "due": due}))
    screen = show("tasks", due="overdue", owner_id="mine")
    model = screen.list.model
    assert [model.cell(row, model.column_of("title")).text for row in range(model.rowCount())] == ["late"]
    screen.apply_arguments(due="next_7_days")
    settle(qtbot, shell)
    assert screen.list.state.parts == (Condition("due", "period", "next_7_days"),)


def test_deleting_can_be_undone_from_the_notice(show: Show, shell: SmallShell, qtbot: Any) -> None:
    ids = fill(shell.app, 4)
    screen = show()
    screen.list.select_ids(ids[:2])
    qtbot.keyClick(screen.list.table, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: sorted(names(screen)) == ["Customer 003", "Customer 004"])
    assert shell.notices.questions == ["Delete 2 Customers?"]
    assert shell.notices.undo is not None
    shell.notices.undo()
    settle(qtbot, shell)
    assert len(names(screen)) == 4


def test_no_is_an_answer(show: Show, shell: SmallShell, qtbot: Any) -> None:
    ids = fill(shell.app, 2)
    screen = show()
    shell.notices.answer = False
    screen.list.select_ids(ids[:1], ids[0])
    screen.actions_of_list.delete()
    settle(qtbot, shell)
    assert len(names(screen)) == 2


def test_the_whole_result_is_deleted_not_only_what_was_fetched(show: Show, shell: SmallShell, qtbot: Any) -> None:
    fill(shell.app, 260)
    screen = show()
    screen.list.apply(screen.list.state.with_column("name", Condition("name", "contains", "Customer 1")))
    settle(qtbot, shell)
    screen.list.select_everything()
    assert screen._tools.currentIndex() == 1
    screen.actions_of_list.delete()
    settle(qtbot, shell, 500)
    assert shell.notices.questions == ["Delete 100 Customers?"]
    assert count(shell.app, ListQuery("customers")).number == 160


def test_many_are_changed_at_once_and_back(show: Show, shell: SmallShell, qtbot: Any) -> None:
    ids = fill(shell.app, 6)
    screen = show()
    screen.actions_of_list.change(ids[:4], "city", "珠海")
    settle(qtbot, shell)
    assert [open_record(shell.app, "customers", i).values["city"] for i in ids].count("珠海") == 4
    assert shell.notices.said[-1] == "4 records changed"
    assert shell.notices.undo is not None
    shell.notices.undo()
    settle(qtbot, shell)
    assert [open_record(shell.app, "customers", i).values["city"] for i in ids].count("珠海") == 0


def test_what_would_change_is_shown_first(shell: SmallShell, qtbot: Any) -> None:
    ids = fill(shell.app, 6)
    dialog = BatchEdit(shell, "customers", ids, None, "city")  # type: ignore[arg-type]
    qtbot.addWidget(dialog)
    assert dialog.editor is not None
    dialog.editor.show_value("广州")
    dialog._look()
    settle(qtbot, shell)
    assert dialog.effect.text() == "5 records will change"
    assert dialog.note.text() == "1 has this value already."
    assert dialog.ok.isEnabled()
    assert (dialog.field, dialog.value) == ("city", "广州")


def test_what_is_typed_last_is_what_is_changed(shell: SmallShell, qtbot: Any) -> None:
    ids = fill(shell.app, 3)
    dialog = BatchEdit(shell, "customers", ids, None, "city")  # type: ignore[arg-type]
    qtbot.addWidget(dialog)
    dialog.show()
    settle(qtbot, shell)
    assert dialog.editor is not None
    dialog.choice.setFocus()
    qtbot.keyClick(dialog.choice, Qt.Key.Key_Tab)
    line = dialog.focusWidget()
    assert dialog.editor.isAncestorOf(line), "after the field comes its value"
    qtbot.keyClicks(line, "Zhu")
    qtbot.waitUntil(dialog.ok.isEnabled)
    qtbot.keyClicks(line, "hai")
    assert not dialog.ok.isEnabled(), "what was worked out for the text before cannot be accepted any more"
    qtbot.waitUntil(dialog.ok.isEnabled)
    assert dialog.value == "Zhuhai"
    dialog.ok.setFocus()
    assert dialog.ok.isEnabled(), "leaving the editor takes nothing back"


def test_locked_documents_are_left_out(shell: SmallShell, qtbot: Any) -> None:
    customer = fill(shell.app, 5)[-1]  # one without a credit limit
    draft = open_record(shell.app, "sales-orders", order(shell.app, customer))
    from_draft = order(shell.app, customer)
    operate(shell.app, "sales-orders", int(draft.id or 0), draft.version, "confirm")
    dialog = BatchEdit(shell, "sales-orders", [int(draft.id or 0), from_draft], None, "freight")  # type: ignore[arg-type]
    qtbot.addWidget(dialog)
    assert dialog.editor is not None
    dialog.editor.show_value(Decimal(20))
    dialog._look()
    settle(qtbot, shell)
    assert dialog.effect.text() == "1 record will change"
    assert dialog.note.text() == "1 is locked by its state and stays."


def test_the_list_is_exported_as_it_is_shown(show: Show, shell: SmallShell, qtbot: Any, tmp_path: Path) -> None:
    fill(shell.app, 12)
    screen = show()
    screen.list.apply(screen.list.state.with_column("city", Condition("city", "is", "广州")))
    settle(qtbot, shell)
    path = tmp_path / "客户.xlsx"
    list_output.write(shell, screen.actions_of_list.query(), path)
    settle(qtbot, shell, 500)
    rows = list(load_workbook(path).active.values)
    assert [str(h) for h in rows[0][:2]] == ["Number", "Name"]
    assert sorted(r[1] for r in rows[1:]) == ["Customer 004", "Customer 008", "Customer 012"]
    assert shell.notices.said[-1] == "3 rows written to 客户.xlsx"


def test_the_list_is_printed(show: Show, shell: SmallShell, qtbot: Any, tmp_path: Path) -> None:
    ids = fill(shell.app, 5)
    screen = show()
    screen.list.select_ids(ids[1:3])
    path = tmp_path / "list.pdf"
    list_output.write_pdf(shell, screen.actions_of_list.query(), path)
    settle(qtbot, shell, 500)
    with PdfDocument(path) as document:
        text = document[0].get_textpage().get_text_range()
    assert "Customer 002" in text
    assert "Customer 003" in text
    assert "Customer 001" not in text


def test_conditions_are_put_together_by_hand(show: Show, shell: SmallShell, qtbot: Any) -> None:
    screen = show()
    parts = (
        Condition("city", "contains", "广"),
        AllOf((Condition("credit_limit", "between", (Decimal("1.00"), Decimal("9.00"))), Condition("name", "filled"))),
    )
    screen.list.apply(screen.list.state.with_chips(parts))
    state = screen.list.state
    editor = FilterEditor(shell.app, shell.tasks, state, screen.list.name_of, screen)
    qtbot.addWidget(editor)
    assert set(editor.parts()) == {
        Condition("city", "contains", "广"),
        Condition("credit_limit", "between", (Decimal("1.00"), Decimal("9.00"))),
        Condition("name", "filled"),
    }
    editor.clear()
    assert editor.parts() == ()


@pytest.mark.parametrize("name", ["name", "credit_limit", "next_follow_up", "status", "owner_id", "tags", "updated_at"])
def test_every_operator_keeps_its_value(show: Show, shell: SmallShell, qtbot: Any, name: str) -> None:
    screen = show()
    about = shell.app.type("customers").fields[name]
    day, amount = dt.date(2026, 11, 24), Decimal("5.00")
    single = day if "period" in KINDS[about.kind].filters else amount if KINDS[about.kind].numeric else "word"
    values = {"period": "this_month", "between": (single, single), "any_of": ("x",), "none_of": ("x",)}
    for operator in KINDS[about.kind].filters:
        value = None if operator in ("empty", "filled", "mine") else values.get(operator, single)
        if about.kind == "reference" and value is not None:
            value = (Ref(1, "Someone"),)
        for part in (Condition(name, operator, value), Not(Condition(name, operator, value))):
            state = screen.list.state.cleared().with_chips([part])
            editor = FilterEditor(
                shell.app, shell.tasks, state, screen.list.name_of, screen, 0 if state.chip_parts() else -1
            )
            found = (
                editor.group.rows[0].filter() if operator in ("contains", "is", "starts", "between", "period") else None
            )
            if found is not None or isinstance(part, Condition):
                assert editor.parts() == (part,), operator
            editor.deleteLater()


def test_columns_are_chosen_and_ordered(show: Show, shell: SmallShell, qtbot: Any) -> None:
    screen = show()
    usual = screen.list.state.columns
    chooser = ColumnChooser(screen.list.state, screen.list.visible, screen)
    qtbot.addWidget(chooser)
    assert chooser.columns == usual
    chooser.list.item(0).setCheckState(Qt.CheckState.Unchecked)
    chooser.list.setCurrentRow(1)
    chooser.move(1)
    assert chooser.columns == (usual[2], usual[1], *usual[3:])
    for row in range(chooser.list.count()):
        chooser.list.item(row).setCheckState(Qt.CheckState.Unchecked)
    assert not chooser.ok.isEnabled()
    chooser.reset()
    assert chooser.columns == usual


def test_the_record_stands_beside_the_list(show: Show, shell: SmallShell, qtbot: Any) -> None:
    ids = fill(shell.app, 3)
    order(shell.app, ids[0], "125.50")
    screen = show()
    screen.list.select_ids([ids[0]], ids[0])
    settle(qtbot, shell)
    assert screen.preview.shown_id == ids[0]
    text = words(screen.preview)
    assert "Customer 001" in text
    assert "251.00" in text  # two pumps
    assert "深圳" in text
    screen.set_preview(False)
    assert screen.preview.isHidden()


def test_what_is_due_is_said_and_can_be_done(shell: SmallShell, qtbot: Any) -> None:
    late = dt.date.today() - dt.timedelta(days=1)
    saved = save(shell.app, new_draft(shell.app, "customers", {"name": "Due", "next_follow_up": late}))
    panel = PreviewPanel(shell, "customers")
    qtbot.addWidget(panel)
    panel.show()
    panel.show_record(saved.id)
    settle(qtbot, shell)
    done = next(b for b in panel.findChildren(QPushButton) if b.text() == "Done")
    done.click()
    settle(qtbot, shell, 400)
    assert open_record(shell.app, "customers", int(saved.id or 0)).values["next_follow_up"] is None
    qtbot.waitUntil(lambda: not [b for b in panel.findChildren(QPushButton) if b.text() == "Done" and b.isVisible()])
    assert shell.notices.undo is not None
    shell.notices.undo()
    settle(qtbot, shell, 400)
    assert open_record(shell.app, "customers", int(saved.id or 0)).values["next_follow_up"] == late


def test_a_follow_up_is_written_down_beside_the_list(shell: SmallShell, qtbot: Any) -> None:
    ids = fill(shell.app, 1)
    panel = PreviewPanel(shell, "customers")
    qtbot.addWidget(panel)
    panel.show()
    panel.show_record(ids[0])
    settle(qtbot, shell)
    assert panel.quick is not None
    qtbot.keyClicks(panel.quick, "Wants a new offer")
    qtbot.keyClick(panel.quick, Qt.Key.Key_Return)
    settle(qtbot, shell, 400)
    query = ListQuery("follow-ups", where=Condition("customer_id", "any_of", (ids[0],)))
    assert count(shell.app, query).number == 1
    assert "Wants a new offer" in words(panel)
    assert panel.quick.text() == ""


@pytest.mark.parametrize(
    "type_key",
    [
        "customers",
        "contacts",
        "follow-ups",
        "sales-orders",
        "products",
        "tasks",
        "users",
        "departments",
        "options",
        "number-sequences",
        "units",
        "currencies",
    ],
)
def test_every_record_type_has_a_list_and_a_preview(show: Show, shell: SmallShell, qtbot: Any, type_key: str) -> None:
    customer = fill(shell.app, 1)[0]
    order(shell.app, customer)
    for key, values in (
        ("contacts", {"name": "Zhou Wei", "customer_id": Ref(customer)}),
        ("follow-ups", {"customer_id": Ref(customer), "text": "Called", "next_date": dt.date.today()}),
        ("products", {"name": "Pump", "code": "P1"}),
        ("tasks", {"title": "Offer"}),
        ("departments", {"name": "Sales"}),
    ):
        save(shell.app, new_draft(shell.app, key, values))
    screen = show(type_key)
    assert screen.list.model.rowCount() >= 1
    settle(qtbot, shell)
    assert screen.preview.shown_id == screen.list.model.id_at(0)
    screen.grab()
    assert screen.title == shell.app.type(type_key).plural


def edit_cell(qtbot: Any, screen: ListScreen, row: int, name: str, text: str, key: Qt.Key = Qt.Key.Key_Return) -> None:
    """Type into a cell as a person does, F2 first."""
    table = screen.list.table
    table.setFocus()
    table.setCurrentIndex(screen.list.model.index(row, screen.list.model.column_of(name)))
    qtbot.keyClick(table, Qt.Key.Key_F2)
    editor = screen.editing._editor
    assert editor is not None
    line = editor.focusProxy()
    line.selectAll()
    qtbot.keyClicks(line, text)
    qtbot.keyClick(line, key)


def test_a_cell_is_edited_in_the_list(show: Show, shell: SmallShell, qtbot: Any) -> None:
    ids = fill(shell.app, 3)
    screen = show()
    screen.list.apply(replace(screen.list.state, order=("number",)))
    settle(qtbot, shell)
    edit_cell(qtbot, screen, 0, "phone", "020-123")
    settle(qtbot, shell)
    assert open_record(shell.app, "customers", ids[0]).values["phone"] == "020-123"
    assert screen.list.table.currentIndex().row() == 1  # Enter goes down
    assert screen.edit_button.isChecked()
    assert shell.notices.undo is not None
    shell.notices.undo()
    settle(qtbot, shell)
    assert open_record(shell.app, "customers", ids[0]).values["phone"] == ""
    edit_cell(qtbot, screen, 0, "phone", "999", Qt.Key.Key_Escape)
    settle(qtbot, shell)
    assert open_record(shell.app, "customers", ids[0]).values["phone"] == ""


def test_a_cell_that_cannot_be_read_keeps_its_editor(show: Show, shell: SmallShell, qtbot: Any) -> None:
    fill(shell.app, 1)
    screen = show()
    edit_cell(qtbot, screen, 0, "credit_limit", "plenty")
    assert screen.editing._editor is not None
    assert screen.editing._editor.focusProxy().property("problem") == "true"
    qtbot.keyClick(screen.editing._editor.focusProxy(), Qt.Key.Key_Escape)


def test_a_cell_changed_by_another_is_not_overwritten(show: Show, shell: SmallShell, qtbot: Any) -> None:
    ids = fill(shell.app, 1)
    screen = show()
    draft = open_record(shell.app, "customers", ids[0])
    draft.values["phone"] = "theirs"
    save(shell.app, draft)
    screen.editing.save(ids[0], "phone", "", "mine")
    settle(qtbot, shell)
    assert open_record(shell.app, "customers", ids[0]).values["phone"] == "theirs"
    assert "changed this record" in shell.notices.said[-1]


def test_numbers_and_names_are_not_edited_in_the_list(show: Show, shell: SmallShell, qtbot: Any) -> None:
    fill(shell.app, 1)
    screen = show()
    screen.editing.turn(True)
    model = screen.list.model
    editable = {
        c.name for at, c in enumerate(model.columns) if model.flags(model.index(0, at)) & Qt.ItemFlag.ItemIsEditable
    }
    assert {"phone", "status", "next_follow_up", "owner_id"} <= editable
    assert not {"number", "name"} & editable


def test_the_sample_company_is_offered_to_an_empty_company_only(show: Show, shell: SmallShell, qtbot: Any) -> None:
    screen = show("tasks")
    offer = [b for b in screen.list.findChildren(QPushButton) if b.text() == "Try the sample company"]
    with qtbot.waitSignal(screen.sample_wanted):
        offer[0].click()
    fill(shell.app, 1)
    screen = show("tasks")
    assert screen.list.model.rowCount() == 0
    assert not [b for b in screen.list.findChildren(QPushButton) if b.text() == "Try the sample company"]


def test_what_can_be_made_for_a_record_finds_room_beside_the_list(shell: SmallShell, qtbot: Any) -> None:
    """The documents of a customer are many: they stand in one menu. A lead's only one is a button of its own."""
    [customer] = fill(shell.app, 1)
    panel = PreviewPanel(shell, "customers")
    qtbot.addWidget(panel)
    panel.resize(300, 700)
    panel.show()
    panel.show_record(customer)
    settle(qtbot, shell)
    buttons = [b for b in panel.findChildren(QPushButton) if b.isVisible() and b.text()]
    assert [b.text() for b in buttons if b.width() < b.sizeHint().width()] == []
    menu = next(b for b in buttons if b.text() == "New").menu()
    assert {"Quote", "Sales order"} <= {action.text() for action in menu.actions()}
