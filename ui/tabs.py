"""The tabs in the middle of the window. A tab that comes back from the last time is made only when it is looked at, so a
start with ten tabs costs one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from crm_desktop.words import _
from ui import icons, theme
from ui.widgets.buttons import IconButton

_MANY, _LEAST = 6, 112  # from so many tabs on there is a list of them; pixels of the narrowest tab
Maker = Callable[[str, Mapping[str, Any]], QWidget | None]


class DocumentTabs(QWidget):
    """A row of tabs over the pages they stand for."""

    current_changed = Signal(str)
    """The key of the tab in front, "" when there is none."""
    emptied = Signal()

    def __init__(self, make: Maker) -> None:
        super().__init__()
        self._make = make
        self._pages: list[_Page] = []
        self.bar = _Bar()
        self.stack = QStackedWidget()
        self.stack.setObjectName("body")
        self.stack.setContentsMargins(1, 1, 0, 0)
        row = QHBoxLayout()
        row.setContentsMargins(2, 0, 8, 6)
        row.addWidget(self.bar, 1)
        self.all_tabs = QMenu(self)
        self.all_tabs.aboutToShow.connect(self._list_tabs)
        self.list_button = IconButton("chevron_down", _("All tabs"), menu=self.all_tabs)
        self.list_button.hide()
        row.addWidget(self.list_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self.stack, 1)
        self.bar.currentChanged.connect(self._show)
        self.bar.tabMoved.connect(self._moved)
        self.bar.tabCloseRequested.connect(self.close_at)
        self.bar.customContextMenuRequested.connect(self._menu)

    @property
    def keys(self) -> list[str]:
        return [page.key for page in self._pages]

    @property
    def current(self) -> QWidget | None:
        """The screen in front."""
        index = self.bar.currentIndex()
        return self._pages[index].widget if 0 <= index < len(self._pages) else None

    def open(self, key: str, arguments: Mapping[str, Any] | None = None, *, title: str = "", icon: str = "") -> bool:
        """Bring the tab with this key to the front, making it where there is none. False when nothing makes it."""
        if key in self.keys:
            index = self.keys.index(key)
            if arguments and (widget := self._pages[index].widget) and hasattr(widget, "apply_arguments"):
                widget.apply_arguments(**arguments)
            self.bar.setCurrentIndex(index)
            return True
        widget = self._make(key, arguments or {})
        if widget is None:
            return False
        self._insert(_Page(getattr(widget, "tab_key", key), title, icon), widget)
        return True

    def refresh(self, widget: QWidget) -> None:
        """A screen's title, icon, key or unsaved mark changed."""
        index = self._index_of(widget)
        if index >= 0:
            page = self._pages[index]
            page.read(widget)
            mark = "● " if getattr(widget, "unsaved", False) else ""
            self.bar.setTabText(index, mark + page.title.replace("&", "&&"))
            self.bar.setTabToolTip(index, page.title)
            self.bar.setTabIcon(index, icons.icon(page.icon or "document"))
            if index == self.bar.currentIndex():
                self.current_changed.emit(page.key)

    def close_at(self, index: int) -> bool:
        """Close a tab after asking its screen; False when it stays."""
        page = self._pages[index]
        if page.widget is not None and not page.widget.close_request():  # type: ignore[attr-defined]
            return False
        self._remove(index)
        return True

    def close_screen(self, widget: QWidget) -> bool:
        index = self._index_of(widget)
        return index >= 0 and self.close_at(index)

    def close_all(self, keep: int = -1) -> bool:
        """Close every tab but `keep`, the last first; stops at one that wants to stay."""
        return all(self.close_at(i) for i in range(len(self._pages) - 1, -1, -1) if i != keep)

    def close_where(self, gone: Callable[[str], bool]) -> None:
        """Close the tabs with such keys, where nothing unsaved stands in them."""
        for index in range(len(self._pages) - 1, -1, -1):
            page = self._pages[index]
            if gone(page.key) and not getattr(page.widget, "unsaved", False):
                self.close_at(index)

    def may_close(self) -> bool:
        """Ask every screen whether the program may end, without closing any."""
        for index, page in enumerate(self._pages):
            if page.widget is not None and getattr(page.widget, "unsaved", False):
                self.bar.setCurrentIndex(index)
                if not page.widget.close_request():  # type: ignore[attr-defined]
                    return False
        return True

    def renew(self, stale: Callable[[QWidget], bool], *, front: bool = True) -> None:
        """Make the screens anew that are out of date, where nothing unsaved stands in them; those behind when they are looked at.

        front: also the one in front. A screen may say by `hand_over()` what its successor gets as `take_over(…)`.
        """
        for index, page in enumerate(self._pages):
            old, here = page.widget, index == self.bar.currentIndex()
            if old is None or (here and not front) or getattr(old, "unsaved", False) or not stale(old):
                continue
            if not old.close_request():  # type: ignore[attr-defined]
                continue
            page.carried = getattr(old, "hand_over", lambda: None)()
            page.widget = None
            self.stack.removeWidget(old)
            old.deleteLater()
            if here:
                self._show(index)

    def step(self, by: int) -> None:
        """Go to the next tab or the one before, around the end."""
        if self._pages:
            self.bar.setCurrentIndex((self.bar.currentIndex() + by) % len(self._pages))

    def state(self) -> list[dict[str, str]]:
        """What `restore` takes: plain values. New records not saved yet are left out: their drafts are kept elsewhere."""
        return [{"key": p.key, "title": p.title, "icon": p.icon} for p in self._pages if not p.key.startswith("new:")]

    def restore(self, state: list[Any], current: int) -> None:
        """Put the tabs of the last time back; only the one in front is made now."""
        self.bar.blockSignals(True)
        for entry in state:
            if isinstance(entry, dict) and isinstance(entry.get("key"), str) and entry["key"] not in self.keys:
                page = _Page(entry["key"], str(entry.get("title", "")), str(entry.get("icon", "")))
                self._insert(page, None)
        self.bar.blockSignals(False)
        if self._pages:
            index = min(max(current, 0), len(self._pages) - 1)
            self.bar.setCurrentIndex(index)
            self._show(index)

    def _insert(self, page: _Page, widget: QWidget | None) -> None:
        self._pages.append(page)
        self.bar.blockSignals(True)
        index = self.bar.addTab(icons.icon(page.icon or "document"), page.title)
        self.bar.setTabToolTip(index, page.title)
        self.bar.blockSignals(False)
        self.list_button.setVisible(self.bar.count() >= _MANY)
        if widget is not None:
            page.widget = widget
            self.stack.addWidget(widget)
            self.refresh(widget)
            self.bar.setCurrentIndex(index)
            self._show(index)

    def _show(self, index: int) -> None:
        if not 0 <= index < len(self._pages):
            self.current_changed.emit("")
            return
        page = self._pages[index]
        if page.widget is None:
            page.widget = self._make(page.key, {})
            if page.widget is None:  # a record deleted meanwhile, a right taken away
                self._remove(index)
                return
            if page.carried is not None:
                page.widget.take_over(page.carried)  # type: ignore[attr-defined]
                page.carried = None
            self.stack.addWidget(page.widget)
            self.refresh(page.widget)
        self.stack.setCurrentWidget(page.widget)
        page.widget.setFocus(Qt.FocusReason.OtherFocusReason)
        self.current_changed.emit(page.key)

    def _remove(self, index: int) -> None:
        page = self._pages.pop(index)
        if page.widget is not None:
            self.stack.removeWidget(page.widget)
            page.widget.deleteLater()
        self.bar.blockSignals(True)
        self.bar.removeTab(index)
        self.bar.blockSignals(False)
        self.list_button.setVisible(self.bar.count() >= _MANY)
        self._show(self.bar.currentIndex())
        if not self._pages:
            self.emptied.emit()

    def _moved(self, source: int, target: int) -> None:
        self._pages.insert(target, self._pages.pop(source))

    def _index_of(self, widget: QWidget) -> int:
        return next((i for i, p in enumerate(self._pages) if p.widget is widget), -1)

    def _list_tabs(self) -> None:
        self.all_tabs.clear()
        for index in range(self.bar.count()):
            action = self.all_tabs.addAction(self.bar.tabIcon(index), self.bar.tabText(index))
            action.triggered.connect(lambda _on=False, at=index: self.bar.setCurrentIndex(at))

    def _menu(self, where: QPoint) -> None:
        index = self.bar.tabAt(where)
        if index < 0:
            return
        menu = QMenu(self)
        menu.addAction(_("Close"), lambda: self.close_at(index))
        menu.addAction(_("Close the others"), lambda: self.close_all(keep=index))
        menu.addAction(_("Close all"), lambda: self.close_all())
        menu.exec(self.bar.mapToGlobal(where))
        menu.deleteLater()


class _Page:
    """A tab: what it is called, and its screen once it was looked at."""

    def __init__(self, key: str, title: str, icon: str) -> None:
        self.key, self.title, self.icon = key, title, icon
        self.widget: QWidget | None = None
        self.carried: Any = None

    def read(self, widget: QWidget) -> None:
        self.key = getattr(widget, "tab_key", self.key)
        self.title = getattr(widget, "title", self.title)
        self.icon = getattr(widget, "icon", self.icon)


class _Bar(QTabBar):
    """The row of tabs: they can be dragged, closed by the middle button, and grow no wider than a name needs."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("documents")
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setMovable(True)
        self.setTabsClosable(True)
        self.setElideMode(Qt.TextElideMode.ElideRight)
        self.setUsesScrollButtons(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setIconSize(QSize(theme.size("small_icon"), theme.size("small_icon")))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setSizePolicy(self.sizePolicy().Policy.Expanding, self.sizePolicy().Policy.Fixed)

    def minimumTabSizeHint(self, index: int) -> QSize:
        """A tab keeps room for some letters of its name; where that is too much, the row scrolls."""
        whole = self.tabSizeHint(index)
        return QSize(min(whole.width(), theme.current().px(_LEAST)), whole.height())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        index = self.tabAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.MiddleButton and index >= 0:
            self.tabCloseRequested.emit(index)
        else:
            super().mouseReleaseEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.setIconSize(QSize(theme.size("small_icon"), theme.size("small_icon")))
