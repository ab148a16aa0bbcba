"""What the world does to a database file: full disks, read-only folders, damage, newer versions. The person is told, nothing is lost."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from crm_desktop.application import Application
from crm_desktop.draft import Draft
from crm_desktop.errors import Missing, Refused, Unavailable
from crm_desktop.services import deleting, saving
from crm_desktop.services.checking import check_database
from crm_desktop.services.listing import ListQuery, count
from crm_desktop.services.opening import NewCompany, database_path, open_folder

COMPANY = NewCompany("Example Trading Ltd", "Ann", "en")
PROGRAM = Path(__file__).parents[1] / "cramped.py"


def customer(app: Application, **values: Any) -> Draft:
    return saving.save(app, saving.new_draft(app, "customers", {"name": "Alpha"} | values))


def is_sound(app: Application) -> bool:
    return all(f.sound and not f.repaired for f in check_database(app))


@contextmanager
def full_disk(app: Application) -> Iterator[None]:
    """Inside, the file of the database cannot grow; SQLite answers as on a full disk."""

    def limit(connection: Any, _record: Any, _proxy: Any) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages}")

    event.listen(app.engine, "checkout", limit)
    try:
        yield
    finally:
        event.remove(app.engine, "checkout", limit)
        app.engine.dispose()  # the limit belongs to each connection


def test_a_full_disk_is_told_and_what_was_typed_can_be_saved_later(sqlite_app: Application) -> None:
    first = customer(sqlite_app)
    draft = saving.new_draft(sqlite_app, "customers", {"name": "Beta", "note": "x" * 3_000_000})
    changed = first.copy()
    changed.values["note"] = "y" * 3_000_000
    with full_disk(sqlite_app):
        for attempt in (draft, changed):
            with pytest.raises(Unavailable, match="disk is full") as caught:
                saving.save(sqlite_app, attempt)
            assert "Nothing was saved" in caught.value.advice
        assert count(sqlite_app, ListQuery("customers")).number == 1  # looking goes on
    assert is_sound(sqlite_app)
    assert saving.save(sqlite_app, draft).values["number"] == "C00002"
    assert saving.save(sqlite_app, changed).version == 2
    assert is_sound(sqlite_app)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of a process's files")
def test_a_file_that_cannot_grow_in_the_middle_of_many_saves(data_folder: Path) -> None:
    """The operating system itself refuses to write on, at whatever place the program then is."""
    done = subprocess.run(
        [sys.executable, str(PROGRAM), str(data_folder)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    told = done.stdout.split()
    assert told[-1] == "Unavailable"
    saved = [int(word) for word in told[:-1]]
    assert len(saved) > 3
    app = open_folder(data_folder)
    assert is_sound(app)
    for id_ in saved:
        assert len(saving.open_record(app, "customers", id_).values["note"]) == 20_000
    assert count(app, ListQuery("customers")).number - len(saved) in (0, 1)
    customer(app)
    app.close()


@pytest.fixture
def ordinary_person(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Permissions do not bind root, so root becomes somebody else for a while."""
    if sys.platform == "win32":
        yield
        return
    if os.geteuid() != 0:
        yield
        return
    base = tmp_path_factory.getbasetemp()
    # Left open: workers share these folders, and pytest closes them by itself at its next start.
    for folder in (base, *base.parents):
        if not folder.stat().st_mode & 0o001:
            folder.chmod(folder.stat().st_mode | 0o055)
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def can_write(file: Path) -> bool:
    try:
        with file.open("r+b"):
            return True
    except PermissionError:
        return False


def test_a_file_that_may_only_be_read(
    sqlite_app: Application, data_folder: Path, request: pytest.FixtureRequest
) -> None:
    customer(sqlite_app)
    sqlite_app.close()
    file = database_path(data_folder)
    before = file.read_bytes()
    file.chmod(0o444)
    if sys.platform != "win32":
        data_folder.parent.chmod(0o755)
        data_folder.chmod(0o755 if os.geteuid() == 0 else 0o555)
    try:
        request.getfixturevalue("ordinary_person")
        if can_write(file):
            pytest.skip("this account may write a read-only file, as root may under Wine")
        with pytest.raises(Unavailable) as caught:
            app = open_folder(data_folder)
            try:
                customer(app)
            finally:
                app.close()
        assert caught.value.advice
    finally:
        if sys.platform != "win32" and os.geteuid() != 0 and os.getuid() == 0:
            os.seteuid(0)
        file.chmod(0o644)
        if sys.platform != "win32":
            data_folder.chmod(0o755)
    assert file.read_bytes() == before
    app = open_folder(data_folder)
    assert count(app, ListQuery("customers")).number == 1
    customer(app)
    app.close()


@pytest.mark.skipif(sys.platform == "win32", reason="folders that nobody may write into are a Unix matter")
def test_a_folder_that_may_not_be_written(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    folder = tmp_path / "locked"
    folder.mkdir()
    tmp_path.chmod(0o755)
    folder.chmod(0o555)
    request.getfixturevalue("ordinary_person")
    for place in (folder, folder / "below"):
        with pytest.raises(Unavailable) as caught:
            open_folder(place, create=COMPANY)
        assert caught.value.advice
    assert list(folder.iterdir()) == []


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    place = tmp_path / "taken"
    place.write_text("a shopping list", encoding="utf-8")
    with pytest.raises(Unavailable):
        open_folder(place, create=COMPANY)
    assert place.read_text(encoding="utf-8") == "a shopping list"


DAMAGES = {
    "no database at all": lambda whole: b"Dear Sir or Madam, " * 500,
    "its head overwritten": lambda whole: b"\xff" * 4096 + whole[4096:],
    "cut off after its head": lambda whole: whole[:4096],
    "cut in half": lambda whole: whole[: len(whole) // 2 // 4096 * 4096],
    "garbage in the middle": lambda whole: whole[: 5 * 4096] + b"\xa5" * (len(whole) - 5 * 4096),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_told_and_left_as_it_is(data_folder: Path, damage: str) -> None:
    file = database_path(data_folder)
    broken = DAMAGES[damage](file.read_bytes())
    file.write_bytes(broken)
    with pytest.raises(Unavailable, match="damaged") as caught:
        app = open_folder(data_folder)
        try:
            saving.new_draft(app, "customers")
            for key in app.types:
                count(app, ListQuery(key), cap=None)
            assert not is_sound(app)
            raise Unavailable("damaged, as the check says", "Restore")
        finally:
            app.close()
    assert caught.value.advice
    assert file.read_bytes()[4096:] == broken[4096:]
    with pytest.raises((Unavailable, Refused)):  # and nothing new is made in its place
        open_folder(data_folder, create=COMPANY)
    assert file.read_bytes()[4096:] == broken[4096:]


def test_an_empty_file_is_no_company_yet(tmp_path: Path) -> None:
    database_path(tmp_path).touch()
    with pytest.raises(Missing):
        open_folder(tmp_path)
    open_folder(tmp_path, create=COMPANY).close()


def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    raw = sqlite3.connect(database_path(tmp_path))
    raw.execute("CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT)")
    raw.execute("INSERT INTO customer (name) VALUES ('theirs')")
    raw.commit()
    raw.close()
    with pytest.raises((Missing, Unavailable)):
        open_folder(tmp_path)
    with pytest.raises((Refused, Unavailable)):
        open_folder(tmp_path, create=COMPANY)
    raw = sqlite3.connect(database_path(tmp_path))
    assert raw.execute("SELECT name FROM customer").fetchall() == [("theirs",)]
    assert raw.execute("SELECT count(*) FROM sqlite_master").fetchone() == (1,)
    raw.close()


def test_a_newer_database_is_refused_in_words_and_left_as_it_is(data_folder: Path) -> None:
    raw = sqlite3.connect(database_path(data_folder))
    raw.execute("UPDATE alembic_version SET version_num = '0999'")
    raw.commit()
    raw.close()
    with pytest.raises(Unavailable, match="newer version") as caught:
        open_folder(data_folder)
    assert "update" in caught.value.advice
    with pytest.raises(Refused):
        open_folder(data_folder, create=COMPANY)


def test_a_database_file_that_goes_away_while_it_is_open(sqlite_app: Application) -> None:
    """A stick pulled out: what is asked then is told; on Windows an open file cannot go away."""
    saved = customer(sqlite_app)
    sqlite_app.engine.dispose()
    file = database_path(sqlite_app.data)
    away = file.with_name("away.db")
    file.rename(away)
    with pytest.raises((Unavailable, Missing)):
        saving.open_record(sqlite_app, "customers", saved.id or 0)
    with pytest.raises((Unavailable, Missing)):
        deleting.delete(sqlite_app, "customers", [saved.id or 0])
    file.unlink(missing_ok=True)
    sqlite_app.engine.dispose()
    away.rename(file)
    assert saving.open_record(sqlite_app, "customers", saved.id or 0) == saved
