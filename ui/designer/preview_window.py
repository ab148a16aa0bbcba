"""The document as it would be printed now, before the template is saved."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from crm_desktop.printing.preview import page_sizes
from crm_desktop.words import _
from ui import theme
from ui.page_view import PageBar, PageView
from ui.shell import Shell
from ui.widgets.buttons import Button


class PreviewWindow(QDialog):
    """Pages with zoom and search."""

    def __init__(self, parent: QWidget, shell: Shell, title: str, pdf: bytes) -> None:
        super().__init__(parent.window())
        self.setWindowTitle(_("Preview of {title}").format(title=title))
        self.view = PageView(shell.tasks)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(PageBar(self.view, shell.tasks))
        column.addWidget(self.view, 1)
        foot = QHBoxLayout()
        foot.setContentsMargins(*(theme.size("gap"),) * 4)
        foot.addStretch(1)
        foot.addWidget(Button(_("Close"), clicked=self.reject))
        column.addLayout(foot)
        window = parent.window()
        self.resize(min(theme.current().px(900), window.width() - 60), window.height() - 60)
        shell.tasks.run(partial(page_sizes, pdf), partial(self.view.show_pdf, pdf), owner=self)
