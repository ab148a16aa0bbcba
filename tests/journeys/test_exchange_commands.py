"""The commands that bring tables in and out, as a person gives them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from crm_desktop.__main__ import main


class Office:
    """A company and its commands."""

    def __init__(self, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._data, self._capsys = data, capsys

    def say(self, *words: object, code: int = 0) -> str:
        """Give a command; gives what it says."""
        self._capsys.readouterr()
        assert main(["--data", str(self._data), "--language", "en", *map(str, words)]) == code
        heard = self._capsys.readouterr()
        return heard.out + heard.err

    def facts(self, *words: object, code: int = 0) -> dict[str, Any]:
        """The same, answered in JSON."""
        self._capsys.readouterr()
        assert main(["--data", str(self._data), "--language", "en", *map(str, words), "--json"]) == code
        found: dict[str, Any] = json.loads(self._capsys.readouterr().out)
        return found


@pytest.fixture
def office(data_folder: Path, capsys: pytest.CaptureFixture[str]) -> Office:
    return Office(data_folder, capsys)


def test_a_file_in_by_a_mapping_and_out_again(office: Office, tmp_path: Path) -> None:
    file, errors = tmp_path / "list.csv", tmp_path / "wrong.xlsx"
    file.write_text(
        "Firma,Steuer,Termin,Branche\nAlpha,T-1,03/04/2026,Toys\nBeta,T-2,05/06/2026,Toys\n", encoding="utf-8"
    )
    mapping = tmp_path / "map.json"
    columns = {"Firma": "name", "Steuer": "tax_number", "Termin": "next_follow_up", "Branche": "industry"}
    mapping.write_text(json.dumps({"type": "customers", "columns": columns}), encoding="utf-8")

    said = office.say("import", "customers", file, "--map", mapping, "--dry-run", "--errors", errors, code=1)
    assert "--dates day" in said
    assert "Toys" in said
    assert errors.exists()
    with_all = ("--map", mapping, "--dates", "day", "--create-missing", "--set", "city=Kiel", "--key", "tax_number")
    made = office.facts("import", "customers", file, *with_all, "--keep-map", "Firmen")
    assert (made["created"], made["wrong"]) == (2, 0)
    file.write_text("Firma,Steuer,Termin,Branche\nGamma,T-1,,\n", encoding="utf-8")
    assert office.facts("import", "customers", file, "--map", "firmen", "--existing", "ask-none")["unchanged"] == 1
    assert office.facts("import", "customers", file, "--map", "Firmen", "--existing", "fill")["changed"] == 0
    changed = office.facts("import", "customers", file, "--map", "Firmen", "--existing", "update")
    assert changed["changed"] == 1
    assert office.facts("import", "undo", changed["batch"])["changed_back"] == 1
    assert "nothing to take back" in office.say("import", "undo", changed["batch"], code=1)
    assert "import undo" not in office.say("import", "customers", file, "--map", "Firmen", "--existing", "fill")
    assert "no mapping" in office.say("import", "customers", file, "--map", "Leute", code=1)

    book = tmp_path / "sums.xlsx"
    columns_ = ("--columns", "name", "city", "industry")
    assert office.facts("export", "customers", book, *columns_, "--group", "city")["rows"] == 2
    assert openpyxl.load_workbook(book).worksheets[0]["A2"].value == "Kiel"
    cards = tmp_path / "cards.vcf"
    assert office.facts("export", "customers", cards)["rows"] == 2
    assert office.facts("import", "customers", cards, "--dry-run")["unchanged"] == 2


def test_an_empty_workbook_and_a_form(office: Office, tmp_path: Path) -> None:
    template, form, out = tmp_path / "empty.xlsx", tmp_path / "form.xlsx", tmp_path / "out.xlsx"
    office.say("import-template", "customers", template)
    book = openpyxl.load_workbook(template)
    headings = [c.value for c in book.worksheets[0][1]]
    book.worksheets[0].append(["K1" if h == "Number" else "Alpha" if h == "Name" else None for h in headings])
    book.save(template)
    assert office.facts("import", "customers", template)["created"] == 1
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active["A1"] = "{{Name}} / {{rubbish}}"
    book.save(form)
    told = office.facts("export", "customers", out, "--template", form, "--number", "K1")
    assert any("rubbish" in words for words in told["warnings"])
    assert openpyxl.load_workbook(out).active["A1"].value == "Alpha / "  # type: ignore[index]
    assert "K9" in office.say("export", "customers", out, "--template", form, "--number", "K9", code=1)


def test_a_watched_folder(office: Office, tmp_path: Path) -> None:
    folder = tmp_path / "drop"
    folder.mkdir()
    mapping = tmp_path / "map.json"
    mapping.write_text(json.dumps({"type": "customers", "columns": {"Firma": "name"}}), encoding="utf-8")
    (folder / "a.csv").write_text("Firma\nAlpha\n", encoding="utf-8")
    assert "a.csv" in office.say("import-watch", folder, "--map", mapping, "--once")
    assert [p.suffix for p in sorted((folder / "done").iterdir())] == [".csv", ".txt"]
    (folder / "b.csv").write_text("Name of nothing\nx\n", encoding="utf-8")
    office.say("import-watch", folder, "--map", mapping, "--once", code=1)
    assert len(list((folder / "failed").iterdir())) == 2
    office.say("import-watch", tmp_path / "none", "--map", mapping, code=1)
