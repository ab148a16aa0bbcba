"""Price lists and bundles."""

from __future__ import annotations

from decimal import Decimal

from crm_desktop.draft import Draft
from crm_desktop.records.documents import number
from crm_desktop.records.record_type import LineType, Problems, RecordType
from crm_desktop.words import _
from db.models.prices import Bundle, BundleLine, PriceList, PriceListLine


def _list_is_sane(draft: Draft) -> Problems:
    since, until = draft.values.get("valid_from"), draft.values.get("valid_until")
    if since and until and until < since:
        yield "valid_until", _("A price list cannot end before it begins.")
    seen: set[tuple[int, Decimal]] = set()
    for at, line in enumerate(draft.lines):
        price, discount = line.values.get("price"), line.values.get("discount")
        if number(line.values, "min_quantity") < 0:
            yield f"lines.{at}.min_quantity", _("This cannot be less than nothing.")
        if price is not None and price < 0:
            yield f"lines.{at}.price", _("This cannot be less than nothing.")
        if discount is not None and not 0 <= discount <= 100:
            yield f"lines.{at}.discount", _("A percentage between 0 and 100 is needed.")
        if price and discount:  # a cell that was emptied holds 0
            yield f"lines.{at}.price", _("Either a price or a percentage off the list price, not both.")
        product = line.values.get("product_id")
        if product is not None:
            key = (product.id, number(line.values, "min_quantity"))
            if key in seen:
                yield f"lines.{at}.min_quantity", _("The list has a price for this product and quantity already.")
            seen.add(key)


PRICE_LIST = RecordType(
    key="price-lists",
    model=PriceList,
    title="Price list",
    plural="Price lists",
    icon="tag",
    area="sales",
    label=("name",),
    order=("name",),
    about="What products cost for a customer, a level, a region or everyone; documents take their prices from them.",
    number="number",
    sequence="price-lists",
    lines=LineType(PriceListLine, "Prices"),
    check=_list_is_sane,
    subtitle=("customer_id", "level", "region"),
)


def _bundle_is_sane(draft: Draft) -> Problems:
    if not draft.lines:
        yield "lines", _("A bundle needs at least one component.")
    for at, line in enumerate(draft.lines):
        if number(line.values, "quantity") <= 0:
            yield f"lines.{at}.quantity", _("More than nothing is needed.")
        if number(line.values, "price") < 0:
            yield f"lines.{at}.price", _("This cannot be less than nothing.")


BUNDLE = RecordType(
    key="bundles",
    model=Bundle,
    title="Bundle",
    plural="Bundles",
    icon="layer",
    area="sales",
    label=("name",),
    order=("name",),
    about="Products that are sold together: choosing one in a quote or an order brings all its components as lines.",
    lines=LineType(BundleLine, "Components"),
    check=_bundle_is_sane,
    subtitle=("product_id",),
)
