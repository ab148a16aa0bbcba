"""The check finds what is wrong, repairs what the program derives, and leaves everything else alone."""

from __future__ import annotations

from typing import Any

import pytest
from record_makers import customer, order
from sqlalchemy import select, text, update

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Ref
from crm_desktop.filters import ListQuery
from crm_desktop.services.checking import Finding, check_database
from crm_desktop.services.deleting import delete as delete_records
from crm_desktop.services.deleting import restore_batch
from crm_desktop.services.files import attach, detach, list_files, read
from crm_desktop.services.listing import fetch_ids
from crm_desktop.services.saving import open_record
from db import search
from db.engine import is_sqlite, writing
from db.models.customers import Customer
from db.models.sales import SalesOrder, SalesOrderLine
from db.models.system import FileContent

pytestmark = pytest.mark.encrypted


def repaired(findings: list[Finding]) -> dict[str, int]:
    return {f.name: f.repaired for f in findings if f.repaired}


def bought_by(app: Application, buyer: Draft) -> Draft:
    """An order as the window makes it: the reference carries the customer's name."""
    return order(app, buyer, customer_id=Ref(buyer.id or 0, buyer.values["name"]))


def test_a_sound_database_is_left_alone(app: Application) -> None:
    bought_by(app, customer(app, "甲公司"))
    findings = check_database(app)
    assert all(f.sound for f in findings)
    assert repaired(findings) == {}
    assert {"integrity", "references", "migrations", "files", "totals.sales-orders", "search_index.customers"} <= {
        f.name for f in findings
    }


def test_what_the_program_derives_is_made_anew(app: Application) -> None:
    made = customer(app, "华远")
    bought = bought_by(app, made)
    customers: Any = Customer.__table__
    with writing(app.engine) as session:
        session.execute(update(customers).where(customers.c.id == made.id).values(search_text="lost", name_key="zzz"))
        session.execute(update(SalesOrder).values(total=1))
        session.execute(update(SalesOrderLine).where(SalesOrderLine.id == bought.lines[0].id).values(amount=1))
    assert repaired(check_database(app)) == {
        "search_text.customers": 1,
        "search_index.customers": 1,
        "totals.sales-orders": 1,
    }
    assert fetch_ids(app, ListQuery("customers", search="hy")) == [made.id]
    after = open_record(app, "sales-orders", bought.id or 0)
    assert (after.values["total"], after.lines[0].values["amount"]) == (
        bought.values["total"],
        bought.lines[0].values["amount"],
    )
    assert after.version == bought.version
    assert repaired(check_database(app)) == {}


def test_missing_entries_of_the_search_index_come_back(app: Application) -> None:
    made = customer(app, "华远")
    with writing(app.engine) as session:
        search.remove(session.connection(), Customer.__table__, [made.id or 0])
        if not is_sqlite(app.engine):
            session.execute(text("DELETE FROM fts_customer"))
    assert fetch_ids(app, ListQuery("customers", search="华远")) == []
    assert repaired(check_database(app)) == {"search_index.customers": 1}
    assert fetch_ids(app, ListQuery("customers", search="华远")) == [made.id]


def test_files_go_when_nothing_remembers_them(app: Application) -> None:
    made = customer(app, "甲公司")
    kept = attach(app, "customers", made.id or 0, "a.txt", b"kept")
    gone = attach(app, "customers", made.id or 0, "b.txt", b"gone")
    detach(app, gone.id)
    assert repaired(check_database(app)) == {"files": 1}
    assert read(app, kept.id) == b"kept"
    batch = delete_records(app, "customers", [made.id or 0])
    assert repaired(check_database(app)) == {}  # the recycle bin holds it
    restore_batch(app, batch)
    [file] = list_files(app, "customers", made.id or 0)
    assert read(app, file.id) == b"kept"
    contents: Any = FileContent.__table__
    with writing(app.engine) as session:
        assert len(session.execute(select(contents.c.id)).all()) == 1


def test_a_file_that_is_attached_again_is_kept_once(app: Application) -> None:
    first, second = customer(app, "甲公司"), customer(app, "乙公司")
    one = attach(app, "customers", first.id or 0, "offer.pdf", b"the same")
    another = attach(app, "customers", second.id or 0, "copy of it.pdf", b"the same")
    contents: Any = FileContent.__table__
    with writing(app.engine) as session:
        assert len(session.execute(select(contents.c.id)).all()) == 1
    detach(app, one.id)
    assert repaired(check_database(app)) == {}
    assert read(app, another.id) == b"the same"


def test_a_reference_that_leads_nowhere_is_told(sqlite_app: Application) -> None:
    made = customer(sqlite_app, "甲公司")
    order(sqlite_app, made)
    with sqlite_app.engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        connection.rollback()
        raw.execute("PRAGMA foreign_keys=OFF")
        raw.execute("DELETE FROM customer")
        raw.execute("PRAGMA foreign_keys=ON")
    findings = {f.name: f for f in check_database(sqlite_app)}
    assert not findings["references"].sound
    assert "sales_order" in findings["references"].detail
