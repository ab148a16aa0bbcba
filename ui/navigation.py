"""What stands in the navigation: the screens and record types this person may open and has not been spared, by area."""

from __future__ import annotations

from typing import Any

from crm_desktop.application import Application
from crm_desktop.records.record_type import RecordType
from crm_desktop.words import _
from ui.screens.registry import AREAS, Screens
from ui.widgets.side_nav import NavEntry


def entries(app: Application, screens: Screens) -> list[NavEntry]:
    """Screens without an area first, then area by area; an area with nothing in it does not appear."""
    hides = app.actor.rights.hides
    shown = [e for e in screens.visible(app.actor) if e.in_navigation and not hides(f"screen:{e.key}")]
    found = [NavEntry(f"screen:{e.key}", _(e.title), e.icon) for e in shown if not e.area]
    for area, (title, _icon) in AREAS.items():
        if hides(f"area:{area}"):
            continue
        group = _(title)
        found += [NavEntry(f"list:{t.key}", _(t.plural), t.icon, group) for t in listed(app, screens, area)]
        found += [NavEntry(f"screen:{e.key}", _(e.title), e.icon, group) for e in shown if e.area == area]
    return found


def listed(app: Application, screens: Screens, area: str) -> list[RecordType]:
    """The record types of one area that have a list this person may see."""
    if screens.list_of is None:
        return []
    hides = app.actor.rights.hides
    return [t for t in app.types.values() if t.area == area and app.actor.may(f"{t.key}.see") and not hides(f"list:{t.key}")]


def place_of(tab_key: str) -> str:
    """The entry a tab belongs to: a record belongs to the list of its type."""
    kind, _colon, rest = tab_key.partition(":")
    if kind in ("record", "new"):
        return f"list:{rest.partition(':')[0]}"
    return tab_key.partition("?")[0]


def retitled(app: Application, screens: Screens, tab: Any) -> Any:
    """A tab as it was kept, titled in today's language, which may not be the one it was kept in."""
    kind, _colon, key = str(tab.get("key", "") if isinstance(tab, dict) else "").partition(":")
    if kind == "list" and key in app.types:
        return {**tab, "title": _(app.types[key].plural)}
    if kind == "screen" and key in screens.entries:
        return {**tab, "title": _(screens.entries[key].title)}
    return tab
