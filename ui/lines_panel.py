"""The lines of a document on its form: the table, what can be done with lines above it, and the sums below it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from crm_desktop.draft import Draft, Ref
from crm_desktop.kinds import show
from crm_desktop.records.record_type import Field, RecordType
from crm_desktop.words import _, ngettext
from ui import theme
from ui.editor_base import Around
from ui.line_prices import LinePrices
from ui.lines_grid import LinesGrid
from ui.lines_model import LinesModel
from ui.many_dialog import ManyDialog
from ui.widgets.buttons import Button, IconButton
from ui.widgets.labels import Label, SectionHeader

_NUMBERS = ("money", "price", "quantity", "decimal", "integer")


class LinesPanel(QWidget):
    """Lines with their sums. `edited`: the person changed a line."""

    edited = Signal()

    def __init__(self, kind: RecordType, around: Around) -> None:
        super().__init__()
        self.kind, self.around = kind, around
        actor = around.app.actor
        self.model = LinesModel(kind, around.app.options, kind.visible_lines(actor), self)
        self.grid = LinesGrid(self.model, around)
        self.visible_fields = kind.visible(actor)
        self.model.edited.connect(self.edited)
        self.prices = LinePrices(self.model, self.grid.lookups, around, self)
        self.grid.pasted.connect(self._pasted)
        self.note = Label("", "error")
        self.note.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.size("gap"))
        column.addWidget(self._head())
        column.addWidget(self.note)
        box = QFrame()
        box.setProperty("role", "card")
        inner = QVBoxLayout(box)
        inner.setContentsMargins(1, 1, 1, 1)
        inner.setSpacing(0)
        inner.addWidget(self.grid)
        inner.addWidget(self._price_note())
        inner.addWidget(self._foot())
        column.addWidget(box)

    def show_draft(self, draft: Draft, locked: bool) -> None:
        """Show the lines of a record."""
        self.model.show_draft(draft, locked)
        for button in self.tools:
            button.setVisible(not locked)
        self.note.hide()
        self.prices.begin()
        self.price_note.setVisible(self.prices.works)
        self.grid.widths.size_columns()
        self.show_sums()

    def show_sums(self) -> None:
        """Show the sums and the amounts of the document, as they are now."""
        self.model.amounts_changed()
        self.prices.look()
        self._show_price_note()
        count = len(self.model.lines)
        sums = [
            f"{_(f.label)} {show(self._sum(n), f, self.around.app.options)}"
            for n, f in self.model.fields.items()
            if f.total and not f.computed and count
        ]
        self.head.note.setText(" · ".join([ngettext("{count} line", "{count} lines", count).format(count=count), *sums]) if count else "")
        for name, label in self.amounts.items():
            about = self.visible_fields[name]
            label.setText(show(self.model.draft.values.get(name), about, self.around.app.options))

    def show_problems(self, problems: dict[str, str]) -> None:
        """Mark the cells with problems; what is wrong with the lines as a whole stands above them."""
        self.model.show_problems(problems)
        words = problems.get("lines", "")
        self.note.setText(words)
        self.note.setVisible(bool(words))

    @property
    def unread(self) -> dict[str, str]:
        """Cells whose text cannot be read, as `lines.3.quantity`."""
        rows = {id(line): row for row, line in enumerate(self.model.lines)}
        return {f"lines.{rows[key]}.{name}": bad.words for (key, name), bad in self.model.bad.items() if key in rows}

    def go_to_problem(self, name: str) -> None:
        """Put the cursor into the cell named `lines.3.quantity`."""
        parts = name.split(".")
        self.grid.setFocus(Qt.FocusReason.OtherFocusReason)
        if len(parts) == 3 and parts[2] in self.model.names:
            self.grid.go(int(parts[1]), self.model.names.index(parts[2]))

    def _sum(self, name: str) -> Decimal:
        return sum((line.values.get(name) or Decimal(0) for line in self.model.lines), Decimal(0))

    def _head(self) -> SectionHeader:
        grid = self.grid
        self.tools = [
            Button(
                _("Add line"), "add", kind="flat", clicked=grid.add_line, tip=_("Or simply type into the last row"), shortcut="Ctrl+L"
            ),
            Button(_("Add several…"), "text_bullet_list_square", kind="flat", clicked=self.add_several, shortcut="Ctrl+Ins"),
            IconButton("copy", _("Duplicate the line  (Ctrl+D)"), grid.duplicate_lines),
            IconButton("arrow_up", _("Move up  (Alt+Up)"), partial(grid.move_line, -1)),
            IconButton("arrow_down", _("Move down  (Alt+Down)"), partial(grid.move_line, 1)),
            IconButton("delete", _("Remove the line  (Ctrl+Del)"), grid.remove_lines),
        ]
        for tool in self.tools:
            tool.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Tab goes from the fields straight into the table
        assert self.kind.lines is not None
        self.head = SectionHeader(_(self.kind.lines.title), *self.tools)
        return self.head

    def add_several(self) -> None:
        """Let the person mark several records; each becomes a line."""
        name = next((n for n, f in self.model.fields.items() if f.kind == "reference" and f.copies), "")
        if not name or self.model.locked:
            return
        dialog = ManyDialog(self, self.around, self.model.fields[name])
        if dialog.exec():
            self.add_lines_for(name, dialog.refs)
        dialog.deleteLater()
        self.grid.focus_start()

    def add_lines_for(self, name: str, refs: Sequence[Ref]) -> None:
        """A line for each record, filled with what follows from it."""
        for line, ref in zip(self.model.add_for(name, refs), refs, strict=True):
            self.grid.lookups.fill_from(line, name, ref)

    def _price_note(self) -> Label:
        """Where the price of the line comes from that the cursor is in; its room is kept, so that nothing jumps."""
        self.price_note = Label("", "small")
        self.price_note.setFixedHeight(theme.current().px(28))
        self.price_note.setContentsMargins(theme.size("margin"), 0, theme.size("margin"), 0)
        self.price_note.setAccessibleName(_("Where the price comes from"))
        self.price_note.hide()
        self.grid.cursor_moved.connect(self._show_price_note)
        self.prices.told.connect(self._show_price_note)
        return self.price_note

    def _show_price_note(self) -> None:
        words = self.prices.words(self.grid.cell()[0])
        if words != self.price_note.text():
            self.price_note.setText(words)

    def _foot(self) -> QFrame:
        """Amounts of the document at the right, in words at the left."""
        foot = QFrame()
        foot.setProperty("line", "top")
        row = QHBoxLayout(foot)
        row.setContentsMargins(theme.size("margin"), 10, theme.size("margin"), 10)
        row.setSpacing(theme.size("page"))
        self.amounts: dict[str, Label] = {}
        fields = {n: f for n, f in self.visible_fields.items() if self.kind.in_foot(f)}
        words = [n for n, f in fields.items() if f.kind == "text"]
        sums = [n for n, f in fields.items() if f.kind in _NUMBERS]
        for name in words:
            row.addLayout(self._amount(name, fields[name], "dim"))
        row.addStretch(1)
        for name in sums:
            row.addLayout(self._amount(name, fields[name], "total" if name == sums[-1] else "number"))
        return foot

    def _amount(self, name: str, about: Field, role: str) -> QVBoxLayout:
        side = Qt.AlignmentFlag.AlignRight if about.kind in _NUMBERS else Qt.AlignmentFlag.AlignLeft
        column = QVBoxLayout()
        column.setSpacing(1)
        column.addWidget(Label(_(about.label), "small"), 0, side)
        value = Label("", role)
        value.setMinimumHeight(theme.current().px(26))
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        value.setAccessibleName(_(about.label))
        self.amounts[name] = value
        column.addWidget(value, 0, side)
        return column

    def _pasted(self, rows: int, bad: int) -> None:
        if bad:
            words = ngettext("{count} cell could not be read and is red.", "{count} cells could not be read and are red.", bad)
            self.note.setText(words.format(count=bad))
            self.note.show()
