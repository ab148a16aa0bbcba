"""What is asked of Windows: service, firewall, sleep, and one question for an administrator. Tried with a stand-in for its programs."""

from __future__ import annotations

import ipaddress
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from crm_desktop.errors import Unavailable
from crm_desktop.lan import binaries, firewall, power
from crm_desktop.lan.binaries import Binaries
from crm_desktop.lan.calling import Account, path_for
from crm_desktop.lan.cluster import Cluster
from crm_desktop.lan.elevation import Step, as_administrator, outer_call, script_text
from crm_desktop.lan.networks import Adapter
from crm_desktop.lan.service import WindowsService

_SCRIPT = re.compile(r"[^\"']*office\.cmd")
QUERY = "SERVICE_NAME: x\n        TYPE               : 10  WIN32_OWN_PROCESS\n        STATE              : 4  RUNNING\n"


class Windows:
    """Answers as its programs do, and keeps what it was asked. fails: the code that a script ends with."""

    def __init__(self, said: str = QUERY, code: int = 0, fails: int = 0) -> None:
        self.said, self.code, self.fails = said, code, fails
        self.scripts: list[str] = []
        self.asked: list[list[str]] = []

    def __call__(self, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
        self.asked.append(list(command))
        script = next((found[0] for word in command if (found := _SCRIPT.search(word))), "")
        if script:
            self.scripts.append(Path(script).read_bytes().decode("utf-8"))
            return subprocess.CompletedProcess(command, self.fails, "", "it went wrong" if self.fails else "")
        return subprocess.CompletedProcess(command, self.code, self.said, "")


@pytest.fixture
def cluster(tmp_path: Path) -> Cluster:
    return Cluster(
        tmp_path / "数据 100%" / "server", Binaries(tmp_path / "pg sql" / "bin", 18, False, "program"), Account()
    )


def test_one_question_makes_service_and_rules(cluster: Cluster) -> None:
    windows = Windows()
    WindowsService("abc123", windows, administrator=True).install(cluster, 15432, ["192.168.1.0/24"])
    (script,) = windows.scripts
    lines = script.split("\r\n")
    assert lines[:2] == ["@echo off", "chcp 65001 >nul"] and lines[-2] == "exit /b 0"
    text = "\n".join(lines)
    for part in (
        "register -N CRMDesktop-abc123",
        r'-U "NT AUTHORITY\NetworkService"',
        "start= delayed-auto",
        "*S-1-5-20:(OI)(CI)F",
    ):
        assert part in text
    rules = [line for line in lines if "add rule" in line]
    assert all("remoteip=192.168.1.0/24,localsubnet" in line and "dir=in action=allow" in line for line in rules)
    assert "localport=15432" in rules[0] and "protocol=TCP" in rules[0] and "protocol=UDP" in rules[1]
    assert "数据 100%%" in text  # in a script a per cent sign is doubled
    steps = ("icacls", "unregister", " register", "add rule", "net.exe start")
    order = [next(i for i, line in enumerate(lines) if word in line) for word in steps]
    assert order == sorted(order)
    # What was there before need not be there; everything else must work.
    assert all(
        line.endswith("|| exit /b 1") for line in lines[2:-2] if "delete rule" not in line and "unregister" not in line
    )
    assert not any("||" in line for line in lines if "delete rule" in line or "unregister" in line)


def test_removing_takes_everything_away(cluster: Cluster) -> None:
    windows = Windows()
    WindowsService("abc123", windows, administrator=True).remove(cluster)
    (script,) = windows.scripts
    assert "net.exe stop CRMDesktop-abc123" in script and "unregister -N CRMDesktop-abc123" in script
    assert script.count("delete rule") == 2


def test_a_service_that_does_not_run_is_told(cluster: Cluster) -> None:
    with pytest.raises(Unavailable):
        WindowsService("a", Windows(QUERY.replace("4  RUNNING", "1  STOPPED")), administrator=True).install(
            cluster, 1, []
        )


def test_a_service_that_runs_is_not_started_again(cluster: Cluster) -> None:
    windows = Windows()
    service = WindowsService("a", windows, administrator=True)
    service.start(cluster)
    assert windows.scripts == []
    service.stop(cluster)
    assert "net.exe stop" in windows.scripts[0]


@pytest.mark.parametrize(("code", "word"), [(223, "not allowed"), (1, "did not take")])
def test_what_windows_refuses_is_told(code: int, word: str) -> None:
    with pytest.raises(Unavailable, match=word):
        as_administrator([Step(("net.exe", "start", "x"))], Windows(fails=code), administrator=False)


def test_a_program_that_is_missing_is_told() -> None:
    def gone(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
        raise FileNotFoundError(command[0])

    with pytest.raises(Unavailable):
        as_administrator([Step(("a",))], gone, administrator=False)
    assert power.sleeps_after(gone, windows=True) is None
    assert not power.stay_awake(gone, windows=True)


def test_windows_is_asked_with_the_shield() -> None:
    windows = Windows()
    as_administrator([Step(("net.exe", "start", "x"))], windows, administrator=False)
    assert windows.asked[0][0] == "powershell.exe" and "-Verb RunAs" in windows.asked[0][-1]
    # A quote in the name of a folder must not end the name.
    assert "D''Arc" in outer_call(Path("/D'Arc/office.cmd"))[-1]


def test_elsewhere_nothing_is_done_to_the_firewall() -> None:
    assert firewall.add_rules("a", 1, ["10.0.0.0/8"], windows=False) == []
    assert firewall.remove_rules("a", windows=False) == []
    assert "15432" in firewall.by_hand(15432, ["10.0.0.0/8"], windows=False)
    assert firewall.by_hand(15432, ["10.0.0.0/8"], windows=True) == ""
    assert firewall.add_rules("a", 1, [], windows=True) == []  # a rule without networks would let everybody in


CHINESE = """
电源方案 GUID: 381b4222-f694-41f0-9685-ff5bb260df2e  (平衡)
    电源设置 GUID: 29f6c1db-86da-48c5-9fdb-f2b67b1f44da  (在此时间后睡眠)
      最小可能的设置: 0x00000000
      最大可能的设置: 0xffffffff
      可能的设置增量: 0x00000001
    当前交流电源设置索引: 0x{ac:08x}
    当前直流电源设置索引: 0x00000384
"""


@pytest.mark.parametrize(("ac", "minutes"), [(0, 0), (1800, 30), (61, 2)])
def test_sleep_is_read_in_every_language(ac: int, minutes: int) -> None:
    assert power.sleeps_after(Windows(CHINESE.format(ac=ac)), windows=True) == minutes
    assert power.sleeps_after(Windows("nothing"), windows=True) is None
    assert power.sleeps_after(Windows(CHINESE.format(ac=ac), code=1), windows=True) is None


def test_staying_awake() -> None:
    windows = Windows()
    assert power.stay_awake(windows, windows=True)
    assert windows.asked[0][-2:] == ["standby-timeout-ac", "0"]
    assert not power.stay_awake(Windows(code=1), windows=True)


def test_script_keeps_odd_words_together() -> None:
    text = script_text([Step(("net.exe", 'a "b" & c', "d|e"), must=False)])
    assert 'net.exe "a \\"b\\" & c"' in text


def test_adapters_name_their_networks() -> None:
    assert Adapter("a", ipaddress.ip_interface("192.168.1.10/24")).network == "192.168.1.0/24"


@pytest.mark.parametrize(
    ("said", "inside", "tls"),
    [
        ("--with-ssl=openssl", b"", True),
        ("", b"libssl-3-x64.dll", False),
        (None, b"libssl-3-x64.dll", True),
        (None, b"", False),
    ],
)
def test_encryption_is_known_with_and_without_pg_config(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str | None, inside: bytes, tls: bool
) -> None:
    """A PostgreSQL that comes with the program brings only what runs it; what its maker says of it, where he does, counts more."""
    names = ["postgres", "initdb", "pg_ctl", *(["pg_config"] if said is not None else [])]
    for name in names:
        Binaries(tmp_path, 0, False, "").program(name).write_bytes(inside)
    monkeypatch.setattr(
        binaries, "_said", lambda _program, word: "postgres (PostgreSQL) 18.4" if word == "--version" else said
    )
    found = binaries.look_at(tmp_path)
    assert found is not None and (found.version, found.tls) == (18, tls)


def _english(text: str) -> bool:
    """As an English Windows sees it."""
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def test_a_folder_with_a_chinese_name_is_given_to_postgresql_by_its_short_name(tmp_path: Path) -> None:
    """Its programs read what they are given in the code page of the system, where 王 is nothing in an English Windows."""
    here = tmp_path / "用户 王"
    here.mkdir()

    def short(name: str) -> str:
        return name.replace("用户 王", "____~1")

    plain = tmp_path / "server" / "data"
    assert path_for(plain, _english, short) == str(plain), "what can be said is said as it is"
    assert path_for(here / "server" / "password", _english, short) == str(tmp_path / "____~1" / "server" / "password")


def test_a_disk_without_short_names_is_told_before_anything_is_made(tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as told:
        path_for(tmp_path / "主机" / "data", _english, lambda name: name)
    assert "主机" in told.value.message and told.value.advice


def test_a_code_page_of_the_office_needs_no_short_names(tmp_path: Path) -> None:
    def asked_in_vain(name: str) -> str:
        raise AssertionError(name)

    chinese = tmp_path / "主机"
    assert path_for(chinese, lambda text: bool(text.encode("cp936")), asked_in_vain) == str(chinese)
