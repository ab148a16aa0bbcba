"""Editors for the values of conditions: a word, a number, a day, two of them, a period, choices, records."""

from __future__ import annotations

import datetime as dt
from typing import Any

from PySide6.QtCore import QDate
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QWidget

from crm_desktop.application import Application
from crm_desktop.filters import Condition, Filter
from crm_desktop.kinds import KINDS, parse
from crm_desktop.local_time import to_local
from crm_desktop.records.record_type import Field
from crm_desktop.words import _
from ui import theme
from ui.filter_popups import popup_for
from ui.filter_text import Names, period_words, plain_number, short
from ui.tasks import Tasks
from ui.widgets.buttons import Button
from ui.widgets.inputs import day_edit
from ui.widgets.labels import Label


class ValueEditor(QWidget):
    """Base, and the editor of operators without a value."""

    needed = False

    def __init__(self) -> None:
        super().__init__()
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(0, 0, 0, 0)
        self.row.setSpacing(theme.size("gap"))

    def set(self, value: Any) -> None:
        """Show a value."""

    def get(self) -> Any:
        """The value; None where nothing was given. Raises ValueError with words."""
        return None


class _Typed(ValueEditor):
    """A word or a number."""

    needed = True

    def __init__(self, app: Application, about: Field) -> None:
        super().__init__()
        self._app, self._about = app, about
        self.line = QLineEdit()
        self.row.addWidget(self.line)
        self.setFocusProxy(self.line)

    def set(self, value: Any) -> None:
        if value is not None:
            self.line.setText(plain_number(value) if KINDS[self._about.kind].numeric else str(value))

    def get(self) -> Any:
        text = self.line.text().strip()
        if not text:
            return None
        return parse(text, self._about, self._app.options) if KINDS[self._about.kind].numeric else text


class _Day(ValueEditor):
    """A day."""

    needed = True

    def __init__(self) -> None:
        super().__init__()
        self.edit = day_edit()
        self.row.addWidget(self.edit)
        self.row.addStretch(1)

    def set(self, value: Any) -> None:
        if isinstance(value, dt.datetime):
            value = to_local(value).date()
        if isinstance(value, dt.date):
            self.edit.setDate(QDate(value.year, value.month, value.day))

    def get(self) -> Any:
        return self.edit.date().toPython()


class _Two(ValueEditor):
    """From one to another."""

    needed = True

    def __init__(self, first: ValueEditor, last: ValueEditor) -> None:
        super().__init__()
        self._first, self._last = first, last
        self.row.addWidget(first)
        self.row.addWidget(Label(_("to"), "dim"))
        self.row.addWidget(last)
        self.row.addStretch(1)

    def set(self, value: Any) -> None:
        if value is not None:
            self._first.set(value[0])
            self._last.set(value[1])

    def get(self) -> Any:
        low, high = self._first.get(), self._last.get()
        return None if low is None or high is None else (min(low, high), max(low, high))


class _Period(ValueEditor):
    """A period such as this month."""

    needed = True

    def __init__(self) -> None:
        super().__init__()
        self.choice = QComboBox()
        self.choice.setAccessibleName(_("Period"))
        for key, words in period_words().items():
            self.choice.addItem(words, key)
        self.choice.setCurrentIndex(self.choice.findData("this_month"))
        self.row.addWidget(self.choice)
        self.row.addStretch(1)

    def set(self, value: Any) -> None:
        if value is not None:
            self.choice.setCurrentIndex(self.choice.findData(value))

    def get(self) -> Any:
        return self.choice.currentData()


class _Picked(ValueEditor):
    """Choices or records, from what drops down in the filter line too."""

    needed = True

    def __init__(self, app: Application, tasks: Tasks, about: Field, names: Names) -> None:
        super().__init__()
        self._app, self._tasks, self._about, self._names = app, tasks, about, names
        self._value: tuple[Any, ...] = ()
        self.button = Button(_("Choose…"), kind="pick", clicked=self._open)
        self.row.addWidget(self.button, 1)

    def set(self, value: Any) -> None:
        self._value = tuple(value or ())
        part = Condition(self._about.name, "any_of", self._value)
        words = short(part, self._about, self._app.options, self._names) if self._value else _("Choose…")
        self.button.setText(words.replace("&", "&&"))

    def get(self) -> Any:
        return self._value or None

    def _open(self) -> None:
        part = Condition(self._about.name, "any_of", self._value) if self._value else None
        popup = popup_for(self._app, self._tasks, self._about, part, self._names, self.button)
        popup.picked.connect(self._take)
        popup.open_under(self.button)

    def _take(self, part: Filter | None) -> None:
        if part is None or (isinstance(part, Condition) and part.operator == "any_of"):
            self.set(part.value if part is not None else ())


def value_editor(app: Application, tasks: Tasks, about: Field, operator: str, names: Names) -> ValueEditor:
    """The editor for the value `operator` takes on a field."""
    dated = "period" in KINDS[about.kind].filters
    if operator in ("empty", "filled", "mine", "yes", "no"):
        return ValueEditor()
    if operator == "period":
        return _Period()
    if operator in ("any_of", "none_of"):
        return _Picked(app, tasks, about, names)
    if operator == "between":
        return _Two(_Day(), _Day()) if dated else _Two(_Typed(app, about), _Typed(app, about))
    return _Day() if dated else _Typed(app, about)
