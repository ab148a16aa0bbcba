"""What watches over the program while it runs: one copy, a window that stands still, reports of crashes, a safe start."""

from __future__ import annotations

import datetime as dt
import logging
import time
import zipfile
from pathlib import Path

import pytest
from PySide6.QtNetwork import QLocalSocket
from pytestqt.qtbot import QtBot

from crm_desktop import settings as s
from crm_desktop.error_report import keep_report, mark_seen, report_crash, unseen_reports
from ui.app import forget_layout
from ui.single_copy import SingleCopy, socket_name
from ui.watchdog import Watchdog

NOW = dt.datetime(2026, 11, 25, 12, 0, 0, tzinfo=dt.UTC)


def test_the_claim_is_for_one_folder_and_ends_with_its_copy(tmp_path: Path, qtbot: QtBot) -> None:
    one, other, elsewhere = SingleCopy(tmp_path), SingleCopy(tmp_path), SingleCopy(tmp_path / "b")
    try:
        assert one.claim()
        assert not other.claim()
        assert elsewhere.claim()
        one.close()
        assert other.claim()
    finally:
        for copy in (one, other, elsewhere):
            copy.close()
    assert socket_name(tmp_path) == socket_name(tmp_path / "x" / "..")


def test_what_is_no_request_of_ours_is_left_alone(tmp_path: Path, qtbot: QtBot) -> None:
    copy = SingleCopy(tmp_path)
    asked: list[list[str]] = []
    copy.asked.connect(asked.append)
    assert copy.claim()
    try:
        socket = QLocalSocket()
        for said in (b"GET / HTTP/1.1\n", b"[1]\n", b'{"show": false}\n', b'{"show": true, "open": ["a.crmbackup"]}\n'):
            socket.connectToServer(copy.name)
            qtbot.waitUntil(socket.canReadLine)
            socket.readLine()
            socket.write(said)
            qtbot.waitUntil(socket.canReadLine)
            socket.readAll()
            socket.disconnectFromServer()
            qtbot.waitUntil(lambda: socket.state() == QLocalSocket.LocalSocketState.UnconnectedState)
    finally:
        copy.close()
    assert asked == [["a.crmbackup"]]


def test_nobody_answers_where_nobody_is(tmp_path: Path, qtbot: QtBot) -> None:
    assert not SingleCopy(tmp_path).hand_over(patience=200)


def test_a_window_that_stands_still_is_written_down_with_its_place(caplog: pytest.LogCaptureFixture, qtbot: QtBot) -> None:
    caplog.set_level(logging.WARNING, "ui.watchdog")
    dog = Watchdog(after=0.3, beat=0.05)
    try:
        qtbot.waitUntil(lambda: dog._last > 0)
        assert not caplog.records
        stand_still(caplog)
        qtbot.waitUntil(lambda: any("moves again" in r.message for r in caplog.records))
    finally:
        dog.close()
    stuck = [r.getMessage() for r in caplog.records if "has not moved" in r.getMessage()]
    assert len(stuck) == 1, "told once for each time"
    assert "in stand_still" in stuck[0]
    assert "secret" not in stuck[0]


def stand_still(caplog: pytest.LogCaptureFixture) -> None:
    _secret = "secret customer"
    end = time.monotonic() + 60
    while not caplog.records and time.monotonic() < end:
        time.sleep(0.05)
    time.sleep(0.2)


def test_reports_are_told_once_and_do_not_pile_up(tmp_path: Path) -> None:
    assert unseen_reports(tmp_path) == []
    for minute in range(13):
        assert keep_report(ValueError("客户 华南"), tmp_path, NOW + dt.timedelta(minutes=minute))
    assert len(unseen_reports(tmp_path)) == 10
    mark_seen(tmp_path)
    assert unseen_reports(tmp_path) == []
    assert keep_report(None, tmp_path, NOW + dt.timedelta(hours=1))
    assert len(unseen_reports(tmp_path)) == 1


def test_an_empty_trace_is_no_crash(tmp_path: Path) -> None:
    (tmp_path / "crash.log").touch()
    assert report_crash(tmp_path, NOW) is None
    trace = 'Fatal Python error: Segmentation fault\n\n  File "/home/ann/crm/ui/app.py", line 12 in run\n'
    (tmp_path / "crash.log").write_text(trace, encoding="utf-8")
    made = report_crash(tmp_path, NOW)
    assert made is not None
    with zipfile.ZipFile(made) as archive:
        assert archive.read("crash.log").decode().splitlines()[-1] == "  File app.py, line 12 in run"
    assert not (tmp_path / "crash.log").exists()
    assert report_crash(tmp_path, NOW) is None


def test_a_safe_start_forgets_where_the_window_was() -> None:
    settings = s.Settings()
    settings.set_many({s.OPEN_TABS: [["list:customers", "", ""]], s.CURRENT_TAB: 1, s.WINDOW_GEOMETRY: "AAAA"})
    forget_layout(settings)
    assert settings.get(s.OPEN_TABS) == []
    assert settings.get(s.WINDOW_GEOMETRY) == ""
    assert settings.get(s.CURRENT_TAB) == 0
