"""The command line: what it prints, what it answers in JSON, its exit codes, and consoles of any encoding."""

from __future__ import annotations

import ctypes
import datetime as dt
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pypdfium2
import pytest
from record_makers import customer, order

from crm_desktop import __main__, folders
from crm_desktop.application import Application
from crm_desktop.cli import console
from crm_desktop.cli.console import padded, shortened, width
from crm_desktop.draft import Ref
from crm_desktop.services import saving
from crm_desktop.services.accounts import AccountSpan, currencies_of, currency_by_code, statement
from crm_desktop.services.opening import open_folder

ROOT = Path(__file__).parents[2]
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], data_folder: Path) -> Run:
    """Runs a command on the test's data folder; gives exit code, output and complaints."""

    def command(*words: str, language: str = "en") -> tuple[int, str, str]:
        capsys.readouterr()
        code = __main__.main(["--data", str(data_folder), "--language", language, *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return command


@pytest.fixture
def filled(data_folder: Path) -> Path:
    """A data folder with two customers of one name, and two orders of one number."""
    app = open_folder(data_folder)
    try:
        _fill(app)
    finally:
        app.close()
    return data_folder


def _fill(app: Application) -> None:
    first = customer(app, "广州华远贸易有限公司", number="C1", city="广州", level="A", credit_limit=Decimal("1000.50"))
    second = customer(app, "Alpha", number="C2", city="上海")
    order(app, first, number="S1")
    order(app, second, number="S1")
    order(app, second, number="S2", count=1)


def test_a_list_stands_in_columns(run: Run, filled: Path) -> None:
    code, out, _err = run("list", "customers")
    assert code == 0
    lines = out.splitlines()
    head, rows = lines[0], lines[2:4]
    at = width(head[: head.index("Credit limit")]) + len("Credit limit")
    row = next(r for r in rows if "C1" in r)
    assert width(row[: row.index("1,000.50")]) + len("1,000.50") == at
    assert lines[-1] == "2 records."


@pytest.mark.parametrize(
    ("where", "numbers"),
    [
        (["city=广州"], ["C1"]),
        (["城市=广州"], ["C1"]),
        (["City!=广州"], ["C2"]),
        (["name~LPH"], ["C2"]),
        (["level=A", "city=上海"], []),
        (["credit_limit>=1000"], ["C1"]),
        (["credit_limit<=1000"], []),
        (["credit_limit="], ["C2"]),
    ],
)
def test_conditions(run: Run, filled: Path, where: list[str], numbers: list[str]) -> None:
    code, out, _err = run("list", "customers", "--json", "--where", *where)
    assert code == 0
    assert [row["number"] for row in json.loads(out)] == numbers


def test_conditions_over_references_and_search(run: Run, filled: Path) -> None:
    _code, out, _err = run("list", "sales-orders", "--json", "--where", "customer=Alpha")
    assert sorted(row["number"] for row in json.loads(out)) == ["S1", "S2"]
    _code, out, _err = run("list", "sales-orders", "--json", "--where", "customer_id=C1", "total>=20")
    [row] = json.loads(out)
    assert (row["total"], row["customer_id"]["label"]) == ("20.00", "广州华远贸易有限公司")
    _code, out, _err = run("list", "customers", "--json", "--search", "华远")
    assert [r["number"] for r in json.loads(out)] == ["C1"]
    _code, out, _err = run("list", "sales-orders", "--limit", "1")
    assert "1 of 3 shown" in out


def test_show_shows_every_record_with_the_number(run: Run, filled: Path) -> None:
    code, out, _err = run("show", "sales-orders", "S1")
    assert code == 0
    assert "广州华远贸易有限公司" in out
    assert "Alpha" in out
    assert "Bolt 1" in out
    _code, out, _err = run("show", "sales-orders", "S1", "--json")
    assert len(json.loads(out)) == 2
    _code, out, _err = run("show", "customers", "C1", "--json")
    facts = json.loads(out)
    assert (facts["number"], facts["values"]["credit_limit"], facts["version"]) == ("C1", "1000.50", 1)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["show", "customers", "none"], 1, "none"),
        (["list", "customers", "--where", "foo=1"], 1, "foo"),
        (["list", "customers", "--where", "nonsense"], 1, "nonsense"),
        (["list", "customers", "--where", "credit_limit=x"], 1, "Credit limit"),
        (["list", "nothing"], 2, "nothing"),
        (["list"], 2, "TYPE"),
        (["list", "customers", "--limit", "-1"], 2, "“-1” is no whole number"),
        (["new", "--sample", "many"], 2, "“many” is no whole number"),
        (["frobnicate"], 2, "frobnicate"),
        (["import", "customers", "no such file.xlsx"], 1, "no such file.xlsx"),
        (["export", "customers", "a.pdf"], 1, "a.pdf"),
        (["new"], 1, "already"),
    ],
)
def test_errors_are_words_and_an_exit_code(run: Run, data_folder: Path, words: list[str], code: int, said: str) -> None:
    found, _out, err = run(*words)
    assert found == code
    assert said in err
    assert "Traceback" not in err


def test_without_a_database(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert __main__.main(["--data", str(tmp_path / "none"), "list", "customers"]) == 1
    assert "crm-desktop new" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


def test_an_import_that_is_partly_wrong_is_no_success(run: Run, data_folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "客户.csv"
    path.write_bytes("编号,名称,电话,谁\nA1,甲公司,１２３,x\nA2,,456,y\n".encode("gbk"))
    code, out, err = run("import", "customers", str(path), "--dry-run")
    assert code == 1
    assert "Nothing was written" in out
    assert "Row 3" in err
    code, out, err = run("import", "customers", str(path), "--json")
    facts = json.loads(out)
    assert (code, facts["created"], facts["wrong"], facts["ignored"]) == (1, 1, 1, ["谁"])
    assert facts["found"]["encoding"] == "gb18030"
    assert facts["problems"][0]["rows"] == [3]
    assert list(facts["problems"][0]["problems"]) == ["Name"]
    assert run("list", "customers", "--json")[1].count('"A1"') == 1


def test_export_and_its_search(run: Run, filled: Path, tmp_path: Path) -> None:
    code, out, _err = run("export", "customers", str(tmp_path / "out.csv"), "--search", "华远")
    assert (code, "1 row" in out) == (0, True)
    assert "C1" in (tmp_path / "out.csv").read_text(encoding="utf-8-sig")
    code, out, _err = run("export", "sales-orders", str(tmp_path / "o.xlsx"), "--json")
    assert json.loads(out)["rows"] == 5


def test_print(run: Run, filled: Path, tmp_path: Path) -> None:
    path = tmp_path / "单 S2.pdf"
    code, out, _err = run("print", "sales-orders", "S2", "--output", str(path))
    assert (code, str(path) in out) == (0, True)
    assert "S2" in pdf_text(path)
    assert run("print", "sales-orders", "S1", "--output", str(path))[0] == 0
    assert "Alpha" in pdf_text(path)
    assert "华远" in pdf_text(path)
    assert run("print", "sales-orders", "S9", "--output", str(path))[0] == 1
    assert run("print", "sales-orders", "S2", "--output", str(path), "--template", "none")[0] == 1


def pdf_text(path: Path) -> str:
    """All text of a PDF."""
    with pypdfium2.PdfDocument(path) as document:
        return "".join(page.get_textpage().get_text_range() for page in document)


def test_the_sample_company(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert __main__.main(["--data", str(tmp_path), "--language", "en", "new", "--sample", "20"]) == 0
    capsys.readouterr()
    for key, number in (("customers", 20), ("sales-orders", 60)):
        assert __main__.main(["--data", str(tmp_path), "list", key, "--json", "--limit", "0"]) == 0
        assert len(json.loads(capsys.readouterr().out)) == number
    assert __main__.main(["--data", str(tmp_path), "--language", "en", "check"]) == 0
    assert "repaired" not in capsys.readouterr().out


def test_check(run: Run, filled: Path) -> None:
    code, out, _err = run("check", "--json")
    facts = json.loads(out)
    assert (code, facts["sound"]) == (0, True)
    code, out, _err = run("check")
    assert (code, "WRONG" in out) == (0, False)


def test_a_new_database(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "新 data"
    assert (
        __main__.main(["--data", str(folder), "--language", "zh_CN", "new", "--company", "甲公司", "--person", "张三"])
        == 0
    )
    app = open_folder(folder)
    assert app.actor.name == "张三"
    assert app.options.code("units", "件") == "件"
    app.close()


def test_help_in_both_languages(capsys: pytest.CaptureFixture[str]) -> None:
    assert __main__.main(["--language", "en", "--help"]) == 0
    english = capsys.readouterr().out
    assert __main__.main(["--language", "zh_CN", "--help"]) == 0
    chinese = capsys.readouterr().out
    for command in ("new", "import", "export", "list", "show", "print", "check", "tour"):
        assert f"\n    {command} " in english
        assert f"\n    {command} " in chinese
    assert "usage:" in english
    assert "usage:" not in chinese
    assert __main__.main(["--version"]) == 0


@pytest.mark.parametrize(
    "words",
    [
        ["list"],
        ["list", "customers", "--limit", "x"],
        ["list", "customers", "--limit"],
        ["list", "customers", "--nonsense"],
        ["nonsense"],
        ["show", "customers", "C1", "--json=1"],
        ["tour", "--output", "x", "--theme", "pink"],
        ["restore"],
    ],
)
def test_a_command_line_that_is_not_understood_is_answered_in_chinese(run: Run, words: list[str]) -> None:
    code, _out, err = run(*words, language="zh_CN")
    assert code == 2
    english = set(re.findall(r"[a-z]{3,}", err.splitlines()[-1])) & ENGLISH
    assert english == set()
    assert err.startswith("用法：")


ENGLISH = {"the", "argument", "arguments", "are", "required", "expected", "one", "invalid", "choice", "choose", "from", "value", "explicit"}


@pytest.mark.parametrize("words", [["list", "customers"], ["list", "customers", "--json"], ["--help"]])
def test_whoever_has_read_enough_hears_no_more_and_no_traceback(filled: Path, words: list[str]) -> None:
    reads, writes = os.pipe()
    os.close(reads)
    try:
        done = piped(filled, writes, *words)
    finally:
        os.close(writes)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full")
def test_output_that_cannot_be_written_is_a_failure_with_words(filled: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = piped(filled, full.fileno(), "list", "customers")
    assert done.returncode == 1
    assert b"could not be written" in done.stderr
    assert b"Traceback" not in done.stderr


def piped(data: Path, output: int, *words: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "crm_desktop", "--data", str(data), "--language", "en", *words]
    return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.PIPE, cwd=ROOT, check=False)


def spoken(data: Path, encoding: str, *words: str) -> subprocess.CompletedProcess[bytes]:
    """A command in a process of its own, on a console of this encoding."""
    ways = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))  # packages may lie elsewhere
    environment = dict(os.environ, PYTHONIOENCODING=encoding, PYTHONPATH=ways, PYTHONUTF8="0")
    command = [sys.executable, "-P", "-m", "crm_desktop", "--data", str(data), *words]
    return subprocess.run(command, capture_output=True, env=environment, stdin=subprocess.DEVNULL, check=False)


def test_nobody_is_asked_where_nobody_can_answer(filled: Path) -> None:
    done = spoken(filled, "utf-8", "--language", "en", "backup", "create", "--encrypt")
    assert done.returncode == 1
    assert b"An encrypted backup needs a passphrase." in done.stderr


def test_windows_takes_its_empty_device_for_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """There, `< NUL` would wait for ever for keys that nobody can press."""
    known: list[int] = []
    kernel = SimpleNamespace(GetConsoleMode=lambda handle, _mode: known.append(handle.value) or 0)
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(isatty=lambda: True, fileno=lambda: 0))
    monkeypatch.setattr(console, "msvcrt", SimpleNamespace(get_osfhandle=lambda number: 40 + number), raising=False)
    calls = SimpleNamespace(windll=SimpleNamespace(kernel32=kernel), c_void_p=ctypes.c_void_p, c_ulong=ctypes.c_ulong, byref=ctypes.byref)
    monkeypatch.setattr(console, "ctypes", calls, raising=False)
    assert not console.can_ask()
    assert known == [40]


@pytest.mark.parametrize("encoding", ["gbk", "cp437", "ascii", "utf-8"])
def test_consoles_of_any_encoding_survive_chinese(filled: Path, encoding: str) -> None:
    done = spoken(filled, encoding, "--language", "zh_CN", "list", "customers")
    assert (done.returncode, done.stderr) == (0, b"")
    expected = "广州华远".encode(encoding, "backslashreplace")
    assert expected in done.stdout
    done = spoken(filled, encoding, "--language", "zh_CN", "show", "customers", "没有")
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
    done = spoken(filled, encoding, "list", "customers", "--json")
    assert json.loads(done.stdout.decode(encoding))[0]["number"] in ("C1", "C2")


def test_nothing_heavy_is_loaded_for_help() -> None:
    code = "import sys; from crm_desktop.__main__ import main; main(['--help']); print(sorted(sys.modules), file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, cwd=ROOT, check=True, text=True, encoding="utf-8"
    )
    loaded = done.stderr
    for name in ("PySide6", "sqlalchemy", "openpyxl", "reportlab", "pypinyin", "python_calamine"):
        assert f"'{name}'" not in loaded


def test_widths_of_chinese() -> None:
    assert width("a广b") == 4
    assert padded("广", 4) == "广  "
    assert padded("广", 4, right=True) == "  广"
    assert shortened("广州华远贸易", 6) == "广州…"
    assert width(shortened("广" * 50)) <= 40


def test_where_the_data_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = folders.data_folder(tmp_path)
    assert own.is_absolute()
    assert "CRM Desktop" in str(own)
    (tmp_path / "portable.txt").touch()
    assert folders.data_folder(tmp_path) == tmp_path / "data"


def test_the_language_of_the_settings_is_spoken(data_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folders.settings_file(data_folder).write_text('{"language": "zh_CN"}', encoding="utf-8")
    assert __main__.main(["--data", str(data_folder), "show", "customers", "x"]) == 1
    chinese = capsys.readouterr().err
    assert __main__.main(["--data", str(data_folder), "--language", "en", "show", "customers", "x"]) == 1
    assert capsys.readouterr().err != chinese


def test_a_statement_is_printed_of_a_period_and_a_currency(run: Run, filled: Path, tmp_path: Path) -> None:
    app = open_folder(filled)
    try:
        [buyer] = saving.find_ids(app, "customers", "C1")
        values = {"customer_id": Ref(buyer), "amount": Decimal(125), "due_date": dt.date(2020, 6, 30), "title": "Old debt"}
        saving.save(app, saving.new_draft(app, "receivables", values))
        assert [code for _id, code in currencies_of(app)] == ["CNY"]
        assert statement(app, buyer, AccountSpan(currency=currency_by_code(app, "usd"))).closing == 0
    finally:
        app.close()
    path = tmp_path / "statement.pdf"
    printing = ("print", "customers", "C1", "--template", "statement.en", "--output", str(path))
    assert run(*printing, "--since", "2020-01-01", "--until", "2020-12-31")[0] == 0
    assert "Old debt" in pdf_text(path)
    assert run(*printing)[0] == 0
    assert "Old debt" not in pdf_text(path), "this year alone, when nothing else is said"
    code, _out, complaint = run(*printing, "--currency", "XXX")
    assert code != 0 and "XXX" in complaint
    code, _out, complaint = run(*printing, "--since", "soon")
    assert code != 0 and "soon" in complaint
