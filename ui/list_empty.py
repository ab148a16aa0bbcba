"""What stands in a list without rows: what the list is for and how to begin, or that nothing matches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import shiboken6
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QWidget

from crm_desktop.records.record_type import RecordType
from crm_desktop.words import _
from ui.widgets.buttons import Button
from ui.widgets.panels import EmptyState


class EmptyPlace(QObject):
    """Where it stands: over the rows of a table."""

    def __init__(self, ground: QWidget) -> None:
        super().__init__(ground)
        self._ground = ground
        self.shown: EmptyState | None = None
        ground.installEventFilter(self)

    def put(self, state: EmptyState | None) -> None:
        """Let this stand there, or nothing."""
        if not shiboken6.isValid(self._ground):  # the rows arrive while the list is being closed
            return
        if self.shown is not None:
            self.shown.hide()
            self.shown.deleteLater()
        self.shown = state
        if state is not None:
            state.setParent(self._ground)
            state.setGeometry(self._ground.rect())
            state.show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.shown is not None:
            self.shown.setGeometry(self._ground.rect())
        return False


@dataclass(frozen=True)
class Beginnings:
    """The ways out of an empty list; None: not offered here."""

    clear: Callable[[], object]
    new: Callable[[], object] | None = None
    bring_in: Callable[[], object] | None = None
    sample: Callable[[], object] | None = None


def nothing_matches(do: Beginnings) -> EmptyState:
    """For a list that was narrowed to nothing."""
    clear = Button(_("Clear all filters"), "filter", clicked=do.clear)
    return EmptyState("search", _("Nothing matches"), _("No entry fits the search and the filters."), clear)


def nothing_yet(kind: RecordType, do: Beginnings, *, small: bool) -> EmptyState:
    """For a list in which there is nothing at all; a small one leaves the explaining out."""
    buttons: list[Button] = []
    if do.new:
        title = _("New {thing}").format(thing=_(kind.title))
        buttons.append(Button(title, "add", kind="" if small else "primary", clicked=do.new))
    if do.bring_in:
        buttons.append(Button(_("Import…"), "arrow_download", clicked=do.bring_in))
    if do.sample:
        buttons.append(Button(_("Try the sample company"), "building", kind="flat", clicked=do.sample))
    title = _("No {things} yet").format(things=_(kind.plural))
    return EmptyState(kind.icon, title, "" if small else _(kind.about), *buttons)
