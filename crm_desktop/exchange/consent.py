"""What of an import needs somebody's approval: it is left out and told, and comes in without it.

An order that would count and needs approval comes in as a draft, to be confirmed as any other; a field whose change needs approval stays as
it is, or as new records begin. A file is no way around the people who decide.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Ref
from crm_desktop.exchange.plan import Plan, Planned
from crm_desktop.records.record_type import RecordType
from crm_desktop.records.sales import UNDER_WAY
from crm_desktop.services.approvals.beforehand import STATE, Guards, against, what_needs_approval
from crm_desktop.services.events import entry
from crm_desktop.services.log_words import HELD_BACK
from crm_desktop.services.reading import read_records
from crm_desktop.services.saving import new_draft, save_within
from crm_desktop.words import _, ngettext

_NAMED = 3


def asked_about(guards: Guards, records: Sequence[Planned]) -> list[Planned]:
    """The records of a plan that need a look."""
    return [
        p
        for p in records
        if (p.action == "create" and guards.touches(p.incoming.values))
        or (p.action in ("change", "ask") and guards.touches(p.incoming.values, list(p.changes)))
    ]


def hold_back(
    session: Session, app: Application, kind: RecordType, items: Sequence[Planned], drafts: Sequence[Draft], guards: Guards
) -> None:
    """Take out of these records what needs approval; `held` of each says why."""
    for item, found in zip(items, what_needs_approval(session, app, kind, drafts, guards), strict=True):
        for name, words in found.items():
            item.held[name] = words
            item.incoming.values.pop(name, None)
            item.changes.pop(name, None)
        if found and item.action != "create" and not item.changes:
            item.action = "same"


def hold_waiting(session: Session, app: Application, kind: RecordType, items: Sequence[Planned], guards: Guards) -> None:
    """Orders that are there as drafts and count in the file: `held` says which of them wait for approval."""
    drafts = [p for p in items if p.state in UNDER_WAY and p.action != "wrong" and p.id is not None]
    if not drafts or not guards.confirming:
        return
    there = read_records(app, session, kind, [p.id for p in drafts if p.id is not None])
    for item in drafts:
        order = there.get(item.id or 0)
        if order is not None and order.values.get(STATE) == "draft" and (why := next(against(session, app, kind, order), "")):
            item.held[STATE] = why


def held_entries(app: Application, kind: RecordType, items: Sequence[Planned]) -> list[dict[str, Any]]:
    """Entries for the histories of records that were written without what needs approval: what was left out, and why."""
    return [
        entry(app.actor, HELD_BACK, item.label, {"field": _label(kind, name), "reason": words}, (kind.key, item.id))
        for item in items
        for name, words in item.held.items()
        if item.id is not None
    ]


def _label(kind: RecordType, name: str) -> str:
    return _(kind.fields[name].label)


def with_customers(session: Session, app: Application, plan: Plan, drafts: Sequence[Draft]) -> list[Draft]:
    """The drafts, with customers for the stand-ins of those that are not there yet, for as long as the transaction lasts."""
    wanted = [ref for ref in plan.missing if any(d.values.get("customer_id") == ref for d in drafts)]
    made = save_within(session, app, [new_draft(app, "customers", plan.missing[ref]) for ref in wanted], "import")
    real = {ref: Ref(int(d.id or 0), ref.label) for ref, d in zip(wanted, made, strict=True)}
    changed = []
    for draft in drafts:
        copy = draft.copy()
        if (customer := copy.values.get("customer_id")) in real:
            copy.values["customer_id"] = real[customer]
        changed.append(copy)
    return changed


def held_words(kind: RecordType, records: Sequence[Planned]) -> Iterator[str]:
    """What is held back, in sentences: by field, with the reasons."""
    held = [p for p in records if p.held and p.action != "wrong"]
    for name in dict.fromkeys(n for p in held for n in p.held):
        mine = [p for p in held if name in p.held]
        reasons = list(dict.fromkeys(p.held[name] for p in mine))
        if name == STATE:
            new = sum(not p.state for p in mine)
            words = ngettext("{count} order comes in as a draft.", "{count} orders come in as drafts.", new)
            parts = [words.format(count=new)] if new else []
            if waits := len(mine) - new:
                words = ngettext("{count} order waits for approval as a draft.", "{count} orders wait for approval as drafts.", waits)
                parts.append(words.format(count=waits))
            words = " ".join(parts)
        else:
            words = ngettext(
                "“{field}” of {count} record is left as it is.", "“{field}” of {count} records is left as it is.", len(mine)
            ).format(field=_(kind.fields[name].label), count=len(mine))
        yield " ".join([words, *reasons[:_NAMED], *(["…"] if len(reasons) > _NAMED else [])])
