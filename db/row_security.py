"""The rights once more, inside PostgreSQL: row-level security and column privileges for people who have a login role of their own.

Made from the same conditions that the program puts into its statements (db/access.py), so that a bare SQL client sees and changes
what its person could see and change in the program, and nothing else. The role that owns the tables is not bound by any of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
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
    true,
)
from sqlalchemy import column as sql_column
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
from db.roles import VIEWS

_ME = literal_column("(SELECT crm_me())", BigInteger())  # in brackets: asked once for a statement, not for every row
LARGEST_FILE = 50 * 1024 * 1024
_TODAY = literal_column("CURRENT_DATE", Date())
_OF_SIGN_IN = (sign_in.RecoveryCode, sign_in.SignInAttempts, sign_in.Device, sign_in.SignInLimit, sign_in.SystemAccount)


@dataclass(frozen=True)
class Guarded:
    """A record type as the server guards it: its rows, the table of its lines, and its columns that hold fields.

    open: everybody reads its rows, such as the choices of lists, which the program needs whoever works with it. pictures: its columns that
    hold contents of files. mine: a further test of rows that a person sees, as SQL.
    """

    subject: Subject
    lines: Any = None
    lines_parent: str = ""
    open: bool = False
    pictures: Collection[str] = ()
    mine: str = ""
    mine_of_lines: str = ""
    settled: bool = False  # one of the documents of a customer that count on each other, see db/server_chain.py
    follows: bool = False  # made and removed along with another one, as the receivables of an order are


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
        _function("crm_people(text, text)", "SETOF bigint", _sql(owners_reached(asker, key, two))),
        _function("crm_departments(text, text)", "SETOF bigint", _sql(departments_reached(asker, key, two))),
        _function("crm_shared_to_read(text, text, text)", "SETOF bigint", _sql(shared_with(asker, key, two, three, change=False))),
        _function("crm_shared_to_change(text, text, text)", "SETOF bigint", _sql(shared_with(asker, key, two, three, change=True))),
        _function("crm_all(text, text)", "boolean", f"SELECT {_sql(reaches_all(asker, key, two))}"),
        _function("crm_right(text, text)", "boolean", f"SELECT {_sql(has_right(asker, key, two))}"),
        _function("crm_holdings()", "SETOF bigint", _sql(select(held.c.id).where(held.c.parent_id == asker.user))),
    ]


_SETTLING = text("(SELECT crm_settling())")
_SETTLES = literal_column("customer_id IN (SELECT crm_settling())", Boolean())


def settle_condition(guarded: Sequence[Guarded]) -> str:
    """Whether the person may change a document of the customer $1, or the customer, as SQL inside a function."""
    asker, tests = _Policies(_ME, _TODAY), []
    for one in guarded:
        table = one.subject.table.alias()
        this = literal_column("$1", BigInteger())
        if one.settled:
            for operation in ("change", "delete"):
                reach = or_(_all(one.subject.key, operation), within(one.subject, asker, operation, table))
                tests.append(select(table.c.id).where(table.c.customer_id == this, reach).exists())
        elif one.subject.table.name == "customer":
            adds = or_(false(), *(_right(g.subject.key, "add") for g in guarded if g.settled))
            reach = or_(_all(one.subject.key, "see"), within(one.subject, asker, "see", table))
            tests.append(and_(adds, select(table.c.id).where(table.c.id == this, reach).exists()))
    return _sql(or_(false(), *tests))


def change_conditions(guarded: Sequence[Guarded]) -> list[tuple[str, str]]:
    """By settled record type: whether the person may change the record with the id `wanted`, as SQL inside a function."""
    asker, found = _Policies(_ME, _TODAY), []
    for one in guarded:
        if one.settled:
            table = one.subject.table.alias()
            reach = or_(_all(one.subject.key, "change"), within(one.subject, asker, "change", table))
            mine = select(table.c.id).where(table.c.id == literal_column("wanted", BigInteger()), reach).exists()
            found.append((one.subject.key, _sql(mine)))
    return found


def _all(key: str, operation: str) -> Any:
    return literal_column(f"(SELECT crm_all('{key}', '{operation}'))", Boolean())


def _right(key: str, operation: str) -> Any:
    return literal_column(f"(SELECT crm_right('{key}', '{operation}'))", Boolean())


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
    settles = _SETTLES if guarded.settled else false()
    seen = true() if guarded.open else or_(_may(asker, subject, "see"), settles)
    if guarded.mine:
        seen = or_(seen, literal_column(guarded.mine, Boolean()))
    yield from _policy(table, "SELECT", using=seen)
    follows = settles if guarded.follows else false()
    yield from _policy(table, "INSERT", check=or_(_may(asker, subject, "add"), follows))
    change = _may(asker, subject, "change")
    yield from _policy(table, "UPDATE", using=or_(change, settles), check=or_(change, _right(subject.key, "share"), settles))
    yield from _policy(table, "DELETE", using=or_(_may(asker, subject, "delete"), follows))
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
    if guarded.mine_of_lines:
        seen = or_(seen, literal_column(guarded.mine_of_lines, Boolean()))
    yield from _policy(lines, "SELECT", using=seen)

    def reached(operation: str) -> ColumnElement[bool]:
        test = or_(_all(subject.key, operation), within(subject, asker, operation, above))
        return parent.in_(select(above.c.id).where(test))  # type: ignore[no-any-return]

    changes = or_(reached("change"), reached("add"))
    for command in ("INSERT", "UPDATE", "DELETE"):
        test = changes
        if guarded.settled and command == "UPDATE":
            test = or_(changes, parent.in_(select(above.c.id).where(above.c.customer_id.in_(_SETTLING))))
        yield from _policy(lines, command, using=None if command == "INSERT" else test, check=None if command == "DELETE" else test)


def _about_records(
    table: Any, subjects: Sequence[Subject], mine: Any = None, asker: Asker | None = None, operation: str = ""
) -> ColumnElement[bool]:
    """That a row tells of a record which is seen: the record's own policy decides. operation: or one with which it may be done."""
    tests = []
    for subject in subjects:
        above = subject.table.alias()
        ids = select(above.c.id)
        if asker is not None:
            ids = ids.where(or_(_all(subject.key, operation), within(subject, asker, operation, above)))
        tests.append(and_(table.c.record_type == subject.key, table.c.record_id.in_(ids)))
    return or_(false() if mine is None else mine, *tests)


def _everything(table: Any, test: Any) -> Iterator[str]:
    """The policies of a table whose rows are written by whoever passes one test."""
    for command in ("INSERT", "UPDATE", "DELETE"):
        yield from _policy(table, command, using=None if command == "INSERT" else test, check=None if command == "DELETE" else test)


def _own_tables(asker: Asker, guarded: Sequence[Guarded]) -> Iterator[str]:
    """The tables that the program keeps about itself and about records."""
    subjects = [g.subject for g in guarded]
    history: Any = system.HistoryEntry.__table__
    own_name = history.c.user_name == literal_column("(SELECT crm_my_name())", String())
    yield from _guard(history)
    yield from _policy(history, "INSERT", check=and_(history.c.user_id == asker.user, own_name, history.c.place.is_(None)))
    yield from _shares(asker, subjects)
    revision: Any = system.Revision.__table__
    yield from _guard(revision)
    yield from _policy(revision, "INSERT", check=_about_records(revision, subjects))
    yield from _files(asker, guarded)
    for table in _tables(system.SavedView, system.KeptDraft, system.Setting):
        yield from _guard(table)
        own = table.c.user_id == asker.user
        yield from _policy(table, "SELECT", using=table.c.user_id.in_([literal_column("0"), asker.user]))
        company = {"saved_view": "views", "setting": "settings"}.get(table.name)
        yield from _everything(table, own if company is None else or_(own, and_(table.c.user_id == 0, _right("program", company))))
    (field,) = _tables(system.CustomField)
    yield from _guard(field)
    yield from _policy(field, "SELECT", using=true())
    yield from _everything(field, _right("program", "custom_fields"))


def _files(asker: Asker, guarded: Sequence[Guarded]) -> Iterator[str]:
    """Files go with their records. A content is seen where a record that is seen has it, and by whoever brought it: so nobody reads
    a file by putting its number on a record of their own."""
    subjects = [g.subject for g in guarded]
    links: Any = system.FileLink.__table__
    contents: Any = system.FileContent.__table__
    seen = [contents.c.id.in_(select(links.c.content_id)), literal_column("id IN (SELECT crm_held_contents())", Boolean())]
    seen += [contents.c.id.in_(select(g.subject.table.alias().c[name])) for g in guarded for name in g.pictures]
    yield from _guard(contents)
    yield from _policy(contents, "SELECT", using=or_(false(), *seen))
    changed = _about_records(links, subjects, asker=asker, operation="change")
    changed = or_(changed, _about_records(links, subjects, asker=asker, operation="add"))
    known = literal_column("(crm_content_seen(content_id) OR crm_in_bin(content_id))", Boolean())
    yield from _guard(links)
    yield from _policy(links, "SELECT", using=_about_records(links, subjects))
    yield from _policy(links, "INSERT", check=and_(changed, known))
    yield from _policy(links, "DELETE", using=changed)


def _shares(asker: Asker, subjects: Sequence[Subject]) -> Iterator[str]:
    """Records are shared by whoever may share them, and to be changed only by whoever may change them: nobody gives more than they have."""
    table: Any = access.RecordShare.__table__

    def may(operation: str) -> ColumnElement[bool]:
        return _about_records(table, subjects, asker=asker, operation=operation)

    given = and_(may("share"), or_(not_(table.c.may_change), may("change")))
    yield from _guard(table)
    yield from _policy(table, "SELECT", using=_about_records(table, subjects))
    yield from _policy(table, "INSERT", check=given)
    yield from _policy(table, "UPDATE", using=may("share"), check=given)
    yield from _policy(table, "DELETE", using=or_(may("share"), may("delete")))


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


def _sign_in(asker: Asker) -> Iterator[str]:
    """How it stands with the sign-in of people: for whoever changes rights, and of the own. Passwords are in none of it."""
    changes = _right("program", "rights")
    credential: Any = sign_in.Credential.__table__
    yield from _guard(credential)
    yield from _policy(credential, "SELECT", using=or_(credential.c.user_id == asker.user, changes))
    yield from _policy(credential, "UPDATE", using=credential.c.user_id == asker.user, check=credential.c.user_id == asker.user)
    for table in _tables(*_OF_SIGN_IN):
        yield from _guard(table)
    limits: Any = sign_in.SignInLimit.__table__
    posts = literal_column("kind = 'position' AND subject_id IN (SELECT crm_positions())", Boolean())
    yield from _policy(limits, "SELECT", using=or_(changes, posts, and_(limits.c.kind == "user", limits.c.subject_id == asker.user)))
    about = literal_column("kind = 'user' AND crm_administers(subject_id)", Boolean())
    yield from _everything(limits, or_(_all("program", "rights"), about))
    codes: Any = sign_in.RecoveryCode.__table__
    yield from _policy(codes, "SELECT", using=or_(codes.c.user_id == asker.user, changes))
    for table in _tables(sign_in.SignInAttempts, sign_in.Device):
        yield from _policy(table, "SELECT", using=changes)
        yield from _everything(table, changes)
    for table in _tables(access.PositionRight, access.PositionField):
        yield from _guard(table)
        yield from _policy(table, "SELECT", using=true())
        yield from _everything(table, _all("program", "rights"))


def _gone(subject: Subject) -> Any:
    """The deleted records of a type, as the rows of a table with what makes them somebody's."""
    limits = subject.limits
    names = dict.fromkeys(n for n in (*limits.owners, limits.department, limits.parent) if n and n != "id")
    columns = "".join(f", (changes #>> '{{record,values,{n},0}}')::bigint AS {n}" for n in names)
    query = text(f"SELECT record_id AS id{columns} FROM public.history_entry WHERE record_type = '{subject.key}' AND action = 'delete'")
    return query.columns(*(sql_column(n, BigInteger()) for n in ("id", *names))).subquery("gone")


def _seen_entries(asker: Asker, guarded: Sequence[Guarded], table: Any) -> ColumnElement[bool]:
    """Which rows of the log, or of revisions, a person reads: about records within reach, and about deleted ones that would be."""
    tests = []
    for one in guarded:
        subject = one.subject
        above, gone = subject.table.alias(), _gone(subject)
        there = select(above.c.id).where(above.c.id == table.c.record_id, within(subject, asker, "see", above)).exists()
        here = subject.table.alias()
        lost = and_(
            not_(select(here.c.id).where(here.c.id == table.c.record_id).exists()),
            table.c.record_id.in_(select(gone.c.id).where(within(subject, asker, "see", gone))),
        )
        reached = or_(_all(subject.key, "see"), and_(_right(subject.key, "see"), or_(there, lost)))
        tests.append(and_(table.c.record_type == subject.key, reached))
    return or_(false(), *tests)


def log_conditions(guarded: Sequence[Guarded]) -> tuple[str, str]:
    """Which entries of the log and which revisions a person reads, as SQL."""
    asker = _Policies(_ME, _TODAY)
    history: Any = system.HistoryEntry.__table__
    revision: Any = system.Revision.__table__
    events = and_(history.c.record_type == "", _all("program", "log"))
    entries = or_(events, history.c.user_id == asker.user, _seen_entries(asker, guarded, history))
    return _sql(entries), _sql(_seen_entries(asker, guarded, revision))


def lookup_statements() -> list[str]:
    """The functions that policies ask whom a person reaches."""
    own_name = "SELECT name FROM user_account WHERE id = crm_me()"
    kept = f"""
      WITH new AS (INSERT INTO file_content (sha256, size, data) SELECT encode(sha256($1), 'hex'), length($1), $1
        WHERE crm_me() IS NOT NULL AND length($1) <= {LARGEST_FILE}
        ON CONFLICT (sha256) DO UPDATE SET size = file_content.size RETURNING id),
      held AS (INSERT INTO crm.content_holder SELECT crm_me(), id FROM new ON CONFLICT DO NOTHING)
      SELECT id FROM new
    """
    return [
        *_lookups(),
        _function("crm_my_name()", "text", own_name),
        _function("crm_positions()", "SETOF bigint", "SELECT position_id FROM user_position WHERE parent_id = crm_me()"),
        _function("crm_held_contents()", "SETOF bigint", "SELECT content_id FROM crm.content_holder WHERE user_id = crm_me()"),
        _function("crm_keep_content(bytea)", "bigint", kept).replace(" STABLE ", " VOLATILE "),
    ]


def above_functions(guarded: Sequence[Guarded]) -> list[str]:
    """The functions that policies and views ask what belongs to rows that are reached."""
    asker = _Policies(_ME, _TODAY)
    for one in guarded:
        for operation in ("see", "add", "change", "delete", "share"):
            within(one.subject, asker, operation)
    return list(dict.fromkeys(asker.functions))


def guard_statements(guarded: Sequence[Guarded]) -> list[str]:
    """What turns the guard on, for the role that owns the tables to run; running it again makes it anew."""
    asker = _Policies(_ME, _TODAY)
    in_bin = (
        f"SELECT EXISTS (SELECT FROM {VIEWS}.history_entry WHERE action = 'delete' "
        "AND changes @> jsonb_build_object('record', jsonb_build_object('files', jsonb_build_array(jsonb_build_object('content_id', $1)))))"
    )
    own = [*_own_tables(asker, guarded), *_access_tables(asker), *_sign_in(asker)]
    policies = [*(s for g in guarded for s in _records(asker, g)), *own]
    open_to_read = (access.AccessState, system.SchemaFact, system.LogChain)
    for table in _tables(*open_to_read):
        policies += [*_guard(table), *_policy(table, "SELECT", using=true())]
    policies += _policy(access.AccessState.__table__, "UPDATE", using=true(), check=true())
    bin_ = f"CREATE OR REPLACE FUNCTION crm_in_bin(bigint) RETURNS boolean LANGUAGE sql STABLE AS $$ {in_bin} $$"
    # In a function of its own, since files and their contents ask for each other.
    seen = (
        "CREATE OR REPLACE FUNCTION crm_content_seen(wanted bigint) RETURNS boolean LANGUAGE plpgsql STABLE AS "
        "$$ BEGIN RETURN EXISTS (SELECT FROM public.file_content WHERE id = wanted); END $$"
    )
    return [bin_, seen, *policies]


def _tables(*models: Any) -> list[Any]:
    return [m.__table__ for m in models]
