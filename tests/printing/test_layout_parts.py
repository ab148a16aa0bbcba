"""Groups, forms with fixed rows, labels, rolls, and the elements that draw: marked words, seals, charts, turned text, bar codes."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pytest

from crm_desktop.printing.barcodes import bars
from crm_desktop.printing.labels import Sheets
from crm_desktop.printing.layout import lay_out
from crm_desktop.printing.marks import BoxMark, Mark, PageMarks, Problem, Problems, ShapeMark, TextMark
from crm_desktop.printing.preview import page_count, page_sizes, page_text
from crm_desktop.printing.rendering import render, render_many
from crm_desktop.printing.template import LabelSheet
from crm_desktop.printing.template_file import load_template

PLAIN = {"size": "custom", "width": 100, "height": 100, "margins": {"left": 5, "top": 5, "right": 5, "bottom": 5}}


def form(*bands: dict[str, Any], **changes: Any) -> Any:
    head = {"format": "crm-desktop/print-template", "version": 1, "name": "t", "title": {"en": "T"}, "page": PLAIN}
    return load_template(json.dumps(head | {"bands": list(bands)} | changes))


def text(id_: str, content: str, **changes: Any) -> dict[str, Any]:
    return {"kind": "text", "id": id_, "x": 0, "y": 0, "width": 80, "height": 5, "text": content} | changes


def band(kind: str, id_: str, *elements: dict[str, Any], height: float = 5, **changes: Any) -> dict[str, Any]:
    return {"kind": kind, "id": id_, "height": height, "elements": list(elements)} | changes


def laid(template: Any, **context: Any) -> tuple[list[PageMarks], tuple[Problem, ...]]:
    problems = Problems()
    return lay_out(template, context, problems), problems.all()


def words(page: PageMarks) -> list[str]:
    return [mark.text for mark in page.marks if isinstance(mark, TextMark)]


def sales(*rows: tuple[Any, str, int]) -> tuple[dict[str, Any], ...]:
    return tuple({"city": city, "who": who, "amount": Decimal(amount)} for city, who, amount in rows)


SALES = sales(("Wuhan", "Li", 10), ("Wuhan", "Li", 20), ("Wuhan", "Wang", 5), ("Xian", "Wang", 7))
BY_CITY = band("group_head", "city", text("city_t", "{group.number} {group.key}"), by="line.city")
ROW = band("detail", "rows", text("row_t", "{row} {line.who} {line.amount}"), over="lines")
CITY_FOOT = band("group_foot", "city_end", text("city_sum", "= {sum(group.rows, 'amount')}"), group="city")


def test_rows_stand_in_groups_with_their_sums() -> None:
    pages, problems = laid(form(BY_CITY, ROW, CITY_FOOT), lines=SALES)
    assert problems == ()
    assert words(pages[0]) == ["1 Wuhan", "1 Li 10", "2 Li 20", "3 Wang 5", "= 35", "2 Xian", "1 Wang 7", "= 7"]


def test_groups_stand_within_groups() -> None:
    inner = band("group_head", "who", text("who_t", "- {group.key}"), by="line.who")
    inner_end = band("group_foot", "who_end", text("who_sum", "({sum(group.rows, 'amount')})"), group="who")
    pages, problems = laid(form(BY_CITY, inner, ROW, inner_end, CITY_FOOT), lines=SALES)
    assert problems == ()
    assert words(pages[0])[:9] == ["1 Wuhan", "- Li", "1 Li 10", "2 Li 20", "(30)", "- Wang", "1 Wang 5", "(5)", "= 35"]


def test_a_table_is_printed_once_for_each_group() -> None:
    columns = [{"id": "who", "title": "Who", "width": 30, "value": "line.who"}]
    columns.append({"id": "amount", "title": "Amount", "width": 30, "value": "line.amount", "sum": True})
    table = {"kind": "table", "id": "table", "table": {"over": "lines", "columns": columns, "total": {"label": "Total"}}}
    pages, problems = laid(form(BY_CITY, table, CITY_FOOT), lines=SALES)
    assert problems == ()
    assert words(pages[0]).count("Who") == 2
    assert words(pages[0])[-5:] == ["Wang", "7", "Total", "7", "= 7"]


def test_a_group_head_that_repeats_stands_on_every_page_of_its_group() -> None:
    many = sales(*(("Wuhan", f"w{n}", n) for n in range(30)))
    pages, _problems = laid(form(BY_CITY | {"repeat": True}, ROW, CITY_FOOT), lines=many)
    assert len(pages) == 2
    assert [words(page)[0] for page in pages] == ["1 Wuhan", "1 Wuhan"]
    printed = [word for page in pages for word in words(page) if " w" in word]
    assert len(printed) == 30
    once, _problems = laid(form(BY_CITY, ROW, CITY_FOOT), lines=many)
    assert words(once[1])[0] != "1 Wuhan"


def test_a_group_that_keeps_together_goes_to_the_next_page_whole() -> None:
    rows = sales(*(("A", "a", 1),) * 10, *(("B", "b", 1),) * 9)
    loose, _problems = laid(form(BY_CITY, ROW), lines=rows)
    assert "2 B" in words(loose[0])
    tight, _problems = laid(form(BY_CITY | {"keep_together": True}, ROW), lines=rows)
    assert words(tight[1])[0] == "2 B"
    assert len(words(tight[1])) == 10


def test_a_group_head_is_never_left_alone_at_the_foot_of_a_page() -> None:
    rows = sales(*(("A", "a", 1),) * 16, ("B", "b", 1))  # 1 + 16 rows leave room for one row of 5 mm
    pages, _problems = laid(form(BY_CITY, ROW), lines=rows)
    assert words(pages[1]) == ["2 B", "1 b 1"]


@pytest.mark.parametrize(("order", "cities"), [("rising", ["1 北京", "2 武汉", "3 西安"]), ("falling", ["1 西安", "2 武汉", "3 北京"])])
def test_a_group_head_brings_rows_of_one_value_together(order: str, cities: list[str]) -> None:
    rows = sales(("武汉", "w1", 1), ("西安", "x", 2), ("武汉", "w2", 3), ("北京", "b", 4))
    pages, problems = laid(form(BY_CITY | {"order": order}, ROW), lines=rows)
    printed = words(pages[0])
    assert problems == ()
    assert [word for word in printed if word in cities] == cities
    assert printed.index("1 w1 1") + 1 == printed.index("2 w2 3"), "rows of one value keep their order"


def test_groups_of_numbers_days_words_and_nothing_stand_one_after_the_other() -> None:
    values = ("b", None, 10, dt.date(2026, 1, 2), 9, "a", "")
    rows = sales(*((value, "r", 1) for value in values))
    pages, problems = laid(form(BY_CITY | {"order": "rising"}, ROW), lines=rows)
    assert problems == ()
    heads = [word for page in pages for word in words(page) if not word.endswith("r 1")]
    keys = [head.partition(" ")[2] for head in heads]
    assert keys[:2] == ["9", "10"] and keys[3:5] == ["a", "b"]
    assert "2026" in keys[2] and not "".join(keys[5:])


def test_groups_that_begin_on_new_pages() -> None:
    pages, _problems = laid(form(BY_CITY | {"page_break_before": True}, ROW), lines=SALES)
    assert [words(page)[0] for page in pages] == ["1 Wuhan", "2 Xian"]


def test_heads_and_feet_that_belong_nowhere_are_reported() -> None:
    stray = band("group_foot", "stray", text("s", "x"), group="nobody")
    pages, problems = laid(form(stray, band("section", "a", text("t", "still printed")), BY_CITY), lines=SALES)
    assert words(pages[0]) == ["still printed"]
    assert [(problem.kind, problem.element) for problem in problems] == [("structure", "stray"), ("structure", "city")]


def test_what_stands_where_there_are_no_rows() -> None:
    nothing = band("no_data", "none", text("n", "nothing yet"), over="lines")
    assert words(laid(form(ROW, nothing), lines=())[0][0]) == ["nothing yet"]
    assert words(laid(form(ROW, nothing), lines=SALES[:1])[0][0]) == ["1 Li 10"]


def test_a_form_always_has_so_many_rows() -> None:
    box = {"kind": "rectangle", "id": "box", "x": 0, "y": 0, "width": 80, "height": 5}
    rows = band("detail", "rows", text("row_t", "{line.who}"), box, over="lines", min_rows=6, stripe="#eeeeee")
    marks = laid(form(rows), lines=SALES)[0][0].marks
    assert len([m for m in marks if isinstance(m, BoxMark) and m.element == "box"]) == 6
    assert len([m for m in marks if isinstance(m, BoxMark) and m.fill == "#eeeeee"]) == 3
    full = laid(form(rows | {"fill_page": True, "min_rows": 0}), lines=SALES)[0]
    assert len(full) == 1
    assert len([m for m in full[0].marks if isinstance(m, BoxMark) and m.element == "box"]) == 18


def test_labels_fill_sheets_from_the_label_one_begins_with() -> None:
    sheet = {"columns": 2, "rows": 3, "left": 5, "top": 10, "gap_x": 2, "gap_y": 1, "repeat": "record.count"}
    page = PLAIN | {"width": 60, "height": 30, "sheet": sheet}
    label = form(band("section", "s", text("t", "{record.name}")), page=page)
    documents = [(label, {"record": {"name": f"L{n}", "count": n}}) for n in (1, 0, 3)]
    made = render_many(documents, first_label=5)
    assert made.pages == 2
    assert page_sizes(made.pdf)[0] == pytest.approx((210, 297), abs=0.1)
    assert page_text(made.pdf, 0).split() == ["L1", "L3"]
    assert page_text(made.pdf, 1).split() == ["L3", "L3"]


def test_labels_go_across_or_down() -> None:
    def places(down: bool) -> list[tuple[float, float]]:
        done: list[PageMarks] = []
        sheets = Sheets(LabelSheet(columns=2, rows=2, left=1, top=2, gap_x=3, gap_y=4, down_first=down), 1, done.append)
        for _label in range(3):
            marks: list[Mark] = [BoxMark("b", 0, 0, 1, 1, "#000000")]
            sheets.add(PageMarks(50, 30, marks))
        sheets.finish()
        return [(mark.x, mark.y) for mark in done[0].marks if isinstance(mark, BoxMark)]

    assert places(False) == [(1, 2), (54, 2), (1, 36)]
    assert places(True) == [(1, 2), (1, 36), (54, 2)]


def test_a_wrong_number_of_labels_is_one_label() -> None:
    page = PLAIN | {"width": 60, "height": 30, "sheet": {"columns": 2, "rows": 3, "repeat": "record.nothing"}}
    made = render(form(band("section", "s", text("t", "once", width=40)), page=page), {"record": {"name": "x"}})
    assert page_text(made.pdf, 0).split() == ["once"]
    assert [problem.kind for problem in made.problems] == ["unknown_field"]


def test_a_roll_is_as_long_as_what_stands_on_it() -> None:
    roll = PLAIN | {"size": "roll80", "roll": True}
    foot = band("page_foot", "f", text("ft", "thanks"), height=8)
    for count in (3, 300):
        rows = sales(*(("A", "a", n) for n in range(count)))
        made = render(form(ROW, foot, page=roll), {"lines": rows})
        assert made.pages == 1
        assert page_sizes(made.pdf)[0] == pytest.approx((80, max(30, 10 + 5 * count + 8)), abs=0.2)
        assert "thanks" in page_text(made.pdf, 0)


def test_each_copy_of_a_form_is_named() -> None:
    template = form(band("section", "s", text("t", "{print.copy}")), captions=["Customer", "Office", "Store"])
    made = render(template, {"print": {"copy": ""}})
    assert [page_text(made.pdf, number).strip() for number in range(page_count(made.pdf))] == ["Customer", "Office", "Store"]


def rich(content: str, **changes: Any) -> tuple[list[TextMark], tuple[Problem, ...]]:
    element = {"kind": "rich_text", "id": "r", "x": 0, "y": 0, "width": 80, "height": 20, "text": content} | changes
    pages, problems = laid(form(band("section", "s", element, height=30)), record={"name": "<b>Li & Co</b>", "n": Decimal(2)})
    return [mark for mark in pages[0].marks if isinstance(mark, TextMark)], problems


def test_words_of_a_text_can_be_marked() -> None:
    marks, problems = rich("plain <b>bold</b> <i>lean</i> <u>line</u> <color=#a4262c>red</color> <size=14>large</size> end")
    assert problems == ()
    by_word = {mark.text.strip(): mark for mark in marks}
    assert by_word["bold"].font != by_word["plain"].font
    assert by_word["lean"].slant
    assert by_word["line"].underline
    assert by_word["red"].color == "#a4262c"
    assert by_word["large"].size == 14
    assert by_word["end"]._replace(x=0, text="", width=0) == by_word["plain"]._replace(x=0, text="", width=0)


def test_what_stands_in_a_field_is_never_a_mark() -> None:
    marks, _problems = rich("{record.name} <b>{iif(record.n < 3, 'few', 'many')}</b> 1 < 2 <x> <size=big>")
    assert "".join(mark.text for mark in marks) == "<b>Li & Co</b> few 1 < 2 <x> <size=big>"


def test_marked_text_wraps_grows_and_is_cut() -> None:
    long = "<b>" + "字" * 200 + "</b>"
    marks, problems = rich(long)
    assert [problem.kind for problem in problems] == ["clipped"]
    assert max(mark.x + mark.width for mark in marks) <= 85.1
    grown, problems = rich(long, style={"overflow": "grow"})
    assert problems == ()
    assert sum(len(mark.text) for mark in grown) == 200
    small, problems = rich(long, style={"overflow": "shrink"})
    assert problems == ()
    assert small[0].size < 9


def test_a_seal_lies_on_top_and_lets_the_text_through() -> None:
    seal = {"kind": "seal", "id": "seal", "x": 0, "y": 0, "width": 40, "height": 40, "text": "{company.name}", "caption": "合同专用章"}
    template = form(band("section", "s", seal, text("t", "below"), height=45), band("section", "next", text("n", "later")))
    marks = laid(template, company={"name": "广州华远机械设备有限公司", "seal": None})[0][0].marks
    on_top = marks[-15:]
    assert {mark.element for mark in on_top} == {"seal"}
    assert {mark.element for mark in marks[:-15]} == {"t", "n"}
    letters = [mark for mark in on_top if isinstance(mark, TextMark)]
    assert "".join(mark.text for mark in letters) == "广州华远机械设备有限公司合同专用章"[:12] + "合同专用章"
    assert {mark.opacity for mark in on_top if isinstance(mark, (TextMark, ShapeMark))} == {0.75}
    for mark in letters:
        assert 5 <= mark.x <= 45
        assert 5 <= mark.y <= 45


@pytest.mark.parametrize("kind", ["bar", "line", "pie"])
def test_charts_are_drawn_of_rows(kind: str) -> None:
    chart = {
        "kind": "chart", "id": "c", "x": 0, "y": 0, "width": 80, "height": 60, "chart": kind, "over": "lines", "label": "line.city",
        "value": "line.amount", "title": "Sales {record.year}",
    }  # fmt: skip
    pages, problems = laid(form(band("section", "s", chart, height=60)), lines=SALES, record={"year": 2026})
    assert problems == ()
    said = " ".join(words(pages[0]))
    assert "Sales 2026" in said
    assert "Wuhan" in said
    assert "Xian" in said
    shapes = [mark for mark in pages[0].marks if isinstance(mark, (ShapeMark, BoxMark))]
    assert len(shapes) >= 4
    for mark in pages[0].marks:
        if isinstance(mark, BoxMark):
            assert 5 <= mark.x <= mark.x + mark.width <= 85.1
            assert 5 <= mark.y <= mark.y + mark.height <= 65.1


@pytest.mark.parametrize("rows", [(), sales(("A", "a", 0)), sales(("A", "a", -5), ("B", "b", -7)), sales(*(("X", "x", 10**12),) * 90)])
@pytest.mark.parametrize("kind", ["bar", "line", "pie"])
def test_charts_of_odd_figures_do_not_break(kind: str, rows: Any) -> None:
    chart = {
        "kind": "chart", "id": "c", "x": 0, "y": 0, "width": 80, "height": 40, "chart": kind, "over": "lines", "label": "line.city",
        "value": "line.amount",
    }  # fmt: skip
    assert render(form(band("section", "s", chart, height=50)), {"lines": rows}).problems == ()


def test_turned_text_stays_around_the_middle_of_its_box() -> None:
    upright = text("t", "up the side", width=10, height=40, angle=90, style={"align": "center"})
    (mark,) = (m for m in laid(form(band("section", "s", upright, height=50)))[0][0].marks if isinstance(m, TextMark))
    assert mark.angle == 90
    assert 5 <= mark.x <= 15
    assert mark.y == pytest.approx(25 + mark.width / 2, abs=0.1)


@pytest.mark.parametrize(
    ("code", "value", "refused"),
    [
        ("code39", "ABC-123", "中文"), ("ean8", "1234567", "12345678"), ("itf", "1234567", "12a"), ("datamatrix", "PO-4711/2026", "中文"),
        ("code128", "PO-4711", "中文"), ("ean13", "690123456789", "6901234567890"), ("qr", "https://example.com/中文", "x" * 1001),
    ],
)  # fmt: skip
def test_bar_codes_fill_their_box_or_say_what_they_cannot_hold(code: str, value: str, refused: str) -> None:
    dark = bars(code, value, 0, 0, 40, 12)
    assert min(bar[0] for bar in dark) == pytest.approx(0, abs=0.01)
    assert max(bar[0] + bar[2] for bar in dark) == pytest.approx(12 if code in ("qr", "datamatrix") else 40, abs=0.01)
    with pytest.raises(ValueError, match=r"\w+"):
        bars(code, refused, 0, 0, 40, 12)


def test_the_check_digits_are_right() -> None:
    assert bars("ean8", "9638507", 0, 0, 40, 10) == bars("ean8", "96385074", 0, 0, 40, 10)
    assert bars("ean13", "400638133393", 0, 0, 40, 10) == bars("ean13", "4006381333931", 0, 0, 40, 10)


def test_dates_group_too() -> None:
    rows = tuple({"day": dt.date(2026, 1, day)} for day in (1, 1, 2))
    head = band("group_head", "day", text("d", "{group.key|date}: {count(group.rows)}"), by="line.day")
    detail = band("detail", "rows", text("r", "{row}"), over="lines")
    assert words(laid(form(head, detail), lines=rows)[0][0]) == ["2026-01-01: 2", "1", "2", "2026-01-02: 1", "1"]
