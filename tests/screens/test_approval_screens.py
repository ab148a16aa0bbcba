"""The inbox of approvals, the strip above a record, and the drawing board for flows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from approval_makers import Approving, money, person, step
from form_makers import Desk
from PySide6.QtCore import QItemSelectionModel
from PySide6.QtWidgets import QDialog
from sqlalchemy import update

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.errors import Doubt
from crm_desktop.filters import AllOf, Condition
from crm_desktop.rules.approvals import Approver, Design
from crm_desktop.services import saving
from crm_desktop.services.approvals import deciding, drawing, inbox
from db.base import now
from db.engine import writing
from db.models.approvals import ApprovalTask
from ui.approval_keeper import ApprovalKeeper
from ui.approval_panel import ApprovalPage
from ui.flow_step import StepDialog
from ui.record_window import RecordWindow
from ui.rights_keeper import RightsKeeper
from ui.screens.all_screens import all_screens
from ui.screens.approvals import ApprovalsScreen
from ui.screens.flow_editor import FlowEditor


@pytest.fixture
def made(sqlite_app: Application) -> Approving:
    return Approving(sqlite_app)


@pytest.fixture
def desk(qtbot: Any, made: Approving, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    made.work_as(made.lea)
    opened = Desk(qtbot, made.app, monkeypatch)
    opened.window.screens = all_screens()
    yield opened
    opened.quiet()
    opened.close()
    assert opened.errors == []


def box(desk: Desk) -> ApprovalsScreen:
    desk.window.open_screen("approvals")
    screen = desk.window.tabs.current
    assert isinstance(screen, ApprovalsScreen)
    desk.quiet()
    return screen


def at_work(made: Approving, desk: Desk, who: int) -> None:
    """Let somebody else be at work, and the window know it."""
    made.work_as(who)
    for keeper in desk.window.findChildren(RightsKeeper):
        keeper.look()


def test_a_request_is_decided_in_the_inbox_with_comment_and_file(made: Approving, desk: Desk, tmp_path: Any) -> None:
    made.flow(step("Manager", Approver("manager")), step("Finance", person(made.fin)))
    order = made.order("250")
    request = made.ask(order)
    made.work_as(made.lea)
    screen = box(desk)
    assert [i.id for i in screen.table.items.rows] == [request]
    desk.wait(lambda: screen.panel.seen is not None)
    assert screen.boxes["to_decide"].text() == "To decide (1)"
    file = tmp_path / "offer.txt"
    file.write_text("good", encoding="utf-8")
    screen.panel.comment.setPlainText("fine")
    screen.panel.files = [file]
    screen.panel.agree.click()
    desk.wait(lambda: not screen.table.items.rows)
    seen = inbox.look(made.app, request)
    (mine,) = [t for t in seen.request.lines if t.values["state"] == "agreed"]
    assert (mine.values["comment"], [f.name for f in seen.files]) == ("fine", ["offer.txt"])
    assert inbox.read_file(made.app, request, seen.files[0].id) == b"good"
    screen.boxes["decided"].click()
    desk.wait(lambda: [i.id for i in screen.table.items.rows] == [request])
    desk.quiet()
    assert not screen.panel.agree.isVisible()


def test_several_requests_are_decided_at_once(made: Approving, desk: Desk) -> None:
    made.flow(step("Manager", Approver("manager")))
    orders = [made.order(str(n)) for n in (100, 200, 300)]
    for order in orders:
        made.ask(order)
    made.work_as(made.lea)
    screen = box(desk)
    rows = screen.table.selectionModel()
    flags = QItemSelectionModel.SelectionFlag
    for at in (0, 1):
        rows.select(screen.table.items.index(at, 0), flags.Select | flags.Rows)
    desk.wait(lambda: screen.agree_all.isVisible())
    screen.agree_all.click()
    desk.wait(lambda: len(screen.table.items.rows) == 1)
    assert len(desk.questions) == 1
    assert [made.state(o) for o in orders] == ["confirmed", "confirmed", "draft"]
    made.work_as(made.lea)


def test_a_rejection_asks_for_words_and_a_return_goes_to_whoever_asked(
    made: Approving, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    made.flow(step("Manager", Approver("manager")))
    first, second = made.ask(made.order("100")), made.ask(made.order("200"))
    made.work_as(made.lea)
    asked: list[str] = []

    def say(_parent: object, title: str) -> str:
        asked.append(title)
        return "too cheap"

    monkeypatch.setattr("ui.approval_actions.ask_reason", say)
    screen = box(desk)
    desk.wait(lambda: screen.panel.seen is not None and screen.panel.seen.request.id == first)
    screen.panel.refuse.click()
    desk.wait(lambda: screen.panel.seen is not None and screen.panel.seen.request.id == second)
    screen.panel.back.click()
    desk.wait(lambda: not screen.table.items.rows)
    assert asked == ["Reject", "Return"]
    assert [made.request(r).values["status"] for r in (first, second)] == ["rejected", "returned"]
    made.work_as(made.lea)


def test_the_order_says_that_it_is_in_approval_and_opens_the_request(made: Approving, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    made.flow(step("Manager", Approver("manager")))
    order = made.order("100")
    at_work(made, desk, made.rik)
    told: list[str] = []

    def tell(error: BaseException) -> None:
        assert isinstance(error, Doubt), error
        told.append(error.message)
        assert error.again is not None
        error.again()

    monkeypatch.setattr(desk.window.notices, "error", tell)
    window = desk.open("sales-orders", order.id or 0)
    assert window.approval.isHidden()
    window.operate(next(o for o in window.kind.operations if o.name == "confirm"))
    desk.wait(lambda: not window.approval.isHidden())
    assert told == ["This needs approval: Large orders."]
    assert "Lea" in window.approval.words.text()
    assert window.editing.draft.values["status"] == "draft"
    window.approval.open_button.click()
    desk.quiet()
    page = desk.window.tabs.current
    assert isinstance(page, ApprovalPage)
    assert [a.text() for a in page.panel.more.actions() if a.text()][:2] == ["Withdraw…", "Urge"]
    request = made.waiting(made.lea)[0]
    deciding.decide(made.work_as(made.lea), request, "agree")
    made.work_as(made.rik)
    desk.wait(lambda: window.editing.draft.values["status"] == "confirmed")


def test_a_change_that_needs_approval_is_sent_from_the_form(made: Approving, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    where = Condition("credit_limit", "at_least", money("1000"))
    made.flow_for("customers", "set:credit_limit", Design((step("Owner", person(made.ann)),), where), "Limits")
    at_work(made, desk, made.fin)
    monkeypatch.setattr(desk.window.notices, "error", lambda error: error.again())
    window = desk.open("customers", made.buyer.id or 0)
    window.editing.draft.values["credit_limit"] = Decimal(5000)
    window.editing.save()
    desk.wait(lambda: not window.approval.isHidden())
    assert window.editing.draft.values["credit_limit"] is None
    assert not window.unsaved
    assert len(made.waiting(made.ann)) == 1
    made.work_as(made.fin)


def test_a_flow_is_drawn_changed_tried_out_and_saved(made: Approving, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    order = made.order("700")
    at_work(made, desk, made.ann)
    desk.window.new_record("approval-flows")
    editor = desk.window.tabs.current
    assert isinstance(editor, FlowEditor)
    desk.wait(lambda: editor.drawing is not None)
    assert len(editor.column.cards) == 1
    editor.name.setText("Orders above 500")
    editor.where.set(AllOf((Condition("total", "at_least", money("500")),)))

    def describe(dialog: StepDialog) -> int:
        dialog.name.setText("Finance")
        row = dialog.rows.rows[0]
        row.kind.setCurrentIndex(row.kind.findData("person"))
        row.person.setCurrentIndex(row.person.findData(made.fin))
        dialog.accept()
        return dialog.result()

    monkeypatch.setattr(StepDialog, "exec", describe)
    editor.add_step(1)
    assert [s.name for s in editor.take().design.steps] == ["Manager", "Finance"]
    editor.move_step(1, -1)
    assert [s.name for s in editor.take().design.steps] == ["Finance", "Manager"]
    assert editor.unsaved
    desk.quiet()
    assert editor.trial.picker is not None
    editor.trial.picker.show_ref(Ref(order.id or 0, "order"))
    editor.trial.run()
    desk.quiet()
    editor.save()
    desk.wait(lambda: not editor.unsaved)
    kept = drawing.open_drawing(made.app, 1)
    assert ([s.name for s in kept.design.steps], kept.number, kept.operation) == (["Finance", "Manager"], 1, "confirm")
    editor.remove_step(0)
    editor.save()
    desk.wait(lambda: editor.drawing is not None and editor.drawing.number == 2)
    assert made.decisions(made.ask(order)) == [("Lea", "open")]
    made.work_as(made.ann)


def test_a_flow_that_is_not_whole_says_what_is_missing(made: Approving, desk: Desk) -> None:
    at_work(made, desk, made.ann)
    desk.window.new_record("approval-flows")
    editor = desk.window.tabs.current
    assert isinstance(editor, FlowEditor)
    desk.wait(lambda: editor.drawing is not None)
    editor.remove_step(0)
    editor.save()
    desk.wait(lambda: "step is needed" in editor.state.text())
    assert editor.drawing is not None and editor.drawing.id is None


def test_who_may_not_draw_only_looks(made: Approving, desk: Desk) -> None:
    flow = made.flow(step("Manager", Approver("manager")))
    at_work(made, desk, made.rik)
    desk.window.open_record("approval-flows", flow.id or 0)
    editor = desk.window.tabs.current
    assert isinstance(editor, FlowEditor)
    desk.wait(lambda: editor.drawing is not None)
    assert not editor.save_button.isVisible()
    assert not editor.unsaved


def test_the_step_dialog_wants_somebody_who_decides(made: Approving, desk: Desk) -> None:
    made.work_as(made.ann)
    found = drawing.choices(made.app)
    dialog = StepDialog(desk.window, desk.window, made.app.type("sales-orders"), found, step("", Approver("person")), first=False)
    dialog.accept()
    assert (dialog.result(), dialog.problem.isHidden()) == (int(QDialog.DialogCode.Rejected), False)
    dialog.name.setText("Finance")
    dialog.rows.rows[0].person.setCurrentIndex(dialog.rows.rows[0].person.findData(made.fin))
    dialog.hours.setValue(24)
    dialog.overdue.setCurrentIndex(dialog.overdue.findData("manager"))
    dialog.accept()
    assert dialog.result() == int(QDialog.DialogCode.Accepted)
    assert dialog.step() == step("Finance", person(made.fin), hours=24, overdue="manager")
    dialog.deleteLater()


def test_nobody_writes_an_approval_by_hand(made: Approving, desk: Desk) -> None:
    at_work(made, desk, made.ann)
    before = desk.window.tabs.current
    desk.window.new_record("approvals")
    assert desk.window.tabs.current is before
    order = made.order("100")
    at_work(made, desk, made.ann)
    assert isinstance(desk.open("sales-orders", order.id or 0), RecordWindow)
    assert saving.open_record(made.app, "sales-orders", order.id or 0).values["status"] == "draft"


def test_overdue_requests_are_passed_on_while_the_window_is_open(made: Approving, desk: Desk) -> None:
    made.flow(step("Manager", person(made.lea), hours=4, overdue="person", overdue_to=made.fin))
    request = made.ask(made.order("100"))
    at_work(made, desk, made.ann)
    with writing(made.app.engine) as session:
        session.execute(update(ApprovalTask).where(ApprovalTask.due_at.is_not(None)).values(due_at=now() - dt.timedelta(hours=1)))
    (keeper,) = desk.window.findChildren(ApprovalKeeper)
    keeper.look()
    desk.quiet()
    assert made.waiting(made.fin) == [request]
    made.work_as(made.ann)
