"""Which record lies on the paper while designing, and how hard it is made."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QDialog, QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from crm_desktop.records.record_type import RecordType
from crm_desktop.words import _
from ui import icons, theme
from ui.designer import subjects
from ui.shell import Shell
from ui.widgets.buttons import Button
from ui.widgets.inputs import SearchEdit

_ID = Qt.ItemDataRole.UserRole


class RecordBar(QWidget):
    """A button with the record on it, and the stress data."""

    chosen = Signal(int, str)
    """Another record: its id (SAMPLE for made-up data) and its name."""
    stressed = Signal(str)

    def __init__(self, shell: Shell, kind: RecordType) -> None:
        super().__init__()
        self._shell, self._kind = shell, kind
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.size("gap"))
        self.button = Button(_("Made-up data"), kind.icon, kind="flat", clicked=self.choose, tip=_("Another record on the paper"))
        row.addWidget(self.button)
        self.stress = QComboBox()
        self.stress.setAccessibleName(_("How hard it is made"))
        self.stress.setToolTip(_("See whether the form still holds with other data"))
        for key, words in subjects.STRESSES.items():
            self.stress.addItem(_(words), key)
        self.stress.activated.connect(lambda at: self.stressed.emit(self.stress.itemData(at)))
        row.addWidget(self.stress)

    def show_record(self, name: str) -> None:
        """Say which record it is."""
        self.button.setText(name or _("Made-up data"))

    def choose(self) -> None:
        """The list of records above the button."""
        popup = RecordPopup(self, self._shell, self._kind)
        popup.taken.connect(self._taken)
        popup.open_above(self.button)

    def _taken(self, id_: int, name: str) -> None:
        self.show_record(name)
        self.chosen.emit(id_, name)


class RecordPopup(QDialog):
    """A line to search in and the records that fit."""

    taken = Signal(int, str)

    def __init__(self, parent: QWidget, shell: Shell, kind: RecordType) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._shell, self._kind, self._ticket = shell, kind, 0
        self.search = SearchEdit(_("Search"))
        self.list = QListWidget()
        self.list.setProperty("role", "plain")
        self.list.setAccessibleName(_(kind.plural))
        column = QVBoxLayout(self)
        edge = theme.size("gap")
        column.setContentsMargins(edge, edge, edge, edge)
        column.addWidget(self.search)
        column.addWidget(self.list, 1)
        self.resize(theme.current().px(320), theme.current().px(340))
        self.search.searched.connect(self._ask)
        self.search.left_down.connect(self.list.setFocus)
        self.list.itemActivated.connect(self._take)
        self.list.itemClicked.connect(self._take)
        self._ask("")

    def open_above(self, widget: QWidget) -> None:
        """Show it above a widget at the foot of the window."""
        corner = widget.mapToGlobal(widget.rect().topLeft())
        self.move(corner.x(), max(corner.y() - self.height() - 2, widget.screen().availableGeometry().top()))
        self.show()
        self.search.setFocus()

    def _ask(self, text: str) -> None:
        self._ticket += 1
        work = partial(subjects.records, self._shell.app, self._kind, text)
        self._shell.tasks.run(work, partial(self._show, self._ticket), owner=self)

    def _show(self, ticket: int, found: list[tuple[int, str, str]]) -> None:
        if ticket != self._ticket:
            return
        self.list.clear()
        for id_, label, detail in [*found, (subjects.SAMPLE, _("Made-up data"), "")]:
            item = QListWidgetItem(icons.icon(self._kind.icon if id_ else "sparkle"), f"{label}   {detail}".strip())
            item.setData(_ID, (id_, label if id_ else ""))
            self.list.addItem(item)
        self.list.setCurrentRow(0)

    def _take(self, item: QListWidgetItem) -> None:
        id_, label = item.data(_ID)
        self.close()
        self.taken.emit(id_, label)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.list.currentItem() is not None:
            self._take(self.list.currentItem())
        else:
            super().keyPressEvent(event)
