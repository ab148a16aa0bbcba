"""What is wrong with a draft before it is written: types and limits of each field, then the rules of the record type."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Ref
from crm_desktop.kinds import KINDS
from crm_desktop.records.record_type import RecordType
from crm_desktop.words import _
from db.fields import Field

_LIMIT = Decimal(10) ** 13  # what a scaled 64-bit integer holds with room for sums
_TYPES: dict[str, tuple[type, ...]] = {
    "integer": (int,),
    **dict.fromkeys(("money", "price", "quantity", "percent", "decimal"), (Decimal, int)),
    "date": (dt.date,),
    "datetime": (dt.datetime,),
    "yes_no": (bool,),
    "tags": (tuple,),
    **dict.fromkeys(("reference", "image"), (Ref,)),
}
# A whole number of nothing is never meant where the column must hold one.
_NEVER_EMPTY = frozenset({"integer", "money", "price", "quantity", "percent", "decimal", "yes_no"})


def _empty(value: Any) -> bool:
    return value is None or value == "" or value == ()


def _fits(value: Any, about: Field) -> bool:
    """Whether the value is of a type of its kind; exactly, for True is no number and a moment no date."""
    return type(value) in _TYPES.get(about.kind, (str,))


def _value_problem(value: Any, about: Field, app: Application, nullable: bool) -> str:
    """Words for what is wrong with one value, '' when nothing is."""
    if isinstance(value, str):
        value = value.strip()
    if _empty(value):
        if about.required or (not nullable and about.kind in _NEVER_EMPTY and value is None):
            return _("{field} is needed.").format(field=_(about.label))
        return ""
    if not _fits(value, about):
        return _("This value does not fit {field}.").format(field=_(about.label))
    if KINDS[about.kind].numeric and abs(value) >= _LIMIT:
        return _("This number is too large.")
    if about.max_length and len(value) > about.max_length:
        return _("At most {count} characters.").format(count=about.max_length)
    if (
        about.kind in ("option", "state")
        and app.options.choices(about.options)
        and app.options.find(about.options, value) is None
    ):
        return _("“{text}” is not one of the choices.").format(text=value)
    return ""


class _Fact(NamedTuple):
    """What of a field its values are measured by, looked up once for many records."""

    name: str
    about: Field
    may_be_empty: bool  # whether None and '' are nothing to look at
    sound: tuple[type, ...]  # the types of values that need no closer look when they keep the limits; none for required fields
    longest: int  # of texts; 0: any length
    choices: frozenset[str] | None  # None: any text does
    numeric: bool
    nullable: bool


def _facts(fields: Mapping[str, Field], table: Any, app: Application) -> list[_Fact]:
    found = []
    for name, about in fields.items():
        if about.computed:
            continue
        choices = None
        if about.kind in ("option", "state"):
            choices = frozenset(c.code for c in app.options.choices(about.options)) or None
        found.append(
            _Fact(
                name,
                about,
                not about.required and about.kind not in _NEVER_EMPTY,
                () if about.required else _TYPES.get(about.kind, (str,)),
                about.max_length or 0,
                choices,
                KINDS[about.kind].numeric,
                about.custom or table.c[name].nullable,
            )
        )
    return found


def _field_problems(
    values: Mapping[str, Any], facts: Sequence[_Fact], app: Application, was: Mapping[str, Any] | None
) -> Iterator[tuple[str, str]]:
    for name, about, may_be_empty, sound, longest, choices, numeric, nullable in facts:
        value: Any = values.get(name)
        if not value and may_be_empty and (value is None or value == ""):
            continue  # most fields of most records
        kind = type(value)
        if kind in sound:
            if numeric:
                if -_LIMIT < value < _LIMIT:
                    continue
            elif kind is not str or ((not longest or len(value) <= longest) and (choices is None or value in choices)):
                continue
        if was is not None and name not in values:
            continue
        if about.kind in ("option", "state") and was is not None and value == was.get(name):
            continue  # a choice that was removed later stays valid where it already stands
        if words := _value_problem(value, about, app, value is not None or nullable):
            yield name, words


def _lock_problems(kind: RecordType, draft: Draft, before: Draft) -> Iterator[tuple[str, str]]:
    """Fields and lines that the state of the document keeps from being changed."""
    if not kind.locked(before):
        return
    words = _("The document is {state}; revise it to change this.").format(state=_(kind.state(before).label))  # type: ignore[union-attr]
    for name, about in kind.fields.items():
        if (
            name in draft.values
            and not kind.may_edit(before, about)
            and not about.computed
            and draft.values[name] != before.values.get(name)
        ):
            yield name, words
    if kind.lines is None:
        return
    was = {line.id: line.values for line in before.lines}
    if [line.id for line in draft.lines] != [line.id for line in before.lines]:
        yield "lines", words
        return
    for at, line in enumerate(draft.lines):
        for name, about in kind.lines.fields.items():
            kept = about.computed or about.editable_when_locked
            if not kept and line.values.get(name) != was[line.id].get(name):
                yield f"lines.{at}.{name}", words


class Checker:
    """Checks drafts of one record type, one or a hundred thousand."""

    def __init__(self, app: Application, kind: RecordType) -> None:
        self._app, self._kind = app, kind
        self._facts = _facts(kind.fields, kind.model.__table__, app)
        self._by_name = {fact.name: fact for fact in self._facts}
        self._of_lines = _facts(kind.lines.fields, kind.lines.model.__table__, app) if kind.lines else []

    def problems(
        self, draft: Draft, before: Draft | None = None, operation: bool = False, among: Collection[str] | None = None
    ) -> dict[str, str]:
        """What is wrong, by field; a line's field is `lines.3.quantity`. before: the record as saved last.

        operation: the change comes from an operation of the record type, which may touch what the state locks. among: the only fields of
        the record to look at, where all the others are known to be sound; lines and rules are always looked at.
        """
        found: dict[str, str] = {}
        if before is not None and not operation:
            found |= dict(_lock_problems(self._kind, draft, before))
        facts = self._facts if among is None else [f for n in among if (f := self._by_name.get(n))]
        for name, words in _field_problems(draft.values, facts, self._app, before.values if before else None):
            found.setdefault(name, words)
        if self._kind.lines is not None:
            known = {line.id: line.values for line in before.lines} if before else {}
            for at, line in enumerate(draft.lines):
                for name, words in _field_problems(line.values, self._of_lines, self._app, known.get(line.id)):
                    found.setdefault(
                        f"lines.{at}.{name}", _("Line {number}: {problem}").format(number=at + 1, problem=words)
                    )
        if not found:  # the rules may rely on sound values
            for name, words in self._kind.check(draft):
                found.setdefault(name, words)
        return found


def problems(app: Application, draft: Draft, before: Draft | None = None, operation: bool = False) -> dict[str, str]:
    """What is wrong with one draft; see `Checker`."""
    return Checker(app, app.type(draft.type)).problems(draft, before, operation)
