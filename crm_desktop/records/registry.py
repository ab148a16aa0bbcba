"""All record types of the program, and how they stand in one database: with the administrator's fields and options.

A new record type is listed here and nowhere else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import fields as attributes
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_desktop.options import Choice, Options
from crm_desktop.records.approvals import APPROVAL, APPROVAL_DELEGATION, APPROVAL_FLOW
from crm_desktop.records.builtin_options import CLOSED_LISTS, OPEN_LISTS
from crm_desktop.records.customers import CONTACT, CUSTOMER, FOLLOW_UP, TASK
from crm_desktop.records.deliveries import DELIVERY, RETURN
from crm_desktop.records.money import INVOICE, PAYMENT_TERMS, RECEIPT, RECEIVABLE
from crm_desktop.records.office import CURRENCY, DEPARTMENT, OPTION, POSITION, SEQUENCE, TEAM, UNIT, USER
from crm_desktop.records.pipeline import LEAD, OPPORTUNITY, PIPELINE, STAGE
from crm_desktop.records.prices import BUNDLE, PRICE_LIST
from crm_desktop.records.products import PRODUCT
from crm_desktop.records.quotes import QUOTE
from crm_desktop.records.record_type import RecordType
from crm_desktop.records.sales import SALES_ORDER
from crm_desktop.words import LANGUAGES, translated
from db.fields import Field
from db.models.office import OptionItem
from db.models.office import Unit as UnitRow
from db.models.system import CustomField

BUILT_IN: tuple[RecordType, ...] = (
    CUSTOMER, CONTACT, FOLLOW_UP, LEAD, OPPORTUNITY, QUOTE, SALES_ORDER, DELIVERY, RETURN, PRODUCT, PRICE_LIST, BUNDLE,
    RECEIVABLE, INVOICE, RECEIPT, TASK, APPROVAL, APPROVAL_DELEGATION,
    USER, DEPARTMENT, POSITION, TEAM, OPTION, SEQUENCE, UNIT, CURRENCY, PAYMENT_TERMS, PIPELINE, STAGE,
    APPROVAL_FLOW,
)  # fmt: skip

_FACTS = {a.name for a in attributes(Field)}


def custom_field(name: str, facts: dict[str, Any]) -> Field:
    """The field behind a stored row; facts a later version added are left out."""
    return Field(**{k: v for k, v in facts.items() if k in _FACTS}, name=name, custom=True)


def load_types(session: Session) -> dict[str, RecordType]:
    """All record types by key, with the fields an administrator added."""
    custom: dict[str, dict[str, Field]] = defaultdict(dict)
    for row in session.scalars(select(CustomField).order_by(CustomField.position, CustomField.id)):
        custom[row.record_type][row.name] = custom_field(row.name, row.facts)
    return {t.key: replace(t, custom=custom[t.key]) for t in BUILT_IN}


_BROUGHT = {(key, code): label for key, (_title, rows) in OPEN_LISTS.items() for code, label, _tone in rows}


def _source(row: OptionItem) -> str:
    """The English of a choice as the program brought it, so that everyone reads it in their own language; else the person's words."""
    brought = _BROUGHT.get((row.list_key, row.code), "")
    return brought if row.label in {translated(brought, language) for language in LANGUAGES} else row.label


def load_options(session: Session, types: Iterable[RecordType]) -> Options:
    """All option lists: those people keep, those the program closes, and the states of documents."""
    lists: dict[str, list[Choice]] = {key: [] for key in OPEN_LISTS}
    for row in session.scalars(select(OptionItem).order_by(OptionItem.list_key, OptionItem.position, OptionItem.id)):
        lists.setdefault(row.list_key, []).append(Choice(row.code, _source(row), row.tone, row.active))
    units = [Choice(name, name) for name in session.scalars(select(UnitRow.name).order_by(UnitRow.id))]
    kinds = list(types)
    states = {t.key: t.states for t in kinds if t.states}
    known = CLOSED_LISTS["option_lists"]
    offered = {c.code for c in known}
    # A field that an administrator added may have a list of its own, called like the field.
    own = [Choice(f.options, f.label) for t in kinds for f in t.custom.values() if f.options and f.options not in offered]
    return Options({**lists, **CLOSED_LISTS, **states, "option_lists": (*known, *own), "units": units})
