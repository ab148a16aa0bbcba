"""How bands, tables and texts are laid out: forms with fixed rows, carried sums, growing text, problems that are reported."""

from __future__ import annotations

import base64
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_desktop.printing.format_rules import TemplateError
from crm_desktop.printing.layout import lay_out
from crm_desktop.printing.marks import BarsMark, BoxMark, LineMark, PageMarks, PictureMark, Problem, Problems, TextMark
from crm_desktop.printing.preview import page_text
from crm_desktop.printing.rendering import render
from crm_desktop.printing.template_file import dump_template, load_template

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def template(*bands: dict[str, Any], **changes: Any) -> Any:
    data = {
        "format": "crm-desktop/print-template",
        "version": 1,
        "name": "t",
        "title": {"en": "T"},
        "bands": list(bands),
    }
    return load_template(json.dumps(data | changes))


def text(id_: str, content: str, y: float = 0, **changes: Any) -> dict[str, Any]:
    return {"kind": "text", "id": id_, "x": 0, "y": y, "width": 60, "height": 5, "text": content} | changes


def section(*elements: dict[str, Any], height: float = 40, **changes: Any) -> dict[str, Any]:
    return {"kind": "section", "id": "section", "height": height, "elements": list(elements)} | changes


def laid(form: Any, context: dict[str, Any] | None = None) -> tuple[list[PageMarks], tuple[Problem, ...]]:
    problems = Problems()
    return lay_out(form, context or {}, problems), problems.all()


def words(page: PageMarks) -> list[str]:
    return [mark.text for mark in page.marks if isinstance(mark, TextMark)]


def rows(count: int) -> dict[str, Any]:
    return {"lines": tuple({"name": f"row{at}", "amount": Decimal(at + 1)} for at in range(count))}


def form(**table: Any) -> Any:
    columns = [
        {"id": "name", "title": "Name", "width": 60, "value": "line.name"},
        {"id": "amount", "title": "Amount", "width": 30, "value": "line.amount", "sum": True},
    ]
    band = {"kind": "table", "id": "table", "table": {"over": "lines", "columns": columns, "row_height": 7, **table}}
    return template(band, page={"size": "241x140", "margins": {"top": 20, "bottom": 20, "left": 10, "right": 10}})


SUMS = {
    "page_subtotal": {"label": "page"}, "brought_forward": {"label": "brought"}, "carried_forward": {"label": "carried"},
    "total": {"label": "total"},
}  # fmt: skip


def test_sums_are_carried_from_page_to_page() -> None:
    pages, problems = laid(form(rows_per_page=8, fill_page=True, **SUMS), rows(19))
    assert problems == ()
    assert [[word for word in words(page) if word.startswith("row")] for page in pages] == [
        [f"row{at}" for at in range(first, min(first + 8, 19))] for first in (0, 8, 16)
    ]
    first, second, third = (words(page) for page in pages)
    assert first[-4:] == ["page", "36", "carried", "36"]
    assert second[2:4] == ["brought", "36"]
    assert second[-4:] == ["page", "100", "carried", "136"]
    assert third[2:4] == ["brought", "136"]
    assert third[-4:] == ["page", "54", "total", "190"]


def test_a_form_always_has_its_rows() -> None:
    pages, _problems = laid(form(rows_per_page=8, fill_page=True, **SUMS), rows(2))
    assert len(pages) == 1
    across = {round(mark.y1, 2) for mark in pages[0].marks if isinstance(mark, LineMark) and mark.y1 == mark.y2}
    assert len(across) == 11, "heading, eight rows and the total have eleven lines"
    assert "page" not in words(pages[0]), "one page needs no subtotal of the page"


def test_filler_rows_up_to_a_number() -> None:
    pages, _problems = laid(form(min_rows=5, total={"label": "total"}), rows(2))
    across = {round(mark.y1, 2) for mark in pages[0].marks if isinstance(mark, LineMark) and mark.y1 == mark.y2}
    assert len(across) == 8


@pytest.mark.parametrize("count", range(60))
def test_no_row_is_lost_or_printed_over_another(count: int) -> None:
    foot = {"kind": "report_foot", "id": "foot", "height": 25, "keep_rows": 2, "elements": [text("sign", "signature")]}
    parts = [{"id": "name", "title": "Name", "width": 60, "value": "line.name"}]
    table = {"kind": "table", "id": "table", "table": {"over": "lines", "columns": parts, "total": {"label": "total"}}}
    pages, _problems = laid(template(table, foot, page={"size": "241x140"}), rows(count))
    found = [[mark for mark in page.marks if isinstance(mark, TextMark)] for page in pages]
    assert [mark.text for page in found for mark in page if mark.text.startswith("row")] == [
        f"row{at}" for at in range(count)
    ]
    for page in found:
        heights = [mark.y for mark in page]
        assert heights == sorted(heights)
        assert len(set(heights)) == len(heights)
        assert max(heights) <= 140 - 12
    last = [mark.text for mark in found[-1]]
    assert last[-2:] == ["total", "signature"]
    assert len([word for word in last if word.startswith("row")]) >= min(count, 2)


def test_columns_without_a_value_give_their_room_to_others() -> None:
    columns = [
        {"id": "a", "width": 20, "value": "line.name", "stretch": True, "title": "A"},
        {"id": "b", "width": 30, "value": "line.none", "hide_when_empty": True, "title": "B"},
        {"id": "c", "width": 10, "value": "line.name", "title": "C"},
    ]
    data = {"lines": ({"name": "x", "none": ""},)}
    pages, _problems = laid(
        template({"kind": "table", "id": "t", "table": {"over": "lines", "columns": columns}}), data
    )
    down = sorted({mark.x1 for mark in pages[0].marks if isinstance(mark, LineMark) and mark.x1 == mark.x2})
    assert down == pytest.approx([15, 65, 75])


def test_growing_text_moves_what_stands_below() -> None:
    grown = text("grown", "word " * 100, style={"overflow": "grow"})
    around = {"kind": "rectangle", "id": "box", "x": 0, "y": 0, "width": 60, "height": 8}
    pages, problems = laid(
        template(section(around, grown, text("below", "below", y=10)), section(text("next", "next"), id="two"))
    )
    assert problems == ()
    at = {mark.text: mark.y for mark in pages[0].marks if isinstance(mark, TextMark)}
    highest = max(mark.y for mark in pages[0].marks if isinstance(mark, TextMark) and mark.element == "grown")
    assert highest < at["below"] < at["next"]
    box = next(mark for mark in pages[0].marks if isinstance(mark, BoxMark))
    assert box.y + box.height >= highest


def test_bands_of_first_last_and_other_pages() -> None:
    bands = [
        {"kind": kind, "id": f"{kind}.{on}", "height": 6, "on": on, "elements": [text(f"{kind}.{on}.t", f"{kind} {on} {{page}}/{{pages}}")]}
        for kind in ("page_head", "page_foot")
        for on in ("every", "first", "not_first", "middle", "not_last", "last")
    ]  # fmt: skip
    breaks = [section(text(f"x{at}", "x"), id=f"s{at}", page_break_before=True) for at in range(3)]
    pages, _problems = laid(template(*bands, *breaks))
    heads = [[word for word in words(page) if "head" in word] for page in pages]
    assert heads == [
        ["page_head every 1/3", "page_head first 1/3", "page_head not_last 1/3"],
        ["page_head every 2/3", "page_head not_first 2/3", "page_head middle 2/3", "page_head not_last 2/3"],
        ["page_head every 3/3", "page_head not_first 3/3", "page_head last 3/3"],
    ]
    feet = [[word for word in words(page) if "foot" in word] for page in pages]
    assert [len(page) for page in feet] == [3, 4, 3]


def test_the_page_number_is_known_in_the_middle_of_the_flow() -> None:
    pages, _problems = laid(template(section(text("p", "{page} of {pages}")), section(id="s2", page_break_before=True)))
    assert words(pages[0]) == ["1 of 2"]


def test_problems_name_the_element_and_the_rest_is_printed() -> None:
    done = template(
        section(
            text("rare", "name 𠮷 end"),
            text("unknown", "[{record.nothing}]", y=6),
            text("wrong", "{1/0}", y=12),
            text("cut", "long " * 50, y=18),
            text("outside", "out", y=24, x=200),
            text("font", "font", y=30, style={"font": "none"}),
            text("style", "style", y=36, style="none"),
            {"kind": "picture", "id": "picture", "x": 0, "y": 0, "width": 9, "height": 9, "picture": "none"},
            {"kind": "picture", "id": "broken", "x": 0, "y": 0, "width": 9, "height": 9, "field": "record.logo"},
            {
                "kind": "barcode",
                "id": "ean",
                "x": 0,
                "y": 0,
                "width": 9,
                "height": 9,
                "symbology": "ean13",
                "value": "'123'",
            },
            {"kind": "barcode", "id": "c128", "x": 0, "y": 0, "width": 9, "height": 9, "value": "'中文'"},
            text("good", "all is well", y=42),
        )
    )
    rendered = render(done, {"record": {"number": "1", "logo": b"not a picture"}})
    kinds = {problem.element: problem.kind for problem in rendered.problems}
    assert kinds == {
        "rare": "missing_glyph", "unknown": "unknown_field", "wrong": "expression", "cut": "clipped", "outside": "off_paper",
        "font": "font", "style": "style", "picture": "picture", "broken": "picture", "ean": "barcode", "c128": "barcode",
    }  # fmt: skip
    assert "U+20BB7" in next(problem.message for problem in rendered.problems if problem.element == "rare")
    printed = page_text(rendered.pdf, 0)
    assert "name □ end" in printed
    assert "[#?]" in printed
    assert "all is well" in printed


def test_a_picture_keeps_its_shape() -> None:
    picture = {
        "kind": "picture",
        "id": "logo",
        "x": 10,
        "y": 0,
        "width": 40,
        "height": 10,
        "field": "company.logo",
        "align": "right",
    }
    pages, problems = laid(template(section(picture)), {"company": {"logo": PIXEL}})
    mark = next(mark for mark in pages[0].marks if isinstance(mark, PictureMark))
    assert problems == ()
    assert (mark.width, mark.height, mark.x) == pytest.approx((10, 10, 15 + 10 + 30))


@pytest.mark.parametrize(
    ("symbology", "value"), [("code128", "SO-20261124-018"), ("ean13", "6901234567892"), ("qr", "客户 https://x")]
)
def test_bar_codes_stay_in_their_box(symbology: str, value: str) -> None:
    code = {
        "kind": "barcode",
        "id": "code",
        "x": 5,
        "y": 5,
        "width": 50,
        "height": 20,
        "symbology": symbology,
        "value": "record.v",
    }
    pages, problems = laid(template(section(code)), {"record": {"v": value}})
    bars = next(mark for mark in pages[0].marks if isinstance(mark, BarsMark)).bars
    assert problems == ()
    assert min(x for x, _y, _w, _h in bars) == pytest.approx(20)
    assert max(x + w for x, _y, w, _h in bars) == pytest.approx(70 if symbology != "qr" else 40)
    assert all(y > 16.99 and y + h < 37.01 for _x, y, _w, h in bars)


def test_a_document_without_end_is_refused() -> None:
    detail = {
        "kind": "detail",
        "id": "d",
        "over": "lines",
        "height": 200,
        "page_break_between": True,
        "elements": [text("t", "x")],
    }
    with pytest.raises(TemplateError, match="2000 pages"):
        laid(template(detail), rows(2_100))


def test_paper_too_low_for_heading_and_total_has_an_end() -> None:
    low = {"size": "custom", "width": 100, "height": 22, "margins": {"left": 5, "top": 3, "right": 5, "bottom": 3}}
    column = {"id": "name", "title": "Name", "width": 60, "value": "line.name"}
    table = {"over": "lines", "columns": [column], "heading": {"height": 9}, "row_height": 8, "total": {"label": "Total"}}
    pages, _problems = laid(template({"kind": "table", "id": "t", "table": table}, page=low), rows(3))
    printed = [word for page in pages for word in words(page)]
    assert [word for word in printed if word.startswith("row")] == ["row0", "row1", "row2"]
    assert printed.count("Total") == 1


FLOATS = st.floats(-50, 300, allow_nan=False).map(lambda value: round(value, 2))
SIZES = st.floats(0, 320, allow_nan=False).map(lambda value: round(value, 2))
SOURCES = st.sampled_from(
    [
        "record.a",
        "record.none",
        "page",
        "pages",
        "1/0",
        "sum(lines, 'amount')",
        "line.name",
        "((",
        "大写(record.b)",
        "record",
        "",
    ]
)
MIXED = st.lists(
    st.sampled_from(["字", "word ", "{page}", "{record.a}", "{{", "{", "𠮷", "\n", "{1/0}", "，"]), max_size=30
).map("".join)
RICH = st.lists(
    st.sampled_from(
        ["字", "word ", "<b>", "</b>", "<i>", "<size=40>", "</size>", "<color=#ff0000>", "</color>", "{record.a}", "<", "{", "\n"]
    ),
    max_size=30,
).map("".join)
CODES = ["code128", "code39", "ean13", "ean8", "itf", "qr", "datamatrix"]
STYLES = st.fixed_dictionaries(
    {},
    optional={
        "size": st.floats(3, 60), "overflow": st.sampled_from(["wrap", "grow", "shrink", "clip"]), "padding": st.floats(0, 20),
        "align": st.sampled_from(["left", "center", "right"]), "valign": st.sampled_from(["top", "middle", "bottom"]),
        "bold": st.booleans(), "underline": st.booleans(), "fill": st.sampled_from(["", "#ff0000"]), "max_lines": st.integers(0, 3),
        "format": st.sampled_from(["money", "date", "percent", "chinese_words"]),
    },
)  # fmt: skip


@st.composite
def templates(draw: st.DrawFn) -> dict[str, Any]:
    counter = iter(range(10_000))

    def element() -> dict[str, Any]:
        kind = draw(
            st.sampled_from(
                [
                    "text", "field", "expression", "line", "rectangle", "barcode", "check_box", "page_number", "rich_text", "seal", "chart",
                ]
            )
        )
        made: dict[str, Any] = {
            "kind": kind, "id": f"e{next(counter)}", "x": draw(FLOATS), "y": draw(FLOATS), "width": draw(SIZES), "height": draw(SIZES),
            "style": draw(STYLES), "visible_when": draw(st.sampled_from(["", "true", "false", "page > 1", "record.none"])),
        }  # fmt: skip
        turned = st.sampled_from([0, 90, -90, 33.3])
        extra = {"text": {"text": MIXED, "angle": turned}, "rich_text": {"text": RICH}, "seal": {"text": MIXED, "caption": MIXED},
                 "chart": {"chart": st.sampled_from(["bar", "line", "pie"]), "over": st.just("lines"), "label": SOURCES, "value": SOURCES},
                 "field": {"field": st.just("record.a")}, "expression": {"expression": SOURCES},
                 "barcode": {"value": SOURCES, "symbology": st.sampled_from(CODES)},
                 "check_box": {"checked": SOURCES, "text": MIXED}}.get(kind, {})  # fmt: skip
        return made | {key: draw(strategy) for key, strategy in extra.items()}

    def band() -> dict[str, Any]:
        kind = draw(
            st.sampled_from(
                [
                    "section", "detail", "table", "report_head", "report_foot", "page_head", "page_foot",
                    "group_head", "group_foot", "no_data",
                ]
            )
        )
        made: dict[str, Any] = {"kind": kind, "id": f"b{next(counter)}"}
        if kind == "table":
            columns = [
                {
                    "id": f"c{next(counter)}",
                    "width": draw(st.floats(1, 90)),
                    "value": draw(SOURCES),
                    "style": draw(STYLES),
                    "sum": draw(st.booleans()),
                }
                for _ in range(draw(st.integers(0, 4)))
            ]
            sums = {name: {"label": draw(MIXED)} for name in SUMS if draw(st.booleans())}
            table = {
                "over": "lines",
                "columns": columns,
                "row_height": draw(st.floats(1, 200)),
                "min_rows": draw(st.integers(0, 9)),
            }
            return made | {
                "table": table | sums | {"rows_per_page": draw(st.integers(0, 5)), "fill_page": draw(st.booleans())}
            }
        made |= {"height": draw(SIZES), "elements": [element() for _ in range(draw(st.integers(0, 3)))]}
        if kind == "group_head":
            made |= {"by": draw(SOURCES), "repeat": draw(st.booleans()), "keep_together": draw(st.booleans())}
            made |= {"order": draw(st.sampled_from(["as_it_comes", "rising", "falling"]))}
        if kind == "group_foot":
            made |= {"group": f"b{draw(st.integers(0, 9))}"}
        if kind == "detail":
            made |= {"min_rows": draw(st.integers(0, 9)), "fill_page": draw(st.booleans())}
            made |= {"stripe": draw(st.sampled_from(["", "#eeeeee"]))}
        return made | ({"over": "lines"} if kind in ("detail", "no_data") else {})

    labels = draw(st.booleans())
    sheet = {"sheet": {"size": "A3", "columns": 2, "repeat": draw(st.sampled_from(["", "3", "record.a", "0"]))}} if labels else {}
    return {
        "format": "crm-desktop/print-template", "version": 1, "name": "t", "title": {"en": "T"},
        "captions": draw(st.sampled_from([[], ["A", "B"]])),
        "page": {"size": draw(st.sampled_from(["A5"] if labels else ["A5", "241x93", "Letter"])), "roll": draw(st.booleans())} | sheet,
        "bands": [band() for _ in range(draw(st.integers(0, 4)))],
    }  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(templates(), st.integers(0, 12))
def test_any_template_prints_or_says_why(data: dict[str, Any], count: int) -> None:
    made = load_template(json.dumps(data))
    assert load_template(dump_template(made)) == load_template(dump_template(load_template(dump_template(made))))
    context = {"record": {"a": "value 值", "b": Decimal("12.5"), "none": None}, **rows(count)}
    try:
        done = render(made, context)
    except TemplateError as refused:
        assert "pages" in refused.message
    else:
        assert done.pages >= 1
        assert done.pdf.startswith(b"%PDF")
