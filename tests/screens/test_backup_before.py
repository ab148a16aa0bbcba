"""Before an import and before many records go, a backup is made; where none can be, the person decides."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from form_makers import Desk
from record_makers import customer

from backups.catalogue import list_backups
from crm_desktop import settings as s
from crm_desktop.application import Application
from crm_desktop.filters import ListQuery
from crm_desktop.services.listing import count
from ui.list_screen import ListScreen
from ui.screens import import_screen as steps
from ui.screens.all_screens import all_screens
from ui.screens.import_screen import ImportScreen


@pytest.fixture
def desk(qtbot: Any, sqlite_app: Application, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    made = Desk(qtbot, sqlite_app, monkeypatch)
    made.window.screens.entries.update(all_screens().entries)
    made.window.screens.list_of = ListScreen
    yield made
    made.quiet()
    made.close()
    assert made.errors == []


def folder(desk: Desk) -> Path:
    return desk.app.data / "backups"


def blocked(desk: Desk) -> None:
    """The folder of the backups cannot be made."""
    file = desk.app.data / "blocked"
    file.write_text("a file where a folder should be", encoding="utf-8")
    desk.window.settings.set(s.BACKUP_FOLDER, str(file / "backups"))


def number(desk: Desk) -> int:
    return count(desk.app, ListQuery("customers"), cap=None).number


def many(desk: Desk) -> ListScreen:
    for at in range(25):
        customer(desk.app, f"Customer {at}")
    desk.window.open_list("customers")
    desk.quiet()
    screen = desk.window.tabs.current
    assert isinstance(screen, ListScreen)
    screen.list.select_everything()
    desk.quiet()
    return screen


def checked(desk: Desk, tmp_path: Path) -> ImportScreen:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (["客户名称", "城市"], ["华远机械", "广州"], ["海天食品", "佛山"]):
        book.active.append(row)
    path = tmp_path / "客户.xlsx"
    book.save(path)
    desk.window.open_screen("import", type="customers", path=str(path))
    desk.quiet()
    screen = desk.window.tabs.current
    assert isinstance(screen, ImportScreen)
    desk.wait(lambda: screen.pages.currentIndex() == steps.COLUMNS)
    screen.go_on()
    desk.wait(lambda: screen.pages.currentIndex() == steps.CHECK)
    desk.quiet()
    return screen


def test_many_records_go_only_after_a_backup(desk: Desk) -> None:
    screen = many(desk)
    screen.actions_of_list.delete()
    desk.bot.waitUntil(lambda: number(desk) == 0, timeout=60_000)
    (made,) = list_backups(folder(desk))
    assert made.good and made.header is not None and made.header.reason == "delete"
    assert made.manifest is not None and made.manifest.rows["customer"] == 25


def test_a_few_records_need_none(desk: Desk) -> None:
    customer(desk.app, "One")
    desk.window.open_list("customers")
    desk.quiet()
    screen = desk.window.tabs.current
    assert isinstance(screen, ListScreen)
    screen.list.select_everything()
    desk.quiet()
    screen.actions_of_list.delete()
    desk.bot.waitUntil(lambda: number(desk) == 0, timeout=60_000)
    assert list_backups(folder(desk)) == []


def test_without_a_place_for_backups_the_person_decides(desk: Desk) -> None:
    screen = many(desk)
    blocked(desk)
    answers = iter([True, False, True, True])  # delete? without? delete? without?

    def ask(question: str, *_more: object, **_words: object) -> bool:
        desk.questions.append(question)
        return next(answers)

    desk.window.notices.ask = ask  # type: ignore[method-assign]
    without = "No backup could be made before this. Go on without one?"
    screen.actions_of_list.delete()
    desk.bot.waitUntil(lambda: without in desk.questions, timeout=60_000)
    desk.quiet()
    assert number(desk) == 25
    screen.actions_of_list.delete()
    desk.bot.waitUntil(lambda: number(desk) == 0, timeout=60_000)
    assert desk.questions.count(without) == 2


def test_an_import_begins_with_a_backup(desk: Desk, tmp_path: Path) -> None:
    screen = checked(desk, tmp_path)
    screen.go_on()
    desk.bot.waitUntil(lambda: screen.result is not None, timeout=60_000)
    (made,) = list_backups(folder(desk))
    assert made.header is not None and made.header.reason == "import"
    assert made.manifest is not None and made.manifest.rows["customer"] == 0
    assert number(desk) == 2


def test_an_import_without_a_place_for_backups_asks(desk: Desk, tmp_path: Path) -> None:
    screen = checked(desk, tmp_path)
    blocked(desk)
    desk.answer = False
    screen.go_on()
    desk.bot.waitUntil(lambda: bool(desk.questions), timeout=60_000)
    desk.quiet()
    assert screen.pages.currentIndex() == steps.CHECK and number(desk) == 0
    desk.answer = True
    screen.go_on()
    desk.bot.waitUntil(lambda: screen.result is not None, timeout=60_000)
    assert number(desk) == 2
