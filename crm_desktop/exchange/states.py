"""What documents come in as: in the state the file gives them, or in their first one, where the rest is done by steps of their own."""

from __future__ import annotations

from crm_desktop.application import Application
from crm_desktop.draft import Draft
from crm_desktop.exchange.plan import Plan, Planned
from crm_desktop.records.documents import ZERO
from crm_desktop.records.record_type import RecordType
from crm_desktop.records.sales import CONFIRM, RUNNING
from crm_desktop.words import _, ngettext


def note_states(app: Application, kind: RecordType, plan: Plan) -> None:
    """Say what becomes of the states that new documents have in the file."""
    if not kind.states or not plan.mapping.has("status"):
        return
    new = [p for p in plan.records if p.action == "create" and p.incoming.values.get("status")]
    if kind.key == "sales-orders":
        _refuse_orders(app, new)
        return
    held = [p for p in new if _begins(kind, p) != p.incoming.values["status"]]
    if not held:
        return
    states = dict.fromkeys(app.options.label(kind.fields["status"].options, str(_begins(kind, p))) for p in held)
    words = ngettext(
        "{count} document comes in as “{states}”, whatever state it has in the file: the rest is done by its own steps.",
        "{count} documents come in as “{states}”, whatever state they have in the file: the rest is done by their own steps.",
        len(held),
    )
    plan.notes.append(words.format(count=len(held), states="”, “".join(states)))
    for item in held:
        del item.incoming.values["status"]


def leave_state(item: Planned) -> None:
    """A document that is there keeps its state: it changes by its own steps. What the file says of it is kept aside to be told."""
    del item.changes["status"]
    item.state = item.incoming.values.pop("status")
    item.action = "change" if item.changes else "same"


def note_kept(app: Application, kind: RecordType, plan: Plan) -> None:
    """Say which documents keep the state they have. Orders that the file has further than they are and nobody decides about are wrong."""
    kept = [p for p in plan.records if p.state and p.action != "wrong" and "status" not in p.held]
    if kind.key == "sales-orders":
        for item in kept:
            item.action = "wrong"
            item.problems["status"] = _("An existing document changes its state through its own steps only.")
    elif kept:
        words = ngettext(
            "{count} document keeps the state it has: it changes by its own steps.",
            "{count} documents keep the state they have: it changes by their own steps.",
            len(kept),
        )
        plan.notes.append(words.format(count=len(kept)))


def _begins(kind: RecordType, item: Planned) -> object:
    """The state a new record has in the end."""
    draft = Draft(kind.key, values=dict(item.incoming.values))
    kind.derive(draft, None)
    return draft.values.get("status")


def _refuse_orders(app: Application, new: list[Planned]) -> None:
    running = [p for p in new if p.incoming.values["status"] in RUNNING]
    if running and not app.actor.may(CONFIRM):
        for item in running:
            item.action = "wrong"
            item.problems["status"] = _("You may not confirm orders.")


def note_running(kind: RecordType, plan: Plan) -> None:
    """Say what follows from orders that come in confirmed or done."""
    if kind.key != "sales-orders":
        return
    running = [p for p in plan.records if p.action == "create" and p.incoming.values.get("status") in RUNNING]
    done = sum(p.incoming.values["status"] == "done" for p in running)
    owed = len(running) - done
    if owed:
        words = ngettext(
            "{count} order is confirmed: its instalments come in as receivables.",
            "{count} orders are confirmed: their instalments come in as receivables.",
            owed,
        )
        plan.notes.append(words.format(count=owed))
    if done:
        words = ngettext(
            "{count} order is done and comes in as history: what is still owed for it is an opening balance, among the receivables.",
            "{count} orders are done and come in as history: what is still owed for them is an opening balance, among the receivables.",
            done,
        )
        plan.notes.append(words.format(count=done))


def leave_out_nothing(kind: RecordType, plan: Plan) -> None:
    """Lists of opening balances name every customer; who owes nothing needs no receivable."""
    if kind.key != "receivables":
        return
    nothing = [p for p in plan.records if p.action == "create" and p.incoming.values.get("amount") == ZERO]
    for item in nothing:
        item.action = "same"
    if nothing:
        words = ngettext("{count} row of 0 was left out.", "{count} rows of 0 were left out.", len(nothing))
        plan.notes.append(words.format(count=len(nothing)))
