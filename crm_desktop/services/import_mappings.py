"""Mappings of files that people keep: under a name, own or for everybody, and what earlier imports have taught.

They stand beside the saved views, under a record type of their own, so that they are on every PC and in every backup.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.errors import Invalid, Missing
from crm_desktop.services.faults import told
from crm_desktop.services.views import SHARE
from crm_desktop.words import _
from db.engine import reading, writing
from db.models.system import SavedView

_PREFIX = "import:"
_NAME_LENGTH = 60
_MOST_LEARNED = 400  # headings and words of one type; the oldest go first


@dataclass(frozen=True)
class Kept:
    """A mapping with a name. `facts` is what Recipe.to_facts gives."""

    id: int
    type: str
    name: str
    shared: bool
    facts: Mapping[str, Any]


def mappings(app: Application, type_key: str = "") -> list[Kept]:
    """The mappings this person may use, own ones first; of one type, or of all."""
    query = select(SavedView.id, SavedView.record_type, SavedView.name, SavedView.user_id, SavedView.facts).where(
        SavedView.record_type.startswith(_PREFIX) if not type_key else SavedView.record_type == _PREFIX + type_key,
        SavedView.user_id.in_([0, app.actor.user_id or 0]),
        SavedView.name != "",
    )
    with told(app), reading(app.engine) as connection:
        rows = connection.execute(query.order_by(SavedView.user_id == 0, SavedView.name)).all()
    return [Kept(id_, key.removeprefix(_PREFIX), name, user == 0, facts) for id_, key, name, user, facts in rows]


def find_mapping(app: Application, name: str, type_key: str = "") -> Kept:
    """The mapping of this name. Raises Missing."""
    for kept in mappings(app, type_key):
        if kept.name.casefold() == name.casefold():
            return kept
    known = ", ".join(k.name for k in mappings(app, type_key))
    raise Missing(
        _("There is no mapping “{name}”.").format(name=name),
        _("There are: {names}.").format(names=known) if known else _("None has been kept yet."),
    )


def keep_mapping(app: Application, type_key: str, name: str, facts: Mapping[str, Any], *, shared: bool = False) -> Kept:
    """Keep a mapping under a name; one's own (or the shared) one of that name is replaced. Raises Invalid, Refused."""
    name = " ".join(name.split())
    if not name:
        raise Invalid({"name": _("Please give the mapping a name.")})
    if len(name) > _NAME_LENGTH:
        raise Invalid({"name": _("At most {count} characters.").format(count=_NAME_LENGTH)})
    app.actor.require(f"{type_key}.import")
    if shared:
        app.actor.require(SHARE)
    with told(app), writing(app.engine) as session:
        row = _row(session, type_key, 0 if shared else app.actor.user_id or 0, name)
        row.facts = dict(facts)
        session.flush()
        return Kept(row.id, type_key, name, shared, facts)


def delete_mapping(app: Application, mapping_id: int) -> None:
    """Remove a mapping. Raises Missing, and Refused for a shared one without the right to share."""
    with told(app), writing(app.engine) as session:
        row = session.get(SavedView, mapping_id)
        if row is None or not row.record_type.startswith(_PREFIX) or row.user_id not in (0, app.actor.user_id or 0):
            raise Missing(_("This mapping does not exist any more."))
        if row.user_id == 0:
            app.actor.require(SHARE)
        session.delete(row)


def learned(app: Application, type_key: str) -> dict[str, Any]:
    """What earlier imports of this person taught: {"columns": {folded heading: target}, "words": {target: {text: text}}}."""
    query = select(SavedView.facts).where(
        SavedView.record_type == _PREFIX + type_key,
        SavedView.user_id == (app.actor.user_id or 0),
        SavedView.name == "",
    )
    with told(app), reading(app.engine) as connection:
        facts = connection.scalar(query)
    return dict(facts or {})


def learn(app: Application, type_key: str, columns: Mapping[str, str], words: Mapping[str, Mapping[str, str]]) -> None:
    """Remember how columns and words were matched in an import that was carried out."""
    if app.actor.user_id is None or not (columns or words):
        return
    with told(app), writing(app.engine) as session:
        row = _row(session, type_key, app.actor.user_id, "")
        known = dict(row.facts.get("columns", {}))
        known |= columns
        meant = {t: dict(w) for t, w in row.facts.get("words", {}).items()}
        for target, texts in words.items():
            meant[target] = dict(list((meant.get(target, {}) | dict(texts)).items())[-_MOST_LEARNED:])
        row.facts = {"columns": dict(list(known.items())[-_MOST_LEARNED:]), "words": meant}


def _row(session: Session, type_key: str, user_id: int, name: str) -> SavedView:
    query = select(SavedView).where(
        SavedView.record_type == _PREFIX + type_key, SavedView.user_id == user_id, SavedView.name == name
    )
    row = session.scalars(query).one_or_none()
    if row is None:
        row = SavedView(record_type=_PREFIX + type_key, user_id=user_id, name=name, facts={})
        session.add(row)
    return row
