"""What has to be done before an opportunity leaves its stage, to be ticked off; it may be moved all the same."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QVBoxLayout, QWidget

from crm_desktop.services.stages import StageFacts
from crm_desktop.words import _
from ui import theme
from ui.widgets.buttons import Button, primary
from ui.widgets.labels import Label


class ChecklistDialog(QDialog):
    """The checklist of one stage."""

    def __init__(self, parent: QWidget, title: str, stage: StageFacts, target: str, done: Collection[str]) -> None:
        super().__init__(parent.window())
        self.setWindowTitle(_("From “{stage}” to “{target}”").format(stage=stage.name, target=target))
        column = QVBoxLayout(self)
        edge = theme.size("page")
        column.setContentsMargins(edge, edge, edge, theme.size("margin"))
        column.setSpacing(theme.size("gap"))
        column.addWidget(Label(title, "heading", wrap=True))
        column.addWidget(Label(_("What is done in “{stage}”?").format(stage=stage.name), "dim", wrap=True))
        self.boxes = [QCheckBox(item) for item in stage.checklist]
        for box in self.boxes:
            box.setChecked(box.text() in done)
            box.toggled.connect(self._look)
            column.addWidget(box)
        self.words = Label("", "dim", wrap=True)
        column.addWidget(self.words)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(Button(_("Cancel"), clicked=self.reject))
        self.accept_button = primary(_("Move"), clicked=self.accept)
        row.addWidget(self.accept_button)
        column.addLayout(row)
        self.setMinimumWidth(theme.current().px(400))
        self._look()

    @property
    def done(self) -> list[str]:  # type: ignore[override]
        """What is ticked."""
        return [box.text() for box in self.boxes if box.isChecked()]

    def _look(self) -> None:
        whole = len(self.done) == len(self.boxes)
        self.words.setText("" if whole else _("Not everything is done; it can be moved all the same."))
        self.accept_button.setText(_("Move") if whole else _("Move anyway"))


def ask_checklist(parent: QWidget, title: str, stage: StageFacts, target: str, done: Collection[str]) -> list[str] | None:
    """What of a stage's checklist is done; None when the person does not want to move it after all."""
    dialog = ChecklistDialog(parent, title, stage, target, done)
    answer = dialog.done if dialog.exec() else None
    dialog.deleteLater()
    return answer
