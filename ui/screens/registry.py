"""Which screens there are. The window opens tabs by a key and asks here who makes them: a new screen is one more entry.

Keys of tabs: `list:TYPE`, `record:TYPE:ID`, `new:TYPE:N`, `screen:KEY` (with `?NAME=VALUE` for its arguments).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from PySide6.QtWidgets import QWidget

from crm_desktop.actor import Actor
from crm_desktop.words import N_
from ui.shell import Shell

AREAS: Mapping[str, tuple[str, str]] = {
    "customers": (N_("Customers"), "people"),
    "sales": (N_("Sales"), "cart"),
    "service": (N_("Service"), "wrench"),
    "finance": (N_("Finance"), "money"),
    "office": (N_("Office"), "calendar_ltr"),
    "analysis": (N_("Analysis"), "data_bar_vertical"),
    "setup": (N_("Set-up"), "settings"),
}
"""Key → title and icon, in the order of the navigation."""


@dataclass(frozen=True)
class ScreenEntry:
    """A screen that is not the list or the form of a record type."""

    key: str
    title: str  # English; translated where it is shown
    icon: str
    make: Callable[..., QWidget]  # make(shell, **arguments)
    area: str = ""  # empty: above the areas
    grant: str = ""  # the right it needs
    shortcut: str = ""
    in_navigation: bool = True


@dataclass(frozen=True)
class PageEntry:
    """A page in the window of every saved record of one type, beside its details."""

    type: str
    key: str
    title: str  # English; translated where it is shown
    make: Callable[[Shell, int], QWidget]  # make(shell, record_id)
    grant: str = ""  # the right it needs


@dataclass
class Screens:
    """The makers of every tab."""

    list_of: Callable[..., QWidget] | None = None  # list_of(shell, type_key, **arguments)
    record_of: Callable[..., QWidget] | None = None  # record_of(shell, type_key, record_id)
    new_of: Callable[..., QWidget | None] | None = None  # new_of(shell, type_key, **preset)
    entries: dict[str, ScreenEntry] = field(default_factory=dict)
    pages: tuple[PageEntry, ...] = ()

    def add(self, *entries: ScreenEntry) -> None:
        """Offer more screens. ValueError when a key is taken."""
        for entry in entries:
            if entry.key in self.entries:
                raise ValueError(f"screen {entry.key} is there already")
            self.entries[entry.key] = entry

    def pages_of(self, type_key: str, actor: Actor) -> list[PageEntry]:
        """The pages that the window of a record has for this person."""
        return [p for p in self.pages if p.type == type_key and actor.may(p.grant)]

    def shortcut(self, tab_key: str) -> str:
        """The keys that open a tab, "" where there are none."""
        entry = self.entries.get(tab_key.removeprefix("screen:"))
        return entry.shortcut if entry else ""

    def visible(self, actor: Actor) -> list[ScreenEntry]:
        """The screens this person may open."""
        return [e for e in self.entries.values() if actor.may(e.grant)]

    def make(self, shell: Shell, tab_key: str, arguments: Mapping[str, Any]) -> QWidget | None:
        """The widget for a tab; None when nothing makes such a tab (any more) or the person may not open it."""
        kind, _colon, rest = tab_key.partition(":")
        maker = self._makers().get(kind)
        return maker(shell, rest, dict(arguments)) if maker and rest else None

    def _makers(self) -> dict[str, Callable[[Shell, str, dict[str, Any]], QWidget | None]]:
        return {"list": self._list, "record": self._record, "new": self._new, "screen": self._screen}

    def _list(self, shell: Shell, type_key: str, arguments: dict[str, Any]) -> QWidget | None:
        if self.list_of is None or type_key not in shell.app.types or not shell.app.actor.may(f"{type_key}.see"):
            return None
        return self.list_of(shell, type_key, **arguments)

    def _record(self, shell: Shell, rest: str, _arguments: dict[str, Any]) -> QWidget | None:
        type_key, _colon, number = rest.partition(":")
        if self.record_of is None or type_key not in shell.app.types or not number.isdigit():
            return None
        return self.record_of(shell, type_key, int(number))

    def _new(self, shell: Shell, rest: str, arguments: dict[str, Any]) -> QWidget | None:
        type_key = rest.partition(":")[0]
        if self.new_of is None or type_key not in shell.app.types:
            return None
        return self.new_of(shell, type_key, **arguments)

    def _screen(self, shell: Shell, rest: str, arguments: dict[str, Any]) -> QWidget | None:
        key, _mark, inside = rest.partition("?")
        entry = self.entries.get(key)
        if entry is None or not shell.app.actor.may(entry.grant):
            return None
        return entry.make(shell, **dict(parse_qsl(inside)) | arguments)


def screens_of(entries: Iterable[ScreenEntry]) -> Screens:
    """A registry with these screens and no lists or forms yet."""
    made = Screens()
    made.add(*entries)
    return made
