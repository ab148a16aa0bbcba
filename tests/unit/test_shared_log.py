"""One log for several windows: nothing is lost, and it does not grow for ever."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest

from crm_desktop import logging_setup
from crm_desktop.logging_setup import SharedLogFile


def log_file(path: Path) -> SharedLogFile:
    made = SharedLogFile(path, maxBytes=200, backupCount=3, encoding="utf-8", delay=True)
    made.setFormatter(logging.Formatter("%(message)s"))
    return made


def write(file: SharedLogFile, *texts: str) -> None:
    for text in texts:
        file.handle(logging.makeLogRecord({"msg": f"{text} {'x' * 90}"}))


def said(folder: Path) -> list[str]:
    """The first words of all lines, oldest first."""
    files = sorted(folder.iterdir(), key=lambda path: path.name, reverse=True)
    return [line.split()[0] for file in files for line in file.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(autouse=True)
def _no_error_is_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    def loud(_handler: logging.Handler, _record: logging.LogRecord) -> None:
        raise

    monkeypatch.setattr(logging.Handler, "handleError", loud)


def test_a_full_file_moves_up_and_the_oldest_goes(tmp_path: Path) -> None:
    file = log_file(tmp_path / "a.log")
    write(file, *(f"{n}" for n in range(12)))
    file.close()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.log", "a.log.1", "a.log.2", "a.log.3"]
    assert said(tmp_path) == [str(n) for n in range(12)][-len(said(tmp_path)) :]
    assert len(said(tmp_path)) >= 4


def test_while_another_window_holds_the_file_logging_goes_on_and_old_ones_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging_setup, "_AGAIN", 0.0)
    file = log_file(tmp_path / "a.log")
    write(file, "1", "2", "3", "4")
    before = said(tmp_path)
    rename = os.rename

    def held(source: object, target: object) -> None:
        if Path(str(source)).name == "a.log":
            raise PermissionError(13, "The file is used by another process")
        rename(str(source), str(target))

    monkeypatch.setattr(os, "rename", held)
    write(file, "5", "6", "7", "8", "9")
    assert said(tmp_path) == [*before, "5", "6", "7", "8", "9"]
    monkeypatch.setattr(os, "rename", rename)
    write(file, "10")
    file.close()
    assert (tmp_path / "a.log").read_text(encoding="utf-8").split()[0] == "10", "put aside as soon as it can be"
    assert said(tmp_path)[-6:] == ["5", "6", "7", "8", "9", "10"]


def test_a_held_file_is_not_tried_again_with_every_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tries = []

    def held(source: object, _target: object) -> None:
        tries.append(source)
        raise PermissionError(13, "The file is used by another process")

    monkeypatch.setattr(os, "rename", held)
    file = log_file(tmp_path / "a.log")
    write(file, *"123456789")
    file.close()
    assert said(tmp_path) == list("123456789")
    assert len(tries) == 1


def test_an_old_file_that_somebody_reads_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging_setup, "_AGAIN", 0.0)
    file = log_file(tmp_path / "a.log")
    write(file, "1", "2", "3", "4")
    before = said(tmp_path)
    replace = os.replace

    def held(source: object, target: object) -> None:
        if Path(str(source)).name == "a.log.1":
            raise PermissionError(13, "The file is used by another process")
        replace(str(source), str(target))

    monkeypatch.setattr(os, "replace", held)
    write(file, "5", "6", "7")
    file.close()
    assert [w for w in said(tmp_path) if w in before] == before
    assert said(tmp_path)[-3:] == ["5", "6", "7"]
    assert all(p.name.removeprefix("a.log") in ("", ".1", ".2", ".3") for p in tmp_path.iterdir())


def test_two_windows_write_to_one_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging_setup, "_AGAIN", 0.0)
    first, second = log_file(tmp_path / "a.log"), log_file(tmp_path / "a.log")
    for number in range(0, 6, 2):
        write(first, str(number))
        write(second, str(number + 1))
    first.close()
    write(second, "6")
    second.close()
    words = said(tmp_path)
    assert words == [str(n) for n in range(7)][-len(words) :]
    assert (tmp_path / "a.log").read_text(encoding="utf-8").split()[0] in ("5", "6")
