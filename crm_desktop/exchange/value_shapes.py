"""What a column without a telling heading seems to hold, by the shape of its values: telephone numbers, addresses, tax numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from crm_desktop.exchange.cells import Cell, is_blank, text_of
from crm_desktop.kinds import clean
from crm_desktop.records.record_type import RecordType

_LOOKED_AT = 200  # cells
_FEWEST, _SHARE = 2, 0.8  # values that must be there, and how many of them must fit

_SHAPES: Sequence[tuple[re.Pattern[str], tuple[str, ...]]] = (
    (re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]{2,}"), ("email",)),
    (re.compile(r"(\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}"), ("mobile", "phone")),
    (re.compile(r"(https?://|www\.)\S+", re.IGNORECASE), ("web",)),
    (re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}"), ("tax_number",)),
    (re.compile(r"0\d{2,3}[- ]?\d{7,8}(-\d{1,5})?"), ("phone", "fax")),
    (re.compile(r"[^\s]{2,}(公司|集团|厂|商行|中心|店)|.+ (Ltd|Inc|GmbH|LLC|Co)\.?"), ("name", "customer_id")),
    (re.compile(r"\S*(省|市|区|县)\S*(路|街|道|号|镇|村)\S*"), ("address", "delivery_address")),
)


def target_by_values(kind: RecordType, cells: Iterable[Cell]) -> list[str]:
    """The fields a column may go to, the likeliest first; none where its values are of no known shape."""
    texts = [clean(text_of(c)) for c in cells if not is_blank(c)][:_LOOKED_AT]
    if len(texts) < _FEWEST:
        return []
    for shape, names in _SHAPES:
        if sum(bool(shape.fullmatch(t)) for t in texts) >= _SHARE * len(texts):
            return [n for n in names if n in kind.fields]
    return []
