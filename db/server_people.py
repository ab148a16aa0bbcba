"""Working out, inside a PostgreSQL server, who reaches whom and who may sign in: the same answers as crm_desktop/services/access_upkeep.py.

Where people sign in with roles of their own, none of them may write the tables from which their rights follow. The functions here work
those tables out from people, positions, departments and teams with the eyes of their owner, whoever calls them, and let the login
roles follow: who may sign in at all, under which name, and which columns a role reads.

Three roles that nobody signs in with stand behind it. The *owner* owns tables and functions and may nothing else on the server. The
*keeper* makes, names and locks login roles, which takes a right over roles; it owns just the functions that need it. The *reader* reads
everything, for backups. Whoever holds a position with every right, or the right to restore, is a member of the owner without inheriting
from it: day-to-day work runs under the person's own limits, and only restoring and updating say SET ROLE. The right to make
backups makes one a member of the reader in the same way.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

EVERYTHING = 9
_BRANCH = 6


@dataclass(frozen=True)
class Column:
    """A column as the server guards it. field: what rights call it, "" for what everybody has who sees the row; least: what must be
    allowed of the field to write it (0: nothing, 1: to read it, 2: to write it). begins: what it holds in a new row of somebody who may not
    write it, as JSON; "" where that is for the program to say. summed: a save of another document sums it, see `_SUMS`."""

    record_type: str
    table: str
    name: str
    field: str = ""
    secret: bool = False
    least: int = 2
    begins: str = ""
    summed: bool = False


@dataclass(frozen=True)
class Operation:
    """Something that can be done with a record type, and the names under which positions say something of it."""

    record_type: str
    name: str
    names: tuple[str, ...]


def tables() -> list[str]:
    """What the server keeps about itself, in a schema that nobody but the owner looks into."""
    return [
        "CREATE SCHEMA IF NOT EXISTS crm",
        "CREATE TABLE IF NOT EXISTS crm.login_role (user_id bigint PRIMARY KEY, role text NOT NULL UNIQUE, "
        "closed jsonb NOT NULL DEFAULT '{}', hidden jsonb NOT NULL DEFAULT '{}', granted text NOT NULL DEFAULT '', "
        "membership text NOT NULL DEFAULT '')",
        "CREATE TABLE IF NOT EXISTS crm.guarded_column (record_type text, table_name text, column_name text, field text, secret boolean, "
        "least smallint, begins jsonb)",
        "ALTER TABLE crm.guarded_column ADD COLUMN IF NOT EXISTS summed boolean NOT NULL DEFAULT false",
        "CREATE TABLE IF NOT EXISTS crm.guarded_operation (record_type text, operation text, names text[])",
        "CREATE TABLE IF NOT EXISTS crm.content_holder (user_id bigint, content_id bigint, PRIMARY KEY (user_id, content_id))",
        "CREATE TABLE IF NOT EXISTS crm.fact (name text PRIMARY KEY, value text NOT NULL)",
    ]


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _array(values: Iterable[str]) -> str:
    return "ARRAY[" + ", ".join(_text(v) for v in values) + "]::text[]"


def declared(columns: Sequence[Column], operations: Sequence[Operation]) -> list[str]:
    """What the record types of this program are made of, for the functions below."""
    made = ["DELETE FROM crm.guarded_column", "DELETE FROM crm.guarded_operation"]
    rows = (
        f"({_text(c.record_type)}, {_text(c.table)}, {_text(c.name)}, {_text(c.field)}, {c.secret}, {c.least}, "
        f"{_text(c.begins) + '::jsonb' if c.begins else 'NULL'}, {c.summed})"
        for c in columns
    )
    made.append("INSERT INTO crm.guarded_column VALUES " + ", ".join(rows))
    acts = (f"({_text(o.record_type)}, {_text(o.name)}, {_array(o.names)})" for o in operations)
    made.append("INSERT INTO crm.guarded_operation VALUES " + ", ".join(acts))
    return made


def _definer(head: str, gives: str, body: str, language: str = "sql", volatile: str = "STABLE") -> str:
    return (
        f"CREATE OR REPLACE FUNCTION {head} RETURNS {gives} LANGUAGE {language} {volatile} SECURITY DEFINER "
        f"SET search_path = public, pg_temp AS $crm$ {body} $crm$"
    )


_NAME = """
  SELECT CASE WHEN plain ~ '^[a-z0-9._-]+$' AND octet_length('crm/' || db || '/' || plain) <= 63 THEN 'crm/' || db || '/' || plain
    ELSE 'crm/' || substr(encode(sha256(convert_to(db || '/' || plain, 'UTF8')), 'hex'), 1, 48) END
  FROM (SELECT (SELECT value FROM crm.fact WHERE name = 'database') AS db,
    translate(trim(' ' FROM normalize($1, NFKC)), 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz') AS plain) said
"""

_SAID = """
  SELECT coalesce((
    SELECT r.reach FROM position_right r
    WHERE r.position_id = $1 AND (r.record_type = $2 OR ($2 <> 'program' AND r.record_type = '*')) AND r.operation = ANY ($3 || '*'::text)
    ORDER BY r.record_type <> $2, array_position($3 || '*'::text, r.operation::text) LIMIT 1), 0)::int
"""

_UP = """
  WITH RECURSIVE up(department, above, depth) AS (
    SELECT id, id, 0 FROM department
    UNION ALL SELECT u.department, d.parent_id, u.depth + 1 FROM up u JOIN department d ON d.id = u.above
      WHERE d.parent_id IS NOT NULL AND u.depth < 60)
  SELECT department, above, min(depth) AS depth FROM up GROUP BY department, above
"""

_HELD = """
  SELECT h.id, h.parent_id AS person, h.position_id AS position, coalesce(h.department_id, u.department_id) AS department
  FROM user_position h JOIN position p ON p.id = h.position_id AND p.active JOIN user_account u ON u.id = h.parent_id AND u.active
"""

_WITHIN = f"""
  SELECT h.id AS holding, r.department, min(r.reach) AS reach FROM crm.held h CROSS JOIN LATERAL (
    SELECT h.department, 4 AS reach
    UNION ALL SELECT u.department, 5 FROM crm.up u WHERE u.above = h.department
    UNION ALL SELECT u.department, {_BRANCH} FROM crm.up u WHERE u.above = coalesce(
      (SELECT b.above FROM crm.up b JOIN department d ON d.id = b.above AND d.branch WHERE b.department = h.department
       ORDER BY b.depth LIMIT 1),
      (SELECT b.above FROM crm.up b WHERE b.department = h.department ORDER BY b.depth DESC LIMIT 1))) r
  WHERE h.department IS NOT NULL GROUP BY h.id, r.department
"""

_LED = """
  WITH RECURSIVE leads(leader, person) AS (
    SELECT manager_id, id FROM user_account WHERE active AND manager_id IS NOT NULL
    UNION SELECT d.manager_id, p.id FROM department d JOIN crm.up u ON u.above = d.id JOIN user_account p ON p.department_id = u.department
      WHERE p.active AND d.manager_id IS NOT NULL),
  staff(leader, person) AS (
    SELECT leader, person FROM leads UNION SELECT s.leader, l.person FROM staff s JOIN leads l ON l.leader = s.person)
  SELECT leader, person FROM staff WHERE leader <> person
  UNION SELECT t.leader_id, m.user_id FROM team t JOIN team_member m ON m.parent_id = t.id WHERE t.leader_id <> m.user_id
  UNION SELECT me.user_id, m.user_id FROM team t JOIN team_member m ON m.parent_id = t.id JOIN team_member me ON me.parent_id = t.id
    WHERE t.open AND me.user_id <> m.user_id
"""

_ABSENT = """
  SELECT id, substitute_id AS person, away_from, away_until FROM user_account
  WHERE active AND substitute_id IS NOT NULL AND (away_from IS NOT NULL OR away_until IS NOT NULL)
"""

_PEOPLE = """
  SELECT holding, other, min(reach) AS reach, since, until FROM (
    SELECT id AS holding, person AS other, 1 AS reach, NULL::date AS since, NULL::date AS until FROM crm.held
    UNION ALL SELECT h.id, a.id, 1, a.away_from, a.away_until FROM crm.held h JOIN crm.absent a ON a.person = h.person
    UNION ALL SELECT h.id, l.person, 3, NULL, NULL FROM crm.held h JOIN crm.led l ON l.leader = h.person
    UNION ALL SELECT w.holding, u.id, w.reach, NULL, NULL FROM crm.departments_within w
      JOIN user_account u ON u.department_id = w.department AND u.active) found
  GROUP BY holding, other, since, until
"""

_GROUPS = """
  SELECT id AS person, 'user' AS kind, id AS group_id, NULL::date AS since, NULL::date AS until FROM user_account WHERE active
  UNION SELECT a.person, 'user', a.id, a.away_from, a.away_until FROM crm.absent a JOIN user_account u ON u.id = a.person AND u.active
  UNION SELECT u.id, 'team', t.id, NULL, NULL FROM team t JOIN user_account u ON u.active AND (u.id = t.leader_id OR EXISTS
    (SELECT FROM team_member m WHERE m.parent_id = t.id AND m.user_id = u.id))
  UNION SELECT home.person, 'department', u.above, NULL, NULL FROM (
    SELECT id AS person, department_id AS department FROM user_account WHERE active UNION SELECT person, department FROM crm.held) home
    JOIN crm.up u ON u.department = home.department
"""


def _rights(plain: Iterable[str]) -> str:
    base = _array(plain)
    return f"""
  SELECT h.person, h.id AS holding, o.record_type, o.operation, crm.said(h.position, o.record_type, o.names) AS reach
  FROM crm.held h CROSS JOIN (
    SELECT record_type, operation, names FROM crm.guarded_operation WHERE record_type <> '*'
    UNION SELECT t.record_type, s.operation, ARRAY[s.operation, split_part(s.operation, ':', 1)]
      || CASE WHEN split_part(s.operation, ':', 1) = ANY ({base}) THEN '{{}}'::text[] ELSE ARRAY['change'] END
    FROM (SELECT DISTINCT record_type FROM crm.guarded_operation WHERE record_type NOT IN ('program', '*')) t
    CROSS JOIN (SELECT DISTINCT r.operation::text FROM position_right r JOIN crm.held x ON x.position = r.position_id
      WHERE position(':' IN r.operation) > 0) s) o
"""


def _replace(table: str, view: str, names: Sequence[str], source: Sequence[str]) -> str:
    """Make a table hold just what a view gives, leaving the rows that are right."""
    same = " AND ".join(f"w.{s} IS NOT DISTINCT FROM t.{n}" for n, s in zip(names, source, strict=True))
    given, own = ", ".join(f"w.{s}" for s in source), ", ".join(f"t.{n}" for n in names)
    return f"""
  WITH w AS MATERIALIZED (SELECT * FROM crm.{view}), gone AS (
    DELETE FROM {table} t WHERE NOT EXISTS (SELECT FROM w WHERE {same}) RETURNING 1), come AS (
    INSERT INTO {table} ({", ".join(names)}) SELECT {given} FROM w EXCEPT SELECT {own} FROM {table} t RETURNING 1)
  SELECT done + (SELECT count(*) FROM gone) + (SELECT count(*) FROM come) INTO done;
"""


_REBUILD = "DECLARE done bigint := 0; BEGIN PERFORM FROM access_state WHERE id = 1 FOR UPDATE;" + "".join(
    (
        _replace(
            "access_right", "rights_held", ("user_id", "holding_id", "record_type", "operation", "reach"),
            ("person", "holding", "record_type", "operation", "reach"),
        ),
        _replace(
            "access_person", "people_within", ("holding_id", "other_id", "reach", "since", "until"),
            ("holding", "other", "reach", "since", "until"),
        ),
        _replace("access_department", "departments_within", ("holding_id", "department_id", "reach"), ("holding", "department", "reach")),
        _replace(
            "access_group", "groups", ("user_id", "kind", "group_id", "since", "until"), ("person", "kind", "group_id", "since", "until")
        ),
        "UPDATE access_state SET version = version + 1 WHERE id = 1; RETURN done > 0; END",
    )
)  # fmt: skip


def upkeep(plain: Iterable[str]) -> list[str]:
    """The views and functions that work the access tables out. plain: the operations every record type has, and those of the program."""
    views = {
        "up": _UP, "held": _HELD, "absent": _ABSENT, "departments_within": _WITHIN, "led": _LED, "people_within": _PEOPLE,
        "groups": _GROUPS,
    }  # fmt: skip
    return [
        f"CREATE OR REPLACE FUNCTION crm.role_name(text) RETURNS text LANGUAGE sql STABLE AS $crm$ {_NAME} $crm$",
        f"CREATE OR REPLACE FUNCTION crm.said(bigint, text, text[]) RETURNS int LANGUAGE sql STABLE SET search_path = public, pg_temp "
        f"AS $crm$ {_SAID} $crm$",
        *(f"CREATE OR REPLACE VIEW crm.{name} AS {body}" for name, body in views.items()),
        f"CREATE OR REPLACE VIEW crm.rights_said AS {_rights(plain)}",
        "CREATE OR REPLACE VIEW crm.rights_held AS SELECT * FROM crm.rights_said WHERE reach > 0",
        _definer("crm.rebuild()", "boolean", _REBUILD, "plpgsql", "VOLATILE"),
    ]
