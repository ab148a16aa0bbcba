"""What of records that are about to be written would need approval: written for trial, asked, and taken back.

Conditions of flows are asked of a record as it stands in the database, so what comes in by a file has to stand there for that moment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.draft import Draft
from crm_desktop.errors import Refused
from crm_desktop.records.record_type import RecordType
from crm_desktop.records.sales import UNDER_WAY
from crm_desktop.services.approval_changes import guarded_fields, noted
from crm_desktop.services.approval_flows import flows_for, needed
from crm_desktop.services.chain import hooks
from crm_desktop.services.gates import pass_gates
from crm_desktop.services.saving import save_within
from crm_desktop.services.settings_store import company_setting
from crm_desktop.settings import CREDIT_RULE, OVERDUE_RULE
from crm_desktop.words import _
from db.types import new_uid

STATE = "status"
CONFIRMING = "confirm"
_HARD = ("approve", "forbid")
_TOLD_BEFORE = frozenset({"credit", "overdue"})  # what a person who confirms is only asked about


class Guards:
    """What there is to be asked of a record type. `fields`: changes of these; `confirming`: whether an order that counts is."""

    def __init__(self, asked: Connection | Session, kind: RecordType) -> None:
        session = asked if isinstance(asked, Session) else Session(bind=asked)
        self.fields = guarded_fields(session, kind)()
        self.limits, self.confirming = False, False
        if kind.key == "sales-orders":
            self.limits = any(company_setting(session, rule) in _HARD for rule in (CREDIT_RULE, OVERDUE_RULE))
            self.confirming = self.limits or bool(flows_for(session, kind.key, [CONFIRMING]))

    def touches(self, values: Mapping[str, object], changed: Sequence[str] | None = None) -> bool:
        """Whether a record with these values, of which `changed` are other ones, has to be asked about. None: it is new."""
        if changed is None and self.confirming and values.get(STATE) in UNDER_WAY:
            return True
        return any(values.get(n) for n in self.fields) if changed is None else not set(self.fields).isdisjoint(changed)


def what_needs_approval(
    session: Session, app: Application, kind: RecordType, drafts: Sequence[Draft], guards: Guards
) -> list[dict[str, str]]:
    """For each draft the fields that need approval, with the words why; "status" for an order that would count. Nothing of it stays.

    Orders are looked at in turn: what one adds to the balance of its customer counts for the next. Raises what saving raises.
    """
    found: list[dict[str, str]] = []
    inner = session.begin_nested()
    try:
        for draft in drafts:
            with noted(session) as fields:
                [saved] = save_within(session, app, [draft.copy()], "import", new_uid())
            words = dict(fields)
            if draft.id is None and guards.confirming and saved.values.get(STATE) in UNDER_WAY:
                if why := next(against(session, app, kind, saved), ""):
                    words[STATE] = why
                elif guards.limits:
                    hooks.begin_imported(session, app, kind, [saved], "")
            found.append(words)
    finally:
        inner.rollback()
    return found


def against(session: Session, app: Application, kind: RecordType, saved: Draft) -> Iterator[str]:
    """Why an order may not simply count."""
    operation = next(o for o in kind.operations if o.name == CONFIRMING)
    facts: frozenset[str] = frozenset()
    try:
        pass_gates(session, app, kind, saved, operation, _TOLD_BEFORE)
    except Refused as error:
        facts, why = frozenset({getattr(error, "fact", "")}), error.message
    for _operation, flow in needed(session, app, kind, int(saved.id or 0), [CONFIRMING], facts):
        yield _("This needs approval: {flow}.").format(flow=flow.name)
    if facts:
        yield why
