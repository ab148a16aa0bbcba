"""The inbox of approvals: what waits for a decision, what was decided, what was asked for, and what one was only told of."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QSplitter, QStackedLayout, QVBoxLayout, QWidget

from crm_desktop.application import Application
from crm_desktop.changes import Change
from crm_desktop.services.approvals.inbox import BOXES, Item, fetch_box
from crm_desktop.services.approvals.sweeping import sweep
from crm_desktop.words import N_, _, ngettext
from ui import theme
from ui.approval_actions import ApprovalActions
from ui.approval_panel import APPROVALS, ApprovalPanel
from ui.approval_words import TONES, moment_words, status_words
from ui.shell import Shell
from ui.widgets.buttons import Button, flat, primary
from ui.widgets.labels import Label
from ui.widgets.panels import EmptyState, ScreenHead
from ui.widgets.plain_table import PlainColumn, PlainTable

TITLES = {"to_decide": N_("To decide"), "decided": N_("Decided"), "mine": N_("Asked by me"), "copied": N_("Told to me")}
_NOTHING = {
    "to_decide": N_("Nothing waits for your decision."),
    "decided": N_("You have decided nothing yet."),
    "mine": N_("You have asked for nothing yet."),
    "copied": N_("Nothing was told to you."),
}
_AFTER_CHANGES = 400  # milliseconds of quiet before the boxes are read again


class ApprovalsScreen(QWidget):
    """Four boxes of requests at the left, one request at the right."""

    _told = Signal()

    def __init__(self, shell: Shell, box: str = "to_decide") -> None:
        super().__init__()
        self._shell, self.box = shell, box if box in BOXES else "to_decide"
        self.title, self.icon, self.tab_key = _("Approvals"), "shield_checkmark", "screen:approvals"
        self.table = PlainTable(self._columns(), tint=_tint, several=True, name=self.title)
        self.panel = ApprovalPanel(shell)
        self.doing = ApprovalActions(shell, self, self.refresh)
        self.several = Label("", "dim")
        self.agree_all = primary(_("Agree to all"), "checkmark", partial(self.decide_selected, "agree"))
        self.refuse_all = Button(_("Reject all…"), "dismiss", clicked=partial(self.decide_selected, "reject"))
        self.nothing = EmptyState("checkmark_circle", _(_NOTHING[self.box]))
        self.boxes: dict[str, Button] = {}
        self._later = QTimer(self, singleShot=True, interval=_AFTER_CHANGES)
        self._later.timeout.connect(self.refresh)
        self._told.connect(self._later.start)
        self._lay_out()
        self.table.chosen.connect(lambda _row: self._chosen())
        self.table.selectionModel().selectionChanged.connect(lambda *_args: self._chosen())
        self.table.opened.connect(lambda item: shell.open_record(APPROVALS, item.id))
        stop = shell.app.changes.listen(self._hear)
        self.destroyed.connect(lambda *_args: stop())
        self.setFocusProxy(self.table)
        self.refresh()

    def close_request(self) -> bool:
        """Nothing is typed here that is worth a question."""
        return True

    def refresh(self) -> None:
        """Read the box again."""
        work = partial(_read, self._shell.app, self.box)
        self._shell.tasks.run(work, partial(self._show, self.box), self._shell.notices.error, owner=self)

    def _hear(self, change: Change) -> None:
        """Called in the thread that saved."""
        if change.type in (APPROVALS, "approval-delegations"):
            self._told.emit()

    def _columns(self) -> list[PlainColumn]:
        app = self._shell.app
        return [
            PlainColumn(_("Subject"), lambda i: i.title, icon=lambda i: app.types[i.type].icon if i.type in app.types else ""),
            PlainColumn(_("Operation"), lambda i: i.operation, 14),
            PlainColumn(_("Amount"), lambda i: f"{i.amount:,.2f}" if i.amount is not None else "", 11, right=True),
            PlainColumn(_("Asked by"), lambda i: i.requester, 9, quiet=True),
            PlainColumn(_("Asked at"), lambda i: moment_words(i.asked_at), 13, quiet=True),
            PlainColumn(_("Status"), lambda i: _mark(app, i), 9, tone=_mark_tone),
        ]

    def _lay_out(self) -> None:
        head = ScreenHead(self.title)
        group = QButtonGroup(self)
        for box in BOXES:
            button = Button(_(TITLES[box]), kind="segment", clicked=partial(self.show_box, box))
            button.setCheckable(True)
            button.setChecked(box == self.box)
            group.addButton(button)
            self.boxes[box] = button
            head.row.addWidget(button)
        head.row.addStretch(1)
        new_delegation = partial(self._shell.open_list, "approval-delegations")
        if self._shell.app.actor.may("approval-delegations.see"):
            head.row.addWidget(flat(_("Delegation"), "arrow_swap", new_delegation))
        head.row.addWidget(flat(_("Refresh"), "arrow_sync", self.refresh))
        self._bar = QWidget()
        bar = QHBoxLayout(self._bar)
        bar.setContentsMargins(theme.size("margin"), theme.size("gap"), theme.size("margin"), theme.size("gap"))
        bar.addWidget(self.several, 1)
        bar.addWidget(self.refuse_all)
        bar.addWidget(self.agree_all)
        self._bar.hide()
        left = QWidget()
        self._stack = QStackedLayout()
        self._stack.addWidget(self.table)
        self._stack.addWidget(self.nothing)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._stack, 1)
        column.addWidget(self._bar)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(left)
        split.addWidget(self.panel)
        split.setChildrenCollapsible(False)
        split.setStretchFactor(0, 5)
        split.setStretchFactor(1, 4)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(head)
        whole.addWidget(split, 1)

    # Showing

    def show_box(self, box: str) -> None:
        """Show another box."""
        self.box = box
        self.boxes[box].setChecked(True)
        self.refresh()

    def _show(self, box: str, found: tuple[Sequence[Item], int]) -> None:
        if box != self.box:
            return
        rows, waiting = found
        here = self.panel.request
        self.table.show_rows(rows)
        if any(item.id == here for item in rows):
            self.table.select_row_of(lambda item: item.id == here)
        self.nothing.title.setText(_(_NOTHING[box]))
        self._stack.setCurrentIndex(0 if rows else 1)
        words = _(TITLES[BOXES[0]])
        self.boxes["to_decide"].setText(f"{words} ({waiting})" if waiting else words)
        self._chosen()
        if rows:
            self.panel.reload()

    def _chosen(self) -> None:
        chosen = self.table.selected()
        many = len(chosen) > 1 and self.box == "to_decide"
        self._bar.setVisible(many)
        self.several.setText(ngettext("{count} chosen", "{count} chosen", len(chosen)).format(count=len(chosen)))
        current = self.table.current()
        if (current.id if current is not None else None) != self.panel.request:
            self.panel.show_request(current.id if current is not None else None)

    def decide_selected(self, decision: str) -> None:
        """Decide everything that is chosen alike."""
        chosen = [item.id for item in self.table.selected()]
        if decision == "agree":
            question = ngettext("Agree to {count} request?", "Agree to {count} requests?", len(chosen)).format(count=len(chosen))
            if not self._shell.notices.ask(question, yes=_("Agree to all")):
                return
        self.doing.decide(chosen, decision)


def _read(app: Application, box: str) -> tuple[list[Item], int]:
    sweep(app)
    rows = fetch_box(app, box)
    return rows, len(rows) if box == "to_decide" else len(fetch_box(app, "to_decide"))


def _mark(app: Application, item: Item) -> str:
    if item.overdue:
        return _("Overdue")
    if item.urged:
        return _("Urged")
    if item.unread:
        return _("New")
    return status_words(app, item.status)


def _mark_tone(item: Item) -> str:
    return "red" if item.overdue else "amber" if item.urged or item.unread else TONES.get(item.status, "grey")


def _tint(item: Item) -> str:
    return "red" if item.overdue else "amber" if item.urged else ""
