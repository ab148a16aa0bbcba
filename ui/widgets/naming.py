"""Names for screen readers, where the words stand beside a control and not in it.

A word before a field says to the eye what the field is; nothing says it to the ear unless somebody ties the two together.
"""

from __future__ import annotations

from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QComboBox,
    QFormLayout,
    QLabel,
    QLayout,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

_WITHOUT_WORDS = (QLineEdit, QComboBox, QAbstractSpinBox, QPlainTextEdit, QTextEdit)


def named_by(words: str, *controls: QWidget) -> None:
    """Let these be called so, as far as they have no name yet."""
    for control in controls:
        if not control.accessibleName():
            control.setAccessibleName(words)


def name_rows(form: QFormLayout) -> None:
    """Call the fields of a form as the words before them say, also those that share a row with others."""
    for row in range(form.rowCount()):
        label = form.itemAt(row, QFormLayout.ItemRole.LabelRole)
        field = form.itemAt(row, QFormLayout.ItemRole.FieldRole)
        words = label.widget() if label is not None else None
        if isinstance(words, QLabel) and words.text() and field is not None:
            named_by(words.text(), *_wordless(field.widget(), field.layout()))


def name_line(line: QLayout) -> None:
    """Call what stands in a line as the words before it say: a label, or the box that turns it on."""
    words = ""
    for at in range(line.count()):
        item = line.itemAt(at)
        widget = item.widget() if item is not None else None
        if isinstance(widget, QLabel | QAbstractButton) and widget.text():
            words = widget.text()
        elif isinstance(widget, _WITHOUT_WORDS) and words:
            named_by(words, widget)


def _wordless(widget: QWidget | None, layout: QLayout | None) -> list[QWidget]:
    if widget is not None:
        return [widget] if isinstance(widget, _WITHOUT_WORDS) else []
    if layout is None:
        return []
    inside = (item.widget() for at in range(layout.count()) if (item := layout.itemAt(at)) is not None)
    return [each for each in inside if isinstance(each, _WITHOUT_WORDS)]
