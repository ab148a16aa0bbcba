"""From a first sign of interest to a deal that is won or lost: leads, pipelines with their stages, opportunities."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from types import MappingProxyType

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, LineBase, Record, now
from db.fields import field

_PRODUCT = MappingProxyType(
    {
        "code": "code",
        "name": "name",
        "specification": "specification",
        "unit": "unit",
        "price": "list_price",
        "tax_rate": "tax_rate",
    }
)
_NOT_DECIDED = MappingProxyType({"status": ("new", "working")})
_OPEN = MappingProxyType({"status": ("open",)})
_ZERO = Decimal(0)
_MEDDIC = "MEDDIC"


class Lead(Record):
    """Somebody who may become a customer, before anybody knows."""

    __tablename__ = "lead"
    number: Mapped[str] = field(
        "Number", "code", width=10, search="code", sortable=True, unique=True, help="Given by the program when left empty."
    )
    company: Mapped[str] = field(
        "Company or person", required=True, width=26, search="name", sort="company_key", sortable=True
    )
    company_key: Mapped[str] = mapped_column(default="")
    person: Mapped[str] = field("Contact person", width=12, search="name")
    title: Mapped[str] = field("Job title")
    status: Mapped[str] = field("Status", "state", options="leads", width=10, default="new", computed=True, sortable=True)
    rating: Mapped[str] = field("Rating", "option", options="lead_ratings", width=8, default="warm", sortable=True)
    source: Mapped[str] = field("Source", "option", options="sources", width=10)
    campaign: Mapped[str] = field("Campaign", search="text")
    interest: Mapped[str] = field("Interested in", "long_text", search="text")
    next_contact: Mapped[dt.date | None] = field("Next contact", "date", width=12, sortable=True, due=_NOT_DECIDED)
    note: Mapped[str] = field("Note", "long_text", editable_when_locked=True)

    mobile: Mapped[str] = field("Mobile", "phone", section="Contact details", width=14, search="phone")
    phone: Mapped[str] = field("Phone", "phone", section="Contact details", search="phone")
    wechat: Mapped[str] = field("WeChat", section="Contact details", search="text")
    email: Mapped[str] = field("E-mail", "email", section="Contact details", search="text")
    web: Mapped[str] = field("Website", "url", section="Contact details")
    region: Mapped[str] = field("Region", section="Contact details", search="text")
    city: Mapped[str] = field("City", section="Contact details", width=10, search="text")
    address: Mapped[str] = field("Address", section="Contact details", multiline=True)

    qualified_budget: Mapped[bool] = field("Has a budget", "yes_no", section="Qualification")
    qualified_authority: Mapped[bool] = field("Speaks for those who decide", "yes_no", section="Qualification")
    qualified_need: Mapped[bool] = field("Has a need", "yes_no", section="Qualification")
    qualified_time: Mapped[bool] = field("Wants it within half a year", "yes_no", section="Qualification")
    qualification: Mapped[int] = field(
        "Points of four", "integer", section="Qualification", computed=True, default=0, nullable=False, width=8
    )
    industry: Mapped[str] = field("Industry", "option", options="industries", section="Qualification")

    customer_id: Mapped[int | None] = field(
        "Became the customer", "reference", section="Outcome", target="customers", references="customer.id", on_delete="SET NULL",
        computed=True, index=True,
    )  # fmt: skip
    lost_reason: Mapped[str] = field(
        "Reason of dropping it", "option", options="loss_reasons", section="Outcome", editable_when_locked=True
    )


class Pipeline(Record):
    """A way of selling, with stages of its own: new business, repeat business, projects."""

    __tablename__ = "pipeline"
    name: Mapped[str] = field("Name", required=True, width=24, search="text", sort="name_key", sortable=True, unique=True)
    name_key: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = field("Note", "long_text")
    active: Mapped[bool] = field("In use", "yes_no", width=8, default=True)


class Stage(Record):
    """A stage of a pipeline, told from the others by what has to be done in it."""

    __tablename__ = "pipeline_stage"
    pipeline_id: Mapped[int] = field(
        "Pipeline", "reference", target="pipelines", required=True, width=20, nullable=False, references="pipeline.id", index=True,
        on_delete="CASCADE",
    )  # fmt: skip
    rank: Mapped[int] = field("Order", "integer", width=7, default=10, nullable=False, sortable=True)
    name: Mapped[str] = field("Name", required=True, width=20, search="text")
    probability: Mapped[Decimal] = field(
        "Probability %", "percent", width=10, default=_ZERO, help="How often an opportunity in this stage is won."
    )
    longest: Mapped[int | None] = field(
        "Longest stay in days", "integer", width=10, help="An opportunity that stays longer is marked; empty: no limit."
    )
    checklist: Mapped[str] = field(
        "Checklist", "long_text", width=30, help="One line for each thing to be done before the next stage."
    )


class Opportunity(Record):
    """A deal that may be won: how much, how likely, when, and what still stands between."""

    __tablename__ = "opportunity"
    number: Mapped[str] = field(
        "Number", "code", width=12, search="code", sortable=True, unique=True, help="Given by the program when left empty."
    )
    title: Mapped[str] = field("Subject", required=True, width=24, search="text")
    customer_id: Mapped[int] = field(
        "Customer", "reference", target="customers", required=True, width=24, nullable=False, references="customer.id", index=True,
        search="label",
    )  # fmt: skip
    contact_id: Mapped[int | None] = field(
        "Contact", "reference", target="contacts", references="contact.id", on_delete="SET NULL"
    )
    pipeline_id: Mapped[int] = field(
        "Pipeline", "reference", target="pipelines", required=True, nullable=False, references="pipeline.id", index=True
    )
    stage_id: Mapped[int] = field(
        "Stage", "reference", target="stages", required=True, width=14, nullable=False, references="pipeline_stage.id", index=True,
        copies=MappingProxyType({"probability": "probability"}),
    )  # fmt: skip
    status: Mapped[str] = field(
        "Status", "state", options="opportunities", width=8, default="open", computed=True, sortable=True
    )
    stage_since: Mapped[dt.date | None] = field("In this stage since", "date", width=12, computed=True)
    expected_close: Mapped[dt.date | None] = field("Expected close", "date", width=12, sortable=True, due=_OPEN)
    closed_on: Mapped[dt.date | None] = field("Closed on", "date", computed=True, sortable=True)
    source: Mapped[str] = field("Source", "option", options="sources")
    competitors: Mapped[tuple[str, ...]] = field("Competitors", "tags", search="text")
    lost_reason: Mapped[str] = field("Reason of the loss", "option", options="loss_reasons", editable_when_locked=True)
    won_reason: Mapped[str] = field("Reason of the win", "option", options="win_reasons", editable_when_locked=True)
    checked: Mapped[str] = field("Done in this stage", "long_text", help="What of the stage's checklist has been done, a line each.")
    lead_id: Mapped[int | None] = field(
        "Lead", "reference", target="leads", references="lead.id", on_delete="SET NULL", index=True
    )
    note: Mapped[str] = field("Note", "long_text", editable_when_locked=True)

    currency_id: Mapped[int | None] = field(
        "Currency", "reference", section="Amounts", target="currencies", references="currency.id", preset="CNY"
    )
    estimate: Mapped[Decimal | None] = field(
        "Estimated amount", "money", section="Amounts", help="Counts until there are lines."
    )
    amount: Mapped[Decimal] = field(
        "Amount", "money", section="Amounts", width=14, default=_ZERO, computed=True, total=True, sortable=True,
        help="The sum of the lines; without lines, the estimate.",
    )  # fmt: skip
    probability: Mapped[Decimal] = field("Probability %", "percent", section="Amounts", width=9, default=_ZERO)
    weighted: Mapped[Decimal] = field(
        "Weighted amount", "money", section="Amounts", width=14, default=_ZERO, computed=True, total=True, sortable=True,
        help="Amount × probability: what it adds to the forecast.",
    )  # fmt: skip

    metrics: Mapped[str] = field(
        "Metrics", "option", options="meddic_scores", section=_MEDDIC, default="unknown", help="What the customer gains, in figures."
    )
    metrics_evidence: Mapped[str] = field("Evidence of the metrics", section=_MEDDIC)
    buyer: Mapped[str] = field(
        "Economic buyer", "option", options="meddic_scores", section=_MEDDIC, default="unknown", help="Who can say yes to the money."
    )
    buyer_evidence: Mapped[str] = field("Evidence of the buyer", section=_MEDDIC)
    criteria: Mapped[str] = field(
        "Decision criteria", "option", options="meddic_scores", section=_MEDDIC, default="unknown", help="By what they will choose."
    )
    criteria_evidence: Mapped[str] = field("Evidence of the criteria", section=_MEDDIC)
    process: Mapped[str] = field(
        "Decision process", "option", options="meddic_scores", section=_MEDDIC, default="unknown", help="Who decides what, and when."
    )
    process_evidence: Mapped[str] = field("Evidence of the process", section=_MEDDIC)
    pain: Mapped[str] = field(
        "Identified pain", "option", options="meddic_scores", section=_MEDDIC, default="unknown", help="What it costs to do nothing."
    )
    pain_evidence: Mapped[str] = field("Evidence of the pain", section=_MEDDIC)
    champion: Mapped[str] = field(
        "Champion", "option", options="meddic_scores", section=_MEDDIC, default="unknown", help="Who sells for us inside."
    )
    champion_evidence: Mapped[str] = field("Evidence of the champion", section=_MEDDIC)
    meddic_score: Mapped[int] = field(
        "MEDDIC points", "integer", section=_MEDDIC, computed=True, default=0, nullable=False, width=9, sortable=True,
        help="Of 18: three for each element that is proven.",
    )  # fmt: skip
    meddic_gaps: Mapped[str] = field("Gaps", section=_MEDDIC, computed=True, width=0, help="The elements that are unknown or weak.")
    risk: Mapped[str] = field("Risk", "option", options="risks", section=_MEDDIC, computed=True, default="high", width=8, sortable=True)


class OpportunityLine(LineBase):
    """What the customer might buy."""

    __tablename__ = "opportunity_line"
    parent_id: Mapped[int] = field(
        "Opportunity", "reference", target="opportunities", nullable=False, references="opportunity.id", on_delete="CASCADE"
    )
    product_id: Mapped[int | None] = field(
        "Product", "reference", target="products", width=18, references="product.id", copies=_PRODUCT, index=True,
    )  # fmt: skip
    code: Mapped[str] = field("Code", "code", width=10)
    name: Mapped[str] = field("Name", required=True, width=24)
    specification: Mapped[str] = field("Specification", width=14)
    unit: Mapped[str] = field("Unit", width=6)
    quantity: Mapped[Decimal] = field("Quantity", "quantity", required=True, width=10, default=Decimal(1), total=True)
    price: Mapped[Decimal] = field("Price", "price", width=10, default=_ZERO)
    discount: Mapped[Decimal] = field("Discount %", "percent", width=9, default=_ZERO)
    tax_rate: Mapped[Decimal] = field("Tax rate %", "percent", width=9, default=_ZERO)
    amount: Mapped[Decimal] = field(
        "Amount", "money", width=12, default=_ZERO, computed=True, total=True, help="Quantity × price less discount."
    )
    remark: Mapped[str] = field("Remark", width=16)
    list_price: Mapped[Decimal | None] = field(
        "Price by list", "price", computed=True, help="Of the price list or bundle that counts; else the list price."
    )
    price_list_id: Mapped[int | None] = field(
        "Price list", "reference", target="price-lists", references="price_list.id", on_delete="SET NULL", computed=True
    )
    bundle_id: Mapped[int | None] = field(
        "Bundle", "reference", target="bundles", references="bundle.id", on_delete="SET NULL", help="Of which the line is a part."
    )


class StageVisit(Base):
    """When an opportunity came into a stage and when it left: what the funnel and the average stay are counted from."""

    __tablename__ = "stage_visit"
    id: Mapped[int] = mapped_column(primary_key=True)
    opportunity_id: Mapped[int] = mapped_column(ForeignKey("opportunity.id", ondelete="CASCADE"))
    stage_id: Mapped[int] = mapped_column(ForeignKey("pipeline_stage.id", ondelete="CASCADE"))
    entered_at: Mapped[dt.datetime] = mapped_column(default=now)
    left_at: Mapped[dt.datetime | None]


Index("ix_stage_visit_opportunity", StageVisit.opportunity_id, StageVisit.id)
Index("ix_stage_visit_stage", StageVisit.stage_id, StageVisit.entered_at)
Index("ix_pipeline_stage_rank", Stage.pipeline_id, Stage.rank, Stage.id)
Index("ix_opportunity_line_parent", OpportunityLine.parent_id, OpportunityLine.position)
Index("ix_opportunity_board", Opportunity.pipeline_id, Opportunity.status, Opportunity.stage_id, Opportunity.id)
