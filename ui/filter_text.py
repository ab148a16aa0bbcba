"""Conditions in a person's words: what is typed into the filter line becomes a condition, and a condition becomes words again.

What `short` writes for a condition of a typed kind, `parse_filter` reads back as the same condition, so a filter can be corrected
where it was typed.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from crm_desktop.draft import Ref
from crm_desktop.filters import AllOf, AnyOf, Condition, Filter, Not
from crm_desktop.kinds import KINDS, clean, number, parse, parse_date, show
from crm_desktop.local_time import to_local
from crm_desktop.options import Options
from crm_desktop.records.record_type import Field, RecordType
from crm_desktop.rules.periods import PERIODS
from crm_desktop.words import _

Names = Callable[[str, int], str]
"""What a record is called: (type key, id) → words."""

OFFERED = (
    "overdue",
    "today",
    "next_7_days",
    "last_7_days",
    "this_week",
    "last_30_days",
    "this_month",
    "last_month",
    "this_quarter",
    "this_year",
)
"""The periods a filter offers at one click."""


def period_words() -> dict[str, str]:
    """What every period is called."""
    return {name: _(label) for name, label in PERIODS.items()}


def operator_words() -> dict[str, str]:
    """What each operator is called in the filter editor."""
    return {
        "contains": _("contains"),
        "is": _("is"),
        "starts": _("begins with"),
        "empty": _("is empty"),
        "filled": _("is not empty"),
        "at_least": _("is at least"),
        "at_most": _("is at most"),
        "between": _("is between"),
        "period": _("is in"),
        "any_of": _("is one of"),
        "none_of": _("is none of"),
        "mine": _("is me"),
        "has": _("has"),
        "has_not": _("has not"),
        "yes": _("is yes"),
        "no": _("is no"),
    }


_ALSO = {
    "今天": "today", "本周": "this_week", "这周": "this_week", "本月": "this_month", "这个月": "this_month", "上月": "last_month",
    "上个月": "last_month", "本季": "this_quarter", "本季度": "this_quarter", "今年": "this_year", "本年": "this_year", "逾期": "overdue",
    "7天内": "next_7_days", "未来7天": "next_7_days", "近7天": "last_7_days", "最近7天": "last_7_days", "today": "today",
    "this week": "this_week", "this month": "this_month", "last month": "last_month", "this quarter": "this_quarter",
    "this year": "this_year", "overdue": "overdue", "7 days": "next_7_days", "next 7 days": "next_7_days", "last 7 days": "last_7_days",
}  # fmt: skip
_RANGE = re.compile(r"(.+?)\s*(?:\.\.+|…|~|～|–|—|\bto\b|至|到)\s*(.+)")
_HYPHEN = re.compile(r"(\d[\d,.]*[万亿kK]?)\s*-\s*(\d[\d,.]*[万亿kK]?)")
_COMPARE = re.compile(r"(>=|≥|<=|≤|>|<|=)\s*(.*)", re.DOTALL)
_EMPTY, _FILLED = "=", "*"


def parse_filter(text: str, field: Field, options: Options) -> Filter | None:
    """The condition a person typed for a field; None for nothing. Raises ValueError with words."""
    text = text.strip()
    if not text:
        return None
    if text == _EMPTY or text == _("Empty"):
        return Condition(field.name, "empty")
    if text == _FILLED or text == _("Not empty"):
        return Condition(field.name, "filled")
    kind = KINDS[field.kind]
    if kind.numeric:
        return _number_filter(clean(text), field, options)
    if "period" in kind.filters:
        return _date_filter(text, field)
    if "contains" in kind.filters:
        return _text_filter(text, field)
    if "any_of" in kind.filters and field.kind != "reference":
        codes = (parse(part, field, options) for part in re.split(r"[,，、;；|]", text) if part.strip())
        return Condition(field.name, "any_of", tuple(codes))
    if "has" in kind.filters:
        return Condition(field.name, "has", text)
    raise ValueError(_("Please pick it from the list."))


def _text_filter(text: str, field: Field) -> Filter:
    parts = [p.strip() for p in re.split(r"[|｜]", text) if p.strip()]
    if len(parts) > 1:
        return AnyOf(tuple(_text_filter(p, field) for p in parts))
    if text[0] in "!！" and len(text) > 1:
        return Not(_text_filter(text[1:].strip(), field))
    if text[0] == "=":
        return Condition(field.name, "is", text[1:].strip())
    if text.endswith("*") and len(text) > 1:
        return Condition(field.name, "starts", text[:-1].strip())
    return Condition(field.name, "contains", text)


def _number_filter(text: str, field: Field, options: Options) -> Filter:
    if found := _COMPARE.fullmatch(text):
        sign, value = found[1], _amount(found[2], field, options)
        if sign == "=":
            return Condition(field.name, "is", value)
        bound = Condition(field.name, "at_least" if sign in (">=", "≥", ">") else "at_most", value)
        return AllOf((bound, Not(Condition(field.name, "is", value)))) if sign in "<>" else bound
    if found := _RANGE.fullmatch(text) or _HYPHEN.fullmatch(text):
        low, high = sorted((_amount(found[1], field, options), _amount(found[2], field, options)))
        return Condition(field.name, "between", (low, high))
    return Condition(field.name, "is", _amount(text, field, options))


def _amount(text: str, field: Field, options: Options) -> Any:
    """A number, 1.2万 and 3k too, rounded as the field keeps it."""
    scale = {"万": 10_000, "亿": 100_000_000, "k": 1000, "K": 1000}.get(text.strip()[-1:], 1)
    value = parse(text.strip().rstrip("万亿kK") if scale > 1 else text, field, options)
    if value is None:
        raise ValueError(_("“{text}” is not a number.").format(text=text))
    if scale == 1:
        return value
    scaled = number(text.strip()[:-1]) * scale
    return int(scaled) if isinstance(value, int) else scaled.quantize(Decimal("0.0001")).normalize() + 0


def _date_filter(text: str, field: Field) -> Filter:
    folded = clean(text).casefold()
    words = {name: name for name in PERIODS} | {label.casefold(): key for key, label in period_words().items()} | _ALSO
    period = words.get(folded) or _ALSO.get(folded.replace(" ", ""))
    if period:
        return Condition(field.name, "period", period)
    if found := _COMPARE.fullmatch(clean(text)):
        first, last = _days(found[2])
        if found[1] == "=":
            return (
                Condition(field.name, "between", (first, last)) if first != last else Condition(field.name, "is", first)
            )
        one = dt.timedelta(days=1)
        bounds = {">": ("at_least", last + one), "<": ("at_most", first - one)}
        other = ("at_least", first) if found[1] in (">=", "≥") else ("at_most", last)
        return Condition(field.name, *bounds.get(found[1], other))
    if found := _RANGE.fullmatch(text):
        first, last = _days(found[1])[0], _days(found[2])[1]
        return Condition(field.name, "between", (min(first, last), max(first, last)))
    first, last = _days(text)
    return Condition(field.name, "is", first) if first == last else Condition(field.name, "between", (first, last))


def _days(text: str) -> tuple[dt.date, dt.date]:
    """First and last day of a day, a month (2026-11) or a year (2026)."""
    value = clean(text)
    if found := re.fullmatch(r"(\d{4})\s*年?", value):
        year = int(found[1])
        return dt.date(year, 1, 1), dt.date(year, 12, 31)
    if (found := re.fullmatch(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?", value)) and 1 <= int(found[2]) <= 12:
        year, month = int(found[1]), int(found[2])
        return dt.date(year, month, 1), dt.date(year, month, calendar.monthrange(year, month)[1])
    day = parse_date(value)
    return day, day


def plain_number(value: Any) -> str:
    """A number as a person types it into a filter: no separators, no idle zeros."""
    text = f"{value:f}" if isinstance(value, Decimal) else str(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def short(part: Filter, field: Field, options: Options, names: Names) -> str:
    """A filter on one field as it stands in the filter line."""
    if isinstance(part, Not):
        return f"!{short(part.part, field, options, names)}"
    if isinstance(part, AnyOf):
        return " | ".join(short(p, field, options, names) for p in part.parts)
    if isinstance(part, AllOf):
        strict = _strict(part)
        return strict or " & ".join(short(p, field, options, names) for p in part.parts)
    value = part.value
    fixed = {"empty": _("Empty"), "filled": _("Not empty"), "mine": _("Mine"), "yes": _("Yes"), "no": _("No")}
    if part.operator in fixed:
        return fixed[part.operator]
    if part.operator == "period":
        return period_words().get(value, str(value))
    if part.operator in ("any_of", "none_of"):
        words = _choices(value, field, options, names)
        return words if part.operator == "any_of" else _("not {words}").format(words=words)
    if part.operator == "between":
        return f"{_plain(value[0], field, options)} ~ {_plain(value[1], field, options)}"
    forms = {
        "at_least": "≥ {}",
        "at_most": "≤ {}",
        "starts": "{}*",
        "has_not": _("not {words}").replace("{words}", "{}"),
    }
    form = (
        "={}" if part.operator == "is" and "contains" in KINDS[field.kind].filters else forms.get(part.operator, "{}")
    )
    return form.format(_plain(value, field, options))


def _strict(part: AllOf) -> str:
    """> and <, which are made of two conditions."""
    if len(part.parts) == 2:
        bound, other = part.parts
        if isinstance(bound, Condition) and isinstance(other, Not) and isinstance(other.part, Condition):
            sign = {"at_least": ">", "at_most": "<"}.get(bound.operator)
            if sign and other.part.operator == "is" and other.part.value == bound.value:
                return f"{sign} {plain_number(bound.value)}"
    return ""


def _plain(value: Any, field: Field, options: Options) -> str:
    if KINDS[field.kind].numeric:
        return plain_number(value)
    if isinstance(value, dt.datetime):
        return to_local(value).date().isoformat()
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _choices(values: Any, field: Field, options: Options, names: Names) -> str:
    if field.kind == "reference":
        words = [
            v.label if isinstance(v, Ref) and v.label else names(field.target, int(getattr(v, "id", v))) for v in values
        ]
    else:
        words = [show(v, field, options) for v in values]
    if len(words) <= 2:
        return "、".join(words)
    return _("{first}, {count} in all").format(first=words[0], count=len(words))


def fields_in(part: Filter) -> set[str]:
    """The fields a filter speaks of."""
    if isinstance(part, Condition):
        return {part.field}
    return fields_in(part.part) if isinstance(part, Not) else {n for p in part.parts for n in fields_in(p)}


def field_of(part: Filter, types: Mapping[str, RecordType], record_type: RecordType, name: str) -> Field | None:
    """The field a condition names: one of the type, or one step over a reference ("customer_id.city"); a line's begins with "lines."."""
    first, rest, fields = _steps(record_type, name)
    about = fields.get(first)
    if about is None or not rest:
        return about
    target = types.get(about.target)
    return target.fields.get(rest) if target else None


def _steps(record_type: RecordType, name: str) -> tuple[str, str, Mapping[str, Field]]:
    """The first field of a name, the one behind it, and the fields among which the first stands."""
    inside, lines = name.removeprefix("lines."), record_type.lines
    first, _dot, rest = inside.partition(".")
    return first, rest, lines.fields if lines is not None and inside != name else record_type.fields


def describe(
    part: Filter, types: Mapping[str, RecordType], record_type: RecordType, options: Options, names: Names
) -> str:
    """A filter as a chip says it: "City: Guangzhou", "(A or B)"."""
    involved = fields_in(part)
    if len(involved) == 1:
        name = next(iter(involved))
        about = field_of(part, types, record_type, name)
        label = label_of(name, types, record_type)
        return _("{field}: {words}").format(field=label, words=short(part, about, options, names)) if about else label
    if isinstance(part, Not):
        return _("not ({words})").format(words=describe(part.part, types, record_type, options, names))
    assert isinstance(part, (AllOf, AnyOf))
    inner = [describe(p, types, record_type, options, names) for p in part.parts]
    return (_(" and ") if isinstance(part, AllOf) else _(" or ")).join(
        f"({w})" if " " in w and len(inner) > 1 else w for w in inner
    )


def label_of(name: str, types: Mapping[str, RecordType], record_type: RecordType) -> str:
    """What a field is called, with the reference it stands behind."""
    first, rest, fields = _steps(record_type, name)
    about = fields.get(first)
    if about is None:
        return name
    target = types.get(about.target)
    before = _("Lines") + " › " if fields is not record_type.fields else ""
    if rest and target and rest in target.fields:
        return f"{before}{_(about.label)} › {_(target.fields[rest].label)}"
    return before + _(about.label)
