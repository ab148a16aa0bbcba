"""Whether a table has a row of sums, and what stands before them."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QCheckBox, QLineEdit

from ui.designer.editors import Entry


class SumEntry(Entry):
    """A tick and a text; the value is the text, None without the row."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.box, self.line = QCheckBox(name), QLineEdit()
        self.line.setMaxLength(200)
        self._put(self.box)
        self._put(self.line)
        self.setFocusProxy(self.box)
        self.box.clicked.connect(lambda on: self._changed())
        self.line.textEdited.connect(lambda _text: self._changed())

    def show_value(self, value: Any, same: bool) -> None:
        self.box.setChecked(same and value is not None)
        self.line.setEnabled(self.box.isChecked())
        text = str(value or "") if same else ""
        if value is not None and text != self.line.text():
            self.line.setText(text)

    def _changed(self) -> None:
        self.line.setEnabled(self.box.isChecked())
        if self.box.isChecked() and not self.line.text():
            self.line.setText(self._name)
        self.tell(self.line.text() if self.box.isChecked() else None)
