"""What a person would miss after a crash: the tabs that were open, and text typed and not saved."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QTimer

from crm_desktop.services.kept_drafts import left_over
from crm_desktop.words import _
from ui.shell import Shell
from ui.tabs import DocumentTabs

_KEEP_AFTER = 2000  # milliseconds without a change of tabs


class SessionKeeper(QObject):
    """Keeps the tabs of a window soon after they change, and at its beginning offers what was left unsaved."""

    def __init__(self, window: QObject, shell: Shell, tabs: DocumentTabs, keep: Callable[[], object]) -> None:
        super().__init__(window)
        self._shell, self._keep = shell, keep
        self._timer = QTimer(self, singleShot=True, interval=_KEEP_AFTER)
        self._timer.timeout.connect(self._keep_tabs)
        tabs.current_changed.connect(lambda _key: self._timer.start())
        shell.tasks.run(partial(left_over, shell.app), self._offer, owner=self)

    def _keep_tabs(self) -> None:
        if not self._shell.tasks.closed:
            self._keep()

    def _offer(self, found: list[tuple[str, int]]) -> None:
        if not found:
            return
        types = self._shell.app.types
        titles = _(", ").join(dict.fromkeys(_(types[key].title) for key, _id in found))
        text = _("Text that was not saved is still here: {titles}").format(titles=titles)
        self._shell.notices.say(text, _("Show"), partial(self._show, found), icon="info")

    def _show(self, found: list[tuple[str, int]]) -> None:
        for key, record_id in found:
            if record_id:
                self._shell.open_record(key, record_id)
            else:
                self._shell.new_record(key)
