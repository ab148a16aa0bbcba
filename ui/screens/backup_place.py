"""One place for backups being set up: its name, its folder, how many are kept there, whether they are encrypted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from backups.retention import Rules
from backups.targets import DRIVE, MAIN, SHARE, Target
from crm_desktop.words import N_, _
from ui import theme
from ui.widgets.buttons import Button, primary
from ui.widgets.inputs import NumberBox
from ui.widgets.labels import Label, SectionHeader, separator

TITLES = {
    MAIN: N_("Where backups are made"),
    DRIVE: N_("A drive for copies"),
    SHARE: N_("A folder on another PC"),
    "folder": N_("A folder for copies"),
}
_RULES = (
    ("last", N_("Keep the last"), N_("backups"), 1),
    ("days", N_("then one a day for"), N_("days"), 0),
    ("weeks", N_("then one a week for"), N_("weeks"), 0),
    ("months", N_("then one a month for"), N_("months"), 0),
)


class PlaceDialog(QDialog):
    """The form. `store` gets the place as it was set and says what is wrong with it, "" when it was kept."""

    def __init__(self, parent: QWidget, target: Target, store: Callable[[Target], str], *, encryption: str = "") -> None:
        """encryption: why encrypting cannot be chosen here, "" when it can."""
        super().__init__(parent.window())
        self.target, self._store = target, store
        title = _(TITLES[MAIN if target.id == MAIN else target.kind])
        self.setWindowTitle(title)
        self.name, self.path = QLineEdit(target.name), QLineEdit(target.path)
        self.numbers: dict[str, QSpinBox] = {}
        self.least_free = _number(0, 10_000_000, target.least_free)
        self.least_free.setSingleStep(500)
        self.encrypt = QCheckBox(_("Encrypt the backups here"))
        self.encrypt.setChecked(target.encrypt)
        self.encrypt.setEnabled(not encryption or target.encrypt)
        self.on_plug = QCheckBox(_("Copy as soon as it is plugged in"))
        self.on_plug.setChecked(target.on_plug)
        self.verify = QCheckBox(_("Restore every copy for trial"))
        self.verify.setChecked(target.verify)
        self.active = QCheckBox(_("In use"))
        self.active.setChecked(target.active)
        self.problem = Label("", "error", wrap=True)
        self.problem.hide()
        self.save = primary(_("Save"), "save", self.keep)
        self._lay_out(title, encryption)

    def keep(self) -> None:
        """Hand it over; it stays open with words where it makes no sense."""
        wrong = self._store(self.result_target())
        self.problem.setText(wrong)
        self.problem.setVisible(bool(wrong))
        if not wrong:
            self.accept()

    def result_target(self) -> Target:
        """The place as it stands in the form."""
        target = self.target
        rules = Rules(*(self.numbers[name].value() for name, *_words in _RULES))
        return replace(
            target, name=self.name.text().strip() or target.name, path=self.path.text().strip(), rules=rules,
            least_free=self.least_free.value(), encrypt=self.encrypt.isChecked(), on_plug=self.on_plug.isChecked(),
            verify=self.verify.isChecked(), active=self.active.isChecked(),
        )  # fmt: skip

    def _lay_out(self, title: str, encryption: str) -> None:
        column = QVBoxLayout(self)
        edge = theme.size("page")
        column.setContentsMargins(edge, edge, edge, theme.size("margin"))
        column.setSpacing(theme.size("margin"))
        column.addWidget(Label(title, "heading"))
        column.addLayout(self._place())
        column.addWidget(separator())
        column.addWidget(SectionHeader(_("How long they are kept")))
        column.addLayout(self._rules())
        column.addWidget(Label(_("The last good backup and those marked to be kept are never deleted."), "small"))
        column.addWidget(separator())
        column.addLayout(self._choices())
        if encryption:
            column.addWidget(Label(encryption, "small", wrap=True))
        column.addWidget(self.problem)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(Button(_("Cancel"), clicked=self.reject))
        row.addWidget(self.save)
        column.addLayout(row)
        # No least width of its own: with one, Qt would not keep room for all the words at a large text size.
        self.path.setMinimumWidth(theme.current().px(300))

    def _place(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.size("margin"))
        grid.setVerticalSpacing(10)
        grid.setColumnMinimumWidth(0, theme.current().px(120))
        grid.setColumnStretch(1, 1)
        named = self.target.id != MAIN
        drive = self.target.kind == DRIVE
        if named:
            _add(grid, 0, _("Name"), self.name)
        folder = QHBoxLayout()
        folder.setSpacing(theme.size("gap"))
        folder.addWidget(self.path, 1)
        if not drive:
            folder.addWidget(Button(_("Choose…"), "folder_open", clicked=self._choose))
        label = Label(_("Folder on the drive") if drive else _("Folder"))
        label.setBuddy(self.path)
        self.path.setAccessibleName(label.text())
        grid.addWidget(label, 1, 0)
        grid.addLayout(folder, 1, 1)
        if self.target.kind == SHARE:
            self.path.setPlaceholderText(_("For example: {path}").format(path=r"\\OFFICE-PC\backups"))
        if self.target.id == MAIN:
            hint = _("A folder on another disk survives this one. Empty: beside the data.")
            grid.addWidget(Label(hint, "small", wrap=True), 2, 1)
        return grid

    def _choices(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.size("page"))
        grid.setColumnStretch(2, 1)
        boxes = [self.encrypt]
        if self.target.id != MAIN:
            boxes += [self.verify, *([self.on_plug] if self.target.kind == DRIVE else []), self.active]
        for at, box in enumerate(boxes):
            grid.addWidget(box, at // 2, at % 2)
        return grid

    def _rules(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.size("gap"))
        grid.setVerticalSpacing(8)
        grid.setColumnMinimumWidth(3, theme.size("margin"))
        grid.setColumnStretch(7, 1)
        for at, (name, before, after, least) in enumerate(_RULES):
            number = self.numbers[name] = _number(least, 1000, getattr(self.target.rules, name))
            number.setAccessibleName(f"{_(before)} … {_(after)}")
            _line(grid, at % 2, at // 2, _(before), number, _(after))
        self.least_free.setAccessibleName(_("Leave free on the disk"))
        _line(grid, 2, 0, _("Leave free on the disk"), self.least_free, "MB")
        return grid

    def _choose(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, self.windowTitle(), self.path.text())
        if chosen:
            self.path.setText(str(Path(chosen)))


def _add(grid: QGridLayout, row: int, text: str, editor: QWidget) -> None:
    label = Label(text)
    label.setBuddy(editor)
    editor.setAccessibleName(text)
    grid.addWidget(label, row, 0)
    grid.addWidget(editor, row, 1)


def _line(grid: QGridLayout, row: int, side: int, before: str, number: QSpinBox, after: str) -> None:
    column = side * 4
    grid.addWidget(Label(before), row, column, Qt.AlignmentFlag.AlignLeft)
    grid.addWidget(number, row, column + 1)
    grid.addWidget(Label(after, "dim"), row, column + 2)


def _number(low: int, high: int, value: int) -> QSpinBox:
    made = NumberBox(low, high, value)
    made.setFixedWidth(theme.current().px(96))
    return made
