"""What every screen is given, and what a screen has to be, so that screens and the window around them know each other
only through this file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from crm_desktop.actor import Actor
from crm_desktop.application import Application
from crm_desktop.settings import Settings
from ui.backup_news import BackupNews
from ui.lan_wish import LanWish
from ui.notices import Notices
from ui.tasks import Tasks


class Pages(Protocol):
    """What more the window of a record shows, see ui/screens/registry.py."""

    def pages_of(self, type_key: str, actor: Actor) -> Sequence[Any]:
        """The pages of a record of this type for this person, each with `key`, `title` and `make(shell, record_id)`."""


class Shell(Protocol):
    """The window as a screen sees it."""

    @property
    def app(self) -> Application:
        """The open database and the person at work."""

    @property
    def settings(self) -> Settings:
        """The settings in use."""

    @property
    def tasks(self) -> Tasks:
        """The way to do work off the GUI thread."""

    @property
    def notices(self) -> Notices:
        """The way to tell the person something."""

    @property
    def screens(self) -> Pages:
        """The screens there are."""

    @property
    def backup_news(self) -> BackupNews:
        """What is known of the backups."""

    def open_list(self, type_key: str, **arguments: Any) -> None:
        """Show the list of a record type."""

    def open_record(self, type_key: str, record_id: int) -> None:
        """Show one record."""

    def new_record(self, type_key: str, **preset: Any) -> None:
        """Show an empty form; `preset` are values to start from."""

    def open_screen(self, key: str, **arguments: Any) -> None:
        """Show another screen by its key, such as "settings"."""

    def open_backup(self, file: Path | None, what: str) -> None:
        """Begin to "restore" a backup, None: one still to be chosen, or open a window that can only "look" into it."""

    def show_help(self, place: str) -> None:
        """Show the manual at a place of help_places.py."""

    def remove_sample(self) -> None:
        """Take the sample company away and begin with an empty one, after asking."""

    def change_office(self, wish: LanWish) -> None:
        """Share with the office, join or leave it, or let its data move."""

    def change_encryption(self, key: Any) -> None:
        """Encrypt the database file with a key of services/file_keys.py; None: put it in the clear again."""

    def set_up_changed(self) -> None:
        """Record types or choices are other ones now: open tabs take them in."""

    def tab_changed(self, screen: Any) -> None:
        """A screen's title, icon, key or unsaved mark is another one now."""

    def close_screen(self, screen: Any) -> None:
        """Close the tab of a screen, after asking it."""


@runtime_checkable
class Screen(Protocol):
    """A widget that can be a tab. It may also have `unsaved` (shown as a mark) and `refresh()` (F5)."""

    title: str
    icon: str
    tab_key: str
    """What opens it again, such as "list:customers" or "record:customers:5"; two tabs never have the same."""

    def close_request(self) -> bool:
        """Whether it may close; asks the person about unsaved text."""
