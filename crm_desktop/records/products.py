"""Products."""

from __future__ import annotations

from crm_desktop.draft import Draft
from crm_desktop.records.record_type import Problems, RecordType
from crm_desktop.words import _
from db.models.products import Product


def prices_are_sane(draft: Draft) -> Problems:
    """Prices and rates are not negative; a second unit needs its factor."""
    for name in ("list_price", "floor_price", "cost", "tax_rate"):
        value = draft.values.get(name)
        if value is not None and value < 0:
            yield name, _("This cannot be less than nothing.")
    if draft.values.get("second_unit") and not (draft.values.get("second_factor") or 0) > 0:
        yield "second_factor", _("Say how many units make one second unit.")


PRODUCT = RecordType(
    key="products",
    model=Product,
    title="Product",
    plural="Products",
    icon="box",
    area="sales",
    label=("name", "specification"),
    order=("code",),
    about="What you sell, with prices, units and barcodes.",
    number="code",
    sequence="products",
    check=prices_are_sane,
    subtitle=("code", "unit", "list_price"),
)
