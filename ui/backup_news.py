"""What the window knows of the backups, and the band that says what to worry about where nobody can overlook it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from backups.concerns import Concern
from backups.overview import Overview
from crm_desktop.words import _
from ui import theme
from ui.tasks import Task
from ui.widgets.panels import Banner

BACKUP, RESTORE = "program.backup", "program.restore"
"""The rights."""


class BackupNews(QObject):
    """The last look at the backups of one window, and what its keeper is doing; screens listen here."""

    changed = Signal()
    """Another overview."""
    working = Signal()
    """Work of the keeper began or ended."""
    wanted = Signal(str)
    """Somebody wants a look ("look") or a backup ("hand") now: the keeper listens."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.overview: Overview | None = None
        self.task: Task | None = None

    def take(self, overview: Overview) -> None:
        """Spread what was seen."""
        self.overview = overview
        self.changed.emit()

    def work_on(self, task: Task | None) -> None:
        """Say what is under way; None: nothing."""
        self.task = task
        self.working.emit()

    @property
    def concerns(self) -> Sequence[Concern]:
        return self.overview.concerns if self.overview else ()


class ConcernsBand(QWidget):
    """One line for each worry, with what to do. grave: only those that cannot be overlooked. It takes no room where there are none."""

    def __init__(self, news: BackupNews, act: Callable[[Concern], None], words: Callable[[Concern], str], *, grave: bool = False) -> None:
        """words: of the button beside a worry, "" for none; act: what it does."""
        super().__init__()
        self._news, self._act, self._words, self._grave = news, act, words, grave
        self.shown: list[tuple[Concern, Banner]] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.size("gap"))
        news.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show what there is to worry about now."""
        found = [c for c in self._news.concerns if c.grave or not self._grave]
        if found == [concern for concern, _banner in self.shown]:
            return
        for _concern, banner in self.shown:
            self._column.removeWidget(banner)
            banner.hide()
            banner.deleteLater()
        self.shown = []
        for concern in found:
            text = f"{concern.text} {concern.advice}".strip()
            banner = Banner(text, "red" if concern.grave else "amber", self._words(concern), partial(self._act, concern))
            self._column.addWidget(banner)
            self.shown.append((concern, banner))
        self.setVisible(bool(found))


def button_words(concern: Concern) -> str:
    """What is written on the button beside a worry."""
    if concern.key in ("none", "old", "failed"):
        return _("Back up now")
    return _("Places and times…") if concern.key in ("missing", "full", "passphrase") else ""
