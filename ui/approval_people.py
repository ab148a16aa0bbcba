"""Choosing one or several people of the company, with a few words to go with it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from crm_desktop.draft import Ref
from crm_desktop.words import _
from ui import theme
from ui.widgets.buttons import Button, primary
from ui.widgets.inputs import SearchEdit
from ui.widgets.labels import Label

_ID = Qt.ItemDataRole.UserRole


class PeopleDialog(QDialog):
    """People to tick; `several` False takes one. sign: whether to offer that they confirm reading."""

    def __init__(
        self, parent: QWidget, title: str, people: Sequence[Ref], accept: str, *, several: bool = False, sign: bool = False
    ) -> None:
        super().__init__(parent.window())
        self.setWindowTitle(title)
        self.search, self.list = SearchEdit(_("Search people")), QListWidget()
        self.comment, self.sign = QPlainTextEdit(), QCheckBox(_("They confirm that they have read it"))
        self._several = several
        self.list.setAccessibleName(title)
        mode = QListWidget.SelectionMode
        self.list.setSelectionMode(mode.ExtendedSelection if several else mode.SingleSelection)
        for person in people:
            item = QListWidgetItem(person.label, self.list)
            item.setData(_ID, person.id)
        self.accept_button = primary(accept, clicked=self.accept)
        self.accept_button.setEnabled(False)
        self.comment.setPlaceholderText(_("Comment"))
        self.comment.setAccessibleName(_("Comment"))
        self.comment.setTabChangesFocus(True)
        self.comment.setFixedHeight(theme.current().px(60))
        self.sign.setVisible(sign)
        self.search.textChanged.connect(self._narrow)
        self.list.itemSelectionChanged.connect(lambda: self.accept_button.setEnabled(bool(self.chosen())))
        self.list.itemActivated.connect(lambda _item: self.accept())
        column = QVBoxLayout(self)
        edge = theme.size("page")
        column.setContentsMargins(edge, edge, edge, theme.size("margin"))
        column.setSpacing(theme.size("gap"))
        column.addWidget(Label(title, "heading", wrap=True))
        column.addWidget(self.search)
        column.addWidget(self.list, 1)
        column.addWidget(self.sign)
        column.addWidget(self.comment)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(Button(_("Cancel"), clicked=self.reject))
        foot.addWidget(self.accept_button)
        column.addLayout(foot)
        QShortcut(QKeySequence("Ctrl+Return"), self, self._take)
        self.resize(theme.current().px(420), theme.current().px(480))
        self.search.setFocus()

    def chosen(self) -> list[int]:
        """The people chosen."""
        return [item.data(_ID) for item in self.list.selectedItems() if not item.isHidden()]

    def words(self) -> str:
        """The comment."""
        return self.comment.toPlainText().strip()

    def _take(self) -> None:
        if self.chosen():
            self.accept()

    def _narrow(self, text: str) -> None:
        shown = []
        for at in range(self.list.count()):
            item = self.list.item(at)
            hidden = text.strip().casefold() not in item.text().casefold()
            item.setHidden(hidden)
            shown += [] if hidden else [item]
        if len(shown) == 1 and not self._several:
            self.list.setCurrentItem(shown[0])
