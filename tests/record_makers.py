"""Makers of small records for the tests of the services."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Line, Ref
from crm_desktop.services import saving


def customer(app: Application, name: str = "Alpha", **values: Any) -> Draft:
    """A saved customer."""
    return saving.save(app, saving.new_draft(app, "customers", {"name": name, **values}))


def line(app: Application, name: str = "Bolt", quantity: str = "1", price: str = "10", **values: Any) -> Line:
    """A line of a sales order."""
    made = saving.new_line(app.type("sales-orders"))
    made.values |= {"name": name, "quantity": Decimal(quantity), "price": Decimal(price), **values}
    return made


def order(app: Application, buyer: Draft, count: int = 2, **values: Any) -> Draft:
    """A saved sales order of `count` lines at 10 each."""
    draft = saving.new_draft(app, "sales-orders", {"customer_id": Ref(buyer.id or 0), **values})
    draft.lines = [line(app, f"Bolt {n}") for n in range(count)]
    return saving.save(app, draft)
