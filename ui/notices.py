"""The one way to tell the person something: short notices, questions, errors.

Errors come in two heaps. What the program foresaw (`Told`) has its own words and advice. Anything else is a mistake of
the program: the person hears that it happened and can save a report; the traceback stays in the log.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMessageLogContext, QObject, QStandardPaths, QtMsgType, Signal, qInstallMessageHandler
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from crm_desktop.error_report import suggested_name, write_report
from crm_desktop.errors import Away, Cancelled, Doubt, NotSaved, Told
from crm_desktop.words import _
from ui import icons, theme
from ui.widgets.buttons import Button
from ui.widgets.toast import Toast

log = logging.getLogger(__name__)
_ICONS = {
    QMessageBox.Icon.Information: ("info", "accent"),
    QMessageBox.Icon.Question: ("question_circle", "accent"),
    QMessageBox.Icon.Warning: ("warning", "amber"),
    QMessageBox.Icon.Critical: ("error_circle", "red"),
}
_QT_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


class Notices(QObject):
    """The notices of one window."""

    _uncaught = Signal(object)

    def __init__(self, window: QWidget, log_folder: Path | None = None) -> None:
        super().__init__(window)
        self._window, self._log_folder = window, log_folder
        self._toast = Toast(window)
        self._showing_mistake = False
        self.away = False
        """The window says by itself that the server does not answer: not every question that gets no answer has to."""
        self._uncaught.connect(self._tell)

    @property
    def said(self) -> str:
        """The words of the last short notice."""
        return self._toast.text

    def say(self, text: str, action: str = "", do: Callable[[], object] | None = None, icon: str = "") -> None:
        """A short notice that goes by itself. `action` is a word such as "Undo"; `do` is what it does."""
        self._toast.say(text, action, do, icon)

    def inform(self, text: str, advice: str = "") -> None:
        """Something the person has to have read."""
        self._told(QMessageBox.Icon.Information, text, advice)

    def ask(self, question: str, details: str = "", *, yes: str, no: str = "", danger: bool = False) -> bool:
        """A question with two answers; `yes` is the word on the button that does it. Esc means no.

        With `danger` the first key does nothing: the safe button has the focus.
        """
        box = self._box(QMessageBox.Icon.Question, question, details)
        accept = Button(yes, kind="danger" if danger else "primary")
        refuse = Button(no or _("Cancel"))
        box.addButton(accept, QMessageBox.ButtonRole.AcceptRole)
        box.addButton(refuse, QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(refuse if danger else accept)
        box.setEscapeButton(refuse)
        box.exec()
        return box.clickedButton() is accept

    def ask_unsaved(self, title: str) -> str:
        """What to do with text typed and not saved: "save", "discard" or "stay"."""
        box = self._box(QMessageBox.Icon.Question, _("Save the changes to “{title}”?").format(title=title), "")
        save, discard = Button(_("Save"), kind="primary"), Button(_("Do not save"))
        stay = Button(_("Keep editing"))
        box.addButton(save, QMessageBox.ButtonRole.AcceptRole)
        box.addButton(discard, QMessageBox.ButtonRole.DestructiveRole)
        box.addButton(stay, QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(save)
        box.setEscapeButton(stay)
        box.exec()
        return {save: "save", discard: "discard"}.get(box.clickedButton(), "stay")  # type: ignore[call-overload]

    def error(self, error: BaseException) -> None:
        """Tell of an error, in the words that fit its heap."""
        if not isinstance(error, Told):
            log.error("A mistake of the program", exc_info=error)
        self._tell(error)

    def error_from_any_thread(self, error: BaseException) -> None:
        """The same, for the hooks that catch what nobody caught; it is logged already."""
        self._uncaught.emit(error)

    def _tell(self, error: BaseException) -> None:
        if isinstance(error, Cancelled):
            self.say(error.message, icon="info")
        elif isinstance(error, Doubt) and error.again is not None:
            if self.ask(error.message, error.advice, yes=_("Go on"), no=_("Cancel")):
                error.again()
        elif isinstance(error, NotSaved) or (isinstance(error, Away) and not self.away):
            self.say(error.message, icon="warning")
        elif isinstance(error, Away):
            log.info("No answer from the server")
        elif isinstance(error, Told):
            log.info("Told: %s", type(error).__name__)
            self._told(QMessageBox.Icon.Warning, error.message, error.advice)
        else:
            self._mistake(error)

    def _mistake(self, error: BaseException) -> None:
        if self._showing_mistake:  # one mistake in a timer must not bury the screen
            return
        self._showing_mistake = True
        text = _("Sorry, that did not work: the program made a mistake.")
        advice = _(
            "What was saved before is safe. You can go on working; if something looks wrong, close the tab and open it "
            "again. A report helps us to repair it: it holds no customers, prices or documents."
        )
        box = self._box(QMessageBox.Icon.Critical, text, advice)
        save, close = Button(_("Save report…")), Button(_("Close"), kind="primary")
        box.addButton(save, QMessageBox.ButtonRole.ActionRole)
        box.addButton(close, QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(close)
        box.setEscapeButton(close)
        box.exec()
        if box.clickedButton() is save:
            self.save_report(error)
        self._showing_mistake = False

    def save_report(self, error: BaseException | None = None, path: Path | None = None) -> None:
        """Write a report where the person wants it."""
        if path is None:
            folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DesktopLocation)
            proposed = Path(folder) / suggested_name(dt.datetime.now().astimezone())
            chosen, _kind = QFileDialog.getSaveFileName(self._window, _("Save report"), str(proposed), "ZIP (*.zip)")
            if not chosen:
                return
            path = Path(chosen)
        try:
            write_report(path, error, self._log_folder)
        except OSError as problem:
            self.inform(_("The report could not be written."), problem.strerror or "")
        else:
            self.say(_("Report saved: {name}").format(name=path.name))

    def _told(self, icon: QMessageBox.Icon, text: str, advice: str) -> None:
        box, read = self._box(icon, text, advice), Button(_("OK"), kind="primary")  # Qt's own button has an icon on its word
        box.addButton(read, QMessageBox.ButtonRole.AcceptRole)
        box.setDefaultButton(read)
        box.setEscapeButton(read)
        box.exec()

    def _box(self, icon: QMessageBox.Icon, text: str, advice: str) -> QMessageBox:
        box = QMessageBox(self._window)
        box.setIcon(icon)  # what a screen reader and the system's sound go by
        name, token = _ICONS[icon]
        box.setIconPixmap(icons.pixmap(name, token, theme.current().px(36), ratio=self._window.devicePixelRatioF()))
        box.setWindowTitle(self._window.windowTitle())
        box.setText(text)
        box.setInformativeText(advice)
        return box


def log_qt_messages() -> None:
    """Send what Qt itself has to say to the log."""
    qt_log = logging.getLogger("qt")

    def handle(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
        if "propagateSizeHints" in message:  # a platform without windows says so for each of them
            kind = QtMsgType.QtDebugMsg
        qt_log.log(_QT_LEVELS.get(kind, logging.WARNING), "%s", message)

    qInstallMessageHandler(handle)
