"""Whether the log still says what it said: the walk along its chain (db/history.py), told in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from crm_desktop.application import Application
from crm_desktop.progress import Progress, Unwatched
from crm_desktop.services.faults import told
from crm_desktop.services.server_roles import as_reader
from crm_desktop.words import _
from db import history
from db.engine import reading, writing


@dataclass(frozen=True)
class Verdict:
    """What a look at the log found. place, digest: of its last entry; broken: what is wrong, '' when all is well."""

    entries: int
    place: int
    digest: str
    broken: str = ""

    @property
    def sound(self) -> bool:
        """Whether nobody tampered with the log."""
        return not self.broken


def seal(app: Application) -> int:
    """Give every entry its place in the chain that has none yet; gives how many there were."""
    with told(app), reading(app.engine) as connection:
        if not history.waiting(connection):
            return 0
    with told(app), writing(app.engine) as session:
        return history.seal(session.connection())


def verify(app: Application, progress: Progress | None = None) -> Verdict:
    """Walk the whole chain. What was cut off together with the mark of the end shows only beside an older mark: see `carries`."""
    progress = progress or Unwatched()
    seal(app)
    with as_reader(app) as engine, told(app), reading(engine) as connection:  # one's own role sees not all of it
        start, end = history.base(connection), history.head(connection)
        for found in history.check(connection):
            if isinstance(found, history.Break):
                return Verdict(end.place - start.place, end.place, end.digest, broken_words(found))
            progress.report(found - start.place, end.place - start.place, _("Log"))
            progress.check_cancelled()
    return Verdict(end.place - start.place, end.place, end.digest)


def mark(app: Application) -> tuple[int, str]:
    """The last place of the chain and its digest, to be kept elsewhere."""
    seal(app)
    with told(app), reading(app.engine) as connection:
        found = history.head(connection)
    return found.place, found.digest


def carries(app: Application, place: int, digest: str) -> bool | None:
    """Whether the log still has what it had when this mark was noted; None when that part has been archived since."""
    with as_reader(app) as engine, told(app), reading(engine) as connection:
        return history.carries(connection, history.Mark(place, digest))


def broken_words(found: history.Break) -> str:
    """What is wrong, and with which entry."""
    match found.reason:
        case "changed":
            return _("Entry {place} was changed afterwards: {entry}").format(place=found.place, entry=_named(found.entry))
        case "missing":
            return _("Entry {place} is missing; the next one is: {entry}").format(
                place=found.place, entry=_named(found.entry)
            )
        case "cut":
            return _("The end of the log is missing, from entry {place} on.").format(place=found.place)
        case _:
            return _("The beginning of the log is missing up to entry {place}, and no archiving tells of it.").format(
                place=found.place
            )


def _named(entry: Any) -> str:
    if entry is None:
        return "–"
    about = " ".join(p for p in (entry["record_type"], entry["record_label"]) if p)
    return f"{entry['at'].astimezone():%Y-%m-%d %H:%M} · {entry['user_name']} · {entry['action']} · {about}"
