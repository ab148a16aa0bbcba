"""A salesperson with a bare SQL client, the own password and bad intentions: everything here must be refused, or give nothing."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from rights_server import ServerOffice, session_of
from sqlalchemy import text

from crm_desktop.draft import Line, Ref
from crm_desktop.rights import Reach
from crm_desktop.services import saving
from db.engine import reading, writing
from db.roles import owner_role, person_role

Refusal = (psycopg.errors.InsufficientPrivilege, psycopg.errors.UndefinedFunction, psycopg.errors.InvalidSchemaName)
_SEES = ("customers", "contacts", "sales-orders", "quotes", "products")


@pytest.fixture
def office(role_office: ServerOffice) -> ServerOffice:
    """An office whose people reach their own records only."""
    role_office.work_as("boss")
    reaches = {(key, o): Reach.OWN for key in _SEES for o in ("see", "add", "change", "delete", "share")}
    role_office.say(reaches | {("users", "see"): Reach.ALL, ("positions", "see"): Reach.ALL})
    return role_office


@pytest.fixture
def bare(office: ServerOffice) -> Iterator[psycopg.Connection[Any]]:
    """A bare client of `rep`."""
    with session_of(office, "rep") as connection:
        yield connection


def _refused(bare: psycopg.Connection[Any], *statements: str) -> None:
    for statement in statements:
        with pytest.raises(Refusal):
            bare.execute(statement)  # type: ignore[arg-type]
            raise AssertionError(statement)


def test_becoming_somebody_else(bare: psycopg.Connection[Any], office: ServerOffice) -> None:
    database = str(office.app.engine.url.database)
    boss = person_role(database, "boss")
    roles = (
        owner_role(database),
        owner_role(database).replace("crm_owner", "crm_keeper"),
        owner_role(database).replace("owner", "reader"),
    )
    for role in (*roles, boss, "postgres"):
        _refused(
            bare,
            f'SET ROLE "{role}"',
            f'SET SESSION AUTHORIZATION "{role}"',
            f'GRANT "{role}" TO CURRENT_USER',
            f"ALTER ROLE \"{role}\" PASSWORD 'mine'",
            f'ALTER ROLE "{role}" NOLOGIN',
            f'DROP ROLE "{role}"',
        )
    _refused(
        bare,
        "CREATE ROLE helper LOGIN SUPERUSER",
        "CREATE ROLE helper",
        "ALTER ROLE CURRENT_USER BYPASSRLS",
        "ALTER ROLE CURRENT_USER CREATEROLE",
        "ALTER ROLE CURRENT_USER SUPERUSER",
        "GRANT SELECT ON credential TO PUBLIC",
        f'ALTER DATABASE "{database}" OWNER TO CURRENT_USER',
        f'DROP DATABASE "{database}"',
        f'REASSIGN OWNED BY "{boss}" TO CURRENT_USER',
    )


def test_making_and_changing_what_the_server_runs(bare: psycopg.Connection[Any]) -> None:
    _refused(
        bare,
        "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE TABLE public.mine (id int)",
        "CREATE TEMP TABLE customer (id int)",
        "CREATE TEMP VIEW user_account AS SELECT 1",
        "CREATE SCHEMA mine",
        "CREATE EXTENSION dblink",
        "CREATE OR REPLACE FUNCTION public.crm_me() RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint'",
        "DROP FUNCTION crm_me()",
        "CREATE TRIGGER mine BEFORE INSERT ON customer FOR EACH ROW EXECUTE FUNCTION crm_keep_closed()",
        "DROP TRIGGER crm_stamp ON history_entry",
        "ALTER TABLE customer DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE customer DISABLE TRIGGER ALL",
        "DROP POLICY crm_select ON customer",
        "CREATE POLICY mine ON customer USING (true)",
        "CREATE RULE mine AS ON INSERT TO customer DO INSTEAD NOTHING",
        "DROP TABLE customer",
        "TRUNCATE customer",
        "CREATE OPERATOR public.=== (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq)",
        "SET session_replication_role = 'replica'",
        "ALTER SYSTEM SET log_statement = 'all'",
        "CREATE PUBLICATION mine FOR ALL TABLES",
        "CREATE EVENT TRIGGER mine ON ddl_command_end EXECUTE FUNCTION crm_keep_closed()",
        "COMMENT ON TABLE customer IS 'mine'",
        "CREATE VIEW crm_seen.customer AS SELECT 1",
        "SELECT * FROM crm.fact",
        "SELECT crm.rebuild()",
    )


def test_the_files_and_the_life_of_the_server(bare: psycopg.Connection[Any]) -> None:
    _refused(
        bare,
        "COPY customer TO '/tmp/mine.txt'",
        "COPY customer FROM '/etc/passwd'",
        "COPY customer TO PROGRAM 'sh'",
        "COPY (SELECT 1) TO PROGRAM 'sh'",
        "SELECT pg_read_file('postgresql.conf')",
        "SELECT pg_read_binary_file('global/pg_control')",
        "SELECT pg_ls_dir('.')",
        "SELECT pg_stat_file('postgresql.conf')",
        "SELECT lo_import('/etc/passwd')",
        "SELECT lo_create(0)",
        "SELECT lo_from_bytea(0, 'x')",
        "SELECT pg_reload_conf()",
        "SELECT pg_rotate_logfile()",
        "SELECT pg_switch_wal()",
        "CHECKPOINT",
        "SELECT pg_create_restore_point('x')",
        "SELECT pg_promote()",
        "SELECT pg_current_logfile()",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename IS DISTINCT FROM current_user OR usename IS NULL",
        "SELECT * FROM pg_authid",
        "SELECT rolpassword FROM pg_authid",
        "SELECT * FROM pg_shadow",
        "SELECT * FROM pg_hba_file_rules",
        "LOAD 'auto_explain'",
        "SELECT * FROM pg_file_settings",
    )
    others = bare.execute(
        "SELECT query FROM pg_stat_activity WHERE usename <> current_user AND query NOT LIKE '<insuff%'"
    ).fetchall()
    assert [q for (q,) in others if q] == []
    known = bare.execute(
        "SELECT count(*) FROM pg_stats WHERE tablename IN ('customer', 'credential', 'history_entry')"
    ).fetchone()
    assert known == (0,)


def test_reading_what_is_not_for_a_salesperson(bare: psycopg.Connection[Any], office: ServerOffice) -> None:
    me = office.people["rep"]
    _refused(
        bare,
        "SELECT * FROM history_entry",
        "SELECT changes FROM public.history_entry",
        "SELECT * FROM public.revision",
        "SELECT cost FROM product",
        "SELECT * FROM quote",
        "SELECT margin FROM quote",
        "SELECT cost FROM quote_line",
        "SELECT password FROM credential",
        "SELECT * FROM system_account",
        "SELECT digest FROM recovery_code",
        "SELECT customer.* FROM product, customer WHERE product.cost > 1",
        "EXPLAIN ANALYZE SELECT cost FROM product",
        "SELECT row_to_json(product) FROM product",
        "SELECT product FROM product",
        "DELETE FROM product WHERE cost > 1",
        "COPY product TO STDOUT",
        "MERGE INTO customer c USING product p ON p.cost > 1 WHEN MATCHED THEN DELETE",
    )
    assert bare.execute("SELECT count(*) FROM customer WHERE owner_id <> %s", (me,)).fetchone() == (
        _stood_in_for(bare, me),
    )
    seen = bare.execute(
        "SELECT DISTINCT record_type FROM crm_seen.history_entry WHERE user_id IS DISTINCT FROM %s", (me,)
    ).fetchall()
    assert {key for (key,) in seen} <= {*_SEES, "users", "positions"}
    everything = bare.execute(
        "SELECT changes::text FROM crm_seen.history_entry WHERE record_type IN ('quotes', 'products')"
    ).fetchall()
    assert not [c for (c,) in everything if '"cost"' in c or '"margin"' in c or '"kept"' in c]
    # A condition that fails aloud on what it is asked about meets the own rows only.
    with pytest.raises(psycopg.Error) as caught:
        bare.execute("SELECT count(*) FROM customer WHERE name::int = 0")
    assert any(name in str(caught.value) for (name,) in bare.execute("SELECT name FROM customer"))


def _stood_in_for(bare: psycopg.Connection[Any], me: int) -> int:
    """Records of those whom the person stands in for today: they are within the own reach."""
    query = (
        "SELECT count(*) FROM customer c JOIN user_account u ON u.id = c.owner_id WHERE u.substitute_id = %s "
        "AND crm_today() BETWEEN u.away_from AND u.away_until"
    )
    found = bare.execute(query, (me,)).fetchone()
    assert found is not None
    return int(found[0])


def test_changing_what_others_own(bare: psycopg.Connection[Any], office: ServerOffice) -> None:
    theirs = _theirs(office)
    for statement in (
        "UPDATE customer SET note = 'mine' WHERE id = %s",
        "UPDATE customer SET owner_id = crm_me() WHERE id = %s",
        "DELETE FROM customer WHERE id = %s",
        "UPDATE fts_customer SET grams_2 = '{}' WHERE id = %s",
        "DELETE FROM fts_customer WHERE id = %s",
        "DELETE FROM record_share WHERE record_id = %s",
        "DELETE FROM file_link WHERE record_id = %s",
    ):
        assert bare.execute(statement, (theirs,)).rowcount == 0  # type: ignore[arg-type]
    share = "INSERT INTO record_share (record_type, record_id, grantee_kind, grantee_id, may_change, at) VALUES "
    link = "INSERT INTO file_link (record_type, record_id, name, content_id, added_at, added_by) VALUES "
    _refused(
        bare,
        f"{share} ('customers', {theirs}, 'user', crm_me(), true, now())",
        f"{link} ('customers', {theirs}, 'x', 1, now(), '')",
        f"{link} ('customers', (SELECT min(id) FROM customer), 'x', 1, now(), '')",  # somebody else's file on the own record
        "UPDATE customer SET created_by = 999",
        "UPDATE customer SET updated_by = 999",
        "UPDATE customer SET id = id + 1000",
        "INSERT INTO setting (user_id, key, value) VALUES (0, 'company_name', '\"Mine\"')",
        "INSERT INTO custom_field (record_type, name, position, facts) VALUES ('customers', 'x_mine', 1, '{}')",
        "INSERT INTO saved_view (record_type, user_id, name, facts) VALUES ('customers', 0, 'mine', '{}')",
        "UPDATE number_sequence SET pattern = 'MINE{n:4}'",
        "UPDATE number_sequence SET last = 0",
        "UPDATE credential SET must_change = false",
        "UPDATE schema_fact SET value = 'x'",
        "DELETE FROM log_chain",
        "UPDATE alembic_version SET version_num = '9999'",
        "INSERT INTO sign_in_limit (kind, subject_id, enrolled_only, networks, hours, idle_minutes) VALUES ('user', 1, true, '', '', 0)",
    )


def test_prices_of_customers_are_for_those_who_work_for_them(bare: psycopg.Connection[Any], office: ServerOffice) -> None:
    offers = "SELECT list_name FROM crm_price_offers(%s, (SELECT array_agg(n) FROM generate_series(1, 1000) n))"
    theirs, mine = _theirs(office), bare.execute("SELECT min(id) FROM customer WHERE owner_id = crm_me()").fetchone()
    assert mine is not None
    office.work_as("boss")
    with writing(office.app.engine) as session:
        for name, buyer in (("Theirs", theirs), ("Mine", mine[0])):
            made = saving.new_draft(office.app, "price-lists", {"name": name, "customer_id": Ref(buyer)})
            product = Ref(int(session.scalar(text("SELECT min(id) FROM product")) or 0))
            made.lines = [Line(None, saving.new_line(office.app.type("price-lists")).values | {"product_id": product, "price": Decimal(7)})]
            saving.save_within(session, office.app, [made], "add")
    assert bare.execute(offers, (mine[0],)).fetchall() == [("Mine",)]
    assert bare.execute(offers, (theirs,)).fetchall() == []
    office.say({(key, "see"): Reach.OWN for key in _SEES})
    assert bare.execute(offers, (mine[0],)).fetchall() == [], "whoever sells nothing needs no prices"


def _theirs(office: ServerOffice) -> int:
    with reading(office.app.engine) as connection:
        query = "SELECT min(id) FROM customer WHERE owner_id = %(boss)s"
        return int(connection.exec_driver_sql(query, {"boss": office.people["boss"]}).scalar_one())


def test_the_log_is_written_in_the_own_name_and_never_changed(
    bare: psycopg.Connection[Any], office: ServerOffice
) -> None:
    me, boss = office.people["rep"], office.people["boss"]
    columns = "(record_type, record_id, record_label, action, at, user_id, user_name, station, batch, changes, version, place, digest)"
    for table in ("crm_seen.history_entry", "public.history_entry"):
        begin = f"INSERT INTO {table} {columns} VALUES ('', 0, '', 'sign_in', now(), "
        _refused(
            bare,
            f"{begin} {boss}, 'boss', '', '', '{{}}', 0, NULL, NULL)",
            f"{begin} {me}, 'boss', '', '', '{{}}', 0, NULL, NULL)",
        )
    row = "('', 0, 'trial', 'sign_in', '2001-01-01', %s, 'rep', '', '', '{}', 0, 7, 'x')"
    bare.execute(f"INSERT INTO crm_seen.history_entry {columns} VALUES {row}", (me,))  # type: ignore[arg-type]
    facts = "at > now() - interval '1 minute', place, digest"
    entry = bare.execute(f"SELECT {facts} FROM crm_seen.history_entry WHERE record_label = 'trial'").fetchone()  # type: ignore[arg-type]
    assert entry == (True, None, None)
    _refused(
        bare,
        "UPDATE crm_seen.history_entry SET user_name = 'boss'",
        "DELETE FROM crm_seen.history_entry",
        "UPDATE public.history_entry SET undone_by = 1",
        "DELETE FROM public.history_entry",
        "UPDATE log_chain SET place = 0",
        "INSERT INTO log_chain VALUES ('base', 9, 'x')",
        "UPDATE crm_seen.revision SET number = 1",
    )


def test_functions_of_the_server_with_hostile_arguments(bare: psycopg.Connection[Any], office: ServerOffice) -> None:
    boss, me = office.people["boss"], office.people["rep"]
    good = "SCRAM-SHA-256$4096:" + "A" * 22 + "==$" + "A" * 43 + "=:" + "A" * 43 + "="
    hostile = "x' NOLOGIN; ALTER ROLE postgres PASSWORD 'mine"
    _refused(
        bare,
        f"SELECT crm_give_password({boss}, '{good}', false, 7)",
        f"SELECT crm_give_password({me}, '{good}', true, 7)",
        f"SELECT crm_give_password({me}, 'plain text', false, 7)",
        f"SELECT crm_give_password({me}, $${hostile}$$, false, 7)",
        f"SELECT crm_give_password(NULL, '{good}', false, 7)",
        f"SELECT crm_choose_password('{good}')",
        f"SELECT crm_lock_role({boss}, true)",
        f"SELECT crm.admit({boss}, '{good}', false, 7)",
        f"SELECT crm.let_in({boss}, '{good}', NULL)",
        "SELECT crm.follow_one(1)",
        "SELECT crm.grant_membership(1)",
        "SELECT crm_settle(NULL)",
        "SELECT crm_settle(999999)",
    )
    for harmless in (
        "SELECT crm_people('customers'' OR true --', 'see')",
        "SELECT crm_departments(NULL, NULL)",
        "SELECT crm_shared_to_change('x', 'y', 'z')",
        "SELECT crm_in_bin(1)",
        "SELECT crm_held_contents()",
        "SELECT crm_settling()",
    ):
        assert bare.execute(harmless).fetchall() in ([], [(False,)])  # type: ignore[arg-type]
    followed = bare.execute("SELECT crm_follow()").fetchone()  # works out anew what is right already
    assert followed == (False,)
    functions = bare.execute(
        "SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'crm' "
        "AND has_function_privilege(p.oid, 'EXECUTE')"
    ).fetchall()
    assert functions == []
    paths = bare.execute(
        "SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname IN ('public', 'crm', 'crm_seen') "
        "AND p.prosecdef AND NOT coalesce(p.proconfig::text LIKE '%search_path=public, pg_temp%', false)"
    ).fetchall()
    assert paths == []


def test_search_paths_change_nothing(bare: psycopg.Connection[Any], office: ServerOffice) -> None:
    me = office.people["rep"]
    for path in ("pg_temp, public", "crm, public", "crm_seen", "pg_temp"):
        bare.execute(f"SET search_path = {path}")  # type: ignore[arg-type]
        found = bare.execute("SELECT public.crm_me(), public.crm_right('program', 'rights')").fetchone()
        assert found == (me, False)
    bare.execute("SET row_security = off")
    with pytest.raises(psycopg.Error):
        bare.execute("SELECT * FROM public.customer").fetchall()


def test_nobody_gets_to_another_server_from_there(bare: psycopg.Connection[Any]) -> None:
    with socket.socket() as ear:
        ear.bind(("127.0.0.1", 0))
        ear.listen()
        _refused(
            bare,
            f"SELECT dblink('host=127.0.0.1 port={ear.getsockname()[1]}', 'SELECT 1')",
            "CREATE EXTENSION postgres_fdw",
            f"CREATE SUBSCRIPTION mine CONNECTION 'host=127.0.0.1 port={ear.getsockname()[1]}' PUBLICATION p WITH (connect = false)",
        )
