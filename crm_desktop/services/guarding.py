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
from crm_desktop.services.access import asker, reached
from crm_desktop.words import _
from db.access import departments_reached, owners_reached

_BELONGS = ("owner_id", "department_id")


def guard_change(session: Session, app: Application, kind: RecordType, given: Draft, before: Draft, operation: bool) -> None:
    """Raise Invalid for what this person may not change in a record. given: what is to be saved; operation: an operation's own doing."""
    if app.actor.rights.everything or operation:
        return
    found = dict(_unwritable(app, kind, given, before))
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
    for draft in drafts:
        if found := dict(_unwritable(app, kind, draft, Draft(kind.key, None, 0, dict(defaults), []))):
            raise Invalid(found)
    if found := _unreachable(session, app, kind, drafts, None):
        raise Invalid(found)
    if app.actor.reach(kind.key, "add") == Reach.ALL:
        return
    ask = asker(app.actor)
    owners = set(session.scalars(owners_reached(ask, kind.key, "add")))
    departments = set(session.scalars(departments_reached(ask, kind.key, "add")))
    for draft in drafts:
        if not _in_reach(kind, draft, owners, departments):
            raise Invalid({"owner_id": _("You may not make this record for somebody else.")})


def _in_reach(kind: RecordType, draft: Draft, owners: set[int], departments: set[int]) -> bool:
    limits = kind.limits
    people = (draft.values.get(n) for n in limits.owners if n not in ("id", "created_by"))
    # A new department, which has no id yet, is within the reach of the one it is to be part of.
    place = draft.values.get("parent_id" if limits.department == "id" else limits.department)
    return any(isinstance(p, Ref) and p.id in owners for p in people) or (isinstance(place, Ref) and place.id in departments)


def _belongs_elsewhere(given: Draft, before: Draft) -> bool:
    return any(n in given.values and given.values[n] != before.values.get(n) for n in _BELONGS)


def _unwritable(app: Application, kind: RecordType, given: Draft, before: Draft) -> Iterator[tuple[str, str]]:
    """Fields and columns of lines that differ although this person may not write them."""
    words = _("You have no permission to change this.")
    copied = {own for about in kind.fields.values() for own in about.copies}
    for name, value in given.values.items():
        about = kind.fields.get(name)
        if about is None or about.computed or value == before.values.get(name) or (before.id is None and name in copied):
            continue
        if kind.access(app.actor, name) < Access.WRITE:
            yield name, words
    if kind.lines is None:
        return
    closed = [n for n, f in kind.lines.fields.items() if not f.computed and kind.access(app.actor, f"lines.{n}") < Access.WRITE]
    if not closed:
        return
    was = {line.id: line.values for line in before.lines}
    if {line.id for line in given.lines} != set(was):
        yield "lines", words
        return
    for at, line in enumerate(given.lines):
        yield from ((f"lines.{at}.{n}", words) for n in closed if n in line.values and line.values[n] != was[line.id].get(n))


def _unreachable(
    session: Session, app: Application, kind: RecordType, drafts: Sequence[Draft], before: Draft | None
) -> dict[str, str]:
    """References to records that are not there for this person."""
    found: dict[str, str] = {}
    for name, about in kind.fields.items():
        if about.kind != "reference" or about.target not in app.types or app.actor.reach(about.target, "see") == Reach.ALL:
            continue
        known = before.values.get(name) if before else None
        ids = {v.id for d in drafts if isinstance(v := d.values.get(name), Ref) and v != known}
        ids -= {app.actor.user_id} if about.target == "users" else set()
        if ids and ids - reached(app, session, app.type(about.target), "see", sorted(ids)):
            found[name] = _("This record does not exist any more.")
    return found
