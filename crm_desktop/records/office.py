"""People, departments and set-up tables."""

from __future__ import annotations

from crm_desktop.draft import Draft
from crm_desktop.records.record_type import Limits, LineType, Problems, RecordType, Related
from crm_desktop.rules.number_patterns import pattern_problem
from crm_desktop.words import _
from db.models.access import Position, Team, TeamMember, UserPosition
from db.models.office import Currency, Department, NumberSequence, OptionItem, Unit, User


def _not_its_own_parent(draft: Draft) -> Problems:
    parent = draft.values.get("parent_id")
    if parent is not None and parent.id == draft.id:
        yield "parent_id", _("A department cannot be part of itself.")


def _pattern_is_sound(draft: Draft) -> Problems:
    words = pattern_problem(draft.values.get("pattern") or "", draft.values.get("restart") or "never")
    if words:
        yield "pattern", words


def _rate_is_positive(draft: Draft) -> Problems:
    if not (draft.values.get("rate") or 0) > 0:
        yield "rate", _("The rate must be more than nothing.")


def _away_in_order(draft: Draft) -> Problems:
    since, until = draft.values.get("away_from"), draft.values.get("away_until")
    if since and until and until < since:
        yield "away_until", _("This is before the first day away.")
    substitute = draft.values.get("substitute_id")
    if substitute is not None and substitute.id == draft.id:
        yield "substitute_id", _("Nobody stands in for themselves.")
    manager = draft.values.get("manager_id")
    if manager is not None and manager.id == draft.id:
        yield "manager_id", _("Nobody is their own manager.")


DEPARTMENT = RecordType(
    key="departments",
    model=Department,
    title="Department",
    plural="Departments",
    icon="organization",
    area="setup",
    label=("name",),
    order=("name",),
    about="The parts of your company; one can be part of another.",
    limits=Limits(department="id"),
    shapes_access=True,
    related=(Related("users", "department_id"),),
    check=_not_its_own_parent,
)

USER = RecordType(
    key="users",
    model=User,
    title="User",
    plural="Users",
    icon="person",
    area="setup",
    label=("name",),
    order=("name",),
    about="The people who work with this program.",
    number="sign_in",
    person=True,
    lines=LineType(UserPosition, "Positions"),
    limits=Limits(owners=("id",)),
    shapes_access=True,
    check=_away_in_order,
    subtitle=("sign_in", "mobile"),
)

POSITION = RecordType(
    key="positions",
    model=Position,
    title="Position",
    plural="Positions",
    icon="briefcase",
    area="setup",
    label=("name",),
    order=("name",),
    about="The posts in your company. What people may see and do comes from the positions they hold.",
    shapes_access=True,
)

TEAM = RecordType(
    key="teams",
    model=Team,
    title="Team",
    plural="Teams",
    icon="people_team",
    area="setup",
    label=("name",),
    order=("name",),
    about="People who work together across departments, and who leads them.",
    lines=LineType(TeamMember, "Members"),
    shapes_access=True,
)

OPTION = RecordType(
    key="options",
    model=OptionItem,
    title="Option",
    plural="Option lists",
    icon="options",
    area="setup",
    label=("label",),
    order=("list_key",),
    about="The choices in drop-down lists: levels, industries, sources and more.",
    subtitle=("list_key", "code"),
)

SEQUENCE = RecordType(
    key="number-sequences",
    model=NumberSequence,
    title="Number sequence",
    plural="Number sequences",
    icon="number_symbol",
    area="setup",
    label=("name",),
    order=("key",),
    about="How the numbers of customers, products and documents look.",
    number="key",
    check=_pattern_is_sound,
)

UNIT = RecordType(
    key="units",
    model=Unit,
    title="Unit",
    plural="Units",
    icon="ruler",
    area="setup",
    label=("name",),
    order=("name",),
    about="The units you sell in: pieces, boxes, kilograms.",
)

CURRENCY = RecordType(
    key="currencies",
    model=Currency,
    title="Currency",
    plural="Currencies",
    icon="money",
    area="setup",
    label=("code",),
    order=("code",),
    about="The currencies you sell in, with their rates.",
    number="code",
    check=_rate_is_positive,
    subtitle=("name", "rate"),
)
