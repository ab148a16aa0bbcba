"""Reminders: who is due for which letter, what stands in it, and what noting it leaves behind, on both engines."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from record_makers import customer

from crm_desktop import settings as s
from crm_desktop.__main__ import main
from crm_desktop.application import Application
from crm_desktop.draft import Draft, Ref
from crm_desktop.errors import Refused
from crm_desktop.printing.letters import reminder_letters
from crm_desktop.printing.preview import page_text
from crm_desktop.printing.printing import print_records
from crm_desktop.rights import Rights
from crm_desktop.services import history, saving
from crm_desktop.services.accounts import ageing, currency_by_code
from crm_desktop.services.dunning import letter_of, letters, note_letters
from crm_desktop.services.settings_store import settings_of

TODAY = dt.date.today()


def owes(app: Application, who: Draft, amount: str, late: int, currency: str = "", **values: object) -> Draft:
    due = TODAY - dt.timedelta(days=late)
    preset = {"customer_id": Ref(who.id or 0), "amount": Decimal(amount), "due_date": due, "title": f"Owed {amount}"}
    if currency:
        preset["currency_id"] = Ref(currency_by_code(app, currency), currency)
    return saving.save(app, saving.new_draft(app, "receivables", preset | values))


@pytest.mark.roles
def test_one_letter_after_the_other_raises_what_is_due_and_stands_in_the_histories(app: Application) -> None:
    settings_of(app).set_many({s.DUNNING_FIRST: 3, s.DUNNING_SECOND: 14, s.DUNNING_THIRD: 30})
    late, early = customer(app, "Late Ltd"), customer(app, "Early Ltd")
    old, new = owes(app, late, "100", 20), owes(app, late, "40", 5)
    owes(app, late, "7", 1)
    owes(app, early, "50", 2)
    owes(app, early, "60", -10)
    (letter,) = letters(app)
    assert (letter.customer.id, letter.level, letter.stands, letter.overdue) == (late.id, 1, 0, Decimal(147))
    assert [(i.number, i.days, i.letter) for i in letter.items][:2] == [(old.values["number"], 20, 1), (new.values["number"], 5, 1)]
    assert note_letters(app, [letter]).raised == 2
    assert letters(app) == [], "time between two letters"
    kept = saving.open_record(app, "receivables", old.id or 0)
    assert (kept.values["dunning_level"], kept.values["reminded_on"]) == (1, TODAY)
    assert history.entries(app, "receivables", old.id or 0)[0].action == "remind"
    told = history.entries(app, "customers", late.id or 0)[0]
    assert told.action == "print" and any("1" in (c.after, str(c.after)) for c in told.changes)
    (aged,) = [a for a in ageing(app) if a.customer.id == late.id]
    assert (aged.level, aged.reminded, aged.letter) == (1, TODAY, 0)
    then = TODAY + dt.timedelta(days=11)
    (second,) = [each for each in letters(app, day=then) if each.customer.id == late.id]
    assert second.level == 2 and [i.letter for i in second.items] == [2, 2, 1]
    assert {a.letter for a in ageing(app, then)} == {1, 2}, "Early Ltd is late by then"
    note_letters(app, [letter])
    assert saving.open_record(app, "receivables", old.id or 0).values["dunning_level"] == 1, "the same letter twice is one letter"
    promised = saving.open_record(app, "receivables", old.id or 0)
    promised.values["promised_on"] = TODAY
    saving.save(app, promised)
    noted = note_letters(app, [second])
    assert (noted.raised, len(noted.refused)) == (2, 1), "what somebody changed meanwhile is left and told"


def test_ages_and_letters_say_the_same_of_who_is_due(app: Application) -> None:
    """Whatever the company's days: the report sums in the database what the letters work out line by line."""
    for at, (late, level, ago) in enumerate(((2, 0, None), (3, 0, None), (40, 1, 5), (40, 1, 60), (40, 2, 60), (90, 3, 90), (15, 1, None))):
        told = {"dunning_level": level, "reminded_on": TODAY - dt.timedelta(days=ago) if ago else None}
        owes(app, customer(app, f"Buyer {at}"), "10", late, **told)
    credited = customer(app, "More credit than debt")
    owes(app, credited, "10", 40)
    owes(app, credited, "-25", 20)
    for days in ((3, 14, 30), (3, 0, 30), (0, 14, 0), (0, 0, 0)):
        settings_of(app).set_many(dict(zip((s.DUNNING_FIRST, s.DUNNING_SECOND, s.DUNNING_THIRD), days, strict=True)))
        assert {a.customer.id: a.letter for a in ageing(app) if a.letter} == {x.customer.id: x.level for x in letters(app)}, days
        assert letter_of(app, credited.id or 0, None) is None


def test_the_letter_shows_the_amounts_of_its_currency(sqlite_app: Application) -> None:
    app, buyer = sqlite_app, customer(sqlite_app, "深圳东方机械设备有限公司")
    owes(app, buyer, "1234.50", 40, dunning_level=1, reminded_on=TODAY - dt.timedelta(days=30))
    owes(app, buyer, "-34.50", 20)
    owes(app, buyer, "80", 9, "USD")
    found = letters(app)
    assert [(x.currency, x.level, x.overdue) for x in found] == [("CNY", 2, Decimal(1200)), ("USD", 1, Decimal(80))]
    made = reminder_letters(app, found, "zh_CN")
    assert made.problems == () and made.pages == 2
    first, second = page_text(made.pdf, 0), page_text(made.pdf, 1)
    for words in ("催款函（第二次）", "壹仟贰佰元整", "1,200.00", "-34.50", "40", (TODAY - dt.timedelta(days=30)).isoformat()):
        assert words in first, words
    assert "付款提醒函" in second and "80.00" in second and "捌拾" not in second
    alone = print_records(app, "customers", [buyer.id or 0], "reminder-3", "en")
    assert alone.problems == () and "Final reminder" in page_text(alone.pdf, 0)
    nobody = print_records(app, "customers", [customer(app, "Paid").id or 0], "reminder-1", "en")
    assert "(nothing is overdue)" in page_text(nobody.pdf, 0)


def test_who_may_not_see_receivables_or_print_customers_writes_no_letters(sqlite_app: Application) -> None:
    app = sqlite_app
    owes(app, customer(app, "Late Ltd"), "100", 20)
    found = letters(app)
    with pytest.raises(Refused):
        letters(replace(app, actor=replace(app.actor, rights=Rights.of("customers.see", "customers.print"), version=0)))
    with pytest.raises(Refused):
        reminder_letters(
            replace(app, actor=replace(app.actor, rights=Rights.of("customers.see", "receivables.see"), version=0)), found, "en"
        )
    reader = replace(app, actor=replace(app.actor, rights=Rights.of("customers.see", "customers.print", "receivables.see"), version=0))
    noted = note_letters(reader, found)
    assert noted.raised == 0 and len(noted.refused) == 1


def test_letters_from_the_command_line(sqlite_app: Application, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    app = sqlite_app
    buyer = customer(app, "Late Ltd")
    owes(app, buyer, "100", 20)
    data = ["--data", str(app.data), "--language", "en"]
    assert main([*data, "dunning"]) == 0
    assert "Late Ltd" in capsys.readouterr().out
    assert main([*data, "dunning", "--note"]) == 1
    assert main([*data, "dunning", "--output", str(tmp_path / "all.pdf"), "--note"]) == 0
    assert "1 receivable was raised by one level." in capsys.readouterr().out
    assert "Payment reminder" in page_text((tmp_path / "all.pdf").read_bytes(), 0)
    assert main([*data, "dunning", "--output", str(tmp_path / "more.pdf")]) == 1, "nobody is due any more"
    assert main([*data, "dunning", str(buyer.values["number"]), "--output", str(tmp_path / "again.pdf")]) == 0
