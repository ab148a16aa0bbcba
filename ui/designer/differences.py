"""What is different between two versions of a template, in words: parts that came, went, moved or look otherwise."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from crm_desktop.printing.template import Template
from crm_desktop.words import _
from ui.designer import edits
from ui.designer.band_names import band_title, short_name

_PLACE = ("x", "y", "width", "height")
_INSIDE = ("elements", "table", "columns")


@dataclass(frozen=True)
class Difference:
    """One part that is not the same. what: `added`, `removed`, `moved`, `changed`; id: "" for the page and the styles."""

    what: str
    id: str
    words: str


def differences(older: Template, newer: Template) -> list[Difference]:
    """What was done between two versions, in the order of the page."""
    before, after = edits.index(older), edits.index(newer)
    found: list[Difference] = []
    for id_, spot in after.items():
        thing = edits.thing(newer, spot)
        if id_ not in before:
            found.append(Difference("added", id_, _("New: {name}").format(name=_called(thing, spot.kind))))
            continue
        old = edits.thing(older, before[id_])
        other = _other_entries(old, thing)
        if before[id_].kind == spot.kind == "element" and older.bands[before[id_].band].id != newer.bands[spot.band].id:
            other.append("y")
        if other:
            what = "moved" if all(name in _PLACE for name in other) else "changed"
            words = _("Moved: {name}") if what == "moved" else _("Changed: {name}")
            found.append(Difference(what, id_, words.format(name=_called(thing, spot.kind))))
    for id_, spot in before.items():
        if id_ not in after:
            words = _("Gone: {name}").format(name=_called(edits.thing(older, spot), spot.kind))
            found.append(Difference("removed", id_, words))
    whole = {
        "page": _("Changed: the paper"), "styles": _("Changed: the styles"), "title": _("Changed: the name"),
        "language": _("Changed: the language"), "pictures": _("Changed: the pictures"), "captions": _("Changed: the copies"),
    }  # fmt: skip
    found += [Difference("changed", "", words) for name, words in whole.items() if getattr(older, name) != getattr(newer, name)]
    if [b.id for b in older.bands if b.id in after] != [b.id for b in newer.bands if b.id in before]:
        found.append(Difference("changed", "", _("Changed: the order of the bands")))
    return found


def _other_entries(old: Any, new: Any) -> list[str]:
    if type(old) is not type(new):
        return ["kind"]
    names = [item.name for item in dataclasses.fields(new)]
    other = [n for n in names if n not in _INSIDE and getattr(old, n) != getattr(new, n)]
    before: Any = getattr(old, "table", None)
    after: Any = getattr(new, "table", None)
    if before is not None and after is not None:
        own = (item.name for item in dataclasses.fields(after) if item.name != "columns")
        other += [name for name in own if getattr(before, name) != getattr(after, name)]
    return other


def _called(thing: Any, kind: str) -> str:
    return band_title(thing) if kind == "band" else short_name(thing) or thing.id
