"""What a person's rights keep out of a save: fields that may not be written, records that may not be pointed to, owners out of reach.

Asked inside the transaction, after the record was read as it stands; what is refused is told like any other mistake, at its field.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Ref
from crm_desktop.errors import Invalid
from crm_desktop.records.record_type import RecordType
from crm_desktop.rights import Access, Reach
from crm_desktop.services.access import reach_of, reached
from crm_desktop.words import _

_BELONGS = ("owner_id", "department_id")


def guard_change(session: Session, app: Application, kind: RecordType, given: Draft, before: Draft, operation: bool) -> None:
    """Raise Invalid for what this person may not change in a record. given: what is to be saved; operation: an operation's own doing."""
    if app.actor.rights.everything or operation:
        return
    found = dict(_unwritable(kind, _closed(app, kind), given, before))
    found |= {n: w for n, w in _unreachable(session, app, kind, [given], before).items() if n not in found}
    if _belongs_elsewhere(given, before) and given.id not in reached(app, session, kind, "share", [int(given.id or 0)]):
        words = _("You may not hand this record over.")
        found |= {n: words for n in _BELONGS if given.values.get(n) != before.values.get(n)}
    if found:
        raise Invalid(found)


def guard_new(session: Session, app: Application, kind: RecordType, drafts: Sequence[Draft], defaults: Mapping[str, Any]) -> None:
    """Raise Invalid for what this person may not put into new records. defaults: what their fields begin with."""
    if app.actor.rights.everything or not drafts:
        return
    closed, begins = _closed(app, kind), Draft(kind.key, None, 0, dict(defaults), [])
    for draft in drafts if any(closed) else ():
        if found := dict(_unwritable(kind, closed, draft, begins)):
            raise Invalid(found)
    if found := _unreachable(session, app, kind, drafts, None):
        raise Invalid(found)
    reach = reach_of(app, session, kind, "add")
    if not all(reach.holds(None, d.values) for d in drafts):
        raise Invalid({"owner_id": _("You may not make this record for somebody else.")})


def _belongs_elsewhere(given: Draft, before: Draft) -> bool:
    return any(n in given.values and given.values[n] != before.values.get(n) for n in _BELONGS)


def _closed(app: Application, kind: RecordType) -> tuple[list[str], list[str]]:
    """The fields that this person may not write, and the columns of lines."""
    access, lines = kind.access, kind.lines.fields if kind.lines else {}
    own = [n for n, f in kind.fields.items() if not f.computed and access(app.actor, n) < Access.WRITE]
    return own, [n for n, f in lines.items() if not f.computed and access(app.actor, f"lines.{n}") < Access.WRITE]


def _unwritable(
    kind: RecordType, closed: tuple[list[str], list[str]], given: Draft, before: Draft
) -> Iterator[tuple[str, str]]:
    """Fields and columns of lines that differ although this person may not write them."""
    words = _("You have no permission to change this.")
    copied = {own for about in kind.fields.values() for own in about.copies} if closed[0] and before.id is None else ()
    for name in closed[0]:
        if name in given.values and name not in copied and given.values[name] != before.values.get(name):
            yield name, words
    columns = closed[1]
    if not columns:
        return
    assert kind.lines is not None
    was = {line.id: line.values for line in before.lines}
    if {line.id for line in given.lines} != set(was) and any(kind.lines.fields[n].required for n in columns):
        yield "lines", words  # whoever cannot fill a line makes none, and takes none away
        return
    begins = _begins(kind, columns)
    copied = {own for n, f in kind.lines.fields.items() if n not in columns for own in f.copies}
    for at, line in enumerate(given.lines):
        known = was.get(line.id, begins)
        for name in columns:
            if name in line.values and line.values[name] != known.get(name) and (line.id in was or name not in copied):
                yield f"lines.{at}.{name}", words


def _begins(kind: RecordType, columns: Sequence[str]) -> dict[str, Any]:
    """What the columns of a new line begin with."""
    assert kind.lines is not None
    table: Any = kind.lines.model.__table__
    defaults = {n: None if n not in table.c or table.c[n].default is None else table.c[n].default for n in columns}
    return {n: d if d is None else d.arg(None) if d.is_callable else d.arg for n, d in defaults.items()}


def _unreachable(
    session: Session, app: Application, kind: RecordType, drafts: Sequence[Draft], before: Draft | None
) -> dict[str, str]:
    """References to records that are not there for this person."""
    found: dict[str, str] = {}
    own = {"users": app.actor.user_id, "departments": app.actor.department_id}
    for name, about in kind.fields.items():
        if before is None and about.preset:  # what new records begin with
            continue
        if about.kind != "reference" or about.target not in app.types or app.actor.reach(about.target, "see") == Reach.ALL:
            continue
        known = before.values.get(name) if before else None
        ids = {v.id for d in drafts if isinstance(v := d.values.get(name), Ref) and v != known}
        ids -= {own.get(about.target)}
        if ids and ids - reached(app, session, app.type(about.target), "see", sorted(ids)):
            found[name] = _("This record does not exist any more.")
    return found
