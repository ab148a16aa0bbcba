"""A document as it stood before a revision, to read."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from crm_desktop.records.record_type import RecordType
from crm_desktop.services.history import RevisionInfo
from crm_desktop.words import _
from ui import theme
from ui.editor_base import Around
from ui.form import RecordForm
from ui.lines_panel import LinesPanel
from ui.widgets.buttons import primary
from ui.widgets.labels import Label


class RevisionDialog(QDialog):
    """The form and the lines of an old version; nothing can be typed."""

    def __init__(self, parent: QWidget, around: Around, kind: RecordType, revision: RevisionInfo) -> None:
        super().__init__(parent.window())
        own = Around(around.app, around.tasks, open_record=around.open_record, failed=around.failed)
        name = _("Revision {number}").format(number=revision.number) if revision.number else _("First version")
        title = f"{kind.label_of(revision.draft.values)} · {name}"
        self.setWindowTitle(title)
        column = QVBoxLayout(self)
        edge = theme.size("page")
        column.setContentsMargins(edge, edge, edge, theme.size("margin"))
        column.setSpacing(theme.size("gap"))
        column.addWidget(Label(title, "heading"))
        said = f"{revision.who} · {revision.at.astimezone():%Y-%m-%d %H:%M}"
        column.addWidget(Label(f"{said} · {revision.reason}" if revision.reason else said, "dim", wrap=True))
        self.form = RecordForm(kind, own)
        self.form.show_draft(revision.draft, lambda _about: False)
        page = QWidget()
        page.setProperty("scrolled", "true")
        inside = QVBoxLayout(page)
        inside.setContentsMargins(0, theme.size("gap"), theme.size("margin"), 0)
        inside.setSpacing(theme.size("page"))
        inside.addWidget(self.form)
        if kind.lines:
            self.lines = LinesPanel(kind, own)
            self.lines.show_draft(revision.draft, True)
            self.lines.model.close_for_reading()
            self.form.put_lines(self.lines, self.lines.grid)
        inside.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(page)
        column.addWidget(area, 1)
        row = QHBoxLayout()
        row.addStretch(1)
        close = primary(_("Close"), clicked=self.accept)
        close.setDefault(True)
        row.addWidget(close)
        column.addLayout(row)
        window = parent.window()
        self.resize(min(theme.current().px(1080), window.width() - 40), min(theme.current().px(680), window.height() - 40))
