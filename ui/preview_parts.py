"""The parts of the panel beside a list: figures, the lines of a document, and one row for each record that belongs to it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from crm_desktop.application import Application
from crm_desktop.draft import Draft
from crm_desktop.kinds import show
from crm_desktop.records.record_type import RecordType
from crm_desktop.services.sharing import Share
from crm_desktop.words import _
from ui import icons, theme
from ui.preview_data import Item, PreviewData
from ui.share_dialog import shared_words
from ui.widgets.labels import IconLabel, Label
from ui.widgets.panels import Card, Pressable

_FIGURES, _SHOWN_LINES = 3, 10


def figures(app: Application, kind: RecordType, data: PreviewData) -> QWidget | None:
    """The few numbers that matter: what belongs to it summed, and its own amounts."""
    own = [
        (_(f.label), show(data.draft.values.get(n), f, app.options))
        for n, f in kind.visible(app.actor).items()
        if f.kind == "money" and f.width and data.draft.values.get(n) is not None
    ]
    sums = [(p.total_label, f"{p.total:,.2f}") for p in data.parts if p.total is not None]
    found = [*sums, *own][:_FIGURES]
    if not found:
        return None
    card = Card(plate=True, margin=12)
    grid = QGridLayout()
    grid.setVerticalSpacing(2)
    for at, (label, text) in enumerate(found):
        grid.addWidget(Label(label, "dim"), 0, at)
        grid.addWidget(Label(text, "number"), 1, at)
    card.body.addLayout(grid)
    return card


def document_lines(app: Application, kind: RecordType, draft: Draft) -> QWidget | None:
    """What a document is about, line by line."""
    lines = kind.lines
    if lines is None or not draft.lines:
        return None
    fields = lines.fields
    name = next((n for n, f in fields.items() if f.required and f.kind == "text"), "")
    quantity = next((n for n, f in fields.items() if f.kind == "quantity"), "")
    amount = next((n for n, f in fields.items() if f.kind == "money" and f.total), "")
    box = QWidget()
    grid = QGridLayout(box)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(6)
    grid.setColumnStretch(0, 1)
    grid.addWidget(Label(f"{_(lines.title)} {len(draft.lines)}", "section"), 0, 0, 1, 3)
    for at, line in enumerate(draft.lines[:_SHOWN_LINES], 1):
        texts = [show(line.values.get(n), fields[n], app.options) if n else "" for n in (name, quantity, amount)]
        unit = str(line.values.get("unit") or "")
        grid.addWidget(Label(texts[0], wrap=True), at, 0)
        grid.addWidget(Label(f"{texts[1]} {unit}".strip(), "dim"), at, 1, Qt.AlignmentFlag.AlignRight)
        grid.addWidget(Label(texts[2]), at, 2, Qt.AlignmentFlag.AlignRight)
    if len(draft.lines) > _SHOWN_LINES:
        more = _("and {count} more").format(count=len(draft.lines) - _SHOWN_LINES)
        grid.addWidget(Label(more, "faint"), _SHOWN_LINES + 1, 0)
    return box


class ItemRow(Pressable):
    """One record that belongs to the one shown: a round mark, two lines, an amount."""

    def __init__(self, kind: RecordType, item: Item, opened: Any) -> None:
        super().__init__(item.title)
        self.pressed.connect(partial(opened.emit, kind.key, item.id))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 3, 0, 3)
        row.setSpacing(10)
        mark = QFrame()
        mark.setProperty("role", "disc")
        mark.setProperty("tone", item.tone)
        side = theme.current().px(30)
        mark.setFixedSize(side, side)
        inner = QHBoxLayout(mark)
        inner.setContentsMargins(0, 0, 0, 0)
        name = item.code if item.code in icons.names() else kind.icon
        inner.addWidget(IconLabel(name, item.tone, 16), 0, Qt.AlignmentFlag.AlignCenter)
        row.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        lines = QVBoxLayout()
        lines.setSpacing(1)
        title = Label(item.title, wrap=True)
        lines.addWidget(title)
        lines.addWidget(Label(item.detail, "small", wrap=True))
        row.addLayout(lines, 1)
        if item.amount:
            row.addWidget(Label(item.amount, "strong"), 0, Qt.AlignmentFlag.AlignTop)


def shared_line(shared: Sequence[Share]) -> QWidget | None:
    """With whom the record is shared; None for one that is not."""
    if not shared:
        return None
    line = QWidget()
    row = QHBoxLayout(line)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(theme.size("gap"))
    row.addWidget(IconLabel("people_team", "violet"), 0, Qt.AlignmentFlag.AlignTop)
    row.addWidget(Label(shared_words(shared), "small", wrap=True), 1)
    return line
