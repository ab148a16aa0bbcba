"""The functions an expression may call, by their English and Chinese names. Each takes and gives plain values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from crm_desktop.printing.formats import show_date, show_number
from crm_desktop.rules.amount_words import chinese_words, english_words
from crm_desktop.words import _


class ExpressionError(ValueError):
    """An expression that cannot be understood or computed; the message is for the person."""


def _number(value: Any) -> Decimal:
    if value is None or value == "":
        return Decimal(0)
    if isinstance(value, (int, Decimal)):
        return Decimal(value)
    raise ExpressionError(_("“{value}” is not a number").format(value=str(value)[:40]))


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return show_number(value, None)
    if isinstance(value, dt.date):
        return show_date(value, "")
    if isinstance(value, (str, int)):
        return str(value)
    if isinstance(value, tuple):
        return "、".join(_text(item) for item in value if not isinstance(item, Mapping))
    raise ExpressionError(_("these values do not go together"))


def _whole(value: Any) -> int:
    number = _number(value)
    if abs(number) > 1_000_000:
        raise ExpressionError(_("the number becomes too large"))
    return int(number)


def _rows(rows: Any, field: str) -> list[Any]:
    if rows is None:
        return []
    if not isinstance(rows, tuple):
        raise ExpressionError(_("a list is needed here"))
    if not field:
        return [row for row in rows if row is not None]
    found = []
    for row in rows:
        if not isinstance(row, Mapping) or field not in row:
            raise ExpressionError(_("there is no field “{name}”").format(name=field))
        if row[field] is not None:
            found.append(row[field])
    return found


def _sum(rows: Any, field: str = "") -> Decimal:
    return sum((_number(value) for value in _rows(rows, field)), Decimal(0))


def _average(rows: Any, field: str = "") -> Decimal | None:
    values = [_number(value) for value in _rows(rows, field)]
    return sum(values, Decimal(0)) / len(values) if values else None


def _count(rows: Any) -> int:
    return len(_rows(rows, ""))


def _extreme(choose: Callable[..., Any]) -> Callable[..., Any]:
    def find(*values: Any) -> Any:
        if values and isinstance(values[0], tuple):
            values = tuple(_rows(values[0], values[1] if len(values) > 1 else ""))
        values = tuple(value for value in values if value is not None)
        return choose(values) if values else None

    return find


def _round(value: Any, digits: Any = 0) -> Decimal:
    places = min(max(_whole(digits), -20), 8)
    return _number(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _show_number(value: Any, digits: Any = None) -> str:
    return "" if value is None else show_number(_number(value), None if digits is None else _whole(digits))


def _money(value: Any, digits: Any = 2, symbol: Any = "") -> str:
    return "" if value is None else _text(symbol) + show_number(_number(value), _whole(digits))


def _percent(value: Any, digits: Any = None) -> str:
    return "" if value is None else show_number(_number(value), None if digits is None else _whole(digits)) + "%"


def _date(value: Any, pattern: Any = "") -> str:
    if value is None:
        return ""
    if not isinstance(value, dt.date):
        raise ExpressionError(_("a date is needed here"))
    return show_date(value, _text(pattern))


def _part(name: str) -> Callable[[Any], int | None]:
    def part(value: Any) -> int | None:
        if value is None:
            return None
        if not isinstance(value, dt.date):
            raise ExpressionError(_("a date is needed here"))
        return int(getattr(value, name))

    return part


def _default(value: Any, instead: Any) -> Any:
    return instead if value is None or value in ("", ()) else value


def _join(separator: Any, *values: Any) -> str:
    """The texts that are not empty, with a separator between."""
    return _text(separator).join(text for text in map(_text, values) if text)


def _choose(condition: Any, yes: Any, no: Any = None) -> Any:
    return yes if condition else no


_Function = Callable[..., Any]
_TABLE: tuple[tuple[tuple[str, ...], _Function], ...] = (
    (("iif", "if", "如果"), _choose),
    (("default", "默认"), _default),
    (("empty", "为空"), lambda value: value is None or value in ("", ())),
    (("text", "文本"), _text),
    (("join", "连接"), _join),
    (("left", "左"), lambda value, count: _text(value)[: max(_whole(count), 0)]),
    (("right", "右"), lambda value, count: _text(value)[-_whole(count) :] if _whole(count) > 0 else ""),
    (("length", "长度"), lambda value: len(_text(value))),
    (("upper", "大写字母"), lambda value: _text(value).upper()),
    (("lower", "小写字母"), lambda value: _text(value).lower()),
    (("trim", "去空格"), lambda value: _text(value).strip()),
    (("contains", "包含"), lambda value, part: _text(part) in _text(value)),
    (("number", "数字"), _show_number),
    (("money", "金额"), _money),
    (("percent", "百分比"), _percent),
    (("date", "日期"), _date),
    (("year", "年"), _part("year")),
    (("month", "月"), _part("month")),
    (("day", "日"), _part("day")),
    (("round", "取整", "四舍五入"), _round),
    (("abs", "绝对值"), lambda value: abs(_number(value))),
    (("sum", "求和"), _sum),
    (("average", "平均"), _average),
    (("count", "计数"), _count),
    (("min", "最小"), _extreme(min)),
    (("max", "最大"), _extreme(max)),
    (("words", "大写"), lambda value: "" if value is None else chinese_words(_number(value))),
    (("english_words", "英文大写"), lambda value, currency="RMB": _english(value, currency)),
)


def _english(value: Any, currency: Any) -> str:
    return "" if value is None else english_words(_number(value), _text(currency))


FUNCTIONS: dict[str, _Function] = {name: function for names, function in _TABLE for name in names}
"""Every function by each of its names, in lower case."""
