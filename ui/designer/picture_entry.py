"""One of the pictures of the template, or another file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QComboBox, QFileDialog

from crm_desktop.errors import Told
from crm_desktop.words import _
from ui.designer import edits, making
from ui.designer.document import Document
from ui.designer.editors import Entry
from ui.widgets.buttons import IconButton
from ui.widgets.labels import Label

FILES = "PNG, JPEG (*.png *.jpg *.jpeg *.gif *.bmp)"


class PictureEntry(Entry):
    """The name of a picture; a file chosen becomes one of the template."""

    def __init__(self, name: str, document: Document) -> None:
        super().__init__(name)
        self._document = document
        self.combo = QComboBox()
        self.combo.activated.connect(lambda at: self.tell(self.combo.itemData(at)))
        self.problem = Label("", "error", wrap=True)
        self.problem.hide()
        self._put(self.combo)
        self._row.addWidget(IconButton("folder_open", _("Choose a file…"), self.choose))
        self._row.addWidget(self.problem)

    def show_value(self, value: Any, same: bool) -> None:
        names = ["", *self._document.template.pictures]
        if [self.combo.itemData(n) for n in range(self.combo.count())] != names:
            self.combo.clear()
            for name in names:
                self.combo.addItem(name or _("None"), name)
        self.combo.setCurrentIndex(self.combo.findData(value) if same else -1)

    def choose(self, path: Path | None = None) -> None:
        """Take a file into the template."""
        if path is None:
            chosen, _kind = QFileDialog.getOpenFileName(self, self._name, "", FILES)
            if not chosen:
                return
            path = Path(chosen)
        try:
            name, content, _high = making.picture_of(path)
        except Told as problem:
            self.problem.setText(str(problem))
            self.problem.show()
            return
        self.problem.hide()
        known = self._document.template.pictures
        if known.get(name, content) != content:
            name = edits.fresh_id(known, f"{name}_")
        self._document.do(_("New picture"), lambda t: replace(t, pictures={**t.pictures, name: content}))
        self.tell(name)
