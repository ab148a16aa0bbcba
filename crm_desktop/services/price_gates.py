"""What is asked of prices before a quote goes out or an order counts: how far below the lists they are, and whether below the floor."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Ref
from crm_desktop.errors import Doubt, NeedsConsent, Refused
from crm_desktop.kinds import show
from crm_desktop.records.documents import number
from crm_desktop.records.record_type import Operation, RecordType
from crm_desktop.services.approval_flows import below_floor, flows_for
from crm_desktop.services.settings_store import company_setting
from crm_desktop.settings import DISCOUNT_RULE, FLOOR_RULE, Setting
from crm_desktop.words import _
from db.models.access import Position, UserPosition
from db.models.quotes import Quote

_OUT = {"quotes": "send", "sales-orders": "confirm"}
"""The operations with which prices leave the house."""


def price_gate(
    session: Session, app: Application, kind: RecordType, draft: Draft, operation: Operation, despite: frozenset[str]
) -> None:
    """Stop where a price is below what the person may give, or below the floor price, as the company's settings say."""
    if _OUT.get(kind.key) != operation.name or _offered_so(session, draft):
        return
    _look_at_discount(session, app, kind, draft, despite)
    _look_at_floor(session, app, kind, draft, operation, despite)


def _offered_so(session: Session, draft: Draft) -> bool:
    """Whether the document keeps to what a quote offered that has gone out: that was looked at then."""
    quote: Any = draft.values.get("quote_id")
    if not isinstance(quote, Ref):
        return False
    table: Any = Quote.__table__
    query = select(table.c.deepest_discount).where(table.c.id == quote.id, table.c.status.in_(("sent", "ordered")))
    offered: Decimal | None = session.scalar(query)
    return offered is not None and number(draft.values, "deepest_discount") <= offered


def discount_limit(session: Session, user: int | None) -> Decimal | None:
    """How far below the price by list a person may go: the widest limit of the positions held; None where none of them says."""
    held, position = UserPosition.__table__, Position.__table__
    query = (
        select(func.max(position.c.discount_limit))
        .join(held, held.c.position_id == position.c.id)
        .where(held.c.parent_id == (user or 0), position.c.active)
    )
    widest: Decimal | None = session.scalar(query)
    return widest


def _look_at_discount(session: Session, app: Application, kind: RecordType, draft: Draft, despite: frozenset[str]) -> None:
    given = number(draft.values, "deepest_discount")
    if given <= 0 or app.actor.rights.everything or (rule := company_setting(session, DISCOUNT_RULE)) == "off":
        return
    limit = discount_limit(session, app.actor.user_id)
    if limit is None or given <= limit:
        return
    about = kind.fields["deepest_discount"]
    words = _("Prices are {given} % below the lists; your limit is {limit} %.").format(
        given=show(given, about, app.options).rstrip("%").strip(), limit=show(limit, about, app.options).rstrip("%").strip()
    )
    advice = _("Somebody with a wider limit has to do this, or an approval flow for it has to be drawn.")
    _stop(DISCOUNT_RULE, rule, "discount", "over_discount", lambda: False, words, advice, despite)


def _look_at_floor(
    session: Session, app: Application, kind: RecordType, draft: Draft, operation: Operation, despite: frozenset[str]
) -> None:
    if not any(line.values.get("product_id") for line in draft.lines):
        return
    rule = company_setting(session, FLOOR_RULE)
    if rule == "off" or not below_floor(session, kind, int(draft.id or 0)):
        return
    flows = flows_for(session, kind.key, [operation.name])
    if rule != "forbid" and any(flow.design.when == "below_floor" for _operation, flow in flows):
        return  # an approval is asked for anyway
    words = _("A price is below the floor price.")
    advice = _("Somebody who may go below the floor price has to do this, or an approval flow for it has to be drawn.")
    _stop(FLOOR_RULE, rule, "floor", "below_floor", lambda: app.actor.may(f"{kind.key}.below_floor"), words, advice, despite)


def _stop(
    setting: Setting[str], rule: str, key: str, fact: str, may: Callable[[], bool], words: str, advice: str, despite: frozenset[str]
) -> None:
    """Stop as the company's setting says: forbid it, leave it to those who may, or ask."""
    if rule == "forbid":
        raise Refused(words, _("The company's settings forbid it: {setting}.").format(setting=_(setting.label)))
    if f"{key}:approved" in despite:  # an approval was asked for just this
        return
    if rule == "approve" and not may():
        raise NeedsConsent(fact, words, advice)
    if key not in despite:
        raise Doubt(key, words, _("Do it all the same?"))
