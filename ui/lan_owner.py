"""The owner's password before the data move: the one in use, or a new one where nobody needed any so far."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from crm_desktop.words import N_, _
from ui import theme
from ui.lan_wish import MOVE_HERE, SHARE, STOP, UPGRADE, USE
from ui.sign_in_fields import NewPasswordEdit, PasswordEdit
from ui.widgets.buttons import Button, primary
from ui.widgets.labels import Label

_TEXTS: dict[str, tuple[str, str, str]] = {
    SHARE: (
        N_("Share with the office"),
        N_("Everybody else gets a password for the first sign-in, which is shown at the end. The window closes meanwhile."),
        N_("Share"),
    ),
    USE: (
        N_("Use a server"),
        N_("Everybody else gets a password for the first sign-in, which is shown at the end. The window closes meanwhile."),
        N_("Move the data there"),
    ),
    STOP: (
        N_("Stop sharing"),
        N_("All data come back to this PC alone. The other PCs can no longer work with them."),
        N_("Stop sharing"),
    ),
    UPGRADE: (N_("Use the newer PostgreSQL"), N_("Names and passwords stay as they are."), N_("Go on")),
    MOVE_HERE: (
        N_("Make this PC the host"),
        N_("Everybody else gets a new password for the first sign-in, which is shown at the end. The PC that is the host now only shows"
           " what was, and nobody can save there any more."),
        N_("Move the data here"),
    ),
}  # fmt: skip


class OwnerDialog(QDialog):
    """Asks for it. what: a wish of ui/lan_wish.py; fresh: a new password is chosen."""

    decided = Signal(str)

    def __init__(self, parent: QWidget, what: str, name: str, sign_in: str, *, fresh: bool) -> None:
        super().__init__(parent.window())
        title, words, take = (_(text) for text in _TEXTS[what])
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._fresh = fresh
        self.password, self.new = PasswordEdit(_("Password")), NewPasswordEdit()
        self.take = primary(take, "", self._take)
        column = QVBoxLayout(self)
        edge = theme.size("page")
        column.setContentsMargins(edge, edge, edge, theme.size("margin"))
        column.setSpacing(theme.size("gap"))
        column.addWidget(Label(title, "heading"))
        column.addWidget(Label(words, "dim", wrap=True))
        if fresh:  # on the server nobody chooses from a list of people before the sign-in
            column.addWidget(Label(_("You sign in with a password from now on, {name}:").format(name=name), wrap=True))
            self.sign_in = Label(_("Your sign-in name: {name}").format(name=sign_in))
            column.addWidget(self.sign_in)
            column.addWidget(self.new)
        else:
            column.addWidget(Label(_("The password of {name}").format(name=name)))
            column.addWidget(self.password)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(Button(_("Cancel"), clicked=self.reject))
        row.addWidget(self.take)
        column.addSpacing(4)
        column.addLayout(row)
        self.setMinimumWidth(theme.current().px(460))
        self.new.changed.connect(self._look)
        self.password.line.textChanged.connect(lambda _text: self._look())
        for line in (self.password.line, self.new.second.line):
            line.returnPressed.connect(self.take.click)
        (self.new.first.line if fresh else self.password.line).setFocus()
        self._look()

    def _look(self) -> None:
        self.take.setEnabled(self.new.ready if self._fresh else bool(self.password.text))

    def _take(self) -> None:
        word = self.new.text if self._fresh else self.password.text
        self.accept()
        self.decided.emit(word)
