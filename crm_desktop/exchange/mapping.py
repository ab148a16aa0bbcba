"""Which column goes to which field: guessed from headings, or given; plain data that can be kept and used again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crm_desktop.errors import Told
from crm_desktop.exchange.headings import FAMILY, GIVEN, LINE, NUMBER, known_headings, meaning
from crm_desktop.exchange.tables import Known, Table
from crm_desktop.records.record_type import RecordType
from crm_desktop.words import _
from db.fields import Field


@dataclass
class ColumnMap:
    """Column index → target. A target is a field, `lines.field`, `reference.number`, `name+given` or `name+family`."""

    columns: dict[int, str]
    ignored: list[str] = field(default_factory=list)  # headings that mean no field
    kept: list[str] = field(default_factory=list)  # headings of fields that the program computes itself

    def index(self, target: str) -> int | None:
        """The column of a target."""
        return next((i for i, t in self.columns.items() if t == target), None)

    def has(self, *targets: str) -> bool:
        """Whether any of the targets has a column."""
        return any(t in self.columns.values() for t in targets)

    def to_facts(self, headings: list[str]) -> dict[str, Any]:
        """Heading → target, as JSON."""
        return {headings[i]: target for i, target in self.columns.items()}


def recogniser(kind: RecordType) -> Known:
    """A function from heading to target, '' for none; quick when the same heading comes again."""
    known, seen = known_headings(kind), dict[str, str]()

    def recognise(heading: str) -> str:
        if heading not in seen:
            seen[heading] = meaning(heading, known)
        return seen[heading]

    return recognise


def field_of(kind: RecordType, target: str) -> Field:
    """The field behind a target. Raises Told for a target that is none."""
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


def guess_mapping(kind: RecordType, table: Table, recognise: Known) -> ColumnMap:
    """The mapping that the headings suggest; the first column of two for one field counts."""
    result = ColumnMap({})
    for index, heading in enumerate(table.headings):
        target = recognise(heading)
        if not heading:
            continue
        if not target or target in result.columns.values():
            result.ignored.append(heading)
        elif not taken_from_files(field_of(kind, target)):
            result.kept.append(heading)
        else:
            result.columns[index] = target
    return result


def mapping_from_facts(kind: RecordType, table: Table, facts: Mapping[str, Any]) -> ColumnMap:
    """A kept mapping applied to a table: heading → target. Headings it does not name are ignored."""
    result = ColumnMap({})
    for index, heading in enumerate(table.headings):
        target = str(facts.get(heading, ""))
        if not target:
            result.ignored += [heading] if heading else []
            continue
        about = field_of(kind, target)
        if not taken_from_files(about):
            raise Told(_("{field} is computed by the program and cannot be imported.").format(field=_(about.label)))
        result.columns[index] = target
    return result
