"""Conditions put together by hand: field, operator, value; all or any of them, in groups as deep as needed."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QDialog, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from crm_desktop.application import Application
from crm_desktop.filters import AllOf, AnyOf, Condition, Filter, Not
from crm_desktop.kinds import KINDS
from crm_desktop.records.record_type import Field, RecordType
from crm_desktop.words import _
from ui import theme
from ui.filter_text import Names, field_of, label_of, operator_words
from ui.filter_values import ValueEditor, value_editor
from ui.list_state import ListState, joined, split
from ui.tasks import Tasks
from ui.widgets.buttons import Button, IconButton
from ui.widgets.labels import Label
from ui.widgets.naming import named_by


class FilterEditor(QDialog):
    """The conditions of one list. `parts()` are they when the dialog was accepted."""

    def __init__(
        self, app: Application, tasks: Tasks, state: ListState, names: Names, parent: QWidget, chip: int = -1
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Conditions"))
        self.resize(theme.current().px(760), theme.current().px(460))
        makers = Makers(app, tasks, state.type, names)
        self.group = Group(makers, joined(state.parts), outermost=True)
        if not state.parts or chip < 0:
            self.group.add(None)
        area = QScrollArea()
        area.setWidgetResizable(True)
        inner = QWidget()
        inner.setProperty("scrolled", "true")
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 8, 0)
        column.addWidget(self.group)
        column.addStretch(1)
        area.setWidget(inner)
        self.problem = Label("", "error", wrap=True)
        self.problem.hide()
        foot = QHBoxLayout()
        foot.addWidget(Button(_("Remove all"), kind="flat", clicked=self.clear))
        foot.addStretch(1)
        foot.addWidget(Button(_("Cancel"), clicked=self.reject))
        apply = Button(_("Apply"), kind="primary", clicked=self.accept)
        apply.setDefault(True)
        foot.addWidget(apply)
        whole = QVBoxLayout(self)
        whole.addWidget(area, 1)
        whole.addWidget(self.problem)
        whole.addLayout(foot)
        if chip >= 0:
            self._show_chip(state, chip)

    def parts(self) -> tuple[Filter, ...]:
        """The conditions that must all hold. Raises ValueError with words where a value cannot be read."""
        return split(self.group.filter())

    def clear(self) -> None:
        """No conditions."""
        self.group.clear()

    def accept(self) -> None:
        try:
            self.parts()
        except ValueError as error:
            self.problem.setText(str(error))
            self.problem.show()
            return
        super().accept()

    def _show_chip(self, state: ListState, chip: int) -> None:
        part = state.chip_parts()[chip]
        at = state.parts.index(part)
        if at < len(self.group.rows):
            self.group.rows[at].setFocus()


class Makers:
    """What every row needs: the fields there are, and editors for their values."""

    def __init__(self, app: Application, tasks: Tasks, record_type: RecordType, names: Names) -> None:
        self.app, self.tasks, self.type, self.names = app, tasks, record_type, names

    def fields(self) -> Iterator[tuple[str, str]]:
        """Every field that can be asked about, with its words: own ones first, then those of the records pointed to."""
        visible = self.type.visible(self.app.actor)
        for name in visible:
            yield name, label_of(name, self.app.types, self.type)
        for name, about in visible.items():
            target = self.app.types.get(about.target)
            if about.kind != "reference" or about.custom or target is None or target.area == "setup":
                continue
            for other, far in target.visible(self.app.actor).items():
                if far.width and not far.custom and far.kind != "reference":
                    path = f"{name}.{other}"
                    yield path, label_of(path, self.app.types, self.type)
        for name, about in self.type.visible_lines(self.app.actor).items():
            if not about.custom and name != "position":
                yield f"lines.{name}", label_of(f"lines.{name}", self.app.types, self.type)

    def field(self, name: str) -> Field | None:
        """What a field says of itself."""
        return field_of(Condition(name, ""), self.app.types, self.type, name)

    def editor(self, about: Field, operator: str) -> ValueEditor:
        """An editor for the value that an operator takes."""
        return value_editor(self.app, self.tasks, about, operator, self.names)


class Row(QFrame):
    """One condition."""

    removed = Signal()

    def __init__(self, makers: Makers, part: Filter | None) -> None:
        super().__init__()
        self._makers = makers
        self.field, self.operator = QComboBox(), QComboBox()
        self.field.setAccessibleName(_("Field"))
        self.operator.setAccessibleName(_("Condition"))
        self.field.setMinimumWidth(theme.current().px(190))
        self.field.setMaxVisibleItems(18)
        self.operator.setMinimumWidth(theme.current().px(140))
        for name, words in makers.fields():
            self.field.addItem(words, name)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(theme.size("gap"))
        self._row.addWidget(self.field)
        self._row.addWidget(self.operator)
        self.value = ValueEditor()
        self._row.addWidget(self.value, 1)
        self._row.addWidget(IconButton("dismiss", _("Remove"), self.removed.emit))
        self.setFocusProxy(self.field)
        self.field.currentIndexChanged.connect(self._field_chosen)
        self.operator.currentIndexChanged.connect(self._operator_chosen)
        self._field_chosen()
        if part is not None:
            self._show(part)

    def _show(self, part: Filter) -> None:
        negated = isinstance(part, Not)
        inner = part.part if isinstance(part, Not) else part
        assert isinstance(inner, Condition)
        self.field.setCurrentIndex(max(0, self.field.findData(inner.field)))
        self.operator.setCurrentIndex(max(0, self.operator.findData(f"!{inner.operator}" if negated else inner.operator)))
        self.value.set(inner.value)

    def _about(self) -> Field | None:
        return self._makers.field(self.field.currentData() or "")

    def _field_chosen(self) -> None:
        about, words, negated = self._about(), operator_words(), negated_words()
        self.operator.blockSignals(True)
        self.operator.clear()
        for operator in KINDS[about.kind].filters if about else ():
            self.operator.addItem(words[operator], operator)
            if operator in negated:
                self.operator.addItem(negated[operator], f"!{operator}")
        self.operator.blockSignals(False)
        self._operator_chosen()

    def _operator_chosen(self) -> None:
        about = self._about()
        if about is None or self.operator.currentData() is None:
            return
        fresh = self._makers.editor(about, self.operator.currentData().removeprefix("!"))
        self._row.replaceWidget(self.value, fresh)
        self.value.hide()
        self.value.deleteLater()
        self.value = fresh
        if (editor := fresh.focusProxy()) is not None:
            named_by(self.field.currentText(), editor)

    def filter(self) -> Filter | None:
        """The condition; None while it has no value. Raises ValueError with words."""
        about = self._about()
        if about is None or self.operator.currentData() is None:
            return None
        operator = self.operator.currentData()
        value = self.value.get()
        if self.value.needed and value is None:
            return None
        made = Condition(self.field.currentData(), operator.removeprefix("!"), value)
        return Not(made) if operator.startswith("!") else made


class Group(QFrame):
    """Conditions of which all, any or none must hold."""

    removed = Signal()

    def __init__(self, makers: Makers, part: Filter | None, *, outermost: bool = False) -> None:
        super().__init__()
        self._makers = makers
        self.rows: list[Row | Group] = []
        if not outermost:
            self.setProperty("role", "plate")
        self.mode = QComboBox()
        self.mode.setAccessibleName(_("How the conditions go together"))
        for key, words in (
            ("all", _("All of these hold")),
            ("any", _("At least one of these holds")),
            ("none", _("None of these holds")),
        ):
            self.mode.addItem(words, key)
        head = QHBoxLayout()
        head.addWidget(self.mode)
        head.addStretch(1)
        if not outermost:
            head.addWidget(IconButton("dismiss", _("Remove the group"), self.removed.emit))
        self._body = QVBoxLayout()
        self._body.setSpacing(theme.size("gap"))
        foot = QHBoxLayout()
        foot.addWidget(Button(_("Condition"), "add", kind="flat", clicked=lambda: self.add(None)))
        foot.addWidget(Button(_("Group"), "add", kind="flat", clicked=lambda: self.add(AnyOf(()))))
        foot.addStretch(1)
        column = QVBoxLayout(self)
        edge = 0 if outermost else 10
        column.setContentsMargins(edge, edge, edge, edge)
        column.addLayout(head)
        column.addLayout(self._body)
        column.addLayout(foot)
        self._show(part)

    def _show(self, part: Filter | None) -> None:
        mode, parts = taken_apart(part)
        self.mode.setCurrentIndex(self.mode.findData(mode))
        for each in parts:
            self.add(each)
        if part is not None and not parts:
            self.add(None)

    def add(self, part: Filter | None) -> None:
        """One more condition or group."""
        simple = (
            part is None or isinstance(part, Condition) or (isinstance(part, Not) and isinstance(part.part, Condition))
        )
        row: Row | Group = Row(self._makers, part) if simple else Group(self._makers, part)
        row.removed.connect(lambda: self._remove(row))
        self.rows.append(row)
        self._body.addWidget(row)

    def clear(self) -> None:
        """Without any."""
        for row in list(self.rows):
            self._remove(row)

    def _remove(self, row: Row | Group) -> None:
        self.rows.remove(row)
        self._body.removeWidget(row)
        row.hide()
        row.deleteLater()

    def filter(self) -> Filter | None:
        """The conditions together; None where there are none."""
        parts = tuple(p for row in self.rows if (p := row.filter()) is not None)
        if not parts:
            return None
        mode = self.mode.currentData()
        if mode == "none":
            return Not(AnyOf(parts)) if len(parts) > 1 else Not(parts[0])
        if len(parts) == 1:
            return parts[0]
        return AllOf(parts) if mode == "all" else AnyOf(parts)


def negated_words() -> dict[str, str]:
    """What the opposites of operators are called that have no operator of their own."""
    return {
        "contains": _("does not contain"),
        "is": _("is not"),
        "starts": _("does not begin with"),
        "between": _("is not between"),
        "period": _("is not in"),
    }


def taken_apart(part: Filter | None) -> tuple[str, tuple[Filter, ...]]:
    """A filter as mode and parts of a group."""
    if part is None:
        return "all", ()
    if isinstance(part, AllOf):
        return "all", part.parts
    if isinstance(part, AnyOf):
        return "any", part.parts
    if isinstance(part, Not) and not isinstance(part.part, Condition):
        return "none", part.part.parts if isinstance(part.part, AnyOf) else (part.part,)
    return "all", (part,)
