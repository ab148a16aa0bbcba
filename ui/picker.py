"""Choosing another record: type to search, Enter takes, F4 opens the list, Ctrl+Enter shows the record.

`PickerLine` is the line itself, used in forms and in the cells of line tables. What is typed is looked up on another thread;
Enter pressed before the answer is there is remembered, so a scanner or a quick typist never waits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.records.record_type import Field
from crm_desktop.services.lookup import exact, suggest
from crm_desktop.words import _
from ui import theme
from ui.editor_base import Around, Editor
from ui.picker_dialog import pick_from_list
from ui.suggestions import Suggestions
from ui.widgets.buttons import IconButton

QUIET = 120  # milliseconds without a key before a search begins
_SHOWN = 12


def find(app: Application, target: str, text: str, within: Mapping[str, Any], *, sure: bool = False) -> Ref | None:
    """The record a typed or scanned text means: its exact code first, else the best that fits. For worker threads.

    sure: nobody saw the suggestions, so the best of several is not taken unless it is called just that.
    """
    text = text.strip()
    if not text:
        return None
    if not within and (found := exact(app, target, text)):
        return found
    hits = suggest(app, target, text, 2, within)
    if not hits or (sure and len(hits) > 1 and text.casefold() not in (hits[0].label.casefold(), hits[0].number.casefold())):
        return None
    return Ref(hits[0].id, hits[0].label)


class PickerLine(QLineEdit):
    """A line that holds one record. `picked` carries the Ref, or None when it was emptied."""

    picked = Signal(object)
    new_wanted = Signal(str)  # the text to begin with
    list_wanted = Signal()
    jump_wanted = Signal()

    def __init__(
        self, about: Field, around: Around, within: Callable[[], Mapping[str, Any]] | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.about, self.around = about, around
        self._within = within or (lambda: around.within(about))
        self.ref: Ref | None = None
        self.problem = ""
        self.looks_up_on_leaving = True  # in a cell, the table does it
        self._ticket, self._hits_for, self._resolving = 0, "", 0
        self._popup: Suggestions | None = None
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.setInterval(QUIET)
        self._quiet.timeout.connect(self.search)
        self.textEdited.connect(self._edited)
        self.setPlaceholderText("")

    # What is shown and what is typed

    def show_ref(self, ref: Ref | None) -> None:
        """Show a record (or none)."""
        self.ref, self.problem = ref, ""
        self._ticket += 1
        self._quiet.stop()
        text = (ref.label or f"#{ref.id}") if ref else ""
        if self.text() != text:
            self.setText(text)
            self.setCursorPosition(0)
        self.hide_popup()

    @property
    def open_text(self) -> str:
        """What is typed and stands for no record yet."""
        text = self.text().strip()
        return "" if self.ref is not None and text == (self.ref.label or f"#{self.ref.id}") else text

    def search(self) -> None:
        """Ask for suggestions now."""
        self._quiet.stop()
        self._ticket += 1
        ticket, text = self._ticket, self.open_text
        work = partial(suggest, self.around.app, self.about.target, text, _SHOWN, dict(self._within()))
        self.around.tasks.run(work, partial(self._arrived, ticket, text), partial(self._failed, ticket), owner=self)

    def _edited(self, _text: str) -> None:
        self.problem = ""
        self._quiet.start()
        if not self.text().strip():
            self._take(None)

    def _arrived(self, ticket: int, text: str, hits: list[Any]) -> None:
        if ticket != self._ticket or not self.hasFocus():
            return
        self._hits_for = text
        if self._popup is None:
            self._popup = Suggestions(self)
            self._popup.taken.connect(self._taken)
        may_add = self.around.create is not None and self.around.app.actor.may(f"{self.about.target}.add")
        title = _(self.around.app.type(self.about.target).title)
        self._popup.show_hits(hits, _("New {thing}").format(thing=title) if may_add else "")

    def _failed(self, ticket: int, error: BaseException) -> None:
        if ticket == self._ticket:
            self.around.failed(error)

    def _taken(self, hit: Any) -> None:
        if hit is None:
            self.hide_popup()
            self.new_wanted.emit(self.open_text)
        else:
            self._take(Ref(hit.id, hit.label))

    def _take(self, ref: Ref | None) -> None:
        if ref is None:
            self._forget()
        else:
            self.show_ref(ref)
        self.picked.emit(ref)

    def _forget(self) -> None:
        self.ref = None
        self.hide_popup()

    @property
    def popup_open(self) -> bool:
        return self._popup is not None and self._popup.isVisible()

    def hide_popup(self) -> None:
        """Take the suggestions away."""
        if self._popup is not None:
            self._popup.hide()

    def take_highlighted(self) -> bool:
        """Take the suggestion that is marked, where the suggestions belong to what is typed."""
        if not self.popup_open or self._hits_for != self.open_text or not self.open_text:
            return False
        assert self._popup is not None
        chosen, hit = self._popup.current()
        if not chosen:
            return False
        self._taken(hit)
        return True

    def resolve(self, *, sure: bool = False) -> None:
        """Look up what is typed although nothing was chosen: at Enter before the answer, or (`sure`) on leaving."""
        text = self.open_text
        if not text:
            return
        self._ticket += 1
        ticket = self._ticket
        self._quiet.stop()
        self._resolving += 1
        work = partial(find, self.around.app, self.about.target, text, dict(self._within()), sure=sure)
        self.around.tasks.run(work, partial(self._resolved, ticket, text), partial(self._resolve_failed, ticket), owner=self)

    def _resolve_failed(self, ticket: int, error: BaseException) -> None:
        self._resolving -= 1
        self._failed(ticket, error)

    def _resolved(self, ticket: int, text: str, ref: Ref | None) -> None:
        self._resolving -= 1
        if ticket != self._ticket or text != self.open_text:
            return
        if ref is None:
            self.problem = not_found(self.around.app, self.about, text)
            self._forget()
            self.picked.emit(None)
        else:
            self._take(ref)

    # Qt

    def handle_key(self, event: QKeyEvent) -> bool:
        """Keys that belong to the suggestions; False leaves them to whoever is around."""
        key, control = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if key == Qt.Key.Key_F4:
            self.hide_popup()
            self.list_wanted.emit()
            return True
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and control and self.ref:
            self.jump_wanted.emit()
            return True
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up) and not event.modifiers() & Qt.KeyboardModifier.AltModifier:
            if self.popup_open:
                assert self._popup is not None
                self._popup.step(1 if key == Qt.Key.Key_Down else -1)
                return True
            if key == Qt.Key.Key_Down and not self.isReadOnly():
                self.search()
                return True
        if key == Qt.Key.Key_Escape and self.popup_open:
            self.hide_popup()
            return True
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.handle_key(event):
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.open_text:
            if not self.take_highlighted():
                self.resolve()
            return
        if event.key() == Qt.Key.Key_Escape and self.open_text and self.ref is not None:
            self.show_ref(self.ref)
            return
        super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier and self.ref is not None:
            self.jump_wanted.emit()
            return
        super().mousePressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.ActiveWindowFocusReason:
            self.hide_popup()
        if self.open_text and self.looks_up_on_leaving and not self.isReadOnly():
            self.resolve(sure=True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.hide_popup()

    @property
    def looking_up(self) -> bool:
        """Whether typed text still waits for its record."""
        return self._resolving > 0

    def event(self, event: QEvent) -> bool:
        escapes = event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
        if escapes and (self.popup_open or (self.open_text and self.ref is not None)):
            event.accept()  # Esc closes the suggestions, not the window
            return True
        if event.type() == QEvent.Type.DeferredDelete and self._popup is not None:
            self._popup.deleteLater()
            self._popup = None
        return super().event(event)


def not_found(app: Application, about: Field, text: str) -> str:
    """Words for a text that fits no record."""
    return _("No {thing} fits “{text}”.").format(thing=_(app.type(about.target).title), text=text)


class ReferenceEditor(Editor):
    """A line that holds another record, with the ways to its list and to its own window."""

    def __init__(self, about: Field, around: Around, parent: QWidget | None = None) -> None:
        super().__init__(about, around, parent)
        self.input = PickerLine(about, around)
        self.use(self.input)
        self.jump = IconButton("open", _("Open this record  (Ctrl+Enter)"), self.open_it)
        self.list = IconButton("chevron_down", _("Choose from the list  (F4)"), self.choose)
        for button in (self.jump, self.list):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self.row.addWidget(button)
        self.jump.hide()
        self.input.picked.connect(self._picked)
        self.input.textEdited.connect(lambda _text: self.changed.emit())
        self.input.new_wanted.connect(self._new)
        self.input.list_wanted.connect(self.choose)
        self.input.jump_wanted.connect(self.open_it)

    @property
    def looking_up(self) -> bool:
        return self.input.looking_up

    def value(self) -> Any:
        if self.input.open_text:
            raise ValueError(self.input.problem or _("Please pick it from the list."))
        return self.input.ref

    def show_value(self, value: Any) -> None:
        if value is None and self.input.open_text and self.input.hasFocus():
            return
        self.input.show_ref(value)
        self.jump.setVisible(value is not None and self.about.target in self.around.app.types)

    def set_read_only(self, on: bool) -> None:
        self.read_only = on
        self.input.setReadOnly(on)
        theme.restyle(self.input)
        self.list.setVisible(not on)

    def choose(self) -> None:
        """Open the list to choose from."""
        if self.read_only:
            return
        ref = pick_from_list(self, self.around, self.about, self.input.open_text)
        if ref is not None:
            self.input.show_ref(ref)
            self._picked(ref)
        self.input.setFocus()

    def open_it(self) -> None:
        """Show the record in its own window."""
        if self.input.ref is not None:
            self.around.open_record(self.about.target, self.input.ref.id)

    def _picked(self, ref: Ref | None) -> None:
        self.jump.setVisible(ref is not None)
        self.changed.emit()
        self.settled.emit()

    def _new(self, text: str) -> None:
        if self.around.create is not None:
            self.around.create(self, self.about.target, preset_for(self.around, self.about, text), self._created)

    def _created(self, ref: Ref) -> None:
        self.input.show_ref(ref)
        self._picked(ref)
        self.input.setFocus()


def preset_for(around: Around, about: Field, text: str) -> dict[str, Any]:
    """What a new record begins with: the limits of the field, and the typed text as its name."""
    target = around.app.type(about.target)
    named = next((n for n in target.label if target.fields[n].kind in ("text", "code")), "")
    return dict(around.within(about)) | ({named: text} if named and text else {})
