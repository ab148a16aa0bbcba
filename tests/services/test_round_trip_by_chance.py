"""Any records go out to a file and come back as they were: whatever texts, numbers and dates people have in them."""

from __future__ import annotations

import datetime as dt
import itertools
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as some
from openpyxl import Workbook

from crm_desktop.application import Application
from crm_desktop.exchange.exporting import export_list
from crm_desktop.exchange.importing import plan_import, run_import
from crm_desktop.exchange.mapping import recogniser
from crm_desktop.exchange.reading import read_workbook
from crm_desktop.exchange.tables import choose_sheet, find_table
from crm_desktop.filters import ListQuery
from crm_desktop.services.saving import find_ids, new_draft, open_record, save_many

# What files and spreadsheets give a meaning to, beside whatever characters there are.
ODD = ["=1+1", "'quoted", "+86 138", "-5", "@cmd", "007", "1E5", "TRUE", "#N/A", "_x0041_", "null", 'a"b', "a,b;c\td", "03/04/2026",
       "１２３（株）", "𠮷野家 🌏", "שלום", "e\u0301", "合计", "电话", "&lt;x&gt;", "]]>", "\\n", "%s {0}"]  # fmt: skip
CHARACTERS = some.characters(exclude_categories=("C", "Zl", "Zp", "Zs"))
TEXTS = some.sampled_from(ODD) | some.text(CHARACTERS | some.just(" "), min_size=1, max_size=30).map(str.strip).filter(bool)
AMOUNTS = some.decimals(0, 10**12, places=2)
DAYS = some.dates(dt.date(1950, 1, 1), dt.date(2099, 12, 31))
RECORDS = some.fixed_dictionaries(
    {"name": TEXTS},
    optional={
        "short_name": TEXTS, "address": TEXTS, "note": TEXTS, "city": TEXTS, "credit_limit": AMOUNTS, "next_follow_up": DAYS,
        "credit_days": some.integers(0, 999), "level": some.sampled_from(["A", "B"]),
        "tags": some.lists(some.sampled_from(["VIP", "老客户", "a b"]), unique=True, min_size=1).map(tuple),
    },
)  # fmt: skip
ROUNDS = settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
NUMBERS = itertools.count(1)


def planned(app: Application, file: Path) -> Any:
    recognise = recogniser(app.type("customers"))
    return plan_import(app, "customers", find_table(choose_sheet(read_workbook(file), None, recognise), recognise))


@pytest.mark.slow
def test_an_export_of_any_records_changes_nothing_when_it_is_imported(sqlite_app: Application, tmp_path: Path) -> None:
    app = sqlite_app

    @ROUNDS
    @given(some.lists(RECORDS, min_size=1, max_size=25), some.sampled_from([".xlsx", ".csv"]))
    @example([{"name": text, "note": text, "address": text} for text in ODD], ".xlsx")
    @example([{"name": text, "note": text, "address": text} for text in ODD], ".csv")
    def check(records: list[dict[str, Any]], ending: str) -> None:
        drafts = [new_draft(app, "customers", {"number": f"R{next(NUMBERS)}"} | facts) for facts in records]
        save_many(app, drafts)
        file = tmp_path / f"out{ending}"
        export_list(app, ListQuery("customers"), file)
        for item in planned(app, file).records:
            assert item.action == "same", (item.problems, item.changes)

    check()


@pytest.mark.slow
def test_a_workbook_of_any_records_comes_in_as_it_is(sqlite_app: Application, tmp_path: Path) -> None:
    app = sqlite_app
    labels = {n: f.label for n, f in app.type("customers").fields.items()}

    @ROUNDS
    @given(some.lists(RECORDS, min_size=1, max_size=25))
    def check(records: list[dict[str, Any]]) -> None:
        book = Workbook()
        sheet = book.active
        names = list(dict.fromkeys(n for facts in records for n in facts))
        sheet.append(["Number", *(labels[n] for n in names)])
        numbers = [f"W{next(NUMBERS)}" for _facts in records]
        for number, facts in zip(numbers, records, strict=True):
            sheet.append([number])
            for at, name in enumerate(names, 2):
                value = facts.get(name)
                if isinstance(value, str):
                    value = value.replace("_x0041_", "_x005F_x0041_")  # as workbooks write a text that looks like their escapes
                cell = sheet.cell(sheet.max_row, at, "、".join(value) if isinstance(value, tuple) else value)
                if isinstance(value, str):
                    cell.data_type = "s"
        file = tmp_path / "in.xlsx"
        book.save(file)
        plan = planned(app, file)
        assert not plan.wrong(), [p.problems for p in plan.wrong()]
        assert run_import(app, plan).created == len(records)
        for number, facts in zip(numbers, records, strict=True):
            [id_] = find_ids(app, "customers", number)
            values = open_record(app, "customers", id_).values
            assert {n: values[n] for n in facts} == facts

    check()
