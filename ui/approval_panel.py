"""One request as it is looked at and decided: beside the inbox, and in a tab of its own."""

from __future__ import annotations

import tempfile
from functools import partial
from importlib import import_module
from pathlib import Path
from types import ModuleType

from PySide6.QtCore import QTemporaryDir, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QMenu, QPlainTextEdit, QVBoxLayout, QWidget

from crm_desktop.changes import Change
from crm_desktop.errors import Missing
from crm_desktop.file_names import file_name
from crm_desktop.kinds import show
from crm_desktop.services.approvals.inbox import Look, look, read_file
from crm_desktop.services.files import FileInfo
from crm_desktop.words import _, ngettext
from ui import icons, theme
from ui.approval_actions import ApprovalActions
from ui.approval_parts import changes_card, course_card, files_card, record_card
from ui.approval_words import TONES, moment_words, status_words
from ui.shell import Shell
from ui.widgets.buttons import Button, flat, primary
from ui.widgets.labels import Label, Tag
from ui.widgets.panels import Banner, EmptyState, ScrolledColumn

APPROVALS = "approvals"


class ApprovalPanel(QWidget):
    """What is known of a request, and what the person at work can do with it."""

    shown = Signal()

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        self.request: int | None = None
        self.seen: Look | None = None
        self.files: list[Path] = []
        self._opened: QTemporaryDir | None = None
        self.doing = ApprovalActions(shell, self, self._done)
        self.comment = QPlainTextEdit()
        self.attached = Label("", "small")
        self.agree = primary(_("Agree"), "checkmark", partial(self.decide, "agree"), shortcut="Ctrl+Return")
        self.refuse = Button(_("Reject"), "dismiss", kind="danger", clicked=partial(self.decide, "reject"))
        self.back = Button(_("Return…"), "arrow_undo", clicked=self._send_back)
        self.attach = flat(_("Attach…"), "attach", self._attach)
        self.more = QMenu(self)
        self.more_button = Button(_("More"), "more_horizontal", menu=self.more)
        self.nothing = EmptyState("shield_checkmark", _("Nothing is chosen."), _("What is decided about will stand here."))
        self._lay_out()
        self.show_request(None)

    def _lay_out(self) -> None:
        self.comment.setPlaceholderText(_("Comment"))
        self.comment.setAccessibleName(_("Comment"))
        self.comment.setTabChangesFocus(True)
        self.comment.setFixedHeight(theme.current().px(58))
        self._page = QVBoxLayout()
        self._page.setContentsMargins(0, 0, 0, 0)
        self._bar = QWidget()
        bar = QVBoxLayout(self._bar)
        edge = theme.size("margin")
        bar.setContentsMargins(edge, theme.size("gap"), edge, edge)
        bar.setSpacing(theme.size("gap"))
        bar.addWidget(self.comment)
        row = QHBoxLayout()
        for button in (self.agree, self.refuse, self.back, self.attach):
            row.addWidget(button)
        row.addWidget(self.attached)
        row.addStretch(1)
        row.addWidget(self.more_button)
        bar.addLayout(row)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.nothing, 1)
        column.addLayout(self._page, 1)
        column.addWidget(self._bar)

    # Showing

    def show_request(self, id_: int | None) -> None:
        """Show another request; None for none."""
        if id_ != self.request:
            self.comment.clear()
            self.files = []
            self._show_files()
        self.request = id_
        if id_ is None:
            self._clear()
            self.nothing.show()
            self._bar.hide()
        else:
            self._shell.tasks.run(partial(look, self._shell.app, id_), partial(self._show, id_), self._failed, owner=self)

    def reload(self) -> None:
        """Read it again."""
        self.show_request(self.request)

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, Missing):
            self.show_request(None)
        else:
            self._shell.notices.error(error)

    def _clear(self) -> None:
        while (item := self._page.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()

    def _show(self, id_: int, seen: Look) -> None:
        if id_ != self.request:  # another one was chosen meanwhile
            return
        self.seen = seen
        self._clear()
        self.nothing.hide()
        app = self._shell.app
        parts: list[QWidget] = [self._head(seen)]
        if seen.request.values["problem"]:
            words = _("It was agreed to, but could not be carried out: {why}").format(why=seen.request.values["problem"])
            parts.append(Banner(words, "red"))
        kind = app.types.get(seen.request.values["record_type"])
        if kind is not None:
            if seen.changes:
                parts.append(changes_card(app, kind, seen))
            parts.append(record_card(app, kind, seen, self._open_record))
        if seen.files:
            parts.append(files_card(seen.files, self._open_file))
        parts.append(course_card(app, seen))
        scrolled = ScrolledColumn(*parts, edge=theme.size("gap"))
        edge = theme.size("margin")
        scrolled.inside.setContentsMargins(edge, edge, edge, edge)
        scrolled.inside.setSpacing(theme.size("margin"))
        self._page.addWidget(scrolled)
        self._show_actions(seen)
        self.shown.emit()

    def _head(self, seen: Look) -> QWidget:
        values, app = seen.request.values, self._shell.app
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        row = QHBoxLayout()
        row.addWidget(Label(f"{seen.operation} · {values['title']}", "heading", wrap=True), 1)
        row.addWidget(Tag(status_words(app, values["status"]), TONES.get(values["status"], "grey")))
        column.addLayout(row)
        owner, fields = values["owner_id"], app.type(APPROVALS).fields
        asked = _("{number}, asked by {name} on {moment}")
        parts = [asked.format(number=values["number"], name=owner.label if owner else "", moment=moment_words(values["created_at"]))]
        parts += [values["customer_id"].label] if values.get("customer_id") else []
        parts += [show(values["amount"], fields["amount"], app.options)] if values.get("amount") is not None else []
        column.addWidget(Label(" · ".join(p for p in parts if p), "dim", wrap=True))
        if values["waiting_for"]:
            column.addWidget(Label(_("Waiting for {people}").format(people=values["waiting_for"]), "dim", wrap=True))
        if values["reason"]:
            column.addWidget(Label(values["reason"], wrap=True))
        return made

    def _show_actions(self, seen: Look) -> None:
        decides = "decide" in seen.may
        for widget in (self.comment, self.agree, self.refuse, self.attach, self.attached):
            widget.setVisible(decides)
        self.back.setVisible("send_back" in seen.may)
        self.more.clear()
        request = int(seen.request.id or 0)
        offered = (
            ("acknowledge", "eye", _("Read it"), self.doing.acknowledge),
            ("withdraw", "dismiss", _("Withdraw…"), self.doing.withdraw),
            ("urge", "alert", _("Urge"), self.doing.urge),
            ("add_approver", "person_add", _("Add an approver…"), self.doing.add_approver),
            ("pass_on", "arrow_swap", _("Let somebody else decide…"), self.doing.pass_on),
            ("copy_to", "people", _("Tell others…"), self.doing.copy_to),
            ("carry_out_again", "arrow_sync", _("Carry it out now"), self.doing.carry_out_again),
        )
        for key, icon, words, do in offered:
            if key in seen.may:
                self.more.addAction(icons.icon(icon), words, partial(do, request))
        self.more.addSeparator()
        self.more.addAction(icons.icon("print"), _("Print the approval sheet…"), self.print)
        self._bar.show()

    # Doing

    def decide(self, decision: str) -> None:
        """Agree or reject, with what is written and attached."""
        if self.request is not None and self.seen is not None and "decide" in self.seen.may:
            self.doing.decide([self.request], decision, self.comment.toPlainText(), self.files)

    def _send_back(self) -> None:
        if self.request is None or self.seen is None:
            return
        mine = [int(t.values["step"]) for t in self.seen.request.lines if t.values["state"] == "open" and t.values["role"] == "decide"]
        self.doing.send_back(self.request, self.seen.design, min(mine, default=1), self.comment.toPlainText())

    def _attach(self) -> None:
        names, _kind = QFileDialog.getOpenFileNames(self, _("Attach files"))
        self.files += [Path(n) for n in names]
        self._show_files()

    def _show_files(self) -> None:
        count = len(self.files)
        self.attached.setText(ngettext("{count} file attached", "{count} files attached", count).format(count=count) if count else "")

    def print(self) -> None:
        """The approval sheet."""
        if self.seen is not None:  # what prints is loaded when it is wanted: it would slow the start down
            self._shell.tasks.run(partial(import_module, "ui.print_dialog"), self._print, self._shell.notices.error, owner=self)

    def _print(self, dialog: ModuleType) -> None:
        if self.seen is not None:
            kind, request = self._shell.app.type(APPROVALS), self.seen.request
            dialog.print_record(self, self._shell, kind, int(request.id or 0), kind.label_of(request.values))

    def _open_record(self) -> None:
        if self.seen is not None:
            values = self.seen.request.values
            self._shell.open_record(values["record_type"], int(values["record_id"]))

    def _open_file(self, info: FileInfo) -> None:
        def show_it(data: bytes) -> None:
            self._opened = self._opened or QTemporaryDir()
            target = Path(tempfile.mkdtemp(dir=self._opened.path())) / file_name(info.name, "file")
            target.write_bytes(data)
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(target)))

        work = partial(read_file, self._shell.app, int(self.request or 0), info.id)
        self._shell.tasks.run(work, show_it, self._shell.notices.error, owner=self)

    def _done(self) -> None:
        self.comment.clear()
        self.files = []
        self._show_files()
        self.reload()


class ApprovalPage(QWidget):
    """One request in a tab."""

    _told = Signal()

    def __init__(self, shell: Shell, request: int) -> None:
        super().__init__()
        self._shell, self._request = shell, request
        self.title, self.icon, self.tab_key = _("Approval"), "shield_checkmark", f"record:{APPROVALS}:{request}"
        self.panel = ApprovalPanel(shell)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.panel)
        self.panel.shown.connect(self._named)
        self._told.connect(self.panel.reload)
        stop = shell.app.changes.listen(self._hear)
        self.destroyed.connect(lambda *_args: stop())
        self.panel.show_request(request)

    def close_request(self) -> bool:
        """A comment that was begun is not worth a question."""
        return True

    def refresh(self) -> None:
        """Read it again."""
        self.panel.reload()

    def _named(self) -> None:
        if self.panel.seen is not None:
            values = self.panel.seen.request.values
            self.title = f"{values['number']} {values['title']}".strip()
            self._shell.tab_changed(self)

    def _hear(self, change: Change) -> None:
        """Called in the thread that saved."""
        if change.type == APPROVALS and (not change.ids or self._request in change.ids):
            self._told.emit()
