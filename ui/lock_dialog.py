"""The locked window: everything is covered and kept, and only the person at work, or somebody new, gets on."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QDialog, QHBoxLayout, QVBoxLayout, QWidget

from crm_desktop.application import Application
from crm_desktop.errors import NotSignedIn
from crm_desktop.services import signing_in
from crm_desktop.words import _
from ui import icons, theme
from ui.notices import Notices
from ui.sign_in_fields import PasswordEdit
from ui.tasks import Tasks
from ui.widgets.buttons import Button, primary
from ui.widgets.labels import Avatar, Label
from ui.widgets.panels import Banner

_WIDTH = 360


class Cover(QWidget):
    """Lies over everything in one window, so that nothing can be read there."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.setObjectName("cover")
        window.installEventFilter(self)
        self.setGeometry(window.rect())
        self.show()
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._window and event.type() in (QEvent.Type.Resize, QEvent.Type.ChildAdded):
            self.setGeometry(self._window.rect())
            self.raise_()
        return False

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.colour("bg"))
        side = theme.current().px(56)
        picture = icons.pixmap("lock_closed", "disabled", side, ratio=self.devicePixelRatioF())
        painter.drawPixmap((self.width() - side) // 2, max(theme.current().px(48), self.height() // 6), picture)


class LockDialog(QDialog):
    """Asks for the password before the windows come to light again. `wants_out` says that somebody else wants to sign in."""

    def __init__(self, window: QWidget, app: Application, tasks: Tasks, notices: Notices) -> None:
        super().__init__(window, Qt.WindowType.Dialog | Qt.WindowType.CustomizeWindowHint | Qt.WindowType.WindowTitleHint)
        self.app, self._tasks, self._notices = app, tasks, notices
        self.wants_out = False
        self.setWindowModality(Qt.WindowModality.ApplicationModal)
        self.setWindowTitle(_("Locked"))
        self.password = PasswordEdit(_("Password"))
        self.problem = Banner("", "red")
        self.problem.hide()
        self.go = primary(_("Unlock"), "lock_open", self.try_it)
        self.out = Button(_("Sign out"), "sign_out", clicked=self._out)
        self._covers: list[Cover] = []
        self._lay_out()
        self.password.line.textChanged.connect(lambda _text: self._look())
        self.password.line.returnPressed.connect(self.go.click)
        self._look()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        edge = theme.current().px(24)
        column.setContentsMargins(edge, edge, edge, edge)
        column.setSpacing(theme.size("gap"))
        column.addWidget(Avatar(self.app.actor.name, theme.current().px(44)), 0, Qt.AlignmentFlag.AlignHCenter)
        for text, role in ((self.app.actor.name, "heading"), (_("Locked. What you were doing is still here."), "dim")):
            label = Label(text, role)
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(label)
        column.addSpacing(4)
        column.addWidget(self.password)
        column.addWidget(self.problem)
        row = QHBoxLayout()
        row.addWidget(self.out)
        row.addStretch(1)
        row.addWidget(self.go)
        column.addLayout(row)
        self.setFixedWidth(theme.current().px(_WIDTH))

    def cover(self) -> None:
        """Cover what is open, close menus, and ask."""
        while (popup := QApplication.activePopupWidget()) is not None and popup.close():
            continue
        for window in QApplication.topLevelWidgets():
            if window is not self and window.isVisible() and window.windowType() in (Qt.WindowType.Window, Qt.WindowType.Dialog):
                self._covers.append(Cover(window))
        self.open()
        self.raise_()
        self.activateWindow()
        self.password.line.setFocus()

    def uncover(self) -> None:
        """Bring everything to light again."""
        for cover in self._covers:
            cover.hide()
            cover.deleteLater()
        self._covers.clear()

    def try_it(self) -> None:
        """Compare the password, off the thread of the window."""
        self.problem.hide()
        self.go.setEnabled(False)
        work = partial(signing_in.unlock_window, self.app, self.password.text)
        self._tasks.run(work, self._unlocked, self._failed, owner=self)

    def _unlocked(self, _nothing: object) -> None:
        self.done(QDialog.DialogCode.Accepted)

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, NotSignedIn):
            self.problem.say(" ".join(t for t in (error.message, error.advice) if t), "red")
            self.password.line.selectAll()
        else:
            self._notices.error(error)
        QTimer.singleShot(0, self, self._look)
        QTimer.singleShot(0, self, self.adjustSize)

    def _look(self) -> None:
        self.go.setEnabled(bool(self.password.text))

    def _out(self) -> None:
        self.wants_out = True
        self.done(QDialog.DialogCode.Rejected)

    def reject(self) -> None:
        """Esc opens nothing."""

    def closeEvent(self, event: QCloseEvent) -> None:
        event.ignore()
