"""What a person should look at before the paper goes out; a click goes there."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from crm_desktop.printing.marks import Problem
from crm_desktop.words import N_, _, ngettext
from ui import icons, theme
from ui.widgets.labels import IconLabel, Label

_KINDS: Mapping[str, tuple[str, str]] = {
    "missing_glyph": (N_("Missing character"), "text_font"),
    "clipped": (N_("Text cut off"), "cut"),
    "unknown_field": (N_("Unknown field"), "question_circle"),
    "expression": (N_("Calculation"), "math_formula"),
    "picture": (N_("Picture"), "image"),
    "barcode": (N_("Barcode"), "barcode_scanner"),
    "font": (N_("Font"), "text_font"),
    "off_paper": (N_("Off the paper"), "warning"),
    "style": (N_("Style"), "color"),
    "structure": (N_("Bands"), "layout_row_three"),
}
_PROBLEM = Qt.ItemDataRole.UserRole


class ProblemList(QWidget):
    """The problems of the drawing that is shown."""

    chosen = Signal(str)
    """The id of the thing to go to."""
    counted = Signal(int)

    def __init__(self, name_of: Callable[[str], str]) -> None:
        super().__init__()
        self._name_of = name_of
        self._problems: tuple[Problem, ...] = ()
        self.list = QListWidget()
        self.list.setProperty("role", "plain")
        self.list.setWordWrap(True)
        self.list.setSpacing(1)
        self.list.setAccessibleName(_("Problems"))
        self.nothing = QWidget()
        inside = QVBoxLayout(self.nothing)
        inside.addSpacing(theme.size("margin"))
        inside.addWidget(IconLabel("checkmark_circle", "green", 28), 0, Qt.AlignmentFlag.AlignHCenter)
        words = Label(_("Nothing to complain about: all fits and every field is known."), "dim", wrap=True)
        words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        inside.addWidget(words)
        inside.addStretch(1)
        self.summary = Label("", "small", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.summary)
        column.addWidget(self.list, 1)
        column.addWidget(self.nothing, 1)
        self.list.itemClicked.connect(self._go)
        self.list.itemActivated.connect(self._go)
        self.show_problems(())

    def show_problems(self, problems: tuple[Problem, ...]) -> None:
        """Show these; nothing moves where they are the same."""
        if problems == self._problems and self.list.count() == len(problems):
            self.nothing.setVisible(not problems)
            self.list.setVisible(bool(problems))
            return
        self._problems = problems
        self.list.clear()
        for problem in problems:
            title, icon = _KINDS.get(problem.kind, (N_("Problem"), "warning"))
            item = QListWidgetItem(icons.icon(icon, "amber"), f"{_(title)} · {self._name_of(problem.element)}\n{problem.message}")
            item.setData(_PROBLEM, problem.element)
            item.setToolTip(problem.message)
            self.list.addItem(item)
        count = len(problems)
        self.summary.setText(ngettext("{count} thing to look at", "{count} things to look at", count).format(count=count) if count else "")
        self.summary.setVisible(bool(count))
        self.nothing.setVisible(not count)
        self.list.setVisible(bool(count))
        self.counted.emit(count)

    def _go(self, item: QListWidgetItem) -> None:
        self.chosen.emit(item.data(_PROBLEM))
