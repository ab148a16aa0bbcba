"""The slow parts of an import, which are loaded and run where nobody waits for them."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from crm_desktop.application import Application
from crm_desktop.errors import Told
from crm_desktop.exchange.first_look import FirstLook, lay_out
from crm_desktop.exchange.plan import Plan, Result
from crm_desktop.exchange.ready_mappings import ready_mappings
from crm_desktop.exchange.recipe import Recipe
from crm_desktop.progress import Progress
from crm_desktop.services.import_mappings import mappings
from crm_desktop.words import _

_IMPORTING = "crm_desktop.exchange.importing"


def read(app: Application, path: Path, type_key: str, progress: Progress) -> FirstLook:
    """Read a file and lay it out. Raises Told, Cancelled."""
    reading: Any = import_module("crm_desktop.exchange.reading")
    return lay_out(app, path, reading.read_workbook(path, progress=progress), Recipe(type_key))


def offered(app: Application, type_key: str) -> tuple[list[tuple[str, Recipe]], list[tuple[str, Recipe]]]:
    """The mappings for files of other programs, and those people keep: names and recipes of one type."""
    ready = [(_(r.name), r.recipe) for r in ready_mappings() if r.recipe.type == type_key]
    kept = []
    for found in mappings(app, type_key):
        try:
            kept.append((found.name, Recipe.from_facts(found.facts)))
        except Told:  # a later version kept it in a form of its own
            continue
    return ready, kept


def plan(app: Application, found: FirstLook, recipe: Recipe, progress: Progress) -> Plan:
    """What importing a file would do. Raises Told, Cancelled."""
    importing: Any = import_module(_IMPORTING)
    made: Plan = importing.plan_import(
        app, found.type, found.table, found.mapping, recipe=recipe, folder=found.path.parent, progress=progress
    )
    made.file = found.path.name
    return made


def carry_out(app: Application, wanted: Plan, progress: Progress) -> Result:
    """Do it, all or none. Raises Told, Cancelled."""
    importing: Any = import_module(_IMPORTING)
    result: Result = importing.run_import(app, wanted, progress)
    import_module("crm_desktop.exchange.bringing_in").remember(app, wanted)
    return result
