"""Files a person saves from the window, where another program has the one of that name open."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from form_makers import Desk
from record_makers import customer, order

from crm_desktop import held_files
from crm_desktop.application import Application
from crm_desktop.errors import Unavailable
from crm_desktop.services import files
from ui.files_tab import FilesTab
from ui.notices import Notices
from ui.print_dialog import PrintDialog


@pytest.fixture
def errors(monkeypatch: pytest.MonkeyPatch) -> list[BaseException]:
    """What the window tells of, caught before it opens a box."""
    caught: list[BaseException] = []
    monkeypatch.setattr(Notices, "error", lambda _self, error: caught.append(error))
    return caught


@pytest.fixture
def desk(
    qtbot: Any, sqlite_app: Application, errors: list[BaseException], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Desk]:
    made = Desk(qtbot, sqlite_app, monkeypatch)
    yield made
    made.quiet()
    made.close()


@pytest.fixture
def held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that cannot be replaced."""
    path = tmp_path / "客户 文件.pdf"
    path.write_bytes(b"old")
    real, real_open = os.replace, Path.open

    def replace(source: Any, target: Any) -> None:
        if Path(target) == path:
            raise PermissionError(13, "The file is used by another process")
        real(source, target)

    def opened(self: Path, mode: str = "r", *arguments: Any, **named: Any) -> Any:
        if self == path and mode != "rb":
            raise PermissionError(13, "The file is used by another process")
        return real_open(self, mode, *arguments, **named)

    monkeypatch.setattr(held_files, "_PAUSES", ())
    monkeypatch.setattr(os, "replace", replace)
    monkeypatch.setattr(Path, "open", opened)
    return path


def told(errors: list[BaseException], held: Path) -> None:
    """The person was told which file it is, not that the program made a mistake, and the file is as it was."""
    assert [type(error) for error in errors] == [Unavailable]
    assert str(held) in str(errors[0])
    assert held.read_bytes() == b"old"
    assert [path.name for path in held.parent.iterdir() if path.suffix == ".part"] == []


def test_a_file_of_a_record(desk: Desk, errors: list[BaseException], held: Path) -> None:
    saved = customer(desk.app, "Alpha")
    files.attach(desk.app, "customers", saved.id or 0, "new.pdf", b"new")
    screen = desk.open("customers", saved.id or 0)
    screen.tabs.show_tab("files")
    desk.quiet()
    page = screen.tabs.pages["files"]
    assert isinstance(page, FilesTab)
    page.save_as(page.files[0], held)
    desk.quiet()
    told(errors, held)


def test_a_printed_record(desk: Desk, errors: list[BaseException], held: Path) -> None:
    saved = order(desk.app, customer(desk.app, "Alpha"), 1)
    screen = desk.open("sales-orders", saved.id or 0)
    dialog = PrintDialog(screen, desk.window, screen.kind, saved.id or 0, "SO 1")
    dialog.show()
    desk.wait(lambda: bool(dialog.pdf))
    dialog.save(held)
    desk.quiet()
    told(errors, held)
    assert dialog.isVisible(), "what is to be saved is still there, for another name"
    dialog.reject()
