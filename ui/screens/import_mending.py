"""Wrong rows of a file mended in place: the cells as they stand in the file, and why they are wrong. The file itself stays as it is."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from crm_desktop.exchange.cells import text_of
from crm_desktop.exchange.first_look import FirstLook
from crm_desktop.exchange.plan import Planned
from crm_desktop.exchange.tables import Row
from crm_desktop.words import _, ngettext
from ui import theme
from ui.widgets.buttons import Button
from ui.widgets.labels import Label
from ui.widgets.panels import Banner

_MOST_ROWS = 60
_WIDE, _HIGH = 760, 560  # pixels


class MendDialog(QDialog):
    """The headings at the left, the rows of one record beside them. `carry_over` writes what was changed into the table."""

    def __init__(self, parent: QWidget, look: FirstLook, item: Planned, words: str) -> None:
        super().__init__(parent.window())
        self._look = look
        numbers = dict.fromkeys(item.rows[:_MOST_ROWS])
        self._rows: list[Row] = [r for r in look.table.rows if r.number in numbers][:_MOST_ROWS]
        self._headings = [(at, h) for at, h in enumerate(look.table.headings) if h or at in look.mapping.columns]
        self._wrong = {at for at, target in look.mapping.columns.items() if target in item.problems}
        self.setWindowTitle(_("Mend the row"))
        self.resize(theme.current().px(_WIDE), theme.current().px(_HIGH))
        self.table = QTableWidget(len(self._headings), len(self._rows))
        self.table.setAccessibleName(self.windowTitle())
        self.table.setCornerButtonEnabled(False)
        self._fill()
        column = QVBoxLayout(self)
        edge = theme.size("page")
        column.setContentsMargins(edge, edge, edge, theme.size("margin"))
        column.setSpacing(theme.size("margin"))
        column.addWidget(
            Label(item.label or ngettext("Row {row}", "Rows {row}", len(item.rows)).format(row=item.rows[0]), "heading")
        )
        column.addWidget(Banner(words, "red"))
        column.addWidget(self.table, 1)
        column.addWidget(Label(_("Only this import takes the change; the file stays as it is."), "small"))
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(Button(_("Cancel"), clicked=self.reject))
        self.ok = Button(_("Check again"), kind="primary", clicked=self.accept)
        self.ok.setDefault(True)
        foot.addWidget(self.ok)
        column.addLayout(foot)

    def _fill(self) -> None:
        table = self.table
        table.setFrameShape(QFrame.Shape.NoFrame)
        table.setHorizontalHeaderLabels([_("Row {number}").format(number=r.number) for r in self._rows])
        table.setVerticalHeaderLabels([h or _("(no heading)") for _at, h in self._headings])
        table.horizontalHeader().setSectionResizeMode(
            QHeaderView.ResizeMode.Stretch if len(self._rows) < 4 else QHeaderView.ResizeMode.Interactive
        )
        table.verticalHeader().setDefaultSectionSize(theme.size("row"))
        first: QTableWidgetItem | None = None
        for line, (at, _heading) in enumerate(self._headings):
            for place, row in enumerate(self._rows):
                item = QTableWidgetItem(text_of(row.cells[at]) if at < len(row.cells) else "")
                if at in self._wrong:
                    item.setForeground(theme.colour("red"))
                    first = first or item
                table.setItem(line, place, item)
        if first is not None:
            table.setCurrentItem(first)
            table.scrollToItem(first)

    def carry_over(self) -> bool:
        """Put what was changed into the table of the import; gives whether anything was."""
        changed = False
        for line, (at, _heading) in enumerate(self._headings):
            for place, row in enumerate(self._rows):
                item = self.table.item(line, place)
                text = item.text().strip() if item else ""
                if text == (text_of(row.cells[at]) if at < len(row.cells) else ""):
                    continue
                row.cells += [None] * (at + 1 - len(row.cells))
                row.cells[at] = text or None
                changed = True
        return changed

    def keyPressEvent(self, event: object) -> None:
        # Enter ends typing in a cell; it closes the dialog only from its buttons.
        if getattr(event, "key", lambda: 0)() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.table.hasFocus():
            return
        super().keyPressEvent(event)  # type: ignore[arg-type]
