"""What the grids of rights show: records by operation, one type's own operations, fields, the program. Plain values in, a sheet out."""

from __future__ import annotations

from collections.abc import Callable

from crm_desktop.application import Application
from crm_desktop.records.record_type import RecordType
from crm_desktop.rights import OPERATIONS, PROGRAM, PROGRAM_RIGHTS, REACHES, Access, Reach
from crm_desktop.services.rights_editing import ACCESSES, PositionRights, fields_of, operation_words, operations_of
from crm_desktop.words import N_, _
from ui.rights_grid import Level, Sheet

Change = Callable[[PositionRights], None]
"""Takes the rights as they are after a cell was set."""

_SHORT: dict[Reach, tuple[str, str]] = {
    Reach.NONE: ("–", ""),
    Reach.OWN: (N_("Own"), "grey"),
    Reach.SHARED: (N_("Shared"), "grey"),
    Reach.TEAM: (N_("Team"), "accent"),
    Reach.DEPARTMENT: (N_("Dept."), "accent"),
    Reach.BELOW: (N_("Dept. +"), "accent"),
    Reach.BRANCH: (N_("Branch"), "violet"),
    Reach.ALL: (N_("All"), "green"),
}
_ACCESS_TONES = {Access.HIDDEN: "red", Access.READ: "amber", Access.WRITE: "green"}


def reach_level(reach: Reach) -> Level:
    """A reach as a cell shows it."""
    short, tone = _SHORT[reach]
    return Level(int(reach), _(short), _(REACHES[reach]), tone)


def reach_levels() -> tuple[Level, ...]:
    """Every reach, from none to all."""
    return tuple(reach_level(r) for r in REACHES)


def access_levels() -> tuple[Level, ...]:
    """Everything that can be said of a field."""
    return tuple(Level(int(a), _(words), _(words), _ACCESS_TONES[a]) for a, words in ACCESSES.items())


def records_sheet(kinds: list[RecordType], rights: Callable[[], PositionRights], change: Change) -> Sheet:
    """Record types by the operations every type has."""
    names, levels = list(OPERATIONS), reach_levels()

    def put(row: int, column: int, value: int) -> None:
        change(rights().with_reach(kinds[row].key, names[column], Reach(value)))

    return Sheet(
        [_(k.plural) for k in kinds], [_(OPERATIONS[n]) for n in names],
        lambda row, column: int(rights().holding.reach(kinds[row].key, names[column])),
        lambda _row, _column: levels, put,
    )  # fmt: skip


def special_sheet(kind: RecordType, rights: Callable[[], PositionRights], change: Change) -> Sheet:
    """What can be done with this type alone: changing it in each state, and its own operations."""
    names, levels = [n for n in operations_of(kind) if n not in OPERATIONS], reach_levels()

    def put(row: int, _column: int, value: int) -> None:
        change(rights().with_reach(kind.key, names[row], Reach(value)))

    return Sheet(
        [operation_words(kind, n) for n in names], [_("Reach")] if names else [],
        lambda row, _column: int(rights().holding.reach(kind.key, names[row])), lambda _row, _column: levels, put,
    )  # fmt: skip


def fields_sheet(kind: RecordType, rights: Callable[[], PositionRights], change: Change) -> Sheet:
    """The fields of one type, and of its lines."""
    fields, levels = list(fields_of(kind).items()), access_levels()

    def words(name: str, label: str) -> str:
        return _("Line: {field}").format(field=_(label)) if name.startswith("lines.") else _(label)

    def put(row: int, _column: int, value: int) -> None:
        name, about = fields[row]
        change(rights().with_access(kind.key, name, Access(value), about.secret))

    return Sheet(
        [words(n, f.label) for n, f in fields], [_("Access")],
        lambda row, _column: int(rights().holding.access(kind.key, fields[row][0], fields[row][1].secret)),
        lambda _row, _column: levels, put,
    )  # fmt: skip


def program_sheet(rights: Callable[[], PositionRights], change: Change) -> Sheet:
    """The rights over the program itself."""
    names = list(PROGRAM_RIGHTS)
    no, branch, yes = reach_level(Reach.NONE), reach_level(Reach.BRANCH), Level(int(Reach.ALL), _("Yes"), _("Yes"), "green")

    def levels(row: int, _column: int) -> tuple[Level, ...]:
        return (no, branch, yes) if names[row] == "rights" else (no, yes)

    def level(row: int, _column: int) -> int:
        reach = rights().holding.reach(PROGRAM, names[row])
        if names[row] != "rights":
            return int(Reach.ALL if reach else Reach.NONE)
        return int(reach if reach in (Reach.NONE, Reach.ALL) else Reach.BRANCH)

    def put(row: int, _column: int, value: int) -> None:
        change(rights().with_reach(PROGRAM, names[row], Reach(value)))

    return Sheet([_(PROGRAM_RIGHTS[n]) for n in names], [_("Allowed")], level, levels, put)


def kinds_in_order(app: Application) -> list[RecordType]:
    """Record types as they stand in the navigation, those of the set-up last."""
    return sorted(app.types.values(), key=lambda k: k.area == "setup")
