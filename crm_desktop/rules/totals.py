"""Amounts of a document with lines.

Rounding is half up (四舍五入) to the cent on every line, as Chinese invoices do; the document's sums are sums of rounded lines,
so that what is printed adds up. Tax on the goods is computed per line; order discount and freight carry no tax of their own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
_HUNDRED = Decimal(100)


def cents(value: Decimal) -> Decimal:
    """Rounded to the cent, half up."""
    return value.quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True)
class LineAmounts:
    """amount: quantity × price less discount, as priced; tax: the tax in or on top of it."""

    amount: Decimal
    tax: Decimal


@dataclass(frozen=True)
class DocumentAmounts:
    """net: goods without tax, after discount; tax; total: what the customer pays, freight included."""

    net: Decimal
    tax: Decimal
    total: Decimal


def line_amounts(
    quantity: Decimal, price: Decimal, discount: Decimal, tax_rate: Decimal, included: bool
) -> LineAmounts:
    """Amounts of one line. discount and tax_rate in percent; included: the price contains the tax."""
    amount = cents(quantity * price * (_HUNDRED - discount) / _HUNDRED)
    tax = amount * tax_rate / (_HUNDRED + tax_rate) if included else amount * tax_rate / _HUNDRED
    return LineAmounts(amount, cents(tax))


def document_amounts(
    lines: Iterable[LineAmounts], order_discount: Decimal, freight: Decimal, included: bool
) -> DocumentAmounts:
    """Sums of a document. The order discount is taken off net and tax in proportion, so that the tax shown stays true."""
    rows = list(lines)
    goods = sum((r.amount for r in rows), Decimal(0))
    tax = sum((r.tax for r in rows), Decimal(0))
    gross = goods if included else goods + tax
    # Prices with tax: the discount is a part of the gross sum; without: a part of the net sum.
    if order_discount and goods:
        tax = cents(tax * (goods - order_discount) / goods)
        gross = goods - order_discount if included else goods - order_discount + tax
    return DocumentAmounts(net=gross - tax, tax=tax, total=gross + freight)
