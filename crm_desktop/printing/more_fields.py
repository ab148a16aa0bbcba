"""The fields an administrator added and wants on paper: what the forms of the program print of them, without anybody drawing anything.

They stand together, each with its label and only where it holds something, so that a form without them looks as it always did.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crm_desktop.printing.formats import show
from crm_desktop.printing.template import Format
from db.fields import Field

_LONG = ("long_text",)


def more_of(fields: Mapping[str, Field], record: Mapping[str, Any], language: str) -> dict[str, Any]:
    """`rows`: label and value of each field that is printed and filled; `text`: the same as one text, long ones on lines of their own.

    record: the values by the names templates use, already only what the person may see.
    """
    rows = []
    for name, about in fields.items():
        if about.custom and about.printed:
            value = show(record.get(name.removesuffix("_id")), _format(about), language)
            if value.strip():
                rows.append({"label": about.label, "value": value, "long": about.kind in _LONG})
    chinese = language.startswith("zh")
    colon, gap = ("：", "　　") if chinese else (": ", "      ")
    short = gap.join(f"{row['label']}{colon}{row['value']}" for row in rows if not row["long"])
    long = (f"{row['label']}{colon}{row['value']}" for row in rows if row["long"])
    return {"rows": tuple(rows), "text": "\n".join(text for text in (short, *long) if text)}


def _format(about: Field) -> Format:
    return Format(how="money", digits=about.digits) if about.kind == "money" else Format()
