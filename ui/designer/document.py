"""The template on the table: what it is now, what is selected, and every step back to where it came from."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from crm_desktop.printing.template import Template
from ui.designer import edits
from ui.designer.edits import Spot


class Document(QObject):
    """One template being changed. `do` is the only way to change it, so that every change has a name and can be undone."""

    changed = Signal()
    """The template is another one."""
    selected = Signal()
    """Other things are selected."""

    def __init__(self, template: Template, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._template = template
        self.spots = edits.index(template)
        self.stack = QUndoStack(self)
        self._selection: tuple[str, ...] = ()
        self._serial = 0

    @property
    def template(self) -> Template:
        return self._template

    @property
    def selection(self) -> tuple[str, ...]:
        """Ids in the order they were chosen; the last is the one that others are measured by."""
        return self._selection

    @property
    def elements(self) -> tuple[str, ...]:
        """The selected elements."""
        return tuple(i for i in self._selection if self.spots[i].kind == "element")

    def load(self, template: Template) -> None:
        """Another template from outside, such as an older version; one step of undo."""
        self.do("", lambda _old: template)

    def begin_with(self, template: Template) -> None:
        """The template as it was read: nothing to undo, nothing unsaved."""
        self.stack.clear()
        self._set(template)

    def do(self, name: str, how: Callable[[Template], Template], *, merge: str = "", select: Iterable[str] | None = None) -> None:
        """Make a change with a name for the undo list. Steps with the same `merge` that follow each other become one."""
        new = how(self._template)
        if new is self._template or new == self._template:
            return
        chosen = tuple(select) if select is not None else self._selection
        self.stack.push(_Step(self, name, self._template, new, self._selection, chosen, merge))

    def end_merge(self) -> None:
        """The next step is one of its own, even where it does the same."""
        self._serial += 1

    def select(self, ids: Iterable[str]) -> None:
        """Select these, as far as they exist."""
        chosen = tuple(dict.fromkeys(i for i in ids if i in self.spots))
        if chosen != self._selection:
            self._selection = chosen
            self.end_merge()
            self.selected.emit()

    def thing(self, id_: str) -> Any:
        """The band, element or column with this id."""
        return edits.thing(self._template, self.spots[id_])

    def spot(self, id_: str) -> Spot | None:
        return self.spots.get(id_)

    def band_index(self, id_: str) -> int:
        """The band that this is, or stands in."""
        return self.spots[id_].band

    def fresh(self, stem: str) -> str:
        """An id that is free."""
        return edits.fresh_id(self.spots, stem)

    def _set(self, template: Template, selection: tuple[str, ...] = ()) -> None:
        self._template = template
        self.spots = edits.index(template)
        kept = tuple(i for i in selection if i in self.spots)
        other = kept != self._selection
        self._selection = kept
        self.changed.emit()
        if other:
            self.selected.emit()


class _Step(QUndoCommand):
    """From one template to the next."""

    def __init__(
        self,
        document: Document,
        name: str,
        before: Template,
        after: Template,
        was: tuple[str, ...],
        chosen: tuple[str, ...],
        merge: str,
    ) -> None:
        super().__init__(name)
        self._document, self._before, self._after = document, before, after
        self._was, self._chosen = was, chosen
        self._merge = f"{merge} {document._serial}" if merge else ""

    def id(self) -> int:
        return hash(self._merge) & 0x3FFFFFFF if self._merge else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, _Step) or other._merge != self._merge:
            return False
        self._after, self._chosen = other._after, other._chosen
        return True

    def undo(self) -> None:
        self._document._set(self._before, self._was)

    def redo(self) -> None:
        self._document._set(self._after, self._chosen)
