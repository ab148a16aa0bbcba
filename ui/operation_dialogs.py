"""What is asked before an operation: a question, a reason, or in a dialog of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtWidgets import QWidget

from crm_desktop.draft import Draft
from crm_desktop.records.record_type import Operation
from crm_desktop.words import _
from ui.convert_lead import convert_lead
from ui.reason_dialog import ask_reason
from ui.shell import Shell

OWN_DIALOGS: Mapping[tuple[str, str], Callable[[QWidget, Shell, Draft], None]] = {("leads", "convert"): convert_lead}
"""Operations that need more than a question or a reason, by record type and operation: the dialog carries them out."""


def ask_about(parent: QWidget, shell: Shell, operation: Operation) -> str | None:
    """The reason for an operation, "" where none is needed; None when the person does not want it after all."""
    if operation.confirm and not shell.notices.ask(_(operation.confirm), yes=_(operation.label)):
        return None
    if operation.asks_reason:
        return ask_reason(parent, _(operation.label)) or None
    return ""
