"""The second page of an import: the first rows of the file as they are, and what each column means."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QMenu,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from crm_desktop.exchange.cells import text_of
from crm_desktop.exchange.first_look import FirstLook, Target, importable, targets
from crm_desktop.exchange.mapping import ColumnMap
from crm_desktop.exchange.recipe import Recipe, called, column_letter
from crm_desktop.records.record_type import RecordType
from crm_desktop.words import _
from ui import icons, theme
from ui.choice_editors import ChoiceBox
from ui.screens.import_shaping import FixedDialog, JoinDialog, SplitDialog
from ui.screens.import_wishes import WishesBar
from ui.shell import Shell
from ui.widgets.inputs import NumberBox
from ui.widgets.labels import IconLabel, Label
from ui.widgets.panels import Banner

_SHOWN_ROWS = 3
_FIELD, _HEADING = 250, 200  # pixels
_LONGEST = 60  # characters of an example


class ColumnsPage(QWidget):
    """One line for each column of the file: its heading, its first values, and the field it goes to."""

    relook_wanted = Signal(object, int)  # a recipe with what is wanted now; the heading row (0: find it)
    keep_wanted = Signal()

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        self._look: FirstLook | None = None
        self._targets: list[Target] = []
        self.types, self.sheets, self.heading_row = ChoiceBox(), ChoiceBox(), NumberBox()
        self.banner = Banner("", "red")
        self.banner.hide()
        self.found = Label("", "small")
        self.lines_sheets, self.mappings = ChoiceBox(), ChoiceBox()
        self.wishes, self.shape = WishesBar(), QPushButton(_("Columns and values"))
        self.create_missing = self.wishes.create_missing
        self._recipe = Recipe()
        self._kept: dict[str, Recipe] = {}
        self.table = QTableWidget()
        self.combos: list[ChoiceBox] = []
        self._lay_out()
        for kind in importable(shell.app):
            self.types.addItem(_(kind.plural), kind.key)
        self.types.activated.connect(lambda _at: self._begin_anew(Recipe(self.types.currentData())))
        self.sheets.activated.connect(lambda _at: self._begin_anew(Recipe(self.types.currentData(), self.sheets.currentData() or "")))
        self.lines_sheets.activated.connect(lambda _at: self._lines_chosen())
        self.mappings.activated.connect(lambda _at: self._mapping_chosen())
        self.heading_row.valueChanged.connect(lambda row: self._relook(row, keep_columns=False))

    def show_look(self, look: FirstLook, recipe: Recipe) -> None:
        """Show a file as it was laid out by a recipe."""
        self._look, self._recipe = look, recipe
        kind = self._shell.app.type(look.type)
        self._targets = targets(self._shell.app, kind)
        self.wishes.show_type(kind, self._targets)
        self.wishes.show_recipe(recipe)
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
        self._show_lines_sheets(kind, recipe)
        self._fill()

    def offer_mappings(self, ready: list[tuple[str, Recipe]], kept: list[tuple[str, Recipe]]) -> None:
        """Offer mappings of this type: those people keep, and those for the files of other programs."""
        self._kept = dict(ready) | dict(kept)
        self.mappings.clear()
        self.mappings.addItem(_("As the headings suggest"), "")
        for name, _recipe in (*kept, *ready):
            self.mappings.addItem(name, name)

    def recipe(self) -> Recipe:
        """Everything that is wanted, as the person left it."""
        assert self._look is not None
        made = replace(
            self._recipe, type=self._look.type, sheet=self._look.table.sheet, words={t: dict(w) for t, w in self._recipe.words.items()},
            new={t: list(w) for t, w in self._recipe.new.items()}, dates=dict(self._recipe.dates), fixed=dict(self._recipe.fixed),
            split=dict(self._recipe.split), joined=list(self._recipe.joined),
        )  # fmt: skip
        self.wishes.into(made)
        names = called(self._look.table.headings)
        mapped = self.mapping().columns
        made.columns = {name: mapped.get(at, "") for at, name in enumerate(names)}
        return made

    def recipe_to_keep(self) -> Recipe:
        """The same for the next files of this kind: the name of an only sheet, which they may call otherwise, is not part of it."""
        assert self._look is not None
        made = self.recipe()
        return replace(made, sheet="") if sum(any(s.rows) for s in self._look.book.sheets) == 1 else made

    def take_recipe(self, recipe: Recipe) -> None:
        """Go on with a recipe to which answers were added."""
        self._recipe = recipe

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
        second = QHBoxLayout()
        second.setSpacing(theme.size("gap"))
        self._lines_label = Label(_("Lines on sheet"), "dim")
        for label, box, wide in ((Label(_("Mapping"), "dim"), self.mappings, 260), (self._lines_label, self.lines_sheets, 170)):
            box.setFixedWidth(theme.current().px(wide))
            box.setAccessibleName(label.text())
            second.addWidget(label)
            second.addWidget(box)
            second.addSpacing(theme.size("gap"))
        menu = QMenu(self.shape)
        menu.addAction(icons.icon("table"), _("Split a column…"), self.split)
        menu.addAction(icons.icon("table"), _("Join columns…"), self.join)
        menu.addAction(icons.icon("edit"), _("A value for every record…"), self.fix)
        menu.addSeparator()
        menu.addAction(icons.icon("save"), _("Keep this mapping…"), self.keep_wanted.emit)
        self.shape.setMenu(menu)
        second.addWidget(self.shape)
        second.addStretch(1)
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
        column.addLayout(second)
        column.addWidget(self.wishes)
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

    # What changes the shape of the table

    def split(self) -> None:
        """Ask which column is split, and do it."""
        if self._look is None:
            return
        dialog = SplitDialog(self, called(self._look.table.headings))
        if dialog.exec() and dialog.separator:
            recipe = self.recipe()
            recipe.split[dialog.heading] = dialog.separator
            self._reshape(recipe)

    def join(self) -> None:
        """Ask which columns are joined, and do it."""
        if self._look is None:
            return
        dialog = JoinDialog(self, called(self._look.table.headings))
        if dialog.exec():
            recipe = self.recipe()
            recipe.joined.append(dialog.joined)
            self._reshape(recipe)

    def fix(self) -> None:
        """Ask for a value that every record gets."""
        dialog = FixedDialog(self, self._targets, self._recipe.fixed)
        if dialog.exec() and dialog.target:
            self._recipe.fixed.pop(dialog.target, None)
            if dialog.text:
                self._recipe.fixed[dialog.target] = dialog.text
            self._tell_fixed()

    def _tell_fixed(self) -> None:
        names = {t.key: t.label for t in self._targets}
        told = ", ".join(f"{names.get(t, t)} = {text}" for t, text in self._recipe.fixed.items())
        if told:
            self.banner.say(_("Every record gets: {values}").format(values=told), "accent")
        else:
            self.banner.hide()

    def _reshape(self, recipe: Recipe) -> None:
        self.relook_wanted.emit(recipe, self.heading_row.value())

    def _begin_anew(self, recipe: Recipe) -> None:
        self.wishes.into(recipe)
        self.relook_wanted.emit(recipe, 0)

    def _lines_chosen(self) -> None:
        recipe = self.recipe()
        recipe.lines_sheet, recipe.columns = self.lines_sheets.currentData() or "", {}
        self.relook_wanted.emit(recipe, self.heading_row.value())

    def _mapping_chosen(self) -> None:
        """Match the columns as a kept mapping does; the sheet stays the one that is shown where the mapping names none."""
        name = self.mappings.currentData()
        chosen = self._kept.get(name)
        recipe = replace(chosen) if chosen is not None else Recipe()
        recipe.type, recipe.sheet = self.types.currentData(), recipe.sheet or self.sheets.currentData() or ""
        names = {s.name.casefold() for s in self._look.book.sheets} if self._look else set[str]()
        if recipe.sheet.casefold() not in names:
            recipe.sheet = ""
        self.relook_wanted.emit(recipe, 0 if name else self.heading_row.value())

    def _show_lines_sheets(self, kind: RecordType, recipe: Recipe) -> None:
        assert self._look is not None
        others = [s.name for s in self._look.book.sheets if any(s.rows) and s.name != self._look.table.sheet]
        shown = kind.lines is not None and bool(others)
        self._lines_label.setVisible(shown)
        self.lines_sheets.setVisible(shown)
        self.lines_sheets.clear()
        self.lines_sheets.addItem(_("The same sheet"), "")
        for name in others:
            self.lines_sheets.addItem(name, name)
        self.lines_sheets.setCurrentIndex(max(0, self.lines_sheets.findData(recipe.lines_sheet)))

    def _relook(self, row: int, *, keep_columns: bool) -> None:
        """Lay the file out anew, with the headings in another row."""
        if self._look is None:
            return
        recipe = self.recipe()
        if not keep_columns:
            recipe.columns = {}
        self.relook_wanted.emit(recipe, row)
