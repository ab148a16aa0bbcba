"""Leads, pipelines with their stages, and opportunities."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from crm_desktop.draft import Draft
from crm_desktop.options import Choice
from crm_desktop.records.documents import PRICED, ZERO, begins_as, lines_from, number, ref_to, taken
from crm_desktop.records.record_type import LineType, Operation, Problems, RecordType, Related, Successor
from crm_desktop.rules.totals import cents
from crm_desktop.words import N_, _, translated
from db.models.pipeline import Lead, Opportunity, OpportunityLine, Pipeline, Stage

_CENT = Decimal("0.01")
_QUALIFIED = ("qualified_budget", "qualified_authority", "qualified_need", "qualified_time")

MEDDIC = {
    "metrics": "Metrics",
    "buyer": "Economic buyer",
    "criteria": "Decision criteria",
    "process": "Decision process",
    "pain": "Identified pain",
    "champion": "Champion",
}
"""The six elements, by field: what is known of each decides how much an opportunity can be relied on."""

POINTS = {"unknown": 0, "weak": 1, "partial": 2, "proven": 3}
_SURE, _FAIR = 13, 8  # points of 18 from which the risk is low, or middling


# Leads


def _qualify(draft: Draft, before: Draft | None) -> None:
    begins_as(draft, before, "new")
    draft.values["qualification"] = sum(bool(draft.values.get(n)) for n in _QUALIFIED)


LEAD = RecordType(
    key="leads",
    model=Lead,
    title="Lead",
    plural="Leads",
    icon="sparkle",
    area="customers",
    label=("company",),
    order=("-created_at",),
    about="People and companies that may become customers, until you know.",
    number="number",
    sequence="leads",
    derive=_qualify,
    states=(
        Choice("new", "New", "accent"),
        Choice("working", "Being worked on", "amber"),
        Choice("converted", "Converted", "green", locked=True),
        Choice("dropped", "Dropped", "grey", locked=True),
    ),
    operations=(
        Operation("convert", "Convert", "person_add", ("new", "working"), "converted", primary=True),
        Operation("work", "Work on it", "call", ("new",), "working"),
        Operation("drop", "Drop", "dismiss", ("new", "working"), "dropped", asks_reason=True),
        Operation("reopen", "Reopen", "arrow_undo", ("dropped",), "working"),
    ),
    related=(Related("opportunities", "lead_id"),),
    subtitle=("number", "person", "mobile"),
)


# Set-up

PIPELINE = RecordType(
    key="pipelines",
    model=Pipeline,
    title="Pipeline",
    plural="Pipelines",
    icon="data_funnel",
    area="setup",
    label=("name",),
    order=("name",),
    about="Ways of selling, each with its stages.",
    related=(Related("stages", "pipeline_id", owned=True),),
)


def _stage_is_sane(draft: Draft) -> Problems:
    if not 0 <= number(draft.values, "probability") <= 100:
        yield "probability", _("A percentage between 0 and 100 is needed.")
    longest = draft.values.get("longest")
    if longest is not None and longest < 1:
        yield "longest", _("At least one day is needed.")


STAGE = RecordType(
    key="stages",
    model=Stage,
    title="Stage",
    plural="Stages",
    icon="flag",
    area="setup",
    label=("name",),
    order=("rank",),
    about="The stages of a pipeline, in order, each with its probability and its checklist.",
    check=_stage_is_sane,
    subtitle=("pipeline_id", "probability"),
)


# Opportunities


def gaps(draft: Draft) -> list[str]:
    """The elements of MEDDIC that are unknown or weak, by field."""
    return [n for n in MEDDIC if POINTS.get(draft.values.get(n) or "unknown", 0) < POINTS["partial"]]


def _derive(draft: Draft, before: Draft | None) -> None:
    """Amounts, the day the stage was reached, and what MEDDIC says."""
    begins_as(draft, before, "open")
    values = draft.values
    for line in draft.lines:
        off = 1 - number(line.values, "discount") / 100
        line.values["amount"] = cents(number(line.values, "quantity") * number(line.values, "price") * off)
    lines = sum((number(line.values, "amount") for line in draft.lines), ZERO)
    values["amount"] = lines if draft.lines else number(values, "estimate")
    chance = {"won": Decimal(100), "lost": ZERO}.get(str(values.get("status")), number(values, "probability"))
    values["weighted"] = (values["amount"] * chance / 100).quantize(_CENT, ROUND_HALF_UP)
    stage, was = values.get("stage_id"), before.values.get("stage_id") if before else None
    if stage != was:
        values["stage_since"] = dt.date.today()
    score = sum(POINTS.get(values.get(n) or "unknown", 0) for n in MEDDIC)
    weak = gaps(draft)
    values["meddic_score"] = score
    values["meddic_gaps"] = ", ".join(_(MEDDIC[n]) for n in weak)
    safe = score >= _SURE and "buyer" not in weak and "champion" not in weak
    values["risk"] = "low" if safe else "middle" if score >= _FAIR else "high"


def _check(draft: Draft) -> Problems:
    if not 0 <= number(draft.values, "probability") <= 100:
        yield "probability", _("A percentage between 0 and 100 is needed.")
    if number(draft.values, "estimate") < 0:
        yield "estimate", _("This cannot be less than nothing.")
    for at, line in enumerate(draft.lines):
        if number(line.values, "price") < 0:
            yield f"lines.{at}.price", _("This cannot be less than nothing.")
        if not 0 <= number(line.values, "discount") <= 100:
            yield f"lines.{at}.discount", _("A percentage between 0 and 100 is needed.")


def _close(draft: Draft) -> None:
    draft.values["closed_on"] = dt.date.today()


def _open_again(draft: Draft) -> None:
    draft.values["closed_on"] = None


def quote_from_opportunity(sources: Sequence[Draft]) -> Draft:
    """The quote of an opportunity, with its lines."""
    (source,) = sources
    carried = ("customer_id", "contact_id", "title", "currency_id", "owner_id", "department_id")
    values = taken(source.values, carried) | {"opportunity_id": ref_to(source)}
    return Draft("quotes", values=values, lines=lines_from(taken(line.values, PRICED) for line in source.lines))


OPPORTUNITY = RecordType(
    key="opportunities",
    model=Opportunity,
    title="Opportunity",
    plural="Opportunities",
    icon="target_arrow",
    area="sales",
    label=("number", "title"),
    order=("-created_at",),
    about="Deals that may be won: how much, how likely, when, and what still stands between.",
    number="number",
    sequence="opportunities",
    priced=True,
    lines=LineType(OpportunityLine, "Lines"),
    derive=_derive,
    check=_check,
    states=(
        Choice("open", "Under way", "accent"),
        Choice("won", "Won", "green", locked=True),
        Choice("lost", "Lost", "red", locked=True),
    ),
    operations=(
        Operation("win", "Won", "handshake", ("open",), "won", apply=_close, primary=True),
        Operation("lose", "Lost", "dismiss", ("open",), "lost", apply=_close, asks_reason=True),
        Operation("reopen", "Reopen", "arrow_undo", ("won", "lost"), "open", apply=_open_again, asks_reason=True),
    ),
    successors=(Successor("quotes", "Make quote", "document_text", ("open", "won"), quote_from_opportunity),),
    related=(Related("quotes", "opportunity_id"),),
    subtitle=("customer_id", "stage_id", "amount"),
)


# What a new database begins with: name, probability, longest stay, checklist.

FIRST_PIPELINE = N_("New business")
FIRST_STAGES: tuple[tuple[str, int, int, tuple[str, ...]], ...] = (
    (N_("First contact"), 10, 14, (N_("Spoken with somebody"), N_("Knows what we sell"))),
    (N_("Need understood"), 25, 21, (N_("Need written down"), N_("Budget asked"), N_("Who decides is known"))),
    (N_("Solution shown"), 50, 30, (N_("Solution shown or sample sent"), N_("Criteria of the decision known"))),
    (N_("Quoted"), 70, 21, (N_("Quote sent"), N_("Quote talked through"))),
    (N_("Negotiation"), 90, 14, (N_("Terms agreed"), N_("Contract drawn up"))),
)


def first_stages(language: str) -> list[dict[str, object]]:
    """The stages of the first pipeline, in a language."""
    return [
        {
            "rank": (at + 1) * 10,
            "name": translated(name, language),
            "probability": Decimal(chance),
            "longest": longest,
            "checklist": "\n".join(translated(item, language) for item in checklist),
        }
        for at, (name, chance, longest, checklist) in enumerate(FIRST_STAGES)
    ]
