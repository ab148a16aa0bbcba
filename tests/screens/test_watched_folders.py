"""Folders whose files are imported by themselves, in a window that stands open: real folders, real files, other programs in between."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from form_makers import Desk
from PySide6.QtWidgets import QFileDialog
from record_makers import customer

from crm_desktop.application import Application
from crm_desktop.errors import Cancelled, Told
from crm_desktop.exchange import dropping
from crm_desktop.exchange.dropping import Settling, give_back_left, take, waiting
from crm_desktop.exchange.recipe import Recipe
from crm_desktop.exchange.watched_folder import DONE, FAILED, bring_in_dropped
from crm_desktop.exchange.watched_settings import keep_watched, new_watched, watched_folders
from crm_desktop.filters import ListQuery
from crm_desktop.rights import Rights
from crm_desktop.services.import_mappings import delete_mapping, keep_mapping
from crm_desktop.services.listing import count, fetch_page
from crm_desktop.services.log import LogQuery, fetch_log
from crm_desktop.settings import IMPORT_FOLDERS, MemoryStorage, Settings
from ui.import_keeper import ImportKeeper
from ui.screens import import_watched
from ui.screens.all_screens import all_screens
from ui.screens.import_screen import ImportScreen

SOON = 20_000  # milliseconds, on a machine that is very busy


@pytest.fixture
def desk(qtbot: Any, sqlite_app: Application, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    made = Desk(qtbot, sqlite_app, monkeypatch)
    made.window.screens.entries.update(all_screens().entries)
    yield made
    made.quiet()
    made.close()
    assert made.errors == []


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    folder = tmp_path / "drop"
    folder.mkdir()
    return folder


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir() if p.is_file())


def keeper(desk: Desk, folder: Path, **facts: Any) -> ImportKeeper:
    keep_watched(desk.app, desk.window.settings, replace(new_watched(str(folder), "customers"), **facts))
    return ImportKeeper(desk.window, Settling(0.2))


def test_what_is_dropped_comes_in_and_is_told(desk: Desk, drop: Path) -> None:
    customer(desk.app, "Alpha", phone="010-1")
    keep_mapping(desk.app, "customers", "Partner", {"type": "customers", "columns": {"Firma": "name", "Tel": "phone", "City": "city"}})
    desk.window.open_screen("import")
    screen = desk.window.tabs.current
    assert isinstance(screen, ImportScreen)
    desk.quiet()
    assert screen.file.undo_buttons == {}
    keeper(desk, drop, mapping="Partner", existing="fill")
    (drop / "new.csv").write_text("Firma,Tel,City\nAlpha,010-2222,Ulm\nBeta,010-3333,Bonn\n", encoding="utf-8")
    desk.bot.waitUntil(lambda: (drop / DONE).is_dir() and len(names(drop / DONE)) == 2, timeout=SOON)
    desk.bot.waitUntil(lambda: "new.csv was imported: Customers, 1 new, 1 changed" in desk.window.notices.said, timeout=SOON)
    desk.bot.waitUntil(lambda: len(screen.file.undo_buttons) == 1, timeout=SOON)
    assert names(drop) == []
    found = {r[0]: r[1:3] for r in fetch_page(desk.app, ListQuery("customers", ("name", "phone", "city"))).rows}
    assert found == {"Alpha": ("010-1", "Ulm"), "Beta": ("010-3333", "Bonn")}
    [entry] = [e for e in fetch_log(desk.app, LogQuery()).entries if e.action == "import" and not e.type]
    facts = {c.field: c.after for c in entry.changes}
    assert (entry.label, facts["folder"], facts["added"]) == ("new.csv", str(drop), "1")


def test_a_wrong_file_goes_to_failed_with_its_reason(desk: Desk, drop: Path) -> None:
    keeper(desk, drop)
    (drop / "bad.csv").write_text("Nothing,Known\n1,2\n", encoding="utf-8")
    desk.bot.waitUntil(lambda: "bad.csv could not be imported" in desk.window.notices.said, timeout=SOON)
    [file, report] = names(drop / FAILED)
    assert (file[-8:], report[-8:]) == (" bad.csv", " bad.txt")
    said = (drop / FAILED / report).read_text(encoding="utf-8-sig")
    assert desk.app.actor.name in said and ".crm-" not in said
    desk.quiet()
    [entry] = [e for e in fetch_log(desk.app, LogQuery()).entries if e.action == "import_failed"]
    facts = {c.field: c.after for c in entry.changes}
    assert facts["folder"] == str(drop) and ".crm-" not in facts["reason"]


def test_a_file_is_not_taken_while_a_program_writes_it(desk: Desk, drop: Path) -> None:
    """Another process writes, waits for long, writes the rest, and only then closes the file."""
    keeper(desk, drop)
    writes = (
        "import sys\n"
        "with open(sys.argv[1], 'w', encoding='utf-8') as file:\n"
        "    file.write('Name\\nAlpha\\n'); file.flush(); print('half', flush=True)\n"
        "    sys.stdin.readline(); file.write('Beta\\n')\n"
    )
    path = drop / "slow.csv"
    with subprocess.Popen(
        [sys.executable, "-c", writes, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdin is not None and other.stdout is not None and other.stdout.readline() == "half\n"
        desk.bot.wait(1_500)  # far longer than a file has to be still
        assert names(drop) == ["slow.csv"] and count(desk.app, ListQuery("customers")).number == 0
        other.stdin.write("\n")
        other.stdin.flush()
        other.wait()
    desk.bot.waitUntil(lambda: (drop / DONE).is_dir() and bool(names(drop / DONE)), timeout=SOON)
    desk.bot.waitUntil(lambda: count(desk.app, ListQuery("customers")).number == 2, timeout=SOON)


def test_who_may_not_import_leaves_the_files_for_somebody_who_may(desk: Desk, drop: Path) -> None:
    watching = keeper(desk, drop)
    may = desk.app.actor
    desk.app.actor = replace(may, rights=Rights.of("customers.see"), version=0)
    (drop / "a.csv").write_text("Name\nAlpha\n", encoding="utf-8")
    desk.bot.wait(1_200)
    assert names(drop) == ["a.csv"]
    desk.app.actor = may
    watching.look()
    desk.bot.waitUntil(lambda: names(drop) == [], timeout=SOON)


def test_a_mapping_that_is_gone_is_told_and_nothing_is_moved(desk: Desk, drop: Path) -> None:
    kept = keep_mapping(desk.app, "customers", "Gone", {"type": "customers", "columns": {"Firma": "name"}})
    watching = keeper(desk, drop, mapping="Gone")
    delete_mapping(desk.app, kept.id)
    (drop / "a.csv").write_text("Firma\nAlpha\n", encoding="utf-8")
    desk.bot.waitUntil(lambda: "Nothing is imported from “drop”: There is no mapping “Gone”" in desk.window.notices.said, timeout=SOON)
    assert names(drop) == ["a.csv"]
    [watched] = watched_folders(desk.window.settings)
    keep_watched(desk.app, desk.window.settings, replace(watched, mapping=""))
    (drop / "a.csv").write_text("Name\nAlpha\n", encoding="utf-8")
    desk.bot.waitUntil(lambda: names(drop) == [], timeout=SOON)
    assert watching is not None


def test_a_folder_is_added_paused_and_forgotten_on_the_screen(desk: Desk, drop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_mapping(desk.app, "products", "Partner", {"type": "products", "columns": {"Artikel": "name"}})
    desk.window.open_screen("import")
    desk.quiet()
    page = desk.window.tabs.current
    assert isinstance(page, ImportScreen)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(drop))

    def fill(dialog: Any) -> int:
        dialog.types.setCurrentIndex(dialog.types.findData("products"))
        desk.quiet()
        dialog.maps.setCurrentIndex(dialog.maps.findData("Partner"))
        dialog.existing.setCurrentIndex(dialog.existing.findData("skip"))
        return 1

    monkeypatch.setattr(import_watched.WatchedDialog, "exec", fill)
    page.file.watched.add.click()
    desk.quiet()
    [watched] = watched_folders(desk.window.settings)
    assert (watched.folder, watched.type, watched.mapping, watched.existing) == (str(drop), "products", "Partner", "skip")
    card = page.file.watched
    assert card.rows[watched.id].state.text == "watched"
    (drop / "a.csv").write_text("Artikel\nBolt\n", encoding="utf-8")
    card.look()
    desk.quiet()
    assert card.rows[watched.id].state.text == "1 file waits"
    card.rows[watched.id].pause.click()
    desk.quiet()
    assert not watched_folders(desk.window.settings)[0].active and card.rows[watched.id].state.text == "paused"
    card.rows[watched.id].remove.click()
    desk.quiet()
    assert watched_folders(desk.window.settings) == [] and card.rows == {} and names(drop) == ["a.csv"]


# The files themselves


def test_of_several_programs_one_takes_a_file(tmp_path: Path) -> None:
    """Six processes want each of forty files: every file is taken once."""
    for at in range(40):
        (tmp_path / f"{at:02}.csv").write_text("Name\n", encoding="utf-8")
    wants = (
        "import sys; from pathlib import Path\n"
        "from crm_desktop.exchange.dropping import take\n"
        "sys.stdin.readline()\n"
        "folder = Path(sys.argv[1])\n"
        "print(sum(take(folder / f'{at:02}.csv') is not None for at in range(40)))\n"
    )
    command = [sys.executable, "-c", wants, str(tmp_path)]
    racing = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(6)]
    for one in racing:
        assert one.stdin is not None
        one.stdin.write("\n")
        one.stdin.flush()
    taken = [int(one.communicate(timeout=60)[0]) for one in racing]
    assert sum(taken) == 40 and len(list(tmp_path.iterdir())) == 40
    assert waiting(tmp_path) == []
    assert give_back_left(tmp_path) == 40, "the programs have ended, and give nothing back by themselves"
    assert [p.name for p in waiting(tmp_path)] == [f"{at:02}.csv" for at in range(40)] or len(waiting(tmp_path)) == 40


def test_what_is_being_imported_is_not_given_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / f"{'名' * 75}.csv"
    path.write_text("Name\n", encoding="utf-8")
    under = take(path)
    assert under is not None and take(path) is None
    assert give_back_left(tmp_path) == 0
    monkeypatch.setattr(dropping.platform, "node", lambda: "ANOTHER-PC")
    assert give_back_left(tmp_path) == 0
    old = under.with_name(under.name.replace(under.name[5:19], "20200101000000"))
    under.rename(old)
    assert give_back_left(tmp_path) == 1 and [p.suffix for p in waiting(tmp_path)] == [".csv"]


def test_a_file_that_grows_is_not_whole(tmp_path: Path) -> None:
    now = [0.0]
    settling, path = Settling(2.0, lambda: now[0]), tmp_path / "a.csv"
    (tmp_path / "~$a.csv").write_text("x", encoding="utf-8")
    for text in ("Name\n", "Name\nAlpha\n"):
        path.write_text(text, encoding="utf-8")
        assert settling.look(tmp_path) == ([], [path])
        now[0] += 1.9
        assert settling.look(tmp_path) == ([], [path])
    now[0] += 0.2
    assert settling.look(tmp_path) == ([path], [])
    (tmp_path / ".~lock.a.csv#").write_text("", encoding="utf-8")
    assert settling.look(tmp_path) == ([], [path]), "somebody has it open in a spreadsheet"
    (tmp_path / ".~lock.a.csv#").unlink()
    path.write_text("", encoding="utf-8")
    settling.look(tmp_path)
    now[0] += 30
    assert settling.look(tmp_path) == ([], [path]), "it may be filled yet"
    now[0] += 31
    assert settling.look(tmp_path) == ([path], [])


def test_a_file_dropped_again_is_not_lost_and_stopping_gives_it_back(
    sqlite_app: Application, drop: Path, open_again: Callable[[Application], Application]
) -> None:
    path = drop / "a.csv"

    class Stops:
        def report(self, done: int, total: int | None = None, text: str = "") -> None: ...

        def check_cancelled(self) -> None:
            path.write_text("Name\nSecond\n", encoding="utf-8")  # dropped while the first one is at work
            raise Cancelled

    path.write_text("Name\nFirst\n", encoding="utf-8")
    with pytest.raises(Told):
        bring_in_dropped(sqlite_app, path, Recipe("customers"), None, Stops())
    assert names(drop) == ["a (2).csv", "a.csv"]
    other = open_again(sqlite_app)
    told = [bring_in_dropped(app, p, Recipe("customers")) for app in (sqlite_app, other) for p in waiting(drop)]
    assert [t.ok for t in told if t] == [True, True]
    assert count(sqlite_app, ListQuery("customers")).number == 2


def test_only_folders_that_make_sense_are_watched(sqlite_app: Application, drop: Path) -> None:
    settings = Settings({scope: MemoryStorage() for scope in type(IMPORT_FOLDERS.scope)})
    keep_watched(sqlite_app, settings, new_watched(str(drop), "customers"))
    for folder in (str(drop), str(drop / ".." / "drop"), str(drop / "none"), "relative"):
        with pytest.raises(Told):
            keep_watched(sqlite_app, settings, new_watched(folder, "products"))
    with pytest.raises(Told):
        keep_watched(sqlite_app, settings, new_watched(str(drop.parent), "customers", "No such mapping"))
    settings.set(IMPORT_FOLDERS, [{"id": 1}, "x", {"id": "a", "folder": os.sep, "type": "customers", "existing": "ask"}])
    assert watched_folders(settings) == []
