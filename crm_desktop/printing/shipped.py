"""The templates that come with the program."""

from __future__ import annotations

from functools import cache

from crm_desktop.printing.template import Template
from crm_desktop.printing.template_file import load_template
from crm_desktop.resources import resource

CARD = "card"
"""The name of the form every record type has without anybody drawing one."""

FIRST = ("quote", "sales-order", "delivery-note", "sales-return", "receipt", "invoice", "customer-card", "approval-sheet")
"""What prints a record type when nobody says anything else, without the language."""


@cache
def shipped_templates() -> dict[str, Template]:
    """Every shipped template by its name."""
    found = {}
    for path in sorted(resource("templates").glob("*.json")):
        if path.name != "schema.json":
            template = load_template(path.read_bytes())
            found[template.name] = template
    return found
