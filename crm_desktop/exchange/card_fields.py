"""Which records can be address cards, and what of them stands on a card."""

from __future__ import annotations

CARDS = {
    "contacts": {
        "name": "Full name", "customer_id": "Company", "title": "Job title", "mobile": "Mobile", "phone": "Phone", "email": "E-mail",
        "birthday": "Birthday", "remark": "Note",
    },
    "customers": {
        "name": "Company", "phone": "Phone", "mobile": "Mobile", "fax": "Fax", "email": "E-mail", "web": "Website", "region": "Region",
        "city": "City", "address": "Address", "note": "Note",
    },
}  # fmt: skip
"""The types that can be cards: field → what it is on the card."""
