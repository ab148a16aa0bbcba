"""The figures that documents keep of others, summed from those others. Settling writes them, the check of a database compares them.

Each is asked for at once and given when it is called for, so that many travel together (db/bundling.py).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Connection, Select, func, select
from sqlalchemy.orm import Session

from crm_desktop.records.deliveries import SHIPPED
from db.bundling import ask
from db.models.deliveries import Delivery, DeliveryLine, SalesReturn, SalesReturnLine
from db.models.money import Invoice, InvoiceLine, Receipt, ReceiptLine

Asked = Connection | Session
_T = TypeVar("_T")
Later = Callable[[], _T]
_delivery: Any = Delivery.__table__
_delivered: Any = DeliveryLine.__table__
_return: Any = SalesReturn.__table__
_came_back: Any = SalesReturnLine.__table__
_invoice: Any = Invoice.__table__
_invoiced: Any = InvoiceLine.__table__
_receipt: Any = Receipt.__table__
_allocated: Any = ReceiptLine.__table__


class Goods(NamedTuple):
    """Quantities of one line of an order. exchanged: came back and is to be delivered again; refunded: came back for good."""

    shipped: Decimal = Decimal(0)
    exchanged: Decimal = Decimal(0)
    refunded: Decimal = Decimal(0)


def goods(asked: Asked, orders: Collection[int]) -> Later[dict[int, Goods]]:
    """What was shipped and came back, by line of an order."""
    line, sums = _delivered.c.order_line_id, func.sum(_delivered.c.quantity)
    query = select(line, sums).join(_delivery, _delivery.c.id == _delivered.c.parent_id)
    query = query.where(_delivery.c.order_id.in_(orders), _delivery.c.status.in_(SHIPPED), line.is_not(None)).group_by(line)
    went = ask(asked, query)
    line, sums = _came_back.c.order_line_id, func.sum(_came_back.c.quantity)
    query = select(line, _return.c.kind, sums).join(_return, _return.c.id == _came_back.c.parent_id)
    query = query.where(_return.c.order_id.in_(orders), _return.c.status == "confirmed", line.is_not(None))
    came = ask(asked, query.group_by(line, _return.c.kind))

    def sum_up() -> dict[int, Goods]:
        found = {id_: Goods(quantity) for id_, quantity in went.all()}
        for id_, kind, quantity in came.all():
            name = "exchanged" if kind == "exchange" else "refunded"
            found[id_] = found.get(id_, Goods())._replace(**{name: quantity})
        return found

    return sum_up


def last_shipping(asked: Asked, orders: Collection[int]) -> Later[dict[int, dt.date]]:
    """The day of the last delivery, by order."""
    order = _delivery.c.order_id
    query = select(order, func.max(_delivery.c.delivery_date)).where(order.in_(orders), _delivery.c.status.in_(SHIPPED))
    return _pairs(asked, query.group_by(order))


def refunds(asked: Asked, orders: Collection[int]) -> Later[dict[int, dict[int, Decimal]]]:
    """What customers owe less for what they gave back: by order, by return."""
    query = select(_return.c.order_id, _return.c.id, _return.c.total).where(
        _return.c.order_id.in_(orders), _return.c.status == "confirmed", _return.c.kind == "refund"
    )
    answer = ask(asked, query)

    def sort() -> dict[int, dict[int, Decimal]]:
        found: dict[int, dict[int, Decimal]] = {}
        for order, id_, total in answer.all():
            found.setdefault(order, {})[id_] = total
        return found

    return sort


def invoiced(asked: Asked, orders: Collection[int]) -> Later[dict[int, Decimal]]:
    """What was invoiced, red invoices taken off, by order."""
    order = _invoiced.c.order_id
    query = select(order, func.sum(_invoiced.c.gross)).join(_invoice, _invoice.c.id == _invoiced.c.parent_id)
    return _pairs(asked, query.where(order.in_(orders), _invoice.c.status == "issued").group_by(order))


def received(asked: Asked, receivables: Collection[int] | Select[Any], by: str = "receivable_id") -> Later[dict[int, Decimal]]:
    """What posted receipts settle, by receivable; or by invoice."""
    key = _allocated.c[by]
    query = select(key, func.sum(_allocated.c.amount)).join(_receipt, _receipt.c.id == _allocated.c.parent_id)
    return _pairs(asked, query.where(key.in_(receivables), _receipt.c.status == "posted").group_by(key))


def corrected(asked: Asked, invoices: Collection[int]) -> Later[dict[int, Decimal]]:
    """What issued red invoices take off, by the invoice they correct: negative."""
    original = _invoice.c.corrects_id
    query = select(original, func.sum(_invoice.c.total)).where(original.in_(invoices), _invoice.c.status == "issued")
    return _pairs(asked, query.group_by(original))


def credit(asked: Asked, customer: int, limit: ColumnElement[bool] | None = None) -> Later[dict[int | None, Decimal]]:
    """What a customer has paid beyond what it was allocated to, less what went back, by currency. limit: of the receipts looked at."""
    query = select(_receipt.c.currency_id, func.sum(_receipt.c.credit)).where(
        _receipt.c.customer_id == customer, _receipt.c.status == "posted"
    )
    query = query if limit is None else query.where(limit)
    return _pairs(asked, query.group_by(_receipt.c.currency_id))


def _pairs(asked: Asked, query: Select[Any]) -> Later[dict[Any, Any]]:
    answer = ask(asked, query)
    return lambda: {row[0]: row[1] for row in answer.all()}
