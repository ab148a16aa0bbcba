"""What can be chosen about a print: template, language, printer, copies, pages, sides, tray, and how far it is moved.

What was chosen is remembered at this PC: for each template its printer, for each printer and paper how far it is moved.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtPrintSupport import QPrinterInfo
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QGridLayout, QLineEdit, QVBoxLayout, QWidget

from crm_desktop import settings as s
from crm_desktop.settings import Settings
from crm_desktop.words import LANGUAGES, _, language
from ui import theme
from ui.printer_paper import DUPLEX, TRAYS, Handling
from ui.widgets.buttons import Button
from ui.widgets.inputs import NumberBox
from ui.widgets.labels import Label

PDF = ""  # in the list of printers: save as a file
_FARTHEST = 50.0  # millimetres


class PrintChoices(QWidget):
    """The choices beside a preview."""

    other_language = Signal()
    other_template = Signal()
    other_printer = Signal()
    printer_picked = Signal()
    """A person chose the printer."""

    def __init__(self, settings: Settings, *, documents: bool = True, account: QWidget | None = None) -> None:
        """documents: offer templates and languages; without them only what concerns the printer. account: what chooses the part of a
        customer's account that is printed."""
        super().__init__()
        self._settings = settings
        self._paper = ""
        self.template, self.language, self.printer = QComboBox(), QComboBox(), QComboBox()
        self.copies, self.range = NumberBox(1, 99, 1), QLineEdit()
        self.duplex, self.tray = QComboBox(), QComboBox()
        self.right, self.down = _millimetres(), _millimetres()
        self.first_label, self._label_row = NumberBox(1, 500, 1), QWidget()
        for code, words in LANGUAGES.items():
            self.language.addItem(words, code)
        self.language.setCurrentIndex(max(0, self.language.findData(language())))
        self._fill_printers()
        self.range.setPlaceholderText(_("All, or 1-3, 5"))
        for key, words, _mode in DUPLEX:
            self.duplex.addItem(_(words), key)
        for key, words, _source in TRAYS:
            self.tray.addItem(_(words), key)
        self._lay_out(documents, account)
        self.language.currentIndexChanged.connect(lambda _at: self.other_language.emit())
        self.template.currentIndexChanged.connect(lambda _at: self._template_chosen())
        self.printer.currentIndexChanged.connect(lambda _at: self._printer_chosen())
        self.printer.activated.connect(lambda _at: self.printer_picked.emit())
        self._printer_chosen()

    def _fill_printers(self) -> None:
        for info in QPrinterInfo.availablePrinters():
            self.printer.addItem(info.description() or info.printerName(), info.printerName())
        self.printer.addItem(_("Save as PDF"), PDF)
        default = QPrinterInfo.defaultPrinterName()
        self.printer.setCurrentIndex(max(0, self.printer.findData(default)) if default else 0)

    def _lay_out(self, documents: bool, account: QWidget | None) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.size("gap"))
        rows: list[tuple[str, QWidget]] = [(_("Template"), self.template), (_("Language"), self.language)] if documents else []
        rows += [(_("Account"), account)] if account is not None else []
        rows += [(_("Printer"), self.printer), (_("Copies"), self.copies), (_("Pages"), self.range)]
        column.addLayout(_grid(rows))
        column.addWidget(self._label_row)
        self._label_row.setLayout(_grid([(_("First label"), self.first_label)]))
        inside = self._label_row.layout()
        assert isinstance(inside, QGridLayout)
        inside.setContentsMargins(0, 0, 0, 0)
        words = _("Labels of the first sheet that are used up already are left out.")
        inside.addWidget(Label(words, "faint", wrap=True), 1, 0, 1, 2)
        self._label_row.hide()
        self.more = QWidget()
        self.more.setLayout(
            _grid([(_("Sides"), self.duplex), (_("Tray"), self.tray), (_("To the right"), self.right), (_("Down"), self.down)])
        )
        words = _("Move the print when it does not meet the lines of a form. Kept for this printer and paper.")
        self.hint = Label(words, "faint", wrap=True)
        inside = self.more.layout()
        assert isinstance(inside, QGridLayout)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(self.hint, inside.rowCount(), 0, 1, 2)
        self.more_button = Button(_("Sides, tray, position"), "chevron_right", kind="flat", clicked=self._fold)
        column.addWidget(self.more_button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.more)
        self.more.hide()

    def _fold(self) -> None:
        self.more.setVisible(self.more.isHidden())

    def offer_first_label(self, wanted: bool) -> None:
        """Whether the label to begin with can be chosen."""
        self._label_row.setVisible(wanted)

    @property
    def begins_at(self) -> int:
        """The label to begin with."""
        return 1 if self._label_row.isHidden() else self.first_label.value()

    def fill_templates(self, named: list[tuple[str, str]], *, for_printer: bool = False) -> None:
        """Offer these (name, title); the same one in another language stays chosen. for_printer: the first, usual for it."""
        kept = None if for_printer else self.template.currentData()
        self.template.blockSignals(True)
        self.template.clear()
        for name, title in named:
            self.template.addItem(title, name)
        base = str(kept or "").partition(".")[0]
        same = next((i for i in range(self.template.count()) if str(self.template.itemData(i)).partition(".")[0] == base), 0)
        self.template.setCurrentIndex(same if kept else 0)
        self.template.blockSignals(False)
        if not for_printer:
            self._recall_printer()

    # What is remembered

    def show_paper(self, width: float, height: float) -> None:
        """The size of the paper: how far the print was moved on it last."""
        self._paper = f"{width:.0f}x{height:.0f}"
        self._recall_place()

    def remember(self) -> None:
        """Keep what is chosen for the next time."""
        kept = self._kept()
        printer = str(self.printer.currentData() or "")
        chosen = {"printer": printer, "duplex": self.duplex.currentData(), "tray": self.tray.currentData()}
        moved = [self.right.value(), self.down.value()]
        name = str(self.template.currentData() or "")
        made = {
            "templates": {**kept["templates"], name: chosen},
            "moved": {**kept["moved"], f"{printer}|{self._paper}": moved},
        }
        if made != kept:
            self._settings.set(s.PRINT_CHOICES, made)

    def handling(self) -> Handling:
        """How the printer takes the paper."""
        return Handling(str(self.duplex.currentData()), str(self.tray.currentData()), self.right.value(), self.down.value())

    def _kept(self) -> dict[str, dict[str, Any]]:
        kept = self._settings.get(s.PRINT_CHOICES)
        return {part: dict(kept.get(part) or {}) for part in ("templates", "moved")}

    def _recall_printer(self) -> None:
        chosen = self._kept()["templates"].get(str(self.template.currentData() or ""))
        if isinstance(chosen, dict):
            for combo, name in ((self.printer, "printer"), (self.duplex, "duplex"), (self.tray, "tray")):
                at = combo.findData(chosen.get(name))
                if at >= 0:
                    combo.setCurrentIndex(at)

    def _recall_place(self) -> None:
        moved = self._kept()["moved"].get(f"{self.printer.currentData() or ''}|{self._paper}", [0, 0])
        right, down = moved if isinstance(moved, list) and len(moved) == 2 else (0, 0)
        self.right.setValue(float(right))
        self.down.setValue(float(down))
        self.more.setVisible(not self.more.isHidden() or bool(right or down))

    def _template_chosen(self) -> None:
        self._recall_printer()
        self.other_template.emit()

    def _printer_chosen(self) -> None:
        real = bool(self.printer.currentData())
        for widget in (self.copies, self.duplex, self.tray, self.right, self.down):
            widget.setEnabled(real)
        if self._paper:
            self._recall_place()
        self.other_printer.emit()


def _millimetres() -> QDoubleSpinBox:
    box = QDoubleSpinBox()
    box.setRange(-_FARTHEST, _FARTHEST)
    box.setSingleStep(0.5)
    box.setDecimals(1)
    box.setSuffix(" mm")
    return box


def _grid(rows: list[tuple[str, QWidget]]) -> QGridLayout:
    grid = QGridLayout()
    grid.setVerticalSpacing(theme.size("gap"))
    for at, (words, widget) in enumerate(rows):
        label = Label(words, "dim")
        label.setBuddy(widget)
        widget.setAccessibleName(words)
        grid.addWidget(label, at, 0)
        grid.addWidget(widget, at, 1)
    grid.setColumnStretch(1, 1)
    return grid
