"""crm-desktop approvals: what waits for the person at work, one request with its course, and deciding."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crm_desktop.cli.approvals_parser import BOXES
from crm_desktop.cli.console import say, say_json, say_table
from crm_desktop.cli.opening import opened
from crm_desktop.errors import Missing, Told
from crm_desktop.words import _, ngettext

if TYPE_CHECKING:
    from crm_desktop.application import Application
    from crm_desktop.draft import Draft
    from crm_desktop.services.approvals.inbox import Item


def approvals(arguments: argparse.Namespace) -> int:
    """One of the commands below `approvals`."""
    steps: dict[str, Callable[[argparse.Namespace], int]] = {"list": _list, "show": _show, "sweep": _sweep, "decide": _decide}
    return steps[arguments.step](arguments)


def _moment(value: Any) -> str:
    return f"{value.astimezone():%Y-%m-%d %H:%M}" if value is not None else ""


def _list(arguments: argparse.Namespace) -> int:
    from crm_desktop.services.approvals.inbox import fetch_box
    from crm_desktop.services.approvals.sweeping import sweep

    with opened(arguments) as app:
        sweep(app)
        found = fetch_box(app, BOXES[arguments.box])
        if arguments.json:
            say_json([_facts(item) for item in found])
            return 0
        rows = [
            (i.number, i.operation, i.title, f"{i.amount:,.2f}" if i.amount is not None else "", i.requester, _moment(i.asked_at),
             _("overdue") if i.overdue else app.options.label("approvals", i.status), i.waiting_for)
            for i in found
        ]  # fmt: skip
    say_table(
        [_("Number"), _("Operation"), _("Subject"), _("Amount"), _("Asked by"), _("Asked at"), _("Status"), _("Waiting for")], rows
    )
    return 0


def _facts(item: Item) -> dict[str, Any]:
    return {
        "number": item.number, "operation": item.operation, "type": item.type, "record_id": item.record_id, "title": item.title,
        "customer": item.customer, "amount": str(item.amount) if item.amount is not None else None, "asked_by": item.requester,
        "asked_at": item.asked_at.isoformat(), "status": item.status, "step": item.step, "waiting_for": item.waiting_for,
        "due_at": item.due_at.isoformat() if item.due_at else None, "overdue": item.overdue, "urged": item.urged,
    }  # fmt: skip


def _found(app: Application, number: str) -> int:
    """The request with a number, among those this person takes part in or reaches."""
    from crm_desktop.services.approvals.inbox import BOXES as ALL
    from crm_desktop.services.approvals.inbox import fetch_box
    from crm_desktop.services.saving import find_ids

    for box in ALL:
        for item in fetch_box(app, box):
            if item.number == number:
                return item.id
    ids = find_ids(app, "approvals", number) if app.actor.may("approvals.see") else []
    if not ids:
        raise Missing(_("There is no approval with the number {number}.").format(number=number))
    return ids[0]


def _show(arguments: argparse.Namespace) -> int:
    from crm_desktop.services.approvals.inbox import look

    with opened(arguments) as app:
        seen = look(app, _found(app, arguments.number))
        lines = [
            {
                "step": t.values["step_name"], "person": t.values["person_id"].label if t.values["person_id"] else "",
                "in_place": t.values["by_id"].label if t.values["by_id"] else "", "decision": t.values["state"],
                "when": t.values["decided_at"].isoformat() if t.values["decided_at"] else None, "comment": t.values["comment"],
            }
            for t in seen.request.lines
        ]  # fmt: skip
        values = seen.request.values
        if arguments.json:
            say_json(
                {"number": values["number"], "operation": seen.operation, "title": values["title"], "status": values["status"],
                 "reason": values["reason"], "problem": values["problem"], "may": sorted(seen.may), "course": lines}
            )  # fmt: skip
            return 0
        say(f"{values['number']}  {seen.operation}  {values['title']}  {app.options.label('approvals', values['status'])}")
        rows = [
            (t.values["step_name"], row["person"], row["in_place"], app.options.label("approval_decisions", t.values["state"]),
             _moment(t.values["decided_at"]), t.values["comment"])
            for t, row in zip(seen.request.lines, lines, strict=True)
        ]  # fmt: skip
    say_table([_("Step"), _("Person"), _("In place by"), _("Decision"), _("Decided at"), _("Comment")], rows)
    return 0


def _sweep(arguments: argparse.Namespace) -> int:
    from crm_desktop.services.approvals.sweeping import sweep

    with opened(arguments) as app:
        moved = sweep(app)
    if arguments.json:
        say_json({"passed_on": moved})
    else:
        say(ngettext("{count} request was passed on.", "{count} requests were passed on.", moved).format(count=moved))
    return 0


def _decide(arguments: argparse.Namespace) -> int:
    files = [(Path(f).name, Path(f).read_bytes()) for f in arguments.file]
    failed, done = 0, list[dict[str, Any]]()
    with opened(arguments) as app:
        for number in arguments.number:
            try:
                request = _do(app, arguments, _found(app, number), files)
            except Told as error:
                failed += 1
                done.append({"number": number, "problem": error.message})
                sys.stderr.write(f"{number}: {error.message}\n")
                continue
            done.append({"number": number, "status": request.values["status"], "problem": request.values["problem"]})
            if not arguments.json:
                say(f"{number}: {app.options.label('approvals', request.values['status'])} {request.values['problem']}".rstrip())
    if arguments.json:
        say_json(done)
    return 1 if failed else 0


def _do(app: Application, arguments: argparse.Namespace, id_: int, files: list[tuple[str, bytes]]) -> Draft:
    from crm_desktop.services.approvals import deciding

    word, comment = arguments.decision, arguments.comment
    if word in deciding.DECISIONS:
        return deciding.decide(app, id_, word, comment, files)
    if word == "return":
        return deciding.send_back(app, id_, comment, arguments.to_step, files)
    others: dict[str, Callable[[], Draft]] = {
        "withdraw": lambda: deciding.withdraw(app, id_, comment), "urge": lambda: deciding.urge(app, id_, comment),
        "read": lambda: deciding.acknowledge(app, id_, comment), "carry-out": lambda: deciding.carry_out_again(app, id_),
    }  # fmt: skip
    return others[word]()
