"""Lists as people like them: filters, columns, widths and order under a name, own or shared, and as each person left them.

Kept in the database, so that a view is there on every PC and after every upgrade. A person's last look at a list is the view
without a name; it also says which view that person wants to see first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.errors import Invalid, Missing
from crm_desktop.filters import ListQuery
from crm_desktop.services.faults import told
from crm_desktop.services.references import labels
from crm_desktop.words import _
from db.engine import reading, writing
from db.models.system import SavedView

SHARE = "program.views"
"""The right to make views for everybody."""

_NAME_LENGTH = 60
_NO_WIDTHS: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True)
class Folds:
    """Which groups of a grouped list are folded: none but `others`, or (closed) all but `others`. Groups are named by their keys."""

    closed: bool = False
    others: frozenset[str] = frozenset()

    def is_open(self, key: str) -> bool:
        """Whether the rows of a group are shown."""
        return (key in self.others) == self.closed

    def turned(self, key: str) -> Folds:
        """With one group folded that was open, or the other way round."""
        return Folds(self.closed, self.others ^ {key})


@dataclass(frozen=True)
class Look:
    """How a list looks. `widths` in pixels at a text size of 100 %; `frozen` columns at the left do not scroll.

    known: the columns the list was offered with at that time; what has been added since is not there by anybody's choice.
    """

    query: ListQuery
    widths: Mapping[str, int] = field(default_factory=lambda: _NO_WIDTHS)
    frozen: int = 0
    preview: bool = True
    known: tuple[str, ...] = ()
    folds: Folds = Folds()

    def to_facts(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {
            "query": self.query.to_facts(),
            "widths": dict(self.widths),
            "frozen": self.frozen,
            "preview": self.preview,
            "known": list(self.known),
            "folds": {"closed": self.folds.closed, "others": sorted(self.folds.others)},
        }

    @classmethod
    def from_facts(cls, type_key: str, facts: Mapping[str, Any]) -> Look:
        """From what `to_facts` gave. Raises KeyError, TypeError or ValueError for anything else."""
        widths = {str(k): int(v) for k, v in facts.get("widths", {}).items()}
        folds = facts.get("folds", {})
        return cls(
            ListQuery.from_facts(type_key, facts["query"]),
            widths,
            int(facts.get("frozen", 0)),
            bool(facts.get("preview", True)),
            tuple(map(str, facts.get("known", ()))),
            Folds(bool(folds.get("closed", False)), frozenset(map(str, folds.get("others", ())))),
        )


@dataclass(frozen=True)
class View:
    """A look with a name."""

    id: int
    name: str
    shared: bool
    look: Look


@dataclass(frozen=True)
class Views:
    """What one person has for one list: the named views, the last look, and the view to begin with (None: the last look)."""

    named: tuple[View, ...] = ()
    last: Look | None = None
    first: int | None = None

    def find(self, view_id: int | None) -> View | None:
        """The named view with this id."""
        return next((v for v in self.named if v.id == view_id), None)


def load_views(app: Application, type_key: str) -> Views:
    """The views this person has for the list of a type, own ones first, each group by name."""
    app.type(type_key)
    me = app.actor.user_id
    query = select(SavedView.id, SavedView.name, SavedView.user_id, SavedView.facts).where(
        SavedView.record_type == type_key, SavedView.user_id.in_([0, me or 0])
    )
    named: list[View] = []
    last, first = None, None
    with told(app), reading(app.engine) as connection:
        for id_, name, user_id, facts in connection.execute(query.order_by(SavedView.user_id == 0, SavedView.name)):
            if not name:
                last, first = _look(type_key, facts), facts.get("first")
            elif look := _look(type_key, facts):
                named.append(View(id_, name, user_id == 0, look))
    return Views(tuple(named), last, first)


def _look(type_key: str, facts: Mapping[str, Any]) -> Look | None:
    """The look kept there; None where a later version wrote something this one does not read."""
    try:
        return Look.from_facts(type_key, facts)
    except (KeyError, TypeError, ValueError):
        return None


def keep_last(app: Application, type_key: str, look: Look) -> None:
    """Remember how this person left the list. Nobody signed in: nothing is remembered."""
    if app.actor.user_id is None:
        return
    with told(app), writing(app.engine) as session:
        row = _own(session, app, type_key, "")
        row.facts = look.to_facts() | {"first": row.facts.get("first")}


def forget_last(app: Application, type_key: str) -> None:
    """Go back to the columns and order the program brings."""
    with told(app), writing(app.engine) as session:
        session.execute(
            delete(SavedView).where(
                SavedView.record_type == type_key, SavedView.user_id == (app.actor.user_id or 0), SavedView.name == ""
            )
        )


def save_view(app: Application, type_key: str, name: str, look: Look, *, shared: bool = False) -> View:
    """Keep a look under a name; one's own (or the shared) view of that name is replaced. Raises Invalid, Refused."""
    name = " ".join(name.split())
    if not name:
        raise Invalid({"name": _("Please give the view a name.")})
    if len(name) > _NAME_LENGTH:
        raise Invalid({"name": _("At most {count} characters.").format(count=_NAME_LENGTH)})
    if shared:
        app.actor.require(SHARE)
    app.type(type_key)
    with told(app), writing(app.engine) as session:
        row = _row(session, type_key, 0 if shared else app.actor.user_id or 0, name)
        row.facts = look.to_facts()
        session.flush()
        return View(row.id, name, row.user_id == 0, look)


def share_view(app: Application, view_id: int, shared: bool) -> View:
    """Give an own view to everybody, or take it back. A view of that name that stood there is replaced."""
    app.actor.require(SHARE)
    with told(app), writing(app.engine) as session:
        row = _reachable(session, app, view_id)
        user_id = 0 if shared else app.actor.user_id or 0
        if row.user_id != user_id:
            session.execute(
                delete(SavedView).where(
                    SavedView.record_type == row.record_type, SavedView.user_id == user_id, SavedView.name == row.name
                )
            )
            row.user_id = user_id
        return View(row.id, row.name, shared, Look.from_facts(row.record_type, row.facts))


def delete_view(app: Application, view_id: int) -> None:
    """Remove a view. Raises Missing, and Refused for a shared one without the right to share."""
    with told(app), writing(app.engine) as session:
        row = _reachable(session, app, view_id)
        if row.user_id == 0:
            app.actor.require(SHARE)
        session.delete(row)


def begin_with(app: Application, type_key: str, view_id: int | None, look: Look) -> None:
    """Open the list with this view from now on; None: as it was left. `look` is how it looks now."""
    if app.actor.user_id is None:
        return
    with told(app), writing(app.engine) as session:
        if view_id is not None:
            _reachable(session, app, view_id)
        row = _own(session, app, type_key, "")
        row.facts = look.to_facts() | {"first": view_id}


def names_of(app: Application, type_key: str, ids: Iterable[int]) -> dict[int, str]:
    """What records are called, by id: a filter keeps only ids, a person reads names."""
    with told(app), reading(app.engine) as connection:
        return labels(app, connection, type_key, list(ids))


def _own(session: Session, app: Application, type_key: str, name: str) -> SavedView:
    return _row(session, type_key, app.actor.user_id or 0, name)


def _row(session: Session, type_key: str, user_id: int, name: str) -> SavedView:
    """The row of that name, made where there is none."""
    query = select(SavedView).where(
        SavedView.record_type == type_key, SavedView.user_id == user_id, SavedView.name == name
    )
    row = session.scalars(query).one_or_none()
    if row is None:
        row = SavedView(record_type=type_key, user_id=user_id, name=name, facts={})
        session.add(row)
    return row


def _reachable(session: Session, app: Application, view_id: int) -> SavedView:
    row = session.get(SavedView, view_id)
    if row is None or row.user_id not in (0, app.actor.user_id or 0):
        raise Missing(_("This view does not exist any more."))
    return row
