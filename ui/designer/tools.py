"""The row of tools above the paper: put something on it, line things up, look closer."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QSlider, QWidget

from crm_desktop.words import N_, _
from ui import icons, theme
from ui.designer.band_names import BANDS, kind_icon, kind_title
from ui.designer.canvas import ZOOMS, Canvas
from ui.designer.work import Work
from ui.widgets.buttons import Button, IconButton
from ui.widgets.labels import Label, separator

_QUICK = ("text", "field", "line", "rectangle", "picture", "barcode")
_MORE = ("expression", "rich_text", "page_number", "check_box", "seal", "table", "chart")
_ALIGN = (
    ("left", "align_left", N_("Align left edges")), ("center", "align_center_horizontal", N_("Align centres")),
    ("right", "align_right", N_("Align right edges")), ("top", "align_top", N_("Align upper edges")),
    ("middle", "align_center_vertical", N_("Align middles")), ("bottom", "align_bottom", N_("Align lower edges")),
)  # fmt: skip
_SPREAD = (
    ("across", "align_space_between_horizontal", N_("Spread evenly across")),
    ("down", "align_space_between_vertical", N_("Spread evenly down")),
)
_SIZE = (("width", "auto_fit_width", N_("Same width")), ("height", "auto_fit_height", N_("Same height")))
_STACK = (
    ("front", "position_to_front", N_("To the front"), "Ctrl+Shift+]"), ("up", "position_forward", N_("One up"), "Ctrl+]"),
    ("down", "position_backward", N_("One down"), "Ctrl+["), ("back", "position_to_back", N_("To the back"), "Ctrl+Shift+["),
)  # fmt: skip


class Tools(QWidget):
    """Tools for a canvas. Those that need something selected are grey without it."""

    def __init__(self, work: Work, pick_picture: Callable[[], None]) -> None:
        super().__init__()
        self._work, self._document = work, work.document
        self._needs: list[tuple[QWidget, int]] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.size("gap"), 2, theme.size("gap"), 4)
        row.setSpacing(1)
        for kind in _QUICK:
            do = pick_picture if kind == "picture" else self._adder(kind)
            row.addWidget(IconButton(kind_icon(kind), _("New: {kind}").format(kind=kind_title(kind)), do))
        row.addWidget(self._more_button())
        self._divide(row)
        for edge, icon, words in _ALIGN:
            self._add(row, icon, _(words), partial(work.align, edge), 1)
        for way, icon, words in _SPREAD:
            self._add(row, icon, _(words), partial(work.spread, way), 3)
        for what, icon, words in _SIZE:
            self._add(row, icon, _(words), partial(work.same_size, what), 2)
        self._divide(row)
        for where, icon, words, keys in _STACK[::3]:
            self._add(row, icon, _(words), partial(work.restack, where), 1, keys)
        self._add(row, "lock_closed", _("Lock or unlock"), work.lock, 1, "Ctrl+L")
        row.addStretch(1)
        self._document.selected.connect(self._enable)
        self._enable()

    def _adder(self, kind: str) -> Callable[[], None]:
        return partial(self._work.add, kind)

    def _more_button(self) -> Button:
        menu = QMenu(self)
        for kind in _MORE:
            menu.addAction(icons.icon(kind_icon(kind)), kind_title(kind), self._adder(kind))
        menu.addSeparator()
        menu.addAction(icons.icon("document_table"), _("Table of the lines"), lambda: self._work.add_table("lines"))
        bands = menu.addMenu(icons.icon("layout_row_three"), _("Band"))
        for kind, words in BANDS.items():
            if kind != "table":
                bands.addAction(_(words), partial(self._work.add_band, kind))
        return Button(_("More"), "add", kind="flat", menu=menu)

    def _add(self, row: QHBoxLayout, icon: str, words: str, do: Callable[[], None], needs: int, keys: str = "") -> None:
        button = IconButton(icon, words, do, shortcut=keys)
        self._needs.append((button, needs))
        row.addWidget(button)

    def _divide(self, row: QHBoxLayout) -> None:
        line = separator(vertical=True)
        line.setFixedHeight(theme.current().px(20))
        row.addSpacing(5)
        row.addWidget(line, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addSpacing(5)

    def _enable(self) -> None:
        count = len(self._document.elements)
        for button, needs in self._needs:
            button.setEnabled(count >= needs)


class ZoomBar(QWidget):
    """Zoom by slider, step and fit; where the mouse is; what helps the eye."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__()
        self._canvas = canvas
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        self.where = Label("", "small")
        self.where.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)  # it gives way first
        self.where.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.where, 1)
        for icon, words, name in (
            ("grid", _("Show the grid"), "show_grid"), ("border_all", _("Show every frame"), "frames"),
            ("pin", _("Snap to grid and lines"), "snap"),
        ):  # fmt: skip
            button = IconButton(icon, words, checkable=True)
            button.setChecked(bool(getattr(canvas, name)))
            button.toggled.connect(lambda on, at=name: self._set(at, on))
            row.addWidget(button)
        row.addWidget(IconButton("zoom_out", _("Smaller"), lambda: canvas.zoom(canvas.percent / 1.2), shortcut="Ctrl+-"))
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(*ZOOMS)
        self.slider.setMinimumWidth(theme.current().px(28))
        self.slider.setMaximumWidth(theme.current().px(120))
        self.slider.setAccessibleName(_("Zoom"))
        self.slider.valueChanged.connect(lambda value: canvas.zoom(value) if abs(value - canvas.percent) >= 1 else None)
        row.addWidget(self.slider)
        row.addWidget(IconButton("zoom_in", _("Larger"), lambda: canvas.zoom(canvas.percent * 1.2), shortcut="Ctrl+="))
        self.percent = Button("", kind="status", clicked=lambda: canvas.zoom(100), tip=_("The size of the paper"))
        row.addWidget(self.percent)
        row.addWidget(IconButton("auto_fit_width", _("Whole width"), canvas.fit_width, shortcut="Ctrl+1"))
        row.addWidget(IconButton("zoom_fit", _("Whole page"), canvas.fit_page, shortcut="Ctrl+0"))
        canvas.zoomed.connect(self._show)
        canvas.pointed.connect(self._point)
        self._show(canvas.percent)

    def _set(self, name: str, on: bool) -> None:
        setattr(self._canvas, name, on)
        self._canvas.viewport().update()

    def _show(self, percent: float) -> None:
        self.slider.blockSignals(True)
        self.slider.setValue(round(percent))
        self.slider.blockSignals(False)
        self.percent.setText(f"{percent:.0f} %")

    def _point(self, where: tuple[float, float] | None) -> None:
        words = "" if where is None else _("{across}, {down} mm").format(across=f"{where[0]:.1f}", down=f"{where[1]:.1f}")
        room = self.where.contentsRect().width()
        self.where.setText(words if self.where.fontMetrics().horizontalAdvance(words) <= room else "")  # no piece of it
