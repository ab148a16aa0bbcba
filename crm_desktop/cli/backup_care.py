"""crm-desktop backup run-due, status, drill, keep, schedule, targets, passphrase: the care for backups without a window."""

from __future__ import annotations

import argparse
import datetime as dt
import getpass
import sys
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crm_desktop.cli.console import ConsoleProgress, can_ask, complain, say, say_json, say_table
from crm_desktop.cli.opening import data_of, opened
from crm_desktop.errors import Missing, Refused
from crm_desktop.exchange.whole_files import whole_file
from crm_desktop.folders import settings_file
from crm_desktop.settings import FileStorage, Scope, Settings
from crm_desktop.words import _, language

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backups.running import Copy
    from backups.schedule import Plan
    from backups.targets import Target

NOT_ALL = 3
"""The exit code where the work was done, but not all is well: a target got no copy, a backup is damaged, a warning is grave."""


def settings_here(data: Path) -> Settings:
    """The settings of this PC."""
    return Settings({Scope.PC: FileStorage(settings_file(data))})


@contextmanager
def shown() -> Iterator[ConsoleProgress]:
    """Progress on the terminal, cleared away at the end."""
    progress = ConsoleProgress()
    try:
        yield progress
    finally:
        progress.end()


def run_due(arguments: argparse.Namespace) -> int:
    """0: done, or nothing to do; 1: it failed; 3: made, but not all is well."""
    from backups import drill, running, schedule
    from backups.overview import overview
    from backups.runs import Runs
    from backups.targets import MAIN

    with opened(arguments, unattended=True) as app, shown() as progress:
        settings, now = settings_here(app.data), dt.datetime.now().astimezone()
        due = running.run_due(app, settings, progress)
        copies = list(due.run.copies) if due.run else []
        if due.run is None:  # a drive may have been plugged in since the last one was made
            state = overview(app, settings)
            copies = [
                running.copy_to(app, settings, target.target, progress)
                for target in state.targets
                if target.folder and target.target.id != MAIN and target.target.on_plug and target.target.active
                if state.last_good and (not target.last_good or target.last_good.made_at < state.last_good.made_at)
            ]
        tried = []
        if drill.due(schedule.plan_of(settings), Runs(app.data).read(), now) and not due.reason:
            tried = drill.drill(app, settings, progress)
    bad = [d for d in tried if d.problem]
    if arguments.json:
        say_json(
            {
                "reason": due.reason, "made": str(due.run.backup.path) if due.run else None, "why_not": due.why_not,
                "copies": [copy_facts(c) for c in copies], "removed": [str(p) for p in due.run.removed] if due.run else [],
                "drilled": [{"file": str(d.backup.path), "problem": d.problem} for d in tried],
            }
        )  # fmt: skip
    else:
        if due.run:
            say(_("The backup is ready and was restored for trial: {file}").format(file=due.run.backup.path))
        else:
            say(due.why_not)
        tell_copies(copies)
        for one in tried:
            say(f"{one.backup.path.name}: {one.problem or _('verified')}")
    return NOT_ALL if bad or any(c.problem for c in copies) else 0


def copy_facts(copy: Copy) -> dict[str, Any]:
    """What a target got, as JSON."""
    return {
        "target": copy.target.name, "file": str(copy.path) if copy.path else None, "problem": copy.problem,
        "safe_to_remove": copy.safe_to_remove,
    }  # fmt: skip


def tell_copies(copies: list[Copy]) -> None:
    """What the targets got, in words."""
    for copy in copies:
        if copy.problem:
            complain(f"{copy.target.name}: {copy.problem} {copy.advice}".rstrip())
        else:
            say(_("Copied to {name}: {file}").format(name=copy.target.name, file=copy.path))
            if copy.safe_to_remove:
                say(_("“{name}” can be unplugged.").format(name=copy.target.name))


def status(arguments: argparse.Namespace) -> int:
    """0: all is well; 3: there is a grave warning."""
    from backups.overview import overview

    with opened(arguments) as app:
        found = overview(app, settings_here(app.data))

    def text(at: dt.datetime | None) -> str | None:
        return at.astimezone(dt.UTC).isoformat(timespec="seconds") if at else None

    if arguments.json:
        say_json(
            {
                "last_good": text(found.last_good_at), "file": str(found.last_good.path) if found.last_good else None,
                "next_due": text(found.next_due), "pc": found.running_pc,
                "targets": [
                    {
                        "name": s.target.name, "kind": s.target.kind, "folder": str(s.folder) if s.folder else None,
                        "backups": len(s.backups), "last_good": text(s.last_good.made_at if s.last_good else None),
                        "free": s.room.free if s.room else None,
                    }
                    for s in found.targets
                ],
                "concerns": [
                    {"key": c.key, "text": c.text, "advice": c.advice, "grave": c.grave, "target": c.target_id}
                    for c in found.concerns
                ],
            }
        )  # fmt: skip
    else:
        never = _("none yet")
        say(_("Last good backup: {when}").format(when=_local(found.last_good_at) or never))
        if found.next_due:
            say(_("The next one is due: {when}").format(when=_local(found.next_due)))
        rows = [
            (s.target.name, str(s.folder or _("not connected")), str(len(s.backups)),
             _local(s.last_good.made_at if s.last_good else None) or never)
            for s in found.targets
        ]  # fmt: skip
        say_table([_("Place"), _("Folder"), _("Backups"), _("Last good one")], rows, [False, False, True, False])
        for concern in found.concerns:
            complain(f"{'!' if concern.grave else '-'} {concern.text} {concern.advice}")
    return NOT_ALL if any(c.grave for c in found.concerns) else 0


def _local(at: dt.datetime | None) -> str:
    return f"{at.astimezone():%Y-%m-%d %H:%M}" if at else ""


def drill(arguments: argparse.Namespace) -> int:
    """0: all that were tried are good; 3: one is not."""
    from backups.drill import drill as try_again

    with opened(arguments) as app, shown() as progress:
        tried = try_again(app, settings_here(app.data), progress)
    if arguments.json:
        say_json([{"file": str(d.backup.path), "problem": d.problem} for d in tried])
    else:
        for one in tried:
            say(f"{one.backup.path.name}: {one.problem or _('verified')}")
        if not tried:
            say(_("There is no backup that would have to be tried again."))
    return NOT_ALL if any(d.problem for d in tried) else 0


def keep(arguments: argparse.Namespace) -> int:
    """Mark a backup, or take the mark away."""
    from backups.catalogue import mark_keep

    file, wanted = arguments.file.expanduser().resolve(), arguments.action == "keep"
    if not file.is_file():
        raise Missing(_("There is no file {file}.").format(file=file))
    try:
        mark_keep(file, wanted)
    except OSError as error:
        raise Refused(_("The mark cannot be kept."), _("Check whether the drive can be written to.")) from error
    if arguments.json:
        say_json({"file": str(file), "keep": wanted})
    else:
        say(_("This backup is never deleted.") if wanted else _("This backup is deleted when the rules let it go."))
    return 0


def schedule(arguments: argparse.Namespace) -> int:
    """One of the steps below `backup schedule`."""
    from backups.schedule import plan_of, read_times, store_plan
    from backups.task_scheduler import scheduler

    data = data_of(arguments)
    settings, system = settings_here(data), scheduler(data)
    if arguments.step == "set":
        plan = plan_of(settings)
        times = () if arguments.never else read_times(" ".join(arguments.at)) if arguments.at else plan.times
        given = {
            "hours": arguments.every, "at_end": arguments.at_end, "before_import": arguments.before_import,
            "before_delete": arguments.before_delete, "drill": arguments.drill,
        }  # fmt: skip
        store_plan(settings, replace(plan, times=times, **{k: v for k, v in given.items() if v is not None}))
        if system.installed():  # which keeps the times
            system.install(plan_of(settings))
    elif arguments.step == "install":
        system.install(plan_of(settings))
    elif arguments.step == "remove":
        removed = system.remove()
        if not arguments.json:
            say(_("The task was removed.") if removed else _("There was no task."))
            return 0
    _tell_plan(plan_of(settings), system.installed(), arguments.json)
    return 0


def _tell_plan(plan: Plan, installed: str, as_json: bool) -> None:
    from backups.schedule import times_text

    if as_json:
        facts = {
            "times": times_text(plan.times).split(), "every_hours": plan.hours, "at_end": plan.at_end,
            "before_import": plan.before_import, "before_delete": plan.before_delete, "drill": plan.drill,
            "task": installed,
        }  # fmt: skip
        say_json(facts)
        return
    say(_("Every day at: {times}").format(times=times_text(plan.times)) if plan.times else _("Not every day."))
    if plan.hours:
        say(_("Also every so many hours: {count}").format(count=plan.hours))
    for wanted, text in (
        (plan.at_end, _("When the program ends.")),
        (plan.before_import, _("Before an import.")),
        (plan.before_delete, _("Before many records are deleted.")),
        (plan.drill, _("Old backups are tried again every month.")),
    ):
        if wanted:
            say(text)
    say(
        _("While the program is shut: by the task “{name}”.").format(name=installed)
        if installed
        else _("While the program is shut: not. “crm-desktop backup schedule install” sets it up.")
    )


def targets(arguments: argparse.Namespace) -> int:
    """One of the steps below `backup targets`."""
    from backups import drives
    from backups.targets import DRIVE, FOLDER, MAIN, SHARE, folder_of, new_target, store_targets, targets_of

    data = data_of(arguments)
    settings = settings_here(data)
    known = targets_of(settings, data)
    if arguments.step == "add":
        folder = arguments.path.expanduser().resolve()
        if arguments.drive:
            here = [d for d in drives.connected() if folder.is_relative_to(d.root)]
            if not here:
                raise Missing(_("{folder} is on no drive that is connected.").format(folder=folder))
            drive = max(here, key=lambda d: len(d.root.parts))
            made = new_target(DRIVE, arguments.name, str(folder.relative_to(drive.root)), drive)
        else:
            kind = SHARE if str(arguments.path).startswith(("\\\\", "//")) else FOLDER
            made = new_target(kind, arguments.name, str(folder))
        store_targets(settings, data, [*known, replace(made, encrypt=arguments.encrypt)])
    elif arguments.step == "set":
        if not any(t.name == arguments.name for t in known):
            raise Missing(_("There is no place “{name}”.").format(name=arguments.name))
        store_targets(settings, data, [_with_rules(t, arguments) if t.name == arguments.name else t for t in known])
    elif arguments.step == "remove":
        if any(t.id == MAIN and t.name == arguments.name for t in known):
            raise Refused(_("“{name}” is where backups are made: it stays.").format(name=arguments.name))
        left = [t for t in known if t.name != arguments.name]
        if len(left) == len(known):
            raise Missing(_("There is no place “{name}”.").format(name=arguments.name))
        store_targets(settings, data, left)
    known, found = targets_of(settings, data), drives.connected()
    places = [(t, folder_of(t, found)) for t in known]
    if arguments.json:
        say_json([t.to_facts() | {"folder": str(folder) if folder else None} for t, folder in places])
    else:
        rows = [(t.name, str(f or _("not connected")), _("encrypted") if t.encrypt else "") for t, f in places]
        say_table([_("Place"), _("Folder"), ""], rows)
    return 0


def _with_rules(target: Target, arguments: argparse.Namespace) -> Target:
    from backups.targets import MAIN

    numbers = {n: getattr(arguments, n) for n in ("last", "days", "weeks", "months")}
    given = {
        "least_free": arguments.free, "encrypt": arguments.encrypt, "verify": arguments.trial,
        "on_plug": arguments.on_plug, "active": arguments.active,
    }  # fmt: skip
    if any(n is not None and not least <= n <= 1000 for n, least in zip(numbers.values(), (1, 0, 0, 0), strict=True)):
        raise Refused(_("These rules cannot be kept."), _("Keep at least the last one, and at most 1,000."))
    if target.id == MAIN and any(v is not None for v in (arguments.trial, arguments.on_plug, arguments.active)):
        raise Refused(_("“{name}” is where backups are made: always in use and tried.").format(name=target.name))
    if arguments.free is not None and not 0 <= arguments.free <= 10_000_000:
        raise Refused(_("These rules cannot be kept."))
    rules = replace(target.rules, **{n: v for n, v in numbers.items() if v is not None})
    return replace(target, rules=rules, **{n: v for n, v in given.items() if v is not None})


def passphrase(arguments: argparse.Namespace) -> int:
    """One of the steps below `backup passphrase`."""
    steps: dict[str, Callable[[argparse.Namespace], dict[str, Any]]]
    steps = {"store": _store, "forget": _forget, "sheet": _sheet}
    facts = steps[arguments.step](arguments)
    if arguments.json:
        say_json(facts)
    return 0


def _store(arguments: argparse.Namespace) -> dict[str, Any]:
    from backups import passphrase as store

    chosen = store.suggest() if arguments.suggest else ask_twice()
    if len(chosen) < store.LEAST:
        raise Refused(_("A passphrase needs at least {count} characters.").format(count=store.LEAST))
    store.store(data_of(arguments), chosen)
    if not arguments.json:
        if arguments.suggest:
            say(chosen)
        say(
            _(
                "The passphrase is kept on this PC. Print the recovery sheet: without it, nobody can read the backups elsewhere."
            )
        )
    return {"stored": True} | ({"passphrase": chosen} if arguments.suggest else {})


def _forget(arguments: argparse.Namespace) -> dict[str, Any]:
    from backups import passphrase as store

    store.forget(data_of(arguments))
    if not arguments.json:
        say(_("The passphrase is kept on this PC no more."))
    return {"stored": False}


def _sheet(arguments: argparse.Namespace) -> dict[str, Any]:
    from backups import passphrase as store
    from backups.create import company_name
    from backups.recovery_sheet import recovery_sheet

    secret = store.stored(data_of(arguments))
    if not secret:
        raise Missing(store.problem() or _("No passphrase is stored on this PC."))
    with opened(arguments) as app:
        company = company_name(app.engine)
    with whole_file(arguments.output) as part:
        part.write_bytes(recovery_sheet(company, secret, dt.date.today(), language()))
    if not arguments.json:
        say(_("The recovery sheet is ready: {file}").format(file=arguments.output))
    return {"file": str(arguments.output)}


def ask_twice() -> str:
    """A new passphrase: asked twice at a console, read as one line where there is none. Raises Refused."""
    if not can_ask():
        given = sys.stdin.readline().rstrip("\r\n") if sys.stdin else ""
    else:
        given = getpass.getpass(_("Passphrase: "))
        if given != getpass.getpass(_("The same again: ")):
            raise Refused(_("The two passphrases differ."), _("No backup was made."))
    if not given:
        raise Refused(_("An encrypted backup needs a passphrase."), _("No backup was made."))
    return given
