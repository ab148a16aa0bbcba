"""The mappings for the files of other programs name fields that there are, and each file is known as what it is."""

from __future__ import annotations

import pytest

from crm_desktop.exchange.headings import folded
from crm_desktop.exchange.mapping import field_of, taken_from_files
from crm_desktop.exchange.ready_mappings import Ready, fitting, ready_mapping, ready_mappings
from crm_desktop.records.registry import BUILT_IN

TYPES = {t.key: t for t in BUILT_IN}


@pytest.mark.parametrize("ready", ready_mappings(), ids=lambda r: r.name)
def test_a_ready_mapping_goes_to_fields_that_can_be_filled(ready: Ready) -> None:
    kind, recipe = TYPES[ready.recipe.type], ready.recipe
    for target in recipe.columns.values():
        assert taken_from_files(field_of(kind, target)), target
    made = {joined.heading for joined in recipe.joined}
    assert made <= set(recipe.columns)
    name = {"customers": "name", "contacts": "name", "products": "name"}[kind.key]
    assert any(t.partition("+")[0] == name for t in recipe.columns.values())
    headings = {folded(h) for h in recipe.columns}
    if ready.program != "vCard":  # its sign is a column of its own
        assert sum(folded(t) in headings for t in ready.tells) >= len(ready.tells) / 2
    assert ready_mapping(ready.name.upper(), kind.key) is ready


@pytest.mark.parametrize("ready", [r for r in ready_mappings() if r.tells], ids=lambda r: r.name)
def test_a_file_of_it_is_known(ready: Ready) -> None:
    assert fitting([*ready.tells, *ready.recipe.columns])[0] is ready
    assert ready not in fitting(["Name", "Phone", "City", "客户名称", "电话"])
