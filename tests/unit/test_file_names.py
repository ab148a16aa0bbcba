"""Names of files that every system takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from crm_desktop.exchange.whole_files import whole_file
from crm_desktop.file_names import file_name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("报价单 Q-1.pdf", "报价单 Q-1.pdf"),
        ("SO/1", "SO_1"),
        ('a<b>:"c\\|?*\t', "a_b___c_____"),
        (" 订单. . ", "订单"),
        ("con", "_con"),
        ("NUL.txt", "_NUL.txt"),
        ("com1.pdf", "_com1.pdf"),
        ("console.txt", "console.txt"),
        ("...", "file"),
        ("", "file"),
        ("x" * 200 + ".pdf", "x" * 76 + ".pdf"),
    ],
)
def test_a_name_no_system_refuses(text: str, name: str) -> None:
    assert file_name(text, "file") == name


def test_the_longest_chinese_name_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / file_name("客" * 300 + ".csv", "file")
    with whole_file(path) as part:
        part.write_text("new", encoding="utf-8")
    assert path.read_text(encoding="utf-8") == "new"
