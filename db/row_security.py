"""The rights once more, inside PostgreSQL: row-level security and column privileges for people who have a login role of their own.

Made from the same conditions that the program puts into its statements (db/access.py), so that a bare SQL client sees and changes
what its person could see and change in the program, and nothing else. The role that owns the tables is not bound by any of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
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

from db.access import Asker, Subject, within
from db.models import access, approvals, pipeline, sign_in, system
from db.roles import VIEWS
from db.row_asking import ME, TODAY, Guarded, Policies, as_sql, carried, every, right, there

_OF_SIGN_IN = (sign_in.RecoveryCode, sign_in.SignInAttempts, sign_in.Device, sign_in.SignInLimit, sign_in.SystemAccount)


_SETTLING = text("(SELECT crm_settling())")
_SETTLES = literal_column("customer_id IN (SELECT crm_settling())", Boolean())


def _name(table: Any) -> str:
    return f'"{table.name}"'


def _policy(table: Any, command: str, using: Any = None, check: Any = None) -> Iterator[str]:
    name = f"crm_{command.lower()}"
    yield f"DROP POLICY IF EXISTS {name} ON {_name(table)}"
    parts = [f"CREATE POLICY {name} ON {_name(table)} FOR {command}"]
    parts += [f"USING ({as_sql(using, table)})"] if using is not None else []
    parts += [f"WITH CHECK ({as_sql(check, table)})"] if check is not None else []
    yield " ".join(parts)


def _guard(table: Any) -> Iterator[str]:
    yield f"ALTER TABLE {_name(table)} ENABLE ROW LEVEL SECURITY"


def _may(asker: Asker, subject: Subject, operation: str) -> ColumnElement[bool]:
    return or_(every(subject.key, operation), within(subject, asker, operation))


def _records(asker: Asker, guarded: Guarded) -> Iterator[str]:
    """The policies of a record table. Whoever may share rows may give them away, so the new owner is not asked about then."""
    subject = guarded.subject
    table = subject.table
    yield from _guard(table)
    settles = or_(_SETTLES if guarded.settled else false(), _taking_part(table) if guarded.asked else carried(subject.key, table.c.id))
    seen = true() if guarded.open else or_(_may(asker, subject, "see"), settles)
    if guarded.mine:
        seen = or_(seen, literal_column(guarded.mine, Boolean()))
    yield from _policy(table, "SELECT", using=seen)
    follows = settles if guarded.follows else false()
    begins = _taking_part(table) if guarded.asked else follows
    yield from _policy(table, "INSERT", check=or_(_may(asker, subject, "add"), begins))
    change = _may(asker, subject, "change")
    yield from _policy(table, "UPDATE", using=or_(change, settles), check=or_(change, right(subject.key, "share"), settles))
    yield from _policy(table, "DELETE", using=or_(_may(asker, subject, "delete"), follows))
    index = f'"fts_{table.name}"'
    yield f"ALTER TABLE {index} ENABLE ROW LEVEL SECURITY"
    yield f"DROP POLICY IF EXISTS crm_all ON {index}"
    document = f"EXISTS (SELECT FROM {_name(table)} WHERE {_name(table)}.id = {index}.id)"
    yield f"CREATE POLICY crm_all ON {index} USING ({as_sql(every(subject.key, 'see'))} OR {document})"
    if guarded.lines is not None:
        yield from _lines(asker, guarded)


def _taking_part(table: Any) -> ColumnElement[bool]:
    """That a request for approval is the asker's own, or asks or tells the asker something, or goes on from one that does."""
    mine = table.c.owner_id == ME
    about = literal_column("crm_asked_about(record_type, record_id)", Boolean())
    return or_(mine, table.c.id.in_(text("(SELECT crm_asked())")), about)


def _lines(asker: Asker, guarded: Guarded) -> Iterator[str]:
    """Lines are seen with their document and changed by whoever may change it, or adds it."""
    lines, subject = guarded.lines, guarded.subject
    above = subject.table.alias()
    parent = lines.c[guarded.lines_parent]
    seen = or_(every(subject.key, "see"), there(above, above.c.id == parent))  # the document's own policy decides
    yield from _guard(lines)
    if guarded.mine_of_lines:
        seen = or_(seen, literal_column(guarded.mine_of_lines, Boolean()))
    yield from _policy(lines, "SELECT", using=seen)

    def reached(operation: str) -> ColumnElement[bool]:
        return there(above, above.c.id == parent, or_(every(subject.key, operation), within(subject, asker, operation, above)))

    changes = or_(reached("change"), reached("add"), carried(subject.key, parent))
    if guarded.asked:
        changes = or_(changes, parent.in_(select(above.c.id).where(_taking_part(above))))
    for command in ("INSERT", "UPDATE", "DELETE"):
        test = changes
        if guarded.settled and command == "UPDATE":
            test = or_(changes, there(above, above.c.id == parent, above.c.customer_id.in_(_SETTLING)))
        yield from _policy(lines, command, using=None if command == "INSERT" else test, check=None if command == "DELETE" else test)


def _about_records(
    table: Any, subjects: Sequence[Subject], mine: Any = None, asker: Asker | None = None, operation: str = ""
) -> ColumnElement[bool]:
    """That a row tells of a record which is seen: the record's own policy decides. operation: or one with which it may be done."""
    tests = []
    for subject in subjects:
        above = subject.table.alias()
        here = [above.c.id == table.c.record_id]
        if asker is not None:
            here.append(or_(every(subject.key, operation), within(subject, asker, operation, above)))
        tests.append(and_(table.c.record_type == subject.key, there(above, *here)))
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
    yield from _visits(asker, guarded)
    for table in _tables(system.SavedView, system.KeptDraft, system.Setting):
        yield from _guard(table)
        own = table.c.user_id == asker.user
        yield from _policy(table, "SELECT", using=table.c.user_id.in_([literal_column("0"), asker.user]))
        company = {"saved_view": "views", "setting": "settings"}.get(table.name)
        yield from _everything(table, own if company is None else or_(own, and_(table.c.user_id == 0, right("program", company))))
    (flow,) = _tables(approvals.ApprovalFlowVersion)
    yield from _guard(flow)
    yield from _policy(flow, "SELECT", using=true())
    yield from _policy(flow, "INSERT", check=or_(right("approval-flows", "add"), right("approval-flows", "change")))
    (field,) = _tables(system.CustomField)
    yield from _guard(field)
    yield from _policy(field, "SELECT", using=true())
    yield from _everything(field, right("program", "custom_fields"))
    for table in _tables(system.PrintTemplate, system.PrintDefault):
        yield from _guard(table)
        yield from _policy(table, "SELECT", using=true())
        yield from _everything(table, right("program", "views"))


def _files(asker: Asker, guarded: Sequence[Guarded]) -> Iterator[str]:
    """Files go with their records. A content is seen where a record that is seen has it, and by whoever brought it: so nobody reads
    a file by putting its number on a record of their own."""
    subjects = [g.subject for g in guarded]
    links: Any = system.FileLink.__table__
    contents: Any = system.FileContent.__table__
    seen = [there(links, links.c.content_id == contents.c.id), literal_column("id IN (SELECT crm_held_contents())", Boolean())]
    seen += [contents.c.id.in_(select(g.subject.table.alias().c[name])) for g in guarded for name in g.pictures]
    yield from _guard(contents)
    yield from _policy(contents, "SELECT", using=or_(false(), *seen))
    changed = _about_records(links, subjects, asker=asker, operation="change")
    changed = or_(changed, _about_records(links, subjects, asker=asker, operation="add"))
    changed = or_(changed, and_(links.c.record_type == "approvals", links.c.record_id.in_(text("(SELECT crm_asked())"))))
    known = literal_column("(crm_content_seen(content_id) OR crm_in_bin(content_id))", Boolean())
    yield from _guard(links)
    yield from _policy(links, "SELECT", using=_about_records(links, subjects))
    yield from _policy(links, "INSERT", check=and_(changed, known))
    yield from _policy(links, "DELETE", using=changed)


def _visits(asker: Asker, guarded: Sequence[Guarded]) -> Iterator[str]:
    """When an opportunity came into which stage is told of those that are seen, and noted by whoever moves or adds one."""
    (deals,) = (g.subject for g in guarded if g.subject.table.name == pipeline.Opportunity.__tablename__)
    visits: Any = pipeline.StageVisit.__table__
    above = deals.table.alias()
    yield from _guard(visits)
    this = above.c.id == visits.c.opportunity_id
    yield from _policy(visits, "SELECT", using=or_(every(deals.key, "see"), there(above, this)))
    moved = or_(*(or_(every(deals.key, o), within(deals, asker, o, above)) for o in ("change", "add")))
    noted = there(above, this, moved)
    yield from _policy(visits, "INSERT", check=noted)
    yield from _policy(visits, "UPDATE", using=noted, check=noted)


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
    changes = right("program", "rights")
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
    yield from _everything(limits, or_(every("program", "rights"), about))
    codes: Any = sign_in.RecoveryCode.__table__
    yield from _policy(codes, "SELECT", using=or_(codes.c.user_id == asker.user, changes))
    for table in _tables(sign_in.SignInAttempts, sign_in.Device):
        yield from _policy(table, "SELECT", using=changes)
        yield from _everything(table, changes)
    for table in _tables(access.PositionRight, access.PositionField):
        yield from _guard(table)
        yield from _policy(table, "SELECT", using=true())
        yield from _everything(table, every("program", "rights"))


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
        stands = there(above, above.c.id == table.c.record_id, within(subject, asker, "see", above))
        here = subject.table.alias()
        lost = and_(
            not_(there(here, here.c.id == table.c.record_id)),
            table.c.record_id.in_(select(gone.c.id).where(within(subject, asker, "see", gone))),
        )
        reached = or_(every(subject.key, "see"), and_(right(subject.key, "see"), or_(stands, lost)))
        tests.append(and_(table.c.record_type == subject.key, reached))
    return or_(false(), *tests)


def log_conditions(guarded: Sequence[Guarded]) -> tuple[str, str]:
    """Which entries of the log and which revisions a person reads, as SQL."""
    asker = Policies(ME, TODAY)
    history: Any = system.HistoryEntry.__table__
    revision: Any = system.Revision.__table__
    events = and_(history.c.record_type == "", every("program", "log"))
    entries = or_(events, history.c.user_id == asker.user, _seen_entries(asker, guarded, history))
    return as_sql(entries, history), as_sql(_seen_entries(asker, guarded, revision), revision)


def guard_statements(guarded: Sequence[Guarded]) -> list[str]:
    """What turns the guard on, for the role that owns the tables to run; running it again makes it anew."""
    asker = Policies(ME, TODAY)
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
