"""The slow parts of an import, which are loaded and run where nobody waits for them."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from crm_desktop.application import Application
from crm_desktop.exchange.first_look import FirstLook, look
from crm_desktop.exchange.mapping import ColumnMap
from crm_desktop.exchange.plan import Plan, Result
from crm_desktop.progress import Progress

_IMPORTING = "crm_desktop.exchange.importing"


def read(app: Application, path: Path, type_key: str, progress: Progress) -> FirstLook:
    """Read a file and lay it out. Raises Told, Cancelled."""
    reading: Any = import_module("crm_desktop.exchange.reading")
    return look(app, path, reading.read_workbook(path, progress=progress), type_key)


def plan(
    app: Application, found: FirstLook, mapping: ColumnMap, create_missing: bool, only_new: bool, progress: Progress
) -> Plan:
    """What importing a file would do. only_new: what is there already stays as it is. Raises Told, Cancelled."""
    importing: Any = import_module(_IMPORTING)
    made: Plan = importing.plan_import(
        app, found.type, found.table, mapping, create_missing=create_missing, progress=progress
    )
    made.only_new = only_new
    if only_new:
        for item in made.records:
            if item.action == "change":
                item.action = "same"
    made.file = found.path.name
    return made


def carry_out(app: Application, wanted: Plan, progress: Progress) -> Result:
    """Do it, all or none. Raises Told, Cancelled."""
    importing: Any = import_module(_IMPORTING)
    result: Result = importing.run_import(app, wanted, progress)
    return result
