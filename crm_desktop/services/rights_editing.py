"""The rights of positions: read, changed, copied, and put back to what the program brought; every change works at once and is logged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.changes import Change
from crm_desktop.draft import Ref
from crm_desktop.errors import Refused
from crm_desktop.records.ready_positions import READY_POSITIONS
from crm_desktop.records.record_type import Field, RecordType
from crm_desktop.rights import ANY, OPERATIONS, PROGRAM, PROGRAM_RIGHTS, REACHES, Access, Holding, Reach
from crm_desktop.services import saving
from crm_desktop.services.access import acting, asking, gone, holdings_of
from crm_desktop.services.access_upkeep import lock, rebuild
from crm_desktop.services.events import record
from crm_desktop.services.journal import announce
from crm_desktop.services.people_guard import RIGHTS, everything, owners, picture
from crm_desktop.words import N_, _
from db.models.access import Position, PositionField, PositionRight, UserPosition
from db.models.office import User

ACCESSES: Mapping[Access, str] = {Access.HIDDEN: N_("Hidden"), Access.READ: N_("Read only"), Access.WRITE: N_("Read and change")}
USUAL = "salesperson"
NOTHING: Mapping[Any, Any] = {}

PANELS: Mapping[str, str] = {
    "customer.money": N_("Customer: orders of this year and open ones"),
    "customer.next_step": N_("Customer: next step"),
    "customer.timeline": N_("Customer: what happened so far"),
    "customer.follow_up": N_("Customer: quick follow-up"),
}
"""Panels a position can hide, beside the areas of the navigation (`area:sales`) and its entries (`list:tasks`, `screen:today`)."""


@dataclass(frozen=True)
class PositionRights:
    """What one position says. held: how many active people hold it; version: the position's, for whoever changes it meanwhile."""

    id: int
    name: str
    key: str
    version: int
    active: bool = True
    held: int = 0
    reaches: Mapping[tuple[str, str], Reach] = field(default_factory=lambda: NOTHING)
    fields: Mapping[tuple[str, str], Access] = field(default_factory=lambda: NOTHING)
    hidden: frozenset[str] = frozenset()

    @property
    def holding(self) -> Holding:
        """The same, as something held."""
        return Holding(self.key, self.reaches, self.fields, self.hidden)

    def with_reach(self, record_type: str, operation: str, reach: Reach) -> PositionRights:
        """The same with one operation reaching as far as `reach`, said as shortly as it can be."""
        key = (record_type, operation)
        bare = replace(self, reaches={k: v for k, v in self.reaches.items() if k != key})
        if bare.holding.reach(record_type, operation) == reach:
            return bare
        return replace(self, reaches={**self.reaches, key: reach})

    def with_access(self, record_type: str, name: str, access: Access, secret: bool) -> PositionRights:
        """The same with another access to one field."""
        key = (record_type, name)
        bare = replace(self, fields={k: v for k, v in self.fields.items() if k != key})
        if bare.holding.access(record_type, name, secret) == access:
            return bare
        return replace(self, fields={**self.fields, key: access})

    def with_hidden(self, area: str, hidden: bool) -> PositionRights:
        """The same with an area or panel hidden, or not."""
        return replace(self, hidden=self.hidden | {area} if hidden else self.hidden - {area})


def operations_of(kind: RecordType) -> dict[str, str]:
    """What can be done with records of a type: name → words. Of a document also changing it in each of its states."""
    found = dict(OPERATIONS)
    for state in kind.states:
        found[f"change:{state.code}"] = ""
    return found | {o.name: o.label for o in kind.operations}


def operation_words(kind: RecordType, name: str) -> str:
    """An operation in the person's language."""
    plain, _colon, state = name.partition(":")
    if state:
        label = next((s.shown() for s in kind.states if s.code == state), state)
        return _("Change while {state}").format(state=label)
    return _(operations_of(kind).get(plain, plain))


def fields_of(kind: RecordType) -> dict[str, Field]:
    """The fields of a type, and those of its lines as `lines.price`."""
    lines = {f"lines.{n}": f for n, f in kind.lines.fields.items() if n != "position"} if kind.lines else {}
    return {**kind.fields, **lines}


def positions(app: Application) -> list[PositionRights]:
    """All positions with what they say, by name."""
    app.actor.require(RIGHTS)
    with asking(app) as connection:
        app.actor.require(RIGHTS)
        return _read(connection, None)


def rights_of_position(app: Application, position_id: int) -> PositionRights:
    """What one position says."""
    with asking(app) as connection:
        app.actor.require(RIGHTS)
        return _one(connection, position_id)


def save_rights(app: Application, wanted: PositionRights) -> PositionRights:
    """Let a position say what is `wanted`; it counts from the next question of everybody who holds it.

    Raises Refused when somebody changed it since it was read, for a position of one's own, and for the last owner's.
    """
    with acting(app) as session:
        was = _claim(session, app, wanted.id, wanted.version)
        _write(session, app, was, wanted)
        stands = _one(session.connection(), wanted.id)
    app.changes.tell(Change("positions", frozenset({wanted.id}), app.actor.name))
    return stands


def copy_position(app: Application, position_id: int, name: str) -> int:
    """A new position with the rights of another one; gives its id."""
    _require_all(app)
    with acting(app) as session:
        _require_all(app)
        source = _one(session.connection(), position_id)
        note = session.scalar(select(Position.__table__.c.note).where(Position.__table__.c.id == position_id)) or ""
        draft = saving.new_draft(app, "positions", {"name": name.strip(), "note": note})
        made = int(saving.save_within(session, app, [draft])[0].id or 0)
        _write(session, app, _one(session.connection(), made), replace(source, id=made, name=name.strip()))
    app.changes.tell(Change("positions", frozenset(), app.actor.name))
    return made


def as_it_came(rights: PositionRights) -> PositionRights | None:
    """A position as the program brought it; None for one that a company made."""
    ready = next((p for p in READY_POSITIONS if p.key == rights.key), None)
    return replace(rights, reaches=dict(ready.reaches), fields=dict(ready.fields), hidden=frozenset()) if ready else None


def take_rights(session: Session, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """What positions that are being deleted say, for the history; nothing is removed, the database does that with them."""
    table: Any = Position.__table__
    said = holdings_of(session, ids)
    hidden = {r.id: r.hidden for r in session.execute(select(table.c.id, table.c.hidden).where(table.c.id.in_(ids)))}
    return {
        i: {"reaches": [[*k, int(v)] for k, v in h.reaches.items()], "fields": [[*k, int(v)] for k, v in h.fields.items()],
            "hidden": sorted(hidden.get(i) or ())}
        for i, h in said.items()
    }  # fmt: skip


def put_rights_back(session: Session, position_id: int, stored: Mapping[str, Any]) -> None:
    """Let a position that came back say what it said."""
    table: Any = Position.__table__
    _replace(session, PositionRight, "operation", "reach", position_id, {}, {(k, n): v for k, n, v in stored["reaches"]})
    _replace(session, PositionField, "field", "access", position_id, {}, {(k, n): v for k, n, v in stored["fields"]})
    session.execute(update(table).where(table.c.id == position_id).values(hidden=tuple(stored["hidden"])))


def first_lines(app: Application, type_key: str) -> tuple[dict[str, Any], ...]:
    """The lines a new record begins with: a new user holds the position that most people in a company hold, until it is changed."""
    if type_key != "users" or not app.actor.may(RIGHTS):
        return ()
    table: Any = Position.__table__
    with asking(app) as connection:
        row = connection.execute(select(table.c.id, table.c.name).where(table.c.key == USUAL, table.c.active)).one_or_none()
    return ({"position_id": Ref(row.id, _(row.name))},) if row is not None else ()


def reset_position(app: Application, position_id: int) -> PositionRights:
    """Put a position back to what the program brought. Raises Refused for one the company made."""
    came = as_it_came(rights_of_position(app, position_id))
    if came is None:
        raise Refused(_("This position did not come with the program."), _("Copy one that did, and change the copy."))
    return save_rights(app, came)


def differences(app: Application, was: PositionRights, now: PositionRights) -> Iterator[tuple[str, str, str]]:
    """What differs between two readings of a position, in words: what, before, after."""
    for key in sorted(was.reaches.keys() | now.reaches.keys()):
        before, after = (p.reaches.get(key) for p in (was, now))
        if before != after:
            yield _right_words(app, *key), _reach_words(before), _reach_words(after)
    for key in sorted(was.fields.keys() | now.fields.keys()):
        old, new = (p.fields.get(key) for p in (was, now))
        if old != new:
            yield _field_words(app, *key), _access_words(old), _access_words(new)
    for area in sorted(was.hidden ^ now.hidden):
        shown, hidden = _("Shown"), _("Hidden")
        yield _hidden_words(app, area), hidden if area in was.hidden else shown, hidden if area in now.hidden else shown


def _reach_words(reach: Reach | None) -> str:
    return "–" if reach is None else _(REACHES[reach])


def _access_words(access: Access | None) -> str:
    return "–" if access is None else _(ACCESSES[access])


def _right_words(app: Application, record_type: str, operation: str) -> str:
    if record_type == PROGRAM:
        words = PROGRAM_RIGHTS.get(operation, N_("Everything about the program"))
        return _(words)
    kind = app.types.get(record_type)
    what = _(kind.plural) if kind else _("All records")
    done = operation_words(kind, operation) if kind else _(OPERATIONS.get(operation, operation))
    done = _("everything") if operation == ANY else done
    return f"{what}: {done}"


def _field_words(app: Application, record_type: str, name: str) -> str:
    kind = app.types.get(record_type)
    about = fields_of(kind).get(name) if kind else None
    what = _(kind.plural) if kind else _("All records")
    words = _("all fields") if name == ANY else name
    return f"{what}: {_(about.label) if about else words}"


def _hidden_words(app: Application, key: str) -> str:
    """What can be kept out of sight, in words; areas and screens by the names the window gives them in its code."""
    what, _colon, rest = key.partition(":")
    if what == "column":
        return _field_words(app, *rest.partition(".")[::2])
    if what == "list" and rest in app.types:
        return _(app.types[rest].plural)
    return _(PANELS[key]) if key in PANELS else key


def _require_all(app: Application) -> None:
    """A position is the whole company's: whoever looks after one branch gives positions, and changes none."""
    app.actor.require(RIGHTS)
    if app.actor.reach(PROGRAM, "rights") < Reach.ALL:
        raise Refused(_("Only the head office changes what positions may do."), _("Ask your administrator ({grant}).").format(grant=RIGHTS))


def _claim(session: Session, app: Application, position_id: int, version: int) -> PositionRights:
    _require_all(app)
    lock(session)
    table: Any = Position.__table__
    test = (table.c.id == position_id, table.c.version == version)
    if session.execute(update(table).where(*test).values(version=version + 1)).rowcount != 1:  # type: ignore[attr-defined]
        _one(session.connection(), position_id)  # raises Missing where it was deleted
        raise Refused(
            _("Somebody else has just changed this position."), _("Look at what it says now, then change what is still missing.")
        )
    mine: Any = UserPosition.__table__
    own = select(mine.c.id).where(mine.c.parent_id == app.actor.user_id, mine.c.position_id == position_id)
    if not everything(app.actor) and session.scalar(own.limit(1)) is not None:
        raise Refused(_("Nobody changes the rights of their own position."), _("Ask an owner, or another administrator."))
    return _one(session.connection(), position_id)


def _write(session: Session, app: Application, was: PositionRights, wanted: PositionRights) -> None:
    owned = bool(owners(session, picture(session)))
    _replace(session, PositionRight, "operation", "reach", was.id, was.reaches, wanted.reaches)
    _replace(session, PositionField, "field", "access", was.id, was.fields, wanted.fields)
    table: Any = Position.__table__
    if was.hidden != wanted.hidden:
        session.execute(update(table).where(table.c.id == was.id).values(hidden=tuple(sorted(wanted.hidden))))
    if owned and not owners(session, picture(session)):
        raise Refused(
            _("Somebody must keep the rights of an owner."), _("Without anybody who may do everything, nobody could mend this again.")
        )
    changes = list(differences(app, was, wanted))
    if not changes:
        return
    announce(session, app, "positions", [was.id])
    rebuild(session, app.types.values())
    facts = {"position": was.name or wanted.name, "count": len(changes), "before": {w: b for w, b, _a in changes},
             "after": {w: a for w, _b, a in changes}}  # fmt: skip
    record(app, "rights", was.name or wanted.name, facts, session=session)


def _replace(session: Session, model: Any, name: str, value: str, id_: int, was: Mapping[Any, Any], now: Mapping[Any, Any]) -> None:
    table = model.__table__
    for key in was.keys() - now.keys():
        session.execute(delete(table).where(table.c.position_id == id_, table.c.record_type == key[0], table.c[name] == key[1]))
    for key in (k for k in was.keys() & now.keys() if was[k] != now[k]):
        test = (table.c.position_id == id_, table.c.record_type == key[0], table.c[name] == key[1])
        session.execute(update(table).where(*test).values({value: int(now[key])}))
    new = [{"position_id": id_, "record_type": k[0], name: k[1], value: int(now[k])} for k in sorted(now.keys() - was.keys())]
    if new:
        session.execute(insert(table), new)


def _one(connection: Connection, position_id: int) -> PositionRights:
    found = _read(connection, position_id)
    if not found:
        raise gone()
    return found[0]


def _read(connection: Connection, position_id: int | None) -> list[PositionRights]:
    table: Any = Position.__table__
    columns = (table.c.id, table.c.name, table.c.key, table.c.version, table.c.active, table.c.hidden)
    query = select(*columns).order_by(table.c.id)
    rows = connection.execute(query if position_id is None else query.where(table.c.id == position_id)).all()
    said = holdings_of(connection, [r.id for r in rows])
    counts = _held(connection)
    return [
        PositionRights(r.id, r.name, r.key, r.version, bool(r.active), counts.get(r.id, 0), dict(said[r.id].reaches),
                       dict(said[r.id].fields), frozenset(r.hidden or ()))
        for r in rows
    ]  # fmt: skip


def _held(connection: Connection) -> dict[int, int]:
    held: Any = UserPosition.__table__
    user: Any = User.__table__
    query = select(held.c.position_id, held.c.parent_id).join(user, user.c.id == held.c.parent_id).where(user.c.active).distinct()
    found: dict[int, int] = {}
    for position, _person in connection.execute(query):
        found[position] = found.get(position, 0) + 1
    return found
