"""The window: navigation at the left, search and New at the top, tabs in the middle, the state of things at the foot.

It knows no screen by name. What can be opened comes from the record types and the registry of screens; it gives every
screen itself as `Shell`.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QMenu, QVBoxLayout, QWidget

from crm_desktop import settings as s
from crm_desktop.application import Application
from crm_desktop.words import LANGUAGES, _, language
from ui import icons, navigation, theme
from ui.approval_keeper import ApprovalKeeper
from ui.backup_news import BACKUP, RESTORE, BackupNews
from ui.command_palette import Answer, CommandPalette
from ui.commands import Command, action_for, add_to
from ui.dialogs.keyboard_map import KeyboardMap
from ui.dropped_files import DropToImport
from ui.lan_wish import LanWish
from ui.notices import Notices
from ui.old_fields import has_old_fields
from ui.recent_records import RecentRecords
from ui.reminders import Reminders
from ui.rights_keeper import RightsKeeper
from ui.screens.registry import Screens
from ui.session_keeper import SessionKeeper, keep_layout
from ui.tabs import DocumentTabs
from ui.tasks import Tasks
from ui.theme import Wardrobe
from ui.top_bar import TopBar
from ui.widgets.side_nav import SideNav
from ui.widgets.status_bar import StatusBar

_RAIL_BELOW, _TITLE_BAR = 1400, 32
SearchAll = Callable[[str], Sequence[Any]]


class MainWindow(QMainWindow):
    """The shell of every screen.

    search(text) answers hits with `type`, `id`, `label` and `detail`; it is called on another thread. initials(text) gives
    the pinyin initials of a title. Both may be None.
    """

    reopen = Signal()
    """The window should be built anew, as after a change of language."""
    closed = Signal()
    backup_wanted = Signal(object, str)
    """A backup file (None: still to be chosen), and what for: "restore" or "look"."""
    update_wanted = Signal()
    """Somebody asks for a newer version of the program."""
    sample_unwanted = Signal()
    help_wanted = Signal(str)
    office_wanted = Signal(object)
    """A `LanWish` (ui/lan_wish.py)."""
    encryption_wanted = Signal(object)
    """The key to encrypt the database file with; None: in the clear again."""

    def __init__(
        self,
        app: Application,
        settings: s.Settings,
        screens: Screens,
        wardrobe: Wardrobe,
        *,
        search: SearchAll | None = None,
        initials: Callable[[str], str] | None = None,
        log_folder: Path | None = None,
    ) -> None:
        super().__init__()
        self.setObjectName("window")
        self.app, self.settings, self.screens = app, settings, screens
        self._wardrobe = wardrobe
        self.leaving = False
        """It closes to make room for another window of the program, which goes on."""
        self.last_work: Callable[[], bool] | None = None
        """What is done before the program ends; False: it goes on after all."""
        self.notices = Notices(self, log_folder)
        self.tasks = Tasks(self.notices.error, self)
        settings.write_with(lambda job: self.tasks.run(job))
        self._new_count = 0
        self._brand()
        self.tabs = DocumentTabs(self._make)
        self.nav = SideNav()
        self.top = TopBar(self._company(), app.actor.name)
        self.status = StatusBar(self.tasks, LANGUAGES, language())
        self.status.set_database(_("This PC"), tip=str(app.data))
        self.reminders = Reminders(app, self.tasks, self)
        self.backup_news = BackupNews(self)
        self._lay_out()
        self.recent_records = RecentRecords(app, settings, self.open)
        self.commands = self._all_commands()
        self._actions = {c.key: action_for(c, self) for c in self.commands}
        self.addActions([a for a in self._actions.values() if not a.shortcut().isEmpty()])
        self.palette_panel = CommandPalette(self.top.search, self, self.tasks, search, self._as_answer, initials)
        self.palette_panel.offer(self.commands, self.recent_records.answers)
        self._connect()
        self._fill_menus()
        self.refresh_navigation()
        self._stop_listening = settings.listen(self._setting_changed)
        self.reminders.count()
        DropToImport(self, self)
        self._restore()
        SessionKeeper(self, self, self.tabs, self.keep_state)
        RightsKeeper(self, app, self.tabs, self._rights_changed)
        ApprovalKeeper(self, app, self.tasks, self.notices)

    # What screens ask for

    def open_list(self, type_key: str, **arguments: Any) -> None:
        self.open(f"list:{type_key}", arguments)

    def open_record(self, type_key: str, record_id: int) -> None:
        self.open(f"record:{type_key}:{record_id}")

    def new_record(self, type_key: str, **preset: Any) -> None:
        self._new_count += 1
        self.open(f"new:{type_key}:{self._new_count}", preset)

    def open_screen(self, key: str, **arguments: Any) -> None:
        self.open(f"screen:{key}", arguments)

    def open(self, tab_key: str, arguments: Mapping[str, Any] | None = None) -> None:
        """Bring a tab to the front, making it where needed."""
        if not self.tabs.open(tab_key, arguments):
            self.notices.say(_("This cannot be opened (any more)."), icon="info")

    def open_backup(self, file: Path | None, what: str) -> None:
        self.backup_wanted.emit(file, what)

    def show_help(self, place: str) -> None:
        self.help_wanted.emit(place)

    def remove_sample(self) -> None:
        self.sample_unwanted.emit()

    def change_office(self, wish: LanWish) -> None:
        self.office_wanted.emit(wish)

    def change_encryption(self, key: Any) -> None:
        self.encryption_wanted.emit(key)

    def tab_changed(self, screen: QWidget) -> None:
        self.tabs.refresh(screen)

    def close_screen(self, screen: QWidget) -> None:
        self.tabs.close_screen(screen)

    def set_up_changed(self, *, choices: bool = False) -> None:
        """Let open lists and forms have the record types as they are now. choices: so are those of option lists."""

        def stale(screen: QWidget) -> bool:
            if not getattr(screen, "tab_key", "").startswith(("list:", "record:")):
                return False
            return choices or has_old_fields(self.app, screen)

        self.tabs.renew(stale, front=not choices)

    # What the program tells the window

    def refresh_navigation(self) -> None:
        """Read the record types and screens again, as after a change of rights or custom types."""
        self.nav.set_entries(navigation.entries(self.app, self.screens))

    def set_reminders(self, count: int) -> None:
        """How many things are due: the bell and the badge beside Today."""
        self.top.bell.set_count(count)
        self.nav.set_badge("screen:today", count)

    def refresh_company(self) -> None:
        """Show the company's name as it is now."""
        self.top.brand.setText(self._company())
        self._brand()

    def offer(self, commands: Sequence[Command]) -> None:
        """Let a person do more from anywhere: by keys, by name, and in the menu of the person, above what ends the program."""
        menu = self.top.person_menu
        last = self._actions["quit"]
        for command in commands:
            self._actions[command.key] = action = action_for(command, self)
            self.addAction(action)
            action.setShortcutVisibleInContextMenu(True)
            menu.insertAction(last, action)
        self.commands += commands
        self.palette_panel.offer(self.commands, self.recent_records.answers)

    # Building

    def _company(self) -> str:
        return self.settings.get(s.COMPANY_SHORT_NAME) or self.settings.get(s.COMPANY_NAME) or _("CRM Desktop")

    def _brand(self) -> None:
        name, program = self._company(), _("CRM Desktop")
        self.setWindowTitle(program if name == program else f"{name} – {program}")
        self.setWindowIcon(icons.app_icon())

    def _lay_out(self) -> None:
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.nav)
        middle.addWidget(self.tabs, 1)
        all_of_it = QWidget()
        column = QVBoxLayout(all_of_it)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.top)
        column.addLayout(middle, 1)
        column.addWidget(self.status)
        self.setCentralWidget(all_of_it)
        self.setMinimumSize(900, 560)

    def _connect(self) -> None:
        self.top.menu.clicked.connect(self._toggle_rail)
        self.top.theme.clicked.connect(self._toggle_theme)
        self.top.bell.clicked.connect(lambda: self.open_screen("today"))
        self.nav.chosen.connect(lambda key: self.open(key))
        self.tabs.current_changed.connect(self._tab_came)
        self.status.language_chosen.connect(self.speak)
        self.reminders.counted.connect(self.set_reminders)

    def _all_commands(self) -> list[Command]:
        window, records = _("Window"), _("New record")
        found = [
            Command("search", _("Search everything"), "search", self._search, "Ctrl+K", window, hidden=True),
            Command("new", _("New record"), "add", self._new_here, "Ctrl+N", window, hidden=True),
        ]
        for record_type in self._creatable():
            title = _("New: {title}").format(title=_(record_type.title))
            key = record_type.key
            run = partial(self.new_record, key)
            found.append(Command(f"new:{key}", title, record_type.icon, run, "", records, also=(record_type.title,)))
        for entry in navigation.entries(self.app, self.screens):
            go = partial(self.open, entry.key)
            shortcut = self.screens.shortcut(entry.key)
            found.append(Command(f"go:{entry.key}", entry.title, entry.icon, go, shortcut, window, also=(entry.key,)))
        for screen in self.screens.visible(self.app.actor):
            if not screen.in_navigation:
                go = partial(self.open_screen, screen.key)
                found.append(Command(f"go:screen:{screen.key}", _(screen.title), screen.icon, go, screen.shortcut, window))
        if self.app.actor.may(BACKUP):
            make = partial(self.backup_news.wanted.emit, "hand")
            found.append(Command("backup", _("Back up now"), "shield_checkmark", make, "", window, also=("backup",)))
        if self.app.actor.may(RESTORE):
            restore = partial(self.open_backup, None, "restore")
            found.append(Command("restore", _("Restore a backup…"), "arrow_undo", restore, "", window, also=("restore",)))
        return [
            *found,
            Command("close", _("Close tab"), "dismiss", self._close_tab, "Ctrl+W", window),
            Command("next", _("Next tab"), "arrow_right", lambda: self.tabs.step(1), "Ctrl+Tab", window, hidden=True),
            Command("before", _("Tab before"), "arrow_left", lambda: self.tabs.step(-1), "Ctrl+Shift+Tab", window, hidden=True),
            Command("refresh", _("Refresh"), "arrow_sync", self._refresh, "F5", window),
            Command("rail", _("Show or hide the names"), "panel_left", self._toggle_rail, "Ctrl+B", window),
            Command("theme", _("Light or dark"), "dark_theme", self._toggle_theme, "Ctrl+Shift+L", window),
            Command("keys", _("Keyboard shortcuts"), "keyboard", self._show_keys, "Ctrl+F1", window),
            Command(
                "report", _("Save an error report…"), "document_table", lambda: self.notices.save_report(), "", window
            ),
            Command("update", _("Look for a newer version"), "arrow_download", self.update_wanted.emit, "", window, also=("update",)),
            Command("quit", _("Quit"), "sign_out", self.close, "Ctrl+Q", window),
        ]

    def _creatable(self) -> list[Any]:
        if self.screens.new_of is None:
            return []
        return [t for t in self.app.types.values() if t.area != "setup" and self.app.actor.may(f"{t.key}.add")]

    def _rights_changed(self) -> None:
        self.refresh_navigation()
        self._fill_new_menu()
        self.notices.say(_("Your rights have changed."), icon="shield")

    def _fill_new_menu(self) -> None:
        self.top.new_menu.clear()
        for record_type in self._creatable():
            action = self.top.new_menu.addAction(icons.icon(record_type.icon), _(record_type.title))
            action.triggered.connect(lambda _on, key=record_type.key: self.new_record(key))
        self.top.new.setVisible(not self.top.new_menu.isEmpty())

    def _fill_menus(self) -> None:
        self._fill_new_menu()
        menu: QMenu = self.top.person_menu
        menu.addAction(icons.icon("person_circle"), self.app.actor.name).setEnabled(False)
        menu.addSeparator()
        for key in ("go:screen:settings", "go:screen:recycle-bin", "", "theme", "keys", "update", "report", "", "quit"):
            if not key:
                menu.addSeparator()
            elif key in self._actions:
                add_to(menu, self._actions[key])

    # What commands do

    def _search(self) -> None:
        self.palette_panel.open()
        self.top.search.selectAll()

    def _new_here(self) -> None:
        """A new record of the type in front; elsewhere the menu of all types."""
        place = navigation.place_of(getattr(self.tabs.current, "tab_key", ""))
        kind, _colon, type_key = place.partition(":")
        if kind == "list" and self.screens.new_of:
            self.new_record(type_key)
        elif not self.top.new_menu.isEmpty():
            self.top.new.showMenu()

    def _close_tab(self) -> None:
        if self.tabs.current is not None:
            self.tabs.close_screen(self.tabs.current)

    def _refresh(self) -> None:
        refresh = getattr(self.tabs.current, "refresh", None)
        if refresh:
            refresh()

    def _toggle_rail(self) -> None:
        self.nav.set_rail(not self.nav.rail)
        self.settings.set(s.NAVIGATION_NARROW, self.nav.rail)

    def _toggle_theme(self) -> None:
        self.settings.set(s.THEME, self._wardrobe.toggle())

    def _show_keys(self) -> None:
        KeyboardMap(self, self.commands).exec()

    def speak(self, code: str) -> None:
        """Use another language: at once, by building the window anew with the same tabs."""
        if code != language():
            self.settings.set(s.LANGUAGE, code)

    def _setting_changed(self, names: frozenset[str]) -> None:
        """Sizes and words are built into every widget: a change of them builds the window anew."""
        if names & {s.LANGUAGE.name, s.FONT_SIZE.name}:
            QTimer.singleShot(0, self.reopen.emit)

    # Tabs, the last time and this

    def _make(self, tab_key: str, arguments: Mapping[str, Any]) -> QWidget | None:
        return self.screens.make(self, tab_key, arguments)

    def _tab_came(self, key: str) -> None:
        self.nav.select(navigation.place_of(key))
        if not key:
            QTimer.singleShot(0, self._never_empty)
        elif key.startswith("record:"):
            self.recent_records.remember(key, getattr(self.tabs.current, "title", ""))

    def _never_empty(self) -> None:
        """Where the last tab was closed, the day's screen comes."""
        if not self.tabs.keys and "today" in self.screens.entries and self.isVisible():
            self.open_screen("today")

    def recent(self) -> list[tuple[str, str, str]]:
        """The records opened last: tab key, title, icon."""
        return self.recent_records.records()

    def _as_answer(self, hit: Any) -> Answer:
        record_type = self.app.types[hit.type]
        run = lambda: self.open_record(hit.type, hit.id)  # noqa: E731
        return Answer(hit.label, record_type.icon, hit.detail, _(record_type.title), run)

    def _restore(self) -> None:
        room = self.screen().availableGeometry()
        self.resize(min(1280, room.width()), min(800, room.height() - theme.current().px(_TITLE_BAR)))
        geometry = self.settings.get(s.WINDOW_GEOMETRY)
        if geometry:
            self.restoreGeometry(QByteArray(base64.b64decode(geometry)))
        self.nav.set_rail(self.settings.get(s.NAVIGATION_NARROW))
        if self.settings.get(s.REOPEN_TABS):
            kept = [navigation.retitled(self.app, self.screens, entry) for entry in self.settings.get(s.OPEN_TABS)]
            self.tabs.restore(kept, self.settings.get(s.CURRENT_TAB))
        if not self.tabs.keys and "today" in self.screens.entries:
            self.open_screen("today")

    def keep_state(self) -> None:
        """Remember window and tabs for the next start."""
        geometry = base64.b64encode(self.saveGeometry().data()).decode("ascii")
        tabs, current = self.tabs.state(), max(self.tabs.bar.currentIndex(), 0)
        keep_layout(self.settings, {s.WINDOW_GEOMETRY: geometry, s.OPEN_TABS: tabs, s.CURRENT_TAB: current})

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._may_stop_work() or not self.tabs.may_close() or not self._may_end():
            event.ignore()
            return
        self._stop_listening()
        self.reminders.close()
        self.settings.write_with(None)
        self.keep_state()
        self.tasks.close()
        event.accept()
        self.closed.emit()

    def _may_stop_work(self) -> bool:
        under_way = self.tasks.under_way
        return not under_way or self.notices.ask(
            _("“{title}” is still at work. Stop it and close?").format(title=under_way[0].title),
            _("What it has finished so far is kept; the rest is not done."),
            yes=_("Stop and close"),
            danger=True,
        )

    def _may_end(self) -> bool:
        return self.leaving or self.last_work is None or self.last_work()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = event.size().width() < theme.current().px(_RAIL_BELOW)
        was_narrow = 0 < event.oldSize().width() < theme.current().px(_RAIL_BELOW)
        if narrow != was_narrow:
            self.nav.set_rail(narrow or self.settings.get(s.NAVIGATION_NARROW))
        room = event.size().width() - theme.current().px(640)
        self.top.search.setFixedWidth(max(theme.current().px(260), min(theme.size("search"), room)))
