"""crm-desktop rights show: what a person may do with everything, one type, one record; in words and in JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from people_makers import Office
from record_makers import customer

from crm_desktop import __main__
from crm_desktop.draft import Ref
from crm_desktop.services.opening import open_folder


@pytest.fixture
def folder(data_folder: Path) -> Path:
    app = open_folder(data_folder)
    office = Office(app)
    bob = office.person("Bob", "salesperson", "finance", sign_in="bob")
    office.person("Cid", "salesperson", sign_in="cid")
    customer(app, "Alpha", number="C1", owner_id=Ref(bob))
    app.close()
    return data_folder


def run(folder: Path, capsys: pytest.CaptureFixture[str], *words: str, language: str = "en") -> tuple[int, str]:
    code = __main__.main(["--data", str(folder), "--language", language, "rights", "show", *words])
    said = capsys.readouterr()
    return code, said.out or said.err


def test_everything_a_person_reaches_in_one_table(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out = run(folder, capsys, "cid")
    assert code == 0
    assert "Positions: Salesperson" in out
    line = next(row for row in out.splitlines() if row.startswith("Customers"))
    assert line.split()[1:6] == ["Own", "and", "shared", "with", "me"]
    code, out = run(folder, capsys, "cid", "--json")
    facts = json.loads(out)
    assert facts["types"]["customers"]["add"] == "own"
    assert facts["program"]["rights"] == "none"


def test_one_record_with_the_reasons(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out = run(folder, capsys, "cid", "customers", "C1")
    assert code == 0
    assert "It belongs to Bob. The widest reach for this is “Own and shared with me”." in out
    code, out = run(folder, capsys, "bob", "customers", "C1", "--json")
    facts = json.loads(out)
    see = next(o for o in facts["operations"] if o["name"] == "see")
    assert see == {"name": "see", "reach": "all", "positions": ["Finance"], "allowed": True, "why": "Finance reaches all of them."}
    assert facts["record"] == "Alpha"


def test_one_type_in_chinese_and_its_fields(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out = run(folder, capsys, "bob", "products", language="zh_CN")
    assert code == 0
    assert "隐藏" not in next(row for row in out.splitlines() if row.startswith("成本"))
    code, out = run(folder, capsys, "cid", "products", "--json")
    assert {f["name"]: f["access"] for f in json.loads(out)["fields"]}["cost"] == "hidden"


def test_nobody_and_nothing_are_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, capsys, "eve") == (1, "There is no user “eve”.\n")
    code, out = run(folder, capsys, "cid", "customers", "C9")
    assert (code, "C9" in out) == (1, True)
