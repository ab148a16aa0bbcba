"""Above a record: that it is in approval, where it stands and whom it waits for; and how the last request ended."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from crm_desktop.changes import Change
from crm_desktop.services.approvals.inbox import Item, about_record
from crm_desktop.words import _
from ui import theme
from ui.approval_actions import ApprovalActions
from ui.approval_words import TONES, moment_words, status_words
from ui.record_editing import RecordEditing
from ui.shell import Shell
from ui.widgets.buttons import Button, primary
from ui.widgets.labels import Label, Tag

APPROVALS = "approvals"
_ENDED = ("rejected", "withdrawn", "failed")
_QUIET = 200  # milliseconds


class ApprovalStrip(QWidget):
    """One line; it takes no room where there is nothing to say."""

    _told = Signal()

    def __init__(self, shell: Shell, editing: RecordEditing) -> None:
        super().__init__()
        self._shell, self._editing, self._record = shell, editing, 0
        self.item: Item | None = None
        self.tag, self.words = Tag("", "accent"), Label("", "dim")
        self.open_button = QPushButton(_("Show the approval"))
        self.open_button.clicked.connect(self._open)
        self.doing = ApprovalActions(shell, self, self._read)
        self.agree = primary(_("Agree"), "checkmark", partial(self._decide, "agree"))
        self.refuse = Button(_("Reject"), "dismiss", kind="danger", clicked=partial(self._decide, "reject"))
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.size("page"), theme.size("gap"), theme.size("page"), 0)
        row.setSpacing(theme.size("gap"))
        row.addWidget(self.tag)
        row.addWidget(self.words, 1)
        row.addWidget(self.refuse)
        row.addWidget(self.agree)
        row.addWidget(self.open_button)
        self.hide()
        self._later = QTimer(self, singleShot=True, interval=_QUIET)
        self._later.timeout.connect(self._read)
        self._told.connect(self._later.start)
        stop = shell.app.changes.listen(self._hear)
        self.destroyed.connect(lambda *_args: stop())
        editing.shown.connect(self._follow)

    def _follow(self) -> None:
        """Look what there is about another record."""
        id_ = self._editing.draft.id or 0
        if id_ != self._record:
            self._record = id_
            self._read()

    def _hear(self, change: Change) -> None:
        """Called in the thread that saved."""
        if change.type == APPROVALS and self._record:
            self._told.emit()

    def _read(self) -> None:
        if self._record:
            work = partial(about_record, self._shell.app, self._editing.kind.key, self._record)
            self._shell.tasks.run(work, self._show, lambda _error: self.hide(), owner=self)

    def _show(self, found: Sequence[Item]) -> None:
        newest = found[0] if found else None
        lasting = next((i for i in found if i.status in ("running", "returned")), None)
        item = lasting or (newest if newest is not None and newest.status in (*_ENDED, "done") else None)
        self.item = item
        self.setVisible(item is not None)
        self._editing.hold(item is not None and item.status == "running" and item.locks)
        if item is None:
            return
        for button in (self.agree, self.refuse):
            button.setVisible(item.decides)
        self.tag.set(status_words(self._shell.app, item.status), TONES.get(item.status, "grey"))
        parts = [f"{item.operation} · {item.number}"]
        if item.status == "running":
            parts += [item.step] if item.step else []
            parts += [_("Waiting for {people}").format(people=item.waiting_for)] if item.waiting_for else []
        elif item.status == "returned":
            parts.append(_("Change it where needed and do it again to ask anew."))
        else:
            parts.append(_("asked by {name} on {moment}").format(name=item.requester, moment=moment_words(item.asked_at)))
        self.words.setText("  ·  ".join(parts))

    def _decide(self, decision: str) -> None:
        if self.item is not None:
            self.doing.decide([self.item.id], decision)

    def _open(self) -> None:
        if self.item is not None:
            self._shell.open_record(APPROVALS, self.item.id)
