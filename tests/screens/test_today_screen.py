"""The page of the day while somebody works: it is read again and again, and must not get into anybody's way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from form_makers import Desk
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget
from record_makers import customer

from crm_desktop.application import Application
from ui.screens.all_screens import all_screens


class _NewWindows(QObject):
    """Notes every widget that is shown as a window of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.shown.append(type(watched).__name__)
        return False


@pytest.fixture
def desk(qtbot: Any, sqlite_app: Application, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    made = Desk(qtbot, sqlite_app, monkeypatch, screens=all_screens())
    yield made
    made.quiet()
    made.close()
    assert made.errors == []


def test_reading_the_day_again_takes_the_keyboard_from_nobody(desk: Desk) -> None:
    buyer = customer(desk.app, "Pearl")
    desk.open("customers", buyer.id or 0)
    desk.window.open_screen("today")
    desk.quiet()
    today = desk.window.tabs.current
    noticed = _NewWindows()
    qt = QApplication.instance()
    assert qt is not None
    qt.installEventFilter(noticed)
    try:
        today.refresh()  # type: ignore[attr-defined]
        desk.quiet()
    finally:
        qt.removeEventFilter(noticed)
    assert noticed.shown == []
