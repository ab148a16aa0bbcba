"""What people with narrow rights read of history, log, recycle bin and past, and what they may take back. On both engines."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from people_makers import Office
from record_makers import customer, order

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Ref
from crm_desktop.errors import Missing, Refused, Told
from crm_desktop.services import deleting, events, history, recycling, saving
from crm_desktop.services.log import LogQuery, fetch_log
from crm_desktop.services.log_access import UNSEEN
from crm_desktop.services.past import as_of
from crm_desktop.services.undo_import import undo_import


def labels(entries: list[history.Entry]) -> list[str]:
    return [e.label for e in entries]


def owned(app: Application, name: str, owner: int) -> Draft:
    return customer(app, name, owner_id=Ref(owner))


def test_entries_of_records_out_of_reach_are_not_there(app: Application) -> None:
    office = Office(app)
    sam, eve = office.person("Sam", "salesperson"), office.person("Eve", "salesperson")
    mine, theirs = owned(app, "Mine", sam), owned(app, "Theirs", eve)
    moment = dt.datetime.now(dt.UTC)
    office.change("customers", theirs.id or 0, city="Zhuhai")
    hidden = history.entries(app, "customers", theirs.id or 0)[0]
    at_work = office.sign_in(sam)
    assert [e.action for e in history.entries(at_work, "customers", mine.id or 0)] == ["create"]
    assert history.entries(at_work, "customers", theirs.id or 0) == []
    with pytest.raises(Missing):
        as_of(at_work, "customers", theirs.id or 0, moment)
    with pytest.raises(Missing):
        history.undo(at_work, hidden.id)
    with pytest.raises(Told):
        history.revisions(at_work, "customers", theirs.id or 0)
    with pytest.raises(Refused):
        fetch_log(at_work, LogQuery())
    assert saving.open_record(app, "customers", theirs.id or 0).values["city"] == "Zhuhai"
    office.change("customers", mine.id or 0, owner_id=Ref(eve))
    assert history.entries(at_work, "customers", mine.id or 0) == [], "handed over, and with it its history"


def test_deleted_records_are_seen_by_who_would_see_them(app: Application) -> None:
    office = Office(app)
    sam, eve = office.person("Sam", "salesperson"), office.person("Eve", "salesperson")
    mine, theirs = owned(app, "Mine", sam), owned(app, "Theirs", eve)
    moment = dt.datetime.now(dt.UTC)
    gone = [order(app, d, 2, owner_id=Ref(o)) for d, o in ((mine, sam), (theirs, eve))]
    batches = [deleting.delete(app, "sales-orders", [d.id or 0]) for d in gone]
    at_work = office.sign_in(sam)
    assert [e.record_id for e in history.recycle_bin(at_work)] == [gone[0].id]
    seen = recycling.deletions(at_work)
    assert [d.batch for d in seen] == [batches[0]]
    assert recycling.deleted_values(at_work, seen[0].entry_id)
    other = recycling.deletions(office.sign_in(eve))[0]
    with pytest.raises(Missing):
        recycling.deleted_values(at_work, other.entry_id)
    with pytest.raises(Missing):
        history.restore(at_work, other.entry_id)
    with pytest.raises(Missing):
        as_of(at_work, "sales-orders", gone[1].id or 0, moment)
    assert len(as_of(at_work, "sales-orders", gone[0].id or 0, history.recycle_bin(at_work)[0].at - dt.timedelta(0, 0, 1)).lines) == 2
    assert len(history.recycle_bin(app)) == 2


def test_names_of_records_out_of_reach_are_covered(app: Application) -> None:
    office = Office(app)
    sam, eve = office.person("Sam", "salesperson"), office.person("Eve", "salesperson")
    mine, secret = owned(app, "Mine", sam), owned(app, "Secret Company", eve)
    task = saving.save(app, saving.new_draft(app, "tasks", {"title": "Call", "owner_id": Ref(sam), "customer_id": Ref(secret.id or 0)}))
    moment = dt.datetime.now(dt.UTC)
    office.change("tasks", task.id or 0, customer_id=Ref(mine.id or 0))
    at_work = office.sign_in(sam)
    change = next(c for c in history.entries(at_work, "tasks", task.id or 0)[0].changes if c.field == "customer_id")
    assert (change.before, change.after) == (UNSEEN, "Mine")
    assert as_of(at_work, "tasks", task.id or 0, moment).values["customer_id"].label == UNSEEN
    full = next(c for c in history.entries(app, "tasks", task.id or 0)[0].changes if c.field == "customer_id")
    assert full.before == "Secret Company"


def test_hidden_columns_of_lines_stay_hidden(app: Application) -> None:
    office = Office(app)
    store = office.person("Store", "warehouse")
    sold = order(app, customer(app), 2)
    moment = dt.datetime.now(dt.UTC)
    sold.lines[0].values |= {"price": Decimal(77), "remark": "soon"}
    del sold.lines[1]
    sold = saving.save(app, sold)
    at_work = office.sign_in(store)
    changes = history.entries(at_work, "sales-orders", sold.id or 0)[0].changes
    assert [(c.label, c.before, c.after) for c in changes] == [("Line removed", "Bolt 1 · 1", ""), ("Bolt 0 · Remark", "", "soon")]
    then = as_of(at_work, "sales-orders", sold.id or 0, moment)
    assert "total" not in then.values
    assert all("price" not in row.values and "amount" not in row.values for row in then.lines)
    with pytest.raises(Told):
        history.undo(at_work, history.entries(app, "sales-orders", sold.id or 0)[0].id)
    assert saving.open_record(app, "sales-orders", sold.id or 0).lines == sold.lines


def test_an_import_is_taken_back_by_whose_it_is_or_who_may_delete(app: Application) -> None:
    office = Office(app)
    sam, eve = office.sign_in(office.person("Sam", "salesperson")), office.sign_in(office.person("Eve", "salesperson"))

    def imported() -> str:
        return saving.save_many(sam, [saving.new_draft(sam, "customers", {"name": "Imported"})], action="import")

    batch = imported()
    with pytest.raises(Told):
        undo_import(eve, batch)
    assert undo_import(sam, batch).removed == 1
    assert undo_import(app, imported()).removed == 1


def test_colleagues_do_not_read_who_signs_in_when(app: Application) -> None:
    office = Office(app)
    sam, eve = office.person("Sam", "salesperson"), office.person("Eve", "salesperson")
    for action in ("sign_in", "password_reset", "print"):
        events.record(app, action, "Eve", about=("users", eve))
    at_work = office.sign_in(sam)
    assert [e.action for e in history.entries(at_work, "users", eve)] == ["print", "create"]
    assert [e.action for e in history.entries(app, "users", eve)] == ["print", "password_reset", "sign_in", "create"]


def test_an_auditor_reads_everything_and_takes_nothing_back(app: Application) -> None:
    office = Office(app)
    auditor = office.sign_in(office.person("Aud", "auditor"))
    made = customer(app, "Alpha")
    office.change("customers", made.id or 0, city="Zhuhai")
    found = fetch_log(auditor, LogQuery(type="customers")).entries
    assert [e.action for e in found] == ["change", "create"]
    assert not any(e.can_undo for e in found)
    with pytest.raises(Refused):
        history.undo(auditor, found[0].id)


def test_an_administrator_reads_the_log_without_business_data(app: Application) -> None:
    office = Office(app)
    admin = office.sign_in(office.person("Adm", "administrator"))
    customer(app, "Alpha")
    found = fetch_log(admin, LogQuery(), size=500).entries
    assert "customers" not in {e.type for e in found}
    assert "users" in {e.type for e in found}
