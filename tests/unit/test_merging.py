"""The three-way merge against a plain oracle: whatever two people did, nothing either of them typed gets lost unseen."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as some

from crm_desktop.draft import Draft, Line, merge

FIELDS = ("a", "b", "c", "sum")
COMPUTED = frozenset({"sum"})
values = some.fixed_dictionaries({n: some.integers(0, 2) for n in FIELDS})
line_values = some.fixed_dictionaries({n: some.integers(0, 2) for n in ("x", "y")})


def drafts(values: dict[str, int], lines: list[Line]) -> Draft:
    return Draft("t", 1, 1, values, lines)


@some.composite
def edited_lines(draw: Any, base: list[Line]) -> list[Line]:
    """What one person makes of the lines: some removed, some changed, some new ones behind."""
    kept = [
        Line(line.id, dict(draw(line_values)) if draw(some.booleans()) else dict(line.values))
        for line in base
        if draw(some.integers(0, 3))
    ]
    return kept + [Line(None, dict(v)) for v in draw(some.lists(line_values, max_size=2))]


@some.composite
def three_sides(draw: Any) -> tuple[Draft, Draft, Draft]:
    base_lines = [Line(n, dict(v)) for n, v in enumerate(draw(some.lists(line_values, max_size=3)), 1)]
    theirs = draw(edited_lines(base_lines))
    for at, line in enumerate(theirs):  # theirs are saved, so all their lines have ids
        line.id = line.id or 100 + at
    return (
        drafts(draw(values), base_lines),
        drafts(draw(values), draw(edited_lines(base_lines))),
        drafts(draw(values), theirs),
    )


@settings(max_examples=300, deadline=None)
@given(three_sides())
def test_every_field_ends_as_the_table_of_cases_says(sides: tuple[Draft, Draft, Draft]) -> None:
    base, mine, theirs = sides
    merged = merge(base, mine, theirs, COMPUTED)
    for name in FIELDS:
        was, my, their = (d.values[name] for d in (base, mine, theirs))
        ended = merged.draft.values[name]
        if name in COMPUTED or my == was:
            assert ended == their
            assert name not in merged.clashes
        else:
            assert ended == my
            assert (name in merged.clashes) == (their not in (was, my))
            if name in merged.clashes:
                assert merged.clashes[name] == (their, my)


@settings(max_examples=500, deadline=None)
@given(three_sides())
def test_lines_of_both_are_there_or_it_is_said(sides: tuple[Draft, Draft, Draft]) -> None:
    base, mine, theirs = sides
    merged = merge(base, mine, theirs, COMPUTED)
    if mine.lines == base.lines:
        assert merged.draft.lines == theirs.lines
        assert "lines" not in merged.clashes
        return
    was, ours, their = ({line.id: line.values for line in d.lines} for d in (base, mine, theirs))
    result = {line.id: line.values for line in merged.draft.lines if line.id is not None}
    # Mine that are new stand there as typed, in my order, and theirs that are new too.
    assert [x.values for x in merged.draft.lines if x.id is None] == [x.values for x in mine.lines if x.id is None]
    assert {i for i in their if i not in was} <= set(result)
    clash = False
    for id_, before in was.items():
        my, there = ours.get(id_), their.get(id_)
        if my is None and there is None:
            assert id_ not in result
        elif my is None:  # I removed it
            clash |= there != before
            assert (id_ in result) == (there != before)  # what they changed is not removed unseen
        elif there is None:  # they removed it
            clash |= my != before
            assert id_ not in result
        else:
            expected = {n: my[n] if my[n] != before[n] else there[n] for n in before}
            assert result[id_] == expected
            clash |= any(my[n] != before[n] and there[n] not in (before[n], my[n]) for n in before)
    assert ("lines" in merged.clashes) == clash


@settings(max_examples=200, deadline=None)
@given(three_sides())
def test_merging_changes_none_of_the_three(sides: tuple[Draft, Draft, Draft]) -> None:
    copies = [d.copy() for d in sides]
    merged = merge(*sides, COMPUTED)
    for line in merged.draft.lines:
        line.values["x"] = 99
    merged.draft.values["a"] = 99
    assert list(sides) == copies


@settings(max_examples=100, deadline=None)
@given(three_sides())
def test_with_one_side_unchanged_the_other_is_the_result(sides: tuple[Draft, Draft, Draft]) -> None:
    base, _mine, theirs = sides
    assert merge(base, base, theirs, COMPUTED) == merge(base, base.copy(), theirs)
    merged = merge(base, base.copy(), theirs, COMPUTED)
    assert (merged.draft, merged.clashes) == (theirs, {})
