"""The page of a PC that has an encrypted database and not its key: the recovery key is typed from its sheet."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from crm_desktop.errors import Invalid, KeyNeeded, Told
from crm_desktop.services import file_keys
from crm_desktop.words import _
from ui import icons, theme
from ui.notices import Notices
from ui.tasks import Tasks
from ui.widgets.buttons import Button, flat, primary
from ui.widgets.labels import Label
from ui.widgets.panels import Banner, Card

_WIDTH = 480


class KeyPage(QWidget):
    """error: why the key is asked for."""

    unlocked = Signal()
    """The key fits; the database can be opened now."""
    restore_wanted = Signal()
    left = Signal()

    def __init__(self, data: Path, error: KeyNeeded) -> None:
        super().__init__()
        self.setObjectName("window")
        self._data = data
        self.notices = Notices(self, data / "logs")
        self.tasks = Tasks(self.notices.error, self)
        self.setWindowTitle(_("CRM Desktop"))
        self.setWindowIcon(icons.app_icon())
        self.key = QPlainTextEdit()
        self.key.setAccessibleName(_("Recovery key"))
        self.key.setPlaceholderText(_("Four lines of four groups"))
        self.key.setTabChangesFocus(True)
        self.key.setFixedHeight(theme.current().px(108))
        self.keep = QCheckBox(_("Keep the key on this PC, in its credential store"))
        self.keep.hide()
        self.problem = Banner("", "red")
        self.problem.hide()
        self.go = primary(_("Open the database"), "lock_open", self.try_it)
        self.go.setMinimumHeight(theme.current().px(36))
        self.go.setEnabled(False)
        self.restore = flat(_("Restore a backup…"), "arrow_reset", self.restore_wanted.emit)
        self.quit = Button(_("Quit"), kind="link", clicked=self.left.emit)
        self._lay_out(error)
        self.key.textChanged.connect(self._look)
        self.resize(theme.current().px(920), theme.current().px(680))
        self.tasks.run(partial(file_keys.can_keep, data), self._offer_to_keep, owner=self)
        self.key.setFocus()

    def _lay_out(self, error: KeyNeeded) -> None:
        card = Card(margin=24)
        head = QHBoxLayout()
        logo, side = Label(), theme.current().px(32)
        logo.setPixmap(icons.app_icon().pixmap(QSize(side, side), self.devicePixelRatioF()))
        head.addWidget(logo)
        head.addWidget(Label(_("This database is encrypted"), "heading"), 1)
        card.body.addLayout(head)
        card.body.addWidget(Label(error.message, wrap=True))
        card.body.addWidget(Label(error.advice, "dim", wrap=True))
        label = Label(_("Recovery key"))
        label.setBuddy(self.key)
        for widget in (label, self.key, self.keep, self.problem):
            card.body.addWidget(widget)
        card.body.addSpacing(4)
        card.body.addWidget(self.go)
        foot = QHBoxLayout()
        foot.addWidget(self.restore)
        foot.addStretch(1)
        foot.addWidget(self.quit)
        card.body.addLayout(foot)
        card.setFixedWidth(theme.current().px(_WIDTH))
        self._card = card
        outer = QVBoxLayout(self)
        outer.addStretch(2)
        outer.addWidget(card, 0, Qt.AlignmentFlag.AlignHCenter)
        outer.addStretch(3)
        self._fit()

    def _fit(self) -> None:
        """Give the card the height its sentences take at its width: a centred widget is not asked for it."""
        self._card.setMinimumHeight(self._card.body.totalHeightForWidth(self._card.width()))

    def _offer_to_keep(self, able: bool) -> None:
        self.keep.setVisible(able)
        self.keep.setChecked(able)
        self._fit()

    def _look(self) -> None:
        self.problem.hide()
        self.go.setEnabled(bool(self.key.toPlainText().strip()) and self.tasks.idle)
        QTimer.singleShot(0, self, self._fit)

    def try_it(self) -> None:
        """See whether the key fits, off the thread of the window: the credential store may take its time."""
        self.go.setEnabled(False)
        work = partial(file_keys.enter, self._data, self.key.toPlainText(), keep_it=self.keep.isChecked())
        self.tasks.run(work, lambda _key: self.unlocked.emit(), self._failed, owner=self)

    def _failed(self, error: BaseException) -> None:
        if not isinstance(error, Told):
            self.notices.error(error)
            return
        words = error.problems.get("key", error.message) if isinstance(error, Invalid) else f"{error.message} {error.advice}"
        QTimer.singleShot(0, self, partial(self._say, words))

    def _say(self, words: str) -> None:
        self._look()
        self.problem.say(words, "red")
        self._fit()
        self.key.setFocus()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.tasks.close()
        super().closeEvent(event)
