"""Old entries of the log in a file, and out of the database.

The file is JSON lines, compressed with gzip: a head with the place and digest before the first entry, one line for each entry just as
it is in the chain, an end with the last place and digest. So the file can be verified by itself (`verify_file`), and beside the
database: what one file ends with, the next one and the database's chain begin with. Entries leave the database only after the file
has been read back; their last place and digest stay there, and the log tells of it.
"""

from __future__ import annotations

import datetime as dt
import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, func, select

from crm_desktop.application import Application
from crm_desktop.errors import Missing, Refused, Unavailable
from crm_desktop.exchange.whole_files import whole_file
from crm_desktop.progress import Progress, Unwatched
from crm_desktop.services import events, log_chain
from crm_desktop.services.access import acting, asking
from crm_desktop.services.faults import told
from crm_desktop.services.log import SEE, start_of
from crm_desktop.services.server_roles import as_owner, becomes_owner
from crm_desktop.settings import LOG_FOLDER, LOG_MONTHS, Settings
from crm_desktop.words import _
from db import history
from db.engine import reading, writing
from db.models.system import HistoryEntry
from db.types import new_uid

FORMAT = "crm-desktop-log"
ENDING = ".log.gz"
ARCHIVE = "program.settings"
"""The right, beside that to read the log, to take entries out of it."""


@dataclass(frozen=True)
class Archived:
    """What was put into a file and taken out of the database. entries 0: there was nothing that old."""

    file: Path | None
    entries: int
    until: int = 0


@dataclass(frozen=True)
class FileVerdict:
    """What a log file holds. first, last: places; digest: of the last; broken: what is wrong, '' when all is well."""

    entries: int
    first: int
    last: int
    digest: str
    broken: str = ""


def default_folder(app: Application) -> Path:
    """Where log files go when nothing else is said."""
    return app.data / "log archive"


def _until(connection: Connection, before: dt.datetime) -> history.Mark | None:
    """The last place before which everything is older than `before`; None when nothing is."""
    table: Any = HistoryEntry.__table__
    start, end = history.base(connection), history.head(connection)
    young = connection.scalar(select(func.min(table.c.place)).where(table.c.at >= before))
    place = end.place if young is None else young - 1
    if place <= start.place:
        return None
    return history.Mark(place, connection.execute(select(table.c.digest).where(table.c.place == place)).scalar_one())


def archive(app: Application, before: dt.datetime, folder: Path, progress: Progress | None = None) -> Archived:
    """Move the entries from before a moment into a new file in `folder`. Raises Refused when the log does not hold or is not to be read,
    and on a server for whoever may not become the owner of its tables: nobody else takes anything out of a log.

    Records deleted before then cannot be brought back any more, nor changes from before then taken back.
    """
    progress = progress or Unwatched()
    with asking(app):
        app.actor.require(SEE)
        app.actor.require(ARCHIVE)
    verdict = log_chain.verify(app, progress)
    if not verdict.sound:
        raise Refused(_("The log is not sound, so nothing is taken out of it."), verdict.broken)
    with as_owner(app) as engine, told(app):
        made = _move(app, engine, before, folder, progress)
    log_chain.seal(app)
    return made


def _move(app: Application, engine: Engine, before: dt.datetime, folder: Path, progress: Progress) -> Archived:
    with reading(engine) as connection:
        until = _until(connection, before)
        if until is None:
            return Archived(None, 0)
        start = history.base(connection)
        file = folder / f"{before.astimezone():%Y-%m-%d} {start.place + 1}-{until.place} {new_uid()[:6]}{ENDING}"
        with whole_file(file) as part:
            _write(part, connection, start, until, progress)
            found = verify_file(part, progress)
            if found.broken or (found.first, found.last, found.digest) != (start.place + 1, until.place, until.digest):
                raise Unavailable(_("“{file}” did not come out as it was written.").format(file=file), found.broken)
    facts = {"file": file.name, "count": found.entries, "until": until.place, "digest": until.digest}
    with acting(app) if engine is app.engine else writing(engine) as session:
        if history.base(session.connection()) != start:
            raise Refused(_("Somebody else is archiving the log at this moment."))
        history.remove(session.connection(), until)
        events.record(app, history.ARCHIVED, file.name, facts, session=session)
    return Archived(file, found.entries, until.place)


def _write(part: Path, connection: Connection, start: history.Mark, until: history.Mark, progress: Progress) -> None:
    total, done = until.place - start.place, 0
    with gzip.open(part, "wt", encoding="utf-8", newline="\n") as stream:
        head = {"format": FORMAT, "version": 1, "place": start.place, "digest": start.digest}
        stream.write(json.dumps(head) + "\n")
        for rows in history.entries(connection, start.place, until.place):
            for row in rows:
                facts = {"place": row["place"], "digest": row["digest"], "id": row["id"]} | history.said(row)
                stream.write(json.dumps(facts, ensure_ascii=False) + "\n")
            done += len(rows)
            progress.report(done, total, _("Writing"))
            progress.check_cancelled()
        stream.write(json.dumps({"end": until.place, "digest": until.digest}) + "\n")


def read_file(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a log file: its head, its entries, its end. Raises Missing, Refused for a file that is none or is damaged."""
    try:
        with gzip.open(path, "rt", encoding="utf-8") as stream:
            for at, text in enumerate(stream):
                facts = json.loads(text)
                if not isinstance(facts, dict) or (at == 0 and facts.get("format") != FORMAT):
                    raise ValueError
                yield facts
    except FileNotFoundError as error:
        raise Missing(_("There is no file “{file}”.").format(file=path)) from error
    except (OSError, EOFError, ValueError) as error:
        raise Refused(_("“{file}” is no log file, or is damaged.").format(file=path)) from error


def verify_file(path: Path, progress: Progress | None = None) -> FileVerdict:
    """Walk the chain of a log file. Raises Missing, Refused for a file that is none or is damaged."""
    progress = progress or Unwatched()
    lines = read_file(path)
    head = next(lines, {})
    mark, first, ended = history.Mark(int(head.get("place", 0)), str(head.get("digest", ""))), int(head.get("place", 0)) + 1, False
    for facts in lines:
        if "end" in facts:
            ended = (facts["end"], facts["digest"]) == (mark.place, mark.digest)
            continue  # what follows must be nothing, and the file's own checksum
        place, digest = facts.pop("place", None), facts.pop("digest", None)
        facts.pop("id", None)
        if place != mark.place + 1:
            return FileVerdict(mark.place - first + 1, first, mark.place, mark.digest, _missing(mark.place + 1))
        following = history.following(mark, facts)
        if digest != following.digest:
            broken = _("Entry {place} was changed afterwards: {entry}").format(place=place, entry=_named(facts))
            return FileVerdict(mark.place - first + 1, first, mark.place, mark.digest, broken)
        mark = following
        if mark.place % 5000 == 0:
            progress.report(mark.place - first, None, _("Verifying"))
            progress.check_cancelled()
    broken = "" if ended else _("The end of the log is missing, from entry {place} on.").format(place=mark.place + 1)
    return FileVerdict(mark.place - first + 1, first, mark.place, mark.digest, broken)


def _missing(place: int) -> str:
    return _("Entry {place} is missing.").format(place=place)


def _named(facts: dict[str, Any]) -> str:
    return " · ".join(str(facts.get(n) or "") for n in ("at", "user_name", "action", "record_label"))


def fits(app: Application, found: FileVerdict) -> bool | None:
    """Whether a sound file is a part of this database's log; None when this cannot be told from the database alone."""
    return log_chain.carries(app, found.last, found.digest)


def months_ago(day: dt.date, months: int) -> dt.date:
    """The first day of the month so many months before that of `day`."""
    number = day.year * 12 + day.month - 1 - months
    return dt.date(number // 12, number % 12 + 1, 1)


def archive_due(app: Application, settings: Settings, today: dt.date | None = None, progress: Progress | None = None) -> Archived:
    """Archive what is older than the company keeps its log; nothing while it is kept for ever. For once a day."""
    months = settings.get(LOG_MONTHS)
    if not months or not (app.actor.may(SEE) and app.actor.may(ARCHIVE)) or not becomes_owner(app):
        return Archived(None, 0)
    chosen = settings.get(LOG_FOLDER)
    before = start_of(months_ago(today or dt.date.today(), months))
    with as_owner(app) as engine, told(app), reading(engine) as connection:
        if _until(connection, before) is None:  # the usual case, for which nothing is walked through
            return Archived(None, 0)
    return archive(app, before, Path(chosen) if chosen else default_folder(app), progress)
