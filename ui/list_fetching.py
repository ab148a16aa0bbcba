"""What a list fetches off the GUI thread: its beginning, what is here once more, and single pages, with groups or without."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crm_desktop.application import Application
from crm_desktop.filters import ListQuery
from crm_desktop.services.list_groups import Group, rows_of_group
from crm_desktop.services.listing import Page, Stop, fetch_groups, fetch_page
from crm_desktop.services.views import Folds
from ui.list_edges import Cursor
from ui.list_held import Want

_MOST_RELOADED = 2000


@dataclass(frozen=True)
class Found:
    """The answer to a list: its groups (None: it has none) and the pages of those that are open, by their keys."""

    groups: list[Group] | None
    pages: Mapping[str, Page]


@dataclass(frozen=True)
class Held:
    """What was here of a stretch: from where on, and how many rows."""

    before: Cursor | None
    rows: int


def part(app: Application, query: ListQuery, key: str) -> ListQuery:
    """The rows of one group, or all where there are no groups."""
    return rows_of_group(app.type(query.type), query, key) if query.group else query


def fetch_first(app: Application, query: ListQuery, sums: Sequence[str], folds: Folds, size: int, stop: Stop) -> Found:
    """The beginning of a list: all its groups, and as many rows as fill a page."""
    if not query.group:
        return Found(None, {"": fetch_page(app, query, None, size, stop)})
    groups, pages, room = fetch_groups(app, query, sums, stop), dict[str, Page](), size
    for group in groups:
        if room > 0 and folds.is_open(group.key):
            page = pages[group.key] = fetch_page(app, part(app, query, group.key), None, size, stop)
            room -= len(page.rows)
        room -= 1
    return Found(groups, pages)


def fetch_again(
    app: Application, query: ListQuery, sums: Sequence[str], folds: Folds, size: int, held: Mapping[str, Held], stop: Stop
) -> Found:
    """What is here once more, as it is now."""
    groups = fetch_groups(app, query, sums, stop) if query.group else None
    keys = [g.key for g in groups if folds.is_open(g.key)] if groups is not None else [""]
    pages, room = dict[str, Page](), _MOST_RELOADED
    for key in keys:
        was = held.get(key)
        if was is None or room <= 0:
            continue
        rows = max(size, min(was.rows, room))
        page = fetch_page(app, part(app, query, key), was.before, rows, stop)
        if groups is not None and not page.rows and was.before is not None:  # the part that was here is gone
            page = fetch_page(app, part(app, query, key), None, rows, stop)
        pages[key] = page
        room -= len(page.rows)
    return Found(groups, pages)


def fetch_wanted(app: Application, query: ListQuery, wants: Sequence[Want], size: int, stop: Stop) -> list[tuple[Want, Page]]:
    """The pages that are lacking, until they fill a page together."""
    found, room = list[tuple[Want, Page]](), size
    for want in wants:
        page = fetch_page(app, part(app, query, want.key), want.at, size, stop, backwards=want.above)
        found.append((want, page))
        room -= len(page.rows) + 1
        if room <= 0:
            break
    return found

