"""Which record types count on each other: the documents of the sales chain, whose figures are sums of one another."""

from __future__ import annotations

from crm_desktop.actor import Actor

LINKED = frozenset({"quotes", "sales-orders", "deliveries", "returns", "receivables", "invoices", "receipts"})
"""The record types whose records count on each other."""

SUMMED = LINKED - {"quotes"}
"""Those among them whose figures are summed, whoever saves one."""


def sums(actor: Actor, key: str) -> bool:
    """Whether the program reads all fields of a record for this person, also hidden ones, since it may have to sum them."""
    return key in SUMMED and any(actor.may(f"{each}.{o}") for each in SUMMED for o in ("add", "change", "delete"))
