"""The kinds of bands that a page is made of, from top to bottom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from crm_desktop.printing.element_kinds import ELEMENTS, Element, Table
from crm_desktop.printing.format_rules import Choice, Flag, Number, OneKind, Struct, Text, entry
from crm_desktop.printing.looks import EXPRESSION, ID, PLACE, SIZE


@dataclass(frozen=True, kw_only=True)
class Band:
    """What every band has."""

    id: str = entry(ID)
    visible_when: str = entry(EXPRESSION, "")


@dataclass(frozen=True, kw_only=True)
class ReportHead(Band):
    """Once, at the top of the first page."""

    kind: ClassVar[str] = "report_head"
    height: float = entry(SIZE)
    elements: tuple[Element, ...] = entry(ELEMENTS, ())


@dataclass(frozen=True, kw_only=True)
class _PageBand(Band):
    height: float = entry(SIZE)
    on: str = entry(Choice("every", "first", "not_first", "middle", "not_last", "last"), "every")
    elements: tuple[Element, ...] = entry(ELEMENTS, ())


@dataclass(frozen=True, kw_only=True)
class PageHead(_PageBand):
    """At the top of the pages that `on` names; several such bands stand below each other."""

    kind: ClassVar[str] = "page_head"


@dataclass(frozen=True, kw_only=True)
class PageFoot(_PageBand):
    """At the bottom of the pages that `on` names."""

    kind: ClassVar[str] = "page_foot"


@dataclass(frozen=True, kw_only=True)
class Section(Band):
    """Once, in the flow of the page; grows with its text."""

    kind: ClassVar[str] = "section"
    height: float = entry(SIZE)
    page_break_before: bool = entry(Flag(), False)
    keep_together: bool = entry(Flag(), True)
    elements: tuple[Element, ...] = entry(ELEMENTS, ())


@dataclass(frozen=True, kw_only=True)
class GroupHead(Band):
    """Before the rows of a list, each time the value of `by` changes; several before one list are groups within groups. The group is
    `group`: its `key`, its `rows`, its `number`. Without `by` all rows are one group: with `repeat`, a heading on each page. `order`:
    rows of the same value are brought together first, the least value or the greatest before the others."""

    kind: ClassVar[str] = "group_head"
    height: float = entry(SIZE)
    by: str = entry(EXPRESSION, "")
    order: str = entry(Choice("as_it_comes", "rising", "falling"), "as_it_comes")
    repeat: bool = entry(Flag(), False)
    keep_together: bool = entry(Flag(), False)
    page_break_before: bool = entry(Flag(), False)
    elements: tuple[Element, ...] = entry(ELEMENTS, ())


@dataclass(frozen=True, kw_only=True)
class GroupFoot(Band):
    """After the rows of a group; `group` is the id of the group head. It stands behind the list."""

    kind: ClassVar[str] = "group_foot"
    height: float = entry(SIZE)
    group: str = entry(ID)
    elements: tuple[Element, ...] = entry(ELEMENTS, ())


@dataclass(frozen=True, kw_only=True)
class NoData(Band):
    """Once, when the list `over` has no rows."""

    kind: ClassVar[str] = "no_data"
    over: str = entry(Text(200, shortest=1))
    height: float = entry(SIZE)
    elements: tuple[Element, ...] = entry(ELEMENTS, ())


@dataclass(frozen=True, kw_only=True)
class Detail(Band):
    """Once for each row of a list; the row is `line`, its number `row`."""

    kind: ClassVar[str] = "detail"
    over: str = entry(Text(200, shortest=1))
    height: float = entry(SIZE)
    page_break_before: bool = entry(Flag(), False)
    page_break_between: bool = entry(Flag(), False)
    min_rows: int = entry(Number(0, 200, whole=True), 0)
    fill_page: bool = entry(Flag(), False)
    stripe: str = entry(Text(7, r"(#[0-9a-fA-F]{6})?"), "")
    elements: tuple[Element, ...] = entry(ELEMENTS, ())


@dataclass(frozen=True, kw_only=True)
class TableBand(Band):
    """A list as a table that runs over as many pages as it needs."""

    kind: ClassVar[str] = "table"
    x: float = entry(PLACE, 0.0)
    space_after: float = entry(Number(0, 200), 0.0)
    page_break_before: bool = entry(Flag(), False)
    table: Table = entry(Struct(Table))


@dataclass(frozen=True, kw_only=True)
class ReportFoot(Band):
    """Once, after everything else; kept whole, together with the last `keep_rows` rows of the table before it."""

    kind: ClassVar[str] = "report_foot"
    height: float = entry(SIZE)
    at: str = entry(Choice("flow", "bottom"), "flow")
    keep_rows: int = entry(Number(0, 20, whole=True), 1)
    elements: tuple[Element, ...] = entry(ELEMENTS, ())


BAND = OneKind(
    ReportHead, PageHead, PageFoot, Section, GroupHead, Detail, TableBand, GroupFoot, NoData, ReportFoot,
)  # fmt: skip
