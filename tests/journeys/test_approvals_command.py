"""crm-desktop approvals: what waits is listed, looked at and decided, with exit codes and JSON for scripts."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from approval_makers import Approving, step
from sqlalchemy import update

from crm_desktop import __main__
from crm_desktop.rules.approvals import Approver
from crm_desktop.services.opening import open_folder
from db.base import now
from db.engine import writing
from db.models.approvals import ApprovalTask

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def asked(data_folder: Path) -> list[str]:
    """Three requests of Rik's that wait for the owner of the company; their numbers."""
    app = open_folder(data_folder)
    made = Approving(app)
    made.flow(step("Owner", Approver("position", made.office.positions["owner"])))
    numbers = []
    for price in ("100", "200", "300"):
        request = made.ask(made.order(price))
        numbers.append(str(made.request(request).values["number"]))
    app.close()
    return numbers


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], data_folder: Path) -> Run:
    def command(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = __main__.main(["--data", str(data_folder), "--language", "en", "approvals", *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return command


def test_requests_are_listed_shown_and_decided(run: Run, asked: list[str], tmp_path: Path) -> None:
    code, out, _err = run("list", "--json")
    found = json.loads(out)
    assert (code, [r["number"] for r in found], found[0]["amount"]) == (0, asked, "100.00")
    assert "Rik" in run("list")[1]
    paper = tmp_path / "note.txt"
    paper.write_text("yes", encoding="utf-8")
    code, out, _err = run("decide", "agree", asked[0], "--comment", "fine", "--file", str(paper))
    assert (code, "Approved" in out) == (0, True)
    code, _out, err = run("decide", "reject", asked[1])
    assert (code, "why" in err) == (1, True)
    assert run("decide", "reject", asked[1], "--comment", "too cheap")[0] == 0
    assert run("decide", "return", asked[2], "--comment", "price?")[0] == 0
    shown = json.loads(run("show", asked[0], "--json")[1])
    assert (shown["status"], [line["comment"] for line in shown["course"] if line["decision"] == "agreed"]) == ("done", ["fine"])
    assert "Sent back" in run("show", asked[2])[1]
    assert json.loads(run("list", "--json")[1]) == []
    assert [r["number"] for r in json.loads(run("list", "--box", "decided", "--json")[1])] == asked[::-1]
    code, _out, err = run("decide", "agree", asked[0], "AP-none")
    assert (code, "nothing to decide" in err, "AP-none" in err) == (1, True, True)


def test_overdue_requests_are_passed_on_by_command(run: Run, data_folder: Path) -> None:
    app = open_folder(data_folder)
    made = Approving(app)
    made.flow(step("Lea", Approver("person", made.lea), hours=4, overdue="person", overdue_to=made.fin))
    request = made.ask(made.order("100"))
    with writing(app.engine) as session:
        session.execute(update(ApprovalTask).where(ApprovalTask.due_at.is_not(None)).values(due_at=now() - dt.timedelta(hours=1)))
    assert run("sweep")[:2] == (0, "1 request was passed on.\n")
    assert json.loads(run("sweep", "--json")[1]) == {"passed_on": 0}
    assert made.waiting(made.fin) == [request]
    app.close()
