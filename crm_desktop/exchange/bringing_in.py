"""From a file to a plan in one step, as a command, a watched folder and the wizard need it: read, lay out, reshape, match, plan."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from crm_desktop.application import Application
from crm_desktop.errors import Missing, Told
from crm_desktop.exchange.cells import Workbook
from crm_desktop.exchange.first_look import FirstLook, lay_out
from crm_desktop.exchange.headings import folded
from crm_desktop.exchange.importing import plan_import
from crm_desktop.exchange.mapping import recogniser
from crm_desktop.exchange.plan import Plan
from crm_desktop.exchange.ready_mappings import ready_mapping
from crm_desktop.exchange.recipe import Recipe
from crm_desktop.progress import Progress
from crm_desktop.services.import_mappings import find_mapping, learn
from crm_desktop.words import _

Read = Callable[[Path], Workbook]


def plan_file(
    app: Application, book: Workbook, path: Path, recipe: Recipe, progress: Progress | None = None
) -> tuple[FirstLook, Plan]:
    """What importing a file by a recipe would do. Raises Told, Cancelled."""
    look = lay_out(app, path, book, recipe)
    plan = plan_import(
        app, look.type, look.table, look.mapping, recipe=replace(recipe, type=look.type), folder=path.parent, progress=progress
    )
    plan.file = path.name
    return look, plan


def recipe_by_name(app: Application, name: str, type_key: str) -> Recipe:
    """The recipe that a command or a setting names: a kept mapping, one that comes with the program, or a .json file. Raises Told."""
    path = Path(name)
    if path.suffix.casefold() == ".json":
        recipe = read_recipe(path)
    elif found := ready_mapping(name, type_key):
        recipe = found.recipe
    else:
        recipe = Recipe.from_facts(find_mapping(app, name, type_key).facts)
    if type_key and recipe.type and recipe.type != type_key:
        raise Told(
            _("The mapping “{name}” is for {things}.").format(name=name, things=_(app.type(recipe.type).plural).lower())
        )
    return recipe


def read_recipe(path: Path) -> Recipe:
    """The recipe in a file that was given from one office to another. Raises Missing, Told."""
    try:
        facts: Any = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise Missing(_("There is no file “{file}”.").format(file=path)) from None
    except (OSError, ValueError) as error:
        raise Told(_("“{file}” is no mapping of columns.").format(file=path.name)) from error
    return Recipe.from_facts(facts if isinstance(facts, dict) else {"columns": 0})


def remember(app: Application, plan: Plan) -> None:
    """Learn from an import that was carried out: what its headings went to, and what its words meant."""
    known = recogniser(app.type(plan.type))
    headings = plan.table.headings[: plan.table.own_width or None]
    columns = {
        folded(headings[at]): target
        for at, target in plan.mapping.columns.items()
        if at < len(headings) and headings[at] and known(headings[at]) != target
    }
    learn(app, plan.type, columns, plan.recipe.words)
