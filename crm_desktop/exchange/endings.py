"""The endings of files that can be read as tables. They stand apart, since the window needs them before it reads anything."""

from __future__ import annotations

WORKBOOKS = (".xlsx", ".xlsm", ".xltx", ".xlsb", ".xls", ".xlt", ".ods", ".et")
TEXTS = (".csv", ".tsv", ".tab", ".txt")
CARDS = (".vcf", ".vcard")
READABLE = WORKBOOKS + TEXTS + CARDS
