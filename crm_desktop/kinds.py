"""What each kind of field can do: read what a person typed, show a value, check it, align it, and which filters fit it.

One `Kind` owns all of it, so that list, form, filter, import and export agree on every value. Values: text kinds `str` ('' when
empty), numbers `Decimal`/`int`, `date`, aware UTC `datetime`, `bool`, tags `tuple[str, ...]`, references `Ref`; None when empty.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from crm_desktop.draft import Ref
from crm_desktop.local_time import to_local, to_utc
from crm_desktop.options import Options
from crm_desktop.words import _
from db.fields import Field

Parse = Callable[[str, Field, Options], Any]
Show = Callable[[Any, Field, Options], str]

TEXT_FILTERS = ("contains", "is", "starts", "empty", "filled")
NUMBER_FILTERS = ("is", "at_least", "at_most", "between", "empty", "filled")
DATE_FILTERS = ("period", "is", "at_least", "at_most", "between", "empty", "filled")
CHOICE_FILTERS = ("any_of", "none_of", "empty", "filled")
REFERENCE_FILTERS = ("any_of", "none_of", "mine", "empty", "filled")
TAG_FILTERS = ("has", "has_not", "empty", "filled")
FLAG_FILTERS = ("yes", "no")


@dataclass(frozen=True)
class Kind:
    """One kind of field. `parse` raises ValueError with words for the person; `show` never fails."""

    name: str
    parse: Parse
    show: Show
    align: str = "left"
    filters: tuple[str, ...] = TEXT_FILTERS
    numeric: bool = False


def clean(text: str) -> str:
    """Full-width digits and letters made plain, no-break and zero-width spaces made plain, ends trimmed."""
    if text.isascii():
        return text.strip()
    return unicodedata.normalize("NFKC", text).replace("\u200b", "").replace("\ufeff", "").strip()


def _parse_text(text: str, field: Field, options: Options) -> str:
    # Not NFKC: a name may hold full-width brackets on purpose. Spaces Excel leaves behind are never meant.
    value = text if text.isascii() else text.replace("\u00a0", " ").replace("\u200b", "").replace("\ufeff", "")
    value = value.strip()
    if field.max_length and len(value) > field.max_length:
        raise ValueError(_("At most {count} characters.").format(count=field.max_length))
    return value


def _parse_code(text: str, field: Field, options: Options) -> str:
    return _parse_text(clean(text), field, options)


_EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;.]+")


def _parse_email(text: str, field: Field, options: Options) -> str:
    value = _parse_code(text, field, options)
    if value.casefold() in _NOTHING:
        return ""
    if value and not all(_EMAIL.fullmatch(part.strip()) for part in re.split(r"[,;]", value) if part.strip()):
        raise ValueError(_("“{text}” is not an e-mail address.").format(text=value))
    return value


# What lists hold where somebody has no telephone or no website.
_NOTHING = frozenset(
    {"-", "--", "—", "——", "/", "\\", "无", "没有", "暂无", "未知", "n/a", "na", "none", "null", "nil"}
)
_FEWEST_DIGITS = 3  # of a telephone number: an extension, or 110
_URL = re.compile(r"[a-z][a-z0-9+.-]*://[^\s/?#]+\S*|[^\s/?#@:]+\.[^\s/?#@:.]{2,}(:\d{1,5})?([/?#]\S*)?", re.IGNORECASE)


def _parse_phone(text: str, field: Field, options: Options) -> str:
    """Any way of writing a number, with extensions and names beside it; but a number must be in it."""
    value = _parse_code(text, field, options)
    if value.isdecimal() and len(value) >= _FEWEST_DIGITS:  # nearly all of them
        return value
    if value.casefold() in _NOTHING:
        return ""
    if value and ("@" in value or sum(c.isdecimal() for c in value) < _FEWEST_DIGITS):
        raise ValueError(_("“{text}” is not a telephone number.").format(text=value))
    return value


def _parse_url(text: str, field: Field, options: Options) -> str:
    """An address with or without https://, or several of them."""
    value = _parse_code(text, field, options)
    if value.casefold() in _NOTHING:
        return ""
    if not all(_URL.fullmatch(part) for part in re.split(r"[,;、\s]+", value) if part):
        raise ValueError(_("“{text}” is not a web address.").format(text=value))
    return value


# Exponents are not offered to people: 1.38E+10 is what Excel leaves of a telephone number.
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)%?")


def number(text: str) -> Decimal:
    """The number a person wrote: thousands separators, currency signs, brackets for minus and full-width forms allowed."""
    value = clean(text)
    negative = value.startswith("(") and value.endswith(")")
    value = re.sub(r"[,\s_'¥￥$€£元]", "", value.strip("()"))
    if not _NUMBER.fullmatch(value):
        raise ValueError(_("“{text}” is not a number.").format(text=text.strip()))
    result = Decimal(value.rstrip("%"))
    return -result if negative else result


def _rounded(value: Decimal, digits: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


_LIMIT = Decimal(10) ** 13  # what a scaled 64-bit integer holds with room for sums


def _parse_decimal(digits: int) -> Parse:
    def parse(text: str, field: Field, options: Options) -> Decimal | None:
        if not text.strip():
            return None
        value = number(text)
        if abs(value) >= _LIMIT:  # before rounding, which cannot do it with so many digits
            raise ValueError(_("This number is too large."))
        return _rounded(value, digits)

    return parse


def _parse_integer(text: str, field: Field, options: Options) -> int | None:
    if not text.strip():
        return None
    value = number(text)
    if value != value.to_integral_value():
        raise ValueError(_("A whole number is needed."))
    if abs(value) >= _LIMIT:
        raise ValueError(_("This number is too large."))
    return int(value)


_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SHORT_DATE = re.compile(r"(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_TIME = re.compile(r"(\d{1,2})\s*[:：时点]\s*(\d{1,2})(?:\s*[:：分]\s*(\d{1,2})(?:\.\d+)?)?\s*[秒分]?")


def _near_words() -> dict[str, int]:
    return {"today": 0, "今天": 0, "tomorrow": 1, "明天": 1, "后天": 2, "yesterday": -1, "昨天": -1, "t": 0}


def parse_date(text: str) -> dt.date:
    """A date in year-month-day order, `11-24` of this year, or a word like 明天. Other orders are ambiguous and refused."""
    value = clean(text).casefold()
    if value in _near_words():
        return dt.date.today() + dt.timedelta(days=_near_words()[value])
    try:
        if found := _DATE.fullmatch(value) or _COMPACT_DATE.fullmatch(value):
            return dt.date(*(int(part) for part in found.groups()))
        if found := _SHORT_DATE.fullmatch(value):
            return dt.date(dt.date.today().year, *(int(part) for part in found.groups()))
    except ValueError:
        pass
    raise ValueError(_("“{text}” is not a date. Please write it like 2026-11-24.").format(text=text.strip()))


def _parse_date(text: str, field: Field, options: Options) -> dt.date | None:
    return parse_date(text) if text.strip() else None


def _parse_datetime(text: str, field: Field, options: Options) -> dt.datetime | None:
    value = clean(text).replace("T", " ")
    if not value:
        return None
    day, _space, clock = value.partition(" ")
    found = _TIME.fullmatch(clock.strip().removesuffix("Z").strip()) if clock else None
    if clock and not found:
        raise ValueError(_("“{text}” is not a time. Please write it like 2026-11-24 15:30.").format(text=text.strip()))
    hour, minute, second = (int(part or 0) for part in found.groups()) if found else (0, 0, 0)
    try:
        time = dt.time(hour, minute, second)
    except ValueError:
        raise ValueError(
            _("“{text}” is not a time. Please write it like 2026-11-24 15:30.").format(text=text.strip())
        ) from None
    return to_utc(dt.datetime.combine(parse_date(day), time))


_YES = {"yes", "y", "true", "1", "是", "√", "✓", "对", "有", "on", "x"}
_NO = {"", "no", "n", "false", "0", "否", "×", "不", "无", "off"}


def _parse_flag(text: str, field: Field, options: Options) -> bool:
    value = clean(text).casefold()
    if value in _YES:
        return True
    if value in _NO:
        return False
    raise ValueError(_("“{text}” is neither yes nor no.").format(text=text.strip()))


def _parse_option(text: str, field: Field, options: Options) -> str:
    value = clean(text)
    if not value:
        return ""
    code = options.code(field.options, value)
    if code is None:
        raise ValueError(_("“{text}” is not one of the choices.").format(text=text.strip()))
    return code


def _parse_tags(text: str, field: Field, options: Options) -> tuple[str, ...]:
    words = (w.strip() for w in re.split(r"[,，;；、|\n]", text))
    return tuple(dict.fromkeys(w for w in words if w))


def _parse_reference(text: str, field: Field, options: Options) -> Any:
    raise ValueError(_("Please pick it from the list."))


def _show_text(value: Any, field: Field, options: Options) -> str:
    text = "" if value is None else str(value)
    return _(text) if field.translated else text


def _show_decimal(least: int, most: int) -> Show:
    def show(value: Any, field: Field, options: Options) -> str:
        if value is None:
            return ""
        text = f"{_rounded(Decimal(value), most):,.{most}f}"
        if most > least:
            whole, _dot, fraction = text.partition(".")
            fraction = fraction.rstrip("0").ljust(least, "0")
            text = f"{whole}.{fraction}" if fraction else whole
        return text

    return show


def _show_date(value: Any, field: Field, options: Options) -> str:
    return value.isoformat() if value else ""


def _show_datetime(value: Any, field: Field, options: Options) -> str:
    return to_local(value).replace(tzinfo=None).isoformat(" ", "minutes") if value else ""


def _show_flag(value: Any, field: Field, options: Options) -> str:
    return _("Yes") if value else _("No")


def _show_option(value: Any, field: Field, options: Options) -> str:
    return options.label(field.options, value) if value else ""


def _show_tags(value: Any, field: Field, options: Options) -> str:
    return "、".join(value or ())


def _show_reference(value: Any, field: Field, options: Options) -> str:
    return value.label if isinstance(value, Ref) else ""


def _kinds() -> dict[str, Kind]:
    money = Kind("money", _parse_decimal(2), _show_decimal(2, 2), "right", NUMBER_FILTERS, numeric=True)
    price = Kind("price", _parse_decimal(4), _show_decimal(2, 4), "right", NUMBER_FILTERS, numeric=True)
    plain = _parse_decimal(4)
    return {
        "text": Kind("text", _parse_text, _show_text),
        "long_text": Kind("long_text", _parse_text, _show_text),
        "code": Kind("code", _parse_code, _show_text),
        "phone": Kind("phone", _parse_phone, _show_text),
        "email": Kind("email", _parse_email, _show_text),
        "url": Kind("url", _parse_url, _show_text),
        "integer": Kind("integer", _parse_integer, _show_decimal(0, 0), "right", NUMBER_FILTERS, numeric=True),
        "decimal": Kind("decimal", plain, _show_decimal(0, 4), "right", NUMBER_FILTERS, numeric=True),
        "money": money,
        "price": price,
        "quantity": Kind("quantity", plain, _show_decimal(0, 4), "right", NUMBER_FILTERS, numeric=True),
        "percent": Kind("percent", plain, _show_decimal(0, 4), "right", NUMBER_FILTERS, numeric=True),
        "date": Kind("date", _parse_date, _show_date, filters=DATE_FILTERS),
        "datetime": Kind("datetime", _parse_datetime, _show_datetime, filters=DATE_FILTERS),
        "yes_no": Kind("yes_no", _parse_flag, _show_flag, "center", FLAG_FILTERS),
        "option": Kind("option", _parse_option, _show_option, filters=CHOICE_FILTERS),
        "state": Kind("state", _parse_option, _show_option, filters=CHOICE_FILTERS),
        "tags": Kind("tags", _parse_tags, _show_tags, filters=TAG_FILTERS),
        "reference": Kind("reference", _parse_reference, _show_reference, filters=REFERENCE_FILTERS),
        "image": Kind("image", _parse_reference, _show_reference, filters=("empty", "filled")),
    }


KINDS: dict[str, Kind] = _kinds()
"""Every kind of field, by name. Fields name one of these; a test holds editors and cells to the same set."""


def show(value: Any, field: Field, options: Options) -> str:
    """`value` of `field` as a person reads it."""
    return KINDS[field.kind].show(value, field, options)


def parse(text: str, field: Field, options: Options) -> Any:
    """The value a person meant by `text`. Raises ValueError with words."""
    return KINDS[field.kind].parse(text, field, options)
