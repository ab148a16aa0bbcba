"""Two versions of a document beside each other: what differs between them, field by field and line by line."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtWidgets import QComboBox, QDialog, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from crm_desktop.application import Application
from crm_desktop.records.record_type import RecordType
from crm_desktop.services import history
from crm_desktop.words import _
from ui import theme
from ui.notices import Notices
from ui.tasks import Tasks
from ui.widgets.buttons import primary
from ui.widgets.labels import Label

_NOW = -1


def version_name(revision: history.RevisionInfo) -> str:
    """How a version is called."""
    return _("Revision {number}").format(number=revision.number) if revision.number else _("First version")


class CompareDialog(QDialog):
    """The older version is chosen at the left, the newer one at the right; it begins with the last change."""

    def __init__(
        self,
        parent: QWidget,
        app: Application,
        tasks: Tasks,
        notices: Notices,
        kind: RecordType,
        record_id: int,
        revisions: Sequence[history.RevisionInfo],
        older: int,
    ) -> None:
        super().__init__(parent.window())
        self._app, self._tasks, self._notices, self._kind, self._id = app, tasks, notices, kind, record_id
        self.setWindowTitle(_("Compare versions"))
        self.older, self.newer = QComboBox(), QComboBox()
        for box, name in ((self.older, _("Older version")), (self.newer, _("Newer version"))):
            box.setAccessibleName(name)
            for revision in revisions:
                box.addItem(version_name(revision), revision.number)
        self.newer.insertItem(0, _("As it stands now"), _NOW)
        self.older.setCurrentIndex(self.older.findData(older))
        self.newer.setCurrentIndex(max(self.newer.findData(older + 1), 0))
        choice = QHBoxLayout()
        choice.setSpacing(theme.size("gap"))
        choice.addWidget(self.older, 1)
        choice.addWidget(Label("→", "dim"))
        choice.addWidget(self.newer, 1)
        page = QWidget()
        page.setProperty("scrolled", "true")
        self.grid = QGridLayout(page)
        self.grid.setContentsMargins(0, theme.size("gap"), theme.size("margin"), 0)
        self.grid.setHorizontalSpacing(theme.size("page"))
        self.grid.setColumnStretch(1, 1)
        self.grid.setColumnStretch(2, 1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(page)
        close = primary(_("Close"), clicked=self.accept)
        close.setDefault(True)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(close)
        column = QVBoxLayout(self)
        edge = theme.size("page")
        column.setContentsMargins(edge, edge, edge, theme.size("margin"))
        column.setSpacing(theme.size("gap"))
        column.addLayout(choice)
        column.addWidget(area, 1)
        column.addLayout(foot)
        self.resize(theme.current().px(720), theme.current().px(480))
        self.older.currentIndexChanged.connect(self.refresh)
        self.newer.currentIndexChanged.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Compare the chosen versions."""
        newer = self.newer.currentData()
        work = partial(
            history.compare, self._app, self._kind.key, self._id, self.older.currentData(), None if newer == _NOW else newer
        )
        self._tasks.run(work, self._show, self._notices.error, owner=self)

    def _show(self, changes: Sequence[history.FieldChange]) -> None:
        while (item := self.grid.takeAt(0)) is not None:
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        if not changes:
            self.grid.addWidget(Label(_("Nothing differs."), "dim"), 0, 0, 1, 3)
        for at, change in enumerate(changes):
            self.grid.addWidget(Label(change.label, "dim", wrap=True), at, 0)
            self.grid.addWidget(Label(change.before or "–", wrap=True), at, 1)
            self.grid.addWidget(Label(change.after or "–", "strong", wrap=True), at, 2)
        self.grid.setRowStretch(self.grid.rowCount(), 1)
