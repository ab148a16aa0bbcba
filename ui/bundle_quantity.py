"""How many of a bundle: asked when one is chosen before a quantity was typed, since its parts take the place of the line."""

from __future__ import annotations

from decimal import Decimal

from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from crm_desktop.rules.arithmetic import evaluate
from crm_desktop.words import _
from ui import theme
from ui.widgets.buttons import Button, primary
from ui.widgets.labels import Label

_MOST = Decimal(10**9)


class BundleQuantity(QDialog):
    """One number. Enter takes it."""

    def __init__(self, parent: QWidget, name: str, number: Decimal) -> None:
        super().__init__(parent.window())
        self.setWindowTitle(_("Bundle"))
        self.number = number
        self.edit = QLineEdit(f"{number.normalize():f}")
        self.edit.setAccessibleName(_("Quantity"))
        self.edit.selectAll()
        column = QVBoxLayout(self)
        edge = theme.size("page")
        column.setContentsMargins(edge, edge, edge, theme.size("margin"))
        column.setSpacing(theme.size("gap"))
        column.addWidget(Label(_("How many of “{name}”?").format(name=name), "heading", wrap=True))
        column.addWidget(Label(_("Its parts become lines, so many times each."), "dim", wrap=True))
        column.addWidget(self.edit)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(Button(_("Cancel"), clicked=self.reject))
        self.accept_button = primary(_("Put in"), "add", self.accept)
        self.accept_button.setDefault(True)
        row.addWidget(self.accept_button)
        column.addLayout(row)
        self.edit.textChanged.connect(self._read)
        self.setMinimumWidth(theme.current().px(380))
        self.edit.setFocus()

    def _read(self, text: str) -> None:
        try:
            number = evaluate(text)
        except ValueError:
            number = Decimal(0)
        fits = 0 < number <= _MOST
        if fits:
            self.number = number
        self.accept_button.setEnabled(fits)


def ask_quantity(parent: QWidget, name: str, number: Decimal) -> Decimal:
    """How many are wanted; `number` where the person leaves it at that."""
    dialog = BundleQuantity(parent, name, number)
    wanted = dialog.number if dialog.exec() else number
    dialog.deleteLater()
    return wanted
