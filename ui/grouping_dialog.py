"""Asks by which field a list is summed up for Excel, and what is added up."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFormLayout, QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from crm_desktop.records.record_type import RecordType
from crm_desktop.words import _
from ui import theme
from ui.choice_editors import ChoiceBox
from ui.widgets.buttons import Button
from ui.widgets.labels import Label

_NAME = Qt.ItemDataRole.UserRole


class GroupingDialog(QDialog):
    """`field` and `sums` hold the answer."""

    def __init__(self, parent: QWidget, kind: RecordType, groups: Sequence[str], sums: Sequence[str]) -> None:
        super().__init__(parent.window())
        self.setWindowTitle(_("Sums and a chart"))
        self.setMinimumWidth(theme.current().px(420))
        self.fields, self.figures = ChoiceBox(), QListWidget()
        for name in groups:
            self.fields.addItem(_(kind.fields[name].label), name)
        for name in sums:
            item = QListWidgetItem(_(kind.fields[name].label))
            item.setData(_NAME, name)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked)
            self.figures.addItem(item)
        self.figures.setMaximumHeight(theme.current().px(160))
        column = QVBoxLayout(self)
        edge = theme.size("page")
        column.setContentsMargins(edge, edge, edge, theme.size("margin"))
        column.setSpacing(theme.size("margin"))
        words = _("The workbook gets a sheet with the sums of each group and a chart beside the list itself.")
        column.addWidget(Label(words, "dim", wrap=True))
        form = QFormLayout()
        form.setSpacing(theme.size("gap"))
        form.addRow(_("Group by"), self.fields)
        if sums:
            form.addRow(_("Add up"), self.figures)
        column.addLayout(form)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(Button(_("Cancel"), clicked=self.reject))
        self.ok = Button(_("Export"), kind="primary", clicked=self.accept)
        self.ok.setDefault(True)
        foot.addWidget(self.ok)
        column.addLayout(foot)

    @property
    def field(self) -> str:
        """The field that makes the groups."""
        return str(self.fields.currentData() or "")

    @property
    def sums(self) -> tuple[str, ...]:
        """The fields that are added up."""
        items = (self.figures.item(at) for at in range(self.figures.count()))
        return tuple(str(i.data(_NAME)) for i in items if i.checkState() == Qt.CheckState.Checked)
