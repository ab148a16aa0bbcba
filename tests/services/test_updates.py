"""Newer versions without the internet: found by name and checksum, offered to the office, run only as they were promised."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
from update_makers import put

from crm_desktop import __main__, installers
from crm_desktop import settings as s
from crm_desktop.application import Application
from crm_desktop.errors import Missing, Refused, Unavailable
from crm_desktop.rights import Rights
from crm_desktop.services import updates
from crm_desktop.services.settings_store import settings_of


@pytest.mark.parametrize(
    ("version", "than", "newer"),
    [("0.2", "0.1.9", True), ("1.10.0", "1.9.9", True), ("1.2.0", "1.2", False), ("0.1.0", "0.1.0", False), ("0", "0.1", False)],
)
def test_versions_are_compared_as_numbers(version: str, than: str, newer: bool) -> None:
    assert installers.is_newer(version, than) == newer


def test_only_what_is_named_and_promised_counts_the_newest_first(tmp_path: Path) -> None:
    put(tmp_path, "1.9.0")
    put(tmp_path, "1.10.0", host=True)
    put(tmp_path, "1.10.0")
    (tmp_path / "CRM-Desktop-3.0.0-setup.exe").write_bytes(b"nobody promised it")
    (tmp_path / "other-4.0.0-setup.exe").write_bytes(b"x")
    found = installers.in_folder(tmp_path)
    assert [(each.version, each.host) for each in found] == [("1.10.0", False), ("1.10.0", True), ("1.9.0", False)]
    assert installers.in_folder(tmp_path / "gone") == []


def test_names_differ_by_case_only_on_some_systems(tmp_path: Path) -> None:
    file = put(tmp_path, "2.0.0")
    upper = file.with_name(file.name.upper())
    file.rename(upper)
    assert [each.version for each in installers.in_folder(tmp_path)] == ["2.0.0"]
    assert installers.look_at(upper).version == "2.0.0"


def test_a_changed_one_is_not_taken(tmp_path: Path) -> None:
    file = put(tmp_path / "stick", "2.0.0", b"changed", promised=b"original")
    with pytest.raises(Refused, match="checksum"):
        installers.look_at(file)
    with pytest.raises(Refused, match="checksum"):
        installers.take(installers.in_folder(file.parent)[0], tmp_path / "pc")
    assert list((tmp_path / "pc").iterdir()) == [], "nothing that could be run is left"


def test_what_is_no_setup_program_is_told(tmp_path: Path) -> None:
    other = tmp_path / "game.exe"
    other.write_bytes(b"x")
    with pytest.raises(Refused):
        installers.look_at(other)
    alone = tmp_path / "CRM-Desktop-2.0.0-setup.exe"
    alone.write_bytes(b"x")
    with pytest.raises(Missing) as told:
        installers.look_at(alone)
    assert installers.SUMS in told.value.advice


def test_the_copy_of_this_pc_takes_the_place_of_an_older_one(tmp_path: Path) -> None:
    pc = tmp_path / "数据 updates"
    old = installers.take(installers.look_at(put(tmp_path / "a", "2.0.0")), pc)
    new = installers.take(installers.look_at(put(tmp_path / "b", "2.1.0", b"newer")), pc)
    assert new.read_bytes() == b"newer" and not old.exists()
    assert installers.look_at(new).version == "2.1.0", "it can be checked again"
    assert installers.take(installers.look_at(new), pc) == new
    with pytest.raises(Unavailable):
        installers.take(installers.look_at(new), new / "below a file")


def test_the_folder_is_the_last_word_and_stands_without_quotes() -> None:
    line = installers.command(Path("C:/数据 updates/CRM-Desktop-2.0.0-setup.exe"), Path("C:/Program Files/CRM Desktop"))
    assert line.endswith(f" /UPDATE /D={Path('C:/Program Files/CRM Desktop')}")
    assert line.startswith('"')


def test_what_was_fetched_goes_after_the_update(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installers.take(installers.look_at(put(tmp_path / "a", "2.0.0")), tmp_path / "updates")
    installers.forget(tmp_path / "updates")
    assert (tmp_path / "updates").exists()
    monkeypatch.setattr("crm_desktop.__version__", "2.0.0")
    installers.forget(tmp_path / "updates")
    assert not (tmp_path / "updates").exists()


def test_a_source_or_portable_copy_runs_no_setup_program() -> None:
    assert not installers.can_run()


def test_one_offers_and_all_find_it(app: Application, tmp_path: Path) -> None:
    share = tmp_path / "共享 文件夹"
    settings_of(app).set(s.INSTALLER_PLACE, str(share))
    assert updates.check(app) is None
    offered = updates.offer(app, put(tmp_path / "stick", "7.0.0"))
    assert offered.file == share / "CRM-Desktop-7.0.0-setup.exe" and offered.file.is_file()
    found = updates.check(app)
    assert found is not None and found.installer is not None
    assert (found.version, found.by, found.installer.file) == ("7.0.0", app.actor.name, offered.file)
    assert updates.fetch(app, found).parent == updates.fetched_folder(app)
    assert updates.withdraw(app) == "7.0.0"
    assert updates.check(app) is None


def test_another_file_of_that_name_is_not_what_was_offered(app: Application, tmp_path: Path) -> None:
    share = tmp_path / "share"
    settings_of(app).set(s.INSTALLER_PLACE, str(share))
    offered = updates.offer(app, put(tmp_path / "stick", "7.0.0"))
    offered.file.write_bytes(b"evil")
    found = updates.check(app)
    assert found is not None
    with pytest.raises(Refused, match="checksum"):
        updates.fetch(app, found)
    (share / installers.SUMS).write_text(f"{hashlib.sha256(b'evil').hexdigest()}  {offered.file.name}\n", encoding="utf-8")
    found = updates.check(app)
    assert found is not None and found.installer is None, "whoever can write into the folder can promise anything there"
    with pytest.raises(Missing):
        updates.fetch(app, found)


def test_a_stick_counts_for_one_pc_and_for_administrators(app: Application, tmp_path: Path) -> None:
    put(tmp_path / "stick" / "CRM Desktop", "7.1.0", host=True)
    put(tmp_path / "stick", "7.1.0")
    found = updates.check(app, [tmp_path / "stick"])
    assert found is not None and found.installer is not None and not found.installer.host
    app.actor = replace(app.actor, rights=Rights.of("customers.see"), version=0)
    alone = app.engine.dialect.name == "sqlite"
    assert (updates.check(app, [tmp_path / "stick"]) is not None) == alone
    with pytest.raises(Refused):
        updates.offer(app, tmp_path / "stick" / "CRM-Desktop-7.1.0-setup.exe")


def test_an_older_one_is_not_offered(sqlite_app: Application, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="older"):
        updates.offer(sqlite_app, put(tmp_path, "0.0.1"))


def test_the_command_tells_and_offers(data_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def run(*words: str) -> dict[str, str]:
        assert __main__.main(["--data", str(data_folder), "--language", "en", "update", *words, "--json"]) == 0
        facts: dict[str, str] = json.loads(capsys.readouterr().out)
        return facts

    file = put(tmp_path / "U 盘", "7.2.0")
    assert run("check")["newer"] == ""
    assert run("check", "--folder", str(file.parent))["newer"] == "7.2.0"
    assert run("offer", str(file))["version"] == "7.2.0"
    assert Path(run("check")["file"]).parent == data_folder / updates.FOLDER
    assert run("withdraw")["version"] == "7.2.0"
    file.write_bytes(b"changed")
    assert __main__.main(["--data", str(data_folder), "--language", "en", "update", "offer", str(file)]) == 1
    assert "checksum" in capsys.readouterr().err
