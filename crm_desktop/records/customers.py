"""Customers, contacts, follow-ups, tasks."""

from __future__ import annotations

from crm_desktop.draft import Draft
from crm_desktop.pinyin import initials
from crm_desktop.records.record_type import Limits, Problems, RecordType, Related
from crm_desktop.words import _
from db.models.customers import Contact, Customer, FollowUp, Task


def keep_initials(draft: Draft, before: Draft | None) -> None:
    """Fill the pinyin initials from the name, unless a person has corrected them."""
    person = draft.values.get("kind") == "person"
    name = draft.values.get("name") or ""
    given = draft.values.get("initials") or ""
    previous = _initials(before.values.get("name") or "", person) if before else ""
    if not given or given == previous:
        draft.values["initials"] = _initials(name, person)


def _initials(name: str, person: bool) -> str:
    """As many as the field holds: the names of the longest companies have more characters."""
    return initials(name, person)[: Customer.__table__.c.initials.info["field"].max_length]


def credit_is_sane(draft: Draft) -> Problems:
    """A credit limit or term below nothing is a typing mistake."""
    for name in ("credit_limit", "credit_days"):
        value = draft.values.get(name)
        if value is not None and value < 0:
            yield name, _("This cannot be less than nothing.")


CUSTOMER = RecordType(
    key="customers",
    model=Customer,
    title="Customer",
    plural="Customers",
    icon="people",
    area="customers",
    label=("name",),
    order=("-updated_at",),
    about="Everyone you sell to, with contacts, orders and everything that happened.",
    number="number",
    sequence="customers",
    related=(
        Related("contacts", "customer_id", owned=True),
        Related("opportunities", "customer_id"),
        Related("quotes", "customer_id"),
        Related("sales-orders", "customer_id"),
        Related("deliveries", "customer_id"),
        Related("receivables", "customer_id"),
        Related("invoices", "customer_id"),
        Related("receipts", "customer_id"),
        Related("follow-ups", "customer_id", owned=True),
        Related("tasks", "customer_id"),
    ),
    derive=keep_initials,
    check=credit_is_sane,
    subtitle=("number", "city", "phone"),
)

CONTACT = RecordType(
    key="contacts",
    model=Contact,
    title="Contact",
    plural="Contacts",
    icon="contact_card",
    area="customers",
    label=("name",),
    order=("name",),
    about="The people at your customers: whom to call, and who decides.",
    person=True,
    limits=Limits(parent="customer_id"),
    related=(Related("follow-ups", "contact_id"),),
    subtitle=("customer_id", "title", "mobile"),
)

FOLLOW_UP = RecordType(
    key="follow-ups",
    model=FollowUp,
    title="Follow-up",
    plural="Follow-ups",
    icon="chat_multiple",
    area="customers",
    label=("customer_id",),
    order=("-at",),
    about="Calls, visits and notes, each with the next step.",
    limits=Limits(parent="customer_id"),
    subtitle=("text",),
)

TASK = RecordType(
    key="tasks",
    model=Task,
    title="Task",
    plural="Tasks",
    icon="checkmark_circle",
    area="office",
    label=("title",),
    order=("due",),
    about="What has to be done, by whom, by when.",
    limits=Limits(owners=("owner_id", "created_by")),  # whoever gives a task to another follows it
    subtitle=("due", "customer_id"),
)
