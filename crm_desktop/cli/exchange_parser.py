"""The words of the commands that bring tables in and out."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from crm_desktop.words import _

UNDO = "undo"
"""In the place of a record type: take an import back."""
EXISTING: dict[str, Literal["update", "fill", "skip"]] = {"skip": "skip", "fill": "fill", "update": "update", "ask-none": "skip"}
"""What --existing takes → the rule of a recipe. A command asks nobody: what would be asked stays as it is."""
FIELD_VALUE = "FIELD=VALUE"


def add_exchange(add: Callable[..., Any], takes_type: Callable[[Any], None], type_of: Callable[[str], str], where: str) -> None:
    """import, import-template, import-watch and export."""

    def type_or_undo(text: str) -> str:
        return text if text == UNDO else type_of(text)

    _import(add("import", _("take records from a table: .xlsx .xls .xlsb .ods .et .csv .vcf and more")), type_or_undo)
    template = add("import-template", _("write an empty workbook to fill in and import: headings, choices and notes"))
    takes_type(template)
    template.add_argument("file", metavar="FILE.xlsx", type=Path)
    watch = add("import-watch", _("import every file that is dropped into a folder, by a kept mapping"))
    watch.add_argument("folder", metavar="DIR", type=Path)
    watch.add_argument("--map", metavar="NAME", required=True, help=_map())
    watch.add_argument("--once", action="store_true", help=_("import what lies there, and stop"))
    _export(add("export", _("write records to an .xlsx, .csv or .vcf file")), takes_type, where)


def _map() -> str:
    return _("the mapping: the name of a kept one, of one that comes with the program, or a .json file")


def _import(parser: argparse.ArgumentParser, type_or_undo: Callable[[str], str]) -> None:
    parser.add_argument(
        "type", metavar="TYPE", type=type_or_undo,
        help=_("a record type such as customers; or undo, to take an import back"),
    )  # fmt: skip
    parser.add_argument("file", metavar="FILE", type=Path, help=_("the file; after undo: the id of the import"))
    parser.add_argument("--sheet", metavar="NAME", default="", help=_("the sheet; without it, the one whose headings fit best"))
    parser.add_argument("--lines-sheet", metavar="NAME", default="", help=_("the sheet with the lines of the documents"))
    parser.add_argument("--map", metavar="NAME", default="", help=_map())
    parser.add_argument("--keep-map", metavar="NAME", default="", help=_("keep how the columns were matched under this name"))
    parser.add_argument(
        "--key", metavar="FIELD", nargs="+", action="extend", default=[], help=_("the fields by which a record is known")
    )
    parser.add_argument(
        "--existing", choices=sorted(EXISTING), default=None,
        help=_("what happens to records that are there: skip them, fill their empty fields, or update them (as usual)"),
    )  # fmt: skip
    parser.add_argument(
        "--set", metavar=FIELD_VALUE, nargs="+", action="extend", default=[], help=_("a value of every record of the file")
    )
    parser.add_argument(
        "--dates", choices=("day", "month"), default="", help=_("what dates like 03/04/2026 begin with, where nothing tells it")
    )
    parser.add_argument("--errors", metavar="FILE.xlsx", type=Path, help=_("write the wrong rows there, with the reason"))
    parser.add_argument("--all-or-nothing", action="store_true", help=_("import nothing when a row is wrong"))
    parser.add_argument("--dry-run", action="store_true", help=_("say what would happen, and change nothing"))
    parser.add_argument(
        "--create-missing", action="store_true", help=_("create customers and choices that are named and nobody knows")
    )
    parser.add_argument("--no-backup", action="store_true", help=_("make no backup before, whatever the settings say"))
    parser.add_argument("--json", action="store_true", help=_("answer in JSON"))


def _export(parser: argparse.ArgumentParser, takes_type: Callable[[Any], None], where: str) -> None:
    takes_type(parser)
    parser.add_argument("file", metavar="FILE", type=Path)
    parser.add_argument("--search", metavar="TEXT", default="", help=_("only what this search finds"))
    parser.add_argument("--where", metavar=FIELD_VALUE, nargs="+", action="extend", default=[], help=where)
    parser.add_argument(
        "--columns", metavar="FIELD", nargs="+", action="extend", default=[], help=_("only these fields, in this order")
    )
    parser.add_argument("--group", metavar="FIELD", default="", help=_("a second sheet with sums and a chart by this field"))
    parser.add_argument(
        "--sum", metavar="FIELD", nargs="+", action="extend", default=[], help=_("what is added up; without it, all amounts")
    )
    parser.add_argument("--template", metavar="FILE.xlsx", type=Path, help=_("fill this workbook with one record; see --number"))
    parser.add_argument("--number", metavar="NUMBER", default="", help=_("the record that fills the workbook"))
    parser.add_argument("--json", action="store_true", help=_("answer in JSON"))
