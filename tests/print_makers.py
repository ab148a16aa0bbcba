"""One made-up order as templates see it, for the tests of printing."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

NAMES = ("不锈钢法兰 DN50 PN16 突面带颈对焊 304L 材质", "轴承 6204-2RS", "密封圈 φ40×3.1", "电机 Y90L-4 1.5kW")


def order(lines: int, **changes: Any) -> dict[str, Any]:
    """The context of an order with so many lines; `changes` replace whole parts."""
    rows = []
    for at in range(lines):
        quantity, price = Decimal(at * 7 % 23 + 1), Decimal("12.5") + at
        rows.append(
            {
                "code": f"P-{1000 + at}", "name": NAMES[at % 4], "specification": "", "unit": "件", "quantity": quantity,
                "price": price, "discount": Decimal(0), "tax_rate": Decimal(13), "amount": quantity * price, "tax": Decimal(1),
                "delivered": Decimal(0), "remark": "", "linked": {},
            }
        )  # fmt: skip
    total = sum((row["amount"] for row in rows), Decimal(0))
    context: dict[str, Any] = {
        "record": {
            "number": "SO-20261124-018", "order_date": dt.date(2026, 11, 24), "delivery_date": dt.date(2026, 12, 8),
            "delivery_address": "深圳市宝安区西乡街道 101 号", "customer_order": "PO-1", "note": "木箱包装", "tax_mode": "价格含税",
            "order_discount": Decimal(0), "freight": Decimal(0), "net": total, "tax": Decimal(0), "total": total,
            "status": "已确认", "revision": 0, "owner": "林晓", "currency": "",
        },
        "lines": tuple(rows),
        "customer": {"name": "深圳东方机械设备有限公司", "phone": "0755-8888 6666", "address": ""},
        "contact": {"name": "王喆", "mobile": "13800138000", "phone": ""},
        "company": {
            "name": "广州华远机械设备有限公司", "short_name": "华远", "address": "广州市番禺区光明北路 88 号", "phone": "020-3388 9900",
            "tax_number": "91440101MA59ABCD1X", "bank": "中国工商银行", "account": "3602 0889", "logo": None,
        },
        "user": {"name": "林晓"},
        "print": {"date": dt.date(2026, 11, 24)},
        "linked": {"currency": {}}, "more": {"rows": (), "text": ""},
        "codes": {"status": "confirmed"},
        "labels": {"customer": {"name": "名称"}},
    }  # fmt: skip
    return context | changes
