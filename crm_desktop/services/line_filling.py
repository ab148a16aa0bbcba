"""What choosing a product puts into a line of a document: its name and unit, its price by the lists, and the parts where it is a bundle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.services.lookup import fill
from crm_desktop.services.pricing import Proposal, Wanted, as_values, parts_of, propose

Row = dict[str, Any]


def fill_line(
    app: Application, type_key: str, field_name: str, ref: Ref, values: Mapping[str, Any], wanted: Wanted
) -> list[tuple[Row, Proposal]]:
    """What the line gets, with the price proposed for it; several where a bundle was chosen, the first for the line itself.

    values: of the document. wanted: the line, with the product that was chosen.
    """
    bundle, parts = parts_of(app, ref.id)
    if bundle is None:
        (found,) = propose(app, type_key, values, [wanted])
        return [(_row(app, type_key, field_name, ref, found), found)]
    asked = [Wanted(part.id, quantity * wanted.quantity, bundle.id) for part, quantity, _remark in parts]
    rows = []
    for (part, _quantity, remark), one, found in zip(parts, asked, propose(app, type_key, values, asked), strict=True):
        row = _row(app, type_key, field_name, part, found)
        rows.append((row | {field_name: part, "quantity": one.quantity, "bundle_id": bundle, "remark": remark or bundle.label}, found))
    return rows


def _row(app: Application, type_key: str, field_name: str, ref: Ref, found: Proposal) -> Row:
    row = fill(app, type_key, field_name, ref, line=True)
    row.pop("price", None)
    return row | ({"price": found.price} if found.price is not None else {}) | as_values(found)


def alone(wanted: Wanted) -> Wanted:
    """The same outside of any bundle: another product was chosen for the line."""
    return replace(wanted, bundle=None)
