"""The choices the program brings. People may rename, reorder, add and switch off; the codes stay.

Each: code, English label, tone. Closed lists are part of the program (its rules know the codes) and are not shown in set-up.
"""

from __future__ import annotations

from crm_desktop.options import Choice

Rows = tuple[tuple[str, str, str], ...]

OPEN_LISTS: dict[str, tuple[str, Rows]] = {
    "customer_levels": (
        "Customer levels",
        (("A", "A", "violet"), ("B", "B", "accent"), ("C", "C", "grey"), ("D", "D", "grey")),
    ),
    "customer_statuses": (
        "Customer statuses",
        (
            ("prospect", "Prospect", "grey"),
            ("following", "Following up", "amber"),
            ("quoted", "Quoted", "violet"),
            ("won", "Customer won", "green"),
            ("inactive", "Inactive", "grey"),
            ("lost", "Lost customer", "red"),
        ),
    ),
    "industries": (
        "Industries",
        (
            ("machinery", "Machinery", "grey"),
            ("electronics", "Electronics", "grey"),
            ("building", "Building materials", "grey"),
            ("food", "Food", "grey"),
            ("textile", "Textiles and clothing", "grey"),
            ("chemistry", "Chemistry", "grey"),
            ("medical", "Medical", "grey"),
            ("logistics", "Logistics", "grey"),
            ("retail", "Retail", "grey"),
            ("services", "Services", "grey"),
            ("education", "Education", "grey"),
            ("government", "Government", "grey"),
            ("other", "Other", "grey"),
        ),
    ),
    "sources": (
        "Sources",
        (
            ("referral", "Referral", "grey"),
            ("fair", "Trade fair", "grey"),
            ("call", "Cold call", "grey"),
            ("web", "Website", "grey"),
            ("advert", "Advertising", "grey"),
            ("visit", "Walk-in", "grey"),
            ("old", "Former customer", "grey"),
            ("other", "Other", "grey"),
        ),
    ),
    "contact_roles": (
        "Contact roles",
        (
            ("owner", "Business owner", "violet"),
            ("management", "Management", "violet"),
            ("purchasing", "Purchasing", "accent"),
            ("technology", "Technology", "grey"),
            ("finance", "Finance", "grey"),
            ("warehouse", "Warehouse", "grey"),
            ("user", "User of the product", "grey"),
            ("other", "Other", "grey"),
        ),
    ),
    "decision_weights": (
        "Decision weights",
        (
            ("decides", "Decides", "violet"),
            ("influences", "Influences", "accent"),
            ("informs", "Gives information", "grey"),
            ("none", "No say", "grey"),
        ),
    ),
    "follow_up_kinds": (
        "Follow-up kinds",
        (
            ("call", "Call", "accent"),
            ("visit", "Visit", "green"),
            ("wechat", "WeChat message", "green"),
            ("mail", "Mail", "violet"),
            ("meeting", "Meeting", "amber"),
            ("note", "Note", "grey"),
        ),
    ),
    "product_categories": ("Product categories", ()),
    "loss_reasons": (
        "Reasons of a loss",
        (
            ("price", "Price", "grey"),
            ("competitor", "Competitor", "grey"),
            ("no_budget", "No budget", "grey"),
            ("no_need", "No need any more", "grey"),
            ("delivery", "Time of delivery", "grey"),
            ("other", "Other", "grey"),
        ),
    ),
    "win_reasons": (
        "Reasons of a win",
        (
            ("price", "Price", "grey"),
            ("quality", "Quality", "grey"),
            ("relation", "Relations", "grey"),
            ("service", "Service", "grey"),
            ("delivery", "Time of delivery", "grey"),
            ("other", "Other", "grey"),
        ),
    ),
    "lead_ratings": (
        "Ratings of leads",
        (("hot", "Hot", "red"), ("warm", "Warm", "amber"), ("cold", "Cold", "grey")),
    ),
    "return_reasons": (
        "Reasons of returns",
        (
            ("damaged", "Damaged", "red"),
            ("quality", "Quality", "red"),
            ("wrong", "Wrong goods", "amber"),
            ("late", "Too late", "amber"),
            ("too_many", "Too many", "grey"),
            ("other", "Other", "grey"),
        ),
    ),
    "payment_methods": (
        "Ways of payment",
        (
            ("bank", "Bank transfer", "accent"),
            ("cash", "Cash", "green"),
            ("cheque", "Cheque", "grey"),
            ("draft", "Bank draft", "violet"),
            ("wechat", "WeChat Pay", "green"),
            ("alipay", "Alipay", "accent"),
            ("other", "Other", "grey"),
        ),
    ),
    "invoice_kinds": (
        "Kinds of invoices",
        (
            ("special", "Special VAT invoice", "accent"),
            ("ordinary", "Ordinary invoice", "grey"),
            ("digital_special", "Digital special VAT invoice", "accent"),
            ("digital", "Digital ordinary invoice", "grey"),
            ("other", "Other", "grey"),
        ),
    ),
}

CLOSED_LISTS: dict[str, tuple[Choice, ...]] = {
    "customer_kinds": (Choice("company", "Company"), Choice("person", "Person")),
    "task_statuses": (
        Choice("open", "To do", "amber"),
        Choice("done", "Done", "green"),
        Choice("dropped", "Dropped", "grey"),
    ),
    "priorities": (Choice("high", "High", "red"), Choice("normal", "Normal", "grey"), Choice("low", "Low", "grey")),
    "meddic_scores": (
        Choice("unknown", "Unknown", "red"),
        Choice("weak", "Weak", "amber"),
        Choice("partial", "Partial", "accent"),
        Choice("proven", "Proven", "green"),
    ),
    "risks": (Choice("high", "High", "red"), Choice("middle", "Middling", "amber"), Choice("low", "Low", "green")),
    "return_kinds": (Choice("refund", "Refund", "amber"), Choice("exchange", "Exchange", "accent")),
    "receipt_kinds": (
        Choice("receipt", "Receipt", "green"),
        Choice("refund", "Refund", "amber"),
        Choice("credit", "Use of credit", "violet"),
    ),
    "milestones": (
        Choice("date", "Fixed date"),
        Choice("signed", "Order signed"),
        Choice("delivered", "Everything delivered"),
        Choice("accepted", "Accepted by the customer"),
    ),
    "approval_parts": (
        Choice("decide", "Decides", "accent"),
        Choice("copy", "Is told", "grey"),
        Choice("sign", "Signs for it", "violet"),
        Choice("event", "Course", "grey"),
    ),
    "approval_decisions": (
        Choice("open", "To be decided", "amber"),
        Choice("agreed", "Agreed", "green"),
        Choice("agreed_before", "Agreed before", "green"),
        Choice("rejected", "Rejected", "red"),
        Choice("sent_back", "Sent back", "amber"),
        Choice("passed_on", "Passed on", "grey"),
        Choice("not_needed", "Not needed any more", "grey"),
        Choice("unread", "Not read yet", "amber"),
        Choice("read", "Read", "green"),
        Choice("asked", "Asked for approval", "accent"),
        Choice("asked_again", "Asked again", "accent"),
        Choice("withdrawn", "Withdrawn", "grey"),
        Choice("urged", "Urged", "amber"),
        Choice("added", "Added somebody", "accent"),
        Choice("carried_out", "Carried out", "green"),
        Choice("failed", "Could not be carried out", "red"),
    ),
    "tax_modes": (Choice("included", "With tax"), Choice("excluded", "Without tax")),
    "restarts": (
        Choice("never", "Never"),
        Choice("year", "Every year"),
        Choice("month", "Every month"),
        Choice("day", "Every day"),
    ),
    "tones": tuple(
        Choice(t, label, t)
        for t, label in (
            ("grey", "Grey"),
            ("accent", "Blue"),
            ("green", "Green"),
            ("amber", "Amber"),
            ("red", "Red"),
            ("violet", "Violet"),
        )
    ),
    "option_lists": tuple(Choice(key, label) for key, (label, _rows) in OPEN_LISTS.items()),
}

SEQUENCES: tuple[tuple[str, str, str, str], ...] = (
    ("customers", "Customer numbers", "C{n:5}", "never"),
    ("products", "Product codes", "P{n:5}", "never"),
    ("price-lists", "Price list numbers", "PL{n:4}", "never"),
    ("sales-orders", "Sales order numbers", "SO{yyyy}{mm}{dd}-{n:3}", "day"),
    ("leads", "Lead numbers", "L{n:5}", "never"),
    ("opportunities", "Opportunity numbers", "OP{yyyy}-{n:4}", "year"),
    ("quotes", "Quote numbers", "Q{yyyy}{mm}-{n:4}", "month"),
    ("deliveries", "Delivery numbers", "D{yyyy}{mm}-{n:4}", "month"),
    ("returns", "Return numbers", "R{yyyy}{mm}-{n:4}", "month"),
    ("receivables", "Receivable numbers", "AR{n:6}", "never"),
    ("invoices", "Invoice numbers", "INV{yyyy}{mm}-{n:4}", "month"),
    ("receipts", "Receipt numbers", "RC{yyyy}{mm}-{n:4}", "month"),
    ("approvals", "Approval numbers", "AP{yyyy}{mm}-{n:4}", "month"),
)
"""key, name, pattern, restart"""

UNITS = ("件", "个", "台", "套", "箱", "盒", "包", "瓶", "千克", "吨", "米", "平方米", "小时", "次")
"""Units a new Chinese database begins with."""

UNITS_EN = ("pcs", "set", "box", "case", "bottle", "kg", "t", "m", "m²", "hour")

CURRENCIES: tuple[tuple[str, str, str], ...] = (
    ("CNY", "Chinese yuan", "¥"),
    ("USD", "US dollar", "$"),
    ("EUR", "Euro", "€"),
    ("HKD", "Hong Kong dollar", "HK$"),
    ("JPY", "Japanese yen", "JP¥"),
    ("GBP", "British pound", "£"),
)
