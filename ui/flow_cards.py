"""A flow as a column of cards with arrows between them: what begins it, its steps, what follows."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from crm_desktop.words import _
from ui import theme
from ui.widgets.buttons import Button, IconButton
from ui.widgets.labels import IconLabel, Label, Tag
from ui.widgets.panels import PressableCard

Move = tuple[str, str, Callable[[], object]]
"""What can be done with a step: icon, words, and what does it."""


class StepCard(PressableCard):
    """One step: its number and name, who decides, and what else is to be known. Pressing it opens it."""

    def __init__(
        self, number: int, name: str, who: Sequence[str], notes: Sequence[str], problem: str, moves: Sequence[Move]
    ) -> None:
        super().__init__(_("Step {number}: {name}").format(number=number, name=name), margin=12)
        self.setProperty("clickable", "true")
        head = QHBoxLayout()
        head.addWidget(Tag(str(number), "red" if problem else "accent"))
        head.addWidget(Label(name or _("Without a name"), "section"), 1)
        for icon, words, do in moves:
            head.addWidget(IconButton(icon, words, do))
        self.body.addLayout(head)
        row = QHBoxLayout()
        row.addWidget(IconLabel("people", "dim"), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(Label(", ".join(who) or _("Nobody is chosen yet"), wrap=True), 1)
        self.body.addLayout(row)
        for note in notes:
            self.body.addWidget(Label(note, "small", wrap=True))
        if problem:
            self.body.addWidget(Label(problem, "error", wrap=True))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)


class Between(QWidget):
    """What stands between two cards: an arrow, or that both are asked at the same time; and the way to put a step in."""

    def __init__(self, words: str, add: Callable[[], object] | None) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 2, 0, 2)
        row.setSpacing(theme.size("gap"))
        row.addStretch(1)
        row.addWidget(IconLabel("add" if words else "arrow_down", "dim"))
        if words:
            row.addWidget(Label(words, "dim"))
        if add is not None:
            row.addWidget(Button(_("Step"), "add", kind="flat", clicked=add, tip=_("Put a step in here")))
        row.addStretch(1)


class FlowColumn(QWidget):
    """The cards under one another."""

    def __init__(self) -> None:
        super().__init__()
        self.cards: list[StepCard] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)

    def clear(self) -> None:
        """Take all cards away."""
        self.cards = []
        while (item := self._column.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()

    def put(self, widget: QWidget) -> None:
        """One more below."""
        if isinstance(widget, StepCard):
            self.cards.append(widget)
        self._column.addWidget(widget)
