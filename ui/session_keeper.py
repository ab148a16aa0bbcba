"""What a person would miss after a crash: the tabs that were open, and text typed and not saved."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QTimer

from crm_desktop.errors import Told
from crm_desktop.services.kept_drafts import left_over
from crm_desktop.settings import Setting, Settings
from ui.shell import Shell
from ui.tabs import DocumentTabs

log = logging.getLogger(__name__)
_KEEP_AFTER = 2000  # milliseconds without a change of tabs
_MOST = 5  # forms that are brought back


class SessionKeeper(QObject):
    """Keeps the tabs of a window soon after they change, and at its beginning brings back the forms of what was left unsaved."""

    def __init__(self, window: QObject, shell: Shell, tabs: DocumentTabs, keep: Callable[[], object]) -> None:
        super().__init__(window)
        self._shell, self._keep = shell, keep
        self._timer = QTimer(self, singleShot=True, interval=_KEEP_AFTER)
        self._timer.timeout.connect(self._keep_tabs)
        tabs.current_changed.connect(lambda _key: self._timer.start())
        shell.tasks.run(partial(left_over, shell.app), self._open, owner=self)

    def _keep_tabs(self) -> None:
        if not self._shell.tasks.closed:
            self._keep()

    def _open(self, found: list[tuple[str, int]]) -> None:
        """Bring the forms back, each of which offers its text; the latest comes to the front."""
        for key, record_id in reversed(found[:_MOST]):
            if record_id:
                self._shell.open_record(key, record_id)
            else:
                self._shell.new_record(key)


def keep_layout(settings: Settings, values: Mapping[Setting[Any], Any]) -> None:
    """Keep how a window looks; where nothing can be kept, as the data have moved to another PC, it can be closed all the same."""
    try:
        settings.set_many(values)
    except Told as error:
        log.warning("How the window looks is not kept: %s", error)
