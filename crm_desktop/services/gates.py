"""What is asked before an operation is carried out: each gate may say no, not yet, or ask whether the person means it.

A gate is called inside the transaction, with the record as it stands under its locks, after the operation's own check and before
anything is written. It raises Refused to say no, or Doubt to ask; whoever is asked sends the operation again with the doubt's key in
`despite`. What it writes goes with the transaction: raise, and nothing of it stays.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.draft import Draft
from crm_desktop.errors import Invalid
from crm_desktop.records.documents import number
from crm_desktop.records.record_type import Operation, RecordType
from crm_desktop.services.chain.credit import credit_gate
from crm_desktop.services.price_gates import price_gate
from crm_desktop.services.settings_store import company_setting
from crm_desktop.settings import QUOTE_NEEDS_COST
from crm_desktop.words import _

Gate = Callable[[Session, Application, RecordType, Draft, Operation, frozenset[str]], None]


def cost_gate(
    session: Session, app: Application, kind: RecordType, draft: Draft, operation: Operation, despite: frozenset[str]
) -> None:
    """No quote leaves the house before its costs are known, where the company wants it so."""
    if kind.key != "quotes" or operation.name != "send" or not company_setting(session, QUOTE_NEEDS_COST):
        return
    missing: dict[str, Any] = {
        f"lines.{at}.name": _("The cost of this is not known yet, so it cannot be quoted.")
        for at, line in enumerate(draft.lines)
        if number(line.values, "cost") <= 0
    }
    if missing:
        raise Invalid(missing)


GATES: tuple[Gate, ...] = (cost_gate, price_gate, credit_gate)
"""Every gate, in the order in which they are asked."""


def pass_gates(
    session: Session, app: Application, kind: RecordType, draft: Draft, operation: Operation, despite: frozenset[str]
) -> None:
    """Ask every gate; raises what the first one that objects raises."""
    for gate in GATES:
        gate(session, app, kind, draft, operation, despite)
