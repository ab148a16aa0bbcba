"""The pages of a record's window: its details, the lists of what belongs to it, files and history. Each is made when looked at."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.records.record_type import RecordType, Related
from crm_desktop.services.files import list_files
from crm_desktop.services.listing import Condition, ListQuery, count
from crm_desktop.words import _
from ui import theme
from ui.files_tab import FilesTab
from ui.history_tab import HistoryTab
from ui.list_view import RecordList
from ui.shell import Shell


class RecordTabs(QWidget):
    """A row of tabs over the pages."""

    undone = Signal()
    revision_wanted = Signal(object)

    def __init__(self, shell: Shell, kind: RecordType, details: QWidget) -> None:
        super().__init__()
        self.shell, self.kind = shell, kind
        self.ref: Ref | None = None
        self.may_undo: Callable[[], bool] = lambda: True
        self._titles: dict[str, str] = {"details": _("Details")}
        self.pages: dict[str, QWidget] = {"details": details}
        self.bar = QTabBar()
        self.bar.setDrawBase(False)
        self.bar.setExpanding(False)
        self.bar.setAccessibleName(_("Pages of this record"))
        self.stack = QStackedWidget()
        self.stack.addWidget(details)
        seen = [r for r in kind.related if r.type in shell.app.types and shell.app.actor.may(f"{r.type}.see")]
        self._related = {f"{r.type}:{r.field}": r for r in seen}
        self._more = {p.key: p for p in shell.screens.pages_of(kind.key, shell.app.actor)}
        head = QHBoxLayout()
        head.setContentsMargins(theme.size("page"), 2, theme.size("page"), 0)
        head.addWidget(self.bar, 1)
        self._head = QWidget()
        self._head.setLayout(head)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head)
        column.addWidget(self.stack, 1)
        self._head.hide()
        self.bar.currentChanged.connect(self.show_at)

    @property
    def keys(self) -> list[str]:
        return list(self._titles)

    def show_record(self, record_id: int, ref: Ref) -> None:
        """The record is saved: what belongs to it can be shown."""
        first = self.ref is None
        self.ref = ref
        if first:
            for key, related in self._related.items():
                self._titles[key] = _(self.shell.app.type(related.type).plural)
            self._titles |= {key: _(page.title) for key, page in self._more.items()}
            self._titles |= {"files": _("Files"), "history": _("History")}
            for title in self._titles.values():
                self.bar.addTab(title)
            self._head.show()
            self._count(record_id)

    def refresh(self) -> None:
        """What belongs to the record may have changed."""
        if self.ref is not None:
            self._count(self.ref.id)
            for key in ("history", "files", *self._more):
                page = self.pages.get(key)
                if page is not None and hasattr(page, "refresh"):
                    page.refresh()  # type: ignore[attr-defined]

    def show_tab(self, key: str) -> None:
        """Bring a page to the front."""
        if key in self._titles and self.ref is not None:
            self.show_at(self.keys.index(key))

    def show_at(self, at: int) -> None:
        """Bring the page at a place to the front, making it where needed."""
        if not 0 <= at < self.bar.count():
            return
        self.bar.setCurrentIndex(at)
        key = self.keys[at]
        if key not in self.pages:
            page = self._make(key)
            self.pages[key] = page
            self.stack.addWidget(self._framed(page))
        page = self.pages[key]
        self.stack.setCurrentIndex(list(self.pages).index(key))  # pages and their places are made together
        if key != "details" and not self.bar.hasFocus():
            page.setFocus(Qt.FocusReason.OtherFocusReason)

    def _framed(self, page: QWidget) -> QWidget:
        frame = QWidget()
        column = QVBoxLayout(frame)
        column.setContentsMargins(theme.size("page"), theme.size("margin"), theme.size("page"), theme.size("gap"))
        column.addWidget(page)
        return frame

    def _make(self, key: str) -> QWidget:
        assert self.ref is not None
        shell, record_id = self.shell, self.ref.id
        if key in self._more:
            return self._more[key].make(shell, record_id)
        if key == "files":
            files = FilesTab(shell.app, shell.tasks, shell.notices, self.kind.key, record_id)
            files.counted.connect(partial(self._show_count, key))
            files.refresh()
            return files
        if key == "history":
            page = HistoryTab(shell.app, shell.tasks, shell.notices, self.kind, record_id)
            page.undone.connect(self.undone)
            page.revision_wanted.connect(self.revision_wanted)
            page.may_undo = lambda: self.may_undo()
            page.refresh()
            return page
        return self._list(self._related[key], key)

    def _list(self, related: Related, key: str) -> RecordList:
        assert self.ref is not None
        shell = self.shell
        where = Condition(related.field, "any_of", (self.ref.id,))
        made = RecordList(shell.app, shell.tasks, related.type, where=where, compact=True)
        made.open_record.connect(shell.open_record)
        made.new_record.connect(lambda type_key, preset: self._new(type_key, related, preset))
        made.failed.connect(shell.notices.error)
        made.counted.connect(lambda number: self._show_count(key, number.number) if number is not None else None)
        return made

    def _new(self, type_key: str, related: Related, preset: dict[str, Any]) -> None:
        self.shell.new_record(type_key, **(dict(preset) | {related.field: self.ref}))

    def _count(self, record_id: int) -> None:
        work = partial(_counts, self.shell.app, self.kind, self._related, record_id)
        self.shell.tasks.run(work, self._show_counts, self.shell.notices.error)

    def _show_counts(self, counts: dict[str, int]) -> None:
        for key, number in counts.items():
            self._show_count(key, number)

    def _show_count(self, key: str, number: int) -> None:
        if key in self._titles:
            title = self._titles[key]
            self.bar.setTabText(self.keys.index(key), f"{title} {number:,}" if number else title)


def _counts(app: Application, kind: RecordType, related: dict[str, Related], record_id: int) -> dict[str, int]:
    found = {
        key: count(app, ListQuery(r.type, where=Condition(r.field, "any_of", (record_id,)))).number for key, r in related.items()
    }
    return found | {"files": len(list_files(app, kind.key, record_id))}
