"""crm-desktop user, and --user for every command: who is let in, what is said, and the exit codes."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import keyring
import pypdfium2
import pytest
from keyring.backend import KeyringBackend
from record_makers import customer
from sign_in_makers import OWNER, REP, quick_hashes

from crm_desktop import __main__
from crm_desktop.services.opening import open_folder

Run = Callable[..., tuple[int, str, str]]
NOT_SIGNED_IN = 4


class Purse(KeyringBackend):
    """A credential store in memory."""

    priority = 1  # type: ignore[assignment]

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
def purse() -> Iterator[Purse]:
    before, made = keyring.get_keyring(), Purse()
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], data_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command on the test's data folder, with lines on standard input; gives exit code, output and complaints."""
    quick_hashes(monkeypatch)

    def command(*words: str, typed: str = "", language: str = "en") -> tuple[int, str, str]:
        capsys.readouterr()
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        code = __main__.main(["--data", str(data_folder), "--language", language, *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return command


def as_owner(run: Run, *words: str, more: str = "") -> tuple[int, str, str]:
    return run("--user", "ann", "--password-stdin", *words, typed=f"{OWNER}\n{more}")


@pytest.fixture
def rep(run: Run, data_folder: Path) -> str:
    """A company with sign-in on, one customer of the owner's, and the salesperson Rik; gives the one-time password."""
    app = open_folder(data_folder)
    customer(app, "Alpha", number="C1")
    app.close()
    assert run("user", "turn-on", typed=f"{OWNER}\n")[0] == 0
    code, out, _err = as_owner(run, "user", "add", "Rik", "--sign-in", "rik", "--position", "salesperson", "--json")
    assert code == 0
    return str(json.loads(out)["one_time_password"])


def test_without_sign_in_a_command_is_given_by_the_first_person_or_a_named_one(run: Run) -> None:
    assert run("user", "add", "Rik", "--sign-in", "rik", "--position", "Salesperson")[0] == 0
    assert run("list", "customers")[0] == 0
    assert run("--user", "rik", "user", "list")[0] == 1
    code, _out, err = run("--user", "ghost", "list", "customers")
    assert code == 1
    assert "ghost" in err


def test_with_sign_in_every_command_needs_a_person(run: Run, rep: str, tmp_path: Path) -> None:
    file = str(tmp_path / "out.xlsx")
    pdf = str(tmp_path / "out.pdf")
    commands = (
        ["list", "customers"], ["show", "customers", "C1"], ["export", "customers", file], ["check"], ["log"], ["user", "list"],
        ["print", "customers", "C1", "--output", pdf], ["backup", "create"], ["rights", "show", "ann"], ["user", "turn-off"],
        ["restore", str(tmp_path / "none.crmbackup")], ["user", "change-password"],
    )  # fmt: skip
    for words in commands:
        code, out, err = run(*words)
        assert (code, out) == (NOT_SIGNED_IN, ""), words
        assert "--user" in err or "sign" in err.lower(), words
    assert list(tmp_path.glob("out.*")) == []


def test_the_password_comes_from_standard_input(run: Run, rep: str) -> None:
    code, out, _err = as_owner(run, "list", "customers", "--json")
    assert code == 0
    assert "Alpha" in out
    code, out, err = run("list", "customers", "--user", "ann", "--password-stdin", typed="wrong\n")
    assert (code, out) == (NOT_SIGNED_IN, "")
    assert "not right" in err
    code, _out, err = run("--user", "ann", "list", "customers")
    assert code == NOT_SIGNED_IN
    assert "--password-stdin" in err


def test_commands_obey_the_rights_of_the_person(run: Run, rep: str) -> None:
    assert run("--user", "rik", "--password-stdin", "list", "customers", typed=f"{rep}\n")[0] == NOT_SIGNED_IN
    code, _out, err = run("--user", "rik", "--password-stdin", "user", "change-password", typed=f"{rep}\n{REP}\n")
    assert code == 0, err
    code, out, _err = run("--user", "rik", "--password-stdin", "list", "customers", "--json", typed=f"{REP}\n")
    assert code == 0
    assert "Alpha" not in out
    for words in (["user", "list"], ["user", "reset-password", "ann"], ["log"], ["user", "turn-off"], ["user", "disable", "ann"]):
        code, out, _err = run("--user", "rik", "--password-stdin", *words, typed=f"{REP}\n")
        assert code == 1, words


def test_people_are_looked_after(run: Run, rep: str) -> None:
    code, out, _err = as_owner(run, "user", "list", "--json")
    assert code == 0
    people = {p["sign_in"]: p for p in json.loads(out)}
    assert people["ann"]["recovery_codes"] == 10
    assert people["rik"]["must_change"]
    assert as_owner(run, "user", "disable", "rik")[0] == 0
    assert "switched off" in as_owner(run, "user", "list")[1]
    assert as_owner(run, "user", "enable", "Rik")[0] == 0
    code, out, _err = as_owner(run, "user", "reset-password", "rik", "--json")
    word = json.loads(out)["one_time_password"]
    assert run("--user", "rik", "--password-stdin", "user", "change-password", typed=f"{word}\n{REP}\n")[0] == 0
    assert as_owner(run, "user", "set-position", "rik", "sales_manager", "Service")[0] == 0
    assert as_owner(run, "user", "set-position", "rik", "emperor")[0] == 1
    for _at in range(6):
        run("--user", "rik", "--password-stdin", "list", "customers", typed="wrong\n")
    assert as_owner(run, "user", "unlock", "rik")[0] == 0
    assert run("--user", "rik", "--password-stdin", "list", "customers", typed=f"{REP}\n")[0] == 0
    assert as_owner(run, "user", "disable", "ann")[0] == 1


def test_a_second_person_of_one_name_gets_another_sign_in_name(run: Run, rep: str) -> None:
    names = [json.loads(as_owner(run, "user", "add", "李伟", "--json")[1])["sign_in"] for _at in range(2)]
    assert names == ["liwei", "liwei2"]


def test_limits_and_pcs(run: Run, rep: str) -> None:
    run("--user", "rik", "--password-stdin", "user", "change-password", typed=f"{rep}\n{REP}\n")
    assert as_owner(run, "user", "limits", "rik", "--hours", "whenever")[0] == 1
    assert as_owner(run, "user", "limits", "rik", "--enrolled-only", "--idle", "5")[0] == 0
    code, out, _err = as_owner(run, "user", "limits", "rik", "--json")
    assert json.loads(out) == {"enrolled_only": True, "networks": "", "hours": "", "idle_minutes": 5}
    code, _out, err = run("--user", "rik", "--password-stdin", "list", "customers", typed=f"{REP}\n")
    assert code == NOT_SIGNED_IN
    assert "waiting" in err
    (pc,) = json.loads(as_owner(run, "user", "pcs", "--json")[1])
    assert as_owner(run, "user", "pcs", "--approve", str(pc["id"]))[0] == 0
    assert run("--user", "rik", "--password-stdin", "list", "customers", typed=f"{REP}\n")[0] == 0


def test_a_password_can_be_remembered_for_commands(run: Run, rep: str, purse: Purse) -> None:
    code, _out, _err = run("--user", "ann", "--password-stdin", "user", "remember", typed="wrong\n")
    assert code == NOT_SIGNED_IN
    assert purse.kept == {}
    assert as_owner(run, "user", "remember")[0] == 0
    assert run("--user", "ann", "list", "customers")[0] == 0
    assert run("list", "customers", "--user", "ann")[0] == 0
    assert run("--user", "ann", "user", "forget")[0] == 0
    assert run("--user", "ann", "list", "customers")[0] == NOT_SIGNED_IN
    assert run("--user", "ann", "user", "forget")[0] == 1


def test_without_a_credential_store_nothing_is_remembered(run: Run, rep: str) -> None:
    code, _out, err = as_owner(run, "user", "remember")
    assert code == 1
    assert "credential store" in err


def test_a_planned_backup_needs_nobody_and_can_do_nothing_else(run: Run, rep: str, data_folder: Path) -> None:
    code, out, err = run("backup", "run-due")
    assert code == 0, out + err
    assert run("backup", "status")[0] == NOT_SIGNED_IN


def test_the_codes_are_said_once_or_written_onto_a_sheet(run: Run, tmp_path: Path) -> None:
    sheet = tmp_path / "codes 恢复.pdf"
    assert run("user", "turn-on", "--output", str(tmp_path / "no folder" / "x.pdf"), typed=f"{OWNER}\n")[0] == 1
    assert run("user", "turn-on", "--output", str(sheet), typed="password\n")[0] == 1
    assert not sheet.exists()
    code, out, err = run("user", "turn-on", "--output", str(sheet), typed=f"{OWNER}\n")
    assert code == 0, err
    document = pypdfium2.PdfDocument(sheet)
    text = document[0].get_textpage().get_text_range()
    assert len(document) == 1
    document.close()
    assert "Recovery codes" in text
    assert "Ann" in text
    code, out, _err = as_owner(run, "user", "recovery-codes", "--json")
    codes = json.loads(out)["recovery_codes"]
    assert len(codes) == 10
    assert not any(c in text for c in codes)


def test_turning_it_off_again(run: Run, rep: str) -> None:
    assert as_owner(run, "user", "turn-off")[0] == 0
    assert run("list", "customers")[0] == 0


def test_the_log_tells_of_it(run: Run, rep: str) -> None:
    run("--user", "ann", "--password-stdin", "list", "customers", typed="wrong\n")
    code, out, _err = as_owner(run, "log", "--json")
    assert code == 0
    actions = {entry["action"] for entry in json.loads(out)}
    assert {"sign_in", "sign_in_failed", "password_reset", "sign_in_set_up"} <= actions


def test_a_restore_needs_a_person_and_brings_the_passwords_back(run: Run, rep: str, data_folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "backups"
    code, out, err = as_owner(run, "backup", "create", "--to", str(target), "--json")
    assert code == 0, err
    file = json.loads(out)["file"]
    assert as_owner(run, "user", "reset-password", "rik")[0] == 0
    assert run("restore", file)[0] == NOT_SIGNED_IN
    code, _out, err = as_owner(run, "restore", file)
    assert code == 0, err
    assert run("list", "customers")[0] == NOT_SIGNED_IN
    assert run("--user", "rik", "--password-stdin", "user", "change-password", typed=f"{rep}\n{REP}\n")[0] == 0


def test_a_damaged_database_is_restored_by_whoever_has_a_backup(run: Run, rep: str, data_folder: Path, tmp_path: Path) -> None:
    code, out, _err = as_owner(run, "backup", "create", "--to", str(tmp_path / "backups"), "--json")
    assert code == 0
    for file in data_folder.glob("crm.db*"):
        file.write_bytes(b"not a database at all" * 500)
    code, _out, err = run("restore", json.loads(out)["file"])
    assert code == 0, err
    assert as_owner(run, "list", "customers")[0] == 0


def test_what_a_person_has_is_handed_over_and_taken_back(run: Run, data_folder: Path) -> None:
    app = open_folder(data_folder)
    owner = app.actor.name
    for city in ("Here", "Here", "There"):
        customer(app, f"In {city}", city=city)
    app.close()
    for name in ("Bob Young", "Eve Old"):
        assert run("user", "add", name, "--position", "salesperson")[0] == 0
    code, said, _wrong = run("user", "hand-over", owner, "--to", "Bob Young", "--type", "customers", "--where", "city=Here", "--dry-run")
    assert (code, said.strip()) == (0, "Customers: 2")
    code, said, _wrong = run("user", "hand-over", owner, "--to", "Bob Young", "Eve Old", "--type", "customers", "--json")
    told = json.loads(said)
    assert (code, told["total"], told["types"]) == (0, 3, [{"type": "customers", "count": 3, "kept": 0}])
    code, said, _wrong = run("user", "disable", "Bob Young")
    assert code == 0
    assert said.splitlines()[1:] == ["Still in the hands of Bob Young; “user hand-over” gives it to others:", "  Customers: 2"]
    code, said, _wrong = run("user", "take-back", told["batch"])
    assert (code, said.strip()) == (0, "3 records given back")
    assert run("user", "take-back", told["batch"])[0] != 0
    code, _said, wrong = run("user", "hand-over", owner, "--to", "Eve Old", "--where", "city=Here")
    assert code != 0
    assert "--type" in wrong
