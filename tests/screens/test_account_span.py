"""A customer's account by month and currency: on its page, in the preview of a print, in a run over many customers."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
from form_makers import Desk
from record_makers import customer

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Ref
from crm_desktop.printing.preview import page_text
from crm_desktop.services import saving
from crm_desktop.services.accounts import AccountSpan, currency_by_code
from ui.account_span import AccountSpanPicker
from ui.print_dialog import PrintDialog
from ui.print_many import PrintManyDialog
from ui.screens.ageing import AccountPage

TODAY = dt.date.today()
LAST_YEAR = TODAY.year - 1


def owes(app: Application, who: Draft, amount: str, currency: str = "", due: dt.date = TODAY) -> None:
    values = {"customer_id": Ref(who.id or 0), "amount": Decimal(amount), "due_date": due, "title": f"Owed {amount}"}
    if currency:
        values["currency_id"] = Ref(currency_by_code(app, currency), currency)
    saving.save(app, saving.new_draft(app, "receivables", values))


def choose(picker: AccountSpanPicker, period: str) -> None:
    picker.period.setCurrentIndex(picker.period.findData(period))


@pytest.fixture
def buyer(desk: Desk) -> Draft:
    who = customer(desk.app, "Pearl")
    owes(desk.app, who, "125", due=dt.date(LAST_YEAR, 12, 31))
    owes(desk.app, who, "40", "USD")
    return who


def test_the_page_shows_a_period_and_a_currency(desk: Desk, buyer: Draft) -> None:
    page = AccountPage(desk.window, buyer.id or 0)
    page.show()
    desk.quiet()

    def rows() -> list[tuple[str, str]]:
        items = [page.table.topLevelItem(n) for n in range(page.table.topLevelItemCount())]
        return [(item.text(2), item.text(5)) for item in items if item is not None]

    assert [row[0] for row in rows()] == ["Carried forward", "Balance"]
    assert rows()[-1][1] == "125.00"
    choose(page.span, "last_year")
    desk.quiet()
    assert any("Owed 125" in row[0] for row in rows())
    choose(page.span, "beginning")
    desk.quiet()
    assert rows()[0][0].endswith("Owed 125"), "nothing is carried forward to the beginning"
    assert [page.span.currency.itemText(n) for n in range(page.span.currency.count())][1:] == ["USD"]
    page.span.currency.setCurrentIndex(1)
    desk.quiet()
    assert page.head.text() == "Balance 40.00 USD"
    page.close()


def test_days_are_chosen_one_by_one(desk: Desk, buyer: Draft) -> None:
    picker = AccountSpanPicker(desk.window, buyer.id)
    picker.show()
    desk.quiet()
    assert not picker.first.isVisible()
    choose(picker, "days")
    assert picker.first.isVisible() and picker.last.isVisible()
    picker.first.setDate(dt.date(LAST_YEAR, 12, 31))  # type: ignore[arg-type]
    picker.last.setDate(dt.date(LAST_YEAR, 1, 1))  # type: ignore[arg-type]
    assert picker.span() == AccountSpan(dt.date(LAST_YEAR, 1, 1), dt.date(LAST_YEAR, 12, 31), picker.currency.currentData())
    picker.close()


def test_the_preview_prints_what_is_chosen(desk: Desk, buyer: Draft) -> None:
    form = desk.open("customers", buyer.id or 0)
    dialog = PrintDialog(form, desk.window, form.kind, buyer.id or 0, "Pearl")
    dialog.show()
    desk.wait(lambda: bool(dialog.pdf))
    dialog.template.setCurrentIndex(dialog.template.findData("statement.en"))
    desk.wait(lambda: bool(dialog.pdf))
    assert "Owed 125" not in page_text(dialog.pdf, 0)
    assert dialog.account is not None
    choose(dialog.account, "last_year")
    desk.wait(lambda: bool(dialog.pdf))
    assert "Owed 125" in page_text(dialog.pdf, 0)
    dialog.reject()


def test_many_statements_are_of_the_chosen_period(desk: Desk, buyer: Draft, tmp_path: Path) -> None:
    dialog = PrintManyDialog(desk.window, desk.window, desk.app.type("customers"), [buyer.id or 0])
    dialog.show()
    desk.wait(dialog.go.isEnabled)
    dialog.choices.template.setCurrentIndex(dialog.choices.template.findData("statement.en"))
    assert dialog.account is not None
    choose(dialog.account, "last_year")
    path = tmp_path / "statements.pdf"
    dialog.start(path)
    desk.wait(path.exists)
    desk.quiet()
    assert "Owed 125" in page_text(path.read_bytes(), 0)
