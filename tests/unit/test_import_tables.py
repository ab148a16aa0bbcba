"""Tables are found in sheets as people keep them: titles above, totals below, headings repeated."""

from __future__ import annotations

import pytest

from crm_desktop.errors import Missing, Told
from crm_desktop.exchange.cells import Sheet, Workbook
from crm_desktop.exchange.mapping import recogniser
from crm_desktop.exchange.recipe import column_letter
from crm_desktop.exchange.tables import choose_sheet, find_table
from crm_desktop.records.customers import CUSTOMER


def known():
    return recogniser(CUSTOMER)


def test_headings_below_a_title_and_a_total_below_the_rows() -> None:
    rows = [
        ["广州分公司客户一览表"],
        ["1、带星号的为必填项\n2、导入时本段内容请勿删除"],
        [],
        ["序号", "客户名称*", "联系电话", "信用额度", None, "神秘"],
        [1, "甲公司", "020-1", 100],
        [],
        [2, "乙公司", "020-2", 200, "stray"],
        ["序号", "客户名称*", "联系电话", "信用额度"],
        [3, "Total", "020-3", 300],
        ["合 计", None, None, 600],
        ["制表人：张三"],
    ]
    table = find_table(Sheet("客户", rows), known())
    assert table.heading_row == 4
    assert [(r.number, r.cells[1]) for r in table.rows] == [(5, "甲公司"), (7, "乙公司"), (9, "Total")]
    notes = "\n".join(table.notes)
    assert "Row 8: the headings again" in notes
    assert "Row 10: a total" in notes
    assert "Row 11" in notes
    assert "Column E" in notes


def test_a_sheet_without_headings_says_what_it_holds() -> None:
    with pytest.raises(Told) as error:
        find_table(Sheet("1", [[], ["foo", "bar"]]), known())
    assert "foo, bar" in error.value.advice


def test_the_sheet_whose_headings_fit_is_taken() -> None:
    book = Workbook(
        "b.xlsx", [Sheet("封面", [["报表"]]), Sheet("数据", [["客户名称", "电话"], ["甲", "1"]]), Sheet("", [])]
    )
    assert choose_sheet(book, "", known()).name == "数据"
    assert choose_sheet(book, "封面", known()).name == "封面"
    with pytest.raises(Missing) as error:
        choose_sheet(book, "x", known())
    assert "数据" in error.value.advice
    with pytest.raises(Told):
        choose_sheet(Workbook("e.xlsx", [Sheet("a", [])]), "", known())


def test_column_letters() -> None:
    assert [column_letter(i) for i in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
