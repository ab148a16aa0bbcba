"""crm-desktop template and print: whole journeys of a template through files, and records on paper without a window."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from record_makers import customer, order

from crm_desktop.__main__ import main
from crm_desktop.printing.preview import page_count, page_text
from crm_desktop.services.history import entries
from crm_desktop.services.opening import open_folder
from crm_desktop.services.print_log import printed

Run = Callable[..., tuple[int, str, str]]
NAME = "sales-order.en"


@pytest.fixture
def run(data_folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def command(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["--language", "en", "--data", str(data_folder), *words])
        told = capsys.readouterr()
        return code, told.out, told.err

    return command


@pytest.fixture
def filled(data_folder: Path) -> Path:
    app = open_folder(data_folder)
    buyer = customer(app, "Alpha", number="C1")
    for number in ("S1", "S2", "S3"):
        order(app, buyer, 1, number=number)
    app.close()
    return data_folder


def listed(run: Run, *words: str) -> dict[str, dict[str, Any]]:
    code, out, _err = run("template", "list", "--json", *words)
    assert code == 0
    return {each["name"]: each for each in json.loads(out)}


def changed(path: Path, words: str) -> None:
    path.write_text(path.read_text(encoding="utf-8").replace("SALES ORDER", words), encoding="utf-8")


def test_a_template_goes_out_is_changed_comes_in_prints_and_goes_back(run: Run, filled: Path, tmp_path: Path) -> None:
    file, pdf = tmp_path / "order.json", tmp_path / "order.pdf"
    assert listed(run)[NAME]["origin"] == "shipped"
    assert run("template", "export", NAME, str(file))[0] == 0
    assert run("template", "check", str(file))[:2] == (0, "Nothing is wrong with it.\n")
    changed(file, "OUR ORDER")
    code, out, _err = run("template", "import", str(file), "--note", "our words")
    assert (code, out) == (0, f"“{NAME}” is kept as version 1.\n")
    assert listed(run, "sales-orders")[NAME]["origin"] == "changed"
    assert run("print", "sales-orders", "S1", "--output", str(pdf))[0] == 0
    assert "OUR ORDER" in page_text(pdf.read_bytes(), 0)
    assert run("template", "reset", NAME)[:2] == (0, f"“{NAME}” is as it came with the program again.\n")
    assert run("template", "reset", NAME)[:2] == (0, f"“{NAME}” is as it came with the program.\n")
    assert run("print", "sales-orders", "S1", "--output", str(pdf))[0] == 0
    assert "SALES ORDER" in page_text(pdf.read_bytes(), 0)


def test_a_template_of_ones_own(run: Run, filled: Path, tmp_path: Path) -> None:
    file, pdf = tmp_path / "order.json", tmp_path / "order.pdf"
    run("template", "export", NAME, str(file))
    changed(file, "MINE")
    assert run("template", "import", str(file), "--name", "mine")[0] == 0
    assert listed(run)["mine"]["origin"] == "own"
    assert run("print", "sales-orders", "S1", "--template", "mine", "--output", str(pdf))[0] == 0
    assert "MINE" in page_text(pdf.read_bytes(), 0)
    assert run("template", "reset", "mine")[0] == 0
    assert "mine" not in listed(run)
    assert run("template", "reset", "mine")[0] == 1


def test_a_faulty_file_is_named_and_changes_nothing(run: Run, filled: Path, tmp_path: Path) -> None:
    file = tmp_path / "broken.json"
    run("template", "export", NAME, str(file))
    facts = json.loads(file.read_text(encoding="utf-8"))
    facts["bands"][1]["elements"][0]["colour"] = "red"
    file.write_text(json.dumps(facts), encoding="utf-8")
    for command in ("check", "import"):
        code, _out, err = run("template", command, str(file))
        assert code == 1
        assert "bands[1].elements[0].colour" in err
    assert run("template", "import", str(tmp_path / "missing.json"))[0] == 1
    assert listed(run)[NAME]["origin"] == "shipped"


def test_faults_that_only_show_when_one_looks_are_found(run: Run, filled: Path, tmp_path: Path) -> None:
    file = tmp_path / "faulty.json"
    run("template", "export", NAME, str(file))
    facts = json.loads(file.read_text(encoding="utf-8"))
    head = next(band for band in facts["bands"] if band["id"] == "head")
    at = {"x": 0, "y": 0, "width": 10, "height": 5}
    head["elements"] += [
        {"kind": "expression", "id": "bad1", "expression": "1 +", **at},
        {"kind": "text", "id": "bad2", "text": "{open('x')}", "style": "nothing", **at},
        {"kind": "picture", "id": "bad3", "picture": "gone", **at},
    ]
    facts["bands"].append({"kind": "group_foot", "id": "bad4", "height": 5, "group": "nobody"})
    file.write_text(json.dumps(facts), encoding="utf-8")
    code, out, _err = run("template", "check", str(file), "--json")
    assert code == 1
    found = {(each["kind"], each["element"]) for each in json.loads(out)}
    assert found == {("expression", "bad1"), ("expression", "bad2"), ("style", "bad2"), ("picture", "bad3"), ("structure", "bad4")}


def test_several_records_by_number_or_condition(run: Run, filled: Path, tmp_path: Path) -> None:
    pdf = tmp_path / "orders.pdf"
    assert run("print", "sales-orders", "S1", "S3", "--output", str(pdf))[0] == 0
    assert page_count(pdf.read_bytes()) == 2
    assert run("print", "sales-orders", "--where", "number!=S2", "--output", str(pdf))[0] == 0
    assert page_count(pdf.read_bytes()) == 2
    assert "S1" in page_text(pdf.read_bytes(), 0) + page_text(pdf.read_bytes(), 1)
    assert run("print", "sales-orders", "--where", "number=none", "--output", str(pdf))[0] == 1
    assert run("print", "sales-orders", "--output", str(pdf))[0] == 1
    assert run("print", "sales-orders", "S1")[0] == 2


def test_each_record_tells_how_often_it_was_printed(run: Run, filled: Path, tmp_path: Path) -> None:
    for _time in range(2):
        run("print", "sales-orders", "S1", "S2", "--output", str(tmp_path / "o.pdf"))
    app = open_folder(filled)
    try:
        assert printed(app, "sales-orders", 1).times == 2
        assert printed(app, "sales-orders", 1).at is not None
        assert printed(app, "sales-orders", 3).times == 0
        newest = entries(app, "sales-orders", 1)[0]
        assert newest.action == "print"
        assert {change.field: change.after for change in newest.changes} == {"count": "2", "file": "o.pdf"}
    finally:
        app.close()


@pytest.mark.usefixtures("qapp")  # the one application of a process: made here without windows it would stay so
def test_a_printer_that_is_not_there_is_told_and_nothing_counts_as_printed(run: Run, filled: Path) -> None:
    code, _out, err = run("print", "sales-orders", "S1", "--printer", "nobody’s printer")
    assert code == 1
    assert "nobody’s printer" in err
    assert run("print", "sales-orders", "S1", "--printer", "x", "--copies", "0")[0] == 1
    app = open_folder(filled)
    try:
        assert printed(app, "sales-orders", 1).times == 0
    finally:
        app.close()
