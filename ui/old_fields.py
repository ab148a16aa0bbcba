"""Whether a screen was made for record types as they no longer are, since someone has added or removed a custom field."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from crm_desktop.application import Application
from crm_desktop.records.record_type import RecordType


def has_old_fields(app: Application, screen: QWidget) -> bool:
    """Whether the screen or a part of it shows a record type whose custom fields are other ones now."""
    for part in (screen, *screen.findChildren(QWidget)):
        for name in ("type", "kind"):
            shown = getattr(part, name, None)
            if isinstance(shown, RecordType) and shown.key in app.types and shown.custom != app.types[shown.key].custom:
                return True
    return False
