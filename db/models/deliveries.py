"""Goods on their way: to the customer, and back."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from types import MappingProxyType

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from db.base import LineBase, Record
from db.fields import field

_ORDER = MappingProxyType({"customer_id": "customer_id", "contact_id": "contact_id", "address": "delivery_address"})
_RETURN = MappingProxyType({"customer_id": "customer_id", "tax_mode": "tax_mode"})
_PRODUCT = MappingProxyType({"code": "code", "name": "name", "specification": "specification", "unit": "unit"})
_PRICED = MappingProxyType(dict(_PRODUCT) | {"price": "list_price", "tax_rate": "tax_rate"})
_ZERO = Decimal(0)


class Delivery(Record):
    """Goods of one order on their way to the customer; an order may have several."""

    __tablename__ = "delivery"
    number: Mapped[str] = field(
        "Number", "code", width=16, search="code", sortable=True, unique=True, help="Given by the program when left empty."
    )
    order_id: Mapped[int] = field(
        "Sales order", "reference", target="sales-orders", required=True, width=16, nullable=False, references="sales_order.id", index=True,
        search="label", copies=_ORDER,
    )  # fmt: skip
    customer_id: Mapped[int] = field(
        "Customer", "reference", target="customers", required=True, width=28, nullable=False, references="customer.id", index=True,
        search="label",
    )  # fmt: skip
    contact_id: Mapped[int | None] = field(
        "Contact", "reference", target="contacts", width=10, references="contact.id", on_delete="SET NULL"
    )
    delivery_date: Mapped[dt.date] = field(
        "Shipping date", "date", required=True, width=12, default=dt.date.today, nullable=False, sortable=True
    )
    status: Mapped[str] = field("Status", "state", options="deliveries", width=12, default="draft", computed=True, sortable=True)
    note: Mapped[str] = field("Note", "long_text", editable_when_locked=True)
    address: Mapped[str] = field("Address", section="Transport", multiline=True)
    carrier: Mapped[str] = field("Carrier", section="Transport", width=14, search="text", editable_when_locked=True)
    tracking: Mapped[str] = field("Tracking no.", "code", section="Transport", width=16, search="code", editable_when_locked=True)
    packages: Mapped[int | None] = field("Packages", "integer", section="Transport", editable_when_locked=True)
    signed_by: Mapped[str] = field("Signed for by", section="Transport", editable_when_locked=True)
    signed_on: Mapped[dt.date | None] = field("Signed for on", "date", section="Transport", editable_when_locked=True)


class DeliveryLine(LineBase):
    """What is in a delivery of one line of the order."""

    __tablename__ = "delivery_line"
    parent_id: Mapped[int] = field(
        "Delivery", "reference", target="deliveries", nullable=False, references="delivery.id", on_delete="CASCADE"
    )
    order_line_id: Mapped[int | None] = field(
        "Order line", "integer", computed=True, references="sales_order_line.id", index=True
    )
    product_id: Mapped[int | None] = field(
        "Product", "reference", target="products", width=18, references="product.id", copies=_PRODUCT, index=True,
    )  # fmt: skip
    code: Mapped[str] = field("Code", "code", width=10)
    name: Mapped[str] = field("Name", required=True, width=24)
    specification: Mapped[str] = field("Specification", width=14)
    unit: Mapped[str] = field("Unit", width=6)
    quantity: Mapped[Decimal] = field("Quantity", "quantity", required=True, width=10, default=Decimal(1), total=True)
    serials: Mapped[str] = field(
        "Serial numbers", width=24, length=4000, editable_when_locked=True, help="One after the other, with commas between them."
    )
    remark: Mapped[str] = field("Remark", width=16, editable_when_locked=True)


class SalesReturn(Record):
    """Goods that came back: for others in their place, or for their money."""

    __tablename__ = "sales_return"
    number: Mapped[str] = field(
        "Number", "code", width=16, search="code", sortable=True, unique=True, help="Given by the program when left empty."
    )
    order_id: Mapped[int] = field(
        "Sales order", "reference", target="sales-orders", required=True, width=16, nullable=False, references="sales_order.id", index=True,
        search="label", copies=_RETURN,
    )  # fmt: skip
    delivery_id: Mapped[int | None] = field(
        "Delivery", "reference", target="deliveries", width=16, references="delivery.id", index=True
    )
    customer_id: Mapped[int] = field(
        "Customer", "reference", target="customers", required=True, width=28, nullable=False, references="customer.id", index=True,
        search="label",
    )  # fmt: skip
    return_date: Mapped[dt.date] = field(
        "Return date", "date", required=True, width=12, default=dt.date.today, nullable=False, sortable=True
    )
    kind: Mapped[str] = field(
        "What for", "option", options="return_kinds", width=10, default="refund", required=True,
        help="Exchange: the goods are to be delivered again. Refund: the customer owes less.",
    )  # fmt: skip
    reason: Mapped[str] = field("Reason", "option", options="return_reasons", width=12, required=True)
    taken_by: Mapped[str] = field("Taken back by", search="text", help="Who looked at the goods.")
    status: Mapped[str] = field("Status", "state", options="returns", width=12, default="draft", computed=True, sortable=True)
    note: Mapped[str] = field("Note", "long_text", editable_when_locked=True)
    tax_mode: Mapped[str] = field(
        "Price basis", "option", options="tax_modes", section="Amounts", default="included", required=True,
        help="Whether the prices contain the tax.",
    )  # fmt: skip
    order_discount: Mapped[Decimal] = field(
        "Deduction", "money", section="Amounts", default=_ZERO, help="What is kept back of the price, such as for use or damage."
    )
    net: Mapped[Decimal] = field("Net amount", "money", section="Amounts", default=_ZERO, computed=True, total=True)
    tax: Mapped[Decimal] = field("Tax", "money", section="Amounts", default=_ZERO, computed=True, total=True)
    total: Mapped[Decimal] = field(
        "Total", "money", section="Amounts", width=14, default=_ZERO, computed=True, total=True, sortable=True
    )
    total_words: Mapped[str] = field("Total in words", section="Amounts", computed=True)


class SalesReturnLine(LineBase):
    """What came back of one line of the order."""

    __tablename__ = "sales_return_line"
    parent_id: Mapped[int] = field(
        "Return", "reference", target="returns", nullable=False, references="sales_return.id", on_delete="CASCADE"
    )
    order_line_id: Mapped[int | None] = field(
        "Order line", "integer", computed=True, references="sales_order_line.id", index=True
    )
    product_id: Mapped[int | None] = field(
        "Product", "reference", target="products", width=18, references="product.id", copies=_PRICED, index=True,
    )  # fmt: skip
    code: Mapped[str] = field("Code", "code", width=10)
    name: Mapped[str] = field("Name", required=True, width=24)
    specification: Mapped[str] = field("Specification", width=14)
    unit: Mapped[str] = field("Unit", width=6)
    quantity: Mapped[Decimal] = field("Quantity", "quantity", required=True, width=10, default=Decimal(1), total=True)
    price: Mapped[Decimal] = field("Price", "price", width=10, default=_ZERO)
    discount: Mapped[Decimal] = field("Discount %", "percent", width=9, default=_ZERO)
    tax_rate: Mapped[Decimal] = field("Tax rate %", "percent", width=9, default=_ZERO)
    amount: Mapped[Decimal] = field("Amount", "money", width=12, default=_ZERO, computed=True, total=True)
    tax: Mapped[Decimal] = field("Tax", "money", width=10, default=_ZERO, computed=True, total=True)
    remark: Mapped[str] = field("Remark", width=16, editable_when_locked=True)


Index("ix_delivery_line_parent", DeliveryLine.parent_id, DeliveryLine.position)
Index("ix_sales_return_line_parent", SalesReturnLine.parent_id, SalesReturnLine.position)
