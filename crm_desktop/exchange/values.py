"""From a foreign cell to the value of a field. What cannot be told for sure is refused with words, never guessed.

Some things only a whole column can tell: whether 0.05 is five percent or a twentieth of one, and whether 03/04 is in March or
in April. A `ColumnReader` looks at its column once and then reads cell by cell.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from decimal import Decimal
from typing import Any

from crm_desktop.exchange.cells import BLANKS, Cell, is_blank, text_of
from crm_desktop.exchange.recipe import MONTH
from crm_desktop.kinds import KINDS, clean
from crm_desktop.local_time import to_utc
from crm_desktop.options import Options
from crm_desktop.records.builtin_options import OPEN_LISTS
from crm_desktop.words import _
from db.fields import Field

OPEN = frozenset(OPEN_LISTS) | {"units"}
"""The option lists to which an import may add."""

_TEXTS = frozenset({"text", "long_text", "code", "phone", "email", "url"})
_NUMBERS = frozenset({"integer", "decimal", "money", "price", "quantity", "percent"})
_REMEMBERED = 5000  # values of one column
_RUINED = re.compile(r"\d(\.\d+)?[Ee]\+\d{1,3}")
_GROUPED = re.compile(r"[-+(]?\d{1,3}(,\d{3})+(\.\d*)?\)?%?|[-+(]?\d*\.?\d*\)?%?")
_COMMA = re.compile(r"[-+(]?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?\)?%?")
_SIGNS = re.compile(r"[\s¥￥$€£元_']")
_DAY_FIRST = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})(?:[ T](.+))?")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)? ?([ap]\.?m\.?)?")
_ISO_MOMENT = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})[ T](\d{1,2}:\d{2}(?::\d{2})?)(?:\.\d+)?Z?")
_MONTHS = {
    m: i for i, m in enumerate(("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1)
}
_NAMED_MONTH = re.compile(r"(\d{1,2})[- ]([a-z]{3})[a-z]*\.?[- ,]+(\d{4})|([a-z]{3})[a-z]*\.? (\d{1,2}),? (\d{4})")
_SERIALS = range(15000, 80000)  # Excel's days, 1941 to 2119: whole numbers beyond are no dates
_SERIAL_START = dt.datetime(1899, 12, 30)  # noqa: DTZ001 -- a calendar without zone


class NewChoice(str):
    """The text of a choice that an open list does not know yet."""

    __slots__ = ()


class ColumnReader:
    """Reads the cells of one column as values of `field`. `notes` holds what was decided by looking at all of it."""

    def __init__(
        self,
        field: Field,
        options: Options,
        heading: str,
        cells: Sequence[Cell],
        may_add_choices: bool = True,
        *,
        new: Collection[str] | None = None,
        order: str = "",
    ) -> None:
        """new: the texts that become new choices, None for any. order: DAY or MONTH, where the person has said what dates begin with."""
        self.field = field
        self.heading = heading
        self.notes: list[str] = []
        self.unclear = ""  # a date of this column that can be read in two ways
        self.unknown: Counter[str] = Counter()  # texts of no choice, and how often
        self._new = new
        self._comma = field.kind in _NUMBERS and self._has_decimal_comma(cells)
        self._open = may_add_choices and field.options in OPEN
        self._options = options
        self._seen: dict[str, Any] = {}
        self._fraction = field.kind == "percent" and self._is_fraction(cells)
        self._month_first = None
        if field.kind in ("date", "datetime"):
            self._month_first = order == MONTH if order else self._find_order(cells)
        # Amounts, dates and choices come again and again; most texts come once.
        self._repeats = field.kind not in _TEXTS and field.kind != "reference"
        self._known: dict[tuple[type, Cell], Any] = {}
        self._read = self._reader()

    def read(self, cell: Cell) -> Any:
        """The value; None for a blank cell. Raises ValueError with words."""
        if not self._repeats:
            return self._read(cell)
        key = (type(cell), cell)  # 1, True and Decimal(1) are equal
        if key in self._known:
            return self._known[key]
        value = None if is_blank(cell) else self._read(cell)
        if len(self._known) < _REMEMBERED:
            self._known[key] = value
        return value

    def read_all(self, cells: Iterable[Cell]) -> tuple[list[Any], dict[int, str]]:
        """The values of a column, None for what is empty, and words for the cells that cannot be read, by their place."""
        read = self.read if self._repeats else self._read
        values: list[Any] = []
        problems: dict[int, str] = {}
        for at, cell in enumerate(cells):
            value = None
            if cell is not None:
                try:
                    value = read(cell)
                except ValueError as error:
                    problems[at] = str(error)
            values.append(None if value == "" else value)
        return values, problems

    def is_foreign_code(self, cells: Iterable[Cell]) -> bool:
        """Whether an option column holds only numbers the list does not know: codes of another program."""
        if self.field.kind != "option":
            return False
        texts = {text_of(c) for c in cells if not is_blank(c)}
        return bool(texts) and all(t.isdecimal() and self._options.code(self.field.options, t) is None for t in texts)

    def _reader(self) -> Any:
        kind = self.field.kind
        if kind in _TEXTS:
            return self._text()
        if kind in _NUMBERS:
            return self._number
        if kind in ("date", "datetime"):
            return self._date if kind == "date" else self._moment
        if kind in ("option", "state"):
            return self._option
        if kind == "reference":
            return lambda cell: None if is_blank(cell) else _whole_digits(text_of(cell), cell)
        return lambda cell: KINDS[kind].parse(text_of(cell), self.field, self._options)

    def _text(self) -> Callable[[Cell], Any]:
        field, options = self.field, self._options
        parse, digits = KINDS[field.kind].parse, field.kind in ("code", "phone")

        def text(cell: Cell) -> Any:
            text = cell.strip(BLANKS) if type(cell) is str else text_of(cell)
            if not text:
                return None
            if digits:
                _whole_digits(text, cell)
            return parse(text, field, options)

        return text

    def _option(self, cell: Cell) -> Any:
        text = clean(text_of(cell))
        if text not in self._seen:
            code = self._options.code(self.field.options, text)
            if code is None:
                told = self._new is None or text in self._new
                if not self._open or not told or len(text) > 40:
                    self.unknown[text] += 1
                    known = ", ".join(c.shown() for c in self._options.choices(self.field.options))
                    raise ValueError(
                        _("“{text}” is not one of the choices: {choices}.").format(text=text, choices=known)
                    )
                code = NewChoice(text)
            self._seen[text] = code
        return self._seen[text]

    def _number(self, cell: Cell) -> Any:
        if isinstance(cell, bool | dt.date):
            raise ValueError(_("“{text}” is not a number.").format(text=text_of(cell)))
        percent = False
        text = text_of(cell)
        if isinstance(cell, str):
            bare = _SIGNS.sub("", clean(text))
            if self._comma and _COMMA.fullmatch(bare):
                bare = text = bare.replace(".", "").replace(",", ".")
            elif not _GROUPED.fullmatch(bare):
                # 1.234,56 is a German 1234.56; taking its comma away would make 1.23456 of it.
                raise ValueError(_("“{text}” is not a number the program understands for sure.").format(text=text))
            percent = bare.endswith("%")
        value = KINDS[self.field.kind].parse(
            format(cell, "f") if isinstance(cell, Decimal) else text, self.field, self._options
        )
        if self._fraction and not percent and value is not None:
            fraction = Decimal(cell) if isinstance(cell, int | Decimal) else Decimal(_SIGNS.sub("", clean(text)))
            return (fraction * 100).quantize(Decimal("0.0001"))
        return value

    def _has_decimal_comma(self, cells: Sequence[Cell]) -> bool:
        """Whether numbers are written like 1.234,56: at least one can only be read so, and none only the other way."""
        comma = point = False
        for cell in cells:
            if isinstance(cell, str) and cell:
                bare = _SIGNS.sub("", clean(cell))
                fits, grouped = bool(_COMMA.fullmatch(bare)), bool(_GROUPED.fullmatch(bare))
                comma |= fits and not grouped
                point |= grouped and not fits
        if not comma or point:
            return False
        self.notes.append(_("“{heading}”: the comma is read as the decimal sign.").format(heading=self.heading))
        return True

    def _is_fraction(self, cells: Sequence[Cell]) -> bool:
        """Percentages are fractions when no value exceeds 1 and nothing says otherwise."""
        if any(sign in self.heading for sign in "%％"):
            return False
        values = []
        for cell in cells:
            if is_blank(cell) or isinstance(cell, bool):
                continue
            text = _SIGNS.sub("", clean(text_of(cell)))
            if "%" in text:
                return False
            try:
                values.append(Decimal(text))
            except ArithmeticError:
                continue
        if not any(values) or max(map(abs, values)) > 1:
            return False
        self.notes.append(_("“{heading}”: read as fractions, 0.05 is 5 %.").format(heading=self.heading))
        return True

    def _find_order(self, cells: Sequence[Cell]) -> bool | None:
        """Whether dates like 03/04/2026 begin with the month: told by one that can only be read one way, else unknown (None)."""
        day_first = month_first = False
        for cell in cells:
            found = _DAY_FIRST.fullmatch(clean(cell)) if isinstance(cell, str) else None
            if found:
                first, second = int(found[1]), int(found[2])
                day_first |= first > 12 >= second
                month_first |= second > 12 >= first
        if day_first == month_first:
            return None
        order = _("month first") if month_first else _("day first")
        self.notes.append(_("“{heading}”: dates are read {order}.").format(heading=self.heading, order=order))
        return month_first

    def _date(self, cell: Cell) -> Any:
        value = self._calendar(cell)
        return value.date() if isinstance(value, dt.datetime) else value

    def _moment(self, cell: Cell) -> Any:
        value = self._calendar(cell)
        if value is None:
            return None
        if not isinstance(value, dt.datetime):
            value = dt.datetime.combine(value, dt.time())  # files know no zone; it is the one of this PC
        return to_utc(value)

    def _calendar(self, cell: Cell) -> dt.date | dt.datetime | None:
        if isinstance(cell, dt.date):  # a datetime is one as well
            return cell
        if isinstance(cell, int | Decimal) and not isinstance(cell, bool) and int(cell) in _SERIALS:
            return _SERIAL_START + dt.timedelta(days=float(cell))
        text = clean(text_of(cell))
        if found := _ISO_MOMENT.fullmatch(text):
            day: dt.date = KINDS["date"].parse(found[1], self.field, self._options)
            return dt.datetime.combine(
                day, dt.time.fromisoformat(found[2].rjust(5, "0").rjust(8 if found[2].count(":") == 2 else 5, "0"))
            )
        if found := _DAY_FIRST.fullmatch(text):
            return self._ordered(found, text)
        if found := _NAMED_MONTH.fullmatch(text.casefold()):
            day_, month, year = (found[1], found[2], found[3]) if found[1] else (found[5], found[4], found[6])
            if month in _MONTHS:
                return _real_date(int(year), _MONTHS[month], int(day_), text)
        if re.fullmatch(r"\d{1,2}[-/.]\d{1,2}(?:[-/.]\d{2})?", text):
            raise ValueError(
                _("“{text}” can be read as several dates. Please write it like 2026-11-24.").format(text=text)
            )
        if self.field.kind == "datetime":
            value: dt.datetime | None = KINDS["datetime"].parse(text, self.field, self._options)
            return value
        plain: dt.date | None = KINDS["date"].parse(text, self.field, self._options)
        return plain

    def _ordered(self, found: re.Match[str], text: str) -> dt.date | dt.datetime:
        first, second, year = int(found[1]), int(found[2]), int(found[3])
        month_first = self._month_first
        if month_first is None and first != second:
            if first <= 12 and second <= 12:
                self.unclear = text
                raise ValueError(
                    _("“{text}” can be read as several dates. Please write it like 2026-11-24.").format(text=text)
                )
            month_first = second > 12
        day, month = (second, first) if month_first else (first, second)
        value = _real_date(year, month, day, text)
        clock = _CLOCK.fullmatch(found[4].strip().casefold()) if found[4] else None
        if clock is None:
            return value
        hour = int(clock[1]) % 12 + (12 if clock[4].startswith("p") else 0) if clock[4] else int(clock[1])
        try:
            return dt.datetime.combine(value, dt.time(hour, int(clock[2]), int(clock[3] or 0)))
        except ValueError:
            raise ValueError(_("“{text}” is not a date. Please write it like 2026-11-24.").format(text=text)) from None


def _real_date(year: int, month: int, day: int, text: str) -> dt.date:
    try:
        return dt.date(year, month, day)
    except ValueError:
        raise ValueError(_("“{text}” is not a date. Please write it like 2026-11-24.").format(text=text)) from None


def _whole_digits(text: str, cell: Cell) -> str:
    """`text`, unless a spreadsheet has already lost digits of it: beyond fifteen there are only zeros."""
    if isinstance(cell, str) and not text.isdecimal() and _RUINED.fullmatch(clean(text)):
        raise ValueError(
            _("“{text}” is what a spreadsheet left of a longer number; the digits are lost.").format(text=text)
        )
    if isinstance(cell, int) and not isinstance(cell, bool) and abs(cell) >= 10**15:
        raise ValueError(
            _("“{text}” is too long for a number cell, so its last digits are lost; it must be text.").format(text=text)
        )
    return text
