"""What a person without a mouse, without good eyes or with a large font meets in a window, read off its widgets.

Every function looks at what is visible now and answers words for what is wrong, so that a test that fails says where.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAccessible, QImage
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QScrollArea,
    QScrollBar,
    QSplitter,
    QSplitterHandle,
    QStackedWidget,
    QTabBar,
    QWidget,
)
from shiboken6 import isValid

from ui.designer.rulers import Ruler
from ui.editor_base import Editor

_HOLDERS = (QScrollArea, QStackedWidget, QSplitter, QSplitterHandle, QScrollBar, QHeaderView)
_KEYS = re.compile(r"\((Ctrl|Alt|Shift|F\d|Ins|Del|Enter)[^)]*\)$")
"""The keys at the end of a tooltip, which the screen answers itself."""
_MADE_BY_QT = ("QCalendarWidget", "QCalendarView", "QComboBoxPrivateContainer")
_AT_A_PLACE = 3  # pixels two edges may differ and still stand at one height


def controls(root: QWidget) -> Iterator[QWidget]:
    """Everything that is seen and takes keys or clicks, without the parts Qt's own controls are made of."""
    for widget in root.findChildren(QWidget):
        if not alive(widget) or not widget.isVisible() or widget.window() is not root.window():
            continue
        if isinstance(widget, _HOLDERS) or _inside_control(widget):
            continue
        if (widget.objectName() == "qt_tableview_cornerbutton" and not widget.isEnabled()) or isinstance(widget, Ruler):
            continue  # a ruler lends guides to the mouse; what is placed by keys has figures
        if isinstance(widget, QLabel) and widget.focusPolicy() == Qt.FocusPolicy.ClickFocus:  # its text can be copied, no more
            continue
        if widget.focusPolicy() != Qt.FocusPolicy.NoFocus or isinstance(widget, QAbstractButton) or clickable(widget):
            yield widget


def clickable(widget: QWidget) -> bool:
    """Whether one of our own classes answers a press of the mouse on it."""
    ours = [kind for kind in type(widget).__mro__ if kind.__module__.startswith("ui.")]
    return any("mousePressEvent" in vars(kind) or "mouseReleaseEvent" in vars(kind) for kind in ours)


def _inside_control(widget: QWidget) -> bool:
    parent = widget.parentWidget()
    if parent is None:
        return False
    if isinstance(parent, QComboBox | QAbstractSpinBox | QTabBar | QLineEdit):
        return True
    return (isinstance(parent, QAbstractScrollArea) and widget is parent.viewport()) or parent.metaObject().className() in _MADE_BY_QT


def alive(widget: QWidget) -> bool:
    """Whether it is still there: a screen builds itself anew while it is walked through."""
    return bool(isValid(widget))


def is_empty(widget: QWidget) -> bool:
    """Whether it is a list with nothing in it: there is no place in it to show."""
    return isinstance(widget, QAbstractItemView) and widget.model() is not None and not widget.model().rowCount()


def name_of(widget: QWidget) -> str:
    """What a screen reader says for it. A choice would read out its value where it has no name: that is not one."""
    if isinstance(widget, QComboBox) and not widget.accessibleName() and not _has_label(widget):
        return ""
    found = QAccessible.queryAccessibleInterface(widget)
    return found.text(QAccessible.Text.Name).strip() if found is not None else ""


def _has_label(widget: QWidget) -> bool:
    return any(label.buddy() is widget and label.text() for label in widget.window().findChildren(QLabel))


def path_of(widget: QWidget) -> str:
    """Where a widget stands, for a person who has to find it."""
    steps: list[str] = []
    at: QWidget | None = widget
    while at is not None and len(steps) < 5:
        steps.append(type(at).__name__ + (f"#{at.objectName()}" if at.objectName() else ""))
        at = at.parentWidget()
    return " < ".join(steps)


def unnamed(root: QWidget) -> list[str]:
    """The controls a screen reader has no word for."""
    return [path_of(widget) for widget in controls(root) if not name_of(widget)]


# Focus


def kind_of(widget: QWidget) -> str:
    """What decides how a control looks: its class and what the style sheet selects it by."""
    base = next(k.__name__ for k in type(widget).__mro__ if k.__module__.startswith("PySide6"))
    own = type(widget).__name__ if clickable(widget) or isinstance(widget, QAbstractScrollArea) else base
    marks = [f"{n}={widget.property(n)}" for n in ("kind", "role", "quiet") if widget.property(n)]
    return " ".join([own, *marks])


def luminance(red: int, green: int, blue: int) -> float:
    """Relative luminance as in WCAG 2.1."""
    parts = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in (red / 255, green / 255, blue / 255)]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    """How much two colours differ: 1 not at all, 21 black from white."""
    light, dark = sorted((luminance(*one), luminance(*other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def seen_around(widget: QWidget) -> QImage:
    """The window where a control stands, with a little around it."""
    window = widget.window()
    box = QRect(widget.mapTo(window, QPoint(0, 0)), widget.size()).adjusted(-4, -4, 4, 4) & window.rect()
    return window.grab(box).toImage().convertToFormat(QImage.Format.Format_RGB32)


def changed_pixels(before: QImage, after: QImage, least: float = 3.0) -> int:
    """How many points differ so much that nobody overlooks it."""
    if before.isNull() or before.size() != after.size():
        return 0
    width, pairs = before.width(), Counter[tuple[int, int]]()
    one, other = (memoryview(image.constBits()).cast("B").cast("I") for image in (before, after))
    stride = before.bytesPerLine() // 4
    for y in range(before.height()):
        row = slice(y * stride, y * stride + width)
        if one[row] != other[row]:
            pairs.update((a, b) for a, b in zip(one[row], other[row], strict=True) if a != b)
    return sum(count for (a, b), count in pairs.items() if contrast(_rgb(a), _rgb(b)) >= least)


def _rgb(pixel: int) -> tuple[int, int, int]:
    return (pixel >> 16) & 255, (pixel >> 8) & 255, pixel & 255


# The order of Tab


def stops(root: QWidget) -> list[QWidget]:
    """Where Tab stops, from the first control of a window on, within one part of it."""
    window, found = root.window(), []
    at = window.nextInFocusChain()
    while at is not None and at is not window:
        takes = at.isVisible() and at.isEnabled() and at.focusPolicy() & Qt.FocusPolicy.TabFocus and at.focusProxy() is None
        if takes and (at is root or root.isAncestorOf(at)) and not isinstance(at, _HOLDERS):
            found.append(at)
        at = at.nextInFocusChain()
    return found


def unreachable(root: QWidget) -> list[str]:
    """What answers the mouse and no key: no stop of Tab, no shortcut, and not a part of what is a stop."""
    reached = stops(root)
    missed = []
    for widget in controls(root):
        documents = isinstance(widget, QTabBar) and widget.objectName() == "documents"  # those have Ctrl+Tab and Ctrl+W
        if widget in reached or documents or not widget.isEnabled() or _by_keys(widget):
            continue
        if any(reach.isAncestorOf(widget) for reach in reached):
            continue
        proxy = widget.focusProxy()
        if proxy is None or proxy not in reached:
            missed.append(path_of(widget))
    return missed


def _in_editor(widget: QWidget) -> bool:
    at: QWidget | None = widget
    while at is not None and not isinstance(at, Editor):
        at = at.parentWidget()
    return at is not None


def _by_keys(widget: QWidget) -> bool:
    """Whether keys do the same: those of the field it stands in (F4 opens what a button in it opens), or its own."""
    if widget.focusPolicy() == Qt.FocusPolicy.NoFocus and _in_editor(widget):
        return True
    button = widget if isinstance(widget, QAbstractButton) else None
    if button is None:
        return False
    if not button.shortcut().isEmpty() or _KEYS.search(button.toolTip()):
        return True
    # One of a group is the stop, the arrow keys go on from there.
    return button.isCheckable() and (button.autoExclusive() or button.group() is not None)


def jumps(root: QWidget) -> list[str]:
    """Steps of Tab that go back up, or to the left in one line: nobody finds a cursor that jumps."""
    found = []
    places = [(widget, QRect(widget.mapTo(root.window(), QPoint(0, 0)), widget.size())) for widget in stops(root)]
    for (one, before), (other, after) in pairwise(places):
        if one.parentWidget() is not other.parentWidget():
            continue
        same_line = after.top() < before.bottom() - _AT_A_PLACE and after.bottom() > before.top() + _AT_A_PLACE
        back = after.right() <= before.left() + _AT_A_PLACE
        if (same_line and back) or (after.bottom() <= before.top() + _AT_A_PLACE and not after.left() >= before.right()):
            found.append(f"{path_of(one)} → {path_of(other)}: {name_of(one)!r} → {name_of(other)!r}")
    return found
