"""The data on the paper while designing: a real record of one's choice, or the same made hard: no line, sixty, the longest names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import suppress
from decimal import Decimal
from typing import Any

from crm_desktop.application import Application
from crm_desktop.errors import Missing, Refused
from crm_desktop.filters import ListQuery
from crm_desktop.printing.context import field_labels, for_list, for_record, plain_name, together_of
from crm_desktop.printing.more_fields import more_of
from crm_desktop.records.record_type import RecordType
from crm_desktop.services.listing import fetch_ids
from crm_desktop.services.lookup import suggest
from crm_desktop.services.saving import open_record
from crm_desktop.words import N_, translated

STRESSES: Mapping[str, str] = {
    "": N_("As it is"),
    "0": N_("No lines"),
    "1": N_("One line"),
    "60": N_("60 lines"),
    "long": N_("The longest names"),
}
SAMPLE = 0
"""Stands for made-up data where there is no record, or none this person may print."""

_LONG = {"zh_CN": "超长名称用于检查版面是否放得下", "en": "a very long name that shows whether there is room"}
_LONGEST_TEXT = 46
_ROWS = 12


def first_record(app: Application, kind: RecordType, wanted: int = 0) -> tuple[int, str]:
    """The record to begin with: the wanted one, else the newest; SAMPLE where there is none."""
    if wanted:
        return wanted, kind.label_of(open_record(app, kind.key, wanted).values)
    found = records(app, kind, "")
    return (found[0][0], found[0][1]) if found else (SAMPLE, "")


def records(app: Application, kind: RecordType, text: str) -> list[tuple[int, str, str]]:
    """Records to choose from: id, label, detail."""
    if not app.actor.may(f"{kind.key}.print"):
        return []
    return [(hit.id, hit.label, hit.detail) for hit in suggest(app, kind.key, text, 12)]


def context_of(
    app: Application, kind: RecordType, record_id: int, language: str, stress: str, listed: bool = False
) -> dict[str, Any]:
    """The data of a record for the canvas; with `listed`, of it and of others as rows. Raises what reading the record raises."""
    if not record_id:
        context = _sample(app, kind, language)
    elif listed:
        context = together_of(_rows(app, kind, record_id, language))
    else:
        context = for_record(app, kind.key, record_id, language)
    return stressed(context, stress, language)


def _rows(app: Application, kind: RecordType, first: int, language: str) -> Iterator[dict[str, Any]]:
    yield for_record(app, kind.key, first, language)
    for record_id in fetch_ids(app, ListQuery(kind.key), limit=_ROWS):
        if record_id != first:
            with suppress(Missing, Refused):  # seen, but not this person's to print
                yield for_record(app, kind.key, record_id, language)


def stressed(context: Mapping[str, Any], stress: str, language: str) -> dict[str, Any]:
    """The same data made hard."""
    made = dict(context)
    lines = tuple(made.get("lines") or ())
    if stress == "0":
        made["lines"] = ()
    elif stress in ("1", "60"):
        made["lines"] = tuple(lines[n % len(lines)] for n in range(int(stress))) if lines else ()
    elif stress == "long":
        for name in ("record", "customer", "contact", "company"):
            made[name] = _longer(made.get(name) or {}, language)
        made["linked"] = {name: _longer(values, language) for name, values in (made.get("linked") or {}).items()}
        made["lines"] = tuple(_longer(line, language) for line in lines)
    return made


def _longer(values: Mapping[str, Any], language: str) -> dict[str, Any]:
    more = _LONG.get(language, _LONG["en"])

    def long(value: Any) -> Any:
        if not isinstance(value, str) or len(value) < 2 or (value.isascii() and any(c.isdigit() for c in value)):
            return value
        return f"{value} {more} {more}"[: max(_LONGEST_TEXT, len(value))]

    return {name: long(value) for name, value in values.items()}


def _sample(app: Application, kind: RecordType, language: str) -> dict[str, Any]:
    """Made-up data: every text says what it is, every figure is a plain one."""
    context: dict[str, Any] = {"company": {}, "user": {"name": app.actor.name}, "print": {"date": dt.date.today(), "copy": ""}}
    if app.actor.may(f"{kind.key}.print"):
        context |= for_list(app, kind.key, (), language)
    visible = kind.visible(app.actor)
    lines = kind.visible_lines(app.actor) if kind.lines else visible  # records without lines may be the rows of a list
    linked = {
        plain_name(name): _made_up(app.type(about.target).visible(app.actor), language)
        for name, about in visible.items()
        if about.kind == "reference" and about.target in app.types
    }
    made_up = _made_up(visible, language)
    line = {**_made_up(lines, language), "linked": {} if kind.lines else linked}
    return context | {
        "record": made_up,
        "lines": (line,) * 3 if lines else (),
        "linked": linked,
        "customer": linked.get("customer", _made_up(visible, language)),
        "contact": linked.get("contact", {}),
        "related": {},
        "account": {},
        "more": more_of(visible, made_up, language),
        "codes": {},
        "labels": {"record": field_labels(visible, language), "line": field_labels(lines, language)},
    }


def _made_up(fields: Mapping[str, Any], language: str) -> dict[str, Any]:
    return {plain_name(name): _value(about, language) for name, about in fields.items()}


def _value(about: Any, language: str) -> Any:
    plain: dict[str, Any] = {
        "money": Decimal("1234.50"), "price": Decimal("12.50"), "quantity": Decimal(10), "integer": 1, "decimal": Decimal("1.5"),
        "percent": Decimal(13), "date": dt.date(2026, 1, 31), "datetime": dt.datetime(2026, 1, 31, 9, 0, tzinfo=dt.UTC), "yes_no": True,
        "image": None, "tags": (), "phone": "138 0000 0000", "email": "name@example.com", "url": "example.com",
    }  # fmt: skip
    return plain[about.kind] if about.kind in plain else translated(about.label, language)
