"""The health of a database: what must hold is looked at, what follows from other data is made anew where it is wrong.

Repairs touch only what the program itself derives (search text and index, sort keys, totals) and files nobody points to.
They are no changes of a person, so they leave version, times and the history of records alone; the log tells that there was one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, bindparam, delete, exists, func, select, update
from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.draft import Draft
from crm_desktop.errors import Told
from crm_desktop.progress import Progress, Unwatched
from crm_desktop.records.record_type import RecordType
from crm_desktop.services.access_check import repair_access
from crm_desktop.services.chain.checking import differences, repair
from crm_desktop.services.events import record_if_possible
from crm_desktop.services.faults import told
from crm_desktop.services.log_chain import verify
from crm_desktop.services.reading import read_records
from crm_desktop.services.search_text import search_text, sort_keys
from crm_desktop.services.server_roles import as_owner, has_own_role
from crm_desktop.words import _
from db import integrity, schema, search
from db.engine import writing
from db.models.system import FileContent, FileLink, HistoryEntry, KeptDraft

_AT_ONCE = 500


@dataclass(frozen=True)
class Finding:
    """One check. sound: all is well now; repaired: how many things were put right for that."""

    name: str
    title: str  # in the person's language
    sound: bool = True
    repaired: int = 0
    detail: str = ""

    def to_facts(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "name": self.name,
            "title": self.title,
            "sound": self.sound,
            "repaired": self.repaired,
            "detail": self.detail,
        }


def check_database(app: Application, progress: Progress | None = None) -> list[Finding]:
    """Look at everything and repair what can be. A damaged file is only reported: repairing on top of it would destroy more."""
    progress = progress or Unwatched()
    if has_own_role(app):  # one's own role sees not everything, and repairs nothing of others
        with as_owner(app) as engine:
            return check_database(replace(app, engine=engine), progress)
    findings = [_file(app), _references(app), _version(app)]
    if not findings[0].sound:
        return findings
    for kind in app.types.values():
        findings += _derived(app, kind, progress)
    findings.append(_balances(app, progress))
    findings.append(_unused_files(app))
    findings += _access(app)
    findings.append(_log(app, progress))
    if repaired := {f.name: f.repaired for f in findings if f.repaired}:
        record_if_possible(app, "repair", "", {"count": sum(repaired.values()), "names": sorted(repaired)})
    return findings


def _file(app: Application) -> Finding:
    found = integrity.damage(app.engine)
    advice = _("Close the program and restore the last backup.")
    return Finding("integrity", _("Database file"), not found, detail="; ".join([*found[:3], advice]) if found else "")


def _references(app: Application) -> Finding:
    found = integrity.broken_references(app.engine)
    return Finding("references", _("References between records"), not found, detail="; ".join(found[:5]))


def _version(app: Application) -> Finding:
    current, wanted = schema.version(app.engine), schema.head()
    return Finding("migrations", _("Version of the tables"), current == wanted, detail=str(current))


def _balances(app: Application, progress: Progress) -> Finding:
    """What documents of the chain keep of each other: every figure summed anew from its documents, and put right where it differs."""
    title = _("Balances of orders, receivables and invoices")
    wrong = differences(app, progress)
    if not wrong:
        return Finding("balances", title)
    told_of = "; ".join(str(d) for d in wrong[:5])
    try:
        repair(app, wrong)
    except Told as error:
        return Finding("balances", title, sound=False, detail=f"{told_of}; {error.message}")
    left = differences(app, progress)
    return Finding("balances", title, not left, len(wrong) - len(left), told_of)


def _access(app: Application) -> list[Finding]:
    reached, shares = repair_access(app)
    return [
        Finding("access", _("Rights: who reaches whom"), repaired=reached),
        Finding("shares", _("Shares of records that are there"), repaired=shares),
    ]


def _log(app: Application, progress: Progress) -> Finding:
    found = verify(app, progress)
    return Finding("log", _("Log: nothing was changed or removed afterwards"), found.sound, detail=found.broken)


def _drafts(
    app: Application, connection: Connection | Session, kind: RecordType, progress: Progress
) -> Iterator[list[Draft]]:
    """All records of a type, in pieces."""
    table: Any = kind.model.__table__
    total = connection.execute(select(func.count()).select_from(table)).scalar_one()
    last = done = 0
    while ids := list(
        connection.execute(select(table.c.id).where(table.c.id > last).order_by(table.c.id).limit(_AT_ONCE)).scalars()
    ):
        yield list(read_records(app, connection, kind, ids).values())
        last, done = ids[-1], done + len(ids)
        progress.report(done, total, _(kind.plural))
        progress.check_cancelled()


def _derived(app: Application, kind: RecordType, progress: Progress) -> list[Finding]:
    """Search text, sort keys and amounts of one type, and its search index."""
    title = _(kind.plural)
    with told(app), writing(app.engine) as session:
        connection = session.connection()
        texts = totals = 0
        for drafts in _drafts(app, connection, kind, progress):
            if kind.lines:
                totals += _repair_amounts(connection, kind, drafts)
            texts += _repair_keys(connection, kind, drafts)
        indexed = _repair_index(connection, kind, rebuild=texts > 0)
    findings = [
        Finding(
            f"search_text.{kind.key}",
            _("{records}: what is searched and sorted by").format(records=title),
            repaired=texts,
        ),
        Finding(f"search_index.{kind.key}", _("{records}: search index").format(records=title), repaired=indexed),
    ]
    if kind.lines:
        findings.append(Finding(f"totals.{kind.key}", _("{records}: totals").format(records=title), repaired=totals))
    return findings


def _repair_keys(connection: Connection, kind: RecordType, drafts: list[Draft]) -> int:
    """Write search text and sort keys anew where they are not what they should be; gives the number of records."""
    table: Any = kind.model.__table__
    wanted = {d.id: {"search_text": search_text(kind, d.values)} | sort_keys(kind, d.values) for d in drafts}
    names = sorted({name for row in wanted.values() for name in row})
    query = select(table.c.id, *(table.c[n] for n in names)).where(table.c.id.in_(list(wanted)))
    wrong = [
        row[0]
        for row in connection.execute(query)
        if any(wanted[row[0]][n] != v for n, v in zip(names, row[1:], strict=True))
    ]
    if wrong:
        change = (
            update(table).where(table.c.id == bindparam("record_id")).values({n: bindparam(f"new_{n}") for n in names})
        )
        connection.execute(change, [{"record_id": i} | {f"new_{n}": wanted[i][n] for n in names} for i in wrong])
    return len(wrong)


def _repair_index(connection: Connection, kind: RecordType, rebuild: bool) -> int:
    """Make the search index anew when entries are missing or records were given another text; 1 when that was needed."""
    table: Any = kind.model.__table__
    records = connection.execute(select(func.count()).select_from(table)).scalar_one()
    if not rebuild and search.is_current(connection, table.name) and search.entries(connection, table) == records:
        return 0
    search.rebuild(connection, table)
    return 1


def _repair_amounts(connection: Connection, kind: RecordType, drafts: list[Draft]) -> int:
    """Write the computed amounts of documents anew where they are wrong; gives the number of documents."""
    assert kind.lines is not None
    amounts = [n for n, f in kind.fields.items() if f.computed and f.section == "Amounts"]
    line_amounts = [n for n, f in kind.lines.fields.items() if f.computed and f.kind == "money"]
    table: Any = kind.model.__table__
    lines: Any = kind.lines.model.__table__
    count = 0
    for draft in drafts:
        fresh = draft.copy()
        kind.derive(fresh, draft)
        changed = {n: fresh.values[n] for n in amounts if fresh.values[n] != draft.values[n]}
        wrong_lines = [
            (new.id, {n: new.values[n] for n in line_amounts})
            for new, old in zip(fresh.lines, draft.lines, strict=True)
            if any(new.values[n] != old.values[n] for n in line_amounts)
        ]
        if changed:
            connection.execute(update(table).where(table.c.id == draft.id).values(changed))
        for id_, values in wrong_lines:
            connection.execute(update(lines).where(lines.c.id == id_).values(values))
        draft.values |= changed
        count += bool(changed or wrong_lines)
    return count


def _unused_files(app: Application) -> Finding:
    """Remove file contents that no record holds; those of deleted records are held by the recycle bin."""
    content: Any = FileContent.__table__
    held = [exists().where(FileLink.content_id == content.c.id)]
    for kind in app.types.values():
        table: Any = kind.model.__table__
        held += [
            exists().where(table.c[n] == content.c.id)
            for n, f in kind.fields.items()
            if f.kind == "image" and not f.custom
        ]
    with told(app), writing(app.engine) as session:
        ids = list(session.scalars(select(content.c.id).where(*(~h for h in held))))
        kept = _remembered(app, session) if ids else set[int]()
        unused = [i for i in ids if i not in kept]
        for at in range(0, len(unused), _AT_ONCE):
            session.execute(delete(content).where(content.c.id.in_(unused[at : at + _AT_ONCE])))
    return Finding("files", _("Files without a record"), repaired=len(unused))


def _remembered(app: Application, session: Session) -> set[int]:
    """The contents that the recycle bin, a change that can be undone or a kept draft would need again."""
    pictures = {n for kind in app.types.values() for n, f in kind.fields.items() if f.kind == "image"}
    found: set[int] = set()
    for column in (HistoryEntry.changes, KeptDraft.facts):
        for facts in session.scalars(select(column).execution_options(yield_per=1000)):
            found |= set(_contents(facts, pictures))
    return found


def _contents(facts: Any, pictures: set[str]) -> Iterator[int]:
    """The ids of contents anywhere in JSON: of files, and of pictures as [id, label] or [before, after] of those."""
    if isinstance(facts, list):
        for part in facts:
            yield from _contents(part, pictures)
    if not isinstance(facts, dict):
        return
    for name, value in facts.items():
        if name == "content_id" and isinstance(value, int):
            yield value
        elif name in pictures:
            yield from _numbers(value)
        else:
            yield from _contents(value, pictures)


def _numbers(value: Any) -> Iterator[int]:
    if isinstance(value, int):
        yield value
    elif isinstance(value, list):
        for part in value:
            yield from _numbers(part)
    elif isinstance(value, dict):
        for part in value.values():
            yield from _numbers(part)
