"""Column headings as people write them find their fields, and nothing else."""

from __future__ import annotations

import pytest

from crm_desktop.application import Application
from crm_desktop.exchange.export_columns import Column, exported_columns
from crm_desktop.exchange.headings import folded, known_headings, meaning
from crm_desktop.exchange.mapping import field_of
from crm_desktop.exchange.synonyms import SYNONYMS
from crm_desktop.records.record_type import RecordType
from crm_desktop.records.registry import BUILT_IN
from crm_desktop.words import LANGUAGES, use_language

TYPES = {t.key: t for t in BUILT_IN}


@pytest.mark.parametrize(
    ("type_key", "heading", "target"),
    [
        ("customers", "客户名称", "name"),
        ("customers", "名称*", "name"),
        ("customers", "CompanyName", "name"),
        ("customers", "Company Name", "name"),
        ("customers", "company_name", "name"),
        ("customers", "CustomerID", "number"),
        ("customers", "电话（必填）", "phone"),
        ("customers", "Ｐｈｏｎｅ", "phone"),
        ("customers", "手机号码", "mobile"),
        ("customers", "纳税人识别号", "tax_number"),
        ("customers", "Adress", "address"),  # misspelt
        ("customers", "期初应收", ""),
        ("customers", "ContactTitle", "contacts.title"),
        ("contacts", "CustomerID", "customer_id.number"),
        ("contacts", "公司", "customer_id"),
        ("products", "UnitPrice", "list_price"),
        ("products", "税率(%)", "tax_rate"),
        ("products", "CategoryID", ""),  # a foreign number, no misspelt category
        ("sales-orders", "OrderID", "number"),
        ("sales-orders", "ProductID", "lines.code"),
        ("sales-orders", "数量*", "lines.quantity"),
        ("sales-orders", "折扣", "lines.discount"),
        ("sales-orders", "RequiredDate", "delivery_date"),
        ("sales-orders", "Customer number", "customer_id.number"),
    ],
)
def test_headings_of_people_and_programs(type_key: str, heading: str, target: str) -> None:
    assert meaning(heading, known_headings(TYPES[type_key])) == target


@pytest.mark.parametrize("kind", BUILT_IN, ids=lambda t: t.key)
@pytest.mark.parametrize("code", LANGUAGES)
def test_every_exported_heading_finds_its_field_again(sqlite_app: Application, kind: RecordType, code: str) -> None:
    use_language(code)
    columns = exported_columns(sqlite_app, kind)
    headings = [c.heading for c in columns]
    assert len(set(headings)) == len(headings)
    known = known_headings(kind)
    found = {c.heading: meaning(c.heading, known) for c in columns}
    for column in columns:
        assert found[column.heading] == _target(column)


def _target(column: Column) -> str:
    name, dot, _number = column.path.partition(".")
    return f"lines.{name}" if column.in_line else name + (".number" if dot else "")


@pytest.mark.parametrize("type_key", SYNONYMS)
def test_synonyms_name_fields_and_are_written_as_they_are_compared(type_key: str) -> None:
    for target, words in SYNONYMS[type_key].items():
        field_of(TYPES[type_key], target)
        assert [w for w in words.split() if folded(w) != w] == []
