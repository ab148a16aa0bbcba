"""The way to the server while the window is open: says so when it is broken, and goes on by itself when it is there again."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QBoxLayout

from crm_desktop.services.watching import Link, installer_place, watch
from crm_desktop.words import _
from ui import theme
from ui.main_window import MainWindow
from ui.widgets.panels import Banner


class LinkKeeper(QObject):
    """Watches over one window; does nothing where the data lie on this PC."""

    company = Signal()
    """Somebody else has opened or closed a record that is open here."""
    _told = Signal(object)

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._banner: Banner | None = None
        self._place = ""
        self._replacing = False
        self._said = (window.status.database.text(), window.status.database.toolTip())
        self._told.connect(self._show, Qt.ConnectionType.QueuedConnection)
        self.watch = watch(window.app, self._told.emit, self.company.emit)
        if self.watch is not None:
            window.closed.connect(partial(self.watch.close, wait=False))
            window.tasks.run(partial(installer_place, window.app), self._know_place, lambda _error: None, owner=self)

    def _know_place(self, place: str) -> None:
        self._place = place

    def _show(self, link: Link) -> None:
        window = self._window
        if window.tasks.closed:
            return
        was_away = window.notices.away
        if not was_away:
            self._said = (window.status.database.text(), window.status.database.toolTip())
        window.notices.away = not link.up
        if not link.up:
            text = _("The server does not answer. You can go on reading and typing; nothing typed is lost, and nothing is saved by itself.")
            text += " " + _("The program tries again in {count} s.").format(count=max(1, round(link.tries_in)))
            self._say(text, "amber", _("Try now"))
            window.status.set_database(_("Server does not answer"), "red", self._said[1])
        elif link.replacing:
            text = _("{name} is bringing a backup of the whole office back.").format(name=link.replacing)
            self._say(f"{text} {_('What you type stays here; please wait with saving until it is done.')}", "amber")
        elif link.newer:
            self._say(self._outdated(), "red")
        elif self._banner is not None:
            self._banner.hide()
        if self._replacing and not link.replacing:
            words = _("A backup of the whole office has been brought back. What is open here is shown as it is now.")
            window.notices.say(words, icon="checkmark_circle")
        self._replacing = bool(link.replacing)
        if link.up:
            window.status.set_database(self._said[0], "green", self._said[1])
            if was_away:
                window.notices.say(_("The server is back."), icon="checkmark_circle")

    def _outdated(self) -> str:
        text = _("A newer version of the program has taken over the database. Nothing can be saved here until this program is updated.")
        where = _("You find the new version here: {place}").format(place=self._place)
        return f"{text} {where if self._place else _('Ask your administrator for it.')}"

    def _say(self, text: str, tone: str, action: str = "") -> None:
        if self._banner is not None:
            self._banner.hide()
            self._banner.deleteLater()
        self._banner = Banner(text, tone, action, self._try_now if action else None)
        self._banner.setObjectName("link")
        middle = self._window.centralWidget()
        layout = middle.layout() if middle is not None else None
        if isinstance(layout, QBoxLayout):
            layout.insertWidget(1, self._banner)
        theme.restyle(self._banner)

    def _try_now(self) -> None:
        if self.watch is not None:
            self.watch.doubt()
