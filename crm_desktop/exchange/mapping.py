"""Which column goes to which field: guessed from headings, learned from earlier imports, told by a recipe, or seen from the values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crm_desktop.errors import Told
from crm_desktop.exchange.headings import FAMILY, FILES, GIVEN, LINE, NUMBER, folded, known_headings, meaning
from crm_desktop.exchange.recipe import Recipe, called
from crm_desktop.exchange.related_columns import child_field, is_child
from crm_desktop.exchange.tables import Known, Table
from crm_desktop.exchange.value_shapes import target_by_values
from crm_desktop.records.record_type import RecordType
from crm_desktop.words import _
from db.fields import Field

_FILES = Field("Files", "text", section="Files")


@dataclass
class ColumnMap:
    """Column index → target. A target is a field, `lines.field`, `reference.number`, `contacts.field`, `name+given`, `name+family` or
    `files`."""

    columns: dict[int, str]
    ignored: list[str] = field(default_factory=list)  # headings that mean no field
    kept: list[str] = field(default_factory=list)  # headings of fields that the program computes itself
    by_values: list[int] = field(default_factory=list)  # columns matched by what stands in them

    def index(self, target: str) -> int | None:
        """The column of a target."""
        return next((i for i, t in self.columns.items() if t == target), None)

    def has(self, *targets: str) -> bool:
        """Whether any of the targets has a column."""
        return any(t in self.columns.values() for t in targets)

    def to_facts(self, headings: list[str]) -> dict[str, Any]:
        """Heading → target, as JSON."""
        names = called(headings)
        return {names[i]: target for i, target in self.columns.items()}


def recogniser(kind: RecordType) -> Known:
    """A function from heading to target, '' for none; quick when the same heading comes again."""
    known, seen = known_headings(kind), dict[str, str]()

    def recognise(heading: str) -> str:
        if heading not in seen:
            seen[heading] = meaning(heading, known)
        return seen[heading]

    return recognise


def recogniser_of_lines(kind: RecordType) -> Known:
    """The same for a sheet that holds nothing but lines: `备注` there is the line's, and not the document's."""
    known = known_headings(kind, lines_only=True)
    return lambda heading: meaning(heading, known)


def field_of(kind: RecordType, target: str) -> Field:
    """The field behind a target. Raises Told for a target that is none."""
    if target == FILES:
        return _FILES
    if is_child(kind, target):
        return child_field(kind, target)
    name = target.removesuffix(NUMBER)
    if name in (GIVEN, FAMILY):
        return kind.fields["name"]
    lines = kind.lines.fields if kind.lines else {}
    found = lines.get(name.removeprefix(LINE)) if name.startswith(LINE) else kind.fields.get(name)
    if found is None:
        raise Told(_("{type} has no field “{name}”.").format(type=_(kind.title), name=target))
    return found


def taken_from_files(about: Field) -> bool:
    """Whether an import may fill a field: those a person types, and how far documents made elsewhere are."""
    return not about.computed or about.kind == "state" or about.name == "revision"


def guess_mapping(
    kind: RecordType, table: Table, recognise: Known, learned: Mapping[str, str] | None = None
) -> ColumnMap:
    """The mapping that the headings suggest; the first column of two for one field counts. learned: folded heading → target, as people
    matched it before; it goes before what the program thinks.
    """
    result = ColumnMap({})
    unknown: list[int] = []
    for index, heading in enumerate(table.headings):
        target = table.meanings.get(index) or _learned(kind, heading, learned or {}) or recognise(heading)
        if not heading:
            continue
        if not target or target in result.columns.values():
            result.ignored.append(heading)
            unknown += [] if target else [index]
        elif not taken_from_files(field_of(kind, target)):
            result.kept.append(heading)
        else:
            result.columns[index] = target
    for index in unknown:
        _by_values(kind, table, index, result)
    return result


def _learned(kind: RecordType, heading: str, learned: Mapping[str, str]) -> str:
    target = learned.get(folded(heading), "")
    try:
        return target if target and taken_from_files(field_of(kind, target)) else ""
    except Told:  # a field of that time, which is gone
        return ""


def _by_values(kind: RecordType, table: Table, index: int, result: ColumnMap) -> None:
    """Match a column that no heading explains by what stands in it, where nothing else goes to that field."""
    cells = [row.cells[index] for row in table.rows if index < len(row.cells)]
    for target in target_by_values(kind, cells):
        if target not in result.columns.values():
            result.columns[index] = target
            result.by_values.append(index)
            result.ignored.remove(table.headings[index])
            return


def mapping_from_facts(kind: RecordType, table: Table, facts: Mapping[str, Any]) -> ColumnMap:
    """A kept mapping applied to a table: heading → target. Headings it does not name are ignored. Raises Told."""
    result = ColumnMap({})
    for index, name in enumerate(called(table.headings)):
        heading = table.headings[index]
        target = str(facts.get(name, "") or "")
        if not target:
            result.ignored += [heading] if heading else []
            continue
        about = field_of(kind, target)
        if not taken_from_files(about):
            raise Told(_("{field} is computed by the program and cannot be imported.").format(field=_(about.label)))
        result.columns[index] = target
    return result


def mapping_of(kind: RecordType, table: Table, recipe: Recipe, recognise: Known) -> ColumnMap:
    """The mapping of a recipe; where it says nothing of any column that is there, the one that the headings suggest."""
    if not any(name in recipe.columns for name in called(table.headings)):
        return guess_mapping(kind, table, recognise)
    return mapping_from_facts(kind, table, recipe.columns)
