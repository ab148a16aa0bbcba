"""A record as it was, to read: before a revision, or at a moment."""

from __future__ import annotations

import datetime as dt

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from crm_desktop.draft import Draft
from crm_desktop.records.record_type import RecordType
from crm_desktop.services.history import RevisionInfo
from crm_desktop.words import _
from ui import theme
from ui.editor_base import Around
from ui.form import RecordForm
from ui.lines_panel import LinesPanel
from ui.widgets.buttons import primary
from ui.widgets.labels import Label


class PastDialog(QDialog):
    """The form and the lines of a record as it was; nothing can be typed. name: which state it is; said: what there is to say of it."""

    def __init__(self, parent: QWidget, around: Around, kind: RecordType, draft: Draft, name: str, said: str = "") -> None:
        super().__init__(parent.window())
        own = Around(around.app, around.tasks, open_record=around.open_record, failed=around.failed)
        title = f"{kind.label_of(draft.values)} · {name}"
        self.setWindowTitle(title)
        column = QVBoxLayout(self)
        edge = theme.size("page")
        column.setContentsMargins(edge, edge, edge, theme.size("margin"))
        column.setSpacing(theme.size("gap"))
        column.addWidget(Label(title, "heading"))
        if said:
            column.addWidget(Label(said, "dim", wrap=True))
        self.form = RecordForm(kind, own)
        self.form.show_draft(draft, lambda _about: False)
        page = QWidget()
        page.setProperty("scrolled", "true")
        inside = QVBoxLayout(page)
        inside.setContentsMargins(0, theme.size("gap"), theme.size("margin"), 0)
        inside.setSpacing(theme.size("page"))
        inside.addWidget(self.form)
        if kind.lines:
            self.lines = LinesPanel(kind, own)
            self.lines.show_draft(draft, True)
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


class RevisionDialog(PastDialog):
    """A document as it stood before a revision."""

    def __init__(self, parent: QWidget, around: Around, kind: RecordType, revision: RevisionInfo) -> None:
        name = _("Revision {number}").format(number=revision.number) if revision.number else _("First version")
        said = f"{revision.who} · {revision.at.astimezone():%Y-%m-%d %H:%M}"
        super().__init__(
            parent, around, kind, revision.draft, name, f"{said} · {revision.reason}" if revision.reason else said
        )


class MomentDialog(PastDialog):
    """A record as it was at a moment."""

    def __init__(self, parent: QWidget, around: Around, kind: RecordType, draft: Draft, moment: dt.datetime) -> None:
        name = _("As it was on {moment}").format(moment=f"{moment.astimezone():%Y-%m-%d %H:%M}")
        by, at = draft.values.get("updated_by"), draft.values.get("updated_at")
        said = _("Last changed by {who} at {time}").format(who=by.label, time=f"{at.astimezone():%Y-%m-%d %H:%M}") if by and at else ""
        super().__init__(parent, around, kind, draft, name, said)
