"""From the texts of reference columns to the records they mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.exchange.headings import NUMBER
from crm_desktop.exchange.matching import Finder
from crm_desktop.exchange.plan import Incoming, Plan
from crm_desktop.records.record_type import RecordType
from crm_desktop.services.reading import read_records
from crm_desktop.words import _, ngettext
from db.fields import Field


class Resolver:
    """Finds what the references of all incoming records mean. `create_missing`: customers nobody knows are created."""

    def __init__(self, app: Application, connection: Connection, plan: Plan, create_missing: bool) -> None:
        self._app, self._connection, self._plan = app, connection, plan
        self._create = create_missing
        self._stand_ins: dict[tuple[str, str], Ref] = {}
        self._unknown: Counter[tuple[str, str]] = Counter()

    def resolve(self, kind: RecordType, records: list[Incoming]) -> None:
        """Replace the texts in all records; what is not found becomes a problem, or a note where the field may stay empty."""
        # Customers come first: a contact's name counts within its customer.
        names = sorted((n for n, f in kind.fields.items() if f.kind == "reference"), key=lambda n: n != "customer_id")
        for name in names:
            self._resolve_field(kind, name, records)
        if kind.lines and "product_id" in kind.lines.fields:
            self._resolve_products(kind.lines.fields["product_id"], records)
        for name, about in (kind.lines.fields if kind.lines else {}).items():
            if about.kind == "reference" and name != "product_id":
                self._resolve_in_lines(name, about, records)
        for (label, text), count in self._unknown.most_common(20):
            words = ngettext(
                "{field} “{text}” is not known; left empty in {count} record.",
                "{field} “{text}” is not known; left empty in {count} records.",
                count,
            )
            self._plan.notes.append(words.format(field=_(label), text=text, count=count))

    def _resolve_field(self, kind: RecordType, name: str, records: list[Incoming]) -> None:
        about, by_number = kind.fields[name], name + NUMBER
        if not self._plan.mapping.has(name, by_number):
            return
        holders = [r for r in records if name in r.values or by_number in r.values]
        if not holders:
            return
        finder = Finder(self._app, about.target)
        parent = "customer_id" if name == "contact_id" and "customer_id" in finder.kind.fields else ""
        finder.load(
            self._connection, (r.values[n] for r in holders for n in (name, by_number) if n in r.values), parent
        )
        for record in holders:
            number, text = record.values.pop(by_number, ""), record.values.pop(name, "")
            customer = record.values.get("customer_id") if parent else None
            try:
                found = finder.find(number, codes_only=True) if number else None
                if found is None and text and not (number and self._create):
                    found = finder.find(text, within=customer.id if isinstance(customer, Ref) else None)
            except ValueError as error:
                record.problems[name] = str(error)
                continue
            if found is None and about.required and self._create and about.target == "customers":
                found = self._stand_in(number, text)
            if found is None:
                self._plan.note_unknown(by_number if number else name, number or text)
            if found is not None:
                record.values[name] = found
            elif about.required:
                record.problems[name] = _("There is no {type} “{text}”.").format(
                    type=_(finder.kind.title).lower(), text=number or text
                )
            else:
                self._unknown[about.label, number or text] += 1

    def _resolve_in_lines(self, name: str, about: Field, records: list[Incoming]) -> None:
        """What other references of lines mean, such as the positions that a person holds."""
        finder = Finder(self._app, about.target)
        finder.load(self._connection, (line[name] for r in records for line in r.lines if name in line))
        for record, at, line in ((r, n, line) for r in records for n, line in enumerate(r.lines) if name in line):
            text = line.pop(name)
            try:
                found = finder.find(text) if text else None
            except ValueError as error:
                record.problems[f"lines.{at}.{name}"] = str(error)
                continue
            if found is not None:
                line[name] = found
            elif text:
                self._plan.note_unknown(f"lines.{name}", text)
                words = _("There is no {type} “{text}”.").format(type=_(finder.kind.title).lower(), text=text)
                record.problems[f"lines.{at}.{name}"] = words

    def _stand_in(self, number: str, text: str) -> Ref:
        """A reference to a customer that the import will create; its id is negative until then."""
        key = (number, text if not number else "")
        if key not in self._stand_ins:
            ref = Ref(-1 - len(self._stand_ins), text or number)
            self._stand_ins[key] = ref
            self._plan.missing[ref] = {"name": text or number} | ({"number": number} if number else {})
        return self._stand_ins[key]

    def _resolve_products(self, about: Field, records: list[Incoming]) -> None:
        """Link lines to products by code, or by name where the file has nothing else. A file that says which product a line is
        of leaves free text free.
        """
        lines = [line for r in records for line in r.lines]
        finder = Finder(self._app, about.target)
        finder.load(self._connection, (line[n] for line in lines for n in ("product_id", "code", "name") if n in line))
        free = 0
        by_name = not self._plan.mapping.has("lines.product_id", "lines.code")
        has_product = self._plan.mapping.has("lines.product_id")
        for line in lines:
            text, code, name = line.pop("product_id", ""), line.get("code", ""), line.get("name", "")
            found = self._product(finder, text, names=True)
            if found is None and code and (text or not name or not has_product):
                found = self._product(finder, code, names=False)
            if found is None and by_name:
                found = self._product(finder, name, names=True)
            if found is not None:
                line["product_id"] = found
            else:
                free += bool(text or (code and not has_product))
                if text or (by_name and name):
                    self._plan.note_unknown("lines.product_id" if text else "lines.name", text or name)
                line.setdefault("name", text or code)
        if free:
            words = ngettext(
                "{count} line names a product that is not known; it stays free text.",
                "{count} lines name products that are not known; they stay free text.",
                free,
            )
            self._plan.notes.append(words.format(count=free))
        self._copy_facts(about, lines)

    @staticmethod
    def _product(finder: Finder, text: str, names: bool) -> Ref | None:
        """The product that a text means; None also when several share a name: the line keeps its text then."""
        try:
            return finder.find(text, codes_only=not names) if text else None
        except ValueError:
            return None

    def _copy_facts(self, about: Field, lines: Iterable[dict[str, Any]]) -> None:
        """Fill what the file has no column for from the product. Not tax: what a file does not say of an amount is not invented."""
        kind = self._app.type(about.target)
        mapped = {t.removeprefix("lines.") for t in self._plan.mapping.columns.values()}
        copies = {
            own: theirs
            for own, theirs in about.copies.items()
            if own == "name" or (own not in mapped and kind.fields[theirs].kind != "percent")
        }
        ids = sorted({line["product_id"].id for line in lines if "product_id" in line})
        if not copies or not ids:
            return
        visible = kind.visible(self._app.actor)
        fields = {n: visible[n] for n in dict.fromkeys(copies.values()) if n in visible}
        facts = {i: d.values for i, d in read_records(self._app, self._connection, kind, ids, fields).items()}
        for line in lines:
            if "product_id" in line:
                _fill(line, facts.get(line["product_id"].id, {}), copies)


def _fill(line: dict[str, Any], facts: Mapping[str, Any], copies: Mapping[str, str]) -> None:
    for own, theirs in copies.items():
        if facts.get(theirs) not in (None, ""):
            line.setdefault(own, facts[theirs])
