"""Lets the indexes that order lists say whose each row is, so that a list of a part of the rows need not look at the others."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INDEXES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("sx_department_created_at", "department", ("created_at", "id", "owner_id", "department_id")),
    ("sx_department_name_key", "department", ("name_key", "id", "owner_id", "department_id")),
    ("sx_department_updated_at", "department", ("updated_at", "id", "owner_id", "department_id")),
    ("sx_user_account_created_at", "user_account", ("created_at", "id", "owner_id", "department_id")),
    ("sx_user_account_name_key", "user_account", ("name_key", "id", "owner_id", "department_id")),
    ("sx_user_account_sign_in", "user_account", ("sign_in", "id", "owner_id", "department_id")),
    ("sx_user_account_updated_at", "user_account", ("updated_at", "id", "owner_id", "department_id")),
    ("sx_currency_code", "currency", ("code", "id", "owner_id", "department_id")),
    ("sx_currency_created_at", "currency", ("created_at", "id", "owner_id", "department_id")),
    ("sx_currency_updated_at", "currency", ("updated_at", "id", "owner_id", "department_id")),
    ("sx_customer_city", "customer", ("city", "id", "owner_id", "department_id")),
    ("sx_customer_created_at", "customer", ("created_at", "id", "owner_id", "department_id")),
    (
        "sx_customer_credit_limit",
        "customer",
        ("coalesce(credit_limit, 9223372036854775807)", "id", "owner_id", "department_id"),
    ),
    ("sx_customer_level", "customer", ("level", "id", "owner_id", "department_id")),
    ("sx_customer_name_key", "customer", ("name_key", "id", "owner_id", "department_id")),
    (
        "sx_customer_next_follow_up",
        "customer",
        ("coalesce(next_follow_up, '9999-12-31')", "id", "owner_id", "department_id"),
    ),
    ("sx_customer_number", "customer", ("number", "id", "owner_id", "department_id")),
    ("sx_customer_status", "customer", ("status", "id", "owner_id", "department_id")),
    ("sx_customer_updated_at", "customer", ("updated_at", "id", "owner_id", "department_id")),
    ("sx_number_sequence_created_at", "number_sequence", ("created_at", "id", "owner_id", "department_id")),
    ("sx_number_sequence_key", "number_sequence", ('"key"', "id", "owner_id", "department_id")),
    ("sx_number_sequence_updated_at", "number_sequence", ("updated_at", "id", "owner_id", "department_id")),
    ("sx_option_item_created_at", "option_item", ("created_at", "id", "owner_id", "department_id")),
    ("sx_option_item_list_key", "option_item", ("list_key", "id", "owner_id", "department_id")),
    ("sx_option_item_updated_at", "option_item", ("updated_at", "id", "owner_id", "department_id")),
    ("sx_position_created_at", "position", ("created_at", "id", "owner_id", "department_id")),
    ("sx_position_name_key", "position", ("name_key", "id", "owner_id", "department_id")),
    ("sx_position_updated_at", "position", ("updated_at", "id", "owner_id", "department_id")),
    ("sx_product_barcode", "product", ("barcode", "id", "owner_id", "department_id")),
    ("sx_product_category", "product", ("category", "id", "owner_id", "department_id")),
    ("sx_product_code", "product", ("code", "id", "owner_id", "department_id")),
    ("sx_product_created_at", "product", ("created_at", "id", "owner_id", "department_id")),
    (
        "sx_product_list_price",
        "product",
        ("coalesce(list_price, 9223372036854775807)", "id", "owner_id", "department_id"),
    ),
    ("sx_product_name_key", "product", ("name_key", "id", "owner_id", "department_id")),
    ("sx_product_updated_at", "product", ("updated_at", "id", "owner_id", "department_id")),
    ("sx_team_created_at", "team", ("created_at", "id", "owner_id", "department_id")),
    ("sx_team_name_key", "team", ("name_key", "id", "owner_id", "department_id")),
    ("sx_team_updated_at", "team", ("updated_at", "id", "owner_id", "department_id")),
    ("sx_unit_created_at", "unit", ("created_at", "id", "owner_id", "department_id")),
    ("sx_unit_name_key", "unit", ("name_key", "id", "owner_id", "department_id")),
    ("sx_unit_updated_at", "unit", ("updated_at", "id", "owner_id", "department_id")),
    (
        "sx_contact_birthday",
        "contact",
        ("coalesce(birthday, '9999-12-31')", "id", "owner_id", "department_id", "customer_id"),
    ),
    ("sx_contact_created_at", "contact", ("created_at", "id", "owner_id", "department_id", "customer_id")),
    ("sx_contact_name_key", "contact", ("name_key", "id", "owner_id", "department_id", "customer_id")),
    ("sx_contact_updated_at", "contact", ("updated_at", "id", "owner_id", "department_id", "customer_id")),
    ("sx_follow_up_at", "follow_up", ("at", "id", "owner_id", "department_id", "customer_id")),
    ("sx_follow_up_created_at", "follow_up", ("created_at", "id", "owner_id", "department_id", "customer_id")),
    (
        "sx_follow_up_next_date",
        "follow_up",
        ("coalesce(next_date, '9999-12-31')", "id", "owner_id", "department_id", "customer_id"),
    ),
    ("sx_follow_up_updated_at", "follow_up", ("updated_at", "id", "owner_id", "department_id", "customer_id")),
    ("sx_sales_order_created_at", "sales_order", ("created_at", "id", "owner_id", "department_id", "customer_id")),
    (
        "sx_sales_order_delivery_date",
        "sales_order",
        ("coalesce(delivery_date, '9999-12-31')", "id", "owner_id", "department_id", "customer_id"),
    ),
    ("sx_sales_order_number", "sales_order", ("number", "id", "owner_id", "department_id", "customer_id")),
    ("sx_sales_order_order_date", "sales_order", ("order_date", "id", "owner_id", "department_id", "customer_id")),
    ("sx_sales_order_status", "sales_order", ("status", "id", "owner_id", "department_id", "customer_id")),
    ("sx_sales_order_total", "sales_order", ("total", "id", "owner_id", "department_id", "customer_id")),
    ("sx_sales_order_updated_at", "sales_order", ("updated_at", "id", "owner_id", "department_id", "customer_id")),
    ("sx_task_created_at", "task", ("created_at", "id", "owner_id", "department_id", "customer_id")),
    ("sx_task_due", "task", ("coalesce(due, '9999-12-31')", "id", "owner_id", "department_id", "customer_id")),
    ("sx_task_priority", "task", ("priority", "id", "owner_id", "department_id", "customer_id")),
    ("sx_task_status", "task", ("status", "id", "owner_id", "department_id", "customer_id")),
    ("sx_task_updated_at", "task", ("updated_at", "id", "owner_id", "department_id", "customer_id")),
)
"""Name, table, columns; see db/ordering.py."""


def upgrade() -> None:
    """From 0005 to 0006."""
    for name, table, columns in INDEXES:
        op.drop_index(name, table)
        op.create_index(name, table, [sa.text(c) for c in columns])
