"""A program that writes until it is killed, and says of every change when it is told that it is saved.

    python dying.py save DIR        saves customers and orders, and changes orders, one after the other
    python dying.py create DIR      makes a new company
    python dying.py migrate DIR STEPS   opens the company with the migration steps of the folder STEPS

It prints "ready" when it begins, then one line for each thing done.
"""

from __future__ import annotations

import sys
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from crm_desktop.draft import Ref
from crm_desktop.services import saving
from crm_desktop.services.opening import NewCompany, open_folder
from db import schema

LINES = 4


def say(text: str) -> None:
    print(text, flush=True)


def save(data: Path) -> None:
    """Customers, orders of four lines, and changes of those."""
    app = open_folder(data)
    saving.derive(app, saving.new_draft(app, "customers", {"name": "客户"}))  # loads the readings of Chinese
    say("ready")
    while True:
        buyer = saving.save(app, saving.new_draft(app, "customers", {"name": "客户 Kunde"}))
        say(f"customer {buyer.id} {buyer.values['number']}")
        draft = saving.new_draft(app, "sales-orders", {"customer_id": Ref(buyer.id or 0)})
        for _ in range(LINES):
            line = saving.new_line(app.type("sales-orders"))
            line.values |= {"name": "Bolt", "quantity": Decimal(1), "price": Decimal(10)}
            draft.lines.append(line)
        order = saving.save(app, draft)
        say(f"order {order.id} {order.values['number']}")
        for line in order.lines:
            line.values["quantity"] = Decimal(2)
        changed = saving.save(app, order)
        say(f"changed {changed.id} {changed.values['total']}")


def create(data: Path) -> None:
    """A new company."""
    say("ready")
    open_folder(data, create=NewCompany("Example Trading Ltd", "Ann", "en")).close()
    say("created")


def migrate(data: Path, steps: Path) -> None:
    """Open with other migration steps."""
    schema._FOLDER = steps
    say("ready")
    open_folder(data).close()
    say("migrated")


if __name__ == "__main__":
    what, *folders = sys.argv[1:]
    {"save": save, "create": create, "migrate": migrate}[what](*(Path(f) for f in folders))
