"""The rights inside PostgreSQL: what a bare SQL client, signed in with a person's own role, sees and changes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import psycopg
import pytest
from rights_office import Oracle
from rights_server import TYPES, ServerOffice, session_of
from sqlalchemy import text

from crm_desktop.draft import Ref
from crm_desktop.rights import Access, Reach
from crm_desktop.services import deleting
from db.base import Base
from db.engine import reading

REACHES = (Reach.NONE, Reach.OWN, Reach.SHARED, Reach.TEAM, Reach.DEPARTMENT, Reach.BELOW, Reach.BRANCH, Reach.ALL)


@pytest.fixture
def office(role_office: ServerOffice) -> ServerOffice:
    """With the owner of the company at work."""
    role_office.work_as("boss")
    return role_office


def seen(connection: psycopg.Connection[Any], table: str) -> set[int]:
    return {row[0] for row in connection.execute(f"SELECT id FROM {table}")}  # type: ignore[arg-type]


@pytest.mark.parametrize("reach", REACHES, ids=lambda r: r.name)
def test_a_bare_client_sees_and_changes_what_its_person_may(office: ServerOffice, reach: Reach) -> None:
    app = office.app
    office.work_as("boss")
    operations = ("see", "change", "delete")
    office.say({(key, o): reach for key in TYPES for o in operations} | {("users", "see"): Reach.ALL})
    oracle = Oracle(app)
    for who in ("rep", "lead", "deputy"):
        me = office.people[who]
        with session_of(office, who) as connection:
            for key in TYPES:
                kind = app.type(key)
                table = kind.model.__tablename__
                # Whoever asks for an approval sees and moves it on, whatever the own positions say.
                own = {i for i, r in oracle.rows[key].items() if r["owner_id"] == me} if key == "approvals" else set()
                wanted = own | (oracle.reached(me, key, reach, "see") if reach else set())
                assert seen(connection, table) == wanted, (who, key)
                assert seen(connection, f"fts_{table}") <= wanted
                changed = own | (oracle.reached(me, key, reach, "change") if reach else set())
                with connection.transaction(force_rollback=True):
                    found = connection.execute(f"UPDATE {table} SET version = version RETURNING id").fetchall()  # type: ignore[arg-type]
                    assert {r[0] for r in found} == changed & wanted, (who, key)
                if kind.lines:
                    lines, parent = kind.lines.model.__tablename__, kind.lines.parent
                    parents = {r[0] for r in connection.execute(f"SELECT {parent} FROM {lines}")}  # type: ignore[arg-type]
                    assert parents <= wanted


def test_nobody_reads_passwords_nor_the_rights_of_others(office: ServerOffice) -> None:
    office.work_as("boss")
    office.say({("customers", "see"): Reach.OWN})
    with session_of(office, "rep") as connection:
        secrets = (
            "* FROM credential", "password FROM credential", "digest FROM recovery_code", "* FROM crm.login_role", "* FROM pg_authid",
        )  # fmt: skip
        for secret in secrets:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"SELECT {secret}")  # type: ignore[arg-type]
        for table in ("device", "sign_in_attempts"):
            assert connection.execute(f"SELECT * FROM {table}").fetchall() == []  # type: ignore[arg-type]
        users = {r[0] for r in connection.execute("SELECT user_id FROM access_right")}
        assert users <= {office.people["rep"]}
        for forbidden in (
            "INSERT INTO access_right (user_id, holding_id, record_type, operation, reach) VALUES (crm_me(), 1, 'customers', 'see', 9)",
            "UPDATE access_person SET reach = 1",
            "UPDATE history_entry SET user_name = 'nobody'",
            "DELETE FROM history_entry",
            "ALTER TABLE customer DISABLE ROW LEVEL SECURITY",
            "SET SESSION AUTHORIZATION postgres",
        ):
            with pytest.raises(psycopg.Error):
                connection.execute(forbidden)
        assert connection.execute("SELECT count(*) FROM crm_seen.history_entry WHERE record_type = 'products'").fetchone() == (0,)


def test_hidden_columns_cannot_be_read_nor_written(office: ServerOffice) -> None:
    app = office.app
    office.work_as("boss")
    fields = {("customers", "bank"): int(Access.HIDDEN), ("customers", "city"): int(Access.READ), ("products", "cost"): int(Access.READ)}
    office.say({(k, o): Reach.ALL for k in TYPES for o in ("see", "change")} | {("users", "see"): Reach.ALL}, fields)
    try:
        with session_of(office, "rep") as connection:
            assert connection.execute("SELECT name, city FROM customer").fetchall()
            assert connection.execute("SELECT cost FROM product").fetchall()
            for forbidden in (
                "SELECT bank FROM customer",
                "SELECT * FROM customer",
                "SELECT id FROM customer WHERE bank = 'x'",
                "SELECT id FROM customer ORDER BY bank",
                "SELECT floor_price FROM product",
                "SELECT changes FROM history_entry",
                "UPDATE customer SET note = bank",
                "UPDATE customer SET note = 'x' RETURNING bank",
                "UPDATE customer SET city = 'mine'",
                "UPDATE product SET cost = 1",
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(forbidden)  # type: ignore[arg-type]
            connection.execute("UPDATE customer SET note = 'called', bank = 'mine' WHERE id = (SELECT min(id) FROM customer)")
            assert connection.execute("SELECT count(*) FROM customer WHERE note = 'called'").fetchone() == (1,)
        with reading(app.engine) as whole:
            assert whole.scalar(text("SELECT count(*) FROM customer WHERE note = 'called' AND bank <> 'mine'")) == 1
    finally:
        office.say({})


def test_rows_are_made_for_oneself_only(office: ServerOffice, tmp_path: Path) -> None:
    office.work_as("boss")
    office.say({("customers", o): Reach.OWN for o in ("see", "add", "change")})
    me, peer = office.people["rep"], office.people["peer"]
    copied = "SELECT * FROM customer WHERE id = %s"
    with session_of(office, "rep") as connection:
        mine = sorted(seen(connection, "customer"))[0]
        row = connection.execute(copied, (mine,)).fetchone()  # type: ignore[arg-type]
        assert row is not None
        names = [c.name for c in connection.execute("SELECT * FROM customer LIMIT 0").description or ()]
        marks = ", ".join(["%s"] * len(names))
        insert = f"INSERT INTO customer ({', '.join(names)}) VALUES ({marks})"
        values = dict(zip(names, row, strict=True)) | {"id": 900_001, "number": "X1"}
        values["extra"] = psycopg.types.json.Jsonb(values["extra"])
        with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
            connection.execute(insert, list((values | {"owner_id": peer, "department_id": None}).values()))  # type: ignore[arg-type]
        with connection.transaction(force_rollback=True):
            connection.execute(insert, list((values | {"owner_id": me}).values()))  # type: ignore[arg-type]
            assert 900_001 in seen(connection, "customer")
        with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
            connection.execute("UPDATE customer SET owner_id = %s, department_id = NULL WHERE id = %s", (peer, mine))


def test_nobody_shares_more_than_they_have(office: ServerOffice) -> None:
    office.work_as("boss")
    reaches = {("customers", o): Reach.OWN for o in ("share", "add")} | {("customers", o): Reach.SHARED for o in ("see", "change")}
    office.say(reaches)
    insert = (
        "INSERT INTO record_share (record_type, record_id, grantee_kind, grantee_id, may_change, at)"
        " VALUES ('customers', %s, 'user', %s, %s, now())"
    )
    peer = office.people["peer"]
    with session_of(office, "deputy") as connection:
        me = office.people["deputy"]
        own = {r[0] for r in connection.execute("SELECT id FROM customer WHERE owner_id = %s", (me,))}
        others = seen(connection, "customer") - own
        assert own
        assert others
        for change in (True, False):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(insert, (min(others), peer, change))
        before = connection.execute("DELETE FROM record_share WHERE record_id = %s", (min(others),)).rowcount
        assert before == 0
        with connection.transaction(force_rollback=True):
            connection.execute(insert, (min(own), peer, True))
            assert connection.execute("UPDATE record_share SET may_change = false WHERE record_id = %s", (min(own),)).rowcount == 1
            assert connection.execute("DELETE FROM record_share WHERE record_id = %s", (min(own),)).rowcount == 1
    office.say(reaches | {("customers", "change"): Reach.NONE})
    with session_of(office, "deputy") as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(insert, (min(own), peer, True))
        with connection.transaction(force_rollback=True):
            connection.execute(insert, (min(own), peer, False))


def test_nobody_gives_themselves_a_position(office: ServerOffice) -> None:
    office.work_as("boss")
    me = office.people["rep"]
    reaches = {("users", o): Reach.ALL for o in ("see", "change", "share")}
    insert = "INSERT INTO user_position (parent_id, position_id, position, extra) VALUES (%s, 1, 9, '{}')"
    try:
        office.say(reaches)
        with session_of(office, "rep") as connection:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(insert, (me,))
            for change in (
                "UPDATE user_account SET manager_id = 1 WHERE manager_id IS NULL",
                "UPDATE user_account SET active = false WHERE id <> crm_me()",
                "UPDATE user_account SET department_id = NULL WHERE id = crm_me()",
                "UPDATE user_position SET position_id = 1",
                "DELETE FROM user_position",
                "UPDATE position_right SET reach = 9",
                "INSERT INTO position_right (position_id, record_type, operation, reach) SELECT crm_positions(), '*', '*', 9",
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                    if connection.execute(change).rowcount == 0:  # type: ignore[arg-type]
                        raise psycopg.errors.InsufficientPrivilege
        office.say(reaches | {("program", "rights"): Reach.ALL})
        with session_of(office, "rep") as connection, connection.transaction(force_rollback=True):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute(insert, (me,))
            connection.execute(insert, (office.people["peer"],))
    finally:
        office.say({})


def test_the_log_tells_of_records_within_reach_only(office: ServerOffice) -> None:
    app = office.app
    office.say({("customers", "see"): Reach.OWN, ("contacts", "see"): Reach.OWN})
    mine, theirs, lost, lost_theirs = (
        office.record("customers", owner_id=Ref(office.people[who])) for who in ("rep", "boss", "rep", "boss")
    )
    beside = office.record("contacts", owner_id=None, customer_id=Ref(mine))
    away = office.record("contacts", owner_id=None, customer_id=Ref(theirs))
    deleting.delete(app, "customers", [lost, lost_theirs])
    with session_of(office, "rep") as connection:
        query = "SELECT DISTINCT record_type, record_id FROM crm_seen.history_entry"
        told = set(connection.execute(query).fetchall())
    assert {("customers", mine), ("customers", lost), ("contacts", beside)} <= told
    assert not {("customers", theirs), ("customers", lost_theirs), ("contacts", away)} & told


NEVER_SEEN = frozenset({"system_account"})
"""Tables that no person's role touches at all."""


def test_every_table_is_guarded_or_closed(office: ServerOffice) -> None:
    """A new table is either put under policies, with what people may do with it, or named above."""
    guarded = (
        "SELECT c.relname, has_any_column_privilege(%(role)s, c.oid, 'SELECT'), c.relrowsecurity FROM pg_class c "
        "WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'"
    )
    with reading(office.app.engine) as connection:
        found = connection.exec_driver_sql(guarded, {"role": office.roles["rep"]}).all()
    touched = {name for name, read, _rows in found if read}
    assert {name for name, _read, rows in found if not rows} <= {"alembic_version", *NEVER_SEEN}
    # Of the log and of revisions people read the views before them.
    assert {name for name, read, _rows in found if not read} == NEVER_SEEN | {"history_entry", "revision"}
    assert {m.name for m in Base.metadata.tables.values()} <= touched | NEVER_SEEN | {"history_entry", "revision"}


def test_the_day_is_that_of_the_office_whatever_the_session_says(role_office: ServerOffice) -> None:
    with session_of(role_office, "rep") as bare:
        for zone in ("UTC", "Asia/Shanghai", "Pacific/Kiritimati", "Pacific/Pago_Pago"):
            bare.execute(f"SET timezone = '{zone}'")  # type: ignore[arg-type]
            assert bare.execute("SELECT crm_today()").fetchone() == (dt.date.today(),), zone
