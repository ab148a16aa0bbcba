"""An encrypted database: nothing of it lies in the clear, it works like any other, and a kill leaves it whole."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from backups.create import create_backup
from backups.looking import look_into
from backups.restore import restore_folder, verify
from backups.scratch import scratch_folder
from crm_desktop.application import Application
from crm_desktop.errors import Cancelled, Invalid, KeyNeeded, Missing, Refused, Unavailable
from crm_desktop.folders import PORTABLE, database_path, is_portable
from crm_desktop.rights import Rights
from crm_desktop.rules import recovery_keys
from crm_desktop.services import file_encryption, file_keys, file_leftovers, vault
from crm_desktop.services.checking import check_database
from crm_desktop.services.listing import ListQuery, fetch_page
from crm_desktop.services.log import LogQuery, fetch_log
from crm_desktop.services.opening import NewCompany, open_folder
from crm_desktop.services.saving import new_draft, save
from crm_desktop.services.search_all import search_everything
from db import cipher
from db.cipher import RING, Key
from db.engine import copy_file

NAME = "深圳市远航精密仪器有限公司"
HERE = Path(__file__).parents[1]


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, str], str]:
    """A credential store that keeps what it is given as long as the test lasts."""
    kept: dict[tuple[str, str], str] = {}
    ring = SimpleNamespace(
        get_keyring=lambda: SimpleNamespace(priority=5),
        get_password=lambda service, name: kept.get((service, name)),
        set_password=lambda service, name, word: kept.__setitem__((service, name), word),
        delete_password=lambda service, name: kept.pop((service, name)),
    )
    monkeypatch.setattr(vault, "_store", lambda: ring)
    return kept


def add_customer(app: Application, name: str = NAME) -> None:
    save(app, new_draft(app, "customers", {"name": name}))


def no_backup(_app: Application) -> None:
    """For tests that are about something else."""


def in_the_clear(folder: Path, text: str = NAME[4:10]) -> list[str]:
    """The files below a folder in which a text stands readable."""
    forms = [text.encode(coding) for coding in ("utf-8", "utf-16-le", "utf-16-be", "gb18030")]
    files = [p for p in folder.rglob("*") if p.is_file()]
    return [p.name for p in files if any(form in p.read_bytes() for form in forms)]


def names(app: Application) -> list[str]:
    return [row[0] for row in fetch_page(app, ListQuery("customers", ("name",))).rows]


def forgotten(data: Path) -> None:
    """As in a process that has just begun."""
    RING.drop(data)


def test_nothing_of_it_lies_in_the_clear_while_it_is_in_use(encrypted_app: Application) -> None:
    add_customer(encrypted_app)
    assert names(encrypted_app) == [NAME]
    assert [hit.label for hit in search_everything(encrypted_app, "远航")] == [NAME]
    assert (encrypted_app.data / "crm.db-wal").stat().st_size > 0
    assert in_the_clear(encrypted_app.data) == []


def test_turning_it_on_and_off_keeps_everything_and_leaves_no_readable_copy(sqlite_app: Application) -> None:
    data, kept = sqlite_app.data, []
    add_customer(sqlite_app)
    copy_file(database_path(data), data / "crm-before-change-20260102-030405.db")
    assert "crm-before-change-20260102-030405.db" in in_the_clear(data)
    key = Key.new()
    file_encryption.encrypt(sqlite_app, key, kept.append)
    assert kept == [sqlite_app], "a backup comes first"
    assert [p.name for p in data.glob("crm*")] == ["crm.db"]
    assert in_the_clear(data) == []
    app = open_folder(data)
    assert names(app) == [NAME]
    assert all(finding.sound for finding in check_database(app))
    assert file_encryption.state(app).number == key.number
    with pytest.raises(Refused):
        file_encryption.encrypt(app, Key.new(), no_backup)
    file_encryption.decrypt(app, no_backup)
    again = open_folder(data)
    assert names(again) == [NAME] and not file_encryption.state(again).encrypted
    assert len(fetch_log(again, LogQuery(action="encryption")).entries) == 2
    again.close()
    assert "crm.db" in in_the_clear(data)


def test_a_pc_without_the_key_says_so_and_takes_the_recovery_key(encrypted_data: Path, store: dict[tuple[str, str], str]) -> None:
    key = RING.of(encrypted_data)
    assert key is not None
    forgotten(encrypted_data)
    with pytest.raises(KeyNeeded, match="does not have its key"):
        open_folder(encrypted_data)
    printed = " ".join(recovery_keys.lines_of(key.secret)).lower().replace("0", "o").replace("1", "l")
    with pytest.raises(Invalid, match="another database"):
        file_keys.enter(encrypted_data, recovery_keys.text_of(Key.new().secret), keep_it=True)
    assert not store
    file_keys.enter(encrypted_data, printed, keep_it=True)
    open_folder(encrypted_data).close()
    forgotten(encrypted_data)
    open_folder(encrypted_data).close()  # from the credential store
    file_keys.forget(encrypted_data)
    with pytest.raises(KeyNeeded):
        open_folder(encrypted_data)


def test_a_wrong_key_and_a_damaged_file_are_told_apart(encrypted_data: Path) -> None:
    file, key = database_path(encrypted_data), RING.of(encrypted_data)
    assert key is not None
    RING.put(encrypted_data, Key.new())
    with pytest.raises(KeyNeeded, match="another key"):
        open_folder(encrypted_data)
    RING.put(encrypted_data, key)
    with file.open("r+b") as opened:
        opened.seek(200)
        opened.write(b"\0" * 40)
    with pytest.raises(Unavailable, match="damaged"):
        open_folder(encrypted_data)


def test_a_file_of_zeros_or_letters_is_damaged_and_not_encrypted(tmp_path: Path) -> None:
    for number, content in enumerate((b"\0" * 8192, b"This is no database. " * 400)):
        folder = tmp_path / str(number)
        folder.mkdir()
        database_path(folder).write_bytes(content)
        with pytest.raises(Unavailable, match="damaged"):
            open_folder(folder)


def test_no_recovery_key_mistyped_in_one_place_is_taken() -> None:
    secret = Key.new().secret
    text = recovery_keys.text_of(secret)
    assert recovery_keys.read(text) == secret and len(text.replace("-", "")) == recovery_keys.LENGTH
    line = "".join(c for c in text if c != "-")
    for at in range(recovery_keys.LENGTH):
        wrong = line[:at] + ("A" if line[at] != "A" else "B") + line[at + 1 :]
        with pytest.raises(ValueError, match=f"Line {at // 16 + 1} "):
            recovery_keys.read(wrong)
    swapped = text[20:40] + text[:20] + text[40:]
    for typed in ("", text[:-1], text + "7", swapped):
        with pytest.raises(ValueError, match=r"Line|has 64"):
            recovery_keys.read(typed)


def test_a_key_shows_itself_nowhere() -> None:
    key = Key.new()
    for shown in (repr(key), str(key), f"{key}", repr({"key": key})):
        assert key.secret.hex() not in shown and recovery_keys.text_of(key.secret)[:9] not in shown


def test_whoever_may_not_set_up_and_back_up_gets_neither_switch_nor_key(encrypted_app: Application) -> None:
    for grant in file_encryption.GRANTS:
        app = encrypted_app
        app.actor = replace(app.actor, rights=Rights.of("customers.see", grant), version=0)
        assert not file_encryption.allowed(app.actor)
        with pytest.raises(Refused):
            file_encryption.key_to_print(app)
        with pytest.raises(Refused):
            file_encryption.decrypt(app, no_backup)


def test_backups_of_it_are_tried_and_restored_without_a_trace(encrypted_app: Application, tmp_path: Path) -> None:
    data, places = encrypted_app.data, tmp_path / "backups"
    add_customer(encrypted_app)
    made = create_backup(encrypted_app.engine, data, places, passphrase="a long passphrase")
    verify(made.path, data, "a long passphrase")
    with look_into(made.path, data, encrypted_app.actor, "a long passphrase") as looked:
        assert names(looked.app) == [NAME]
        assert in_the_clear(data) == [], "what is looked into is encrypted as well"
    add_customer(encrypted_app, "Another")
    encrypted_app.close()
    restore_folder(made.path, data, "a long passphrase", keep=Path.exists)
    app = open_folder(data)
    assert names(app) == [NAME] and file_encryption.state(app).encrypted
    app.close()
    assert in_the_clear(tmp_path) == []


def test_a_plain_backup_of_another_pc_becomes_an_encrypted_database(
    encrypted_data: Path, sqlite_app: Application, tmp_path: Path, store: dict[tuple[str, str], str]
) -> None:
    add_customer(sqlite_app)
    made = create_backup(sqlite_app.engine, sqlite_app.data, tmp_path / "backups")
    key = RING.of(encrypted_data)
    assert key is not None
    file_keys.keep(encrypted_data, key)
    forgotten(encrypted_data)  # as a command that has just begun
    restore_folder(made.path, encrypted_data)
    assert cipher.is_encrypted(database_path(encrypted_data))
    app = open_folder(encrypted_data)
    assert names(app) == [NAME]
    app.close()


def test_the_key_is_kept_before_the_file_needs_it(
    sqlite_app: Application, store: dict[tuple[str, str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_fresh: Path, _target: Path) -> None:
        assert len(store) == 1
        raise PermissionError

    monkeypatch.setattr(file_encryption, "replace_patiently", full)
    with pytest.raises(Unavailable):
        file_encryption.encrypt(sqlite_app, Key.new(), no_backup)
    assert [p.name for p in sqlite_app.data.glob("crm*")] == ["crm.db"]
    open_folder(sqlite_app.data).close()


def test_it_can_be_stopped_and_is_refused_while_another_has_it_open(sqlite_app: Application) -> None:
    class Impatient:
        def report(self, done: int, total: int | None = None, text: str = "") -> None:
            """Nobody looks."""

        def check_cancelled(self) -> None:
            if not sqlite_app.engine.pool.checkedin():  # the backup is over, the copy is under way
                raise Cancelled

    other = open_folder(sqlite_app.data)
    names(other)
    with pytest.raises(Refused, match="in use"):
        file_encryption.encrypt(sqlite_app, Key.new(), no_backup)
    other.close()
    again = open_folder(sqlite_app.data)
    sqlite_app.engine = again.engine
    with pytest.raises(Cancelled):
        file_encryption.encrypt(again, Key.new(), no_backup, Impatient())
    again.close()
    assert [p.name for p in again.data.glob("crm*")] == ["crm.db"]
    open_folder(again.data).close()


def test_a_locked_file_keeps_its_journal_while_it_is_looked_at(encrypted_app: Application, data_folder: Path) -> None:
    """Reading a database's file by hand would give up this process's locks on it (see db/cipher.py): another would delete its journal."""
    plain = open_folder(data_folder)
    for app in (encrypted_app, plain):
        add_customer(app)
        file_encryption.state(app)
        file_keys.recall(app.data)
        open_folder(app.data).close()
        journal = app.data / "crm.db-wal"
        assert journal.stat().st_size > 0
        key = RING.of(app.data)
        code = (
            "import sys; from pathlib import Path; from db import cipher; data = Path(sys.argv[1]); secret = sys.stdin.read();"
            "key = cipher.Key(bytes.fromhex(secret)) if secret else None;"
            "c = cipher.connect(data / 'crm.db', key); c.execute('SELECT count(*) FROM customer').fetchone(); c.close()"
        )
        told = key.secret.hex() if key else ""
        subprocess.run([sys.executable, "-c", code, str(app.data)], input=told, text=True, check=True, cwd=HERE.parent)
        assert journal.exists() and journal.stat().st_size > 0, "the other took the file for unused"
        add_customer(app, "After")
    plain.close()


def test_what_a_killed_program_left_is_cleared_at_the_next_start(encrypted_data: Path, data_folder: Path) -> None:
    aside = encrypted_data / "crm-before-change-20260102-030405.db"
    shutil.copy(database_path(data_folder), aside)
    mine = encrypted_data / "my own copy.db"
    shutil.copy(aside, mine)
    open_folder(encrypted_data).close()
    assert aside.exists(), "without the mark nothing is touched"
    file_leftovers.mark_of(encrypted_data).touch()
    open_folder(encrypted_data).close()
    assert not aside.exists() and not file_leftovers.mark_of(encrypted_data).exists() and mine.exists()
    # A program killed before the file was switched: the copies are still all there is of older states.
    plain_aside = data_folder / aside.name
    shutil.copy(database_path(data_folder), plain_aside)
    file_leftovers.mark_of(data_folder).touch()
    file_leftovers.part_of(data_folder).write_bytes(b"half")
    open_folder(data_folder).close()
    assert plain_aside.exists() and not file_leftovers.part_of(data_folder).exists()


def test_on_a_stick_the_key_is_kept_by_no_pc(
    encrypted_data: Path, store: dict[tuple[str, str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / PORTABLE).touch()
    assert is_portable(encrypted_data, tmp_path)
    monkeypatch.setattr(file_keys, "is_portable", lambda data: is_portable(data, tmp_path))
    assert not file_keys.can_keep(encrypted_data)
    key = RING.of(encrypted_data)
    assert key is not None
    store["CRM Desktop database", str(encrypted_data.resolve())] = recovery_keys.text_of(key.secret)
    forgotten(encrypted_data)
    with pytest.raises(KeyNeeded):
        open_folder(encrypted_data)
    file_keys.enter(encrypted_data, recovery_keys.text_of(key.secret), keep_it=False)
    open_folder(encrypted_data).close()


def test_a_key_is_asked_for_an_encrypted_database_only(data_folder: Path, tmp_path: Path) -> None:
    text = recovery_keys.text_of(Key.new().secret)
    for folder in (data_folder, tmp_path / "nothing"):
        with pytest.raises(Missing):
            file_keys.enter(folder, text, keep_it=False)


def test_scratch_space_of_backups_knows_the_key(encrypted_data: Path, store: dict[tuple[str, str], str]) -> None:
    key = RING.of(encrypted_data)
    assert key is not None
    file_keys.keep(encrypted_data, key)
    forgotten(encrypted_data)
    with scratch_folder(encrypted_data) as folder:
        assert cipher.key_for(folder / "trial.db") == key


SWITCHING = """
import sys
from pathlib import Path
from crm_desktop.services import file_encryption
from crm_desktop.services.opening import NewCompany, open_folder
from db.cipher import RING, Key
data, key = Path(sys.argv[1]), Key(bytes.fromhex(sys.stdin.readline()))
RING.put(data, key)
open_folder(data).close()
print("ready", flush=True)
while True:
    app = open_folder(data)
    if file_encryption.current(app) is None:
        file_encryption.encrypt(app, key, lambda _app: None)
    else:
        file_encryption.decrypt(app, lambda _app: None)
    RING.put(data, key)
"""


@pytest.mark.parametrize("rounds", [4, pytest.param(100, marks=pytest.mark.soak)])
def test_a_kill_at_any_moment_leaves_the_one_or_the_other_whole(data_folder: Path, rounds: int) -> None:
    app = open_folder(data_folder)
    add_customer(app)
    app.close()
    key, seen = Key.new(), set[bool]()
    for _at in range(rounds):
        with subprocess.Popen(
            [sys.executable, "-c", SWITCHING, str(data_folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=HERE.parent
        ) as running:
            assert running.stdin is not None and running.stdout is not None
            running.stdin.write(key.secret.hex().encode() + b"\n")
            running.stdin.flush()
            assert running.stdout.readline().strip() == b"ready"
            time.sleep(random.uniform(0.0, 1.5))
            running.kill()
        RING.put(data_folder, key)
        app = open_folder(data_folder)
        assert names(app) == [NAME]
        assert all(finding.sound for finding in check_database(app))
        encrypted = file_encryption.state(app).encrypted
        app.close()
        seen.add(encrypted)
        assert [p.name for p in data_folder.glob("crm*")] == ["crm.db"]
        assert bool(in_the_clear(data_folder)) is not encrypted
    if rounds > 50:
        assert seen == {True, False}


def test_with_the_key_lost_a_backup_still_comes_back(encrypted_data: Path, sqlite_app: Application, tmp_path: Path) -> None:
    add_customer(sqlite_app)
    made = create_backup(sqlite_app.engine, sqlite_app.data, tmp_path / "backups")
    forgotten(encrypted_data)
    restore_folder(made.path, encrypted_data)
    app = open_folder(encrypted_data)
    assert names(app) == [NAME] and not file_encryption.state(app).encrypted
    app.close()
    (aside,) = encrypted_data.glob("crm-before-restore-*.db")
    assert cipher.is_encrypted(aside), "what was there stays, for whoever finds the key"


def test_a_new_company_begins_in_the_clear_whatever_key_is_kept(tmp_path: Path, store: dict[tuple[str, str], str]) -> None:
    file_keys.keep(tmp_path, Key.new())
    open_folder(tmp_path, create=NewCompany("Example", "Ann", "en")).close()
    assert cipher.is_plain(database_path(tmp_path))
