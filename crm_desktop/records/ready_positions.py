"""The positions the program brings. A company changes them, copies them, or makes its own.

Reaches are by (record type, operation) and fields by (record type, field), as in crm_desktop/rights.py; "*" is everything not named.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from crm_desktop.rights import ANY, PROGRAM, Access, Reach

Reaches = Mapping[tuple[str, str], Reach]
Fields = Mapping[tuple[str, str], Access]


@dataclass(frozen=True)
class ReadyPosition:
    """One position as it comes with the program."""

    key: str
    name: str
    note: str
    reaches: Reaches
    fields: Fields = field(default_factory=dict)


def _each(types: tuple[str, ...], **operations: Reach) -> Reaches:
    return {(kind, name): reach for kind in types for name, reach in operations.items()}


_NONE, _OWN, _SHARED, _BELOW, _BRANCH, _ALL = Reach.NONE, Reach.OWN, Reach.SHARED, Reach.BELOW, Reach.BRANCH, Reach.ALL
_HIDDEN, _READ, _WRITE = Access.HIDDEN, Access.READ, Access.WRITE

_SET_UP = ("users", "departments", "positions", "teams", "options", "number-sequences", "units", "currencies", "payment-terms",
           "pipelines", "stages", "approval-flows")
_CARE = ("customers", "contacts", "follow-ups", "tasks")
_SALES = (*_CARE, "leads", "opportunities", "quotes", "sales-orders", "deliveries", "returns")
_MONEY = ("receivables", "invoices", "receipts")
_PRICING = ("price-lists", "bundles")
# Names of colleagues, units and choices are needed to read and fill any form.
_NAMES = {
    **_each(_SET_UP, see=_ALL),
    **_each(("approvals",), see=_OWN, print=_OWN),
    **_each(("approval-delegations",), see=_OWN, add=_OWN, change=_OWN, delete=_OWN),
}

OWNER = ReadyPosition(
    "owner", "Company owner", "Sees and does everything.",
    {(ANY, ANY): _ALL, (PROGRAM, ANY): _ALL},
    {(ANY, ANY): _WRITE},
)  # fmt: skip

SALES_MANAGER = ReadyPosition(
    "sales_manager", "Sales manager", "Reaches the customers and orders of the department and of those below it; sees costs.",
    {
        **_NAMES,
        **_each(_SALES, see=_BELOW, add=_BELOW, change=_BELOW, delete=_BELOW, share=_BELOW, copy=_BELOW, export=_BELOW, print=_BELOW),
        **_each(_SALES, **{"import": _BELOW}),
        **_each(_MONEY, see=_BELOW, print=_BELOW, export=_BELOW, share=_BELOW),
        ("receivables", "remind"): _BELOW,
        ("sales-orders", "over_credit"): _BELOW,
        **_each(("quotes", "sales-orders"), below_floor=_BELOW),
        **_each(("products", *_PRICING), see=_ALL, print=_ALL, export=_ALL),
        **_each(_PRICING, add=_BELOW, change=_BELOW, delete=_BELOW, share=_BELOW, copy=_BELOW, **{"import": _BELOW}),
        (PROGRAM, "views"): _ALL,
    },
    {
        ("products", "cost"): _READ, ("products", "floor_price"): _READ, ("quotes", "cost"): _READ, ("quotes", "margin"): _READ,
        ("quotes", "margin_rate"): _READ, ("quotes", "lines.cost"): _WRITE, ("quotes", "lines.margin"): _READ,
    },
)  # fmt: skip

SALESPERSON = ReadyPosition(
    "salesperson", "Salesperson", "Reaches the own customers and orders, and what was shared; sees no costs, takes no lists away.",
    {
        **_NAMES,
        **_each(_SALES, see=_SHARED, add=_OWN, change=_SHARED, share=_OWN, copy=_SHARED, print=_SHARED),
        **_each(("follow-ups", "tasks"), delete=_OWN),
        **_each(("sales-orders",), delete=_OWN, revise=_NONE, reopen=_NONE, over_credit=_NONE),
        **_each(("leads", "opportunities", "quotes", "deliveries", "returns"), delete=_OWN),
        **_each(_MONEY, see=_SHARED, print=_SHARED),
        **_each(("receivables",), remind=_SHARED, write_off=_NONE, take_up=_NONE),
        **_each(("quotes", "sales-orders"), below_floor=_NONE),
        **_each(("products", "bundles"), see=_ALL, print=_ALL),
        **_each(("price-lists",), see=_SHARED, print=_SHARED),
    },
)  # fmt: skip

FINANCE = ReadyPosition(
    "finance", "Finance", "Keeps receivables, invoices and receipts of all customers; keeps credit, tax and bank data; sees costs.",
    {
        **_NAMES,
        **_each(_MONEY, see=_ALL, add=_ALL, change=_ALL, delete=_ALL, share=_ALL, copy=_ALL, export=_ALL, print=_ALL),
        **_each(("receivables", "receipts"), **{"import": _ALL}),
        **_each(("quotes", "deliveries", "returns"), see=_ALL, export=_ALL, print=_ALL),
        **_each(("payment-terms",), add=_ALL, change=_ALL, delete=_ALL),
        ("sales-orders", "over_credit"): _ALL,
        **_each(("customers",), see=_ALL, change=_ALL, export=_ALL, print=_ALL),
        **_each(("contacts", "products", "sales-orders", *_PRICING), see=_ALL, export=_ALL, print=_ALL),
        **_each(("tasks",), see=_OWN, add=_OWN, change=_OWN, delete=_OWN),
    },
    {
        ("customers", ANY): _READ,
        **{("customers", n): _WRITE for n in ("credit_limit", "credit_days", "tax_number", "bank", "bank_account")},
        ("products", "cost"): _READ,
        ("products", "floor_price"): _READ,
    },
)  # fmt: skip

SERVICE = ReadyPosition(
    "service", "Service", "Reads all customers, contacts and orders; writes contacts, follow-ups and tasks.",
    {
        **_NAMES,
        **_each(("customers", "sales-orders", "deliveries", "products"), see=_ALL, print=_ALL),
        **_each(("returns",), see=_ALL, add=_ALL, change=_ALL, print=_ALL, confirm=_NONE, cancel=_NONE),
        **_each(("contacts",), see=_ALL, add=_ALL, change=_ALL, print=_ALL),
        **_each(("follow-ups",), see=_ALL, add=_ALL, change=_OWN, delete=_OWN, print=_ALL),
        **_each(("tasks",), see=_OWN, add=_ALL, change=_OWN, delete=_OWN),
    },
)  # fmt: skip

_PRICES = (
    "lines.price", "lines.discount", "lines.tax_rate", "lines.tax", "lines.amount", "lines.list_price", "lines.price_list_id",
    "deepest_discount", "discount",
    "order_discount", "freight", "net", "tax", "total", "total_words", "returned", "invoiced", "received", "written_off",
    "open_amount",
)
_PRICES_BACK = (
    *(n for n in _PRICES if n.startswith("lines.") and "list" not in n),
    "order_discount", "net", "tax", "total", "total_words",
)  # fmt: skip

WAREHOUSE = ReadyPosition(
    "warehouse", "Warehouse", "Sees orders without prices, delivers them and takes goods back; keeps products.",
    {
        **_NAMES,
        **_each(("customers", "contacts"), see=_ALL),
        **_each(("products",), see=_ALL, add=_ALL, change=_ALL, print=_ALL),
        **_each(("sales-orders",), see=_ALL, change=_ALL, print=_ALL, confirm=_NONE, revise=_NONE, cancel=_NONE, reopen=_NONE),
        **_each(("deliveries", "returns"), see=_ALL, add=_ALL, change=_ALL, delete=_ALL, copy=_ALL, export=_ALL, print=_ALL),
        **_each(("tasks",), see=_OWN, add=_OWN, change=_OWN, delete=_OWN),
    },
    {
        ("sales-orders", ANY): _READ,
        ("sales-orders", "lines.by_hand"): _WRITE,
        ("sales-orders", "lines.remark"): _WRITE,
        **{("sales-orders", n): _HIDDEN for n in _PRICES},
        **{("returns", n): _HIDDEN for n in _PRICES_BACK},
        ("products", "list_price"): _HIDDEN,
        ("products", "floor_price"): _HIDDEN,
        ("products", "cost"): _HIDDEN,
    },
)  # fmt: skip

ADMINISTRATOR = ReadyPosition(
    "administrator", "Administrator", "Looks after people, rights, settings and backups; sees no business data.",
    {
        **_NAMES,
        **_each(_SET_UP, see=_ALL, add=_ALL, change=_ALL, delete=_ALL, share=_ALL, copy=_ALL, export=_ALL, print=_ALL, setup=_ALL),
        **_each(_SET_UP, **{"import": _ALL}),
        (PROGRAM, ANY): _ALL,
    },
)  # fmt: skip

BRANCH_ADMINISTRATOR = ReadyPosition(
    "branch_administrator", "Branch administrator",
    "Looks after the people of the own branch, and gives them positions that reach no further than it.",
    {
        **_NAMES,
        **_each(("users", "departments", "teams"), add=_BRANCH, change=_BRANCH, delete=_BRANCH, share=_BRANCH),
        **_each(("users", "departments", "teams"), export=_BRANCH, print=_BRANCH, **{"import": _BRANCH}),
        # What it may give to others it has to have: products and prices belong to no branch.
        **_each(("products", *_PRICING), see=_ALL, export=_ALL, print=_ALL),
        (PROGRAM, "views"): _ALL,
        (PROGRAM, "rights"): _BRANCH,
    },
)  # fmt: skip

AUDITOR = ReadyPosition(
    "auditor", "Auditor", "Reads everything and changes nothing.",
    {(ANY, "see"): _ALL, (ANY, "print"): _ALL, (ANY, "export"): _ALL, (PROGRAM, "log"): _ALL},
    {(ANY, ANY): _READ},
)  # fmt: skip

READY_POSITIONS = (OWNER, SALES_MANAGER, SALESPERSON, FINANCE, SERVICE, WAREHOUSE, ADMINISTRATOR, BRANCH_ADMINISTRATOR, AUDITOR)
