"""crm-desktop log: reading it, verifying it, archiving it."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from crm_desktop.cli.console import ConsoleProgress, say, say_json, say_table
from crm_desktop.cli.opening import opened
from crm_desktop.errors import Missing
from crm_desktop.words import _, ngettext

if TYPE_CHECKING:
    from crm_desktop.application import Application
    from crm_desktop.services.history import Entry
    from crm_desktop.services.log import LogQuery

BROKEN = 1
_CHANGES = 6  # of one entry, on the console


def log(arguments: argparse.Namespace) -> int:
    """The log, or one of the commands below `log`."""
    return {"verify": _verify, "archive": _archive}.get(arguments.step or "", _read)(arguments)


def _read(arguments: argparse.Namespace) -> int:
    with opened(arguments) as app:
        found = islice(_entries(app, arguments), arguments.limit or None)
        if arguments.json:
            say_json([_facts(entry) for entry in found])
            return 0
        rows = [_row(app, entry) for entry in found]
        say_table([_("Time"), _("Who"), _("Action"), _("Record"), _("Changes")], rows)
        say()
        say(ngettext("{count} entry.", "{count} entries.", len(rows)).format(count=f"{len(rows):,}"))
    return 0


def _entries(app: Application, arguments: argparse.Namespace) -> Iterator[Entry]:
    """What is asked for, newest first. The history of one record needs no right to read the whole log."""
    from crm_desktop.services import history
    from crm_desktop.services.log import SEE, walk_log

    query = _query(app, arguments)
    if query.record_id and not app.actor.may(SEE):
        yield from (e for e in history.entries(app, query.type, query.record_id, 100_000) if _fits(query, e))
        return
    for chunk in walk_log(app, query, min(arguments.limit or 500, 500)):
        yield from chunk


def _query(app: Application, arguments: argparse.Namespace) -> LogQuery:
    from crm_desktop.services.log import LogQuery, start_of

    type_key, id_ = "", 0
    if arguments.record:
        type_key = app.type(arguments.record[0]).key
        id_ = _record(app, type_key, arguments.record[1])
    since = start_of(arguments.since) if arguments.since else None
    until = start_of(arguments.until + dt.timedelta(days=1)) if arguments.until else None
    return LogQuery(type_key, id_, arguments.user, since, until, arguments.action, arguments.field)


def _record(app: Application, type_key: str, number: str) -> int:
    """The id of the record with this number; of a deleted one, if the recycle bin has it."""
    from crm_desktop.services.history import recycle_bin
    from crm_desktop.services.saving import find_ids

    ids = find_ids(app, type_key, number)
    ids += [e.record_id for e in recycle_bin(app, 100_000) if e.type == type_key and e.label == number] if not ids else []
    if not ids:
        raise Missing(_("There is no {type} “{text}”.").format(type=_(app.type(type_key).title).lower(), text=number))
    return ids[0]


def _fits(query: LogQuery, entry: Entry) -> bool:
    return (
        (not query.user or entry.who == query.user)
        and (query.since is None or entry.at >= query.since)
        and (query.until is None or entry.at < query.until)
        and (not query.action or entry.action.partition(": ")[0] == query.action)
        and (not query.field or any(c.field == query.field for c in entry.changes))
    )


def _facts(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id, "at": entry.at.isoformat(), "user": entry.who, "station": entry.station, "action": entry.action,
        "type": entry.type, "record_id": entry.record_id, "record": entry.label, "batch": entry.batch,
        "changes": [{"field": c.field, "label": c.label, "before": c.before, "after": c.after} for c in entry.changes],
    }  # fmt: skip


def _row(app: Application, entry: Entry) -> list[str]:
    from crm_desktop.services.log_words import action_words

    words = action_words(app.types.get(entry.type), entry.action)[0]
    changes = [
        f"{c.label}: {c.after}" if c.fact else f"{c.label}: {c.before} → {c.after}" for c in entry.changes[:_CHANGES]
    ]
    return [f"{entry.at.astimezone():%Y-%m-%d %H:%M:%S}", entry.who, words, entry.label, "; ".join(changes)]


def _verify(arguments: argparse.Namespace) -> int:
    """0: the log, or the file, holds; 1: it does not."""
    from crm_desktop.exchange.log_archive import verify_file
    from crm_desktop.services.log_chain import verify

    progress = ConsoleProgress()
    facts: dict[str, Any]
    try:
        if arguments.file:
            file = verify_file(arguments.file, progress)
            facts = {"entries": file.entries, "first": file.first, "last": file.last, "digest": file.digest, "broken": file.broken}
        else:
            with opened(arguments) as app:
                found = verify(app, progress)
                broken = found.broken or (_beside_backup(app, arguments, progress) if arguments.backup else "")
            facts = {"entries": found.entries, "last": found.place, "digest": found.digest, "broken": broken}
    finally:
        progress.end()
    if arguments.json:
        say_json({"sound": not facts["broken"]} | facts)
    elif facts["broken"]:
        say(_("The log was tampered with. {what}").format(what=facts["broken"]))
    else:
        say(_("{count} entries, nothing was changed or removed afterwards.").format(count=f"{facts['entries']:,}"))
        say(_("Last place {place}, digest {digest}").format(place=facts["last"], digest=facts["digest"]))
    return BROKEN if facts["broken"] else 0


def _beside_backup(app: Application, arguments: argparse.Namespace, progress: ConsoleProgress) -> str:
    """What is wrong beside a backup, '' when all is well."""
    from backups.log_mark import log_mark
    from crm_desktop.services.log_chain import carries

    passphrase = sys.stdin.readline().rstrip("\r\n") if arguments.passphrase_stdin else None
    mark = log_mark(arguments.backup, passphrase, progress)
    if mark is None or not mark[0]:
        raise Missing(_("This backup is from before there was a chain."))
    same = carries(app, *mark)
    if same is None:
        raise Missing(_("What this backup could be compared with has been archived since."))
    if same:
        return ""
    return _("At place {place} the log is another one than in the backup. Was an older backup restored since?").format(place=mark[0])


def _archive(arguments: argparse.Namespace) -> int:
    from crm_desktop.exchange.log_archive import archive, default_folder
    from crm_desktop.services.log import start_of

    progress = ConsoleProgress()
    with opened(arguments) as app:
        folder = arguments.to.expanduser().resolve() if arguments.to else default_folder(app)
        try:
            made = archive(app, start_of(arguments.before), folder, progress)
        finally:
            progress.end()
    if arguments.json:
        say_json({"file": str(made.file) if made.file else None, "entries": made.entries, "until": made.until})
    elif made.file:
        say(_("{count} entries moved to {file}.").format(count=f"{made.entries:,}", file=made.file))
    else:
        say(_("There are no entries from before that day."))
    return 0
