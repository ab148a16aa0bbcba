"""A window that looks into a backup: lists, search and forms work as usual, nothing can be changed, single records can be brought back."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtGui import QAction, QCloseEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout

from backups.bringing_back import Brought, bring_back, take_back, what_comes
from backups.looking import Looked
from crm_desktop import settings as s
from crm_desktop.pinyin import initials
from crm_desktop.progress import Progress
from crm_desktop.services.search_all import search_everything
from crm_desktop.settings import Settings
from crm_desktop.words import _, ngettext
from ui import icons, theme
from ui.backup_words import moment
from ui.list_screen import ListScreen
from ui.main_window import MainWindow
from ui.record_window import RecordWindow, make_record
from ui.screens.registry import Screens
from ui.shell import Shell
from ui.theme import Wardrobe
from ui.widgets.buttons import Button
from ui.widgets.labels import IconLabel, Label

_MOST = 500  # records at once: more are a whole restore


class LookList(ListScreen):
    """A list of a backup: how it is left is kept nowhere, and nothing is offered that would change something."""

    def __init__(self, shell: Shell, type_key: str, **arguments: str) -> None:
        super().__init__(shell, type_key, **arguments)
        self.views.hide()

    def keep_look(self) -> None:
        """There is nothing to keep it in."""
        self._keep.stop()

    def reset(self) -> None:
        """The list as the program brings it."""
        self.list.apply(self.list.state.cleared())
        self.list.reset_columns()


class LookWindow(MainWindow):
    """The window on a backup. main: the window on today's data, which records are brought back to."""

    def __init__(self, main: MainWindow, looked: Looked, wardrobe: Wardrobe, *, single: bool = False) -> None:
        self._main, self._looked = main, looked
        settings = Settings()  # of its own, in memory: what is chosen here is nobody's habit
        settings.set_many({s.COMPANY_NAME: looked.header.company, s.PAGE_SIZE: main.settings.get(s.PAGE_SIZE)})
        screens = Screens(list_of=self._make_list, record_of=make_record)
        search = partial(search_everything, looked.app)
        super().__init__(looked.app, settings, screens, wardrobe, search=search, initials=initials)
        self.bring_button = Button(_("Bring this record back"), "arrow_undo", clicked=self.bring_current)
        self.band = self._band(moment(looked.header.made_at), single)
        middle = self.centralWidget()
        holder = middle.layout() if middle is not None else None
        assert isinstance(holder, QBoxLayout)
        holder.insertWidget(0, self.band)
        self.setWindowTitle(_("Backup of {when}, read-only").format(when=moment(looked.header.made_at)))
        self.status.set_database(_("Backup, read-only"), "amber", str(looked.app.data))
        for part in (self.top.bell, self.top.theme, self.status.language_button):
            part.hide()
        self.resize(max(900, main.width() - 60), max(560, main.height() - 60))
        self.tabs.current_changed.connect(lambda _key: self._follow())
        first = next((e.key for e in self.nav.entries if e.key.startswith("list:")), "")
        if first and not self.tabs.keys:
            self.open(first)
        self._follow()

    def _band(self, when: str, single: bool) -> QFrame:
        band = QFrame()
        band.setObjectName("look")
        row = QHBoxLayout(band)
        row.setContentsMargins(theme.size("page"), 6, theme.size("margin"), 6)
        row.setSpacing(theme.size("gap"))
        row.addWidget(IconLabel("eye", "on_look", 18))
        row.addWidget(Label(_("Backup of {when}, read-only").format(when=when), "strong"))
        hint = _("Select what you want back, then press the button.") if single else _("Nothing here can be changed.")
        row.addWidget(Label(hint))
        row.addStretch(1)
        row.addWidget(self.bring_button)
        row.addWidget(Button(_("Close"), clicked=self.close))
        return band

    def _make_list(self, _shell: Shell, type_key: str, **arguments: str) -> LookList:
        made = LookList(self, type_key, **arguments)
        action = QAction(icons.icon("arrow_undo"), _("Bring back into today's data"), made)
        action.triggered.connect(lambda _on=False: self.bring_current())
        made.list.more_in_menu.append(action)
        made.list.selection_changed.connect(self._follow)
        return made

    # Bringing back

    def _follow(self) -> None:
        """The button says what it would bring."""
        front = self.tabs.current
        many = isinstance(front, ListScreen) and (front.list.everything or front.list.selected_count().number > 1)
        self.bring_button.setText(_("Bring these records back") if many else _("Bring this record back"))
        kind = front.type if isinstance(front, ListScreen) else front.kind if isinstance(front, RecordWindow) else None
        self.bring_button.setEnabled(kind is not None and kind.area != "setup")  # set-up comes back as a whole or not at all

    def bring_current(self) -> None:
        """Bring back the record in front, or those selected in the list in front."""
        front = self.tabs.current
        if isinstance(front, RecordWindow) and front.record_id is not None:
            self.bring(front.kind.key, [front.record_id])
        elif isinstance(front, ListScreen):
            front.actions_of_list.with_ids(partial(self.bring, front.type.key))

    def bring(self, type_key: str, ids: list[int]) -> None:
        """Say what would come along, ask, and bring it."""
        if not ids:
            return
        if len(ids) > _MOST:
            words = _("These are {count} records; at most {most} can be brought back at once.")
            advice = _("Select fewer, or restore the whole backup.")
            self.notices.inform(words.format(count=f"{len(ids):,}", most=_MOST), advice)
            return
        work = partial(what_comes, self._main.app, self.app, type_key, ids)
        self.tasks.run(work, partial(self._ask, type_key, ids), owner=self)

    def _ask(self, type_key: str, ids: list[int], comes: dict[str, int]) -> None:
        if not any(comes.values()):
            text = _("All of it is there today.")
            self.notices.inform(text, _("Nothing needs to be brought back; what was changed since stays as it is."))
            return
        types = self.app.types
        parts = [f"{_(types[key].plural)}: {count:,}" for key, count in comes.items() if count and key in types]
        details = _("Comes back: {what}").format(what=", ".join(parts)) + "\n" + _("What is there today is not touched.")
        if self.notices.ask(_("Bring back into today's data?"), details, yes=_("Bring back")):

            def work(progress: Progress) -> Brought:
                return bring_back(self._main.app, self.app, type_key, ids, progress=progress)

            self.tasks.run(work, partial(self._brought, type_key), title=_("Bringing back"), slow=True, owner=self)

    def _brought(self, type_key: str, brought: Brought) -> None:
        count = sum(len(found) for found in brought.ids.values())
        text = ngettext("{count} record is back", "{count} records are back", count).format(count=f"{count:,}")
        self.notices.say(text, _("Undo"), partial(self.take_back, brought.batch), "checkmark_circle")
        self._main.notices.say(text, _("Open"), self._opener(type_key, brought), "checkmark_circle")
        notes = [
            (_("These got another number, since theirs is taken today:"), brought.again),
            (_("These references lead nowhere today and stay empty:"), brought.missing),
        ]
        told = "\n\n".join("\n".join([head, *list(lines)[:12]]) for head, lines in notes if lines)
        if told:
            self.notices.inform(text, told)

    def _opener(self, type_key: str, brought: Brought) -> Callable[[], object]:
        ids: Any = brought.ids.get(type_key, ())
        if len(ids) == 1:
            return partial(self._main.open_record, type_key, next(iter(ids)))
        return partial(self._main.open_list, type_key)

    def take_back(self, batch: str) -> None:
        """Undo one act of bringing back."""
        self.tasks.run(partial(take_back, self._main.app, batch), lambda _none: self.notices.say(_("Taken back")), owner=self)

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        if event.isAccepted():
            self._looked.close()
            self.deleteLater()
