"""A record being edited: plain values, free of session and thread; and the merge of two people's changes."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Ref(NamedTuple):
    """A reference to another record: its id, and the label it had when it was read."""

    id: int
    label: str = ""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ref) and other.id == self.id

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self.id)


@dataclass
class Line:
    """One line of a document; id None until it is saved. returns: it was removed and comes back, under its old id if that is free."""

    id: int | None = None
    values: dict[str, Any] = field(default_factory=dict)
    returns: bool = field(default=False, compare=False)


@dataclass
class Draft:
    """Values of all fields of one record, as they are (or will be) in the database.

    version: the version these values were read at; 0 for a new record. `uid` names the form it is typed into until that is saved, so that
    a commit whose answer was lost is not done twice (services/once.py).
    """

    type: str
    id: int | None = None
    version: int = 0
    values: dict[str, Any] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    uid: str = field(default="", compare=False)

    def copy(self) -> Draft:
        """An independent copy. Values themselves never change, so they are shared."""
        lines = [Line(line.id, dict(line.values), line.returns) for line in self.lines]
        return Draft(self.type, self.id, self.version, dict(self.values), lines, self.uid)


class Change(NamedTuple):
    """One field before and after."""

    before: Any
    after: Any


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Change]:
    """The fields of `after` whose value differs from `before`."""
    return {name: Change(before.get(name), value) for name, value in after.items() if value != before.get(name)}


@dataclass
class Merged:
    """Both sides' changes together, at their version. `clashes` names the fields both changed differently ("lines" for lines)."""

    draft: Draft
    clashes: dict[str, Change]  # field -> (theirs, mine)


def _merge_lines(base: Draft, mine: Draft, theirs: Draft) -> tuple[list[Line], bool]:
    """Lines as both left them, and whether that was impossible. Lines are told apart by id; a new line has none."""
    was: dict[int | None, Line] = {line.id: line for line in base.lines}
    ours: dict[int | None, Line] = {line.id: line for line in mine.lines if line.id is not None}
    clash = False
    result: list[Line] = []
    for line in theirs.lines:
        origin = was.get(line.id)
        if origin is None:
            result.append(deepcopy(line))
            continue
        own = ours.get(line.id)
        if own is None:  # I removed it
            clash |= line.values != origin.values
            if line.values != origin.values:
                result.append(deepcopy(line))
            continue
        mine_changed, theirs_changed = changed(origin.values, own.values), changed(origin.values, line.values)
        clash |= any(n in theirs_changed and theirs_changed[n].after != c.after for n, c in mine_changed.items())
        result.append(Line(line.id, line.values | {n: c.after for n, c in mine_changed.items()}))
    gone = {line.id for line in base.lines} - {line.id for line in theirs.lines}
    clash |= any(line.id in gone and line.values != was[line.id].values for line in mine.lines if line.id is not None)
    return result + [deepcopy(line) for line in mine.lines if line.id is None], clash


def merge(
    base: Draft, mine: Draft, theirs: Draft, computed: frozenset[str] = frozenset(), *, twice: bool = False
) -> Merged:
    """Three-way merge, field by field. `computed` fields follow from the others and never clash.

    twice: theirs holds what I had typed some time before as well, so that my new lines may be among theirs: a person has to look.
    """
    draft, clashes = theirs.copy(), dict[str, Change]()
    draft.uid = mine.uid  # it is still the same form
    for name, change in changed(base.values, mine.values).items():
        if name in computed:
            continue
        their_value = theirs.values.get(name)
        if their_value != base.values.get(name) and their_value != change.after:
            clashes[name] = Change(their_value, change.after)
        draft.values[name] = change.after
    if mine.lines != base.lines:
        draft.lines, clash = _merge_lines(base, mine, theirs)
        if clash or twice:
            clashes["lines"] = Change(theirs.lines, mine.lines)
    return Merged(draft, clashes)
