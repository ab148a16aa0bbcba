"""What an unknown text may mean: `GTXPro` is probably `GTX Pro`. Only offered; nothing is taken for something else by itself."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from difflib import SequenceMatcher
from typing import Any

from sqlalchemy import Connection, select

from crm_desktop.application import Application
from crm_desktop.exchange.headings import LINE, NUMBER, folded
from crm_desktop.exchange.mapping import field_of
from crm_desktop.exchange.matching import names_of
from crm_desktop.exchange.plan import Plan
from crm_desktop.records.record_type import RecordType
from crm_desktop.services.access import within_reach

_MOST_NAMES = 30_000  # looked at per type; beyond, only what begins alike
_MOST_TEXTS = 300
_NEAR = 20  # names that share most pairs of letters are compared closely
_OFFERED, _CLOSE = 3, 0.6


def suggest_meanings(app: Application, connection: Connection, kind: RecordType, plan: Plan) -> None:
    """Give the unknown texts of a plan what they may mean."""
    by_target = defaultdict(list)
    for unknown in list(plan.unknown.values())[:_MOST_TEXTS]:
        by_target[unknown.target].append(unknown)
    for target, texts in by_target.items():
        about = field_of(kind, target)
        if about.kind in ("option", "state"):
            names = [c.shown() for c in app.options.choices(about.options) if c.active]
        else:
            key = about.target or ("products" if target.startswith(LINE) else "")
            if not key or target.endswith(NUMBER):
                continue
            names = _names(app, connection, app.type(key))
        near = Near(names)
        for unknown in texts:
            unknown.suggestions = near.to(unknown.text)


def _names(app: Application, connection: Connection, kind: RecordType) -> list[str]:
    table: Any = kind.model.__table__
    reach, found = within_reach(app, kind), list[str]()
    for name in names_of(kind)[:2]:
        query = select(table.c[name]).where(table.c[name] != "").order_by(table.c.id).limit(_MOST_NAMES)
        found += connection.scalars(query if reach is None else query.where(reach))
    return list(dict.fromkeys(found))


class Near:
    """Finds names that are written nearly like a text."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = [(name, folded(name)) for name in names]
        self._pairs: dict[str, list[int]] = defaultdict(list)
        for at, (_name, text) in enumerate(self._names):
            for pair in _pairs(text):
                self._pairs[pair].append(at)

    def to(self, text: str) -> list[str]:
        """The nearest names, the likeliest first."""
        wanted = folded(text)
        shared = Counter(at for pair in _pairs(wanted) for at in self._pairs.get(pair, ()))
        rated = []
        for at, _count in shared.most_common(_NEAR):
            name, other = self._names[at]
            score = 1.0 if other == wanted else SequenceMatcher(None, wanted, other).ratio()
            within = wanted and other and (wanted in other or other in wanted)
            if score >= _CLOSE or within:
                rated.append((score + (0.2 if within else 0), name))
        return [name for _score, name in sorted(rated, key=lambda r: -r[0])[:_OFFERED]]


def _pairs(text: str) -> set[str]:
    return {text[at : at + 2] for at in range(len(text) - 1)} or ({text} if text else set())
