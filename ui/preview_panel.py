"""The record beside its list: what it is, how to reach it, what is due, what happened last, and the next thing to do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QLocale, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QScrollArea,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from crm_desktop.changes import Change
from crm_desktop.draft import Draft, Ref
from crm_desktop.errors import Missing
from crm_desktop.kinds import show
from crm_desktop.local_time import to_local
from crm_desktop.records.record_type import Field
from crm_desktop.services.listing import Count, Stop
from crm_desktop.services.saving import new_draft, save
from crm_desktop.words import _, language
from ui import icons, theme
from ui.chips import FlowLayout
from ui.preview_data import Part, PreviewData, is_late, journal_text, load_preview
from ui.preview_parts import ItemRow, document_lines, figures, shared_line
from ui.shell import Shell
from ui.widgets.buttons import Button, IconButton
from ui.widgets.labels import IconLabel, Label, Tag
from ui.widgets.panels import Banner, EmptyState

_ICONS = {
    "phone": "call",
    "email": "mail",
    "url": "globe",
    "reference": "link",
    "date": "calendar_ltr",
    "datetime": "clock",
}
_LINES = 7


class PreviewPanel(QFrame):
    """Shows one record of a type; `show_record(None)` says that none is chosen."""

    open_record = Signal(str, int)
    new_record = Signal(str, object)
    _changed = Signal(object)

    def __init__(self, shell: Shell, type_key: str) -> None:
        super().__init__()
        self._shell, self._type = shell, shell.app.type(type_key)
        self._id: int | None = None
        self._ticket, self._stop = 0, Stop()
        self._tab = 0
        self._data: PreviewData | None = None
        self.setProperty("ground", "pane")
        self.setMinimumWidth(theme.current().px(260))
        self.setMaximumWidth(theme.current().px(620))
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._body: QWidget | None = None
        self.quick: QLineEdit | None = None
        self._again = QTimer(self, singleShot=True, interval=120)
        self._again.timeout.connect(self._load)
        self._changed.connect(self._hear, Qt.ConnectionType.QueuedConnection)
        stop = shell.app.changes.listen(self._changed.emit)
        self.destroyed.connect(lambda: stop())
        self._nothing()

    @property
    def shown_id(self) -> int | None:
        """The record shown."""
        return self._data.draft.id if self._data else None

    def show_record(self, id_: int | None) -> None:
        """Show another record, or none."""
        if id_ == self._id and self._data is not None:
            return
        self._id = id_
        if id_ is None:
            self._stop.set()
            self._ticket += 1
            self._nothing()
        else:
            self._load()

    def _load(self) -> None:
        if self._id is None:
            return
        self._stop.set()
        self._stop = Stop()
        self._ticket += 1
        ticket = self._ticket
        self._shell.tasks.run(
            partial(load_preview, self._shell.app, self._type.key, self._id, self._stop),
            lambda data: self._show(data) if ticket == self._ticket else None,
            self._failed,
            owner=self,
        )

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, Missing):  # deleted meanwhile
            self._nothing()
        else:
            self._shell.notices.error(error)

    def _hear(self, change: Change) -> None:
        mine = change.type == self._type.key and (not change.ids or self._id in change.ids)
        if self._id is not None and self.isVisible() and (mine or change.type in {r.type for r in self._type.related}):
            self._again.start()

    def _nothing(self) -> None:
        self._data = None
        self._put(EmptyState("panel_right", _("Nothing selected"), _("Choose a row, and it is shown here.")))

    def _put(self, body: QWidget) -> None:
        old, self._body = self._body, body
        self._column.addWidget(body, 1)
        if old is not None:
            old.hide()
            self._column.removeWidget(old)
            old.deleteLater()

    # Building

    def _show(self, data: PreviewData) -> None:
        typed = (
            self.quick.text() if self.quick is not None and self._data and self._data.draft.id == data.draft.id else ""
        )
        self._data = data
        self.quick = None
        page = QWidget()
        page.setProperty("scrolled", "true")
        column = QVBoxLayout(page)
        edge = theme.size("page")
        column.setContentsMargins(edge, theme.size("margin"), edge, 0)
        column.setSpacing(12)
        column.addLayout(self._head(data.draft))
        for piece in (
            self._tags(data.draft),
            self._lines(data.draft),
            shared_line(data.shared),
            figures(self._shell.app, self._type, data),
            *self._banners(data.draft),
            document_lines(self._shell.app, self._type, data.draft),
            self._related(data),
        ):
            if piece is not None:
                column.addWidget(piece)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(page)
        whole = QWidget()
        outer = QVBoxLayout(whole)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(area, 1)
        outer.addWidget(self._foot(data))
        self._put(whole)
        quick: QLineEdit | None = self.quick
        if quick is not None and typed:
            quick.setText(typed)

    def _head(self, draft: Draft) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(2)
        title = Label(self._type.label_of(draft.values), "heading", wrap=True)
        title.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row.addWidget(title, 1)
        row.addWidget(
            IconButton("open", _("Open"), partial(self.open_record.emit, self._type.key, draft.id)),
            0,
            Qt.AlignmentFlag.AlignTop,
        )
        return row

    def _tags(self, draft: Draft) -> QWidget | None:
        found: list[tuple[str, str]] = []
        for name, about in self._fields().items():
            value = draft.values.get(name)
            if value and about.kind in ("option", "state") and about.width:
                choice = self._shell.app.options.find(about.options, value)
                found.append((show(value, about, self._shell.app.options), choice.tone if choice else "grey"))
            elif value and about.kind == "tags":
                found += [(tag, "grey") for tag in value]
        if not found:
            return None
        box = QWidget()
        flow = FlowLayout(box)
        flow.setContentsMargins(0, 0, 0, 0)
        for text, tone in found:
            flow.addWidget(Tag(text, tone))
        return box

    def _lines(self, draft: Draft) -> QWidget | None:
        names = [n for n in dict.fromkeys((*self._type.subtitle, *self._reachable())) if n in self._fields()]
        rows = []
        for name in names:
            about, value = self._fields()[name], draft.values.get(name)
            text = show(value, about, self._shell.app.options).strip() if value else ""
            if text and about.due is None and about.kind not in ("option", "state", "money", "yes_no"):
                rows.append((name, about, value, " ".join(text.split())))
        if not rows:
            return None
        box = QWidget()
        grid = QGridLayout(box)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(7)
        grid.setColumnStretch(1, 1)
        for at, (name, about, value, text) in enumerate(rows[:_LINES]):
            mark = IconLabel(self._icon(name, about), "faint", 17)
            mark.setToolTip(_(about.label))
            grid.addWidget(mark, at, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(self._line_text(about, value, text), at, 1)
        return box

    def _line_text(self, about: Field, value: Any, text: str) -> QWidget:
        if isinstance(value, Ref) and about.target in self._shell.app.types:
            open_it = partial(self.open_record.emit, about.target, value.id)
            return Button(text.replace("&", "&&"), kind="line", clicked=open_it, tip=_("Open"))
        made = Label(text, wrap=True)
        made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        made.setToolTip(_(about.label))
        return made

    def _reachable(self) -> list[str]:
        """The ways to reach someone, then the other columns of the list."""
        fields = self._fields()
        reach = [n for n, f in fields.items() if f.kind in ("phone", "email", "url") or f.multiline]
        others = [
            n
            for n in self._type.columns
            if n in fields and fields[n].kind in ("text", "reference", "date", "datetime", "code")
        ]
        return [n for n in (*reach, *others) if n not in self._type.label]

    def _icon(self, name: str, about: Field) -> str:
        if about.multiline or name in ("city", "region"):
            return "location"
        if about.kind == "reference" and about.target in self._shell.app.types:
            return self._shell.app.types[about.target].icon
        if about.kind == "code":
            return "number_symbol"
        return _ICONS.get(about.kind, "note")

    def _banners(self, draft: Draft) -> list[Banner]:
        made = []
        for name, about in self._fields().items():
            late = is_late(draft, about, dt.date.today())
            if late is None:
                continue
            words = f"{_day(draft.values[name])} · {_(about.label)}"
            # A reminder and nothing else: doing it takes it away.
            done = about.due == {} and not about.required and self._shell.app.actor.may(f"{self._type.key}.change")
            action = partial(self._finish, draft, name) if done else None
            made.append(Banner(words, "red" if late else "amber", _("Done") if done else "", action))
        return made

    def _finish(self, draft: Draft, name: str) -> None:
        changed = draft.copy()
        changed.values[name] = None

        def finished(saved: Draft) -> None:
            back = saved.copy()
            back.values[name] = draft.values[name]
            undo = partial(self._shell.tasks.run, partial(save, self._shell.app, back))
            self._shell.notices.say(_("Done: {what}").format(what=_(self._fields()[name].label)), _("Undo"), undo)

        self._shell.tasks.run(partial(save, self._shell.app, changed), finished, owner=self)

    def _related(self, data: PreviewData) -> QWidget | None:
        if not data.parts:
            return None
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        tabs = QTabBar()
        tabs.setProperty("role", "preview")
        tabs.setDrawBase(False)
        tabs.setExpanding(False)
        tabs.setUsesScrollButtons(True)
        for part in data.parts:
            tabs.addTab(f"{_(part.type.plural)} {_number(part.number)}")
        column.addWidget(tabs)
        place = QVBoxLayout()
        place.setSpacing(4)
        column.addLayout(place)

        def show_part(at: int) -> None:
            self._tab = at
            while (item := place.takeAt(0)) is not None:
                if widget := item.widget():
                    widget.hide()
                    widget.deleteLater()
            for widget in self._items(data.parts[at]):
                place.addWidget(widget)

        tabs.setCurrentIndex(min(self._tab, len(data.parts) - 1))
        show_part(tabs.currentIndex())
        tabs.currentChanged.connect(show_part)
        return box

    def _items(self, part: Part) -> list[QWidget]:
        if not part.items:
            return [Label(_("Nothing here yet."), "faint")]
        rows: list[QWidget] = [ItemRow(part.type, item, self.open_record) for item in part.items]
        if part.number.number > len(part.items):
            rows.append(
                Button(_("Show all"), kind="link", clicked=partial(self.open_record.emit, self._type.key, self._id))
            )
        return rows

    def _foot(self, data: PreviewData) -> QWidget:
        foot = QWidget()
        column = QVBoxLayout(foot)
        edge = theme.size("page")
        column.setContentsMargins(edge, theme.size("gap"), edge, theme.size("margin"))
        column.setSpacing(theme.size("gap"))
        journal = next(
            (p for p in data.parts if journal_text(p.type) and self._shell.app.actor.may(f"{p.type.key}.add")), None
        )
        if journal is not None:
            self.quick = QLineEdit()
            self.quick.setPlaceholderText(_("Write down what happened; Enter saves"))
            self.quick.setAccessibleName(_("Write down what happened; Enter saves"))
            self.quick.returnPressed.connect(partial(self._write_down, journal))
            column.addWidget(self.quick)
        row = QHBoxLayout()
        row.setSpacing(theme.size("gap"))
        row.addWidget(Button(_("Open"), "open", clicked=partial(self.open_record.emit, self._type.key, data.draft.id)))
        new = [p for p in data.parts if p.type.sequence and self._shell.app.actor.may(f"{p.type.key}.add")]
        if len(new) == 1:
            text = _("New {thing}").format(thing=_(new[0].type.title))
            row.addWidget(Button(text, new[0].type.icon, clicked=partial(self._new_part, new[0])))
        elif new:
            row.addWidget(Button(_("New"), "add", menu=self._menu_of_new(new)))
        row.addStretch(1)
        column.addLayout(row)
        return foot

    def _menu_of_new(self, parts: Sequence[Part]) -> QMenu:
        """What can be made for this record: side by side, the buttons of a customer would not find room."""
        menu = QMenu(self)
        for part in parts:
            menu.addAction(icons.icon(part.type.icon), _(part.type.title), partial(self._new_part, part))
        return menu

    def _me(self) -> Ref:
        assert self._data is not None and self._data.draft.id is not None
        return Ref(self._data.draft.id, self._type.label_of(self._data.draft.values))

    def _new_part(self, part: Part) -> None:
        self.new_record.emit(part.type.key, {part.field: self._me()})

    def _write_down(self, part: Part) -> None:
        assert self.quick is not None
        text = self.quick.text().strip()
        if not text:
            return
        draft = new_draft(self._shell.app, part.type.key, {part.field: self._me(), journal_text(part.type): text})
        if self._shell.app.options.find(part.type.fields["kind"].options if "kind" in part.type.fields else "", "note"):
            draft.values["kind"] = "note"
        self.quick.setEnabled(False)
        self._shell.tasks.run(partial(save, self._shell.app, draft), self._written, self._not_written, owner=self)

    def _written(self, saved: Draft) -> None:
        if self.quick is not None:
            self.quick.clear()
            self.quick.setEnabled(True)
        self._shell.notices.say(_("Saved"), _("Open"), partial(self.open_record.emit, saved.type, saved.id))

    def _not_written(self, error: BaseException) -> None:
        if self.quick is not None:  # what was typed is still there
            self.quick.setEnabled(True)
        self._shell.notices.error(error)

    def _fields(self) -> dict[str, Field]:
        return self._type.visible(self._shell.app.actor)


def _day(value: Any) -> str:
    """A day with its weekday: 11-24 Tue; another year's with the year."""
    day = to_local(value).date() if isinstance(value, dt.datetime) else value
    locale = QLocale(QLocale.Language.Chinese if language().startswith("zh") else QLocale.Language.English)
    written = day.strftime("%m-%d") if day.year == dt.date.today().year else day.isoformat()
    return f"{written} {locale.dayName(day.isoweekday(), QLocale.FormatType.ShortFormat)}"


def _number(number: Count) -> str:
    return f"{number.number}+" if number.capped else str(number.number)
