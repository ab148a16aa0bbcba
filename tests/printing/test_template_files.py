"""The template format: what is refused and where, that the schema is the loader's, and that files survive a round trip."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_desktop.printing.checking import check_template
from crm_desktop.printing.format_rules import TemplateError
from crm_desktop.printing.rendering import render
from crm_desktop.printing.shipped import shipped_templates
from crm_desktop.printing.template import Template
from crm_desktop.printing.template_file import dump_template, elements_of, json_schema, load_template
from crm_desktop.resources import resource


def small(**changes: Any) -> dict[str, Any]:
    """A whole small template as data."""
    text = {"kind": "text", "id": "t", "x": 0, "y": 0, "width": 50, "height": 5, "text": "a"}
    band = {"kind": "section", "id": "b", "height": 10, "elements": [text]}
    data = {
        "format": "crm-desktop/print-template",
        "version": 1,
        "name": "small",
        "title": {"en": "Small"},
        "bands": [band],
    }
    return data | changes


def load(data: Any) -> Template:
    return load_template(json.dumps(data))


def with_element(**changes: Any) -> dict[str, Any]:
    data = small()
    data["bands"][0]["elements"][0] |= changes
    return data


def test_the_published_schema_is_the_loaders() -> None:
    published = json.loads(resource("templates/schema.json").read_text(encoding="utf-8"))
    assert published == json_schema()


@pytest.mark.parametrize("name", sorted(shipped_templates()))
def test_shipped_templates_survive_a_round_trip(name: str) -> None:
    template = shipped_templates()[name]
    assert load_template(dump_template(template)) == template
    stored = resource(f"templates/{name}.json").read_text(encoding="utf-8")
    assert dump_template(template) == stored, "a shipped file is written as the program writes it"
    assert set(template.title) == {"zh_CN", "en"}
    assert len({element.id for element in elements_of(template)}) == sum(1 for _ in elements_of(template))


REFUSED = {
    "not JSON": ("{", "line 1"),
    "not an object": ("[]", "format"),
    "nothing": ("", "line 1"),
    "other format": (json.dumps(small(format="x")), "format"),
    "newer version": (json.dumps(small(version=2)), "version"),
    "version is a flag": (json.dumps(small(version=True)), "version"),
    "no title": (json.dumps(small(title={})), "title"),
    "unknown key": (json.dumps(small(script="x")), "script"),
    "unknown element": (json.dumps(with_element(kind="script")), "bands[0].elements[0].kind"),
    "text for a number": (json.dumps(with_element(x="1")), "bands[0].elements[0].x"),
    "flag for a number": (json.dumps(with_element(x=True)), "bands[0].elements[0].x"),
    "far off": (json.dumps(with_element(x=1e9)), "bands[0].elements[0].x"),
    "unknown style key": (json.dumps(with_element(style={"blink": True})), "bands[0].elements[0].style.blink"),
    "font of no size": (json.dumps(with_element(style={"size": 0})), "bands[0].elements[0].style.size"),
    "colour by name": (json.dumps(with_element(style={"color": "red"})), "bands[0].elements[0].style.color"),
    "id with a slash": (json.dumps(with_element(id="../x")), "bands[0].elements[0].id"),
    "same id twice": (json.dumps(with_element(id="b")), "bands[0].elements[0].id"),
    "huge text": (json.dumps(with_element(text="x" * 20_001)), "bands[0].elements[0].text"),
    "missing entry": (json.dumps(small(bands=[{"kind": "section", "id": "b"}])), "bands[0].height"),
    "custom paper without size": (json.dumps(small(page={"size": "custom"})), "page"),
    "margins": (json.dumps(small(page={"size": "A5", "margins": {"left": 80, "right": 80}})), "page.margins"),
    "style on a style": (json.dumps(small(styles={"a": {"base": "b"}})), "styles.a.base"),
    "key twice": ('{"format": "crm-desktop/print-template", "format": "x"}', "format"),
    "NaN": (json.dumps(with_element(x=float("nan"))), "NaN"),
    "labels wider than their sheet": (json.dumps(small(page={"size": "A5", "sheet": {"columns": 2}})), "page.sheet"),
    "sheet without size": (json.dumps(small(page={"size": "A5", "sheet": {"size": "custom"}})), "page.sheet"),
    "group foot without a group": (json.dumps(small(bands=[{"kind": "group_foot", "id": "g", "height": 5}])), "bands[0].group"),
    "too many columns": (
        json.dumps(
            small(
                bands=[
                    {
                        "kind": "table",
                        "id": "t",
                        "table": {"over": "lines", "columns": [{"id": f"c{n}", "width": 5} for n in range(61)]},
                    }
                ]
            )
        ),
        "bands[0].table.columns",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_bad_file_is_refused_with_its_place(case: str) -> None:
    text, place = REFUSED[case]
    with pytest.raises(TemplateError) as refused:
        load_template(text)
    assert refused.value.place.startswith(place)
    assert refused.value.message


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"a":' * 50_000, "9" * 10_000, "1" * 5_000_000, b"\xff\xfe{}", b"\xef\xbb\xbf{}"]
)
def test_hostile_files_are_refused(text: str | bytes) -> None:
    with pytest.raises(TemplateError):
        load_template(text)


def test_too_many_elements() -> None:
    one = with_element()["bands"][0]["elements"][0]
    bands = [
        {
            "kind": "section",
            "id": f"b{band}",
            "height": 10,
            "elements": [{**one, "id": f"e{band}.{at}"} for at in range(300)],
        }
        for band in range(7)
    ]
    with pytest.raises(TemplateError, match="2000 elements"):
        load(small(bands=bands))


WRONG = st.sampled_from([None, True, -1, 0, 1e308, "", "x" * 5_000, "{", [], {}, {"kind": "x"}, "😀", "../../etc", ["a"] * 300])


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """A shipped template with a few things in it deleted, doubled or replaced."""
    data = json.loads(dump_template(shipped_templates()[draw(st.sampled_from(SOME))]))
    for _blow in range(draw(st.integers(1, 4))):
        at: Any = data
        for _step in range(draw(st.integers(0, 5))):
            inner = list(at.values()) if isinstance(at, dict) else at
            deeper = [each for each in inner if isinstance(each, (dict, list)) and each]
            if not deeper:
                break
            at = draw(st.sampled_from(deeper))
        keys = list(at) if isinstance(at, dict) else list(range(len(at)))
        key = draw(st.sampled_from(keys))
        what = draw(st.sampled_from(["delete", "replace", "double"]))
        if what == "delete":
            del at[key]
        elif what == "replace":
            at[key] = deepcopy(draw(WRONG))  # drawn twice it is the same thing, and would end up inside itself
        elif isinstance(at, list):
            at.append(deepcopy(at[key]))
        if not at:
            break
    return json.dumps(data)


SOME = ("sales-order.zh_CN", "delivery-note-241x140.zh_CN", "price-list.en", "address-labels.en", "statement.en", "sales-contract.zh_CN")


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(damaged())
def test_a_damaged_file_is_refused_with_words_or_prints(text: str) -> None:
    try:
        made = load_template(text)
    except TemplateError as refused:
        assert refused.message
        return
    check_template(made)
    assert load_template(dump_template(made)) == made
    try:
        done = render(made, {"lines": ({"name": "a", "category": None},), "record": {"name": "x"}})
    except TemplateError as endless:
        assert "pages" in endless.message
    else:
        assert done.pdf.startswith(b"%PDF")
