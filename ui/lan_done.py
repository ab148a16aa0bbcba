"""What came of it, once the data have moved: the first passwords, which are shown only here, and what the others need to join."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from crm_desktop.errors import Told
from crm_desktop.lan.connection import Connection
from crm_desktop.lan.join_file import SUFFIX, write_join_file
from crm_desktop.services.server_roles import Issued
from crm_desktop.words import _
from ui import icons, theme
from ui.notices import Notices
from ui.widgets.buttons import Button, primary
from ui.widgets.labels import Label
from ui.widgets.panels import Banner
from ui.widgets.plain_table import PlainColumn, PlainTable


class LanDone(QWidget):
    """The page. people: who got which first password; codes: recovery codes of the owner; office: where the others join, on a host."""

    left = Signal()
    """On with the program."""

    def __init__(
        self,
        title: str,
        words: Sequence[str],
        data: Path,
        *,
        people: Sequence[Issued] = (),
        codes: Sequence[str] = (),
        office: Connection | None = None,
        digits: str = "",
    ) -> None:
        super().__init__()
        self.setObjectName("window")
        self.setWindowTitle(_("CRM Desktop"))
        self.setWindowIcon(icons.app_icon())
        self._office, self._people, self._codes, self._gone = office, list(people), list(codes), False
        self.notices = Notices(self, data / "logs")
        column = QVBoxLayout(self)
        edge = theme.current().px(36)
        column.setContentsMargins(edge, edge, edge, edge)
        column.setSpacing(theme.size("gap"))
        column.addWidget(Label(title, "hero"))
        for text in words:
            column.addWidget(Label(text, "dim", wrap=True))
        if office is not None:
            column.addWidget(Label(_("The others join at: {address}").format(address=f"{office.hosts[0]}:{office.port}"), "strong"))
            if digits:
                column.addWidget(Label(_("Digits that their screens show: {digits}").format(digits=digits), "strong"))
        self.table = PlainTable(_columns(), name=_("Passwords for the first sign-in"))
        if self._people:
            column.addSpacing(4)
            column.addWidget(Label(_("Passwords for the first sign-in"), "heading"))
            only = _("They are shown only now and are good for seven days. Everybody chooses an own one then.")
            column.addWidget(Label(only, "small", wrap=True))
            column.addWidget(self.table, 1)
            self.table.show_rows(self._people)
        else:
            self.table.hide()
        if self._codes:
            warned = _("Your recovery codes, should you forget your password; keep them safe, they are shown only now:")
            column.addWidget(Banner(warned, "amber"))
            column.addWidget(Label("   ".join(self._codes), "strong", wrap=True))
        if not self._people:
            column.addStretch(1)
        row = QHBoxLayout()
        self.copy_button = Button(_("Copy all"), "copy", clicked=self.copy)
        self.copy_button.setVisible(bool(self._people or self._codes))
        self.file_button = Button(_("Save the join file…"), "document", clicked=self._save_file)
        self.file_button.setVisible(office is not None)
        self.go = primary(_("Go on and sign in"), "", self._leave)
        row.addWidget(self.copy_button)
        row.addWidget(self.file_button)
        row.addStretch(1)
        row.addWidget(self.go)
        column.addLayout(row)
        self.resize(theme.current().px(720), theme.current().px(620 if self._people else 420))

    def copy(self) -> None:
        """Put what is shown only now onto the clipboard."""
        lines = [f"{p.sign_in}\t{p.name}\t{p.password}" for p in self._people]
        QGuiApplication.clipboard().setText("\n".join([*lines, *self._codes]))

    def _save_file(self) -> None:
        pattern = _("Join files") + f" (*{SUFFIX})"
        if self._office is None:
            return
        name, _filter = QFileDialog.getSaveFileName(self, _("Save the join file"), f"{self._office.office}{SUFFIX}", pattern)
        if name:
            try:
                write_join_file(Path(name), self._office)
            except Told as error:
                self.notices.error(error)

    def _leave(self) -> None:
        if not self._gone:
            self._gone = True
            self.left.emit()

    def closeEvent(self, event: QCloseEvent) -> None:
        """The cross goes on as well: who closes it by mistake must not lose the program."""
        if not self._gone:
            event.ignore()
            self._leave()


def _columns() -> list[PlainColumn]:
    return [
        PlainColumn(_("Sign-in name"), lambda p: p.sign_in, 18),
        PlainColumn(_("Full name"), lambda p: p.name, 18),
        PlainColumn(_("Password"), lambda p: p.password, 0),
    ]
