"""Leads, pipelines with their stages, opportunities."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text  # named in what Alembic writes for JSON columns
from sqlalchemy.dialects import postgresql

import db.types
from db import search

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

EXPRESSION_INDEXES = (
    (
        "sx_lead_next_contact",
        "lead",
        ("coalesce(next_contact, '9999-12-31')", "id", "owner_id", "department_id", "customer_id"),
    ),
    (
        "sx_opportunity_closed_on",
        "opportunity",
        ("coalesce(closed_on, '9999-12-31')", "id", "owner_id", "department_id", "customer_id"),
    ),
    (
        "sx_opportunity_expected_close",
        "opportunity",
        ("coalesce(expected_close, '9999-12-31')", "id", "owner_id", "department_id", "customer_id"),
    ),
)
"""Indexes over columns that may be NULL: name, table, expressions; see db/ordering.py."""

SEARCHED = ("lead", "pipeline", "pipeline_stage", "opportunity")
"""The new tables with a search index beside them."""


def upgrade() -> None:
    """From 0007 to 0008."""
    op.create_table(
        "pipeline",
        sa.Column("name", db.types.Words(), nullable=False),
        sa.Column("name_key", db.types.Words(), nullable=False),
        sa.Column("note", db.types.Words(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("updated_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("updated_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("search_text", db.types.Words(), nullable=False),
        sa.Column("extra", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_pipeline_department_id_department"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user_account.id"], name=op.f("fk_pipeline_owner_id_user_account"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pipeline")),
        sa.UniqueConstraint("name", name=op.f("uq_pipeline_name")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("pipeline", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pipeline_department_id"), ["department_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_pipeline_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index("sx_pipeline_created_at", ["created_at", "id", "owner_id", "department_id"], unique=False)
        batch_op.create_index("sx_pipeline_name_key", ["name_key", "id", "owner_id", "department_id"], unique=False)
        batch_op.create_index("sx_pipeline_updated_at", ["updated_at", "id", "owner_id", "department_id"], unique=False)

    op.create_table(
        "pipeline_stage",
        sa.Column("pipeline_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rank", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", db.types.Words(), nullable=False),
        sa.Column("probability", db.types.Percent(), nullable=False),
        sa.Column("longest", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("checklist", db.types.Words(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("updated_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("updated_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("search_text", db.types.Words(), nullable=False),
        sa.Column("extra", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_pipeline_stage_department_id_department"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user_account.id"], name=op.f("fk_pipeline_stage_owner_id_user_account"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["pipeline_id"], ["pipeline.id"], name=op.f("fk_pipeline_stage_pipeline_id_pipeline"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pipeline_stage")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("pipeline_stage", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pipeline_stage_department_id"), ["department_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_pipeline_stage_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_pipeline_stage_pipeline_id"), ["pipeline_id"], unique=False)
        batch_op.create_index("ix_pipeline_stage_rank", ["pipeline_id", "rank", "id"], unique=False)
        batch_op.create_index(
            "sx_pipeline_stage_created_at", ["created_at", "id", "owner_id", "department_id"], unique=False
        )
        batch_op.create_index("sx_pipeline_stage_rank", ["rank", "id", "owner_id", "department_id"], unique=False)
        batch_op.create_index(
            "sx_pipeline_stage_updated_at", ["updated_at", "id", "owner_id", "department_id"], unique=False
        )

    op.create_table(
        "lead",
        sa.Column("number", db.types.Words(), nullable=False),
        sa.Column("company", db.types.Words(), nullable=False),
        sa.Column("company_key", db.types.Words(), nullable=False),
        sa.Column("person", db.types.Words(), nullable=False),
        sa.Column("title", db.types.Words(), nullable=False),
        sa.Column("status", db.types.Words(), nullable=False),
        sa.Column("rating", db.types.Words(), nullable=False),
        sa.Column("source", db.types.Words(), nullable=False),
        sa.Column("campaign", db.types.Words(), nullable=False),
        sa.Column("interest", db.types.Words(), nullable=False),
        sa.Column("next_contact", sa.Date(), nullable=True),
        sa.Column("note", db.types.Words(), nullable=False),
        sa.Column("mobile", db.types.Words(), nullable=False),
        sa.Column("phone", db.types.Words(), nullable=False),
        sa.Column("wechat", db.types.Words(), nullable=False),
        sa.Column("email", db.types.Words(), nullable=False),
        sa.Column("web", db.types.Words(), nullable=False),
        sa.Column("region", db.types.Words(), nullable=False),
        sa.Column("city", db.types.Words(), nullable=False),
        sa.Column("address", db.types.Words(), nullable=False),
        sa.Column("qualified_budget", sa.Boolean(), nullable=False),
        sa.Column("qualified_authority", sa.Boolean(), nullable=False),
        sa.Column("qualified_need", sa.Boolean(), nullable=False),
        sa.Column("qualified_time", sa.Boolean(), nullable=False),
        sa.Column("qualification", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("industry", db.types.Words(), nullable=False),
        sa.Column("customer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("lost_reason", db.types.Words(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("updated_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("updated_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("search_text", db.types.Words(), nullable=False),
        sa.Column("extra", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_lead_customer_id_customer"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_lead_department_id_department"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user_account.id"], name=op.f("fk_lead_owner_id_user_account"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead")),
        sa.UniqueConstraint("number", name=op.f("uq_lead_number")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("lead", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lead_customer_id"), ["customer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_lead_department_id"), ["department_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_lead_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(
            "sx_lead_company_key", ["company_key", "id", "owner_id", "department_id", "customer_id"], unique=False
        )
        batch_op.create_index(
            "sx_lead_created_at", ["created_at", "id", "owner_id", "department_id", "customer_id"], unique=False
        )
        batch_op.create_index(
            "sx_lead_number", ["number", "id", "owner_id", "department_id", "customer_id"], unique=False
        )
        batch_op.create_index(
            "sx_lead_rating", ["rating", "id", "owner_id", "department_id", "customer_id"], unique=False
        )
        batch_op.create_index(
            "sx_lead_status", ["status", "id", "owner_id", "department_id", "customer_id"], unique=False
        )
        batch_op.create_index(
            "sx_lead_updated_at", ["updated_at", "id", "owner_id", "department_id", "customer_id"], unique=False
        )

    op.create_table(
        "opportunity",
        sa.Column("number", db.types.Words(), nullable=False),
        sa.Column("title", db.types.Words(), nullable=False),
        sa.Column("customer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("pipeline_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("stage_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("status", db.types.Words(), nullable=False),
        sa.Column("stage_since", sa.Date(), nullable=True),
        sa.Column("expected_close", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("source", db.types.Words(), nullable=False),
        sa.Column("competitors", db.types.Tags(), nullable=False),
        sa.Column("lost_reason", db.types.Words(), nullable=False),
        sa.Column("won_reason", db.types.Words(), nullable=False),
        sa.Column("checked", db.types.Words(), nullable=False),
        sa.Column("lead_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("note", db.types.Words(), nullable=False),
        sa.Column("currency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("estimate", db.types.Money(), nullable=True),
        sa.Column("amount", db.types.Money(), nullable=False),
        sa.Column("probability", db.types.Percent(), nullable=False),
        sa.Column("weighted", db.types.Money(), nullable=False),
        sa.Column("metrics", db.types.Words(), nullable=False),
        sa.Column("metrics_evidence", db.types.Words(), nullable=False),
        sa.Column("buyer", db.types.Words(), nullable=False),
        sa.Column("buyer_evidence", db.types.Words(), nullable=False),
        sa.Column("criteria", db.types.Words(), nullable=False),
        sa.Column("criteria_evidence", db.types.Words(), nullable=False),
        sa.Column("process", db.types.Words(), nullable=False),
        sa.Column("process_evidence", db.types.Words(), nullable=False),
        sa.Column("pain", db.types.Words(), nullable=False),
        sa.Column("pain_evidence", db.types.Words(), nullable=False),
        sa.Column("champion", db.types.Words(), nullable=False),
        sa.Column("champion_evidence", db.types.Words(), nullable=False),
        sa.Column("meddic_score", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("meddic_gaps", db.types.Words(), nullable=False),
        sa.Column("risk", db.types.Words(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("updated_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("updated_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("search_text", db.types.Words(), nullable=False),
        sa.Column("extra", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_opportunity_contact_id_contact"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["currency_id"], ["currency.id"], name=op.f("fk_opportunity_currency_id_currency"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_opportunity_customer_id_customer"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_opportunity_department_id_department"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["lead.id"], name=op.f("fk_opportunity_lead_id_lead"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user_account.id"], name=op.f("fk_opportunity_owner_id_user_account"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["pipeline_id"], ["pipeline.id"], name=op.f("fk_opportunity_pipeline_id_pipeline"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["stage_id"],
            ["pipeline_stage.id"],
            name=op.f("fk_opportunity_stage_id_pipeline_stage"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opportunity")),
        sa.UniqueConstraint("number", name=op.f("uq_opportunity_number")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("opportunity", schema=None) as batch_op:
        batch_op.create_index("ix_opportunity_board", ["pipeline_id", "status", "stage_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_opportunity_customer_id"), ["customer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_opportunity_department_id"), ["department_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_opportunity_lead_id"), ["lead_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_opportunity_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_opportunity_pipeline_id"), ["pipeline_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_opportunity_stage_id"), ["stage_id"], unique=False)
        batch_op.create_index(
            "sx_opportunity_amount", ["amount", "id", "owner_id", "department_id", "customer_id"], unique=False
        )
        batch_op.create_index(
            "sx_opportunity_created_at", ["created_at", "id", "owner_id", "department_id", "customer_id"], unique=False
        )
        batch_op.create_index(
            "sx_opportunity_meddic_score",
            ["meddic_score", "id", "owner_id", "department_id", "customer_id"],
            unique=False,
        )
        batch_op.create_index(
            "sx_opportunity_number", ["number", "id", "owner_id", "department_id", "customer_id"], unique=False
        )
        batch_op.create_index(
            "sx_opportunity_risk", ["risk", "id", "owner_id", "department_id", "customer_id"], unique=False
        )
        batch_op.create_index(
            "sx_opportunity_status", ["status", "id", "owner_id", "department_id", "customer_id"], unique=False
        )
        batch_op.create_index(
            "sx_opportunity_updated_at", ["updated_at", "id", "owner_id", "department_id", "customer_id"], unique=False
        )
        batch_op.create_index(
            "sx_opportunity_weighted", ["weighted", "id", "owner_id", "department_id", "customer_id"], unique=False
        )

    op.create_table(
        "opportunity_line",
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("code", db.types.Words(), nullable=False),
        sa.Column("name", db.types.Words(), nullable=False),
        sa.Column("specification", db.types.Words(), nullable=False),
        sa.Column("unit", db.types.Words(), nullable=False),
        sa.Column("quantity", db.types.Quantity(), nullable=False),
        sa.Column("price", db.types.Price(), nullable=False),
        sa.Column("discount", db.types.Percent(), nullable=False),
        sa.Column("tax_rate", db.types.Percent(), nullable=False),
        sa.Column("amount", db.types.Money(), nullable=False),
        sa.Column("remark", db.types.Words(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("extra", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["opportunity.id"],
            name=op.f("fk_opportunity_line_parent_id_opportunity"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_opportunity_line_product_id_product"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opportunity_line")),
    )
    with op.batch_alter_table("opportunity_line", schema=None) as batch_op:
        batch_op.create_index("ix_opportunity_line_parent", ["parent_id", "position"], unique=False)
        batch_op.create_index(batch_op.f("ix_opportunity_line_product_id"), ["product_id"], unique=False)

    op.create_table(
        "stage_visit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("opportunity_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("stage_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entered_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("left_at", db.types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["opportunity_id"],
            ["opportunity.id"],
            name=op.f("fk_stage_visit_opportunity_id_opportunity"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["stage_id"], ["pipeline_stage.id"], name=op.f("fk_stage_visit_stage_id_pipeline_stage"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage_visit")),
    )
    with op.batch_alter_table("stage_visit", schema=None) as batch_op:
        batch_op.create_index("ix_stage_visit_opportunity", ["opportunity_id", "id"], unique=False)
        batch_op.create_index("ix_stage_visit_stage", ["stage_id", "entered_at"], unique=False)

    for index, table, columns in EXPRESSION_INDEXES:
        op.create_index(index, table, [sa.text(c) for c in columns])
    # Written out, since both engines add a column with its reference, but only one of them adds a reference to a column.
    number = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    reference = "CONSTRAINT fk_quote_opportunity_id_opportunity REFERENCES opportunity (id) ON DELETE SET NULL"
    op.execute(sa.text(f"ALTER TABLE quote ADD COLUMN opportunity_id {number} {reference}"))
    op.create_index("ix_quote_opportunity_id", "quote", ["opportunity_id"])
    for table in SEARCHED:
        search.create_index(op.get_bind(), table)
