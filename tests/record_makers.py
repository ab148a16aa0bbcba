"""Makers of small records for the tests of the services."""

from __future__ import annotations

import datetime as dt
import itertools
from decimal import Decimal
from typing import Any

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Line, Ref
from crm_desktop.records.record_type import Field, RecordType
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


SOUND = {
    ("number-sequences", "pattern"): "T{n:4}",
    ("payment-terms", "share"): Decimal(50),
    ("payment-terms", "basis"): "signed",
    ("receivables", "basis"): "date",
    ("price-lists", "discount"): None,  # a price is given
    ("price-lists", "min_quantity"): Decimal,  # of the number of the value: another one in each line
}
"""Values a rule of the type asks for, where any text will not do; or what makes one of a number."""

_counter = itertools.count(1)


class Maker:
    """Drafts of any type with a value in every field a person can type into."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._made: dict[str, Ref] = {}

    def draft(self, key: str, required_only: bool = False) -> Draft:
        """A draft of the type `key`."""
        kind = self._app.type(key)
        draft = saving.new_draft(self._app, key)
        if kind.number and kind.fields[kind.number].computed:  # no person adds one, but the program does
            draft.values[kind.number] = f"key-{next(_counter)}"
        self._fill(kind, kind.fields, draft.values, required_only)
        if kind.lines:
            for _ in range(2):
                line = saving.new_line(kind)
                self._fill(kind, kind.lines.fields, line.values, required_only)
                draft.lines.append(line)
        return draft

    def _fill(self, kind: RecordType, fields: dict[str, Field], values: dict[str, Any], required_only: bool) -> None:
        for name, about in fields.items():
            if about.computed or about.section == "Record":
                continue
            if (kind.key, name) in SOUND:
                sound = SOUND[kind.key, name]
                values[name] = sound(next(_counter)) if callable(sound) else sound
            elif about.required or not required_only:
                values[name] = self._value(kind, about)

    def _value(self, kind: RecordType, about: Field) -> Any:
        number = next(_counter)
        choices = self._app.options.choices(about.options)
        match about.kind:
            case "text" | "long_text":
                return f"{about.label} {number}"
            case "code" | "phone":
                return f"K{number:04d}"
            case "email" | "url":
                return f"a{number}@example.com"
            case "integer":
                return 3
            case "date":
                return dt.date(2026, 11, 24)
            case "datetime":
                return dt.datetime(2026, 11, 24, 9, 30, tzinfo=dt.UTC)
            case "yes_no":
                return True
            case "option":
                return choices[0].code if choices else ""
            case "tags":
                return ("new", "old")
            case "reference":
                return None if about.target == kind.key else self.reference(about.target)
            case "image":
                return None
        return Decimal(3)

    def reference(self, key: str) -> Ref:
        """A record of the type `key` to point to."""
        if key not in self._made:
            saved = saving.save(self._app, self.draft(key, required_only=True))
            self._made[key] = Ref(saved.id or 0, self._app.type(key).label_of(saved.values))
        return self._made[key]
