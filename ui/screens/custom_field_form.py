"""The form of one custom field: what it is called, what it holds, where it is shown. Problems stand beside the fields."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from crm_desktop.application import Application
from crm_desktop.records.record_type import Field, RecordType
from crm_desktop.services.custom_fields import KINDS_OFFERED, NewField
from crm_desktop.words import N_, _
from ui import theme
from ui.choice_editors import ChoiceBox
from ui.widgets.buttons import Button, primary
from ui.widgets.labels import Label

KIND_WORDS: Mapping[str, str] = {
    "text": N_("Text, one line"),
    "long_text": N_("Text, several lines"),
    "code": N_("Code or number as text"),
    "phone": N_("Phone number"),
    "email": N_("E-mail address"),
    "url": N_("Web address"),
    "integer": N_("Whole number"),
    "decimal": N_("Number with decimals"),
    "money": N_("Amount of money"),
    "date": N_("Date"),
    "yes_no": N_("Yes or no"),
    "option": N_("Choice from a list"),
    "tags": N_("Tags"),
    "reference": N_("Link to a record"),
}
_SEARCHABLE = frozenset({"text", "long_text", "code", "phone", "email", "tags", "reference"})
_OWN_LIST = ""


class FieldForm(QWidget):
    """Shows a field, or an empty form for a new one, and says what the person wants of it."""

    save_wanted = Signal()
    remove_wanted = Signal()
    cancelled = Signal()
    changed = Signal()

    def __init__(self, app: Application) -> None:
        super().__init__()
        self._app = app
        self.kind: RecordType | None = None
        self.field: Field | None = None
        self.title, self.subtitle = Label("", "heading", wrap=True), Label("", "small", wrap=True)
        self.label, self.help = QLineEdit(), QLineEdit()
        self.holds, self.section = ChoiceBox(), QComboBox()
        self.options, self.target = ChoiceBox(), ChoiceBox()
        self.choices = QPlainTextEdit()
        self.in_list = QCheckBox(_("Column in lists"))
        self.searched = QCheckBox(_("Found by the search"))
        self.required = QCheckBox(_("Must be filled"))
        self.printed = QCheckBox(_("On printed forms"))
        self.printed.setToolTip(
            _("The forms that come with the program print it where it is filled; they go to customers.")
        )
        self.problem_labels: dict[str, Label] = {}
        self._labels: dict[QWidget, Label] = {}
        self.save_button = primary(_("Save"), "save", self.save_wanted.emit)
        self.remove_button = Button(_("Remove"), "delete", kind="danger", clicked=self.remove_wanted.emit)
        self.cancel_button = Button(_("Cancel"), clicked=self.cancelled.emit)
        for code in KINDS_OFFERED:
            self.holds.addItem(_(KIND_WORDS[code]), code)
        self._lay_out()
        self._connect()

    # For the screen

    def show_field(self, kind: RecordType, about: Field | None) -> None:
        """Show a field of a type; None: an empty form for a new one."""
        self.kind, self.field = kind, about
        self.title.setText(_(about.label) if about else _("New field"))
        self.subtitle.setText(
            _("Its values are kept for good, so what it holds cannot be changed any more.")
            if about
            else _("Shown in the form, in lists, filters, print and Excel like any other field.")
        )
        self._fill_lists(kind)
        self.label.setText(about.label if about else "")
        self.help.setText(about.help if about else "")
        self.holds.setCurrentIndex(max(0, self.holds.findData(about.kind if about else "text")))
        self.options.setCurrentIndex(max(0, self.options.findData(about.options if about else _OWN_LIST)))
        self.target.setCurrentIndex(max(0, self.target.findData(about.target if about else "")))
        self.choices.clear()
        self.section.setCurrentIndex(max(0, self.section.findData(about.section if about else "General")))
        self.in_list.setChecked(about.width > 0 if about else True)
        self.searched.setChecked(bool(about.search) if about else False)
        self.required.setChecked(about.required if about else False)
        self.printed.setChecked(about.printed if about else False)
        for widget in (self.holds, self.options, self.target):
            widget.setEnabled(about is None)
        self.save_button.setText(_("Save") if about else _("Add the field"))
        self.remove_button.setVisible(about is not None)
        self.mark({})
        self._kind_changed()
        self._before = self.wanted()

    def wanted(self) -> NewField:
        """What the person has put in."""
        holds, section = self.holds.currentData(), self.section.currentData()
        # A section that was chosen is kept under its English name, so that it is one in both languages.
        chosen = section if section and self.section.currentText() == _(section) else self.section.currentText()
        own = holds == "option" and self.options.currentData() == _OWN_LIST
        lines = [line.strip() for line in self.choices.toPlainText().splitlines()] if own else []
        return NewField(
            self.label.text(), holds, chosen, self.in_list.isChecked(),
            self.searched.isChecked() and holds in _SEARCHABLE, self.required.isChecked(), self.help.text(),
            self.options.currentData() if holds == "option" else "", self.target.currentData() if holds == "reference" else "",
            tuple(dict.fromkeys(line for line in lines if line)), self.printed.isChecked(),
        )  # fmt: skip

    @property
    def edited(self) -> bool:
        """Whether something was typed that is not saved."""
        return self.kind is not None and self.wanted() != self._before

    def mark(self, problems: Mapping[str, str]) -> None:
        """Show what is wrong beside the fields."""
        marked = {"label": self.label, "kind": self.holds, "options": self.choices, "target": self.target}
        for name, label in self.problem_labels.items():
            label.setText(problems.get(name, ""))
            label.setVisible(name in problems)
            theme.restyle(marked[name], problem="true" if name in problems else "false")
        first = next((n for n in marked if n in problems), "")
        if first:
            marked[first].setFocus()

    # Parts

    def _lay_out(self) -> None:
        page = QWidget()
        page.setProperty("scrolled", "true")
        column = QVBoxLayout(page)
        edge = theme.size("page")
        column.setContentsMargins(edge, edge, edge, edge)
        column.setSpacing(theme.size("gap"))
        column.addWidget(self.title)
        column.addWidget(self.subtitle)
        column.addSpacing(theme.size("gap"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.size("margin"))
        grid.setVerticalSpacing(theme.size("gap"))
        grid.setColumnStretch(1, 1)
        self.section.setEditable(True)
        self.section.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.choices.setTabChangesFocus(True)
        self.choices.setFixedHeight(theme.current().px(96))
        self.choices.setPlaceholderText(_("One choice per line"))
        self._add(grid, _("Label"), self.label, "label")
        self._add(grid, _("Holds"), self.holds, "kind")
        self._add(grid, _("List of choices"), self.options)
        self._add(grid, _("Choices"), self.choices, "options")
        self._add(grid, _("Links to"), self.target, "target")
        self._add(grid, _("Section in the form"), self.section)
        self._add(grid, _("Hint"), self.help)
        for box in (self.in_list, self.searched, self.required, self.printed):
            grid.addWidget(box, grid.rowCount(), 1)
        column.addLayout(grid)
        column.addSpacing(theme.size("margin"))
        row = QHBoxLayout()
        row.setSpacing(theme.size("gap"))
        row.addWidget(self.save_button)
        row.addWidget(self.cancel_button)
        row.addStretch(1)
        row.addWidget(self.remove_button)
        column.addLayout(row)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(page)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)
        self.setMinimumWidth(theme.current().px(320))

    def _add(self, grid: QGridLayout, words: str, editor: QWidget, problem: str = "") -> None:
        row = grid.rowCount()
        label = Label(words, "dim")
        label.setBuddy(editor)
        label.setMinimumHeight(theme.size("control"))
        editor.setAccessibleName(words)
        self._labels[editor] = label
        grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
        holder = QVBoxLayout()
        holder.setSpacing(2)
        holder.addWidget(editor)
        if problem:
            self.problem_labels[problem] = Label("", "error", wrap=True)
            self.problem_labels[problem].hide()
            holder.addWidget(self.problem_labels[problem])
        grid.addLayout(holder, row, 1)

    def _connect(self) -> None:
        self.holds.currentIndexChanged.connect(lambda _at: self._kind_changed())
        self.options.currentIndexChanged.connect(lambda _at: self._kind_changed())
        self.label.returnPressed.connect(self.save_wanted)
        self.help.returnPressed.connect(self.save_wanted)
        self.label.textEdited.connect(lambda _text: self.mark({}))
        for signal in (self.label.textChanged, self.help.textChanged, self.section.currentTextChanged):
            signal.connect(lambda _text: self.changed.emit())
        for combo in (self.holds, self.options, self.target):
            combo.currentIndexChanged.connect(lambda _at: self.changed.emit())
        for box in (self.in_list, self.searched, self.required, self.printed):
            box.toggled.connect(lambda _on: self.changed.emit())
        self.choices.textChanged.connect(self.changed)

    def _fill_lists(self, kind: RecordType) -> None:
        self.section.clear()
        sections = dict.fromkeys(f.section for f in kind.fields.values() if f.section != "Record")
        for section in dict.fromkeys(("General", *sections)):
            self.section.addItem(_(section), section)
        self.options.clear()
        self.options.addItem(_("A new list for this field"), _OWN_LIST)
        for choice in self._app.options.choices("option_lists"):
            self.options.addItem(choice.shown(), choice.code)
        self.target.clear()
        for other in self._app.types.values():
            if self._app.actor.may(f"{other.key}.see"):
                self.target.addItem(_(other.title), other.key)

    def _kind_changed(self) -> None:
        holds = self.holds.currentData()
        own = holds == "option" and self.field is None and self.options.currentData() == _OWN_LIST
        for editor, shown in (
            (self.options, holds == "option"),
            (self.choices, own),
            (self.target, holds == "reference"),
        ):
            editor.setVisible(shown)
            self._labels[editor].setVisible(shown)
        self.searched.setVisible(holds in _SEARCHABLE)
