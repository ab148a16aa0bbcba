"""What a list fetches off the GUI thread: its beginning, what is here once more, and single pages, with groups or without."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from crm_desktop.application import Application
from crm_desktop.filters import ListQuery, also
from crm_desktop.services.list_groups import Group, group_key, groups_condition, order_inside, rows_of_group
from crm_desktop.services.listing import Page, Stop, fetch_groups, fetch_page
from crm_desktop.services.views import Folds
from ui.list_edges import Cursor
from ui.list_held import Want

_MOST_RELOADED = 2000  # rows
_NEWCOMERS = 100  # rows that may have come since the groups were counted


@dataclass(frozen=True)
class Found:
    """The answer to a list: its groups (None: it has none) and the pages of those that are open, by their keys."""

    groups: list[Group] | None
    pages: Mapping[str, Page]


@dataclass(frozen=True)
class Held:
    """What was here of a stretch: from where on, how many rows, and whether these were all."""

    before: Cursor | None
    rows: int
    whole: bool


_NEVER = Held(None, 0, False)


def part(app: Application, query: ListQuery, key: str) -> ListQuery:
    """The rows of one group, or all where there are no groups."""
    return rows_of_group(app.type(query.type), query, key) if query.group else query


def fetch_first(app: Application, query: ListQuery, sums: Sequence[str], folds: Folds, size: int, stop: Stop) -> Found:
    """The beginning of a list: all its groups, and as many rows as fill a page."""
    if not query.group:
        return Found(None, {"": fetch_page(app, query, None, size, stop)})
    groups = fetch_groups(app, query, sums, stop)
    wants, room = list[Want](), size
    for group in groups:
        if room > 0 and folds.is_open(group.key):
            wants.append(Want(group.key, None, count=group.count))
            room -= group.count
        room -= 1
    return Found(groups, {want.key: page for want, page in fetch_wanted(app, query, wants, size, stop)})


def fetch_again(
    app: Application, query: ListQuery, sums: Sequence[str], folds: Folds, size: int, held: Mapping[str, Held], stop: Stop
) -> Found:
    """What is here once more, as it is now."""
    if not query.group:
        was = held.get("", Held(None, size, False))
        return Found(None, {"": fetch_page(app, query, was.before, max(size, min(was.rows, _MOST_RELOADED)), stop)})
    groups, pages, room = fetch_groups(app, query, sums, stop), dict[str, Page](), _MOST_RELOADED
    whole: dict[str, int] = {}
    for group in groups:
        was = held.get(group.key, _NEVER)
        if was is _NEVER or room <= 0 or not folds.is_open(group.key):
            continue
        if was.whole and group.count <= room:
            whole[group.key] = group.count
            room -= group.count
            continue
        rows, of = max(size, min(was.rows, room)), part(app, query, group.key)
        page = fetch_page(app, of, was.before, rows, stop)
        if not page.rows and was.before is not None:  # the part that was here is gone
            page = fetch_page(app, of, None, rows, stop)
        pages[group.key] = page
        room -= len(page.rows)
    return Found(groups, pages | _fetch_whole(app, query, whole, stop))


def fetch_wanted(app: Application, query: ListQuery, wants: Sequence[Want], size: int, stop: Stop) -> list[tuple[Want, Page]]:
    """The pages that are lacking, until they fill a page together; small groups are asked for together."""
    found, whole, room = list[tuple[Want, Page]](), dict[str, Want](), size
    for want in wants:
        if room <= 0:
            break
        if 0 < want.count <= room:
            whole[want.key] = want
            room -= want.count + 1
            continue
        page = fetch_page(app, part(app, query, want.key), want.at, size, stop, backwards=want.above)
        found.append((want, page))
        room -= len(page.rows) + 1
    pages = _fetch_whole(app, query, {key: want.count for key, want in whole.items()}, stop)
    return found + [(whole[key], page) for key, page in pages.items()]


def _fetch_whole(app: Application, query: ListQuery, counts: Mapping[str, int], stop: Stop) -> dict[str, Page]:
    """All rows of groups of which is known how many there are, with one question. The group's field is among the columns."""
    if not counts:
        return {}
    kind = app.type(query.type)
    about, at = kind.fields[query.group], query.columns.index(query.group)
    where = also(query.where, groups_condition(about, list(counts)))
    of = replace(query, where=where, order=order_inside(kind, query), group="")
    rows: dict[str, list[tuple[Any, ...]]] = {key: [] for key in counts}
    for row in fetch_page(app, of, None, sum(counts.values()) + _NEWCOMERS, stop).rows:
        rows.get(group_key(about, row[at]), []).append(row)
    return {key: Page(own, None) for key, own in rows.items()}
