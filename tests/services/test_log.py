"""The log as people read it: what it tells, how it is searched, and what it keeps from whom."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from record_makers import customer, line, order
from sqlalchemy.event import listen

from crm_desktop.actor import Actor
from crm_desktop.application import Application
from crm_desktop.draft import Draft
from crm_desktop.errors import Invalid, Missing, Refused
from crm_desktop.exchange.exporting import export_list
from crm_desktop.exchange.log_export import export_log
from crm_desktop.filters import ListQuery
from crm_desktop.rights import Rights
from crm_desktop.services import custom_fields, deleting, events, history, log_chain, saving
from crm_desktop.services.checking import check_database
from crm_desktop.services.log import LogQuery, fetch_log, named_people, walk_log
from crm_desktop.services.log_words import action_words, known_actions
from crm_desktop.services.past import as_of
from crm_desktop.services.settings_store import settings_of
from crm_desktop.settings import COMPANY_NAME


def told(app: Application, **query: Any) -> list[history.Entry]:
    """All entries of a query."""
    return [e for chunk in walk_log(app, LogQuery(**query), size=7) for e in chunk]


def change(app: Application, draft: Draft, **values: Any) -> Draft:
    """The record with other values, saved."""
    now = saving.open_record(app, draft.type, draft.id or 0)
    now.values |= values
    return saving.save(app, now)


def as_somebody(app: Application, *grants: str, name: str = "Sam") -> None:
    """From here on somebody with these rights only is at work."""
    app.actor = Actor(app.actor.user_id, name, rights=Rights.of(*grants), station="PC 2", version=app.actor.version)


def test_pages_follow_each_other_newest_first(app: Application) -> None:
    for at in range(25):
        customer(app, f"Customer {at}")
    found, after, pages = list[history.Entry](), None, 0
    while True:
        page = fetch_log(app, LogQuery(), after, 10)
        found += page.entries
        after, pages = page.after, pages + 1
        if after is None:
            break
    assert pages == 3
    assert [e.label for e in found] == [f"Customer {n}" for n in reversed(range(25))]


def test_it_is_searched_by_record_person_time_action_and_field(app: Application) -> None:
    one, two = customer(app, "Alpha", city="Foshan"), customer(app, "Beta", city="Foshan")
    change(app, one, city="Zhuhai")
    sold = order(app, two)
    edited = saving.open_record(app, "sales-orders", sold.id or 0)
    edited.lines.append(line(app, "Nut"))
    saving.save(app, edited)
    events.record(app, "sign_in_failed", "bob", person="bob")
    app.actor = replace(app.actor, name="Second")
    change(app, two, note="x")
    assert [e.action for e in told(app, type="customers", record_id=one.id or 0)] == ["change", "create"]
    assert [(e.who, e.action) for e in told(app, user="Second")] == [("Second", "change")]
    assert {e.label for e in told(app, field="city")} == {one_label(app, one)}
    assert [e.type for e in told(app, field="lines")] == ["sales-orders"]
    assert told(app, field="price") == []
    assert [e.action for e in told(app, type="-")] == ["sign_in_failed"]
    assert {e.record_id for e in told(app, text="beta", type="customers")} == {two.id}
    assert len(told(app, action="create")) == 3
    now = dt.datetime.now(dt.UTC)
    assert told(app, until=now - dt.timedelta(hours=1)) == []
    assert len(told(app, since=now - dt.timedelta(hours=1))) == len(told(app))
    assert named_people(app) == sorted({e.who for e in told(app)})


def one_label(app: Application, draft: Draft) -> str:
    return app.type(draft.type).label_of(draft.values)


def test_what_happened_to_no_record_is_told_with_its_facts(app: Application, tmp_path: Path) -> None:
    customer(app, "Alpha")
    export_list(app, ListQuery("customers"), tmp_path / "all.xlsx")
    settings_of(app).set(COMPANY_NAME, "Example")
    field = custom_fields.NewField("Colour", "text")
    name = custom_fields.add_field(app, "customers", field)
    custom_fields.change_field(app, "customers", name, replace(field, label="Shade"))
    custom_fields.remove_field(app, "customers", name)
    found = [(e.action, e.label, {c.field: c.after for c in e.changes}) for e in told(app, type="-")]
    assert found == [
        ("custom_field", "Shade", {"type": "Customers", "removed": "Shade"}),
        ("custom_field", "Colour", {"type": "Customers", "changed": "Colour"}),
        ("custom_field", "Colour", {"type": "Customers", "added": "Colour"}),
        ("settings", "", {"settings": "Company name"}),
        ("export", "all.xlsx", {"type": "Customers", "file": "all.xlsx", "count": "1"}),
    ]
    assert action_words(None, "export")[0] == "Exported"
    assert log_chain.verify(app).sound


def test_the_newest_entries_are_found_without_sorting_all(app: Application) -> None:
    """By the index on times, whatever is asked; sorting a million entries takes seconds."""
    statements: list[tuple[str, Any]] = []
    listen(app.engine, "before_cursor_execute", lambda _c, _cursor, text, values, *_rest: statements.append((text, values)))
    as_somebody(app, "program.log", "customers.see", "products.see")
    for query in (LogQuery(), LogQuery(type="customers"), LogQuery(field="city"), LogQuery(text="x")):
        statements.clear()
        fetch_log(app, query)
        statement, values = next((t, v) for t, v in statements if "history_entry" in t)
        with app.engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
                assert "ix_history_entry_at" in str(plan)
                assert "TEMP B-TREE" not in str(plan)
            else:
                connection.exec_driver_sql("SET enable_seqscan = off")
                connection.exec_driver_sql("SET enable_sort = off")
                plan = connection.exec_driver_sql(f"EXPLAIN {statement}", values).all()
                assert "ix_history_entry_at" in str(plan)


def test_every_action_has_words(app: Application) -> None:
    words = known_actions(app)
    assert {"sign_in", "change", "confirm", "export"} <= set(words)
    assert all(words.values())


def test_printing_stands_in_the_history_of_the_record(app: Application) -> None:
    from crm_desktop.printing.printing import note_printed

    sold = order(app, customer(app))
    before = dt.datetime.now(dt.UTC)
    note_printed(app, "sales-orders", sold.id or 0, sold.values["number"], {"printer": "Office", "copies": 2})
    entry = history.entries(app, "sales-orders", sold.id or 0)[0]
    assert (entry.action, {c.label: c.after for c in entry.changes}, entry.can_undo) == (
        "print",
        {"Printer": "Office", "Copies": "2"},
        False,
    )
    assert as_of(app, "sales-orders", sold.id or 0, before).lines == sold.lines


def test_a_check_that_repaired_something_is_told(app: Application) -> None:
    from sqlalchemy import update

    from db.engine import writing

    customer(app, "Alpha")
    table: Any = app.type("customers").model.__table__
    with writing(app.engine) as session:
        session.execute(update(table).values(search_text="wrong"))
    check_database(app)
    entry = told(app, action="repair")[0]
    assert "search_text.customers" in {c.field: c.after for c in entry.changes}["names"]
    check_database(app)
    assert len(told(app, action="repair")) == 1


def test_a_check_names_the_entry_that_was_tampered_with(app: Application) -> None:
    from sqlalchemy import update

    from db.engine import writing
    from db.models.system import HistoryEntry

    customer(app, "Alpha")
    customer(app, "Beta")
    table: Any = HistoryEntry.__table__
    with writing(app.engine) as session:
        session.execute(update(table).where(table.c.place == 1).values(user_name="Nobody"))
    finding = next(f for f in check_database(app) if f.name == "log")
    assert not finding.sound
    assert "Entry 1 was changed afterwards" in finding.detail
    assert "Nobody" in finding.detail


def test_who_may_not_read_the_log_reads_only_histories(app: Application) -> None:
    made = customer(app, "Alpha")
    as_somebody(app, "customers.see")
    with pytest.raises(Refused):
        fetch_log(app, LogQuery())
    assert [e.action for e in history.entries(app, "customers", made.id or 0)] == ["create"]
    as_somebody(app, "program.log", "customers.see")
    order_type = app.type("sales-orders")
    assert {e.type for e in told(app)} <= {"customers", ""}
    with pytest.raises(Refused):
        history.entries(app, order_type.key, 1)


def test_hidden_fields_stay_hidden_in_log_history_and_past(app: Application) -> None:
    kind = app.type("products")
    secret = next(n for n, f in kind.fields.items() if f.secret)
    made = saving.save(app, saving.new_draft(app, "products", {"code": "P1", "name": "Bolt", secret: Decimal(5)}))
    moment = dt.datetime.now(dt.UTC)
    change(app, made, **{secret: Decimal(7), "specification": "M8"})
    assert secret in {c.field for c in told(app, type="products")[0].changes}
    assert as_of(app, "products", made.id or 0, moment).values[secret] == Decimal(5)
    as_somebody(app, "program.log", "products.see", "products.change")
    assert [c.field for c in told(app, type="products")[0].changes] == ["specification"]
    assert [c.field for c in history.entries(app, "products", made.id or 0)[0].changes] == ["specification"]
    assert told(app, field=secret) == []
    assert secret not in as_of(app, "products", made.id or 0, moment).values


def test_undo_is_subject_to_rights(app: Application) -> None:
    kind = app.type("products")
    secret = next(n for n, f in kind.fields.items() if f.secret)
    made = saving.save(app, saving.new_draft(app, "products", {"code": "P1", "name": "Bolt"}))
    change(app, made, specification="M8")
    plain = history.entries(app, "products", made.id or 0)[0]
    change(app, made, **{secret: Decimal(7)})
    hidden = history.entries(app, "products", made.id or 0)[0]
    as_somebody(app, "products.see")
    assert not any(e.can_undo for e in history.entries(app, "products", made.id or 0))
    with pytest.raises(Refused):
        history.undo(app, plain.id)
    as_somebody(app, "products.see", "products.change")
    with pytest.raises(Invalid) as caught:
        history.undo(app, hidden.id)
    assert set(caught.value.problems) == {secret}
    history.undo(app, plain.id)
    assert saving.open_record(app, "products", made.id or 0).values["specification"] == ""


def test_a_record_is_seen_as_it_was(app: Application) -> None:
    sold = order(app, customer(app), 3, note="first")
    states, moments = [], []

    def remember() -> None:
        states.append(saving.open_record(app, "sales-orders", sold.id or 0))
        moments.append(dt.datetime.now(dt.UTC))

    remember()
    now = states[0].copy()
    del now.lines[1]
    now.lines[0].values["price"] = Decimal(99)
    now.values["note"] = "second"
    saving.save(app, now)
    remember()
    now = states[1].copy()
    now.lines.reverse()
    now.lines.append(line(app, "Nut", "2", "3"))
    saving.save(app, now)
    remember()
    batch = deleting.delete(app, "sales-orders", [sold.id or 0])
    after = dt.datetime.now(dt.UTC)
    for state, moment in zip(states, moments, strict=True):
        then = as_of(app, "sales-orders", sold.id or 0, moment)
        assert [(row.id, row.values) for row in then.lines] == [(row.id, row.values) for row in state.lines]
        ignored = {"updated_at", "updated_by"}
        assert {n: v for n, v in then.values.items() if n not in ignored} == {
            n: v for n, v in state.values.items() if n not in ignored
        }
        assert then.version == state.version
    with pytest.raises(Missing):
        as_of(app, "sales-orders", sold.id or 0, after)
    with pytest.raises(Missing):
        as_of(app, "sales-orders", sold.id or 0, states[0].values["created_at"] - dt.timedelta(seconds=1))
    deleting.restore_batch(app, batch)
    for state, moment in zip(states, moments, strict=True):
        assert as_of(app, "sales-orders", sold.id or 0, moment).lines == state.lines
    assert as_of(app, "sales-orders", sold.id or 0, dt.datetime.now(dt.UTC)).lines == states[2].lines
    with pytest.raises(Missing):
        as_of(app, "sales-orders", sold.id or 0, after)


def test_the_log_is_written_to_a_workbook(app: Application, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    made = customer(app, "Alpha", city="Foshan")
    change(app, made, city="Zhuhai")
    file = tmp_path / "log.xlsx"
    assert export_log(app, LogQuery(type="customers"), file) == 2
    rows = list(load_workbook(file).active.iter_rows(values_only=True))
    assert rows[0] == ("Time", "Who", "PC", "Action", "Type", "Record", "Field", "Before", "After")
    assert [row[1:2] + row[3:] for row in rows[1:]] == [
        ("Ann", "Edited", "Customer", one_label(app, made), "City", "Foshan", "Zhuhai"),
        ("Ann", "Record created", "Customer", one_label(app, made), None, None, None),
    ]
    assert told(app, action="export")[0].label == "log.xlsx"


def test_a_batch_is_found_in_the_log(app: Application) -> None:
    made = [customer(app, f"Customer {n}") for n in range(3)]
    for draft in made:
        draft.values["city"] = "Zhuhai"
    batch = saving.save_many(app, made, action="batch")
    assert {e.record_id for e in told(app, batch=batch)} == {d.id for d in made}
