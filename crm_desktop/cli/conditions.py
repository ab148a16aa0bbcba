"""From FIELD=VALUE on the command line to a filter; values are written as a person would type them into the field."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from crm_desktop.errors import Missing, Refused
from crm_desktop.filters import AllOf, Condition, Filter, Not
from crm_desktop.words import LANGUAGES, _, translated

if TYPE_CHECKING:
    from crm_desktop.application import Application
    from crm_desktop.records.record_type import RecordType
    from db.fields import Field

_PART = re.compile(r"\s*([^=<>~!]+?)\s*(>=|<=|!=|~|=)\s*(.*)", re.DOTALL)


def where_of(app: Application, type_key: str, parts: list[str]) -> Filter | None:
    """All conditions together; None without any. Raises Missing for unknown fields, Refused for values that do not fit."""
    kind = app.type(type_key)
    conditions = tuple(_condition(app, kind, part) for part in parts)
    return AllOf(conditions) if conditions else None


def _condition(app: Application, kind: RecordType, part: str) -> Filter:
    found = _PART.fullmatch(part)
    if not found:
        raise Refused(
            _("“{text}” is no condition.").format(text=part), _("Conditions look like city=上海 or total>=1000.")
        )
    about = _field(app, kind, found[1])
    operator, text = found[2], found[3].strip()
    if operator == "!=":
        return Not(_plain(app, about, "=", text))
    return _plain(app, about, operator, text)


def _field(app: Application, kind: RecordType, name: str) -> Field:
    """A field by its name or its label in any language."""
    fields = kind.visible(app.actor)
    for key, about in fields.items():
        names = {key, key.removesuffix("_id"), about.label, *(translated(about.label, code) for code in LANGUAGES)}
        if name.casefold() in {n.casefold() for n in names}:
            return about
    raise Missing(
        _("{type} has no field “{name}”.").format(type=_(kind.title), name=name),
        _("Known are: {keys}.").format(keys=", ".join(fields)),
    )


def _plain(app: Application, about: Field, operator: str, text: str) -> Filter:
    if not text:
        return Condition(about.name, "empty")
    if about.kind == "reference":
        return Condition(about.name, "any_of", _ids(app, about, text))
    if about.kind == "tags":
        return Condition(about.name, "has", text)
    value = _value(app, about, text) if operator != "~" else text
    if about.kind in ("option", "state"):
        return Condition(about.name, "any_of", (value,))
    if about.kind == "yes_no":
        return Condition(about.name, "yes" if value else "no")
    return Condition(about.name, {"=": "is", "~": "contains", ">=": "at_least", "<=": "at_most"}[operator], value)


def _value(app: Application, about: Field, text: str) -> Any:
    from crm_desktop.kinds import parse

    try:
        return parse(text, about, app.options)
    except ValueError as error:
        raise Refused(f"{_(about.label)}: {error}") from error


def _ids(app: Application, about: Field, text: str) -> tuple[int, ...]:
    """The ids of the records a reference may mean: by number, else by name."""
    from crm_desktop.exchange.matching import Finder
    from crm_desktop.services.access import asking

    finder = Finder(app, about.target)
    with asking(app) as connection:
        finder.load(connection, [text])
    return tuple(finder.all_ids(text))
