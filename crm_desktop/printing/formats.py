"""Values as the text that is printed. Numbers are fixed in form, so that a document looks the same on every PC."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from crm_desktop.local_time import to_local
from crm_desktop.printing.template import Format
from crm_desktop.rules.amount_words import chinese_words, english_words

AUTO = Format()
_DATE_PARTS = re.compile(r"YYYY|YY|MMMM|MMM|MM|M|DD|D|hh|mm|ss")
_MONTHS = "January February March April May June July August September October November December".split()


def show(value: Any, style: Format, language: str) -> str:
    """The printed text of a value, '' when it is empty."""
    if value is None or value == "" or value == ():
        return ""
    if style.blank_zero and isinstance(value, (int, Decimal)) and not isinstance(value, bool) and value == 0:
        return ""
    return f"{style.prefix}{_show(value, style, language)}{style.suffix}"


def show_number(value: Decimal | int, digits: int | None) -> str:
    """With thousands separators; without `digits` only the decimals that are there."""
    number = Decimal(value)
    if digits is not None:
        return f"{number.quantize(Decimal(1).scaleb(-min(max(digits, 0), 8)), ROUND_HALF_UP):,f}"
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def show_date(value: dt.date, pattern: str) -> str:
    """A date or a time by a pattern of YYYY MM M MMM MMMM DD D hh mm ss."""
    if not pattern:
        pattern = "YYYY-MM-DD hh:mm" if isinstance(value, dt.datetime) else "YYYY-MM-DD"
    moment = value if isinstance(value, dt.datetime) else dt.datetime.combine(value, dt.time())
    if moment.tzinfo is not None:
        moment = to_local(moment)
    return _DATE_PARTS.sub(lambda part: _date_part(moment, part.group()), pattern)


def _date_part(moment: dt.datetime, part: str) -> str:
    match part:
        case "YYYY":
            return f"{moment.year:04d}"
        case "YY":
            return f"{moment.year % 100:02d}"
        case "MMMM":
            return _MONTHS[moment.month - 1]
        case "MMM":
            return _MONTHS[moment.month - 1][:3]
        case "M":
            return str(moment.month)
        case "MM":
            return f"{moment.month:02d}"
        case "D":
            return str(moment.day)
        case "DD":
            return f"{moment.day:02d}"
        case "hh":
            return f"{moment.hour:02d}"
        case "mm":
            return f"{moment.minute:02d}"
        case _:
            return f"{moment.second:02d}"


def _show(value: Any, style: Format, language: str) -> str:
    if isinstance(value, bool):
        return yes_no(value, language)
    if isinstance(value, (int, Decimal)):
        return _show_figure(value, style)
    if isinstance(value, dt.date):
        pattern = style.pattern or {"datetime": "YYYY-MM-DD hh:mm", "time": "hh:mm", "date": "YYYY-MM-DD"}.get(
            style.how, ""
        )
        return show_date(value, pattern)
    if isinstance(value, tuple):
        texts = [_show(item, AUTO, language) for item in value if not isinstance(item, Mapping)]
        return ("、" if language.startswith("zh") else ", ").join(texts)
    if isinstance(value, (Mapping, bytes)):
        return ""
    return str(value)


def _show_figure(value: Decimal | int, style: Format) -> str:
    match style.how:
        case "money":
            return show_number(value, 2 if style.digits is None else style.digits)
        case "percent":
            return show_number(value, style.digits) + "%"
        case "chinese_words":
            return chinese_words(value)
        case "english_words":
            return english_words(value)
        case "auto" if isinstance(value, int):
            return str(value)
        case _:
            return show_number(value, style.digits)


def yes_no(value: bool, language: str) -> str:
    """The word for a yes-or-no value in the document's language."""
    if language.startswith("zh"):
        return "是" if value else "否"
    return "Yes" if value else "No"
