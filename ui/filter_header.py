"""The head of a list: what each column is called, how it is sorted, and a line to filter in under every heading."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QColor, QFocusEvent, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QLineEdit, QTableView, QWidget

from crm_desktop.application import Application
from crm_desktop.filters import Filter
from crm_desktop.kinds import KINDS
from crm_desktop.records.record_type import Field
from crm_desktop.words import _
from ui import icons, theme
from ui.filter_popups import FilterPopup, popup_for, shows_popup
from ui.filter_text import parse_filter, short
from ui.list_cells import Column
from ui.list_model import RecordListModel
from ui.tasks import Tasks

_TITLE, _LINE = 36, 36  # heights of the two storeys, at a text size of 100 %
_QUIET = 150
_ROOM = 38  # pixels of a filter that its edges and the cross take


class FilterBox(QLineEdit):
    """The filter of one column. Text filters while one types; numbers and days with Enter; the rest drops down."""

    changed = Signal(str, object)  # field, filter or None
    asked = Signal(str)  # something is to drop down
    left = Signal(int)  # +1 down into the rows

    def __init__(self, field: Field, app: Application, names: Callable[[str, int], str], parent: QWidget) -> None:
        super().__init__(parent)
        self.field, self._app, self._names = field, app, names
        self.part: Filter | None = None
        self.picks = shows_popup(field)
        self._dates = "period" in KINDS[field.kind].filters
        self._live = "contains" in KINDS[field.kind].filters
        self.setProperty("role", "filter")
        self.setReadOnly(self.picks)
        self.setPlaceholderText(self._hint())
        self.setAccessibleName(_("Filter {field}").format(field=_(field.label)))
        if self.picks:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._clear = QAction(icons.icon("dismiss", "accent"), _("Remove this filter"), self)
        self._clear.triggered.connect(lambda: self._set(None))
        self._drop = QAction(icons.icon("chevron_down", "faint"), _("Choose"), self)
        self._drop.triggered.connect(lambda: self.asked.emit(self.field.name))
        self._quiet = QTimer(self, singleShot=True, interval=_QUIET)
        self._quiet.timeout.connect(self.take)
        if self._live:
            self.textEdited.connect(lambda _text: self._quiet.start())
        self.show_part(None)

    def _hint(self) -> str:
        kind = KINDS[self.field.kind]
        if self.picks:
            return _("All")
        if self._dates:
            return _("Any time")
        return _("≥ 100") if kind.numeric else _("Contains")

    def show_part(self, part: Filter | None) -> None:
        """Show a filter that was set elsewhere, or none."""
        self.part = part
        if not (self.hasFocus() and self._live and self._quiet.isActive()):
            self._write()
        active = part is not None
        for action, wanted in ((self._clear, active), (self._drop, not active and (self.picks or self._dates))):
            if wanted and action not in self.actions():
                self.addAction(action, QLineEdit.ActionPosition.TrailingPosition)
            elif not wanted and action in self.actions():
                self.removeAction(action)
        theme.restyle(self, active="true" if active else "false", problem="false")
        self.setToolTip(short(part, self.field, self._app.options, self._names) if part is not None else "")

    def _write(self) -> None:
        words = short(self.part, self.field, self._app.options, self._names) if self.part is not None else ""
        if self._live and words == self.text().strip():
            return  # the cursor stays where the person has it
        if self.picks:
            words = self.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, max(self.width() - _ROOM, _ROOM))
        self.setText(words)
        self.setCursorPosition(0 if not self.hasFocus() else len(words))

    def take(self) -> None:
        """Read what was typed and tell it, where it makes sense."""
        self._quiet.stop()
        if self.picks:
            return
        try:
            part = parse_filter(self.text(), self.field, self._app.options)
        except ValueError as error:
            theme.restyle(self, problem="true")
            self.setToolTip(str(error))
            return
        theme.restyle(self, problem="false")
        if part != self.part:
            self._set(part)

    def _set(self, part: Filter | None) -> None:
        if part is None:
            self._quiet.stop()
        self.changed.emit(self.field.name, part)

    def _enter(self) -> None:
        if self.picks:
            self.asked.emit(self.field.name)
        else:
            self.take()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if self.picks and event.button() == Qt.MouseButton.LeftButton:
            self.asked.emit(self.field.name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        drops = self.picks or self._dates
        if (
            event.key() == Qt.Key.Key_Down
            and (event.modifiers() & Qt.KeyboardModifier.AltModifier or self.picks)
            and drops
        ):
            self.asked.emit(self.field.name)
        elif event.key() == Qt.Key.Key_Down:
            self.take()
            self.left.emit(1)
        elif event.key() == Qt.Key.Key_Space and self.picks:
            self.asked.emit(self.field.name)
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self._set(None)
            self.clear()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._enter()  # and no further: the table below would open the record its cursor is on
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self.picks and self.part is not None:
            self._set(None)
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.picks and self.part is not None:
            self._write()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.take()


class FilterHeader(QHeaderView):
    """Headings over filters. It shows the order and the filters it is given and tells what the person asks for."""

    filter_changed = Signal(str, object)
    order_changed = Signal(object)  # tuple of names, "-" before a name is descending
    left_down = Signal()

    def __init__(self, app: Application, tasks: Tasks, names: Callable[[str, int], str], parent: QTableView) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._app, self._tasks, self._names = app, tasks, names
        self._boxes: dict[str, FilterBox] = {}
        self._parts: Mapping[str, Filter] = {}
        self._order: tuple[str, ...] = ()
        self._filters_shown = True
        self._hover = -1
        self._pressed_with = Qt.KeyboardModifier.NoModifier
        self._popup: FilterPopup | None = None
        self.setSectionsClickable(True)
        self.setSectionsMovable(True)
        self.setHighlightSections(False)
        self.setMinimumSectionSize(theme.current().px(48))
        self.setMouseTracking(True)
        self.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.sectionResized.connect(self._place)
        self.geometriesChanged.connect(self._place)
        self.sectionClicked.connect(self._sort_by)
        parent.horizontalScrollBar().valueChanged.connect(self._place)

    @property
    def filters_shown(self) -> bool:
        """Whether the filter line is there."""
        return self._filters_shown

    def show_filters(self, shown: bool) -> None:
        """Show or hide the filter line."""
        self._filters_shown = shown
        self.updateGeometry()
        self.geometriesChanged.emit()
        self._place()
        self.viewport().update()

    def show_state(self, parts: Mapping[str, Filter], order: tuple[str, ...]) -> None:
        """Show these filters by column, and this order."""
        self._parts, self._order = dict(parts), order
        for name, box in self._boxes.items():
            if box.part != self._parts.get(name):
                box.show_part(self._parts.get(name))
        self.viewport().update()

    def box(self, name: str) -> FilterBox | None:
        """The filter of a column."""
        return self._boxes.get(name)

    def set_boxes(self) -> None:
        """Make the filters fit the columns of the model; those that stay keep what is being typed."""
        columns = self._columns()
        for name in set(self._boxes) - {c.name for c in columns}:
            self._boxes.pop(name).deleteLater()
        previous: QWidget | None = None
        for column in columns:
            box = self._boxes.get(column.name)
            if box is None:
                box = self._boxes[column.name] = FilterBox(column.field, self._app, self._names, self.viewport())
                box.changed.connect(self.filter_changed)
                box.asked.connect(self.drop_down)
                box.left.connect(lambda _step: self.left_down.emit())
                box.show_part(self._parts.get(column.name))
            if previous is not None:
                QWidget.setTabOrder(previous, box)
            previous = box
        self._place()

    def drop_down(self, name: str) -> None:
        """Open what there is to choose from for a column."""
        box = self._boxes.get(name)
        if box is None or (self._popup is not None and self._popup.isVisible()):
            return
        popup = popup_for(self._app, self._tasks, box.field, box.part, self._names, box)
        popup.picked.connect(lambda part: self.filter_changed.emit(name, part))
        popup.destroyed.connect(self._forget_popup)
        self._popup = popup
        popup.open_under(box)

    def _forget_popup(self) -> None:
        self._popup = None

    def _columns(self) -> list[Column]:
        model = self.model()
        return model.columns if isinstance(model, RecordListModel) else []

    def _place(self, *_ignored: object) -> None:
        worn = theme.current()
        top, high = worn.px(_TITLE) + worn.px(2), worn.px(_LINE) - worn.px(7)
        for at, column in enumerate(self._columns()):
            box = self._boxes.get(column.name)
            if box is None:
                continue
            shown = self._filters_shown and at < self.count() and not self.isSectionHidden(at)
            box.setVisible(shown)
            if shown:
                box.setGeometry(self.sectionViewportPosition(at) + 5, top, self.sectionSize(at) - 10, high)

    def _sort_by(self, section: int) -> None:
        column = self._columns()[section]
        if not column.sortable:
            return
        name = column.name
        several = bool(self._pressed_with & Qt.KeyboardModifier.ShiftModifier)
        now = next((o for o in self._order if o.lstrip("-") == name), "")
        if not now or (len(self._order) > 1 and not several):
            nxt = name
        else:
            nxt = "" if now.startswith("-") else f"-{name}"
        if several:
            rest = tuple(o for o in self._order if o.lstrip("-") != name)
            at = next((i for i, o in enumerate(self._order) if o.lstrip("-") == name), len(rest))
            self.order_changed.emit((*rest[:at], *((nxt,) if nxt else ()), *rest[at:]))
        else:
            self.order_changed.emit((nxt,) if nxt else ())

    # Qt

    def setModel(self, model: QObject) -> None:  # type: ignore[override]
        super().setModel(model)  # type: ignore[arg-type]
        if isinstance(model, RecordListModel):
            model.modelReset.connect(self.set_boxes)
        self.set_boxes()

    def sizeHint(self) -> QSize:
        worn = theme.current()
        return QSize(super().sizeHint().width(), worn.px(_TITLE) + (worn.px(_LINE) if self._filters_shown else 0))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed_with = event.modifiers()
        if event.position().y() <= theme.current().px(_TITLE):
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        at = (
            self.logicalIndexAt(event.position().toPoint())
            if event.position().y() <= theme.current().px(_TITLE)
            else -1
        )
        if at != self._hover:
            self._hover = at
            self.viewport().update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover = -1
        self.viewport().update()

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        columns = self._columns()
        if not rect.isValid() or section >= len(columns):
            return
        column, worn = columns[section], theme.current()
        painter.save()
        painter.fillRect(rect, worn.colour("pane"))
        painter.setPen(worn.colour("line"))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        title = QRect(rect.left(), rect.top(), rect.width(), worn.px(_TITLE))
        if section == self._hover and column.sortable:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(worn.colour("row"))
            painter.drawRoundedRect(title.adjusted(4, 4, -4, -2), 4, 4)
        self._paint_title(painter, title, column, worn)
        painter.restore()

    def _paint_title(self, painter: QPainter, box: QRect, column: Column, worn: theme.Theme) -> None:
        font = worn.font(bold=True)
        painter.setFont(font)
        metrics = QFontMetrics(font)
        place = next((i for i, o in enumerate(self._order) if o.lstrip("-") == column.name), -1)
        side = worn.px(14) if place >= 0 else 0
        mark = str(place + 1) if place >= 0 and len(self._order) > 1 else ""
        room = box.adjusted(worn.px(12), 0, -worn.px(12), 0)
        text = metrics.elidedText(
            _(column.field.label), Qt.TextElideMode.ElideRight, room.width() - side - (8 if mark else 0)
        )
        wide = metrics.horizontalAdvance(text)
        painter.setPen(worn.colour("dim"))
        if column.align == Qt.AlignmentFlag.AlignRight:
            left = room.right() - wide + 1
            arrow = QPoint(left - side - 2, box.center().y() - side // 2)
        else:
            left = room.left() if column.align == Qt.AlignmentFlag.AlignLeft else room.center().x() - wide // 2
            arrow = QPoint(left + wide + 3, box.center().y() - side // 2)
        painter.drawText(QRect(left, box.top(), wide + 2, box.height()), int(Qt.AlignmentFlag.AlignVCenter), text)
        if place >= 0:
            down = self._order[place].startswith("-")
            ratio = self.devicePixelRatioF()
            painter.drawPixmap(arrow, icons.pixmap("arrow_down" if down else "arrow_up", "accent", side, ratio=ratio))
            if mark:
                painter.setFont(worn.font("font_tiny"))
                painter.setPen(QColor(worn.colour("accent")))
                x = arrow.x() + side if column.align != Qt.AlignmentFlag.AlignRight else arrow.x() - worn.px(7)
                painter.drawText(QPoint(x, arrow.y() + worn.px(8)), mark)
