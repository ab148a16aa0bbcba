"""Price lists: for whom, from when until when; and bundles: products that stand for several others."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from types import MappingProxyType

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from db.base import LineBase, Record
from db.fields import field

_ZERO = Decimal(0)


class PriceList(Record):
    """Prices for one customer, for a level, for a region, or for everyone."""

    __tablename__ = "price_list"
    number: Mapped[str] = field(
        "Number", "code", width=10, search="code", sortable=True, unique=True, help="Given by the program when left empty."
    )
    name: Mapped[str] = field("Name", required=True, width=24, search="name", sort="name_key", sortable=True)
    name_key: Mapped[str] = mapped_column(default="")
    active: Mapped[bool] = field("Active", "yes_no", width=8, default=True)
    priority: Mapped[int] = field(
        "Priority", "integer", width=8, default=0, nullable=False, help="Of several lists for the same customers the one with more counts."
    )
    note: Mapped[str] = field("Note", "long_text")

    customer_id: Mapped[int | None] = field(
        "Customer", "reference", section="For whom", target="customers", width=24, references="customer.id", index=True, search="label",
        help="Everything that is filled in here must fit; nothing filled in: for everyone.",
    )  # fmt: skip
    level: Mapped[str] = field("Level", "option", options="customer_levels", section="For whom", width=8, sortable=True)
    region: Mapped[str] = field(
        "Region", section="For whom", width=10, search="text", sortable=True, help="A region or a city, as it stands with the customer."
    )

    currency_id: Mapped[int] = field(
        "Currency", "reference", section="Validity", target="currencies", required=True, nullable=False, references="currency.id",
        preset="CNY",
    )  # fmt: skip
    tax_mode: Mapped[str] = field(
        "Price basis", "option", options="tax_modes", section="Validity", default="included", required=True,
        help="Whether the prices contain the tax. A document with the other basis gets them worked out.",
    )  # fmt: skip
    valid_from: Mapped[dt.date | None] = field("Valid from", "date", section="Validity", width=12, sortable=True)
    valid_until: Mapped[dt.date | None] = field(
        "Valid until", "date", section="Validity", width=12, sortable=True, due=MappingProxyType({"active": (True,)})
    )


class PriceListLine(LineBase):
    """The price of one product, from a quantity on."""

    __tablename__ = "price_list_line"
    parent_id: Mapped[int] = field(
        "Price list", "reference", target="price-lists", nullable=False, references="price_list.id", on_delete="CASCADE"
    )
    product_id: Mapped[int | None] = field(
        "Product", "reference", target="products", required=True, width=26, references="product.id",
        copies=MappingProxyType({"unit": "unit"}),
    )  # fmt: skip
    unit: Mapped[str] = field("Unit", width=6)
    min_quantity: Mapped[Decimal] = field(
        "From quantity", "quantity", width=12, default=_ZERO, help="The price counts from this quantity on; empty: from any."
    )
    price: Mapped[Decimal | None] = field("Price", "price", width=12, help="Empty, without a percentage: the product's list price.")
    discount: Mapped[Decimal | None] = field(
        "Off the list price %", "percent", width=14, help="Instead of a price: so much less than the product's list price."
    )
    remark: Mapped[str] = field("Remark", width=20)


class Bundle(Record):
    """A product that becomes several lines when it is chosen in a document."""

    __tablename__ = "bundle"
    product_id: Mapped[int] = field(
        "Product", "reference", target="products", required=True, width=26, nullable=False, references="product.id", index=True,
        search="label", copies=MappingProxyType({"name": "name"}), help="Choosing it in a document brings its components.",
    )  # fmt: skip
    name: Mapped[str] = field("Name", required=True, width=24, search="name", sort="name_key", sortable=True)
    name_key: Mapped[str] = mapped_column(default="")
    active: Mapped[bool] = field("Active", "yes_no", width=8, default=True)
    note: Mapped[str] = field("Note", "long_text", width=30)


class BundleLine(LineBase):
    """One part of a bundle."""

    __tablename__ = "bundle_line"
    parent_id: Mapped[int] = field(
        "Bundle", "reference", target="bundles", nullable=False, references="bundle.id", on_delete="CASCADE"
    )
    product_id: Mapped[int | None] = field(
        "Product", "reference", target="products", required=True, width=26, references="product.id", index=True,
        copies=MappingProxyType({"unit": "unit"}),
    )  # fmt: skip
    unit: Mapped[str] = field("Unit", width=6)
    quantity: Mapped[Decimal] = field("Quantity", "quantity", required=True, width=10, default=Decimal(1), help="In one bundle.")
    price: Mapped[Decimal | None] = field("Price in the bundle", "price", width=14, help="Empty: the price that counts without the bundle.")
    remark: Mapped[str] = field("Remark", width=20)


# One product typed into a document asks for its prices in every list.
Index("ix_price_list_line_product", PriceListLine.product_id, PriceListLine.parent_id)
Index("ix_price_list_line_parent", PriceListLine.parent_id, PriceListLine.position)
Index("ix_bundle_line_parent", BundleLine.parent_id, BundleLine.position)
