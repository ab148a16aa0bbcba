"""The designer for one template: what can be put on the paper at the left, the paper, and what is selected at the right."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, QSize, Qt, QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QMenu, QSplitter, QTabWidget, QVBoxLayout, QWidget

from crm_desktop.errors import Told
from crm_desktop.printing.template import Template
from crm_desktop.printing.template_store import prints_lists
from crm_desktop.records.record_type import RecordType
from crm_desktop.words import _
from ui import icons, theme
from ui.designer import edits, fields, keeping, subjects
from ui.designer.band_names import band_title, short_name
from ui.designer.canvas import Canvas
from ui.designer.document import Document
from ui.designer.drawer import Drawer
from ui.designer.dropping import Carried
from ui.designer.field_picker import FieldTree
from ui.designer.fields import FieldNode
from ui.designer.outline import Outline
from ui.designer.page_item import faint
from ui.designer.picture_entry import FILES
from ui.designer.places import Drawn
from ui.designer.problem_list import ProblemList
from ui.designer.property_panel import PropertyPanel
from ui.designer.record_bar import RecordBar
from ui.designer.rulers import Desk
from ui.designer.tools import Tools, ZoomBar
from ui.designer.work import Work
from ui.shell import Shell
from ui.widgets.labels import separator

_KEEP_AFTER = 1_500  # milliseconds after a change
_LEFT, _RIGHT = 240, 404  # pixels
_BACKGROUND = QSize(1_600, 2_400)


class Workbench(QWidget):
    """Everything around one document, without head and without a place to keep it."""

    def __init__(self, shell: Shell, kind: RecordType, template: Template, record: int = 0) -> None:
        """record: the id of the record to put on the paper; 0 for the newest."""
        super().__init__()
        self.shell, self.kind = shell, kind
        self.document = Document(template, self)
        self.drawer = Drawer(shell.tasks, self)
        self.canvas = Canvas(self.document, self.drawer)
        self.tree = fields.field_tree(shell.app, kind)
        self.work = Work(self.canvas, self._columns_of)
        self.record, self.stress = subjects.SAMPLE, ""
        self.context: Mapping[str, Any] | None = None
        self.base = keeping.mark_of(template)
        self._ticket = 0
        self._listed = False
        self._background = ""
        self._keep_timer = QTimer(self)
        self._keep_timer.setSingleShot(True)
        self._keep_timer.setInterval(_KEEP_AFTER)
        self._keep_timer.timeout.connect(self.keep)
        self._lay_out()
        self._connect()
        shell.tasks.run(partial(subjects.first_record, shell.app, kind, record), self._begin, self._failed, owner=self)

    # How it looks

    def _lay_out(self) -> None:
        self.tools = Tools(self.work, self.pick_picture)
        self.outline = Outline(self.work)
        hint = _("Drag onto the paper, or double-click.")
        self.fields = FieldTree(self.tree, self.document.template.language, hint=hint)
        self.panel = PropertyPanel(self.document, self.tree)
        self.problems = ProblemList(self._name_of)
        self.records = RecordBar(self.shell, self.kind)
        self.zoom = ZoomBar(self.canvas)
        self.left = QTabWidget()
        self.left.setDocumentMode(True)
        self.left.setAccessibleName(_("Fields and parts"))
        for widget, words in ((self.fields, _("Fields")), (self.outline, _("Parts"))):
            self.left.addTab(_padded(widget), words)
        self.right = QTabWidget()
        self.right.setDocumentMode(True)
        self.right.setAccessibleName(_("Properties and problems"))
        self.right.addTab(self.panel, _("Properties"))
        self.right.addTab(_padded(self.problems), _("Problems"))
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.setHandleWidth(1)
        self.split.setChildrenCollapsible(False)
        for part in (self.left, self._middle(), self.right):
            self.split.addWidget(part)
        self.split.setStretchFactor(1, 1)
        self.split.setSizes([theme.current().px(_LEFT), 900, theme.current().px(_RIGHT)])
        self.left.setMinimumWidth(theme.current().px(180))
        self.right.setMinimumWidth(theme.current().px(_RIGHT - 12))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tools)
        column.addWidget(separator())
        column.addWidget(self.split, 1)

    def _middle(self) -> QWidget:
        middle = QFrame()
        middle.setProperty("line", "left")
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(Desk(self.canvas), 1)
        column.addWidget(separator())
        foot = QWidget()
        row = QHBoxLayout(foot)
        row.setContentsMargins(theme.size("gap"), 3, theme.size("gap"), 3)
        row.addWidget(self.records)
        row.addWidget(self.zoom, 1)
        column.addWidget(foot)
        return middle

    def _connect(self) -> None:
        self.document.changed.connect(self._changed)
        self.drawer.drawn.connect(self._drawn)
        self.drawer.failed.connect(self._failed)
        self.work.failed.connect(self._failed)
        self.canvas.edit_wanted.connect(self._edit)
        self.canvas.menu_wanted.connect(self.open_menu)
        self.outline.menu_wanted.connect(self.open_menu)
        self.outline.reveal_wanted.connect(self._reveal)
        self.fields.taken.connect(self._field_taken)
        self.problems.chosen.connect(self._go_to_problem)
        self.problems.counted.connect(self._count_problems)
        self.records.chosen.connect(self._other_record)
        self.records.stressed.connect(self._other_stress)

    # Data on the paper

    def _begin(self, found: tuple[int, str]) -> None:
        self.record, name = found
        self.records.show_record(name)
        self._read()

    def show_record(self, record_id: int, name: str) -> None:
        """Put this record on the paper."""
        self.records.show_record(name)
        self._other_record(record_id, name)

    def _other_record(self, record_id: int, _name: str) -> None:
        self.record = record_id
        self._read()

    def _other_stress(self, stress: str) -> None:
        self.stress = stress
        self._read()

    def _read(self) -> None:
        self._ticket += 1
        language = self.document.template.language or "zh_CN"
        self._listed = prints_lists(self.document.template, self.kind)
        work = partial(subjects.context_of, self.shell.app, self.kind, self.record, language, self.stress, self._listed)
        self.shell.tasks.run(work, partial(self._came, self._ticket), partial(self._no_record, self._ticket), owner=self)

    def _came(self, ticket: int, context: Mapping[str, Any]) -> None:
        if ticket == self._ticket:
            self.context = context
            self.drawer.want(self.document.template, context)

    def _no_record(self, ticket: int, error: BaseException) -> None:
        """The record is gone, or not this person's any more: made-up data instead, and say so."""
        if ticket == self._ticket and self.record != subjects.SAMPLE:
            self._failed(error)
            self.show_record(subjects.SAMPLE, "")

    # What changes

    def _changed(self) -> None:
        self._keep_timer.start()
        if self.context is not None:
            self.drawer.want(self.document.template, self.context)
            if prints_lists(self.document.template, self.kind) != self._listed:
                self._read()  # its rows are records now, or are not any more

    def _drawn(self, drawn: Drawn) -> None:
        self.problems.show_problems(drawn.problems)
        self.outline.show_quiet(drawn.quiet)
        self._show_background()
        self.work.show_new()

    def _show_background(self) -> None:
        template = self.document.template
        stored = template.pictures.get(template.page.background, "")
        if stored != self._background:
            self._background = stored
            self._image = _decoded(stored)
        if stored or any(not page.background.isNull() for page in self.canvas.pages):
            self.canvas.set_background(self._image if stored else QImage())

    def keep(self) -> None:
        """Write the draft now, in the background."""
        if not self.document.stack.isClean():
            template = self.document.template
            work = partial(keeping.keep, self.shell.app, template.name, template, self.base, self.canvas.guides.facts())
            self.shell.tasks.run(work, owner=self)

    def saved(self, template: Template) -> None:
        """It is kept as it is now."""
        self._keep_timer.stop()
        self.base = keeping.mark_of(template)
        if self.document.template == template:
            self.document.stack.setClean()

    # Hands

    def _columns_of(self, over: str) -> list[Carried]:
        return fields.columns_of(self.tree, over, self.document.template.language or "zh_CN")

    def _field_taken(self, node: FieldNode) -> None:
        """Double-click in the tree: into the selected text or field, else a new box."""
        document = self.document
        carried = node.carried(document.template.language or "zh_CN")
        if node.list:
            self.work.add_table(node.path)
        else:
            index = self.work.target_band()
            chosen = document.selection
            if chosen and document.thing(chosen[-1]) and not edits.holds_elements(document.template.bands[document.spots[chosen[-1]].band]):
                index = document.spots[chosen[-1]].band
            if index >= 0:
                last = document.thing(chosen[-1]) if document.elements else None
                at = (last.x, last.y + last.height + 1) if last is not None else (5.0, 2.0)
                self.work.drop(carried, document.template.bands[index].id, at)
        self.canvas.setFocus()

    def pick_picture(self) -> None:
        """A picture file onto the paper."""
        chosen, _kind = QFileDialog.getOpenFileName(self, _("New picture"), "", FILES)
        if chosen:
            index = self.work.target_band()
            try:
                if index >= 0:
                    self.work.add_picture(Path(chosen), index, (5.0, 2.0))
            except Told as problem:
                self._failed(problem)

    def _edit(self, id_: str) -> None:
        self.right.setCurrentWidget(self.panel)
        self.panel.edit(id_)

    def _reveal(self, id_: str) -> None:
        if place := self.canvas.place(id_):
            self.canvas.show_box(place.page, place.box)

    def _go_to_problem(self, id_: str) -> None:
        if id_ in self.document.spots:
            self.canvas.reveal(id_)
            self.canvas.setFocus()

    def _count_problems(self, count: int) -> None:
        self.right.setTabText(1, _("Problems") + (f" ({count})" if count else ""))
        self.right.setTabIcon(1, icons.icon("warning", "amber") if count else icons.icon("checkmark", "green"))

    def _name_of(self, id_: str) -> str:
        if id_ not in self.document.spots:
            return id_
        thing = self.document.thing(id_)
        return band_title(thing) if self.document.spots[id_].kind == "band" else short_name(thing)

    def _failed(self, error: BaseException) -> None:
        self.shell.notices.error(error)

    # The menu of the right button

    def open_menu(self, where: QPoint) -> None:
        """What can be done with what is selected."""
        menu = self.make_menu()
        menu.exec(where)
        menu.deleteLater()

    def make_menu(self) -> QMenu:
        work, menu = self.work, QMenu(self)
        for words, icon, keys, do in self._entries():
            if do is None:
                menu.addSeparator()
            else:
                action = menu.addAction(icons.icon(icon), words, do)
                action.setShortcut(keys)
        bands = [i for i in self.document.selection if self.document.spots[i].kind == "band"]
        if bands:
            menu.addSeparator()
            menu.addAction(icons.icon("arrow_up"), _("Move up"), lambda: work.move_band(-1))
            menu.addAction(icons.icon("arrow_down"), _("Move down"), lambda: work.move_band(1))
        return menu

    def _entries(self) -> list[tuple[str, str, str, Callable[[], object] | None]]:
        work = self.work
        line: tuple[str, str, str, Callable[[], object] | None] = ("", "", "", None)
        found: list[tuple[str, str, str, Callable[[], object] | None]] = []
        if self.document.elements:
            found += [
                (_("Cut"), "cut", "Ctrl+X", work.cut),
                (_("Copy"), "copy", "Ctrl+C", work.copy),
                (_("Make a copy"), "document_multiple", "Ctrl+D", work.duplicate),
            ]
        found.append((_("Paste"), "clipboard_paste", "Ctrl+V", work.paste))
        if self.document.elements:
            found += [
                line,
                (_("To the front"), "position_to_front", "Ctrl+Shift+]", lambda: work.restack("front")),
                (_("To the back"), "position_to_back", "Ctrl+Shift+[", lambda: work.restack("back")),
                (_("Lock or unlock"), "lock_closed", "Ctrl+L", work.lock),
            ]
        if self.document.selection:
            found += [line, (_("Delete"), "delete", "Del", work.remove)]
        return found


def _padded(widget: QWidget) -> QWidget:
    holder = QWidget()
    column = QVBoxLayout(holder)
    edge = theme.size("gap")
    column.setContentsMargins(edge, edge, edge, edge)
    column.addWidget(widget)
    return holder


def _decoded(stored: str) -> QImage:
    try:
        return faint(base64.b64decode(stored, validate=True), _BACKGROUND)
    except (binascii.Error, ValueError):
        return QImage()
