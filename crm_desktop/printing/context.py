"""What a template can see: a record, its lines, what they point to, the company and the person, as plain values.

Fields the person at work may not see are always empty, options are words in the language of the document, and references are
followed one level. A reference field `customer_id` is called `customer`: its label stands in `record.customer`, its fields
in `linked.customer`.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Ref
from crm_desktop.errors import Cancelled, Told
from crm_desktop.printing.more_fields import more_of
from crm_desktop.printing.related import Lazy, account_of, related_to
from crm_desktop.records.record_type import RecordType
from crm_desktop.services.access import asking, require_reach
from crm_desktop.services.accounts import AccountSpan
from crm_desktop.services.files import picture
from crm_desktop.services.print_log import printed
from crm_desktop.services.saving import open_record
from crm_desktop.services.settings_store import settings_of
from crm_desktop.settings import (
    COMPANY_ACCOUNT,
    COMPANY_ADDRESS,
    COMPANY_BANK,
    COMPANY_LOGO,
    COMPANY_NAME,
    COMPANY_PHONE,
    COMPANY_SEAL,
    COMPANY_SHORT_NAME,
    COMPANY_TAX_NUMBER,
)
from crm_desktop.words import translated
from db.fields import Field

Context = dict[str, Any]

WHOM = "_whom"
"""The ids of the customer and the department of a record, by which its template is chosen; 0 for none."""

COMPANY_FIELDS = {
    "name": COMPANY_NAME,
    "short_name": COMPANY_SHORT_NAME,
    "address": COMPANY_ADDRESS,
    "phone": COMPANY_PHONE,
    "tax_number": COMPANY_TAX_NUMBER,
    "bank": COMPANY_BANK,
    "account": COMPANY_ACCOUNT,
}


def for_record(app: Application, type_key: str, record_id: int, language: str) -> Context:
    """Everything a template may print of one record. Raises Missing or Refused."""
    return next(for_records(app, type_key, [record_id], language))


def for_records(
    app: Application, type_key: str, ids: Iterable[int], language: str, account: AccountSpan | None = None
) -> Iterator[Context]:
    """The same for many records, one after the other; what they share is read once. account: which part of a customer's account."""
    kind = app.type(type_key)
    app.actor.require(f"{type_key}.print")
    reader = _Reader(app, language, account or AccountSpan())
    for record_id in ids:
        with asking(app) as connection:
            require_reach(app, connection, kind, "print", [record_id])
        yield reader.context(kind, open_record(app, type_key, record_id))


def for_list(app: Application, type_key: str, rows: Iterable[Mapping[str, Any]], language: str) -> Context:
    """A list of a record type as `lines`; each row maps field names to values as the list query gives them."""
    kind = app.type(type_key)
    app.actor.require(f"{type_key}.print")
    reader = _Reader(app, language)
    fields = kind.visible(app.actor)
    shared = reader.shared()
    lines = tuple(reader.plain(row, fields, pictures=False) for row in rows)
    labels = {"line": field_labels(fields, language), "company": company_labels(language)}
    return {
        "record": {},
        "lines": lines,
        "customer": {},
        "contact": {},
        "linked": {},
        "codes": {},
        "labels": labels,
        **shared,
    }


def together_of(
    contexts: Iterable[Context], progress: Callable[[int], None] | None = None, cancelled: Callable[[], bool] | None = None
) -> Context:
    """Many records as the lines of one document."""
    lines: list[Mapping[str, Any]] = []
    last: Context = {}
    for last in contexts:
        if cancelled is not None and cancelled():
            raise Cancelled
        lines.append({**last["record"], "linked": last["linked"]})
        if progress is not None:
            progress(len(lines))
    labels = last.get("labels", {})
    shared = {name: last.get(name, {}) for name in ("company", "user", "print")}
    empty: Context = {"record": {}, "customer": {}, "contact": {}, "linked": {}, "related": {}, "account": {}, "more": {}, "codes": {}}
    return empty | {"lines": tuple(lines), "labels": {**labels, "line": labels.get("record", {})}} | shared


def plain_name(name: str) -> str:
    """What a field is called in templates: references without `_id`."""
    return name.removesuffix("_id")


def field_labels(fields: Mapping[str, Field], language: str) -> dict[str, str]:
    """What people call the fields, in the language of the document."""
    return {plain_name(name): translated(about.label, language) for name, about in fields.items()}


def company_labels(language: str) -> dict[str, str]:
    """What people call the company's own fields."""
    return {name: translated(setting.label, language) for name, setting in COMPANY_FIELDS.items()}


class _Reader:
    """Reads contexts; keeps the company and the records that many documents point to."""

    def __init__(self, app: Application, language: str, account: AccountSpan = AccountSpan()) -> None:  # noqa: B008 - it cannot be changed
        self._app, self._language, self._account = app, language, account
        self._shared: Context | None = None
        self._linked: dict[tuple[str, int], dict[str, Any]] = {}

    def shared(self) -> Context:
        """Company, person and moment of printing."""
        if self._shared is None:
            settings = settings_of(self._app)
            company: dict[str, Any] = {name: settings.get(setting) for name, setting in COMPANY_FIELDS.items()}
            company["logo"] = _decoded(settings.get(COMPANY_LOGO))
            company["seal"] = _decoded(settings.get(COMPANY_SEAL))
            now = dt.datetime.now(dt.UTC)
            moment = {"date": now.astimezone().date(), "time": now, "language": self._language, "copy": ""}
            self._shared = {"company": company, "user": {"name": self._app.actor.name}, "print": moment}
        return self._shared

    def context(self, kind: RecordType, draft: Draft) -> Context:
        fields = kind.fields  # the draft holds only what this person may see; the rest prints as nothing
        record = self.plain(draft.values, fields)
        linked = self._follow(draft.values, fields)
        line_fields = kind.lines.fields if kind.lines else {}
        visible = kind.visible_lines(self._app.actor)
        lines = []
        for line in draft.lines:
            values = {name: value for name, value in line.values.items() if name in visible}
            row = self.plain(values, line_fields, pictures=False)
            row["linked"] = self._follow(values, line_fields)
            lines.append(row)
        labels = {name: self._labels_of(fields, name) for name in linked}
        return {
            WHOM: self._whom(kind, draft),
            "record": record,
            "lines": tuple(lines),
            "linked": linked,
            "more": more_of(fields, record, self._language),
            "related": related_to(self._app, kind, draft.id or 0, self._related_row),
            "account": account_of(self._app, draft.id or 0, self._account) if kind.key == "customers" else {},
            "customer": record if kind.key == "customers" else linked.get("customer", {}),
            "contact": record if kind.key == "contacts" else linked.get("contact", {}),
            "codes": {
                name: draft.values.get(name) for name, about in fields.items() if about.kind in ("option", "state")
            },
            "labels": {
                **labels,
                "record": field_labels(fields, self._language),
                "line": field_labels(line_fields, self._language),
                "company": company_labels(self._language),
            },
            **self.shared(),
            "print": self._moment(kind, draft.id or 0),
        }

    def _moment(self, kind: RecordType, record_id: int) -> Lazy:
        """The moment of printing, and how often this record was printed before."""
        return Lazy({"times": lambda: printed(self._app, kind.key, record_id).times}, self.shared()["print"])

    def _related_row(self, row: Mapping[str, Any], kind: RecordType) -> dict[str, Any]:
        fields = {name: about for name, about in kind.fields.items() if name in row}
        return self.plain(row, fields, pictures=False)

    def _whom(self, kind: RecordType, draft: Draft) -> tuple[int, int]:
        customer, department = draft.values.get("customer_id"), draft.values.get("department_id")
        own = draft.id if kind.key == "customers" else None
        return own or (customer.id if isinstance(customer, Ref) else 0), department.id if isinstance(department, Ref) else 0

    def plain(self, values: Mapping[str, Any], fields: Mapping[str, Field], pictures: bool = True) -> dict[str, Any]:
        """Values by plain name, as a template prints them."""
        return {plain_name(name): self._value(values.get(name), about, pictures) for name, about in fields.items()}

    def _value(self, value: Any, about: Field, pictures: bool) -> Any:
        if about.kind == "image":
            return self._picture(value) if pictures and value is not None else None
        if isinstance(value, Ref):
            return value.label
        if about.kind in ("option", "state") and value:
            choice = self._app.options.find(about.options, value)
            return translated(choice.label, self._language) if choice else str(value)
        if about.translated and isinstance(value, str):
            return translated(value, self._language)
        return value

    def _picture(self, value: Any) -> bytes | None:
        try:
            return picture(self._app, value.id if isinstance(value, Ref) else int(value))
        except Told:
            return None

    def _follow(self, values: Mapping[str, Any], fields: Mapping[str, Field]) -> dict[str, Any]:
        """The records that references point to; {} for an empty reference, so that its fields print as empty."""
        found: dict[str, Any] = {}
        for name, about in fields.items():
            if about.kind == "reference" and about.target in self._app.types:
                value = values.get(name)
                found[plain_name(name)] = self._record(about.target, value.id) if isinstance(value, Ref) else {}
        return found

    def _record(self, type_key: str, record_id: int) -> dict[str, Any]:
        key = (type_key, record_id)
        if key not in self._linked:
            if len(self._linked) > 2_000:
                self._linked.clear()
            kind = self._app.type(type_key)
            try:
                draft = open_record(self._app, type_key, record_id)
                self._linked[key] = self.plain(draft.values, kind.fields)
            except Told:  # not this person's to see, or deleted in the meantime
                self._linked[key] = {}
        return self._linked[key]

    def _labels_of(self, fields: Mapping[str, Field], name: str) -> dict[str, str]:
        about = fields.get(f"{name}_id") or fields[name]
        return field_labels(self._app.type(about.target).fields, self._language)


def _decoded(logo: str) -> bytes | None:
    try:
        return base64.b64decode(logo, validate=True) if logo else None
    except (binascii.Error, ValueError):
        return None
