"""What is sold."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy.orm import Mapped, mapped_column

from db.base import Record
from db.fields import field


class Product(Record):
    """A product or a service with its prices."""

    __tablename__ = "product"
    code: Mapped[str] = field(
        "Code",
        "code",
        width=12,
        search="code",
        unique=True,
        sortable=True,
        help="Given by the program when left empty.",
    )
    barcode: Mapped[str] = field("Barcode", "code", width=14, search="code", sortable=True)
    name: Mapped[str] = field("Name", required=True, width=28, search="name", sort="name_key", sortable=True)
    name_key: Mapped[str] = mapped_column(default="")
    specification: Mapped[str] = field("Specification", width=18, search="text")
    category: Mapped[str] = field("Category", "option", options="product_categories", width=12, sortable=True)
    active: Mapped[bool] = field("On sale", "yes_no", default=True)
    picture_id: Mapped[int | None] = field("Picture", "image", references="file_content.id", on_delete="SET NULL")
    note: Mapped[str] = field("Note", "long_text")

    unit: Mapped[str] = field("Unit", "option", options="units", section="Units and stock", width=6)
    second_unit: Mapped[str] = field("Second unit", "option", options="units", section="Units and stock")
    second_factor: Mapped[Decimal | None] = field(
        "Units in the second",
        "quantity",
        section="Units and stock",
        help="How many units make one second unit, such as 24 bottles a case.",
    )
    stock_kept: Mapped[bool] = field(
        "Stock is kept", "yes_no", section="Units and stock", default=True, help="Off for services."
    )

    list_price: Mapped[Decimal | None] = field("List price", "price", section="Prices", width=12, sortable=True)
    floor_price: Mapped[Decimal | None] = field("Floor price", "price", section="Prices", secret=True)
    cost: Mapped[Decimal | None] = field("Cost", "price", section="Prices", secret=True)
    tax_rate: Mapped[Decimal] = field("Tax rate %", "percent", section="Prices", default=Decimal(13))
