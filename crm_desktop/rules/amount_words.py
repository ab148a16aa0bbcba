"""Amounts written out in words: 人民币大写 for Chinese documents and the "SAY … ONLY" form of English ones.

The Chinese rules are those of the central bank for bills: 零 stands once for any run of zeros between digits,
整 closes an amount without 分, and nothing is ever added after 分.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = (("仟", 1000), ("佰", 100), ("拾", 10), ("", 1))
_GROUPS = ("", "万", "亿", "万")
LIMIT = Decimal(10) ** 16

_ONES = (
    "ZERO ONE TWO THREE FOUR FIVE SIX SEVEN EIGHT NINE TEN ELEVEN TWELVE THIRTEEN FOURTEEN FIFTEEN SIXTEEN "
    "SEVENTEEN EIGHTEEN NINETEEN"
).split()
_TENS = ("", "", "TWENTY", "THIRTY", "FORTY", "FIFTY", "SIXTY", "SEVENTY", "EIGHTY", "NINETY")
_SCALES = ("", "THOUSAND", "MILLION", "BILLION", "TRILLION", "QUADRILLION")


def chinese_words(amount: Decimal | int) -> str:
    """The amount in capital Chinese numerals, to the cent: 1286400 → 壹佰贰拾捌万陆仟肆佰元整."""
    negative, whole, cents = _parts(amount)
    jiao, fen = divmod(cents, 10)
    words = _chinese_whole(whole) + "元" if whole else ""
    if cents == 0:
        return ("负" if negative else "") + (words or "零元") + "整"
    if jiao:
        words += _DIGITS[jiao] + "角"
    elif whole:
        words += "零"
    words += _DIGITS[fen] + "分" if fen else "整"
    return ("负" if negative else "") + words


def english_words(amount: Decimal | int, currency: str = "RMB") -> str:
    """The amount as English business papers write it: SAY RMB ONE HUNDRED AND TWENTY AND 50/100 ONLY."""
    negative, whole, cents = _parts(amount)
    parts = ["SAY", currency.strip().upper()]
    if negative:
        parts.append("MINUS")
    parts.append(_english_whole(whole))
    if cents:
        parts.append(f"AND {cents:02d}/100")
    parts.append("ONLY")
    return " ".join(part for part in parts if part)


def _parts(amount: Decimal | int) -> tuple[bool, int, int]:
    value = Decimal(amount)
    if not value.is_finite() or abs(value) >= LIMIT:
        raise ValueError("amount too large to write in words")
    scaled = int((value * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    whole, cents = divmod(abs(scaled), 100)
    if whole >= LIMIT:
        raise ValueError("amount too large to write in words")
    return scaled < 0, whole, cents


def _chinese_whole(number: int) -> str:
    groups = []
    while number:
        number, group = divmod(number, 10_000)
        groups.append(group)
    words = ""
    for index in range(len(groups) - 1, -1, -1):
        group = groups[index]
        if group:
            gap = words and (group < 1000 or groups[index + 1] % 10 == 0)
            words += ("零" if gap else "") + _chinese_group(group) + _GROUPS[index]
        elif index == 2 and words:
            words += "亿"  # 壹万亿: the 亿 must be said even when its own four digits are zero
    return words


def _chinese_group(group: int) -> str:
    words, zero = "", False
    for unit, size in _PLACES:
        digit = group // size % 10
        if digit:
            words += ("零" if zero and words else "") + _DIGITS[digit] + unit
            zero = False
        else:
            zero = True
    return words


def _english_whole(number: int) -> str:
    if number == 0:
        return _ONES[0]
    groups = []
    while number:
        number, group = divmod(number, 1000)
        groups.append(group)
    parts = []
    for index in range(len(groups) - 1, -1, -1):
        group = groups[index]
        if not group:
            continue
        if index == 0 and group < 100 and len(groups) > 1:
            parts.append("AND")
        parts.append(_english_group(group))
        if _SCALES[index]:
            parts.append(_SCALES[index])
    return " ".join(parts)


def _english_group(group: int) -> str:
    hundreds, rest = divmod(group, 100)
    parts = []
    if hundreds:
        parts.append(f"{_ONES[hundreds]} HUNDRED")
        if rest:
            parts.append("AND")
    if rest >= 20:
        tens, ones = divmod(rest, 10)
        parts.append(_TENS[tens] + (f"-{_ONES[ones]}" if ones else ""))
    elif rest:
        parts.append(_ONES[rest])
    return " ".join(parts)
