"""The shipped sales orders, read back from the PDF: text, fonts, pages, sums, and what stands together."""

from __future__ import annotations

import re
from decimal import Decimal

import pypdfium2
import pytest
from print_makers import order

from crm_desktop.printing.preview import page_count, page_png, page_text
from crm_desktop.printing.rendering import render, render_many
from crm_desktop.printing.shipped import shipped_templates
from crm_desktop.rules.amount_words import chinese_words

LANGUAGES = ["zh_CN", "en"]


def texts(pdf: bytes) -> list[str]:
    return [page_text(pdf, page) for page in range(page_count(pdf))]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("lines", [0, 1, 12, 18, 19, 20, 21, 22, 40, 300])
def test_every_line_is_printed_once_and_the_end_stays_together(language: str, lines: int) -> None:
    context = order(lines)
    done = render(shipped_templates()[f"sales-order.{language}"], context)
    assert done.problems == ()
    pages = texts(done.pdf)
    assert len(pages) == done.pages
    codes = [code for text in pages for code in re.findall(r"P-\d{4}", text)]
    assert codes == [f"P-{1000 + at}" for at in range(lines)]
    signature = "需方（盖章）" if language == "zh_CN" else "Buyer (stamp)"
    assert [signature in text for text in pages] == [False] * (len(pages) - 1) + [True]
    total = f"{context['record']['total']:,.2f}"
    assert total in pages[-1]
    if lines:
        assert f"P-{1000 + lines - 1}" in pages[-1], "a signature without a line of the order above it"
    heading = "编码" if language == "zh_CN" else "Code"
    assert all(heading in text for text in pages if re.search(r"P-\d{4}", text))
    for number, text in enumerate(pages, 1):
        numbered = f"第 {number} 页 / 共 {len(pages)} 页" if language == "zh_CN" else f"Page {number} of {len(pages)}"
        assert numbered in text


def test_amount_in_words_and_chinese_can_be_searched() -> None:
    context = order(12)
    pdf = render(shipped_templates()["sales-order.zh_CN"], context).pdf
    document = pypdfium2.PdfDocument(pdf)
    try:
        page = document[0].get_textpage()
        for wanted in ("深圳东方机械设备有限公司", "密封圈", chinese_words(context["record"]["total"]), "王喆"):
            assert page.search(wanted).get_next() is not None, wanted
    finally:
        document.close()


def test_english_words() -> None:
    text = texts(render(shipped_templates()["sales-order.en"], order(1)).pdf)[0]
    assert "SAY RMB TWELVE AND 50/100 ONLY" in " ".join(text.split())


def test_another_currency_is_never_called_yuan() -> None:
    context = order(1, linked={"currency": {"code": "USD"}})
    text = " ".join(texts(render(shipped_templates()["sales-order.zh_CN"], context).pdf)[0].split())
    assert "SAY USD TWELVE AND 50/100 ONLY" in text
    assert "USD 12.50" in text
    assert "元" not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_embedded_truetype_fonts(language: str) -> None:
    pdf = render(shipped_templates()[f"sales-order.{language}"], order(3)).pdf
    assert b"/FontFile2" in pdf
    assert b"Helvetica" not in pdf
    fonts = pdf.count(b"/Type /Font /Widths") or len(re.findall(rb"/Subtype /TrueType", pdf))
    assert fonts == pdf.count(b"/FontFile2") > 0
    assert len(pdf) < 120_000, "the font must be embedded as a subset"


def test_page_subtotals_add_up_to_the_total() -> None:
    context = order(60)
    pages = texts(render(shipped_templates()["sales-order.zh_CN"], context).pdf)
    sums = [re.search(r"本页小计\s+[\d,.]+\s+([\d,.]+)", text) for text in pages]
    assert len(pages) > 1
    assert all(sums)
    assert sum(Decimal(found.group(1).replace(",", "")) for found in sums if found) == context["record"]["total"]


def test_a_draft_and_a_cancelled_order_say_so() -> None:
    template = shipped_templates()["sales-order.zh_CN"]
    assert "草稿" in texts(render(template, order(1, codes={"status": "draft"})).pdf)[0]
    assert "已取消" in texts(render(template, order(1, codes={"status": "cancelled"})).pdf)[0]
    assert "草稿" not in texts(render(template, order(1)).pdf)[0]


def test_a_row_taller_than_a_page_goes_on_on_the_next() -> None:
    context = order(3)
    words = [f"w{number:04d}" for number in range(2_000)]
    context["lines"][1]["name"] = " ".join(words)
    done = render(shipped_templates()["sales-order.zh_CN"], context)
    found = re.findall(r"w\d{4}", "".join("".join(text.split()) for text in texts(done.pdf)))
    assert found == words
    assert "P-1002" in texts(done.pdf)[-1]


def test_a_long_note_goes_on_on_the_next_page() -> None:
    context = order(3)
    words = [f"n{number:05d}" for number in range(3_000)]
    context["record"]["note"] = " ".join(words)
    done = render(shipped_templates()["sales-order.zh_CN"], context)
    found = re.findall(r"n\d{5}", "".join("".join(text.split()) for text in texts(done.pdf)))
    assert found == words


def test_many_documents_keep_their_own_page_numbers() -> None:
    template = shipped_templates()["sales-order.zh_CN"]
    told: list[int] = []
    done = render_many(((template, order(count)) for count in (2, 40, 3)), told.append)
    pages = texts(done.pdf)
    assert told == [1, 2, 3]
    assert "第 1 页 / 共 1 页" in pages[0]
    assert "第 1 页 / 共 2 页" in pages[1] or "第 1 页 / 共 3 页" in pages[1]
    assert "第 1 页 / 共 1 页" in pages[-1]


def test_preview_is_a_picture_with_ink_on_it() -> None:
    pdf = render(shipped_templates()["sales-order.en"], order(3)).pdf
    picture = page_png(pdf, 0, dpi=72)
    assert picture.startswith(b"\x89PNG")
    assert len(picture) > 5_000
