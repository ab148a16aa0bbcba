"""Join files: what is written is read, and what an enemy wrote is refused in words."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from crm_desktop.errors import Unavailable
from crm_desktop.lan.certificate import fingerprint, is_certificate, make_certificate
from crm_desktop.lan.connection import MEMBER, Connection
from crm_desktop.lan.join_file import host_is_near, read_join_file, write_join_file

PEM = make_certificate("Example").certificate.decode()
OFFICE = Connection("百川贸易", "ea7eeffcf5d641b7ab77d8269f75c1c8", ("192.168.1.10", "fd00::5", "FRONT-PC"), 15432, "crm", True, PEM)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "办公室.crmjoin"
    write_join_file(made, OFFICE)
    return made


def facts_of(file: Path) -> dict[str, Any]:
    return dict(json.loads(file.read_text(encoding="utf-8")))


def test_what_is_written_is_read(file: Path) -> None:
    assert read_join_file(file) == OFFICE


def test_the_host_gives_nothing_of_its_own_away(tmp_path: Path) -> None:
    host = Connection("A", OFFICE.uid, ("10.0.0.1",), 15432, part="host", folder="/secret", service="s", file="f")
    write_join_file(tmp_path / "a", host)
    assert "secret" not in (tmp_path / "a").read_text(encoding="utf-8")
    assert read_join_file(tmp_path / "a").part == MEMBER


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("format", "other"), ("version", 2), ("version", "1"), ("office", 1), ("office", "x" * 500), ("uid", "../../etc"),
        ("uid", None), ("hosts", []), ("hosts", "192.168.1.1"), ("hosts", ["192.168.1.1"] * 50), ("hosts", ["8.8.8.8"]),
        ("hosts", ["evil.example.com"]), ("hosts", ["192.168.1.1;sslmode=disable"]), ("hosts", ["/tmp/socket"]), ("hosts", [""]),
        ("hosts", ["2130706433"]), ("hosts", [None]), ("port", 0), ("port", "15432"), ("port", True), ("port", 70000),
        ("database", "crm sslmode=disable"), ("database", "CRM"), ("database", "x" * 100), ("encrypted", 1), ("encrypted", False),
        ("certificate", "nonsense"), ("certificate", PEM + PEM), ("certificate", 5),
    ],
)  # fmt: skip
def test_a_hostile_value_is_refused_by_name(file: Path, name: str, value: object) -> None:
    file.write_text(json.dumps(facts_of(file) | {name: value}), encoding="utf-8")
    with pytest.raises(Unavailable) as caught:
        read_join_file(file)
    assert file.name in caught.value.message


@pytest.mark.parametrize("name", ["format", "version", "office", "uid", "hosts", "port", "database", "encrypted"])
def test_a_fact_that_is_missing_is_refused(file: Path, name: str) -> None:
    facts = facts_of(file)
    del facts[name]
    file.write_text(json.dumps(facts), encoding="utf-8")
    with pytest.raises(Unavailable):
        read_join_file(file)


@pytest.mark.parametrize("content", [b"", b"null", b"\xff\xfe\x00", b"[" * 5000, b'{"format":', b"x" * 70_000, b'{"a":' * 3000])
def test_a_damaged_file_is_refused(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(Unavailable):
        read_join_file(file)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        read_join_file(tmp_path / "none")
    with pytest.raises(Unavailable):
        read_join_file(tmp_path)
    with pytest.raises(Unavailable):
        write_join_file(tmp_path / "none" / "file", OFFICE)


@pytest.mark.parametrize("name", ["FRONT-PC", "pc.local", "127.0.0.1", "::1", "10.1.2.3", "169.254.7.8", "fe-1", "fd12::1"])
def test_near_hosts(name: str) -> None:
    assert host_is_near(name)


@pytest.mark.parametrize("name", ["1.1.1.1", "example.com", "a b", "-a", "2001:db8::1", "12345", "0x7f000001.", "::ffff:8.8.8.8", "主机"])
def test_hosts_elsewhere(name: str) -> None:
    assert not host_is_near(name)


def test_certificates_are_told_apart() -> None:
    other = make_certificate("Example").certificate.decode()
    assert is_certificate(PEM) and not is_certificate(PEM[:100]) and not is_certificate("中")
    assert fingerprint(PEM) != fingerprint(other)
    if os.name == "posix":
        assert fingerprint(PEM) == fingerprint(PEM.replace("\n", "\r\n"))
