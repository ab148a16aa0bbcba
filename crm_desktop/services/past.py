"""A record as it was at a moment, by walking its history backwards from the record as it stands, or from what the recycle bin keeps.

Every entry tells what was before it, so the walk needs no copies. It reaches as far back as the log does: what was archived is gone
from here. Fields the person may not see are left out, names of records out of reach are covered.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Ref
from crm_desktop.errors import Missing
from crm_desktop.records.record_type import RecordType
from crm_desktop.services.access import asking, gone, require_reach
from crm_desktop.services.log_access import cover_names, of_type
from crm_desktop.services.reading import read_record
from crm_desktop.services.saving import visible_part
from crm_desktop.services.taking_back import lines_before
from crm_desktop.stored_values import draft_from_json, from_json
from crm_desktop.words import _
from db import history
from db.models.system import HistoryEntry


def as_of(app: Application, type_key: str, id_: int, moment: dt.datetime) -> Draft:
    """The record as it was at a moment, deleted since or not; its version is that of then. Raises Missing where there was none."""
    kind = app.type(type_key)
    with asking(app) as connection:
        require_reach(app, connection, kind, "see", [id_])
        rows = _entries(app, connection, kind, id_)
        draft = read_record(app, connection, kind, id_)
        if draft is None and not rows:
            raise gone()
        draft = _walk_back(kind, draft, rows, moment)
        if draft is None:
            raise Missing(_("This record did not exist then."))
        begins = draft.values.get("created_at")
        if isinstance(begins, dt.datetime) and begins > moment:
            raise Missing(_("This record did not exist then."))
        if history.base(connection).place and not _known(rows, moment):
            raise Missing(_("The log does not reach that far back any more."), _("Look into the archived log."))
        draft = visible_part(app, kind, draft)
        cover_names(app, connection, kind, draft)
    return draft


def _entries(app: Application, connection: Connection, kind: RecordType, id_: int) -> Sequence[RowMapping]:
    """The history of the record, newest first, as far as the person may see it."""
    table: Any = HistoryEntry.__table__
    # Without a version: it was printed or the like, which changed nothing.
    query = select(table).where(table.c.record_type == kind.key, table.c.record_id == id_, table.c.version > 0)
    reach = of_type(app, kind)
    query = query if reach is None else query.where(reach)
    return connection.execute(query.order_by(table.c.id.desc())).mappings().all()


def _known(rows: Sequence[RowMapping], moment: dt.datetime) -> bool:
    """Whether the log still has the record's creation, or an entry from before that moment."""
    return bool(rows) and (rows[-1]["version"] == 1 or rows[-1]["at"] <= moment)


def _walk_back(
    kind: RecordType, draft: Draft | None, rows: Sequence[RowMapping], moment: dt.datetime
) -> Draft | None:
    for row in rows:
        if row["at"] <= moment:
            if draft is not None:
                by = Ref(row["user_id"], row["user_name"]) if row["user_id"] else None
                draft.version = row["version"]
                draft.values |= {"updated_at": row["at"], "updated_by": by}
            break
        stored = row["changes"]
        if row["action"] == "delete":
            fields = kind.lines.fields if kind.lines else {}
            draft = draft_from_json(stored["record"], kind.key, kind.fields, fields)
        elif row["action"] == "restore" or row["version"] == 1:
            draft = None
        elif draft is not None:
            _step_back(kind, draft, row)
    return draft


def _step_back(kind: RecordType, draft: Draft, row: RowMapping) -> None:
    stored: Mapping[str, Any] = row["changes"]
    for name, pair in stored.items():
        if name in kind.fields and isinstance(pair, list):
            draft.values[name] = from_json(pair[0], kind.fields[name].kind)
    if kind.lines and "lines" in stored:
        draft.lines = lines_before(kind.lines.fields, draft.lines, stored["lines"])
        for at, line in enumerate(draft.lines):
            line.values["position"] = at
    draft.version = max(row["version"] - 1, 0)
