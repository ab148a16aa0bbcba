"""Mappings for the exports of other programs, which come with this one: contacts, customers, products and orders of theirs.

They are data files in resources/import_mappings; a file is known by the headings it has and others have not. Where the headings come from:

- Outlook: the fields of its export of contacts, as published lists of Outlook contact fields give them.
- Google: the first line of the file that Google Contacts writes, in its form since 2024 and the one before.
- Zoho CRM: "Standard Fields in Accounts" and "… in Contacts" of its online help.
- HubSpot: its default company and contact properties, and "Associated Company" as its exports call it.
- Odoo: the labels of the fields of res.partner and product.template, which an export writes.
- Dynamics 365: the display names of the account and contact tables in the reference of Microsoft Dataverse.
- Invoice Ninja: its client report, and the names its own import offers (ClientMap).
- 管家婆: the columns of lists of 往来单位 and 商品 as programs of its kind write them: 单位全名, 单位拼音码, 联系人一, 商品全名 …
- 任我行: nothing public was found; these are the usual words of Chinese customer lists.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from crm_desktop.exchange.headings import folded
from crm_desktop.exchange.recipe import Recipe
from crm_desktop.resources import resource
from crm_desktop.words import _

_ENOUGH = 0.75  # of the headings that tell a program


@dataclass(frozen=True)
class Ready:
    """A mapping for one kind of file of one program. `tells`: the headings by which such a file is known."""

    name: str
    program: str
    tells: tuple[str, ...]
    recipe: Recipe


@cache
def ready_mappings() -> tuple[Ready, ...]:
    """All of them, by name."""
    found = []
    for path in sorted(resource("import_mappings").glob("*.json")):
        facts = json.loads(path.read_text(encoding="utf-8"))
        recipe = Recipe.from_facts(facts["recipe"])
        found.append(Ready(facts["name"], facts["program"], tuple(facts["tells"]), recipe))
    return tuple(sorted(found, key=lambda r: r.name.casefold()))


def ready_mapping(name: str, type_key: str = "") -> Ready | None:
    """The mapping of this name, in English or in the language of the person."""
    wanted = name.casefold()
    for ready in ready_mappings():
        if wanted in (ready.name.casefold(), _(ready.name).casefold()) and type_key in ("", ready.recipe.type):
            return ready
    return None


def fitting(headings: Iterable[str], among: Sequence[Ready] | None = None) -> list[Ready]:
    """The mappings whose telling headings are there, the one with the most of them first."""
    there = {folded(h) for h in headings if h}
    rated = []
    for ready in ready_mappings() if among is None else among:
        hits = sum(folded(h) in there for h in ready.tells)
        if ready.tells and hits >= _ENOUGH * len(ready.tells):
            rated.append((hits, ready))
    return [ready for _hits, ready in sorted(rated, key=lambda r: -r[0])]


def applied(ready: Ready, headings: Sequence[str]) -> dict[str, str]:
    """Heading of the file → target; headings are compared without case and signs."""
    by_folded = {folded(h): t for h, t in ready.recipe.columns.items()}
    return {h: by_folded[folded(h)] for h in headings if folded(h) in by_folded}
