"""What people in a position see of the window: areas of the navigation, the lists and screens in them, columns of lists, panels."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTreeWidget, QTreeWidgetItem

from crm_desktop.application import Application
from crm_desktop.records.record_type import RecordType, column_key
from crm_desktop.services.rights_editing import PANELS, PositionRights
from crm_desktop.words import N_, _
from ui import icons, theme
from ui.screens.registry import AREAS

_KEY = Qt.ItemDataRole.UserRole
SCREENS = {
    "screen:today": (N_("Today"), "home", ""),
    "screen:recycle-bin": (N_("Recycle bin"), "bin_recycle", "setup"),
    "screen:settings": (N_("Settings"), "settings", "setup"),
}
"""Screens that everybody may open, and that can be kept out of sight: words, icon, area."""


class AreasTree(QTreeWidget):
    """A tick for everything that is shown."""

    def __init__(self, app: Application, rights: Callable[[], PositionRights], change: Callable[[PositionRights], None]) -> None:
        super().__init__()
        self._rights, self._change = rights, change
        self._filling = False
        self.setHeaderHidden(True)
        self.setAccessibleName(_("What is shown"))
        self.setFrameShape(QTreeWidget.Shape.NoFrame)
        self.setIndentation(theme.current().px(22))
        self._fill(app)
        self.expandToDepth(0)  # columns stay folded away until somebody wants them
        self.itemChanged.connect(self._ticked)

    def _fill(self, app: Application) -> None:
        self._filling = True
        for key, (title, icon, area) in SCREENS.items():
            if not area:
                self._item(self, key, _(title), icon)
        for area, (title, icon) in AREAS.items():
            kinds = [k for k in app.types.values() if k.area == area]
            screens = {k: s for k, s in SCREENS.items() if s[2] == area}
            if kinds or screens:
                top = self._item(self, f"area:{area}", _(title), icon)
                for kind in kinds:
                    self._columns(self._item(top, f"list:{kind.key}", _(kind.plural), kind.icon), kind)
                for key, (words, picture, _area) in screens.items():
                    self._item(top, key, _(words), picture)
        panels = self._item(self, "", _("Panels beside records"), "panel_right")
        for key, words in PANELS.items():
            self._item(panels, key, _(words), "")
        self._filling = False

    def _columns(self, above: QTreeWidgetItem, kind: RecordType) -> None:
        """The columns the list can have; one that is not ticked may still be seen in the form, where the rights allow it."""
        for name, about in kind.fields.items():
            if name not in kind.label:
                self._item(above, column_key(kind.key, name), _(about.label), "")

    def _item(self, parent: QTreeWidget | QTreeWidgetItem, key: str, words: str, icon: str) -> QTreeWidgetItem:
        item = QTreeWidgetItem(parent, [words])
        item.setData(0, _KEY, key)
        if icon:
            item.setIcon(0, icons.icon(icon))
        if key:
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(0, Qt.CheckState.Checked)
        return item

    def items(self) -> list[QTreeWidgetItem]:
        """Every item, from top to bottom."""
        found: list[QTreeWidgetItem] = []
        waiting = [self.topLevelItem(n) for n in range(self.topLevelItemCount())]
        while waiting:
            item = waiting.pop(0)
            if item is not None:
                found.append(item)
                waiting = [item.child(n) for n in range(item.childCount())] + waiting
        return found

    def show_rights(self) -> None:
        """Tick what the position shows."""
        self._filling = True
        for item in self.items():
            if key := item.data(0, _KEY):
                hidden = key in self._rights().hidden
                item.setCheckState(0, Qt.CheckState.Unchecked if hidden else Qt.CheckState.Checked)
        self._filling = False
        self._shade()

    def _ticked(self, item: QTreeWidgetItem, _column: int) -> None:
        if not self._filling and (key := item.data(0, _KEY)):
            self._change(self._rights().with_hidden(key, item.checkState(0) == Qt.CheckState.Unchecked))
            self._shade()

    def _shade(self) -> None:
        """What lies in a hidden area is not shown, whatever its own tick says."""
        self._filling = True
        for item in self.items():
            parent = item.parent()
            if parent is not None and parent.data(0, _KEY):
                item.setDisabled(parent.checkState(0) == Qt.CheckState.Unchecked)
        self._filling = False
