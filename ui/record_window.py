"""The window of one record of any type: header, form, lines, related lists, files and history, all from its declaration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from types import ModuleType
from typing import Any

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from crm_desktop.draft import Merged, Ref
from crm_desktop.errors import Conflict, Invalid, Missing
from crm_desktop.records.record_type import Operation
from crm_desktop.services.history import RevisionInfo
from crm_desktop.services.kept_drafts import Kept
from crm_desktop.words import _
from ui import theme
from ui.approval_strip import ApprovalStrip
from ui.conflict_dialog import settle_conflict
from ui.create_dialog import create_in_dialog
from ui.customer_panel import SIDE_PANELS
from ui.editor_base import Around
from ui.form import RecordForm
from ui.lines_panel import LinesPanel
from ui.operation_dialogs import OWN_DIALOGS, ask_about
from ui.record_actions import add_shortcuts, copy_values, delete_record
from ui.record_banners import RecordBanners
from ui.record_chain import make_next
from ui.record_editing import RecordEditing
from ui.record_header import MenuEntry, RecordHeader
from ui.record_people import RecordPeople
from ui.record_tabs import RecordTabs
from ui.revision_dialog import RevisionDialog
from ui.shell import Shell
from ui.waiting import wait_for
from ui.widgets.labels import Label
from ui.widgets.panels import EmptyState

_PATIENCE = 100  # times 40 ms that Save waits for a look-up still under way


class RecordWindow(QWidget):
    """A tab with one record; `record_id` None is a new one that begins with `preset`."""

    def __init__(self, shell: Shell, type_key: str, record_id: int | None = None, preset: Mapping[str, Any] | None = None) -> None:
        super().__init__()
        self.shell, self.app = shell, shell.app
        self.kind = shell.app.type(type_key)
        self.icon = self.kind.icon
        self.record_id = record_id
        self.editing = RecordEditing(shell.app, shell.tasks, self.kind, self)
        self._new_key = f"new:{type_key}:{id(self)}"
        self._closing, self._patience = False, 0
        around = Around(shell.app, shell.tasks, open_record=shell.open_record, failed=shell.notices.error)
        around.create = partial(create_in_dialog, shell.notices, around)
        self.around = around
        self.form = RecordForm(self.kind, around)
        self.lines = LinesPanel(self.kind, around) if self.kind.lines else None
        self._check_timer = QTimer(self, singleShot=True, interval=300)
        self._check_timer.timeout.connect(self._check)
        self._lay_out()
        self._connect()
        self._add_shortcuts()
        if record_id is None:
            self.editing.begin(preset or {})
        else:
            self.editing.load(record_id)

    # What the shell asks

    @property
    def title(self) -> str:
        if self.editing.draft.id is None:
            return _("New {thing}").format(thing=_(self.kind.title)) if self.record_id is None else _(self.kind.title)
        return self.kind.label_of(self.editing.base.values) or _(self.kind.title)

    @property
    def tab_key(self) -> str:
        return self._new_key if self.record_id is None else f"record:{self.kind.key}:{self.record_id}"

    @property
    def unsaved(self) -> bool:
        return not self._closing and self.editing.loaded and self.editing.unsaved

    def refresh(self) -> None:
        """F5: read everything again, after asking where text would be lost."""
        ask, question = self.shell.notices.ask, _("Throw away what you typed?")
        if not self.unsaved or ask(question, yes=_("Throw away"), no=_("Keep editing"), danger=True):
            self.editing.forget()
            self.editing.reload()
            self.tabs.refresh()

    def close_request(self) -> bool:
        """Whether the tab may go; asks about unsaved text."""
        self.finish_typing()
        answer = self.shell.notices.ask_unsaved(self.title) if self.unsaved else "discard"
        if answer == "stay" or (answer == "save" and not self.save_and_wait()):
            return False
        self.editing.forget()  # nothing more: another tab may still refuse, and then this one stays as it is
        return True

    # Building

    def _lay_out(self) -> None:
        self.tabs = RecordTabs(self.shell, self.kind, self._details())
        self.people = RecordPeople(self.shell, self.editing, lambda: self.title)
        history = ("history", _("History"), "", lambda: self.tabs.show_tab("history"))
        entries: list[MenuEntry | None] = [history, *self.people.entries()]
        if self.app.actor.may(f"{self.kind.key}.add"):
            entries.insert(0, ("copy", _("Duplicate"), "Ctrl+Shift+D", self.duplicate))
        if self.app.actor.may(f"{self.kind.key}.delete"):
            entries += [None, ("delete", _("Delete…"), "", self.delete)]
        self.header = RecordHeader(self.app, self.kind, tuple(entries), partial(make_next, self))
        self.banners = RecordBanners()
        self.approval = ApprovalStrip(self.shell, self.editing)
        self.people.place(self.header, self.banners)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self.approval)
        column.addWidget(self.banners)
        self._middle = QHBoxLayout()
        self._middle.setContentsMargins(0, 0, 0, 0)
        self._middle.setSpacing(0)
        self._middle.addWidget(self.tabs, 1)
        column.addLayout(self._middle, 1)
        maker = SIDE_PANELS.get(self.kind.key)
        self.side: QWidget | None = maker(self.shell) if maker else None
        if self.side is not None:
            self._middle.addWidget(self.side)
            self.side.hide()

    def _details(self) -> QWidget:
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        page = QWidget()
        page.setProperty("scrolled", "true")
        column = QVBoxLayout(page)
        edge = theme.size("page")
        column.setContentsMargins(edge, theme.size("margin"), edge, edge)
        column.setSpacing(theme.size("page"))
        self.hint = Label("", "dim", wrap=True)
        self.hint.hide()
        column.addWidget(self.hint)
        column.addWidget(self.form)
        if self.lines:
            self.form.put_lines(self.lines, self.lines.grid)
        self.stamp = Label("", "faint")
        column.addWidget(self.stamp)
        column.addStretch(1)
        self._area.setWidget(page)
        self.form.setEnabled(False)
        return self._area

    def _connect(self) -> None:
        editing = self.editing
        editing.shown.connect(self._show)
        editing.worked_out.connect(self._worked_out)
        editing.changed.connect(self._state_changed)
        editing.problems_found.connect(self._problems_found)
        editing.conflict.connect(self._conflict)
        editing.saved.connect(self._saved)
        editing.failed.connect(self._failed)
        editing.offered.connect(self._offer_kept)
        editing.gone.connect(lambda: self.banners.gone(partial(self.shell.close_screen, self)))
        editing.typing = lambda: self.lines is not None and self.lines.grid.typing
        self.form.edited.connect(self._edited)
        if self.lines:
            self.lines.edited.connect(partial(self._edited, ""))
            self.lines.grid.cursor_moved.connect(self._follow_cursor)
            self.lines.grid.ended.connect(self.form.focus_after_lines)
        self.header.save_wanted.connect(self.save)
        self.header.print_wanted.connect(self.print)
        self.header.operation_wanted.connect(self.operate)
        self.header.history_wanted.connect(partial(self.tabs.show_tab, "history"))
        self.tabs.undone.connect(editing.reload)
        self.tabs.revision_wanted.connect(self._show_revision)
        self.tabs.may_undo = self._may_undo

    def _add_shortcuts(self) -> None:
        keys: dict[str, Callable[[], object]] = {"Ctrl+S": self.save, "Ctrl+P": self.print, "Ctrl+Shift+D": self.duplicate}
        keys |= {f"Alt+{n}": partial(self.tabs.show_at, n - 1) for n in range(1, 10)}
        add_shortcuts(self, keys | {"Esc": partial(self.shell.close_screen, self)})

    # Showing

    def _show(self) -> None:
        draft = self.editing.draft
        self.record_id = draft.id if draft.id is not None else self.record_id
        self.form.setEnabled(True)
        self.form.show_draft(draft, self.editing.may_edit)
        grant = "add" if draft.id is None else "change"
        if self.lines:
            self.lines.show_draft(draft, self.editing.locked or not self.app.actor.may(f"{self.kind.key}.{grant}"))
        self._show_hint()
        self._show_stamp()
        if draft.id is not None:
            self.tabs.show_record(draft.id, Ref(draft.id, self.kind.label_of(draft.values)))
            if self.side is not None:
                self.side.show_record(draft)  # type: ignore[attr-defined]
                self._place_side()
        self._state_changed()
        if draft.id is None and self.isVisible():
            self.form.focus_first()

    def _show_hint(self) -> None:
        """Why a document cannot be typed into, and what opens it."""
        revise = next((o for o in self.kind.offered(self.editing.draft) if o.keeps_revision), None)
        state = self.kind.state(self.editing.draft)
        words = ""
        if self.kind.locked(self.editing.draft) and state:
            words = _("This document is {state}: most fields are closed.").format(state=state.shown())
            words += " " + _("“{operation}” opens it again and keeps this version.").format(operation=_(revise.label)) if revise else ""
        self.hint.setText(words)
        self.hint.setVisible(bool(words))

    def _show_stamp(self) -> None:
        values, parts = self.editing.draft.values, []
        for words, at, by in ((_("Created"), "created_at", "created_by"), (_("Changed"), "updated_at", "updated_by")):
            moment, who = values.get(at), values.get(by)
            if moment is not None and self.editing.draft.id is not None:
                parts.append(f"{words} {moment.astimezone():%Y-%m-%d %H:%M} {getattr(who, 'label', '')}".strip())
        self.stamp.setText("   ·   ".join(parts))

    def _worked_out(self, name: str) -> None:
        self.form.refresh(name)
        if self.lines:
            self.lines.show_sums()

    def _state_changed(self) -> None:
        self.editing.unread = self.form.errors | (self.lines.unread if self.lines else {})
        draft = self.editing.draft
        new = draft.id is None
        focused = self.isAncestorOf(QApplication.focusWidget() or self)
        self.header.show_draft(draft, self.title, unsaved=self.unsaved or (new and self.editing.loaded), printable=not new)
        self.header.set_busy(self.editing.busy)
        if focused and not self.isAncestorOf(QApplication.focusWidget() or self):
            self.setFocus()  # the button that was pressed is gone or disabled
        self.shell.tab_changed(self)

    def _edited(self, name: str) -> None:
        self.editing.unread = self.form.errors | (self.lines.unread if self.lines else {})
        self.editing.edited(name)
        self._check_timer.start()

    def _check(self) -> None:
        """Look at the rules while the person types; only what was touched is marked."""
        self._show_problems(self.editing.problems())

    def _show_problems(self, problems: Mapping[str, str], *, all_of_them: bool = False) -> None:
        self.form.show_problems(problems, all_of_them=all_of_them)
        if self.lines:
            shown = {n: w for n, w in problems.items() if all_of_them or (not n.endswith(".name") and n != "lines")}
            self.lines.show_problems(shown)

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, Missing) and not self.editing.loaded:
            self.form.hide()
            self.banners.put(EmptyState("info", error.message, error.advice))
        else:
            self.shell.notices.error(error)

    def _follow_cursor(self, at: QPoint) -> None:
        """Scroll the page so that the cell being typed into is seen, with the line below it."""
        page = self._area.widget()
        if self.lines and page is not None and self.lines.grid.hasFocus():
            spot = self.lines.grid.mapTo(page, at)
            self._area.ensureVisible(0, spot.y(), 0, theme.current().px(70))

    def _place_side(self) -> None:
        if self.side is not None:
            self.side.setVisible(self.editing.draft.id is not None and self.width() >= theme.current().px(1040))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_side()

    def focusInEvent(self, event: Any) -> None:
        super().focusInEvent(event)
        if self.editing.loaded and self.editing.draft.id is None:
            self.form.focus_first()

    # Saving

    def finish_typing(self) -> None:
        """Take what stands in a cell that is being typed into."""
        if self.lines:
            self.lines.grid.commit()

    def save(self) -> None:
        """Save what is typed; a look-up still under way is waited for."""
        self.finish_typing()
        if not self.editing.loaded or self.editing.busy:
            return
        if self._looking_up() and self._patience < _PATIENCE:
            self._patience += 1
            QTimer.singleShot(40, self, self.save)
            return
        self._patience = 0
        unread = self.form.errors | (self.lines.unread if self.lines else {})
        if unread:
            self._mark(unread)
            self.editing.finished.emit(False)
        elif self.unsaved or self.editing.draft.id is None:
            self.editing.save()
        else:
            self.editing.finished.emit(True)

    def save_and_wait(self) -> bool:
        """Save and come back when it is done; whether it was saved."""
        return wait_for(self, self.editing.finished, self.save)

    def _looking_up(self) -> bool:
        return self.form.looking_up or (self.lines is not None and self.lines.grid.looking_up)

    def _mark(self, unread: Mapping[str, str]) -> None:
        self._show_problems(self.editing.problems() | dict(unread), all_of_them=True)
        self._go_to_problem(next(iter(unread)))
        self.shell.notices.say(_("Nothing was saved. Please correct the marked fields."), icon="warning")

    def _problems_found(self, error: Invalid) -> None:
        self._show_problems(error.problems, all_of_them=True)
        first = next((n for n in error.problems if n in self.form.rows or n.startswith("lines")), "")
        if first:
            self.tabs.show_at(0)
            self._go_to_problem(first)
            self.shell.notices.say(error.message.splitlines()[0] if len(error.problems) == 1 else error.advice, icon="warning")
        else:
            self.shell.notices.error(error)

    def _go_to_problem(self, name: str) -> None:
        if name in self.form.rows:
            self.form.focus_field(name)
        elif self.lines and name.startswith("lines"):
            self.lines.go_to_problem(name)

    def _saved(self) -> None:
        self.tabs.refresh()
        self.shell.notices.say(_("Saved"))

    def _conflict(self, error: Conflict, merged: Merged | None) -> None:
        settle_conflict(self, self.shell.notices, self.editing, error, merged)

    # Operations and the menu

    def operate(self, operation: Operation) -> None:
        """Carry out an operation: what is typed is saved first, a reason is asked where one is needed."""
        self.finish_typing()
        if (ask := OWN_DIALOGS.get((self.kind.key, operation.name))) is not None:
            if not self.unsaved or self.save_and_wait():
                ask(self, self.shell, self.editing.draft)
            return
        reason = ask_about(self, self.shell, operation)
        if reason is not None and (not self.unsaved or self.save_and_wait()):
            self.editing.operate(operation, reason)

    def print(self) -> None:
        """Show the preview; what is typed is saved first."""
        self.finish_typing()
        if not (self.unsaved or self.editing.draft.id is None) or self.save_and_wait():
            # Loaded when it is first needed: what makes PDFs costs a third of a second, which the window must not wait for.
            self.shell.tasks.run(partial(import_module, "ui.print_dialog"), self._preview, owner=self)

    def _preview(self, dialog: ModuleType) -> None:
        dialog.print_record(self, self.shell, self.kind, int(self.editing.draft.id or 0), self.title)

    def duplicate(self) -> None:
        """A new record that begins with the values of this one."""
        self.shell.new_record(self.kind.key, **copy_values(self.kind, self.editing.draft))

    def delete(self) -> None:
        """Delete the record, after asking; it can be brought back."""
        if self.editing.draft.id is not None:
            delete_record(self.shell, self.kind, self.editing.draft.id, self.title, self.editing.origin, self._deleted)

    def _deleted(self) -> None:
        self._closing = True
        self.editing.close()
        self.shell.close_screen(self)

    # Others

    def _offer_kept(self, found: list[Kept]) -> None:
        in_use = {w.editing.slot for w in self.window().findChildren(RecordWindow) if w is not self}
        free = [kept for kept in found if not kept.slot or kept.slot not in in_use]
        if free:
            self.banners.offer_kept(free[0], partial(self.editing.take_kept, free[0]), partial(self.editing.forget, free[0].slot))

    def _may_undo(self) -> bool:
        return not self.unsaved or self.save_and_wait()

    def _show_revision(self, revision: RevisionInfo) -> None:
        dialog = RevisionDialog(self, self.around, self.kind, revision)
        dialog.exec()
        dialog.deleteLater()


def make_record(shell: Shell, type_key: str, record_id: int) -> QWidget:
    """The window of a record."""
    return RecordWindow(shell, type_key, record_id)


def make_new(shell: Shell, type_key: str, **preset: Any) -> QWidget:
    """The window of a new record that begins with `preset`."""
    return RecordWindow(shell, type_key, None, preset)
