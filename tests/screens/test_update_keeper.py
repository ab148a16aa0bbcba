"""The bar that tells of a newer version, and the way from its button to the setup program."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot
from update_makers import put

import crm_desktop
from backups.catalogue import list_backups
from backups.keeping import backup_folder
from crm_desktop import installers
from crm_desktop import settings as s
from crm_desktop.application import Application
from crm_desktop.rights import Rights
from crm_desktop.services import updates
from ui import update_keeper
from ui.app import Program
from ui.main_window import MainWindow
from ui.notices import Notices
from ui.update_keeper import UpdateKeeper

WAIT = 60_000


@pytest.fixture
def stick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only drive that is plugged in."""
    folder = tmp_path / "U 盘"
    folder.mkdir()
    drive = type("Drive", (), {"root": folder, "removable": True})
    monkeypatch.setattr("backups.drives.connected", lambda *_mounts: [drive])
    return folder


@pytest.fixture
def began() -> list[Path]:
    """The setup programs that were started."""
    return []


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was told as an error."""
    heard: list[str] = []
    monkeypatch.setattr(Notices, "error", lambda _self, error: heard.append(str(error)))
    return heard


@pytest.fixture
def keeper(
    qtbot: QtBot, qapp: QApplication, data_folder: Path, stick: Path, began: list[Path], told: list[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[UpdateKeeper]:
    """That of a real window; questions are answered yes."""
    monkeypatch.setattr(Notices, "ask", lambda *_words, **_more: True)
    monkeypatch.setattr(installers, "can_run", lambda: True)
    monkeypatch.setattr(update_keeper, "_FIRST", 10**8)
    program = Program(qapp, data_folder, "en")
    program.start()
    window = program.window
    assert isinstance(window, MainWindow)
    qtbot.waitUntil(lambda: window.tasks.idle, timeout=WAIT)
    made: Any = UpdateKeeper(window, began.append)
    yield made
    if not window.tasks.closed:
        qtbot.waitUntil(lambda: window.tasks.idle, timeout=WAIT)
        window.close()
    program.end()


def shown(qtbot: QtBot, keeper: UpdateKeeper) -> str:
    qtbot.waitUntil(lambda: keeper.banner is not None, timeout=WAIT)
    assert keeper.banner is not None
    return keeper.banner.label.text()


def test_a_stick_is_enough(qtbot: QtBot, keeper: UpdateKeeper, stick: Path, began: list[Path], data_folder: Path) -> None:
    put(stick, "9.0.0")
    keeper.look()
    assert "9.0.0" in shown(qtbot, keeper)
    assert keeper.banner is not None
    window, settings = keeper.parent(), keeper.parent().settings  # type: ignore[union-attr]
    (button,) = (b for b in keeper.banner.findChildren(QPushButton) if b.text() == "Update now…")
    button.click()
    qtbot.waitUntil(lambda: bool(began), timeout=WAIT)
    assert began == [data_folder / updates.FOLDER / "CRM-Desktop-9.0.0-setup.exe"]
    assert not window.isVisible(), "the program has closed before its files are replaced"  # type: ignore[union-attr]
    assert [b.header.reason for b in list_backups(backup_folder(data_folder, settings)) if b.header] == ["migration"]


def test_a_changed_setup_program_is_never_run(
    qtbot: QtBot, keeper: UpdateKeeper, stick: Path, began: list[Path], told: list[str]
) -> None:
    put(stick, "9.0.0", b"changed", promised=b"original")
    keeper.look()
    shown(qtbot, keeper)
    assert keeper.banner is not None
    keeper.banner.findChildren(QPushButton)[0].click()
    qtbot.waitUntil(lambda: bool(told), timeout=WAIT)
    window: Any = keeper.parent()
    assert "checksum" in told[0] and began == [] and window.isVisible()


def test_a_window_that_stays_open_is_not_updated(
    qtbot: QtBot, keeper: UpdateKeeper, stick: Path, began: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    window: Any = keeper.parent()
    asked: list[bool] = []
    monkeypatch.setattr(window.tabs, "may_close", lambda: bool(asked.append(True)))
    put(stick, "9.0.0")
    keeper.look()
    shown(qtbot, keeper)
    assert keeper.banner is not None
    keeper.banner.findChildren(QPushButton)[0].click()
    qtbot.waitUntil(lambda: bool(asked), timeout=WAIT)
    monkeypatch.undo()
    assert window.isVisible() and began == []
    window.close()
    assert began == [], "closing it later is no update"


def test_who_asks_gets_an_answer_in_either_case(qtbot: QtBot, keeper: UpdateKeeper, stick: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(Notices, "say", lambda _self, text, *_more: said.append(text))
    window: Any = keeper.parent()
    window.update_wanted.emit()
    qtbot.waitUntil(lambda: bool(said), timeout=WAIT)
    assert "newest" in said[0]
    keeper.take_file(put(stick, "9.1.0"))
    assert "9.1.0" in shown(qtbot, keeper)


def test_an_offer_that_cannot_be_reached_says_where_it_should_be(qtbot: QtBot, keeper: UpdateKeeper, stick: Path) -> None:
    window: Any = keeper.parent()
    app: Application = window.app
    file = updates.offer(app, put(stick, "9.2.0")).file
    for gone in (file, stick / file.name):
        gone.unlink()
    keeper.look()
    text = shown(qtbot, keeper)
    assert app.actor.name in text and str(file.parent) in text
    assert keeper.banner is not None and not [b for b in keeper.banner.findChildren(QPushButton) if b.text() == "Update now…"]


def test_an_administrator_offers_a_version_in_the_window_and_takes_it_back(
    qtbot: QtBot, keeper: UpdateKeeper, stick: Path, told: list[str]
) -> None:
    window: Any = keeper.parent()
    file = put(stick, "9.3.0")
    assert "offer-update" in {command.key for command in window.commands}
    keeper.offer_file(file)
    assert "9.3.0" in shown(qtbot, keeper)
    assert updates.offered(window.app)["version"] == "9.3.0"
    file.unlink()
    keeper.withdraw()
    qtbot.waitUntil(lambda: updates.offered(window.app) == {}, timeout=WAIT)
    assert keeper.banner is not None
    qtbot.waitUntil(keeper.banner.isHidden, timeout=WAIT)
    assert told == []


def test_a_damaged_setup_program_is_not_offered(qtbot: QtBot, keeper: UpdateKeeper, stick: Path, told: list[str]) -> None:
    window: Any = keeper.parent()
    keeper.offer_file(put(stick, "9.3.0", b"changed", promised=b"original"))
    qtbot.waitUntil(lambda: bool(told), timeout=WAIT)
    assert updates.offered(window.app) == {}


def test_who_may_not_set_up_the_program_is_not_asked_what_to_offer(qtbot: QtBot, keeper: UpdateKeeper) -> None:
    window: Any = keeper.parent()
    window.app.actor = replace(window.app.actor, rights=Rights.of("customers.see"), version=0)
    window.commands = [c for c in window.commands if not c.key.endswith("-update")]
    UpdateKeeper(window, lambda _file: None)
    assert not {"offer-update", "withdraw-update"} & {command.key for command in window.commands}


def test_the_first_start_of_a_newer_version_tells_what_is_new_once(qtbot: QtBot, keeper: UpdateKeeper) -> None:
    window: Any = keeper.parent()
    assert window.settings.get(s.LAST_VERSION) == crm_desktop.__version__, "remembered, and a fresh start tells nothing"
    assert keeper.banner is None
    window.settings.set(s.LAST_VERSION, "0.0.1")
    later: Any = UpdateKeeper(window, lambda _file: None)
    assert crm_desktop.__version__ in shown(qtbot, later)
    with qtbot.waitSignal(later.news_wanted):
        next(b for b in later.banner.findChildren(QPushButton) if b.text() == "What is new").click()
    assert UpdateKeeper(window, lambda _file: None).banner is None
