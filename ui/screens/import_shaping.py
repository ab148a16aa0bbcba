"""Small dialogs that change the shape of a table before it is imported: a column split, columns joined, a value for every record."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from crm_desktop.exchange.first_look import Target
from crm_desktop.exchange.recipe import Joined
from crm_desktop.exchange.reshape import SPACES
from crm_desktop.words import N_, _
from ui import theme
from ui.choice_editors import ChoiceBox
from ui.widgets.buttons import Button
from ui.widgets.labels import Label

_SEPARATORS = (
    (SPACES, N_("Space")), ("/", "/"), (",", ","), ("，", "，"), ("、", "、"), (";", ";"), ("-", "-"), ("|", "|"), ("\n", N_("New line")),
)  # fmt: skip


class _Asking(QDialog):
    """A form with two buttons below it."""

    def __init__(self, parent: QWidget, title: str, words: str, yes: str) -> None:
        super().__init__(parent.window())
        self.setWindowTitle(title)
        self.setMinimumWidth(theme.current().px(420))
        column = QVBoxLayout(self)
        edge = theme.size("page")
        column.setContentsMargins(edge, edge, edge, theme.size("margin"))
        column.setSpacing(theme.size("margin"))
        column.addWidget(Label(words, "dim", wrap=True))
        self.form = QFormLayout()
        self.form.setSpacing(theme.size("gap"))
        column.addLayout(self.form, 1)
        self.ok = Button(yes, kind="primary", clicked=self.accept)
        self.ok.setDefault(True)
        self._column = column

    def finish(self) -> None:
        """Put the buttons below the form that is there now: Tab goes through a window as it was put together."""
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(Button(_("Cancel"), clicked=self.reject))
        foot.addWidget(self.ok)
        self._column.addLayout(foot)


def _separators() -> ChoiceBox:
    box = ChoiceBox()
    for sign, words in _SEPARATORS:
        box.addItem(_(words), sign)
    box.setEditable(True)
    return box


def _chosen(box: ChoiceBox) -> str:
    """The sign that was chosen, or typed."""
    text = box.currentText()
    at = box.findText(text)
    return str(box.itemData(at)) if at >= 0 else text


class SplitDialog(_Asking):
    """Asks which column is split, and where. `heading` and `separator` hold the answer."""

    def __init__(self, parent: QWidget, headings: Sequence[str]) -> None:
        super().__init__(
            parent, _("Split a column"), _("Its parts become columns of their own behind the others."), _("Split")
        )
        self.columns, self.signs = ChoiceBox(), _separators()
        for heading in headings:
            self.columns.addItem(heading, heading)
        self.form.addRow(_("Column"), self.columns)
        self.form.addRow(_("Divided by"), self.signs)
        self.finish()

    @property
    def heading(self) -> str:
        """The column."""
        return str(self.columns.currentData() or "")

    @property
    def separator(self) -> str:
        """What stands between the parts."""
        return _chosen(self.signs)


class JoinDialog(_Asking):
    """Asks which columns are joined, and by what. `joined` holds the answer."""

    def __init__(self, parent: QWidget, headings: Sequence[str]) -> None:
        super().__init__(
            parent, _("Join columns"), _("The columns that are ticked become one, in their order."), _("Join")
        )
        self.columns, self.signs = QListWidget(), _separators()
        self.signs.setCurrentIndex(0)
        for heading in headings:
            item = QListWidgetItem(heading)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Unchecked)
            self.columns.addItem(item)
        self.columns.itemChanged.connect(lambda _item: self.ok.setEnabled(len(self.joined.headings) > 1))
        self.ok.setEnabled(False)
        self.form.addRow(_("Columns"), self.columns)
        self.form.addRow(_("With this between"), self.signs)
        self.finish()

    @property
    def joined(self) -> Joined:
        """The columns and what stands between them."""
        items = (self.columns.item(at) for at in range(self.columns.count()))
        return Joined([i.text() for i in items if i.checkState() == Qt.CheckState.Checked], _chosen(self.signs))


class FixedDialog(_Asking):
    """Asks for a value that every record gets. `target` and `text` hold the answer; an empty text takes the value away."""

    def __init__(self, parent: QWidget, targets: Sequence[Target], fixed: dict[str, str]) -> None:
        words = _("Every record of the file gets it, unless the file has a value of its own for it.")
        super().__init__(parent, _("A value for every record"), words, _("Set"))
        self._fixed = fixed
        self.fields, self.value = ChoiceBox(), QLineEdit()
        for target in targets:
            self.fields.addItem(target.label, target.key)
        self.fields.currentIndexChanged.connect(lambda _at: self._show())
        self.form.addRow(_("Field"), self.fields)
        self.form.addRow(_("Value"), self.value)
        self.finish()
        self._show()

    def _show(self) -> None:
        self.value.setText(self._fixed.get(self.target, ""))

    @property
    def target(self) -> str:
        """The field."""
        return str(self.fields.currentData() or "")

    @property
    def text(self) -> str:
        """The value."""
        return self.value.text().strip()
