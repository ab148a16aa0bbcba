"""Contacts and customers as address cards, for telephones and mail programs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.errors import Refused
from crm_desktop.exchange.card_fields import CARDS
from crm_desktop.exchange.vcards import write_cards
from crm_desktop.exchange.whole_files import whole_file
from crm_desktop.filters import ListQuery
from crm_desktop.progress import Progress, Unwatched
from crm_desktop.services import events
from crm_desktop.services.listing import count, iterate
from crm_desktop.words import _


def export_cards(app: Application, query: ListQuery, path: Path, progress: Progress | None = None) -> int:
    """Write a card for each record of `query`; gives their number. Raises Told, Cancelled."""
    kind, progress = app.type(query.type), progress or Unwatched()
    app.actor.require(f"{kind.key}.export")
    if kind.key not in CARDS:
        raise Refused(_("Only contacts and customers can be address cards."))
    visible = kind.visible(app.actor)
    names = tuple(n for n in CARDS[kind.key] if n in visible)
    total = count(app, query, cap=None, operation="export").number
    written = 0

    def cards() -> Iterator[dict[str, Any]]:
        nonlocal written
        wanted = replace(query, columns=names)
        for chunk in iterate(app, wanted, operation="export"):
            progress.check_cancelled()
            progress.report(written, total, _("Writing"))
            for row in chunk:
                written += 1
                values = dict(zip(names, row, strict=False))
                yield {CARDS[kind.key][n]: v.label if isinstance(v, Ref) else v for n, v in values.items()}

    with whole_file(path) as target, target.open("w", encoding="utf-8", newline="") as file:
        for text in write_cards(cards()):
            file.write(text)
    events.record(app, "export", path.name, {"type": kind.key, "file": path.name, "count": written})
    return written
