"""The company as a tree: departments, branches, people and their positions; each opens with a double-click, new ones begin in place."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QStackedLayout,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from crm_desktop.changes import Change
from crm_desktop.draft import Ref
from crm_desktop.services.org_tree import DepartmentNode, PersonNode, org_tree
from crm_desktop.words import _, ngettext
from ui import icons, theme
from ui.shell import Shell
from ui.widgets.buttons import Button, primary
from ui.widgets.inputs import SearchEdit
from ui.widgets.labels import Label
from ui.widgets.panels import EmptyState

_TYPE, _ID = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1
_SHAPING = frozenset({"users", "departments", "positions", "teams"})


class OrgChart(QWidget):
    """Who works where, and as what."""

    _told = Signal()

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        self.title, self.icon, self.tab_key = _("Organisation"), "organization", "screen:organisation"
        self.tree = QTreeWidget()
        self.search = SearchEdit(_("Search people and departments"))
        self.number = Label("", "dim")
        self._closed: set[int | None] = set()
        self._lay_out()
        self.tree.itemActivated.connect(lambda item, _column: self._open(item))
        self.tree.currentItemChanged.connect(lambda *_items: self._show_buttons())
        self.tree.itemCollapsed.connect(lambda item: self._closed.add(item.data(0, _ID)))
        self.tree.itemExpanded.connect(lambda item: self._closed.discard(item.data(0, _ID)))
        self.search.textChanged.connect(self._filter)
        self._told.connect(self.refresh)
        stop = shell.app.changes.listen(self._hear)
        self.destroyed.connect(lambda *_args: stop())
        self.refresh()

    def close_request(self) -> bool:
        """It can always be closed."""
        return True

    def refresh(self) -> None:
        """Read it again."""
        self._shell.tasks.run(partial(org_tree, self._shell.app), self._show, self._shell.notices.error, owner=self)

    def _hear(self, change: Change) -> None:
        """Called in the thread that saved."""
        if change.type in _SHAPING:
            self._told.emit()

    def _lay_out(self) -> None:
        may = self._shell.app.actor.may
        head = QHBoxLayout()
        head.setContentsMargins(theme.size("page"), theme.size("margin"), theme.size("page"), theme.size("gap"))
        head.setSpacing(theme.size("gap"))
        head.addWidget(Label(self.title, "title"))
        head.addWidget(self.number)
        head.addStretch(1)
        self.search.setMaximumWidth(theme.current().px(240))
        head.addWidget(self.search, 1)
        self.new_department = Button(_("New department"), "add", clicked=self.add_department)
        self.new_user = primary(_("New user"), "person_add", self.add_user)
        self.new_department.setVisible(may("departments.add"))
        self.new_user.setVisible(may("users.add"))
        head.addWidget(self.new_department)
        head.addWidget(self.new_user)
        self.tree.setColumnCount(2)
        self.tree.setHeaderLabels([_("Name"), _("Positions")])
        self.tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.tree.setFrameShape(QTreeWidget.Shape.NoFrame)
        self.tree.setIndentation(theme.current().px(24))
        self.tree.setAccessibleName(self.title)
        self.tree.setExpandsOnDoubleClick(False)
        self._holder = QStackedLayout()
        self._holder.addWidget(self.tree)
        nobody = EmptyState("organization", _("No departments yet"), _("Departments order people, and say whose records they reach."))
        self._holder.addWidget(nobody)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        holder = QWidget()
        holder.setLayout(self._holder)
        column.addWidget(holder, 1)

    # Showing

    def _show(self, found: list[DepartmentNode]) -> None:
        here = self.tree.currentItem()
        chosen = (here.data(0, _TYPE), here.data(0, _ID)) if here is not None else None
        self.tree.blockSignals(True)
        self.tree.clear()
        for node in found:
            self._department(self.tree, node)
        self.tree.blockSignals(False)
        for item in self.items():
            item.setExpanded(item.data(0, _TYPE) == "departments" and item.data(0, _ID) not in self._closed)
            if (item.data(0, _TYPE), item.data(0, _ID)) == chosen:
                self.tree.setCurrentItem(item)
        first = next(iter(self.items()), None)
        if self.tree.currentItem() is None and first is not None:
            self.tree.setCurrentItem(first)
        count = sum(node.count for node in found)
        self.number.setText(ngettext("{count} person", "{count} people", count).format(count=count))
        self._holder.setCurrentIndex(0 if found else 1)
        self._filter(self.search.text())
        self._show_buttons()

    def _department(self, parent: QTreeWidget | QTreeWidgetItem, node: DepartmentNode) -> None:
        words = "  ·  ".join((node.name, str(node.count), *((_("Branch"),) if node.branch else ())))
        item = QTreeWidgetItem(parent, [words, ""])
        item.setIcon(0, icons.icon("building" if node.branch else "organization", "accent" if node.branch else "dim"))
        item.setFont(0, theme.current().font(bold=True))
        self._mark(item, "departments", node.id)
        for person in node.people:
            self._person(item, person)
        for part in node.parts:
            self._department(item, part)

    def _person(self, parent: QTreeWidgetItem, person: PersonNode) -> None:
        words = person.name if person.active else _("{name} (switched off)").format(name=person.name)
        held = ", ".join(person.positions) or _("no position")
        item = QTreeWidgetItem(parent, [words, _("{positions}, leads the department").format(positions=held) if person.leads else held])
        item.setIcon(0, icons.icon("person", "accent" if person.leads else "dim"))
        if not person.active:
            item.setForeground(0, theme.colour("faint"))
        item.setForeground(1, theme.colour("dim" if person.positions else "amber"))
        self._mark(item, "users", person.id)

    def _mark(self, item: QTreeWidgetItem, type_key: str, id_: int | None) -> None:
        item.setData(0, _TYPE, type_key)
        item.setData(0, _ID, id_)
        item.setSizeHint(0, QSize(0, theme.size("row")))

    def items(self) -> list[QTreeWidgetItem]:
        """Every item, from top to bottom."""
        found: list[QTreeWidgetItem] = []
        waiting = [self.tree.topLevelItem(n) for n in range(self.tree.topLevelItemCount())]
        while waiting:
            item = waiting.pop(0)
            if item is not None:
                found.append(item)
                waiting = [item.child(n) for n in range(item.childCount())] + waiting
        return found

    def _filter(self, text: str) -> None:
        """Only what holds the text, with what it is part of."""
        wanted = text.strip().casefold()
        for item in reversed(self.items()):
            below = [child for n in range(item.childCount()) if (child := item.child(n)) is not None]
            fits = wanted in f"{item.text(0)} {item.text(1)}".casefold()
            item.setHidden(bool(wanted) and not fits and all(child.isHidden() for child in below))

    # What the person does

    def _place(self) -> Ref | None:
        """The department the cursor is in."""
        item = self.tree.currentItem()
        while item is not None and item.data(0, _TYPE) != "departments":
            item = item.parent()
        return Ref(item.data(0, _ID)) if item is not None and item.data(0, _ID) is not None else None

    def _show_buttons(self) -> None:
        item = self.tree.currentItem()
        while item is not None and item.data(0, _TYPE) != "departments":
            item = item.parent()
        name = item.text(0).partition("  ·")[0] if item is not None and item.data(0, _ID) is not None else ""
        self.new_department.setToolTip(_("In {department}").format(department=name) if name else "")
        self.new_user.setToolTip(_("In {department}").format(department=name) if name else "")

    def _open(self, item: QTreeWidgetItem) -> None:
        if item.data(0, _ID) is not None:
            self._shell.open_record(item.data(0, _TYPE), item.data(0, _ID))

    def add_user(self) -> None:
        """A new person in the department of the cursor."""
        place = self._place()
        self._shell.new_record("users", **({"department_id": place.id} if place else {}))

    def add_department(self) -> None:
        """A new department below that of the cursor."""
        place = self._place()
        self._shell.new_record("departments", **({"parent_id": place.id} if place else {}))
