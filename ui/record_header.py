"""The head of a record's window: what it is, in which state, whose, and what makes sense to do with it now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QSizePolicy, QVBoxLayout, QWidget

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Ref
from crm_desktop.kinds import show
from crm_desktop.records.record_type import Operation, RecordType, Successor
from crm_desktop.services.becoming import offered
from crm_desktop.words import _
from ui import icons, theme
from ui.widgets.buttons import Button, IconButton
from ui.widgets.labels import Avatar, IconLabel, Label, Tag

_BUTTONS = 2  # operations shown as buttons; the others stand in the menu
_TAG_FIELDS = 3  # coloured choices shown beside the title
MenuEntry = tuple[str, str, str, Callable[[], object]]
"""Icon, words, keys shown beside them, what it does."""


class RecordHeader(QFrame):
    """Title, number, tags and owner at the left; operations, Save, Print and the menu at the right."""

    save_wanted = Signal()
    print_wanted = Signal()
    operation_wanted = Signal(object)
    history_wanted = Signal()

    def __init__(
        self,
        app: Application,
        kind: RecordType,
        menu_entries: tuple[MenuEntry | None, ...],
        make_next: Callable[[Successor], object],
    ) -> None:
        super().__init__()
        self.app, self.kind, self._make_next = app, kind, make_next
        self._entries = menu_entries
        self.setProperty("line", "bottom")
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.size("page"), 12, theme.size("margin"), 12)
        row.setSpacing(theme.size("gap"))
        row.addWidget(IconLabel(kind.icon, "accent", 24))
        row.addSpacing(2)
        words = QVBoxLayout()
        words.setSpacing(2)
        first = QHBoxLayout()
        first.setSpacing(theme.size("gap"))
        self.title = _Elided()
        first.addWidget(self.title)
        self._tags = QHBoxLayout()
        self._tags.setSpacing(6)
        first.addLayout(self._tags)
        first.addStretch(1)
        words.addLayout(first)
        second = QHBoxLayout()
        second.setSpacing(6)
        self.details = Label("", "small")
        second.addWidget(self.details)
        second.addStretch(1)
        words.addLayout(second)
        row.addLayout(words, 1)
        self.owner = Avatar("", 26)
        row.addWidget(self.owner)
        self.owner.hide()
        self.company = Company()
        row.insertWidget(row.indexOf(self.owner), self.company)
        self.shared = IconLabel("people_team", "violet")
        row.insertWidget(row.indexOf(self.owner), self.shared)
        self.shared.hide()
        self._actions = QHBoxLayout()
        self._actions.setSpacing(theme.size("gap"))
        row.addLayout(self._actions)
        self.save = Button(_("Save"), "save", clicked=self.save_wanted.emit, tip=_("Save  (Ctrl+S)"))
        self.print = IconButton("print", _("Print  (Ctrl+P)"), self.print_wanted.emit)
        self.more_menu = QMenu(self)
        self.more = IconButton("more_horizontal", _("More"), menu=self.more_menu)
        for widget in (self.save, self.print, self.more):
            row.addWidget(widget)

    def show_draft(self, draft: Draft, title: str, *, unsaved: bool, printable: bool) -> None:
        """Show a record as it stands now."""
        self.title.setText(title)
        self._show_tags(draft)
        self.details.setText(self._details(draft))
        self.details.setVisible(bool(self.details.text()))
        owner = draft.values.get("owner_id")
        self.owner.setVisible(isinstance(owner, Ref) and bool(owner.label))
        if isinstance(owner, Ref):
            self.owner.set_name(owner.label)
        self.print.setVisible(printable)
        operations = [o for o in self.kind.offered(draft) if self.app.actor.may(f"{self.kind.key}.{o.name}")]
        operations.sort(key=lambda o: not o.primary)
        successors = offered(self.app, self.kind, draft)
        self._show_operations(operations, unsaved)
        self._show_successors([s for s in successors if s.primary])
        self._fill_menu(operations, successors, draft)
        self.save.setEnabled(unsaved)
        theme.restyle(self.save, kind="primary" if unsaved else "")
        self.save.setIcon(icons.icon("save", "on_accent" if unsaved else "dim"))

    def mark_shared(self, words: str) -> None:
        """Show that the record is shared, and with whom; "" for one that is not."""
        self.shared.setToolTip(words)
        self.shared.setAccessibleName(words)
        self.shared.setVisible(bool(words))

    def show_company(self, names: Sequence[str]) -> None:
        """Show who else has the record open."""
        self.company.show_names(tuple(names))

    def set_busy(self, busy: bool) -> None:
        """While it is being saved, nothing can be pressed twice."""
        for button in self.findChildren(Button):
            button.setEnabled(not busy and (button is not self.save or button.property("kind") == "primary"))

    def _show_tags(self, draft: Draft) -> None:
        _clear(self._tags)
        visible = self.kind.visible(self.app.actor)
        shown = 0
        for name, about in visible.items():
            if about.kind not in ("state", "option") or not draft.values.get(name) or shown == _TAG_FIELDS:
                continue
            choice = self.app.options.find(about.options, draft.values[name])
            telling = choice is not None and about.width and about.section == "General" and (choice.tone != "grey" or name == "status")
            if about.kind == "state" or telling:
                self._tags.addWidget(Tag(choice.shown() if choice else str(draft.values[name]), choice.tone if choice else "grey"))
                shown += 1
        for word in draft.values.get("tags") or ():
            self._tags.addWidget(Tag(str(word)))

    def _details(self, draft: Draft) -> str:
        parts = []
        if self.kind.number and draft.id is not None and self.kind.number not in self.kind.label:
            parts.append(str(draft.values.get(self.kind.number) or ""))
        for name in self.kind.subtitle:
            if name != self.kind.number and name in self.kind.fields and draft.id is not None:
                parts.append(show(draft.values.get(name), self.kind.fields[name], self.app.options))
        if draft.values.get("revision"):
            parts.append(_("Revision {number}").format(number=draft.values["revision"]))
        return "  ·  ".join(p for p in parts if p)

    def _show_operations(self, operations: list[Operation], unsaved: bool) -> None:
        _clear(self._actions)
        for operation in operations[:_BUTTONS]:
            kind = "primary" if operation.primary and not unsaved else ""
            button = Button(_(operation.label), operation.icon, kind=kind, clicked=partial(self.operation_wanted.emit, operation))
            self._actions.addWidget(button)

    def _show_successors(self, successors: list[Successor]) -> None:
        for successor in successors:
            wanted = partial(self._make_next, successor)
            self._actions.insertWidget(0, Button(_(successor.label), successor.icon, clicked=wanted))
        items = (self._actions.itemAt(at) for at in range(self._actions.count()))
        shown = [widget for item in items if item is not None and (widget := item.widget()) is not None]
        for before, after in pairwise(shown):
            self.setTabOrder(before, after)

    def _fill_menu(self, operations: list[Operation], successors: Sequence[Successor], draft: Draft) -> None:
        self.more_menu.clear()
        for successor in successors:
            action = self.more_menu.addAction(icons.icon(successor.icon), _(successor.label))
            action.triggered.connect(lambda _on=False, successor=successor: self._make_next(successor))
        if successors:
            self.more_menu.addSeparator()
        for operation in operations[_BUTTONS:]:
            action = self.more_menu.addAction(icons.icon(operation.icon), _(operation.label))
            action.triggered.connect(lambda _on=False, operation=operation: self.operation_wanted.emit(operation))
        if operations[_BUTTONS:]:
            self.more_menu.addSeparator()
        for entry in self._entries:
            if entry is None:
                self.more_menu.addSeparator()
                continue
            icon, words, keys, do = entry
            action = self.more_menu.addAction(icons.icon(icon), f"{words}\t{keys}" if keys else words)
            action.triggered.connect(lambda _on=False, do=do: do())
            action.setEnabled(draft.id is not None)


class Company(QWidget):
    """Those who have the same record open elsewhere, each as a small round picture."""

    _MOST = 3

    def __init__(self) -> None:
        super().__init__()
        self.names: tuple[str, ...] = ()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(2)
        self.hide()

    def show_names(self, names: tuple[str, ...]) -> None:
        """Show these; none: nothing."""
        if names == self.names:
            return
        self.names = names
        _clear(self._row)
        words = _("Also open here: {names}").format(names=_(", ").join(names))
        if names:
            self._row.addWidget(IconLabel("eye", "dim"))
        for name in names[: self._MOST]:
            self._row.addWidget(Avatar(name, 22))
        if len(names) > self._MOST:
            self._row.addWidget(Label(f"+{len(names) - self._MOST}", "small"))
        for part in self.findChildren(QWidget):
            part.setToolTip(words)
        self.setToolTip(words)
        self.setAccessibleName(words)
        self.setVisible(bool(names))


class _Elided(Label):
    """A title that gives way to what stands beside it."""

    def __init__(self) -> None:
        super().__init__("", "title")
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self.setMinimumWidth(theme.current().px(60))
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)

    def setText(self, text: str) -> None:
        super().setText(text)
        self.setToolTip(text)


def _clear(layout: QHBoxLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        widget: QWidget | None = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
