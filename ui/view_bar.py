"""The named views of a list: one press shows one, a menu keeps, shares and removes them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QInputDialog, QMenu, QWidget

from crm_desktop.services.views import (
    SHARE,
    Look,
    View,
    Views,
    begin_with,
    delete_view,
    load_views,
    save_view,
    share_view,
)
from crm_desktop.words import _
from ui import icons
from ui.list_view import RecordList
from ui.shell import Shell
from ui.widgets.buttons import Button


class ViewBar(QWidget):
    """The view in use, and the menu of all."""

    reset_wanted = Signal()
    preview_wanted = Signal(bool)

    def __init__(self, shell: Shell, records: RecordList) -> None:
        super().__init__()
        self._shell, self._list = shell, records
        self._views, self._chosen, self._changed = Views(), None, False  # type: Views, int | None, bool
        self.look_of: Callable[[], Look] = records.state.look
        self.menu = QMenu(self)
        self.menu.aboutToShow.connect(self._fill)
        self.button = Button(
            "", "chevron_down", kind="flat", menu=self.menu, tip=_("Views: filters, columns and order under a name")
        )
        self.button.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the arrow stands behind the name
        self.menu.setLayoutDirection(QGuiApplication.layoutDirection())  # but the menu reads as all others do
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.button)
        self._show_name()

    @property
    def chosen(self) -> View | None:
        """The view in use."""
        return self._views.find(self._chosen)

    def show_views(self, views: Views) -> None:
        """Offer these."""
        self._views = views
        if self.chosen is None:
            self._chosen = None
        self._show_name()

    def choose(self, view_id: int | None) -> None:
        """Show the list as a view keeps it; None: the list without conditions."""
        view = self._views.find(view_id)
        self._chosen = view.id if view else None
        if view is None:
            self._list.apply(self._list.state.cleared())
        else:
            self._list.take_look(view.look)
            self.preview_wanted.emit(view.look.preview)
        self._changed = False
        self._show_name()

    def state_changed(self) -> None:
        """The person has changed the list since the view was chosen."""
        view = self.chosen
        if view is not None:
            self._changed = self._list.state.look().query != view.look.query
            self._show_name()

    def _show_name(self) -> None:
        view = self.chosen
        name = view.name if view else _("All")
        self.button.setText(f"{name} *" if view and self._changed else name)

    def _fill(self) -> None:
        menu, view = self.menu, self.chosen
        menu.clear()
        self._entry(None, _("All"))
        for shared, heading in ((False, _("My views")), (True, _("Shared views"))):
            found = [v for v in self._views.named if v.shared == shared]
            if found:
                menu.addSection(heading)
            for each in found:
                self._entry(each.id, each.name)
        menu.addSeparator()
        menu.addAction(icons.icon("save"), _("Save as a view…"), self.ask_name)
        if view is not None:
            name = view.name
            if self._changed:
                menu.addAction(
                    _("Save the changes to “{name}”").format(name=name), lambda: self.save(name, shared=view.shared)
                )
            if self._shell.app.actor.may(SHARE):
                words = _("Only for me") if view.shared else _("Share with everybody")
                menu.addAction(
                    icons.icon("people"),
                    words,
                    lambda: self._do(partial(share_view, self._shell.app, view.id, not view.shared)),
                )
            menu.addAction(icons.icon("delete"), _("Delete the view “{name}”").format(name=name), self.delete)
        first = menu.addAction(_("Begin with this view"), self._begin_with)
        first.setCheckable(True)
        first.setChecked(self._views.first == self._chosen)
        first.setEnabled(view is not None or self._views.first is not None)
        menu.addSeparator()
        menu.addAction(icons.icon("arrow_reset"), _("Reset the list"), self.reset_wanted.emit)

    def _entry(self, view_id: int | None, name: str) -> None:
        action = self.menu.addAction(name.replace("&", "&&"), lambda: self.choose(view_id))
        action.setCheckable(True)
        action.setChecked(view_id == self._chosen)

    def ask_name(self) -> None:
        """Keep the list as it is now under a name."""
        view = self.chosen
        name, given = QInputDialog.getText(
            self, _("Save as a view"), _("Name of the view"), text=view.name if view else ""
        )
        if given and name.strip():
            self.save(name)

    def save(self, name: str, *, shared: bool = False) -> None:
        """Keep the list as it is now as the view `name`."""
        work = partial(save_view, self._shell.app, self._list.type.key, name, self.look_of(), shared=shared)
        self._shell.tasks.run(work, self._saved, owner=self)

    def _saved(self, view: View) -> None:
        self._chosen, self._changed = view.id, False
        self._shell.notices.say(_("The view “{name}” is saved.").format(name=view.name))
        self._reload()

    def delete(self) -> None:
        """Remove the view in use; the list stays as it is."""
        view = self.chosen
        if view is not None and self._shell.notices.ask(
            _("Delete the view “{name}”?").format(name=view.name),
            _("The records stay as they are."),
            yes=_("Delete"),
            danger=True,
        ):
            self._chosen = None
            self._do(partial(delete_view, self._shell.app, view.id))

    def _begin_with(self) -> None:
        first = None if self._views.first == self._chosen else self._chosen
        self._do(partial(begin_with, self._shell.app, self._list.type.key, first, self.look_of()))

    def _do(self, work: Callable[[], object]) -> None:
        self._shell.tasks.run(work, lambda _answer: self._reload(), owner=self)

    def _reload(self) -> None:
        self._shell.tasks.run(partial(load_views, self._shell.app, self._list.type.key), self.show_views, owner=self)
