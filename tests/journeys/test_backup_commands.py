"""The commands of backups: what they print, what they answer in JSON, and their exit codes."""

from __future__ import annotations

import errno
import io
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keyring
import pypdfium2
import pytest
from keyring.backend import KeyringBackend
from record_makers import customer, order

from backups import drives, task_scheduler
from backups.catalogue import list_backups
from crm_desktop import __main__
from crm_desktop.cli.backup_care import NOT_ALL
from crm_desktop.services.deleting import delete
from crm_desktop.services.opening import open_folder

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], data_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command on the test's data folder, with words on its standard input; gives exit code, output and complaints."""

    def command(*words: str, typed: str = "", language: str = "en") -> tuple[int, str, str]:
        capsys.readouterr()
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        code = __main__.main(["--data", str(data_folder), "--language", language, *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return command


def answer(result: tuple[int, str, str]) -> Any:
    return json.loads(result[1])


def test_made_listed_kept_and_verified(run: Run, data_folder: Path) -> None:
    code, out, _err = run("backup", "create")
    assert code == 0
    (backup,) = list_backups(data_folder / "backups")
    assert str(backup.path) in out
    assert run("backup", "keep", str(backup.path))[0] == 0
    (row,) = answer(run("backup", "list", "--json"))
    assert (row["file"], row["keep"], bool(row["verified_at"])) == (str(backup.path), True, True)
    assert "to be kept" in run("backup", "list")[1]
    assert answer(run("backup", "unkeep", str(backup.path), "--json")) == {"file": str(backup.path), "keep": False}
    assert not list_backups(data_folder / "backups")[0].keep
    assert answer(run("backup", "verify", str(backup.path), "--json"))["good"]
    backup.path.write_bytes(backup.path.read_bytes()[:-1])
    code, _out, err = run("backup", "verify", str(backup.path))
    assert (code, "damaged" in err) == (1, True)
    assert run("backup", "keep", str(data_folder / "none"))[0] == 1


def test_encrypted_by_hand(run: Run, data_folder: Path, tmp_path: Path) -> None:
    made = answer(run("backup", "create", "--to", str(tmp_path / "usb"), "--encrypt", "--json", typed="right one\n"))
    assert made["encrypted"]
    assert run("backup", "verify", made["file"], "--passphrase-stdin", typed="right one\n")[0] == 0
    assert run("backup", "verify", made["file"], "--passphrase-stdin", typed="wrong\n")[0] == 1
    assert run("backup", "verify", made["file"])[0] == 1
    assert run("backup", "create", "--encrypt", typed="\n")[0] == 1
    assert run("restore", made["file"], "--passphrase-stdin", typed="right one\n")[0] == 0


def test_run_due_says_what_it_did(run: Run, data_folder: Path) -> None:
    first = answer(run("backup", "run-due", "--json"))
    assert first["reason"] == "daily"
    assert Path(first["made"]).is_file()
    code, out, _err = run("backup", "run-due")
    assert (code, out.strip()) == (0, "No backup is due.")
    assert len(list_backups(data_folder / "backups")) == 1


def test_run_due_tells_of_a_target_that_got_nothing(run: Run, tmp_path: Path) -> None:
    place = str(tmp_path / "place")
    assert run("backup", "targets", "add", place, "--name", "Place", "--encrypt")[0] == 0  # and no passphrase is stored
    code, out, _err = run("backup", "run-due", "--json")
    assert code == NOT_ALL
    assert "credential store" in json.loads(out)["copies"][0]["problem"]
    assert run("backup", "targets", "remove", "Place")[0] == 0
    assert run("backup", "targets", "add", place, "--name", "Place")[0] == 0
    later = answer(run("backup", "run-due", "--json"))  # nothing is due, but the place is behind
    assert later["reason"] == ""
    assert [c["target"] for c in later["copies"]] == ["Place"]
    assert Path(later["copies"][0]["file"]).is_file()
    assert answer(run("backup", "run-due", "--json"))["copies"] == []


def test_run_due_without_a_database(run: Run, data_folder: Path) -> None:
    (data_folder / "crm.db").unlink()
    assert run("backup", "run-due")[0] == 1


def test_status_warns_by_its_exit_code(run: Run) -> None:
    code, out, err = run("backup", "status")
    assert code == NOT_ALL
    assert "none yet" in out
    assert "There is no good backup yet." in err
    run("backup", "create")
    code, out, err = run("backup", "status", "--json")
    assert code == 0
    facts = json.loads(out)
    assert facts["last_good"]
    assert facts["concerns"] == []
    assert facts["targets"][0]["backups"] == 1


def test_a_plan_set_and_shown(run: Run) -> None:
    shown = answer(run("backup", "schedule", "show", "--json"))
    assert (shown["times"], shown["every_hours"], shown["task"]) == (["12:30"], 0, "")
    words = ["--at", "9:00", "18:30", "--every", "4", "--at-end", "--no-drill", "--no-before-import"]
    changed = answer(run("backup", "schedule", "set", *words, "--json"))
    assert changed == {
        "times": ["09:00", "18:30"], "every_hours": 4, "at_end": True, "before_import": False, "before_delete": True,
        "drill": False, "task": "",
    }  # fmt: skip
    assert "Not every day." in run("backup", "schedule", "set", "--never")[1]
    assert run("backup", "schedule", "set", "--at", "25:00")[0] == 1
    assert run("backup", "schedule", "set", "--every", "99")[0] == 1
    assert answer(run("backup", "schedule", "show", "--json"))["every_hours"] == 4


def test_the_system_s_task(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[tuple[str, ...]] = []

    class Willing(task_scheduler.SystemdTimers):
        def __init__(self, data: Path) -> None:
            super().__init__(data, folder=tmp_path / "units")

        def _ask(self, *command: str) -> Any:
            asked.append(command)
            return type("Done", (), {"returncode": 0})

    monkeypatch.setattr(task_scheduler, "scheduler", Willing)
    assert "by the task" in run("backup", "schedule", "install")[1]
    run("backup", "schedule", "set", "--at", "7:45")
    assert "07:45" in next((tmp_path / "units").glob("*.timer")).read_text(encoding="utf-8")
    assert "removed" in run("backup", "schedule", "remove")[1]
    assert "no task" in run("backup", "schedule", "remove")[1]
    assert asked


def test_places_for_copies(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stick = tmp_path / "E"
    (stick / "CRM").mkdir(parents=True)
    monkeypatch.setattr(drives.connected, "__defaults__", ((lambda: [drives.Mount(stick, "sdz", True)]),))
    rows = answer(run("backup", "targets", "add", str(stick / "CRM"), "--drive", "--name", "Stick", "--json"))
    assert [(r["name"], r["kind"], r["path"]) for r in rows[1:]] == [("Stick", "drive", "CRM")]
    assert rows[1]["folder"] == str(stick / "CRM")
    assert run("backup", "targets", "add", str(tmp_path / "elsewhere"), "--drive")[0] == 1
    assert run("backup", "targets", "add", str(stick / "CRM"), "--drive")[0] == 1  # there already
    code, out, _err = run("backup", "create")
    assert code == 0
    assert "“Stick” can be unplugged." in out
    assert run("backup", "targets", "remove", "Nobody")[0] == 1
    assert len(answer(run("backup", "targets", "remove", "Stick", "--json"))) == 1
    assert len(list_backups(stick / "CRM")) == 1


def test_the_rules_of_a_place_are_set_by_command(run: Run, data_folder: Path, tmp_path: Path) -> None:
    place = tmp_path / "place"
    assert run("backup", "targets", "add", str(place), "--name", "二号")[0] == 0
    rows = answer(run("backup", "targets", "set", "二号", "--last", "1", "--days", "0", "--weeks", "0", "--months", "0", "--json"))
    assert rows[1]["rules"] == {"last": 1, "days": 0, "weeks": 0, "months": 0}
    assert rows[1]["active"] and not rows[1]["encrypt"], "what is not given stays"
    assert all(run("backup", "create")[0] == 0 for _again in range(2))
    assert (len(list_backups(place)), len(list_backups(data_folder / "backups"))) == (1, 2)
    main = rows[0]["name"]
    rows = answer(run("backup", "targets", "set", main, "--free", "500", "--last", "9", "--json"))
    assert (rows[0]["least_free"], rows[0]["rules"]["last"]) == (500, 9)
    bad = (("二号", "--last", "0"), ("二号", "--days", "-1"), ("二号", "--free", "-5"), (main, "--no-active"), ("三号", "--last", "2"))
    for wrong in bad:
        assert run("backup", "targets", "set", *wrong)[0] == 1, wrong
    assert answer(run("backup", "targets", "list", "--json")) == rows, "nothing of it was kept"
    off = answer(run("backup", "targets", "set", "二号", "--no-active", "--json"))
    assert not off[1]["active"]


def test_the_drill(run: Run, data_folder: Path) -> None:
    assert "no backup" in run("backup", "drill")[1]
    run("backup", "create")
    (data_folder / "backups" / "marks.json").unlink()
    (row,) = answer(run("backup", "drill", "--json"))
    assert row["problem"] == ""
    assert list_backups(data_folder / "backups")[0].good


def test_one_record_comes_back(run: Run, data_folder: Path) -> None:
    app = open_folder(data_folder)
    buyer = customer(app, "Alpha", number="C7")
    sold = order(app, buyer, number="S7")
    app.close()
    file = answer(run("backup", "create", "--json"))["file"]
    app = open_folder(data_folder)
    delete(app, "sales-orders", [sold.id or 0])
    delete(app, "customers", [buyer.id or 0])
    app.close()
    code, out, _err = run("restore", file, "--record", "customers", "C7")
    assert code == 0
    assert out.splitlines() == ["Customers: 1", "Sales orders: 1"]
    assert "nothing was brought back" in run("restore", file, "--record", "customers", "C7")[1]
    assert answer(run("restore", file, "--record", "sales-orders", "S7", "--json"))["present"]
    code, _out, err = run("restore", file, "--record", "customers", "C9")
    assert (code, "C9" in err) == (1, True)
    assert run("restore", file, "--record", "nonsense", "C9")[0] == 1
    assert run("restore", file, "--record", "users", "Ann")[0] == 1
    assert [row["number"] for row in answer(run("list", "customers", "--json"))] == ["C7"]


class Purse(KeyringBackend):
    """A credential store that lasts as long as the test."""

    priority = 5  # type: ignore[assignment]
    kept: dict[tuple[str, str], str]

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


def test_the_passphrase(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, _out, err = run("backup", "passphrase", "store", typed="long enough\n")
    assert (code, "credential store" in err) == (1, True)
    purse = Purse()
    purse.kept = {}
    monkeypatch.setattr(keyring, "get_keyring", lambda: purse)
    monkeypatch.setattr(keyring.core, "_keyring_backend", purse)
    sheet = tmp_path / "sheet.pdf"
    assert run("backup", "passphrase", "sheet", "--output", str(sheet))[0] == 1  # none is stored
    assert run("backup", "passphrase", "store", typed="short\n")[0] == 1
    made = answer(run("backup", "passphrase", "store", "--suggest", "--json"))["passphrase"]
    assert purse.kept == dict.fromkeys(purse.kept, made)
    assert run("backup", "passphrase", "sheet", "--output", str(sheet))[0] == 0
    pdf = pypdfium2.PdfDocument(sheet)
    words = pdf[0].get_textpage().get_text_range()
    pdf.close()
    assert made in words
    assert "Example Trading Ltd" in words
    assert run("backup", "passphrase", "forget")[0] == 0
    assert purse.kept == {}


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_every_command_explains_itself(run: Run, language: str) -> None:
    groups = {"schedule": ("show", "set", "install", "remove"), "targets": ("list", "add", "set", "remove"),
              "passphrase": ("store", "forget", "sheet")}  # fmt: skip
    plain = ("create", "list", "verify", "keep", "unkeep", "run-due", "status", "drill")
    for words in (*((w,) for w in plain), *((g, w) for g, below in groups.items() for w in below)):
        code, out, _err = run("backup", *words, "--help", language=language)
        assert code == 0
        assert words[-1] in out


def test_what_contradicts_itself_is_refused(run: Run) -> None:
    code, _out, err = run("backup", "schedule", "set", "--never", "--at", "12:30")
    assert (code, "--at" in err) == (2, True)
    code, _out, err = run("backup", "targets", "remove", "This PC")
    assert (code, "it stays" in err) == (1, True)


def test_a_failure_is_told_in_words_alone_and_kept_in_the_log(run: Run, data_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_given: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    (data_folder / "logs").mkdir()
    code, _out, err = run("backup", "create")
    assert (code, "ENOSPC" in err) == (1, False)
    assert "No backup: ENOSPC" in (data_folder / "logs" / "crm-desktop.log").read_text(encoding="utf-8")
