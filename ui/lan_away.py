"""The office's database does not answer when the program starts: try again, join anew, or work alone."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget

from crm_desktop.errors import Told
from crm_desktop.lan.connection import HOST, Connection
from crm_desktop.words import _
from ui import icons, theme
from ui.widgets.buttons import Button, primary
from ui.widgets.labels import Label
from ui.widgets.panels import Card


class Away(QWidget):
    """The page. office: the way that is kept; error: why nobody answered, None where somebody stopped it."""

    again = Signal()
    join_wanted = Signal()
    leave_wanted = Signal()

    def __init__(self, office: Connection | None, error: Told | None) -> None:
        super().__init__()
        self.setObjectName("window")
        self.setWindowTitle(_("CRM Desktop"))
        self.setWindowIcon(icons.app_icon())
        name = office.office if office is not None else ""
        card = Card(margin=24)
        card.body.addWidget(Label(_("The database of “{office}” does not answer").format(office=name), "heading"))
        if error is not None:
            card.body.addWidget(Label(error.message, wrap=True))
            if error.advice:
                card.body.addWidget(Label(error.advice, "dim", wrap=True))
        self.again_button = primary(_("Try again"), "", self.again.emit)
        self.join_button = Button(_("Find the office anew…"), "organization", clicked=self.join_wanted.emit)
        self.leave_button = Button(_("Leave the office"), "arrow_left", clicked=self.leave_wanted.emit)
        host = office is not None and office.part == HOST
        self.join_button.setVisible(not host)
        self.leave_button.setVisible(not host)
        row = QHBoxLayout()
        row.addWidget(self.join_button)
        row.addWidget(self.leave_button)
        row.addStretch(1)
        row.addWidget(Button(_("Quit"), clicked=QApplication.quit))
        row.addWidget(self.again_button)
        card.body.addSpacing(8)
        card.body.addLayout(row)
        wide = theme.current().px(620)
        card.setFixedWidth(wide)
        card.setMinimumHeight(card.body.totalHeightForWidth(wide))  # a centred widget is not asked for what its sentences take
        outer = QVBoxLayout(self)
        outer.addStretch(2)
        outer.addWidget(card, 0, Qt.AlignmentFlag.AlignHCenter)
        outer.addStretch(3)
        self.resize(theme.current().px(920), theme.current().px(560))
