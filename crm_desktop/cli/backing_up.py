"""crm-desktop backup and restore: for scripts, for administrators, and for a PC on which the window does not open any more."""

from __future__ import annotations

import argparse
import datetime as dt
import getpass
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crm_desktop.cli.console import ConsoleProgress, can_ask, say, say_json, say_table
from crm_desktop.cli.opening import data_of, opened, require
from crm_desktop.errors import Missing
from crm_desktop.words import _

if TYPE_CHECKING:
    from backups.catalogue import Backup
    from backups.inspect import Difference


def backup(arguments: argparse.Namespace) -> int:
    """One of the commands below `backup`."""
    from crm_desktop.cli import backup_care as care

    commands = {
        "create": _create, "list": _list, "verify": _verify, "keep": care.keep, "unkeep": care.keep,
        "run-due": care.run_due, "status": care.status, "drill": care.drill, "schedule": care.schedule,
        "targets": care.targets, "passphrase": care.passphrase,
    }  # fmt: skip
    return commands[arguments.action](arguments)


def _folder(data: Path) -> Path:
    from backups.keeping import backup_folder
    from crm_desktop.cli.backup_care import settings_here

    return backup_folder(data, settings_here(data))


def _create(arguments: argparse.Namespace) -> int:
    """0: made, with all its copies; 3: made, but a target got no copy."""
    from backups.create import create_backup
    from backups.running import back_up
    from crm_desktop.cli import backup_care as care
    from crm_desktop.services.events import record_if_possible
    from crm_desktop.services.server_roles import as_reader

    with opened(arguments) as app, care.shown() as progress:
        app.actor.require("program.backup")
        secret = care.ask_twice() if arguments.encrypt else None
        if arguments.to or secret:
            folder = arguments.to.expanduser().resolve() if arguments.to else _folder(app.data)
            with as_reader(app) as engine:
                made, copies = create_backup(engine, app.data, folder, passphrase=secret, progress=progress), []
            record_if_possible(app, "backup", made.path.name, {"file": made.path.name})
        else:
            run = back_up(app, care.settings_here(app.data), "hand", progress)
            made, copies = run.backup, list(run.copies)
    if arguments.json:
        say_json(_facts(made) | {"copies": [care.copy_facts(c) for c in copies]})
    else:
        say(_("The backup is ready and was restored for trial: {file}").format(file=made.path))
        care.tell_copies(copies)
    return care.NOT_ALL if any(c.problem for c in copies) else 0


def _list(arguments: argparse.Namespace) -> int:
    from backups.catalogue import list_backups
    from backups.keeping import size_text

    data = data_of(arguments)
    folder = arguments.to.expanduser().resolve() if arguments.to else _folder(data)
    found = list_backups(folder)
    if arguments.json:
        say_json([_facts(b) for b in found])
        return 0
    rows = [(_local(b.made_at), size_text(b.size), _state(b), b.path.name) for b in found]
    say_table([_("When"), _("Size"), _("State"), _("File")], rows, [False, True, False, False])
    say(str(folder))
    return 0


def _verify(arguments: argparse.Namespace) -> int:
    """0: whole, and restored for trial. 1: it cannot be used, with the reason."""
    from backups.keeping import verify_and_mark

    progress = ConsoleProgress()
    try:
        checked = verify_and_mark(arguments.file, data_of(arguments), _passphrase(arguments), progress)
    finally:
        progress.end()
    rows = sum(checked.manifest.rows.values())
    if arguments.json:
        say_json({"file": str(arguments.file), "good": True, "rows": rows, "tables": dict(checked.manifest.rows)})
    else:
        say(_("The backup is good: {count} rows were restored for trial.").format(count=f"{rows:,}"))
    return 0


def restore(arguments: argparse.Namespace) -> int:
    """Bring a backup back, or one record of it, or only say what it holds."""
    if arguments.record:
        return _restore_record(arguments)
    from crm_desktop.lan.connection import kept

    if kept(data_of(arguments)) is not None:
        return _restore_office(arguments)
    require(arguments, "program.restore")
    from backups.inspect import inspect_backup
    from backups.keeping import restore_keeping
    from crm_desktop.cli.backup_care import shown

    data, passphrase = data_of(arguments), _passphrase(arguments)
    with shown() as progress:
        if arguments.inspect:
            found = inspect_backup(arguments.file, data, passphrase, progress)
        else:
            aside = restore_keeping(arguments.file, data, _folder(data), passphrase, progress, _person())
    if arguments.inspect:
        _tell(arguments, found)
    else:
        _tell_restored(arguments, aside)
    return 0


def _restore_office(arguments: argparse.Namespace) -> int:
    """The database of an office is filled anew where it is; the programs that have it open are told.

    On standard input the password comes first, then the passphrase.
    """
    from backups.inspect import inspect_beside
    from backups.keeping import replace_open
    from crm_desktop.cli.backup_care import settings_here, shown

    with opened(arguments) as app, shown() as progress:
        app.actor.require("program.restore")
        passphrase = _passphrase(arguments)
        if arguments.inspect:
            found = inspect_beside(app, arguments.file, passphrase, progress)
        else:
            aside = replace_open(app, settings_here(app.data), arguments.file, passphrase, progress)
    if arguments.inspect:
        _tell(arguments, found)
    else:
        _tell_restored(arguments, aside)
    return 0


def _tell_restored(arguments: argparse.Namespace, aside: Path | None) -> None:
    if arguments.json:
        say_json({"restored": str(arguments.file), "kept": str(aside) if aside else None})
        return
    say(_("Restored. Everything is as it was when the backup was made."))
    if aside:
        say(_("What was here before is kept as a backup: {file}").format(file=aside))


def _person() -> str:
    """Who sits at this PC, as its system says: a restore asks nobody of the database that it replaces."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


def _restore_record(arguments: argparse.Namespace) -> int:
    from backups.bringing_back import bring_back
    from backups.looking import look_into
    from crm_desktop.cli.backup_care import shown
    from crm_desktop.services.saving import find_ids

    type_key, number = arguments.record
    with opened(arguments) as app, shown() as progress:
        kind = app.type(type_key)
        with look_into(arguments.file, app.data, app.actor, _passphrase(arguments), progress) as looked:
            ids = find_ids(looked.app, type_key, number)
            if not ids:
                words = _("There is no {type} “{number}” in the backup.")
                raise Missing(words.format(type=_(kind.title), number=number))
            brought = bring_back(app, looked.app, type_key, ids, progress=progress)
        titles = {key: _(app.type(key).plural) for key in brought.ids}
    if arguments.json:
        say_json(
            {
                "batch": brought.batch, "ids": brought.ids, "again": brought.again, "missing": brought.missing,
                "present": brought.present,
            }
        )  # fmt: skip
        return 0
    if not brought.ids:
        say(_("All of it is here today; nothing was brought back."))
    for key, found in brought.ids.items():
        say(f"{titles[key]}: {len(found):,}")
    for line in brought.again:
        say(line)
    for line in brought.missing:
        say(_("Empty now: {what}").format(what=line))
    return 0


def _tell(arguments: argparse.Namespace, found: Difference) -> None:
    if arguments.json:
        say_json(found.to_facts())
        return
    say(f"{found.header.company} · {_local(found.header.made_at)}")
    rows = [(_(r.title), f"{r.there:,}", "" if r.here is None else f"{r.here:,}", r.newest_text) for r in found.rows]
    say_table(
        [_("Records"), _("In the backup"), _("In use now"), _("Newest change in it")], rows, [False, True, True, False]
    )


def _local(at: dt.datetime) -> str:
    return f"{at.astimezone():%Y-%m-%d %H:%M}"


def _state(found: Backup) -> str:
    if found.problem:
        return found.problem
    words = [_("damaged") if found.failed else _("verified") if found.verified_at else _("not verified")]
    if found.header and found.header.encryption:
        words.append(_("encrypted"))
    if found.keep:
        words.append(_("to be kept"))
    return ", ".join(words)


def _facts(found: Backup) -> dict[str, Any]:
    header = found.header
    return {
        "file": str(found.path),
        "size": found.size,
        "made_at": found.made_at.isoformat(timespec="seconds"),
        "company": header.company if header else "",
        "reason": header.reason if header else "",
        "schema": header.schema if header else "",
        "encrypted": bool(header and header.encryption),
        "verified_at": found.verified_at.isoformat(timespec="seconds") if found.verified_at else None,
        "keep": found.keep,
        "problem": found.problem,
        "rows": sum(found.manifest.rows.values()) if found.manifest else None,
    }


def _passphrase(arguments: argparse.Namespace) -> str | None:
    if arguments.passphrase_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    from backups.archive import read_summary

    encrypted = bool(read_summary(arguments.file)[0].encryption)
    return getpass.getpass(_("Passphrase: ")) if encrypted and can_ask() else None
