"""What drops down from a filter: choices to tick, people and records to find, periods and days to pick."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from PySide6.QtCore import QDate, QEvent, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QDateEdit, QFrame, QGridLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.filters import Condition, Filter, Not
from crm_desktop.kinds import KINDS
from crm_desktop.records.record_type import Field
from crm_desktop.services.lookup import suggest
from crm_desktop.words import _
from ui import theme
from ui.filter_text import OFFERED, period_words
from ui.tasks import Tasks
from ui.widgets.buttons import Button
from ui.widgets.inputs import SearchEdit, day_edit
from ui.widgets.labels import Label, separator

_ID = Qt.ItemDataRole.UserRole
_MANY = 9  # choices from which on a search line helps


class FilterPopup(QFrame):
    """Base of what drops down: `picked` carries the condition, or None for no filter."""

    picked = Signal(object)
    closed = Signal()

    def __init__(self, field: Field, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setProperty("role", "popup")
        self.field = field
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(8, 8, 8, 8)
        self.body.setSpacing(6)

    def open_under(self, widget: QWidget) -> None:
        """Show it below `widget`, inside the screen."""
        self.adjustSize()
        self.resize(max(self.sizeHint().width(), widget.width(), theme.current().px(200)), self.sizeHint().height())
        corner = widget.mapToGlobal(QPoint(0, widget.height() + 2))
        area = widget.screen().availableGeometry()
        corner.setX(max(area.left(), min(corner.x(), area.right() - self.width())))
        if corner.y() + self.height() > area.bottom():
            corner.setY(max(area.top(), widget.mapToGlobal(QPoint(0, 0)).y() - self.height() - 2))
        self.move(corner)
        self.show()

    def pick(self, part: Filter | None, *, close: bool = True) -> None:
        """Tell the choice."""
        self.picked.emit(part)
        if close:
            self.close()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            event.accept()  # the list's own Esc must not take it
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.closed.emit()

    def add_emptiness(self) -> None:
        """Offer "empty" and "not empty" where the kind knows them."""
        filters = KINDS[self.field.kind].filters
        if "empty" not in filters:
            return
        self.body.addWidget(separator())
        row = QGridLayout()
        for at, (operator, words) in enumerate((("empty", _("Empty")), ("filled", _("Not empty")))):
            button = Button(words, kind="item", clicked=partial(self.pick, Condition(self.field.name, operator)))
            row.addWidget(button, 0, at)
        row.setColumnStretch(2, 1)
        self.body.addLayout(row)


def _tick_list() -> QListWidget:
    made = QListWidget()
    made.setProperty("role", "plain")
    made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return made


def _fit(ticks: QListWidget, most: int = 10) -> None:
    ticks.setFixedHeight(max(1, min(most, ticks.count())) * theme.current().px(30) + 4)


class ChoicePopup(FilterPopup):
    """Ticks for the choices of an option list, the states of a document, or yes and no."""

    def __init__(self, app: Application, field: Field, part: Filter | None, parent: QWidget) -> None:
        super().__init__(field, parent)
        self.ticks = _tick_list()
        chosen = set(part.value) if isinstance(part, Condition) and part.operator == "any_of" else set()
        self._items: list[QListWidgetItem] = []
        for code, words in self._choices(app, part):
            item = QListWidgetItem(words, self.ticks)
            item.setSizeHint(QSize(0, theme.current().px(30)))
            item.setData(_ID, code)
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsSelectable)
            item.setCheckState(Qt.CheckState.Checked if code in chosen else Qt.CheckState.Unchecked)
            self._items.append(item)
        if len(self._items) > _MANY:
            search = SearchEdit(_("Search"))
            search.textChanged.connect(self._narrow)
            self.body.addWidget(search)
        self.body.addWidget(self.ticks)
        _fit(self.ticks)
        widest = max((self.fontMetrics().horizontalAdvance(i.text()) for i in self._items), default=0)
        self.ticks.setMinimumWidth(widest + theme.current().px(64))
        self.ticks.itemChanged.connect(self._tell)
        self.ticks.itemClicked.connect(self._toggle)
        self._clicked_box = False
        self.add_emptiness()
        self.ticks.setFocus()

    def _choices(self, app: Application, part: Filter | None) -> Iterable[tuple[str, str]]:
        used = set(part.value) if isinstance(part, Condition) and part.operator == "any_of" else set()
        for choice in app.options.choices(self.field.options):
            if choice.active or choice.code in used:
                yield choice.code, choice.shown()

    def _toggle(self, item: QListWidgetItem) -> None:
        if self._clicked_box:  # the tick itself was hit and has changed already
            self._clicked_box = False
            return
        item.setCheckState(
            Qt.CheckState.Unchecked if item.checkState() == Qt.CheckState.Checked else Qt.CheckState.Checked
        )
        self._clicked_box = False

    def _tell(self, _item: QListWidgetItem) -> None:
        self._clicked_box = True
        codes = tuple(i.data(_ID) for i in self._items if i.checkState() == Qt.CheckState.Checked)
        self.pick(Condition(self.field.name, "any_of", codes) if codes else None, close=False)

    def _narrow(self, text: str) -> None:
        for item in self._items:
            item.setHidden(text.strip().casefold() not in item.text().casefold())


class FlagPopup(FilterPopup):
    """Yes or no."""

    def __init__(self, field: Field, parent: QWidget) -> None:
        super().__init__(field, parent)
        for operator, words in (("yes", _("Yes")), ("no", _("No"))):
            self.body.addWidget(Button(words, kind="item", clicked=partial(self.pick, Condition(field.name, operator))))


class ReferencePopup(FilterPopup):
    """Records to find by typing and to tick; "mine" where the field points to a person."""

    def __init__(
        self,
        app: Application,
        tasks: Tasks,
        field: Field,
        part: Filter | None,
        names: Callable[[str, int], str],
        parent: QWidget,
    ) -> None:
        super().__init__(field, parent)
        self._app, self._tasks, self._ticket = app, tasks, 0
        ids = part.value if isinstance(part, Condition) and part.operator == "any_of" else ()
        self._chosen = {
            r.id: r.label for r in (i if isinstance(i, Ref) and i.label else Ref(*_named(field, i, names)) for i in ids)
        }
        if field.target == "users":
            mine = Button(_("Mine"), "person", kind="item", clicked=partial(self.pick, Condition(field.name, "mine")))
            self.body.addWidget(mine)
        self.search = SearchEdit(_("Search"))
        self.search.searched.connect(self._ask)
        self.body.addWidget(self.search)
        self.ticks = _tick_list()
        self.ticks.setMinimumWidth(theme.current().px(240))
        self.ticks.itemChanged.connect(self._tell)
        self.body.addWidget(self.ticks)
        self.ticks.setFixedHeight(theme.current().px(30) * 7)
        self.add_emptiness()
        self.search.left_down.connect(self.ticks.setFocus)
        self.search.setFocus()
        self._ask("")

    def _ask(self, text: str) -> None:
        self._ticket += 1
        ticket = self._ticket
        self._tasks.run(
            partial(suggest, self._app, self.field.target, text, 30),
            lambda hits: self._show(hits) if ticket == self._ticket else None,
            owner=self,
        )

    def _show(self, hits: Iterable[Any]) -> None:
        rows = dict(self._chosen) | {h.id: h.label for h in hits if h.id not in self._chosen}
        self.ticks.blockSignals(True)
        self.ticks.clear()
        for id_, label in rows.items():
            item = QListWidgetItem(label, self.ticks)
            item.setData(_ID, id_)
            item.setSizeHint(QSize(0, theme.current().px(30)))
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsSelectable)
            item.setCheckState(Qt.CheckState.Checked if id_ in self._chosen else Qt.CheckState.Unchecked)
        self.ticks.blockSignals(False)

    def _tell(self, item: QListWidgetItem) -> None:
        if item.checkState() == Qt.CheckState.Checked:
            self._chosen[item.data(_ID)] = item.text()
        else:
            self._chosen.pop(item.data(_ID), None)
        self.pick(
            Condition(self.field.name, "any_of", tuple(Ref(*c) for c in self._chosen.items()))
            if self._chosen
            else None,
            close=False,
        )

    @property
    def chosen(self) -> dict[int, str]:
        """What is ticked, with its words."""
        return dict(self._chosen)


class DatePopup(FilterPopup):
    """Periods at one click, or from one day to another."""

    def __init__(self, field: Field, part: Filter | None, parent: QWidget) -> None:
        super().__init__(field, parent)
        words = period_words()
        grid = QGridLayout()
        grid.setSpacing(2)
        for at, key in enumerate(OFFERED):
            button = Button(words[key], kind="item", clicked=partial(self.pick, Condition(field.name, "period", key)))
            grid.addWidget(button, at // 2, at % 2)
        self.body.addLayout(grid)
        self.body.addWidget(separator())
        days = part.value if isinstance(part, Condition) and part.operator == "between" else None
        self.first, self.last = _day_edit(days[0] if days else None), _day_edit(days[1] if days else None)
        row = QGridLayout()
        row.addWidget(Label(_("From"), "dim"), 0, 0)
        row.addWidget(self.first, 0, 1)
        row.addWidget(Label(_("to"), "dim"), 1, 0)
        row.addWidget(self.last, 1, 1)
        row.addWidget(Button(_("Apply"), kind="primary", clicked=self._range), 2, 1)
        row.setColumnStretch(1, 1)
        self.body.addLayout(row)
        self.add_emptiness()

    def _range(self) -> None:
        low, high = sorted((self.first.date().toPython(), self.last.date().toPython()))  # type: ignore[type-var]
        self.pick(Condition(self.field.name, "between", (low, high)))


def _named(field: Field, value: Any, names: Callable[[str, int], str]) -> tuple[int, str]:
    id_ = int(getattr(value, "id", value))
    return id_, names(field.target, id_)


def _day_edit(day: Any) -> QDateEdit:
    return day_edit(QDate(day.year, day.month, day.day) if day else None)


def shows_popup(field: Field) -> bool:
    """Whether a filter on this field is picked rather than typed."""
    return field.kind in ("option", "state", "reference", "yes_no", "image")


def popup_for(
    app: Application, tasks: Tasks, field: Field, part: Filter | None, names: Callable[[str, int], str], parent: QWidget
) -> FilterPopup:
    """What drops down for a field."""
    part = None if isinstance(part, Not) else part
    if field.kind in ("option", "state"):
        return ChoicePopup(app, field, part, parent)
    if field.kind == "reference":
        return ReferencePopup(app, tasks, field, part, names, parent)
    if field.kind in ("date", "datetime"):
        return DatePopup(field, part, parent)
    if field.kind == "yes_no":
        return FlagPopup(field, parent)
    made = FilterPopup(field, parent)
    made.add_emptiness()
    return made
