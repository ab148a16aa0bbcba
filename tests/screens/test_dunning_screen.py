"""Ages of receivables with their reminders: filters, and letters to those who are marked or due."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from form_makers import Desk
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from record_makers import customer

from crm_desktop.draft import Ref
from crm_desktop.services import saving
from ui import list_output
from ui.dunning import LettersDialog
from ui.screens.ageing import AgeingScreen

TODAY = dt.date.today()


def test_letters_to_those_who_are_due_are_written_and_noted(desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, late in (("Late Ltd", 20), ("Soon Ltd", -5), ("Old Ltd", 90)):
        who = customer(desk.app, name)
        values: dict[str, Any] = {"customer_id": Ref(who.id or 0), "amount": Decimal(100), "title": "x"}
        values["due_date"] = TODAY - dt.timedelta(days=late)
        if name == "Old Ltd":
            values |= {"dunning_level": 3, "reminded_on": TODAY - dt.timedelta(days=30)}
        saving.save(desk.app, saving.new_draft(desk.app, "receivables", values))
    screen = AgeingScreen(desk.window)
    screen.show()

    def rows() -> list[tuple[str, str]]:
        items = [screen.table.topLevelItem(n) for n in range(screen.table.topLevelItemCount())]
        return [(i.text(0), i.text(10)) for i in items if i is not None and i.data(0, Qt.ItemDataRole.UserRole)]

    desk.wait(lambda: len(rows()) == 3)
    assert rows() == [("Late Ltd", "0 → 1"), ("Old Ltd", "3"), ("Soon Ltd", "")]
    assert screen.summary.text() == "2 customers are late with a payment. 1 is due for a reminder."
    screen.shown.setCurrentIndex(2)
    assert [name for name, _level in rows()] == ["Late Ltd"]
    screen.shown.setCurrentIndex(5)
    assert [name for name, _level in rows()] == ["Old Ltd"]
    screen.shown.setCurrentIndex(0)
    asked: list[list[str]] = []

    def answer(dialog: LettersDialog) -> int:
        asked.append([letter.customer.label for letter in dialog.table.items.rows])
        return 1

    monkeypatch.setattr(LettersDialog, "exec", answer)
    path = tmp_path / "letters.pdf"
    monkeypatch.setattr(list_output, "ask_named_path", lambda *_args: path)
    QTest.mouseClick(screen.letters, Qt.MouseButton.LeftButton)
    desk.wait(lambda: ("Late Ltd", "1") in rows())
    assert path.read_bytes().startswith(b"%PDF")
    screen.table.clearSelection()
    item = screen.table.topLevelItem(1)
    assert item is not None
    item.setSelected(True)
    path = tmp_path / "again.pdf"
    screen.write_letters()
    desk.wait(path.exists)
    desk.quiet()
    assert asked == [["Late Ltd"], ["Old Ltd"]]
    screen.close()
