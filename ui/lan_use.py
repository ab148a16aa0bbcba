"""Using a PostgreSQL server that stands already: its administrator says where and who, and what is found there is shown before anything.

Where the office's data lie there already, this PC joins; where nothing does, its data move there.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from urllib.parse import quote

from PySide6.QtCore import Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QFormLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from crm_desktop.errors import Told
from crm_desktop.lan import joining
from crm_desktop.lan.using import Target, look_at
from crm_desktop.words import _
from ui import theme
from ui.notices import Notices
from ui.sign_in_fields import PasswordEdit
from ui.tasks import Tasks
from ui.widgets.buttons import Button, primary
from ui.widgets.labels import Label
from ui.widgets.panels import Banner, Card


class UseDialog(QDialog):
    """Says where, looks there, goes on. data: the data folder of this PC; owner: whether its data may be moved."""

    joined = Signal(object)
    """The `Connection` that is kept from now on: the office was there already."""

    decided = Signal(str, str)
    """The URL and the administrator's password: the data of this PC shall move there."""

    def __init__(self, parent: QWidget, data: Path, *, owner: bool) -> None:
        super().__init__(parent.window())
        self._data, self._owner = data, owner
        self.setWindowTitle(_("Use a server"))
        self.notices = Notices(self, data / "logs")
        self.tasks = Tasks(self._failed, self)
        self.target: Target | None = None
        self.host, self.database, self.role = QLineEdit(), QLineEdit("crm"), QLineEdit("postgres")
        self.host.setPlaceholderText(_("such as 192.168.1.10"))
        self.password = PasswordEdit(_("Password"))
        self.ask = Button(_("Look there"), clicked=self.look)
        self.found, self.found_name, self.found_words = Card(margin=16), Label("", "heading"), Label("", "dim", wrap=True)
        self.problem = Banner("", "red")
        self.take = primary(_("Join"), "", self.go_on)
        self._lay_out()
        for line in (self.host, self.database, self.role, self.password.line):
            line.textChanged.connect(lambda _text: self._show(None))
            line.returnPressed.connect(self.look)
        self._show(None)

    @property
    def url(self) -> str:
        """Where, as an administrator writes it."""
        host, port = self.host.text().strip(), ""
        if host.count(":") == 1:
            host, port = host.split(":")
        role, database = quote(self.role.text().strip(), safe=""), quote(self.database.text().strip(), safe="")
        return f"postgresql://{role}@{host}:{port or 5432}/{database}"

    def look(self) -> None:
        """Ask the server what lies there."""
        self._show(None)
        if self.host.text().strip():
            self.ask.setEnabled(False)
            self.tasks.run(partial(look_at, self.url, self.password.text), self._show, self._failed, owner=self)

    def go_on(self) -> None:
        """Join what is there, or let the data move."""
        if self.target is None:
            return
        if not self.target.there:
            url, word = self.url, self.password.text
            self.accept()
            self.decided.emit(url, word)
            return
        self.take.setEnabled(False)
        self.tasks.run(partial(joining.join, self._data, self.target.office), self._joined, self._failed, owner=self)

    def _joined(self, way: object) -> None:
        self.accept()
        self.joined.emit(way)

    def _show(self, target: Target | None) -> None:
        self.target = target
        self.ask.setEnabled(True)
        self.problem.hide()
        self.found.setVisible(target is not None)
        self.take.setEnabled(target is not None and (target.there or self._owner))
        if target is None:
            return
        self.take.setText(_("Join") if target.there else _("Move the data there…"))
        self.found_name.setText(target.office.office if target.there else _("There is no database of this name yet"))
        lines = [
            _("The office's data are there. This PC works with them, and you sign in with your own name and password.")
            if target.there
            else _("It is made, and all data of this PC move there. A backup is made first, and the present file is kept.")
        ]
        if not target.there and not self._owner:
            lines.append(_("Only an owner does this."))
        lines.append(_("Encrypted on the network") if target.office.encrypted else _("Not encrypted on the network."))
        self.found_words.setText("\n".join(lines))
        self.take.setFocus()

    def _failed(self, error: BaseException) -> None:
        self._show(None)
        if isinstance(error, Told):
            self.problem.say(" ".join(t for t in (error.message, error.advice) if t), "red")
        else:
            self.notices.error(error)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        edge = theme.size("page")
        column.setContentsMargins(edge, edge, edge, theme.size("margin"))
        column.setSpacing(theme.size("gap"))
        column.addWidget(Label(self.windowTitle(), "title"))
        words = _("A PostgreSQL server that somebody looks after keeps the office's data in place of a host PC. Its administrator signs in"
                  " here once; the password is kept nowhere.")  # fmt: skip
        column.addWidget(Label(words, "dim", wrap=True))
        form = QFormLayout()
        form.setSpacing(theme.size("gap"))
        for text, widget in (
            (_("Address of the server"), self.host),
            (_("Database"), self.database),
            (_("Administrator"), self.role),
            (_("Password"), self.password),
        ):
            widget.setAccessibleName(text)
            form.addRow(text, widget)
        column.addLayout(form)
        self.found.body.addWidget(self.found_name)
        self.found.body.addWidget(self.found_words)
        column.addWidget(self.found)
        column.addWidget(self.problem)
        column.addStretch(1)
        foot = QHBoxLayout()
        foot.addWidget(self.ask)
        foot.addStretch(1)
        foot.addWidget(Button(_("Cancel"), clicked=self.reject))
        foot.addWidget(self.take)
        column.addLayout(foot)
        self.resize(theme.current().px(600), theme.current().px(480))

    def done(self, result: int) -> None:
        self.tasks.close()
        super().done(result)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.tasks.close()
        super().closeEvent(event)
