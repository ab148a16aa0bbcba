"""How a customer stands: what is owed, what of it is overdue, what was paid in advance, and whether one more order is too much."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select
from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.draft import Draft
from crm_desktop.errors import Doubt, NeedsConsent, Refused
from crm_desktop.records.documents import ZERO, number
from crm_desktop.records.record_type import Operation, RecordType
from crm_desktop.rights import Access
from crm_desktop.services.chain import figures
from crm_desktop.services.settings_store import company_settings
from crm_desktop.settings import CREDIT_RULE, OVERDUE_GRACE, OVERDUE_RULE, Setting
from crm_desktop.words import _
from db.bundling import ask
from db.models.customers import Customer
from db.models.money import Receivable

OWED = ("waiting", "open", "part")


@dataclass(frozen=True)
class Standing:
    """One customer in one currency. owed: all that is open, due or not; overdue: of that, past its day; since: the oldest such day."""

    owed: Decimal
    overdue: Decimal
    since: dt.date | None
    credit: Decimal

    @property
    def balance(self) -> Decimal:
        """What the customer owes in the end."""
        return self.owed - self.credit


def standing(
    asked: Connection | Session, customer: int, currency: int | None, day: dt.date, limits: Sequence[ColumnElement[bool] | None] = ()
) -> figures.Later[Standing]:
    """Ask how a customer stands on a day. limits: of the receivables and of the receipts that are looked at; none: all of them."""
    table: Any = Receivable.__table__
    of_receivables, of_receipts = (test for test in (*limits, None, None)[:2])
    mine = [table.c.customer_id == customer, table.c.currency_id == currency, table.c.status.in_(OWED)]
    mine += [of_receivables] if of_receivables is not None else []
    owed = ask(asked, select(func.sum(table.c.open_amount)).where(*mine))
    late = select(func.sum(table.c.open_amount), func.min(table.c.due_date)).where(*mine, table.c.due_date < day, table.c.open_amount > 0)
    overdue, credit = ask(asked, late), figures.credit(asked, customer, of_receipts)

    def sum_up() -> Standing:
        ((amount, since),) = overdue.all()
        return Standing(owed.scalar() or ZERO, amount or ZERO, since, credit().get(currency, ZERO))

    return sum_up


def credit_gate(
    session: Session, app: Application, kind: RecordType, draft: Draft, operation: Operation, despite: frozenset[str]
) -> None:
    """Ask, before an order is confirmed, whether its customer may owe that much more, and pays what is due."""
    if kind.key != "sales-orders" or operation.name != "confirm":
        return
    buyer, currency = draft.values["customer_id"].id, draft.values.get("currency_id")
    rules = company_settings(session, CREDIT_RULE, OVERDUE_RULE, OVERDUE_GRACE)
    limit_rule, overdue_rule = rules[CREDIT_RULE.name], rules[OVERDUE_RULE.name]
    if limit_rule == overdue_rule == "off":
        return
    day = dt.date.today()
    asked = standing(session, buyer, currency.id if currency else None, day)
    table: Any = Customer.__table__
    limit = ask(session, select(table.c.credit_limit).where(table.c.id == buyer)).scalar()
    stands = asked()
    told = app.type("customers").access(app.actor, "credit_limit") > Access.HIDDEN
    after = stands.balance + number(draft.values, "total") - number(draft.values, "open_amount")
    if limit is not None and after > limit:
        words = _("With this order the customer would owe more than the credit limit.")
        if told:
            words = _("With this order the customer would owe {after}; the credit limit is {limit}.").format(
                after=f"{after:,.2f}", limit=f"{limit:,.2f}"
            )
        _stop(app, kind, CREDIT_RULE, limit_rule, "credit", words, despite)
    grace = dt.timedelta(days=rules[OVERDUE_GRACE.name])
    if stands.since is not None and stands.since + grace < day:
        days = (day - stands.since).days
        words = _("{amount} of this customer is overdue, the oldest for {days} days.").format(amount=f"{stands.overdue:,.2f}", days=days)
        _stop(app, kind, OVERDUE_RULE, overdue_rule, "overdue", words, despite)


def _stop(
    app: Application, kind: RecordType, setting: Setting[str], rule: str, key: str, words: str, despite: frozenset[str]
) -> None:
    """Stop as the company's setting says: forbid it, leave it to those who may, or ask."""
    if rule == "forbid":
        raise Refused(words, _("The company's settings forbid it: {setting}.").format(setting=_(setting.label)))
    if f"{key}:approved" in despite:  # an approval was asked for just this
        return
    if rule == "approve" and not app.actor.may(f"{kind.key}.over_credit"):
        raise NeedsConsent("over_credit", words, _("Somebody who may confirm beyond the credit limit has to confirm this order."))
    if rule != "off" and key not in despite:
        raise Doubt(key, words, _("Confirm the order all the same?"))
