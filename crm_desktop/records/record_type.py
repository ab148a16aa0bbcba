"""A record type, told once: what a list, a form, a command, an import and a print need to know about it.

The mapped class says which fields there are (db/models); this says what people call it, how it is ordered, what belongs to
it, which rules hold and what can be done with it. Screens and services loop over it and know no record type by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

from crm_desktop.actor import Actor
from crm_desktop.draft import Draft
from crm_desktop.options import Choice
from crm_desktop.rights import Access
from crm_desktop.words import _
from db.access import Limits
from db.base import Base, Record
from db.fields import Field

__all__ = ["Choice", "Field", "Limits", "LineType", "Operation", "Problems", "RecordType", "Related", "Successor"]

Problems = Iterable[tuple[str, str]]
"""(field name, words); a line's field is "lines.3.quantity", the record as a whole ""."""

BOOKKEEPING = frozenset({"created_at", "created_by", "updated_at", "updated_by"})
"""The fields that saving itself keeps, whatever a draft says."""

_NO_FIELDS: Mapping[str, Field] = MappingProxyType({})


def declared(model: Any) -> dict[str, Field]:
    """The fields a mapped class declares, named, in the order they stand there; those every record has come last."""
    own = {c.key: replace(c.info["field"], name=c.key) for c in model.__table__.columns if "field" in c.info}
    return dict(sorted(own.items(), key=lambda item: (item[0] != "position", item[1].section == "Record")))


def column_key(type_key: str, name: str) -> str:
    """How a position says that it keeps a column out of lists, among what else it hides."""
    return f"column:{type_key}.{name}"


def _nothing(draft: Draft, before: Draft | None) -> None:
    """Derive nothing."""


def _no_problems(draft: Draft) -> Problems:
    return ()


@dataclass(frozen=True)
class Operation:
    """Something that can be done with a record beyond saving it, mostly a change of state."""

    name: str
    label: str
    icon: str
    sources: tuple[str, ...]  # the states in which it is offered
    target: str  # the state afterwards
    check: Callable[[Draft], Problems] = _no_problems
    apply: Callable[[Draft], None] | None = None  # further changes of the draft
    primary: bool = False
    asks_reason: bool = False
    keeps_revision: bool = False  # the record as it stands is kept aside first
    confirm: str = ""  # a question asked before; empty: none


@dataclass(frozen=True)
class Successor:
    """A document that this one becomes: an order becomes a delivery. The new draft is filled from this one, and points back to it."""

    type: str  # of the new document
    label: str  # "Make delivery"
    icon: str
    states: tuple[str, ...]  # the states in which it is offered; empty: in all
    fill: Callable[[Sequence[Draft]], Draft]  # the new draft: its values and lines, as far as they follow from the sources
    together: bool = False  # several at once may become one, of one customer
    through: tuple[str, str] = ("", "")  # (type, field): not the records fill it but those of this type that point where they point
    link: str = ""  # the field of the new lines that points to the one source
    primary: bool = False


@dataclass(frozen=True)
class LineType:
    """The lines of a document."""

    model: type[Base]
    title: str
    parent: str = "parent_id"

    @cached_property
    def fields(self) -> dict[str, Field]:
        """The fields of a line by name, without the reference to the document."""
        return {n: f for n, f in declared(self.model).items() if n != self.parent}

    @cached_property
    def stored(self) -> frozenset[str]:
        """The fields that are columns, without those that saving itself keeps."""
        return frozenset(self.fields) - BOOKKEEPING


@dataclass(frozen=True)
class Related:
    """A tab that lists the records of another type which point here through `field`."""

    type: str
    field: str
    owned: bool = False  # deleted and restored together with this record


@dataclass(frozen=True)
class RecordType:
    """One record type. Texts are English; screens translate them."""

    key: str  # as in commands: "sales-orders"
    model: type[Record]
    title: str  # "Sales order"
    plural: str  # "Sales orders"
    icon: str  # a name in resources/icons
    area: str  # "customers", "sales", "service", "finance", "office", "setup"
    label: tuple[str, ...]  # the fields that name one record
    order: tuple[str, ...]  # default order; "-" before a name is descending
    about: str  # one sentence for the empty list
    number: str = ""  # the field that holds its number or code: how commands find a record
    sequence: str = ""  # the number sequence that fills it
    gapless: bool = False  # numbers without gaps, taken last before the commit
    person: bool = False  # `name` is a person's name: its first character is read as a surname
    lines: LineType | None = None
    related: tuple[Related, ...] = ()
    derive: Callable[[Draft, Draft | None], None] = _nothing  # computes fields from the others; second: as last saved
    check: Callable[[Draft], Problems] = _no_problems
    states: tuple[Choice, ...] = ()
    operations: tuple[Operation, ...] = ()
    successors: tuple[Successor, ...] = ()  # what it becomes
    followed: tuple[str, ...] = ()  # states it comes into by what happens to other documents, and by no operation
    closed: tuple[str, ...] = ()  # states in which other figures count on it: it is cancelled then, and not deleted
    day: str = ""  # the date its number speaks of
    priced: bool = False  # price lists say what its lines cost, on its day
    subtitle: tuple[str, ...] = ()  # fields shown small below the label, in search hits and previews
    limits: Limits = Limits()  # what makes a record somebody's
    shapes_access: bool = False  # a change of it changes who may do what
    custom: Mapping[str, Field] = field(default_factory=lambda: _NO_FIELDS)

    @cached_property
    def fields(self) -> dict[str, Field]:
        """All fields by name, declared and custom."""
        return declared(self.model) | dict(self.custom)

    @cached_property
    def stored(self) -> frozenset[str]:
        """The fields that are columns, without those that saving itself keeps."""
        return frozenset(n for n, f in self.fields.items() if not f.custom) - BOOKKEEPING

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The fields shown in a list at first."""
        own = self.area != "setup"  # nobody sorts set-up tables by owner
        return tuple(n for n, f in self.fields.items() if f.width and (own or n != "owner_id"))

    @cached_property
    def computed(self) -> frozenset[str]:
        """The fields that follow from others."""
        return frozenset(n for n, f in self.fields.items() if f.computed)

    @cached_property
    def searched(self) -> tuple[tuple[str, Field], ...]:
        """The fields whose values are searched."""
        return tuple((n, f) for n, f in self.fields.items() if f.search)

    @cached_property
    def sorted(self) -> tuple[tuple[str, str], ...]:
        """The fields that are sorted by a key, and the columns of their keys."""
        return tuple((n, f.sort) for n, f in self.fields.items() if f.sort)

    def access(self, actor: Actor, name: str) -> Access:
        """What this person may do with a field; `lines.price` is a line's."""
        _lines, _dot, column = name.partition("lines.")
        fields = self.lines.fields if self.lines and column else self.fields
        return actor.rights.access(self.key, name, fields[column or name].secret)

    def visible(self, actor: Actor) -> dict[str, Field]:
        """The fields this person may see."""
        if actor.rights.everything:
            return dict(self.fields)
        return {n: f for n, f in self.fields.items() if self.access(actor, n) > Access.HIDDEN}

    def listed(self, actor: Actor) -> dict[str, Field]:
        """The fields this person may have as columns of a list: those visible, less what the person's positions keep out of lists."""
        return {n: f for n, f in self.visible(actor).items() if not actor.rights.hides(column_key(self.key, n))}

    def visible_lines(self, actor: Actor) -> dict[str, Field]:
        """The fields of lines this person may see."""
        fields = self.lines.fields if self.lines else {}
        return {n: f for n, f in fields.items() if self.access(actor, f"lines.{n}") > Access.HIDDEN}

    def state(self, draft: Draft) -> Choice | None:
        """The state a document is in; None for types without states."""
        code = draft.values.get("status")
        return next((s for s in self.states if s.code == code), None)

    def locked(self, draft: Draft) -> bool:
        """Whether the document's state keeps its fields from being edited."""
        state = self.state(draft)
        return bool(state and state.locked)

    def may_edit(self, draft: Draft, about: Field) -> bool:
        """Whether a person can type into this field of this record now."""
        return not about.computed and (about.editable_when_locked or not self.locked(draft))

    def in_foot(self, about: Field) -> bool:
        """Whether a field is shown below the lines, since it is what the document comes to."""
        return self.lines is not None and about.computed and about.section == "Amounts"

    def offered(self, draft: Draft) -> tuple[Operation, ...]:
        """The operations that fit the record's state."""
        return tuple(o for o in self.operations if draft.id is not None and draft.values.get("status") in o.sources)

    def becomes(self, draft: Draft) -> tuple[Successor, ...]:
        """What the record can become in its state."""
        status = draft.values.get("status")
        return tuple(s for s in self.successors if draft.id is not None and (not s.states or status in s.states))

    def label_of(self, values: Mapping[str, Any]) -> str:
        """How a record with these values is called."""
        parts = ((values.get(n), self.fields[n].translated) for n in self.label)
        return " ".join(_(p) if translated else str(getattr(p, "label", p)) for p, translated in parts if p)
