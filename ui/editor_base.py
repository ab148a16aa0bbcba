"""What every editor of a field is, and what it may ask of the form around it.

An editor shows one value and gives it back. It knows its `Field` and nothing of the record; what it needs from outside
(suggestions, another record's window) it asks of `Around`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.kinds import KINDS, parse
from crm_desktop.options import Options
from crm_desktop.records.record_type import Field
from crm_desktop.rules.arithmetic import evaluate, looks_like_sum
from crm_desktop.words import _
from ui import theme
from ui.tasks import Tasks

_NOTHING: Mapping[str, Any] = MappingProxyType({})


def _no_limits(about: Field) -> Mapping[str, Any]:
    return _NOTHING


def _not_offered(*_arguments: Any) -> None:
    return None


@dataclass
class Around:
    """What surrounds an editor.

    within: the values that the records offered for a reference must have. open_record shows a record; create asks the person
    for a new one of a type, beginning with the values given, and tells it to the last argument.
    """

    app: Application
    tasks: Tasks
    within: Callable[[Field], Mapping[str, Any]] = _no_limits
    open_record: Callable[[str, int], None] = _not_offered
    create: Callable[[QWidget, str, Mapping[str, Any], Callable[[Ref], None]], None] | None = None
    failed: Callable[[BaseException], None] = field(default=_not_offered)


class Editor(QWidget):
    """Base of all editors. `changed`: the person changed something; `settled`: the person is done with it for now."""

    changed = Signal()
    settled = Signal()

    def __init__(self, about: Field, around: Around, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.about, self.around = about, around
        self.read_only = False
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(0, 0, 0, 0)
        self.row.setSpacing(2)

    def use(self, main: QWidget) -> None:
        """`main` is what takes the focus and the marks."""
        self._main = main
        self.row.addWidget(main, 1)
        self.setFocusProxy(main)
        main.setAccessibleName(_(self.about.label))
        if self.about.help:
            main.setToolTip(_(self.about.help))
            main.setAccessibleDescription(_(self.about.help))

    @property
    def typed_into(self) -> QWidget:
        """The widget that takes the keys: Qt's tab order does not look through focus proxies."""
        widget: QWidget = self
        while (inner := widget.focusProxy()) is not None:
            widget = inner
        return widget

    @property
    def options(self) -> Options:
        return self.around.app.options

    @property
    def looking_up(self) -> bool:
        """Whether what is typed still waits for an answer from the database."""
        return False

    def value(self) -> Any:
        """What is typed, as a value. Raises ValueError with words for the person."""
        raise NotImplementedError

    def show_value(self, value: Any) -> None:
        """Show a value of the record; does not count as a change."""
        raise NotImplementedError

    def done(self) -> None:
        """A choice was made: it is a change, and there is nothing half typed about it."""
        self.changed.emit()
        self.settled.emit()

    def set_read_only(self, on: bool) -> None:
        """Keep the person from changing it; it can still be read and copied."""
        self.read_only = on
        self._main.setEnabled(not on)

    def mark(self, problem: str) -> None:
        """Show that the value has a problem; '' takes the mark away."""
        theme.restyle(self._main, problem="true" if problem else "false")
        self._main.setToolTip(problem or _(self.about.help))
        self._main.setAccessibleDescription(problem or _(self.about.help))


def read_typed(text: str, about: Field, options: Options) -> Any:
    """The value a person meant; number fields work out small sums. Raises ValueError with words."""
    try:
        if KINDS[about.kind].numeric and text.strip().startswith(("=", "＝")):
            return _worked_out(text, about, options)
        return parse(text, about, options)
    except ValueError:
        if KINDS[about.kind].numeric and looks_like_sum(text):
            return _worked_out(text, about, options)
        raise


def _worked_out(text: str, about: Field, options: Options) -> Any:
    try:
        result = evaluate(text)
    except ValueError:
        raise ValueError(_("“{text}” cannot be worked out.").format(text=text.strip())) from None
    return parse(format(round(result, 6), "f"), about, options)


def alignment(about: Field) -> Qt.AlignmentFlag:
    """Where a value of this field stands in its box or cell."""
    return {
        "right": Qt.AlignmentFlag.AlignRight,
        "center": Qt.AlignmentFlag.AlignHCenter,
    }.get(KINDS[about.kind].align, Qt.AlignmentFlag.AlignLeft) | Qt.AlignmentFlag.AlignVCenter
