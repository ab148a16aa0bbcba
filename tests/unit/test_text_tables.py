"""Text tables from anywhere: encodings, delimiters and quotes find themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from crm_desktop.errors import Told
from crm_desktop.exchange.text_tables import decode, find_delimiter, read_text_table

CHINESE = "客户名称,联系电话\n广州华远贸易有限公司,020-38001234\n上海东方机械厂,021-5566\n"
TRADITIONAL = "客戶名稱,聯絡電話\n臺北國際貿易有限公司,02-2345\n高雄機械股份有限公司,07-123\n"
WIDE = "Name,Phone\nAlpha Trading,020-38001234\n客户,1\n"  # without its mark it is known by the letters
WESTERN = (
    "Name,City\nAntonio Moreno Taquería,México D.F.\nBlondesddsl père et fils,Strasbourg\nKöniglich Essen,Münster\n"
)


@pytest.mark.parametrize(
    ("text", "encoding", "found"),
    [
        (CHINESE, "utf-8", "utf-8"),
        (CHINESE, "utf-8-sig", "utf-8"),
        (CHINESE, "gbk", "gb18030"),
        ("名称\n𠮷田商店\n", "gb18030", "gb18030"),
        (CHINESE, "utf-16", "utf-16"),
        (WIDE, "utf-16-le", "utf-16-le"),
        (WIDE, "utf-16-be", "utf-16-be"),
        (TRADITIONAL, "big5", "big5"),
        ("姓名\n张三\n", "gbk", "gb18030"),
        ("a,b\n1,2\n", "ascii", "utf-8"),
    ],
)
def test_encodings(text: str, encoding: str, found: str) -> None:
    assert decode(text.encode(encoding), "f.csv") == (text, found)


def test_western_letters_do_not_become_chinese() -> None:
    text, _encoding = decode(WESTERN.encode("cp1252"), "f.csv")
    assert "Taquería" in text
    assert "Münster" in text


def test_no_text_at_all() -> None:
    with pytest.raises(Told):
        decode(b"\x00\x00\x00\x01" * 500, "f.csv")


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_delimiters(delimiter: str) -> None:
    rows = [["Name", "Amount", "Note"], ["A, Ltd; or so", "1.5", 'says "no"\nand more'], ["B", "2", ""]]
    lines = [delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    assert find_delimiter("\r\n".join(lines)) == delimiter


def test_rows_and_what_excel_adds(tmp_path: Path) -> None:
    path = tmp_path / "客户.csv"
    path.write_bytes(b"sep=;\r\nName;Phone\r\nA;'=1+1\r\n\r\nB;'+86 20\r\n")
    book = read_text_table(path)
    assert book.sheets[0].rows == [["Name", "Phone"], ["A", "=1+1"], [], ["B", "+86 20"]]
    assert book.found["delimiter"] == ";"


def test_a_quote_that_is_never_closed(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('a,b\n"' + "x" * 2_000_000, encoding="utf-8")
    with pytest.raises(Told, match="line"):
        read_text_table(path)
