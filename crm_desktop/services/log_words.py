"""What the actions of the log are called, with the icon and the tone they are shown with."""

from __future__ import annotations

from crm_desktop.application import Application
from crm_desktop.records.record_type import RecordType
from crm_desktop.services.events import ACTIONS as EVENTS
from crm_desktop.words import N_, _

HELD_BACK = "held_back"
"""That an import left something of a record out, since it needs approval."""

RECORD_ACTIONS: dict[str, tuple[str, str, str]] = {
    "create": (N_("Record created"), "add", "green"),
    "change": (N_("Edited"), "edit", "accent"),
    "delete": (N_("Deleted"), "delete", "red"),
    "restore": (N_("Brought back"), "bin_recycle", "green"),
    "undo": (N_("A change was taken back"), "arrow_undo", "amber"),
    "import": (N_("Imported"), "arrow_download", "accent"),
    HELD_BACK: (N_("Held back for approval"), "shield_checkmark", "amber"),
    "follow": (N_("Followed from other documents"), "link", "grey"),
    "batch": (N_("Changed together with others"), "edit", "accent"),
    "print": (N_("Printed"), "print", "grey"),
    "export": (N_("Exported"), "arrow_upload", "grey"),
    "attach": (N_("File added"), "attach", "accent"),
    "detach": (N_("File removed"), "attach", "grey"),
}
"""What happens to records of any type; the operations of one type are named there."""

_LOOKS = {
    "sign_in": ("person", "grey"),
    "sign_out": ("person", "grey"),
    "sign_in_failed": ("warning", "red"),
    "locked": ("lock_closed", "red"),
    "password": ("lock_closed", "accent"),
    "password_reset": ("lock_closed", "amber"),
    "rights": ("people", "amber"),
    "share": ("people", "accent"),
    "handover": ("people", "accent"),
    "export": ("arrow_upload", "amber"),
    "print": ("print", "grey"),
    "import": ("arrow_download", "accent"),
    "backup": ("save", "green"),
    "import_failed": ("warning", "red"),
    "backup_failed": ("warning", "red"),
    "restore": ("arrow_undo", "red"),
    "settings": ("settings", "amber"),
    "custom_field": ("column_triple", "amber"),
    "repair": ("wrench", "amber"),
}


def action_words(kind: RecordType | None, action: str) -> tuple[str, str, str]:
    """What an entry says it was, its icon and its tone. An action may carry a reason behind a colon. kind: None for events."""
    name, _colon, reason = action.partition(": ")
    if kind is None:
        words = EVENTS.get(name, name)
        icon, tone = _LOOKS.get(name, ("history", "grey"))
    elif name in RECORD_ACTIONS:
        words, icon, tone = RECORD_ACTIONS[name]
    else:
        operation = next((o for o in kind.operations if o.name == name), None)
        words, icon, tone = (
            (operation.label, operation.icon, "accent") if operation else (EVENTS.get(name, name), "history", "grey")
        )
    return (f"{_(words)}: {reason}" if reason else _(words)), icon, tone


def known_actions(app: Application) -> dict[str, str]:
    """Every action there may be, with its words, in the order of the words."""
    found = {name: words for name, (words, _icon, _tone) in RECORD_ACTIONS.items()}
    found |= {o.name: o.label for kind in app.types.values() for o in kind.operations}
    found |= {name: words for name, words in EVENTS.items() if name not in found}
    return dict(sorted(((name, _(words)) for name, words in found.items()), key=lambda pair: pair[1]))
