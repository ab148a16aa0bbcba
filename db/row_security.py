"""The rights once more, inside PostgreSQL: row-level security and column privileges for people who have a login role of their own.

Made from the same conditions that the program puts into its statements (db/access.py), so that a bare SQL client sees and changes
what its person could see and change in the program, and nothing else. The role that owns the tables is not bound by any of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Date,
    String,
    and_,
    false,
    literal_column,
    not_,
    or_,
    select,
    text,
)
from sqlalchemy.dialects import postgresql

from db.access import (
    READS,
    Asker,
    Subject,
    departments_reached,
    has_right,
    owners_reached,
    reaches_all,
    shared_with,
    within,
)
from db.models import access, sign_in, system

_ME = literal_column("crm_me()", BigInteger())
_RIGHTS = literal_column("crm_right('program', 'rights')", Boolean())
_TODAY = literal_column("CURRENT_DATE", Date())
_SECRETS = (sign_in.Credential, sign_in.RecoveryCode, sign_in.SignInAttempts, sign_in.Device, sign_in.SignInLimit, sign_in.SystemAccount)
_READ_BY_ALL = (access.AccessState, system.CustomField, system.SchemaFact)


@dataclass(frozen=True)
class Guarded:
    """A record type as the server guards it: its rows, the table of its lines, and its columns that hold fields.

    searched: fields whose words stand in the search text, which is hidden where one of them is.
    shapes_access: rights follow from its rows, so that only whoever may change rights writes them.
    """

    subject: Subject
    lines: Any = None
    lines_parent: str = ""
    searched: Collection[str] = ()
    shapes_access: bool = False

    def writable(self, test: ColumnElement[bool]) -> ColumnElement[bool]:
        """The test of a policy that writes."""
        return and_(_RIGHTS, test) if self.shapes_access else test


@dataclass(frozen=True)
class _Policies(Asker):
    """The asker inside a policy. What it asks of the row above goes through a function that is not bound by that row's own policy."""

    functions: list[str] = field(default_factory=list)  # the statements that make those functions

    def people(self, key: str, operation: str) -> Any:
        return text(f"(SELECT crm_people('{key}', '{operation}'))")

    def departments(self, key: str, operation: str) -> Any:
        return text(f"(SELECT crm_departments('{key}', '{operation}'))")

    def shared(self, key: str, right_key: str, operation: str) -> Any:
        name = "crm_shared_to_read" if operation in READS else "crm_shared_to_change"
        return text(f"(SELECT {name}('{key}', '{right_key}', '{operation}'))")

    def above(self, parents: Any, key: str, operation: str) -> Any:
        name = f"crm_above_{key}_{operation}".replace("-", "_")
        self.functions.append(_function(f"{name}()", "SETOF bigint", _sql(parents)))
        return text(f"(SELECT {name}())")


def _function(head: str, gives: str, body: str) -> str:
    """A function that looks at tables with the eyes of their owner: what it gives is for the person who asks, and for nobody else."""
    return (
        f"CREATE OR REPLACE FUNCTION {head} RETURNS {gives} LANGUAGE sql STABLE SECURITY DEFINER "
        f"SET search_path = public, pg_temp AS $$ {body} $$"
    )


def _lookups() -> list[str]:
    """The functions that policies ask whom a person reaches."""
    asker = Asker(_ME, _TODAY)
    key, two, three = (cast(Any, literal_column(f"${n}", String())) for n in (1, 2, 3))
    held = access.UserPosition.__table__
    return [
        "CREATE OR REPLACE FUNCTION crm_me() RETURNS bigint LANGUAGE sql STABLE AS "
        "$$ SELECT substring(session_user::text from '_([0-9]+)$')::bigint $$",
        _function("crm_people(text, text)", "SETOF bigint", _sql(owners_reached(asker, key, two))),
        _function("crm_departments(text, text)", "SETOF bigint", _sql(departments_reached(asker, key, two))),
        _function("crm_shared_to_read(text, text, text)", "SETOF bigint", _sql(shared_with(asker, key, two, three, change=False))),
        _function("crm_shared_to_change(text, text, text)", "SETOF bigint", _sql(shared_with(asker, key, two, three, change=True))),
        _function("crm_all(text, text)", "boolean", f"SELECT {_sql(reaches_all(asker, key, two))}"),
        _function("crm_right(text, text)", "boolean", f"SELECT {_sql(has_right(asker, key, two))}"),
        _function("crm_holdings()", "SETOF bigint", _sql(select(held.c.id).where(held.c.parent_id == asker.user))),
    ]


def _all(key: str, operation: str) -> Any:
    return literal_column(f"crm_all('{key}', '{operation}')", Boolean())


def _sql(expression: Any) -> str:
    return str(expression.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True}))  # type: ignore[no-untyped-call]


def _name(table: Any) -> str:
    return f'"{table.name}"'


def _policy(table: Any, command: str, using: Any = None, check: Any = None) -> Iterator[str]:
    name = f"crm_{command.lower()}"
    yield f"DROP POLICY IF EXISTS {name} ON {_name(table)}"
    parts = [f"CREATE POLICY {name} ON {_name(table)} FOR {command}"]
    parts += [f"USING ({_sql(using)})"] if using is not None else []
    parts += [f"WITH CHECK ({_sql(check)})"] if check is not None else []
    yield " ".join(parts)


def _guard(table: Any) -> Iterator[str]:
    yield f"ALTER TABLE {_name(table)} ENABLE ROW LEVEL SECURITY"


def _may(asker: Asker, subject: Subject, operation: str) -> ColumnElement[bool]:
    return or_(_all(subject.key, operation), within(subject, asker, operation))


def _records(asker: Asker, guarded: Guarded) -> Iterator[str]:
    """The policies of a record table. Whoever may share rows may give them away, so the new owner is not asked about then."""
    subject = guarded.subject
    table = subject.table
    yield from _guard(table)
    gives = literal_column(f"crm_right('{subject.key}', 'share')", Boolean())
    yield from _policy(table, "SELECT", using=_may(asker, subject, "see"))
    yield from _policy(table, "INSERT", check=guarded.writable(_may(asker, subject, "add")))
    change = guarded.writable(_may(asker, subject, "change"))
    yield from _policy(table, "UPDATE", using=change, check=or_(change, gives))
    yield from _policy(table, "DELETE", using=guarded.writable(_may(asker, subject, "delete")))
    index = f'"fts_{table.name}"'
    yield f"ALTER TABLE {index} ENABLE ROW LEVEL SECURITY"
    yield f"DROP POLICY IF EXISTS crm_all ON {index}"
    yield f"CREATE POLICY crm_all ON {index} USING (id IN (SELECT id FROM {_name(table)}))"
    if guarded.lines is not None:
        yield from _lines(asker, guarded)


def _lines(asker: Asker, guarded: Guarded) -> Iterator[str]:
    """Lines are seen with their document and changed by whoever may change it, or adds it."""
    lines, subject = guarded.lines, guarded.subject
    above = subject.table.alias()
    parent = lines.c[guarded.lines_parent]
    seen = parent.in_(select(above.c.id))  # the document's own policy decides
    yield from _guard(lines)
    yield from _policy(lines, "SELECT", using=seen)

    def reached(operation: str) -> ColumnElement[bool]:
        test = or_(_all(subject.key, operation), within(subject, asker, operation, above))
        return parent.in_(select(above.c.id).where(test))  # type: ignore[no-any-return]

    changes = guarded.writable(or_(reached("change"), reached("add")))
    for command in ("INSERT", "UPDATE", "DELETE"):
        yield from _policy(
            lines, command, using=None if command == "INSERT" else changes, check=None if command == "DELETE" else changes
        )


def _about_records(table: Any, subjects: Sequence[Subject], mine: Any = None) -> ColumnElement[bool]:
    """That a row tells of a record which is seen: the record's own policy decides."""
    tests = [and_(table.c.record_type == s.key, table.c.record_id.in_(select(s.table.alias().c.id))) for s in subjects]
    return or_(false() if mine is None else mine, *tests)


def _own_tables(asker: Asker, subjects: Sequence[Subject]) -> Iterator[str]:
    """The tables that the program keeps about itself and about records."""
    history: Any = system.HistoryEntry.__table__
    log, mine = _all("program", "log"), history.c.user_id == asker.user
    yield from _guard(history)
    yield from _policy(history, "SELECT", using=_about_records(history, subjects, or_(log, mine)))
    yield from _policy(history, "INSERT", check=mine)
    yield from _shares(asker, subjects)
    for table in _tables(system.Revision, system.FileLink):
        seen = _about_records(table, subjects)
        yield from _guard(table)
        yield from _policy(table, "SELECT", using=seen)
        yield from _policy(table, "INSERT", check=seen)
    links: Any = system.FileLink.__table__
    contents: Any = system.FileContent.__table__
    yield from _guard(contents)
    yield from _policy(contents, "SELECT", using=contents.c.id.in_(select(links.c.content_id)))
    for table in _tables(system.SavedView, system.KeptDraft, system.Setting):
        yield from _guard(table)
        yield from _policy(table, "SELECT", using=table.c.user_id.in_([literal_column("0"), asker.user]))
        own = table.c.user_id == asker.user
        for command in ("INSERT", "UPDATE", "DELETE"):
            yield from _policy(table, command, using=None if command == "INSERT" else own, check=None if command == "DELETE" else own)


def _shares(asker: Asker, subjects: Sequence[Subject]) -> Iterator[str]:
    """Records are shared by whoever may share them, and to be changed only by whoever may change them: nobody gives more than they have."""
    table: Any = access.RecordShare.__table__

    def may(operation: str) -> ColumnElement[bool]:
        tests = []
        for subject in subjects:
            above = subject.table.alias()
            row = or_(_all(subject.key, operation), within(subject, asker, operation, above))
            tests.append(and_(table.c.record_type == subject.key, table.c.record_id.in_(select(above.c.id).where(row))))
        return or_(false(), *tests)

    given = and_(may("share"), or_(not_(table.c.may_change), may("change")))
    yield from _guard(table)
    yield from _policy(table, "SELECT", using=_about_records(table, subjects))
    yield from _policy(table, "INSERT", check=given)
    yield from _policy(table, "UPDATE", using=may("share"), check=given)
    yield from _policy(table, "DELETE", using=may("share"))


def _access_tables(asker: Asker) -> Iterator[str]:
    """What was worked out of the person's own rights, and no more."""
    right: Any = access.AccessRight.__table__
    group: Any = access.AccessGroup.__table__
    holdings = text("(SELECT crm_holdings())")
    for table in _tables(access.AccessPerson, access.AccessDepartment):
        yield from _guard(table)
        yield from _policy(table, "SELECT", using=table.c.holding_id.in_(holdings))
    for table in (right, group):
        yield from _guard(table)
        yield from _policy(table, "SELECT", using=table.c.user_id == asker.user)


def guard_statements(guarded: Sequence[Guarded]) -> list[str]:
    """What turns the guard on, for the role that owns the tables to run; running it again makes it anew."""
    asker = _Policies(_ME, _TODAY)
    subjects = [g.subject for g in guarded]
    policies = [*(s for g in guarded for s in _records(asker, g)), *_own_tables(asker, subjects), *_access_tables(asker)]
    for table in _tables(*_SECRETS):
        policies += _guard(table)  # without a policy: nobody but the owner of the tables
    return [*_lookups(), *dict.fromkeys(asker.functions), *policies]


def role_name(company: str, user_id: int) -> str:
    """The login role of a person. company: the database's own id, since roles are those of the whole server."""
    return f"crm_{company[:12]}_{user_id}"


def grant_statements(
    role: str, guarded: Sequence[Guarded], hidden: Mapping[str, Iterable[str]], closed: Mapping[str, Iterable[str]]
) -> list[str]:
    """What a login role may touch at all, column by column; the policies decide about the rows.

    hidden: by record type the fields this person does not see; closed: those seen but not written; `lines.price` is a line's.
    """
    made: list[str] = []
    for each in guarded:
        key = each.subject.key
        unseen, unwritten = set(hidden.get(key, ())), set(closed.get(key, ()))
        own = {n for n in unseen if not n.startswith("lines.")}
        if own & set(each.searched):
            own.add("search_text")
        made += _table_grants(role, each.subject.table, own, own | {n for n in unwritten if not n.startswith("lines.")})
        if own & set(each.searched):
            made.append(f'REVOKE ALL ON "fts_{each.subject.table.name}" FROM "{role}"')
        else:
            made.append(f'GRANT SELECT, INSERT, UPDATE, DELETE ON "fts_{each.subject.table.name}" TO "{role}"')
        if each.lines is not None:
            gone = {n.removeprefix("lines.") for n in unseen if n.startswith("lines.")}
            shut = gone | {n.removeprefix("lines.") for n in unwritten if n.startswith("lines.")}
            made += _table_grants(role, each.lines, gone, shut)
    told = {"changes", "snapshot"} if any(hidden.values()) else set[str]()  # they tell of all fields
    for table in _tables(system.HistoryEntry, system.Revision, system.FileLink, system.FileContent, access.RecordShare):
        made.append(_grant(role, "SELECT", table, told))
        made.append(_grant(role, "INSERT", table, set()))
    made.append(f'GRANT UPDATE, DELETE ON {_name(access.RecordShare.__table__)} TO "{role}"')
    for table in _tables(system.SavedView, system.KeptDraft, system.Setting):
        made.append(f'GRANT SELECT, INSERT, UPDATE, DELETE ON {_name(table)} TO "{role}"')
    for table in _tables(access.AccessRight, access.AccessPerson, access.AccessDepartment, access.AccessGroup, *_READ_BY_ALL):
        made.append(_grant(role, "SELECT", table, set()))
    return made


def _tables(*models: Any) -> list[Any]:
    return [m.__table__ for m in models]


def _grant(role: str, right: str, table: Any, without: set[str]) -> str:
    names = [c.name for c in table.columns if c.name not in without]
    columns = "" if len(names) == len(table.columns) else " (" + ", ".join(f'"{n}"' for n in names) + ")"
    return f'GRANT {right}{columns} ON {_name(table)} TO "{role}"'


def _table_grants(role: str, table: Any, unseen: set[str], unwritten: set[str]) -> list[str]:
    """The columns of a table that a role may read and write."""
    return [
        f'REVOKE ALL ON {_name(table)} FROM "{role}"',
        _grant(role, "SELECT", table, unseen),
        _grant(role, "INSERT", table, unwritten),
        _grant(role, "UPDATE", table, unwritten | {"id"}),
        f'GRANT DELETE ON {_name(table)} TO "{role}"',
    ]


def role_statements(role: str, password_hash: str) -> list[str]:
    """What makes a login role; password_hash: as PostgreSQL keeps it (SCRAM-SHA-256$…), so that no password is ever sent or logged."""
    return [
        f'CREATE ROLE "{role}" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOREPLICATION NOBYPASSRLS PASSWORD \'{password_hash}\'',
        f'GRANT USAGE ON SCHEMA public TO "{role}"',
        f'GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO "{role}"',  # new rows take their numbers there
    ]
