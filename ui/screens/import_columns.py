"""The second page of an import: the first rows of the file as they are, and what each column means."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from crm_desktop.exchange.cells import text_of
from crm_desktop.exchange.first_look import FirstLook, Target, importable, targets
from crm_desktop.exchange.mapping import ColumnMap
from crm_desktop.exchange.tables import column_letter
from crm_desktop.words import _
from ui import theme
from ui.choice_editors import ChoiceBox
from ui.shell import Shell
from ui.widgets.inputs import NumberBox
from ui.widgets.labels import IconLabel, Label
from ui.widgets.panels import Banner

_SHOWN_ROWS = 3
_FIELD, _HEADING = 250, 200  # pixels
_LONGEST = 60  # characters of an example


class ColumnsPage(QWidget):
    """One line for each column of the file: its heading, its first values, and the field it goes to."""

    relook_wanted = Signal(str, str, int)  # type, sheet, heading row (0: find it)

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        self._look: FirstLook | None = None
        self._targets: list[Target] = []
        self.types, self.sheets, self.heading_row = ChoiceBox(), ChoiceBox(), NumberBox()
        self.banner = Banner("", "red")
        self.banner.hide()
        self.found = Label("", "small")
        self.change_existing = QCheckBox(_("Change records that exist already"))
        self.change_existing.setToolTip(_("Without the tick only new records come in."))
        self.create_missing = QCheckBox(_("Create customers that are named and not known"))
        self.table = QTableWidget()
        self.combos: list[ChoiceBox] = []
        self._lay_out()
        for kind in importable(shell.app):
            self.types.addItem(_(kind.plural), kind.key)
        self.types.activated.connect(lambda _at: self._relook(fresh=True))
        self.sheets.activated.connect(lambda _at: self._relook(fresh=True))
        self.heading_row.valueChanged.connect(lambda _row: self._relook())

    def show_look(self, look: FirstLook) -> None:
        """Show a file as it was laid out."""
        self._look = look
        kind = self._shell.app.type(look.type)
        self._targets = targets(self._shell.app, kind)
        self.banner.hide()
        self.types.setCurrentIndex(self.types.findData(look.type))
        self.sheets.clear()
        for sheet in look.book.sheets:
            if any(sheet.rows):
                self.sheets.addItem(sheet.name, sheet.name)
        self.sheets.setCurrentIndex(self.sheets.findData(look.table.sheet))
        self.sheets.setEnabled(self.sheets.count() > 1)
        rows = next(len(s.rows) for s in look.book.sheets if s.name == look.table.sheet)
        self.heading_row.blockSignals(True)
        self.heading_row.setRange(1, max(1, rows))
        self.heading_row.setValue(look.table.heading_row)
        self.heading_row.blockSignals(False)
        facts = [_("{count} rows").format(count=f"{len(look.table.rows):,}"), *look.book.found.values()]
        self.found.setText(" · ".join(facts))
        self.create_missing.setVisible(look.type != "customers" and "customer_id" in kind.fields)
        self._fill()

    def mapping(self) -> ColumnMap:
        """What each column goes to, as the person left it."""
        assert self._look is not None
        result = ColumnMap({})
        for index, heading in enumerate(self._look.table.headings):
            target = self.combos[index].currentData() if index < len(self.combos) else ""
            if target:
                result.columns[index] = target
            elif heading:
                result.ignored.append(heading)
        return result

    def complain(self, message: str, advice: str) -> None:
        """Say why it cannot be checked like this."""
        self.banner.say(f"{message}\n{advice}" if advice else message, "red")

    # Parts

    def _lay_out(self) -> None:
        options = QHBoxLayout()
        options.setSpacing(theme.size("gap"))
        for words, editor, wide in (
            (_("Import as"), self.types, 170),
            (_("Sheet"), self.sheets, 170),
            (_("Headings in row"), self.heading_row, 80),
        ):
            editor.setFixedWidth(theme.current().px(wide))
            editor.setAccessibleName(words)
            options.addWidget(Label(words, "dim"))
            options.addWidget(editor)
            options.addSpacing(theme.size("gap"))
        options.addStretch(1)
        options.addWidget(self.found)
        ticks = QHBoxLayout()
        ticks.setSpacing(theme.size("page"))
        self.change_existing.setChecked(True)
        ticks.addWidget(self.change_existing)
        ticks.addWidget(self.create_missing)
        ticks.addStretch(1)
        table = self.table
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(theme.current().px(42))
        table.setProperty("role", "preview")
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setFrameShape(QFrame.Shape.NoFrame)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        table.setAccessibleName(_("Columns of the file"))
        table.horizontalHeader().setHighlightSections(False)
        table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.size("page"), 0, theme.size("page"), 0)
        column.setSpacing(theme.size("margin"))
        column.addLayout(options)
        column.addLayout(ticks)
        column.addWidget(self.banner)
        column.addWidget(table, 1)

    def _fill(self) -> None:
        assert self._look is not None
        data, table = self._look.table, self.table
        shown = data.rows[:_SHOWN_ROWS]
        titles = [_("Column"), *(_("Row {number}").format(number=row.number) for row in shown), "", _("Goes to")]
        table.clear()
        table.setColumnCount(len(titles))
        table.setRowCount(len(data.headings))
        table.setHorizontalHeaderLabels(titles)
        self.combos = []
        arrow, goes_to = len(titles) - 2, len(titles) - 1
        for index, heading in enumerate(data.headings):
            table.setItem(
                index, 0, self._item(heading or _("(no heading)"), strong=bool(heading), tip=column_letter(index))
            )
            for at, row in enumerate(shown, 1):
                cell = row.cells[index] if index < len(row.cells) else None
                table.setItem(index, at, self._item(text_of(cell).replace("\n", " ")[:_LONGEST]))
            table.setCellWidget(index, arrow, self._centred(IconLabel("arrow_right", "faint")))
            combo = self._combo(heading, self._look.mapping.columns.get(index, ""))
            self.combos.append(combo)
            table.setCellWidget(index, goes_to, self._centred(combo, stretch=True))
        self._size_columns(goes_to)

    def _size_columns(self, last: int) -> None:
        head, px = self.table.horizontalHeader(), theme.current().px
        for section in range(last + 1):
            head.setSectionResizeMode(section, QHeaderView.ResizeMode.Stretch)
        for section, wide in ((0, _HEADING), (last - 1, 44), (last, _FIELD)):
            head.setSectionResizeMode(section, QHeaderView.ResizeMode.Fixed)
            head.resizeSection(section, px(wide))

    def _item(self, text: str, *, strong: bool = False, tip: str = "") -> QTableWidgetItem:
        item = QTableWidgetItem(text)
        item.setToolTip(f"{tip}: {text}" if tip else text)
        item.setForeground(theme.colour("text" if strong else "dim"))
        if strong:
            item.setFont(theme.current().font(bold=True))
        return item

    def _centred(self, widget: QWidget, *, stretch: bool = False) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(4, 0, 4, 0)
        row.addWidget(widget, 1 if stretch else 0)
        return holder

    def _combo(self, heading: str, target: str) -> ChoiceBox:
        combo = ChoiceBox()
        combo.setAccessibleName(_("What “{heading}” goes to").format(heading=heading))
        combo.addItem(_("Leave out"), "")
        for choice in self._targets:
            combo.addItem(f"{choice.label} *" if choice.required else choice.label, choice.key)
        combo.setCurrentIndex(max(0, combo.findData(target)))
        combo.activated.connect(lambda _at: self._chosen(combo))
        self._tone(combo)
        return combo

    def _chosen(self, chosen: ChoiceBox) -> None:
        """One field takes one column: the other one that had it is left out now."""
        for combo in self.combos:
            if combo is not chosen and combo.currentData() == chosen.currentData() != "":
                combo.setCurrentIndex(0)
            self._tone(combo)
        self.banner.hide()

    def _tone(self, combo: ChoiceBox) -> None:
        theme.restyle(combo, quiet="false" if combo.currentData() else "true")

    def _relook(self, *, fresh: bool = False) -> None:
        """Lay the file out anew. fresh: the heading row is looked for."""
        row: Any = 0 if fresh else self.heading_row.value()
        self.relook_wanted.emit(self.types.currentData(), self.sheets.currentData() or "", row)
