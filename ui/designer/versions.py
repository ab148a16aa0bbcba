"""The versions of a template: looked at beside what is on the table now, compared in words, brought back."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from crm_desktop.printing.preview import page_sizes
from crm_desktop.printing.template import Template
from crm_desktop.words import _, ngettext
from ui import theme
from ui.designer import store
from ui.designer.differences import differences
from ui.page_view import PageView
from ui.shell import Shell
from ui.widgets.buttons import Button, primary
from ui.widgets.labels import Label

_MOST_WORDS = 12  # differences that are named
_LEFT = 300  # pixels
_TEMPLATE = Qt.ItemDataRole.UserRole


class VersionsDialog(QDialog):
    """At the left the versions, in the middle the chosen one, at the right what is on the table."""

    restored = Signal(object)
    """The template that is to be on the table from now on."""

    def __init__(self, parent: QWidget, shell: Shell, template: Template, context: Mapping[str, Any]) -> None:
        super().__init__(parent.window())
        self._shell, self._template, self._context = shell, template, context
        self.setWindowTitle(_("Versions of {title}").format(title=template.title_in(template.language)))
        self.list = QListWidget()
        self.list.setAccessibleName(_("Versions"))
        self.list.setWordWrap(True)
        self.list.setFixedWidth(theme.current().px(_LEFT))
        self.older, self.now = PageView(shell.tasks), PageView(shell.tasks)
        self.words = Label("", "dim", wrap=True)
        self.restore_button = primary(_("Bring this version back"), "arrow_undo", self.restore)
        self.restore_button.setEnabled(False)
        self._ticket = 0
        self._lay_out()
        window = parent.window()
        self.resize(min(theme.current().px(1240), window.width() - 40), window.height() - 40)
        self.list.currentRowChanged.connect(lambda _row: self._chosen())
        shell.tasks.run(partial(store.history, shell.app, template.name), self._show, owner=self)
        self._draw(template, self.now)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(theme.size("gap"))
        left = QVBoxLayout()
        left.addWidget(Label(_("Versions"), "section"))
        left.addWidget(self.list, 1)
        left.addWidget(self.words)
        row.addLayout(left)
        for title, view in ((_("The chosen version"), self.older), (_("On the table now"), self.now)):
            part = QVBoxLayout()
            part.addWidget(Label(title, "section"))
            part.addWidget(view, 1)
            row.addLayout(part, 1)
        foot = QHBoxLayout()
        foot.addWidget(Label(_("What you bring back is one step more: it can be undone, and is kept when you save."), "faint"))
        foot.addStretch(1)
        foot.addWidget(Button(_("Close"), clicked=self.reject))
        foot.addWidget(self.restore_button)
        column = QVBoxLayout(self)
        edge = theme.size("page")
        column.setContentsMargins(edge, edge, edge, edge)
        column.addLayout(row, 1)
        column.addLayout(foot)

    def _show(self, found: list[tuple[str, str, Template | None]]) -> None:
        for when, note, template in found:
            item = QListWidgetItem(f"{when}\n{note}" if note else when)
            item.setData(_TEMPLATE, template)
            if template is None:
                item.setText(f"{item.text()}\n{_('Cannot be read by this version of the program')}")
                item.setFlags(Qt.ItemFlag.NoItemFlags)
            self.list.addItem(item)
        if not found:
            self.words.setText(_("Nothing was saved yet."))
        self.list.setCurrentRow(0)
        self.list.setFocus()

    @property
    def chosen(self) -> Template | None:
        """The version that is looked at."""
        item = self.list.currentItem()
        return item.data(_TEMPLATE) if item is not None else None

    def _chosen(self) -> None:
        template = self.chosen
        self.restore_button.setEnabled(template is not None and template != self._template)
        if template is None:
            return
        found = differences(template, self._template)
        said = [each.words for each in found[:_MOST_WORDS]]
        if len(found) > _MOST_WORDS:
            more = len(found) - _MOST_WORDS
            said.append(ngettext("and {count} more", "and {count} more", more).format(count=more))
        self.words.setText("\n".join(said) or _("The same as on the table."))
        self._draw(template, self.older)

    def _draw(self, template: Template, view: PageView) -> None:
        work = partial(_drawn, template, self._context)
        self._shell.tasks.run(work, partial(self._drawn, template, view), owner=self)

    def _drawn(self, template: Template, view: PageView, made: tuple[bytes, list[tuple[float, float]]]) -> None:
        if view is self.now or template is self.chosen:
            view.fit("page")
            view.show_pdf(*made)

    def restore(self) -> None:
        """Put the chosen version on the table."""
        template = self.chosen
        if template is not None:
            self.restored.emit(template)
            self.accept()


def _drawn(template: Template, context: Mapping[str, Any]) -> tuple[bytes, list[tuple[float, float]]]:
    pdf = store.preview(template, context)
    return pdf, page_sizes(pdf)
