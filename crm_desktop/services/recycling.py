"""The recycle bin as people think of it: one row for one act of deleting, with all that went along."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from crm_desktop.application import Application
from crm_desktop.errors import Missing
from crm_desktop.kinds import show
from crm_desktop.services.access import asking
from crm_desktop.services.log_access import cover_names, readable
from crm_desktop.stored_values import draft_from_json
from crm_desktop.words import _
from db.models.system import HistoryEntry


@dataclass(frozen=True)
class Deleted:
    """One act of deleting. label, type: of the record it was about; also: the others, (type, label), those deleted with it last."""

    batch: str
    entry_id: int
    type: str
    label: str
    also: tuple[tuple[str, str], ...]
    at: dt.datetime
    who: str
    station: str

    def also_counted(self) -> dict[str, int]:
        """How many others, by type."""
        return dict(Counter(type_key for type_key, _label in self.also))

    def mentions(self, text: str) -> bool:
        """Whether a label or a name holds `text`."""
        wanted = text.casefold()
        return any(wanted in words.casefold() for words in (self.label, self.who, *(label for _t, label in self.also)))


def deletions(app: Application, limit: int = 20_000) -> list[Deleted]:
    """What was deleted and can be brought back, newest first, of what this person would see. limit: of records."""
    c: Any = HistoryEntry.__table__.c
    with asking(app) as connection:
        # The records themselves are large and not needed for a list.
        query = (
            select(c.id, c.batch, c.record_type, c.record_label, c.at, c.user_name, c.station)
            .where(c.action == "delete", c.undone_by.is_(None), c.batch != "", readable(app, events=False))
            .order_by(c.id.desc())
            .limit(limit)
        )
        rows = connection.execute(query).all()
    acts: dict[str, list[Any]] = {}
    for row in rows:
        acts.setdefault(row.batch, []).append(row)
    return [_deleted(act) for act in acts.values()]


def _deleted(act: list[Any]) -> Deleted:
    main, *others = act  # a record is entered after what it owns, so the newest is the one that was meant
    also = tuple((row.record_type, row.record_label) for row in others)
    return Deleted(
        main.batch, main.id, main.record_type, main.record_label, also, main.at, main.user_name, main.station
    )


def deleted_values(app: Application, entry_id: int) -> list[tuple[str, str]]:
    """(label, value in words) of a deleted record, as far as this person may see it. Raises Missing."""
    table: Any = HistoryEntry.__table__
    with asking(app) as connection:
        test = (table.c.id == entry_id, table.c.action == "delete", readable(app, events=False))
        row = connection.execute(select(table.c.record_type, table.c.changes).where(*test)).one_or_none()
        if row is None:
            raise Missing(_("There is nothing to bring back."))
        kind = app.type(row.record_type)
        visible = kind.visible(app.actor)
        stored = row.changes["record"]
        draft = draft_from_json(stored, kind.key, visible, kind.visible_lines(app.actor))
        if not app.actor.rights.everything:
            cover_names(app, connection, kind, draft)
    found = []
    for name, about in visible.items():
        value = draft.values.get(name)
        if about.section != "Record" and about.kind != "image" and value not in (None, "", (), False):
            found.append((_(about.label), show(value, about, app.options)))
    if draft.lines and kind.lines:
        found.append((_(kind.lines.title), str(len(draft.lines))))
    if stored.get("files"):
        found.append((_("Files"), ", ".join(facts["name"] for facts in stored["files"])))
    return found
