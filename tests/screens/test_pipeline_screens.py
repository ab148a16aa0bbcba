"""The board, the funnel and the dialog that makes a customer of a lead."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from form_makers import Desk
from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog
from record_makers import customer

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Ref
from crm_desktop.services import saving
from crm_desktop.services.stages import pipelines, stages_of
from db.engine import reading
from ui.board_columns import _Cards
from ui.checklist_dialog import ChecklistDialog
from ui.convert_lead import ConvertLead
from ui.list_screen import ListScreen
from ui.screens.all_screens import all_screens
from ui.screens.board import BoardScreen
from ui.screens.funnel import FunnelScreen
from ui.screens.meddic import MeddicScreen


@pytest.fixture
def desk(qtbot: Any, sqlite_app: Application, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    made = Desk(qtbot, sqlite_app, monkeypatch)
    made.window.screens.entries.update(all_screens().entries)
    made.window.screens.list_of = ListScreen
    yield made
    made.quiet()
    made.close()
    assert made.errors == []


@pytest.fixture
def stages(sqlite_app: Application) -> list[Ref]:
    with reading(sqlite_app.engine) as connection:
        return [Ref(s.id, s.name) for s in stages_of(connection, pipelines(sqlite_app)[0].id)]


def deal(app: Application, stage: Ref, title: str, amount: int = 1000) -> Draft:
    buyer = customer(app, f"Customer of {title}")
    preset = {"title": title, "customer_id": Ref(buyer.id or 0), "pipeline_id": pipelines(app)[0], "stage_id": stage}
    preset |= {"estimate": Decimal(amount), "probability": Decimal(10)}
    return saving.save(app, saving.new_draft(app, "opportunities", preset))


def board(desk: Desk) -> BoardScreen:
    desk.window.open_screen("board")
    screen = desk.window.tabs.current
    assert isinstance(screen, BoardScreen)
    desk.wait(lambda: len(screen.columns) == 5)
    desk.quiet()
    return screen


def titles(screen: BoardScreen, at: int) -> list[str]:
    cards = screen.columns[at].cards
    return [cards.item(row).text() for row in range(cards.count())]


def answer_checklist(monkeypatch: pytest.MonkeyPatch, ticked: list[int] | None) -> list[str]:
    """Answer the next checklists: tick these boxes and move; None: leave."""
    seen: list[str] = []

    def ask(dialog: ChecklistDialog) -> int:
        seen.append(dialog.accept_button.text())
        for at in ticked or []:
            dialog.boxes[at].setChecked(True)
        seen.append(dialog.accept_button.text())
        return int(QDialog.DialogCode.Rejected if ticked is None else QDialog.DialogCode.Accepted)

    monkeypatch.setattr(ChecklistDialog, "exec", ask)
    return seen


def test_cards_stand_in_their_stages_and_move_by_keys(
    desk: Desk, stages: list[Ref], monkeypatch: pytest.MonkeyPatch
) -> None:
    big, small = deal(desk.app, stages[0], "Bearings", 9000), deal(desk.app, stages[0], "Bolts", 500)
    screen = board(desk)
    assert titles(screen, 0) == ["Bearings", "Bolts"]
    assert screen.summary.text() == "2 open · weighted 950"
    cards = screen.columns[0].cards
    cards.setCurrentRow(0)
    cards.setFocus()
    answer_checklist(monkeypatch, None)
    QTest.keyClick(cards, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    desk.quiet()
    assert titles(screen, 0) == ["Bearings", "Bolts"]
    said = answer_checklist(monkeypatch, [0, 1])
    QTest.keyClick(cards, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    desk.wait(lambda: titles(screen, 1) == ["Bearings"])
    assert said == ["Move anyway", "Move"]
    assert titles(screen, 0) == ["Bolts"]
    moved = saving.open_record(desk.app, "opportunities", big.id or 0).values
    assert (moved["probability"], moved["weighted"]) == (Decimal(25), Decimal(2250))
    assert moved["checked"].splitlines() == ["Spoken with somebody", "Knows what we sell"]
    desk.wait(lambda: screen.columns[1].chosen() == big.id)
    QTest.keyClick(screen.columns[1].cards, Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier)
    desk.wait(lambda: len(titles(screen, 0)) == 2)
    screen.columns[0].choose(small.id)
    QTest.keyClick(screen.columns[0].cards, Qt.Key.Key_Return)
    desk.wait(lambda: desk.window.tabs.keys[-1] == f"record:opportunities:{small.id}")


def test_a_card_dropped_on_a_stage_moves_there_once_the_database_says_so(
    desk: Desk, stages: list[Ref], monkeypatch: pytest.MonkeyPatch
) -> None:
    deal(desk.app, stages[0], "Bearings")
    screen = board(desk)
    source, target = screen.columns[0].cards, screen.columns[2].cards
    source.setCurrentRow(0)
    monkeypatch.setattr(QDropEvent, "source", lambda _event: source)
    answer_checklist(monkeypatch, [])
    no_buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    event = QDropEvent(QPointF(20, 20), Qt.DropAction.MoveAction, QMimeData(), no_buttons, keys)
    assert isinstance(target, _Cards)
    target.dropEvent(event)
    assert event.dropAction() == Qt.DropAction.IgnoreAction
    desk.wait(lambda: titles(screen, 2) == ["Bearings"])
    assert titles(screen, 0) == []


def test_a_stage_shows_its_best_cards_and_leads_to_the_list(desk: Desk, stages: list[Ref], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crm_desktop.services.board.CARDS", 2)
    for n in range(3):
        deal(desk.app, stages[1], f"Deal {n}", 100 * (n + 1))
    deal(desk.app, stages[0], "Elsewhere")
    screen = board(desk)
    assert (titles(screen, 1), screen.columns[1].number.text()) == (["Deal 2", "Deal 1"], "3")
    assert screen.columns[1].more.text() == "1 more"
    screen.columns[1].more.click()
    rows = desk.window.tabs.current
    assert isinstance(rows, ListScreen)
    desk.wait(lambda: rows.list.model.rowCount() == 3)


def test_the_funnel_counts_who_came_how_far(desk: Desk, stages: list[Ref]) -> None:
    deal(desk.app, stages[0], "Bearings")
    gone_on = deal(desk.app, stages[0], "Bolts", 3000)
    gone_on.values["stage_id"] = stages[3]
    saving.save(desk.app, gone_on)
    desk.window.open_screen("funnel")
    screen = desk.window.tabs.current
    assert isinstance(screen, FunnelScreen)
    desk.wait(lambda: bool(screen.table.items.rows))
    shown = [(s.reached, s.here, s.passed) for s in screen.table.items.rows]
    assert shown == [(2, 1, Decimal(50)), (1, 0, Decimal(100)), (1, 0, Decimal(100)), (1, 1, Decimal(0)), (0, 0, None)]
    assert screen.summary.text() == "2 opened · 0 won · 0 lost"
    screen.table.selectRow(3)
    QTest.keyClick(screen.table, Qt.Key.Key_Return)
    listed = desk.window.tabs.current
    assert isinstance(listed, ListScreen)
    desk.wait(lambda: listed.list.model.rowCount() == 1)
    desk.window.open_screen("funnel")
    screen.period.setCurrentIndex(screen.period.findData("last_month"))
    desk.wait(lambda: screen.empty.isVisible())


def test_a_lead_becomes_a_customer_who_was_there_already(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    there = customer(desk.app, "Alpha Trading", phone="13800138000")
    values = {"company": "ALPHA Trading Ltd", "person": "Bea", "interest": "Bolts"}
    lead = saving.save(desk.app, saving.new_draft(desk.app, "leads", values))
    form = desk.open("leads", lead.id or 0)

    def answer(dialog: ConvertLead) -> int:
        dialog.show()
        desk.bot.waitUntil(lambda: dialog.customer.count() == 2, timeout=10_000)
        assert not dialog.warning.isHidden()
        dialog.customer.setCurrentIndex(1)
        dialog.estimate.setText("12x")
        dialog.convert()
        assert dialog.problem.text()
        dialog.estimate.setText("1,200")
        dialog.accept_button.click()
        desk.bot.waitUntil(lambda: dialog.result() == int(QDialog.DialogCode.Accepted), timeout=10_000)
        return dialog.result()

    monkeypatch.setattr(ConvertLead, "exec", answer)
    operation = next(o for o in form.kind.operations if o.name == "convert")
    form.operate(operation)
    desk.quiet()
    assert saving.open_record(desk.app, "leads", lead.id or 0).values["customer_id"].id == there.id
    (deal_id,) = [int(k.rsplit(":", 1)[1]) for k in desk.window.tabs.keys if k.startswith("record:opportunities")]
    made = saving.open_record(desk.app, "opportunities", deal_id).values
    assert (made["title"], made["amount"], made["contact_id"].label) == ("Bolts", Decimal(1200), "Bea")
    QApplication.processEvents()


def test_the_report_over_the_team_follows_what_is_chosen_and_opens_an_opportunity(desk: Desk, stages: list[Ref]) -> None:
    ann = saving.save(desk.app, saving.new_draft(desk.app, "users", {"name": "Ann S", "sign_in": "ann.s"}))
    hers, mine = deal(desk.app, stages[0], "Bearings"), deal(desk.app, stages[0], "Bolts")
    for row, owner in ((hers, ann.id or 0), (mine, desk.app.actor.user_id or 0)):
        row.values |= {"owner_id": Ref(owner), "buyer": "proven"}
        saving.save(desk.app, row)
    desk.window.open_screen("meddic")
    screen = desk.window.tabs.current
    assert isinstance(screen, MeddicScreen)
    desk.wait(lambda: len(screen.deals.items.rows) == 2)
    assert screen.summary.text() == "2 open opportunities · 2 at high risk"
    screen.people.select_row_of(lambda p: p.owner.id == ann.id)
    QTest.keyClick(screen.people, Qt.Key.Key_Return)
    desk.wait(lambda: len(screen.deals.items.rows) == 1)
    assert screen.group.currentText() == "Ann S"
    columns = [c.title for c in screen.deals.items.columns]
    cell = screen.deals.items.columns[columns.index("Buyer")]
    (row_shown,) = screen.deals.items.rows
    assert (cell.text(row_shown), cell.tone(row_shown)) == ("Proven", "green")
    screen.period.setCurrentIndex(screen.period.findData("overdue"))
    desk.wait(lambda: screen.empty.isVisible())
    screen.period.setCurrentIndex(0)
    desk.wait(lambda: screen.deals.isVisible() and len(screen.deals.items.rows) == 1)
    screen.deals.setFocus()
    QTest.keyClick(screen.deals, Qt.Key.Key_Return)
    desk.wait(lambda: desk.window.tabs.keys[-1] == f"record:opportunities:{hers.id}")
