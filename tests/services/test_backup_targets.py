"""Copies on sticks, in other folders and on other PCs: found again, made by each one's rules, and never at each other's cost."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from record_makers import customer

from backups import drives, passphrase, running
from backups.catalogue import list_backups, mark_keep
from backups.concerns import Concern
from backups.create import create_backup, locked_copy
from backups.drill import choose, drill
from backups.drives import ID_FILE, Arrivals, Mount, connected, find, give_id
from backups.ejecting import eject
from backups.framing import Unusable, WrongPassphrase
from backups.overview import overview
from backups.restore import verify
from backups.retention import Rules, to_make_room
from backups.runs import Runs
from backups.targets import DRIVE, FOLDER, MAIN, SHARE, Target, folder_of, new_target, store_targets, targets_of
from crm_desktop import settings as s
from crm_desktop.application import Application
from crm_desktop.errors import Refused, Unavailable
from crm_desktop.progress import Unwatched

COMPANY = "Example Trading Ltd"


class Purse(KeyringBackend):
    """A credential store that lasts as long as the test."""

    priority = 5  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


@pytest.fixture
def purse(monkeypatch: pytest.MonkeyPatch) -> Purse:
    made = Purse()
    monkeypatch.setattr(keyring, "get_keyring", lambda: made)
    monkeypatch.setattr(keyring.core, "_keyring_backend", made)
    return made


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    root = tmp_path / "E"
    root.mkdir()
    return root


def plugged(*roots: Path) -> list[drives.Drive]:
    return connected(lambda: [Mount(root, f"dev-{root.name}", True) for root in roots])


def with_targets(app: Application, *targets: Target) -> s.Settings:
    settings = s.Settings()
    store_targets(settings, app.data, [*targets_of(settings, app.data), *targets])
    return settings


# Drives


def test_a_stick_is_known_under_every_letter(stick: Path, tmp_path: Path) -> None:
    target = new_target(DRIVE, "Red stick", "CRM backups", plugged(stick)[0])
    assert folder_of(target, plugged(stick)) == stick / "CRM backups"
    moved = tmp_path / "F"
    stick.rename(moved)
    other = tmp_path / "E"
    other.mkdir()
    give_id(other)
    assert folder_of(target, plugged(other, moved)) == moved / "CRM backups"
    assert folder_of(target, plugged(other)) is None


def test_the_id_is_written_once_and_no_nonsense_is_taken_for_one(stick: Path) -> None:
    first = give_id(stick)
    assert give_id(stick) == first
    assert json.loads((stick / ID_FILE).read_text(encoding="utf-8"))["id"] == first
    for nonsense in ("{", "[]", '{"id": 5}', '{"id": "../x"}', '{"id": "' + "a" * 5000 + '"}'):
        (stick / ID_FILE).write_text(nonsense, encoding="utf-8")
        assert plugged(stick)[0].id == ""
    assert give_id(stick) not in ("", first)


def test_a_copied_stick_is_told_apart_by_its_volume(tmp_path: Path) -> None:
    def drive(name: str, id_: str, volume: str) -> drives.Drive:
        return drives.Drive(tmp_path / name, id_, volume, name, 1, 1, True)

    mine, twin, bare = drive("E", "abc", "1111"), drive("F", "abc", "2222"), drive("G", "", "1111")
    assert find("abc", "1111", [twin, mine]) == mine
    assert find("abc", "9999", [twin]) == twin  # formatted anew, the file copied back
    assert find("abc", "1111", [bare]) == bare  # the file was deleted
    assert find("abc", "", [bare]) is None
    assert find("", "", [bare]) is None


def test_a_drive_that_cannot_be_written_is_told(stick: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object, **_more: object) -> int:
        raise PermissionError(13, "write-protected")

    monkeypatch.setattr(Path, "write_text", refuse)
    with pytest.raises(Unavailable):
        give_id(stick)


def test_arrivals(tmp_path: Path) -> None:
    there = [Mount(tmp_path, "sda")]
    arrivals = Arrivals(lambda: there)
    assert arrivals.look() == []
    (tmp_path / "stick").mkdir()
    there.append(Mount(tmp_path / "stick", "sdb"))
    assert [d.root for d in arrivals.look()] == [tmp_path / "stick"]
    assert arrivals.look() == []
    there.pop()
    assert arrivals.look() == []
    there.append(Mount(tmp_path / "stick", "sdc"))  # another one in the same place
    assert len(arrivals.look()) == 1
    there.append(Mount(tmp_path / "gone", "sdd"))  # pulled out before it could be looked at
    assert arrivals.look() == []


def test_the_drives_of_this_pc_can_be_listed() -> None:
    for drive in connected():
        assert drive.total >= drive.free >= 0
        assert drive.root.is_dir()


# Targets as settings


def test_targets_are_kept_and_read_back(tmp_path: Path, stick: Path) -> None:
    settings = s.Settings()
    (main,) = targets_of(settings, tmp_path)
    assert (main.id, folder_of(main)) == (MAIN, tmp_path / "backups")
    usb = replace(
        new_target(DRIVE, "U盘", "CRM", plugged(stick)[0]), rules=Rules(1, 2, 3, 4), encrypt=True, least_free=7
    )
    nas = new_target(SHARE, "", str(tmp_path / "nas"))
    store_targets(settings, tmp_path, [main, usb, replace(nas, active=False)])
    assert targets_of(settings, tmp_path) == [main, usb, replace(nas, active=False)]
    assert settings.get(s.BACKUP_FOLDER) == ""  # beside the data, wherever these are moved
    json.dumps(settings.get(s.BACKUP_TARGETS))
    moved = replace(main, path=str(tmp_path / "other"), rules=Rules(9, 8, 7, 6), least_free=5, encrypt=True)
    store_targets(settings, tmp_path, [moved])
    again = targets_of(settings, tmp_path)
    assert again == [replace(moved, name="other")]


def test_targets_that_make_no_sense_are_refused(tmp_path: Path) -> None:
    settings = s.Settings()
    one = Target("a", FOLDER, "A", str(tmp_path / "a"))
    for wrong in (
        [replace(one, path="")], [replace(one, path="relative")], [one, replace(one, id="b")],
        [replace(one, kind=DRIVE, path="CRM")], [replace(one, kind=DRIVE, drive="x", path="../out")],
        [replace(one, kind=DRIVE, drive="x", path=str(tmp_path))], [Target(MAIN, FOLDER, "", str(tmp_path), rules=Rules(0))],
    ):  # fmt: skip
        with pytest.raises(Refused):
            store_targets(settings, tmp_path, wrong)
    assert settings.get(s.BACKUP_TARGETS) == []


def test_settings_that_somebody_spoilt_are_left_out(tmp_path: Path) -> None:
    good = Target("a", FOLDER, "A", str(tmp_path)).to_facts()
    rows = [1, {}, good | {"kind": "ftp"}, good | {"least_free": -1}, good | {"encrypt": 1}, good | {"name": None}]
    settings = s.Settings()
    settings.set(s.BACKUP_TARGETS, [*rows, good | {"later": 1, "rules": {"last": "x", "days": 3}}, good])
    _main, found = targets_of(settings, tmp_path)
    assert (found.id, found.rules) == ("a", Rules(days=3))


# Copies


def test_every_target_gets_its_copy_by_its_own_rules(sqlite_app: Application, stick: Path, tmp_path: Path) -> None:
    usb = replace(new_target(DRIVE, "Stick", "CRM", plugged(stick)[0]), rules=Rules(1, 0, 0, 0))
    nas = new_target(FOLDER, "NAS", str(tmp_path / "nas"))
    off = replace(new_target(FOLDER, "Off", str(tmp_path / "off")), active=False)
    away = replace(usb, id="away", name="Away", drive="0" * 32)
    settings = with_targets(sqlite_app, usb, nas, off, away)
    settings.set(s.BACKUP_LAST, 2)
    for name in (s.BACKUP_DAYS, s.BACKUP_WEEKS, s.BACKUP_MONTHS):
        settings.set(name, 0)
    now = dt.datetime.now().astimezone()
    for number in range(3):
        moment = now - dt.timedelta(hours=3 - number)
        run = running.back_up(sqlite_app, settings, "hand", now=moment, found=plugged(stick))
        assert [(c.target.name, c.problem, c.safe_to_remove) for c in run.copies] == [
            ("Stick", "", True), ("NAS", "", False),
        ]  # fmt: skip
    assert len(list_backups(sqlite_app.data / "backups")) == 2
    assert [b.good for b in list_backups(stick / "CRM")] == [True]
    assert [b.good for b in list_backups(tmp_path / "nas")] == [True] * 3
    assert list_backups(tmp_path / "off") == []
    for backup in list_backups(tmp_path / "nas"):
        verify(backup.path, tmp_path)
    past = Runs(sqlite_app.data).read()
    assert set(past.copies) == set(past.seen) == {MAIN, usb.id, nas.id}


def test_a_target_that_fails_spoils_no_other(sqlite_app: Application, tmp_path: Path) -> None:
    bad = new_target(FOLDER, "Bad", str(tmp_path / "bad"))
    good = new_target(FOLDER, "Good", str(tmp_path / "good"))
    settings = with_targets(sqlite_app, bad, good)

    class Spoiler(Unwatched):
        def report(self, done: int, total: int | None = None, text: str = "") -> None:
            for part in (tmp_path / "bad").glob("*.part"):
                part.unlink()

    run = running.back_up(sqlite_app, settings, "hand", Spoiler(), found=[])
    assert [(c.target.name, bool(c.problem)) for c in run.copies] == [("Bad", True), ("Good", False)]
    assert run.backup.good
    assert len(list_backups(tmp_path / "good")) == 1


def test_without_the_main_target_the_next_one_takes_it(sqlite_app: Application, tmp_path: Path) -> None:
    settings = with_targets(sqlite_app, new_target(FOLDER, "Second", str(tmp_path / "second")))
    settings.set(s.BACKUP_FOLDER, str(tmp_path / "no such disk" / "backups"))
    run = running.back_up(sqlite_app, settings, "daily", found=[])
    assert run.backup.path.parent == tmp_path / "second"
    worry = {c.key: c for c in overview(sqlite_app, settings, found=[]).concerns}
    assert worry["missing"].grave
    assert "old" not in worry


def test_a_folder_that_is_gone_is_not_made_anew_on_another_disk(sqlite_app: Application, tmp_path: Path) -> None:
    """As when the network drive that was mounted there is away: its empty mount point is no place for backups."""
    nas = new_target(FOLDER, "NAS", str(tmp_path / "nas"))
    settings = with_targets(sqlite_app, nas)
    assert len(running.back_up(sqlite_app, settings, "hand", found=[]).copies) == 1
    shutil.rmtree(tmp_path / "nas")
    assert running.back_up(sqlite_app, settings, "hand", found=[]).copies == ()
    assert not (tmp_path / "nas").exists()
    late = dt.datetime.now().astimezone() + dt.timedelta(days=4)
    worry = {c.key: c for c in overview(sqlite_app, settings, late, found=[]).concerns}["missing"]
    assert (worry.grave, worry.target_id) == (True, nas.id)


def test_a_stick_pulled_out_in_the_middle(sqlite_app: Application, stick: Path) -> None:
    usb = new_target(DRIVE, "Stick", "CRM", plugged(stick)[0])
    settings, found = with_targets(sqlite_app, usb), plugged(stick)

    class PulledOut:
        cancel = False

        def report(self, done: int, total: int | None = None, text: str = "") -> None:
            if (stick / "CRM").exists():
                shutil.rmtree(stick)

        def check_cancelled(self) -> None:
            """Nobody stops it."""

    run = running.back_up(sqlite_app, settings, "hand", PulledOut(), found=found)
    assert run.copies[0].problem
    assert not run.copies[0].safe_to_remove
    assert run.backup.good
    shutil.rmtree(stick, ignore_errors=True)  # Windows keeps the folder of a file that was being written
    stick.mkdir()
    assert folder_of(usb, plugged(stick)) is None  # an empty stick in its place is another one
    assert "not connected" in running.copy_to(sqlite_app, settings, usb, found=plugged(stick)).problem


def test_a_stick_plugged_in_is_brought_up_to_date(sqlite_app: Application, stick: Path) -> None:
    usb = new_target(DRIVE, "Stick", "CRM", plugged(stick)[0])
    settings = with_targets(sqlite_app, usb)
    assert running.copy_to(sqlite_app, settings, usb, found=plugged(stick)).problem  # nothing to copy yet
    running.back_up(sqlite_app, settings, "daily", found=[])
    copy = running.copy_to(sqlite_app, settings, usb, found=plugged(stick))
    assert copy.path is not None
    assert copy.safe_to_remove
    again = running.copy_to(sqlite_app, settings, usb, found=plugged(stick))
    assert (again.path, len(list_backups(stick / "CRM"))) == (copy.path, 1)


# Room


def test_room_is_made_from_the_oldest_and_never_from_what_must_stay(sqlite_app: Application, tmp_path: Path) -> None:
    now = dt.datetime.now().astimezone()
    for number in range(6):
        create_backup(sqlite_app.engine, tmp_path, tmp_path / "usb", now=now - dt.timedelta(days=number))
    found = list_backups(tmp_path / "usb")
    mark_keep(found[-1].path, True)
    found = list_backups(tmp_path / "usb")
    size = found[0].size
    going = [b.path for b in to_make_room(found, 1, now)]
    assert going == [found[-2].path]
    assert [b.path for b in to_make_room(found, size + 1, now)] == [found[-2].path, found[-3].path]
    assert to_make_room(found, size * 100, now) == []  # it would not help, so nothing goes
    assert to_make_room(found, 0, now) == []


def test_a_full_disk_is_told_before_it_is_too_late(sqlite_app: Application) -> None:
    settings = s.Settings()
    running.back_up(sqlite_app, settings, "hand", found=[])
    assert overview(sqlite_app, settings, found=[]).concerns == ()
    settings.set(s.BACKUP_LEAST_FREE, 10_000_000)
    (worry,) = overview(sqlite_app, settings, found=[]).concerns
    assert (worry.key, worry.grave, worry.target_id) == ("full", False, MAIN)


# Encryption


def test_timed_backups_are_encrypted_with_the_passphrase_of_the_store(
    sqlite_app: Application, tmp_path: Path, purse: Purse
) -> None:
    settings = with_targets(
        sqlite_app,
        new_target(FOLDER, "Plain", str(tmp_path / "plain")),
        replace(new_target(FOLDER, "Locked", str(tmp_path / "locked")), encrypt=True),
    )
    first = running.back_up(sqlite_app, settings, "daily", found=[])
    assert [bool(c.problem) for c in first.copies] == [False, True]
    assert "passphrase" in {c.key for c in overview(sqlite_app, settings, found=[]).concerns}
    secret = passphrase.suggest()
    passphrase.store(sqlite_app.data, secret)
    assert purse.kept
    settings.set(s.BACKUP_ENCRYPT, True)
    run = running.back_up(sqlite_app, settings, "daily", found=[])
    assert [c.problem for c in run.copies] == ["", ""]
    (locked,) = list_backups(tmp_path / "locked")
    assert run.backup.header is not None
    assert run.backup.header.encryption
    assert locked.header is not None
    assert locked.header.encryption
    with pytest.raises(WrongPassphrase):
        verify(locked.path, tmp_path, "wrong")
    plain = list_backups(tmp_path / "plain")[0]
    assert plain.header is not None
    assert not plain.header.encryption
    manifests = {str(verify(p, tmp_path, w).manifest) for p, w in
                 ((run.backup.path, secret), (locked.path, secret), (plain.path, None))}  # fmt: skip
    assert len(manifests) == 1
    passphrase.forget(sqlite_app.data)
    assert passphrase.stored(sqlite_app.data) is None
    locked_out = running.back_up(sqlite_app, settings, "daily", found=[])  # plain goes where plain is wanted
    assert locked_out.backup.path.parent == tmp_path / "plain"
    assert [bool(c.problem) for c in locked_out.copies] == [True, True]


def test_where_no_passphrase_can_be_kept_timed_encryption_is_refused(sqlite_app: Application) -> None:
    settings = s.Settings()
    settings.set(s.BACKUP_ENCRYPT, True)
    assert passphrase.problem()  # the tests' own store keeps nothing
    with pytest.raises(Unavailable):
        passphrase.store(sqlite_app.data, "long enough")
    passphrase.forget(sqlite_app.data)
    with pytest.raises(Refused) as told:
        running.run_due(sqlite_app, settings, found=[])
    assert "credential store" in told.value.message
    assert list_backups(sqlite_app.data / "backups") == []


def test_a_passphrase_that_can_be_typed() -> None:
    made = {passphrase.suggest() for _ in range(50)}
    assert len(made) == 50
    assert all(len(m) == 29 and not set(m) & set("l01oi") and m == m.lower() for m in made)


def test_a_locked_copy_of_a_damaged_backup_is_none(sqlite_app: Application, tmp_path: Path) -> None:
    made = create_backup(sqlite_app.engine, tmp_path, tmp_path / "a").path
    content = bytearray(made.read_bytes())
    content[len(content) // 2] ^= 1
    made.write_bytes(bytes(content))
    with pytest.raises(Unusable):
        locked_copy(made, tmp_path / "b", tmp_path, new_passphrase="secret")
    assert list((tmp_path / "b").iterdir()) == []


# The drill and the warnings


def test_the_drill_takes_those_whose_trial_is_longest_ago(sqlite_app: Application) -> None:
    settings, now = s.Settings(), dt.datetime.now().astimezone()
    folder = sqlite_app.data / "backups"
    made = [
        create_backup(sqlite_app.engine, sqlite_app.data, folder, now=now - dt.timedelta(days=n)).path for n in range(4)
    ]
    assert drill(sqlite_app, settings, found=[]) == []  # all were tried just now
    later = now + dt.timedelta(days=40)
    made[2].write_bytes(made[2].read_bytes())  # written over: nobody knows whether it is good
    order = [b.path for b in choose(list_backups(folder), later, 9)]
    assert order[0] == made[2]
    content = bytearray(made[1].read_bytes())
    status = made[1].stat()
    content[len(content) // 2] ^= 1
    made[1].write_bytes(bytes(content))
    os.utime(made[1], ns=(status.st_atime_ns, status.st_mtime_ns))  # as a disk forgets: nothing tells of it
    tried = drill(sqlite_app, settings, now=later, found=[], most=9)
    assert {d.backup.path for d in tried if d.problem} == {made[1]}
    assert {d.backup.path for d in tried} == set(made)
    marks = {b.path: (b.good, b.failed) for b in list_backups(folder)}
    assert marks[made[1]] == (False, True)
    assert marks[made[2]] == (True, False)
    assert Runs(sqlite_app.data).read().drilled == later
    worry = next(c for c in overview(sqlite_app, settings, found=[]).concerns if c.key == "verification")
    assert made[1].name in worry.text
    assert not worry.grave  # there is a newer good one


def worries(app: Application, settings: s.Settings, now: dt.datetime) -> dict[str, Concern]:
    return {c.key: c for c in overview(app, settings, now, found=[]).concerns}


def test_a_place_that_never_was_there_is_told_gravely_in_the_end(sqlite_app: Application, tmp_path: Path) -> None:
    """A share typed wrong never comes: as long as it is only “not connected”, the second copy is missing and nobody hears of it."""
    settings = with_targets(sqlite_app, new_target(FOLDER, "Beside", str(tmp_path / "no disk" / "backups")))
    now = dt.datetime.now().astimezone()
    running.back_up(sqlite_app, settings, "hand", now=now)
    assert not worries(sqlite_app, settings, now)["missing"].grave
    assert not worries(sqlite_app, settings, now + dt.timedelta(days=2))["missing"].grave
    late = worries(sqlite_app, settings, now + dt.timedelta(days=5, hours=1))["missing"]
    assert late.grave and "5 days" in late.text
    assert "PC" not in late.advice, "a folder on a disk of this PC is on no other one"
    before = worries(sqlite_app, settings, now - dt.timedelta(days=30))["missing"]
    assert not before.grave, "the clock was put back"


def test_what_a_person_is_told(sqlite_app: Application, stick: Path) -> None:
    settings = with_targets(sqlite_app, new_target(DRIVE, "Stick", "CRM", plugged(stick)[0]))
    now = dt.datetime.now().astimezone()
    first = worries(sqlite_app, settings, now)
    assert set(first) == {"none", "missing"}
    assert first["none"].grave
    assert not first["missing"].grave  # it was never here: no alarm before the first copy
    running.back_up(sqlite_app, settings, "hand", now=now, found=plugged(stick))
    assert worries(sqlite_app, settings, now) == {}
    late = worries(sqlite_app, settings, now + dt.timedelta(days=5, hours=1))
    assert set(late) == {"old", "missing"}
    assert late["missing"].grave
    assert "5 days" in late["missing"].text
    assert late["old"].advice
    Runs(sqlite_app.data).note(failed=now + dt.timedelta(hours=1), problem="The disk is full.")
    failed = worries(sqlite_app, settings, now + dt.timedelta(hours=2))
    assert "The disk is full." in failed["failed"].text


def test_the_overview_names_everything(sqlite_app: Application, stick: Path) -> None:
    customer(sqlite_app, "One")
    settings = with_targets(sqlite_app, new_target(DRIVE, "Stick", "CRM", plugged(stick)[0]))
    run = running.back_up(sqlite_app, settings, "hand", found=plugged(stick))
    found = overview(sqlite_app, settings, found=plugged(stick))
    assert [(t.target.name, t.folder, len(t.backups)) for t in found.targets] == [
        ("This PC", sqlite_app.data / "backups", 1), ("Stick", stick / "CRM", 1),
    ]  # fmt: skip
    assert found.last_good is not None
    assert found.last_good.header == run.backup.header
    assert found.next_due is not None
    assert found.concerns == ()
    (stick / "CRM" / "foreign.crmbackup").write_bytes(b"nothing of ours")
    assert [c.key for c in overview(sqlite_app, settings, found=plugged(stick)).concerns] == ["verification"]
    assert all(room.room and room.room.total > room.room.free for room in found.targets)
    assert COMPANY in run.backup.path.name


class Stick:
    """A drive that the system lets go of, or does not."""

    def __init__(self, root: Path, lets_go: bool = True, code: int = 0) -> None:
        self.there, self.lets_go, self.code = [drives.Mount(root, "/dev/sdx1", True)], lets_go, code
        self.asked: list[list[str]] = []

    def run(self, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
        self.asked.append(list(command))
        if self.lets_go and not self.code:
            self.there.clear()
        return subprocess.CompletedProcess(list(command), self.code, "", "")


ON_WINDOWS = "ParseName('{}')".format(str(Path("/media/it''s mine")))  # with the separators of the system the test runs on


@pytest.mark.parametrize(("windows", "word"), [(True, ON_WINDOWS), (False, "/dev/sdx1")])
def test_a_stick_is_let_go_by_the_system(windows: bool, word: str) -> None:
    stick = Stick(Path("/media/it's mine"))
    eject(Path("/media/it's mine"), stick.run, lambda: stick.there, windows=windows)
    (command,) = stick.asked
    assert word in " ".join(command)
    eject(Path("/media/it's mine"), stick.run, lambda: stick.there, windows=windows)
    assert len(stick.asked) == 1, "one that is gone is let go of no more"


@pytest.mark.parametrize("stick", [Stick(Path("/x"), lets_go=False), Stick(Path("/x"), code=1)])
def test_a_stick_that_is_held_is_told(stick: Stick) -> None:
    with pytest.raises(Unavailable, match="does not let go"):
        eject(Path("/x"), stick.run, lambda: stick.there, windows=False, patience=0)


def test_a_system_without_the_program_is_told() -> None:
    def missing(_command: Sequence[str]) -> subprocess.CompletedProcess[str]:
        raise FileNotFoundError

    with pytest.raises(Unavailable, match="does not let go"):
        eject(Path("/x"), missing, lambda: [drives.Mount(Path("/x"), "/dev/sdx1")], windows=False)
