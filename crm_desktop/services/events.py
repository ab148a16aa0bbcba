"""What the log tells beside the changes of records: who signed in, exported, printed, imported, changed rights or settings, made or
restored a backup.

One call, `record`, whatever happened. Such an entry stands in the same log and the same chain as the history of records, with an
empty record type. Its facts name files, lists and numbers of records, never what the records say.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from crm_desktop.actor import Actor
from crm_desktop.application import Application
from crm_desktop.errors import Told
from crm_desktop.services.faults import told
from crm_desktop.words import N_
from db import history
from db.base import now
from db.engine import writing

log = logging.getLogger(__name__)

ACTIONS: dict[str, str] = {
    "sign_in": N_("Signed in"),
    "sign_out": N_("Signed out"),
    "sign_in_failed": N_("Failed to sign in"),
    "locked": N_("Sign-in locked"),
    "unlocked": N_("Sign-in unlocked"),
    "password": N_("Password changed"),
    "password_reset": N_("Password reset"),
    "recovery": N_("Recovery code used"),
    "sign_in_set_up": N_("Sign-in turned on or off"),
    "sign_in_limits": N_("Limits of signing in changed"),
    "window_locked": N_("Window locked"),
    "window_unlocked": N_("Window unlocked"),
    "rights": N_("Rights changed"),
    "share": N_("Shared"),
    "handover": N_("Records handed over"),
    "device": N_("PC enrolled or removed"),
    "export": N_("Exported"),
    "print": N_("Printed"),
    "import": N_("Imported"),
    "import_failed": N_("Import failed"),
    "backup": N_("Backup made"),
    "backup_failed": N_("Backup failed"),
    "restore": N_("Backup restored"),
    "settings": N_("Settings changed"),
    "custom_field": N_("Fields changed"),
    "view": N_("Shared view changed"),
    "template": N_("Print template changed"),
    "repair": N_("Repaired by a check"),
    "encryption": N_("Encryption of the database"),
    history.ARCHIVED: N_("Log archived"),
    "merge": N_("Records merged"),
}
"""Every action an event may have, with its words."""

OF_THE_LOG_ONLY = (
    "sign_in", "sign_out", "sign_in_failed", "locked", "unlocked", "password", "password_reset", "recovery", "device",
    "sign_in_limits", "sign_in_set_up",
)  # fmt: skip
"""What colleagues do not read in the history of a person, although they see the person: it is for those who may read the log."""

FACTS: dict[str, str] = {
    "file": N_("File"),
    "folder": N_("Folder"),
    "count": N_("Number of records"),
    "type": N_("Record type"),
    "template": N_("Template"),
    "pages": N_("Pages"),
    "copies": N_("Copies"),
    "reminder": N_("Reminder, level"),
    "printer": N_("Printer"),
    "format": N_("Format"),
    "names": N_("Names"),
    "settings": N_("Settings"),
    "before": N_("Before"),
    "after": N_("After"),
    "reason": N_("Reason"),
    "field": N_("Field"),
    "user": N_("User"),
    "position": N_("Position"),
    "added": N_("Added"),
    "changed": N_("Changed"),
    "removed": N_("Removed"),
    "skipped": N_("Skipped"),
    "batch": N_("Batch"),
    "size": N_("Size"),
    "at": N_("Time"),
    "until": N_("Up to place"),
    "digest": N_("Digest"),
    "from": N_("From"),
    "to": N_("To"),
    "address": N_("Network address"),
    "method": N_("Method"),
    "filter": N_("Filter"),
}
"""The words of the usual facts; others are shown by their own names."""


BACKUP_REASONS: dict[str, str] = {
    "hand": N_("By hand"),
    "daily": N_("Daily"),
    "hours": N_("Every few hours"),
    "end": N_("At the end of work"),
    "import": N_("Before an import"),
    "delete": N_("Before deleting"),
    "restore": N_("Before a restore"),
    "migration": N_("Before an update"),
    "lan": N_("Before a change of the office network"),
    "encryption": N_("Before a change of the encryption"),
}
"""Why a backup was made, as files and entries name it, in words."""


def _plain(value: Any) -> Any:
    """A fact as JSON that both engines keep alike."""
    if isinstance(value, bool | int | str) or value is None:
        return value.replace("\0", "") if isinstance(value, str) else value
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(v) for v in (sorted(value) if isinstance(value, set | frozenset) else value)]
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def entry(
    actor: Actor,
    action: str,
    subject: str = "",
    facts: Mapping[str, Any] | None = None,
    about: tuple[str, int] | None = None,
) -> dict[str, Any]:
    """The columns of an entry, for whoever has a database and no open program, such as a restore."""
    record_type, record_id = about or ("", 0)
    return {
        "record_type": record_type,
        "record_id": record_id,
        "record_label": subject,
        "action": action,
        "at": now(),
        "user_id": actor.user_id,
        "user_name": actor.name,
        "station": actor.station,
        "batch": "",
        "changes": {"facts": _plain(facts)} if facts else {},
        "version": 0,
    }


def record(
    app: Application,
    action: str,
    subject: str = "",
    facts: Mapping[str, Any] | None = None,
    *,
    about: tuple[str, int] | None = None,
    session: Session | None = None,
    person: str | None = None,
) -> None:
    """Enter something that happened, one of ACTIONS. subject: what it was about, in a few words: a file, a list, a person.

    about: the type and id of the record it happened to, in whose history it then stands; subject is the record's label.
    session: a transaction of the caller's with which the entry stands or falls; without one it is committed at once. person: who it
    was, where nobody is at work yet, such as the name somebody failed to sign in with.
    """
    actor = app.actor if person is None else Actor(None, person, station=app.actor.station)
    made = entry(actor, action, subject, facts, about)
    if session is not None:
        history.append(session.connection(), [made])
        return
    with told(app), writing(app.engine) as own:
        history.append(own.connection(), [made])


def record_if_possible(app: Application, action: str, subject: str = "", facts: Mapping[str, Any] | None = None) -> None:
    """The same for what must not fail because it cannot be told, such as a backup of a database that takes no more entries."""
    try:
        record(app, action, subject, facts)
    except Told as error:
        log.warning("The log has no entry “%s”: %s", action, error)
