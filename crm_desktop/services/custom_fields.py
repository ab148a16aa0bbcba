"""Fields that an administrator adds to a record type while everybody works.

A custom field is a `Field` like any other, kept as a row; lists, forms, filters, search, import, export, history and print meet
it where they meet the declared ones. Its values live in `Record.extra`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.changes import Change
from crm_desktop.errors import Invalid, Missing
from crm_desktop.options import Choice
from crm_desktop.pinyin import full
from crm_desktop.services import events
from crm_desktop.services.faults import told
from crm_desktop.services.journal import announce
from crm_desktop.services.opening import reload_setup
from crm_desktop.services.saving import new_draft, save_within
from crm_desktop.words import _
from db.engine import writing
from db.models.office import OptionItem
from db.models.system import CustomField

KINDS_OFFERED = (
    "text",
    "long_text",
    "code",
    "phone",
    "email",
    "url",
    "integer",
    "decimal",
    "money",
    "date",
    "yes_no",
    "option",
    "tags",
    "reference",
)
"""The kinds a custom field may have."""

FIELDS = "custom-fields"
"""The type under which other programs hear that fields were added or taken away."""

_SEARCHED = {
    "text": "text",
    "long_text": "text",
    "code": "code",
    "phone": "phone",
    "email": "text",
    "tags": "text",
    "reference": "label",
}
_LONGEST_LABEL = 40


@dataclass(frozen=True)
class NewField:
    """What an administrator says of a new field. options: key of an option list; choices: those of a new list of its own;
    target: key of a record type; printed: on the forms that come with the program, which go to customers: only when asked for."""

    label: str
    kind: str = "text"
    section: str = "General"
    in_list: bool = True
    searched: bool = False
    required: bool = False
    help: str = ""
    options: str = ""
    target: str = ""
    choices: tuple[str, ...] = ()
    printed: bool = False


def _name(session: Session, type_key: str, label: str) -> str:
    """A name for the label that no field of the type has: 安装日期 → x_anzhuangriqi."""
    stem = "x_" + (re.sub(r"[^a-z0-9]+", "_", full(label)).strip("_")[:30] or "field")
    table: Any = CustomField.__table__
    taken = set(session.scalars(select(table.c.name).where(table.c.record_type == type_key)))
    name, number = stem, 1
    while name in taken:
        number += 1
        name = f"{stem}_{number}"
    return name


def _problems(app: Application, type_key: str, new: NewField) -> dict[str, str]:
    kind = app.type(type_key)
    found: dict[str, str] = {}
    label = new.label.strip()
    if not label or len(label) > _LONGEST_LABEL:
        found["label"] = _("A label of 1 to {count} characters is needed.").format(count=_LONGEST_LABEL)
    elif label.casefold() in {_(f.label).casefold() for f in kind.fields.values()} | {
        f.label.casefold() for f in kind.fields.values()
    }:
        found["label"] = _("There is a field with this label already.")
    if new.kind not in KINDS_OFFERED:
        found["kind"] = _("A custom field cannot be of this kind.")
    if new.kind == "option" and not new.choices and not app.options.choices(new.options):
        found["options"] = _("Choose an option list, or write the choices of a new one.")
    if any(len(c) > _LONGEST_LABEL for c in new.choices):
        found["options"] = _("A choice has at most {count} characters.").format(count=_LONGEST_LABEL)
    if new.kind == "reference" and new.target not in app.types:
        found["target"] = _("Choose what it points to.")
    return found


def _facts(new: NewField) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "label": new.label.strip(),
        "kind": new.kind,
        "section": new.section.strip() or "General",
        "width": 14 if new.in_list else 0,
        "search": _SEARCHED.get(new.kind, "") if new.searched else "",
        "required": new.required,
        "printed": new.printed,
        "help": new.help.strip(),
        "options": new.options if new.kind == "option" else "",
        "target": new.target if new.kind == "reference" else "",
    }
    if new.kind in ("decimal", "money"):
        facts["digits"] = 2
    return facts


def _make_list(session: Session, app: Application, new: NewField) -> None:
    """A list of choices for one field; people keep it where they keep the other lists."""
    own = Choice(new.options, new.label.strip())
    inside = replace(app, options=app.options.with_more({"option_lists": [own]}))
    there = set(
        session.scalars(select(OptionItem.code).where(OptionItem.list_key == new.options))
    )  # of a field removed before
    drafts = [
        new_draft(inside, "options", {"list_key": new.options, "code": text, "label": text, "position": at * 10})
        for at, text in enumerate(dict.fromkeys(new.choices))
        if text not in there
    ]
    save_within(session, inside, drafts)


def _tell(session: Session, app: Application, type_key: str, label: str, what: str) -> None:
    events.record(app, "custom_field", label, {"type": type_key, what: label}, session=session)
    announce(session, app, FIELDS)
    announce(session, app, type_key)


def add_field(app: Application, type_key: str, new: NewField) -> str:
    """Add a field to a record type; gives its name. It is there at once. Raises Invalid.

    Other PCs on a server are told (FIELDS); elsewhere they see it at their next start.
    """
    app.actor.require("program.custom_fields")
    if found := _problems(app, type_key, new):
        raise Invalid(found)
    table: Any = CustomField.__table__
    with told(app):
        with writing(app.engine) as session:
            name = _name(session, type_key, new.label)
            if new.kind == "option" and not new.options:
                new = replace(new, options=f"{type_key}.{name}")
                _make_list(session, app, new)
            last = session.scalar(select(func.max(table.c.position)).where(table.c.record_type == type_key)) or 0
            session.execute(
                insert(CustomField),
                [{"record_type": type_key, "name": name, "position": last + 10, "facts": _facts(new)}],
            )
            _tell(session, app, type_key, new.label, "added")
        reload_setup(app)
    for key in (type_key, *(["options"] if new.choices else [])):
        app.changes.tell(Change(key, frozenset(), app.actor.name))
    return name


def change_field(app: Application, type_key: str, name: str, new: NewField) -> None:
    """Change label, section, list column, search, help, what is required or printed; never the kind, which its values rely on."""
    app.actor.require("program.custom_fields")
    kind = app.type(type_key)
    about = kind.fields.get(name)
    if about is None or not about.custom:
        raise Missing(_("{type} has no field “{name}”.").format(type=_(kind.title), name=name))
    facts = _facts(new) | {"kind": about.kind, "options": about.options, "target": about.target}
    if facts["label"] != about.label and (found := _problems(app, type_key, new)):
        raise Invalid(found)
    table: Any = CustomField.__table__
    with told(app):
        with writing(app.engine) as session:
            session.execute(
                update(table).where(table.c.record_type == type_key, table.c.name == name).values(facts=facts)
            )
            _tell(session, app, type_key, about.label, "changed")
        reload_setup(app)
    app.changes.tell(Change(type_key, frozenset(), app.actor.name))


def remove_field(app: Application, type_key: str, name: str) -> None:
    """Take a field away. Its values stay in the records and show again when a field of the same name is added."""
    app.actor.require("program.custom_fields")
    table: Any = CustomField.__table__
    with told(app):
        with writing(app.engine) as session:
            session.execute(delete(table).where(table.c.record_type == type_key, table.c.name == name))
            about = app.type(type_key).fields.get(name)
            _tell(session, app, type_key, about.label if about else name, "removed")
        reload_setup(app)
    app.changes.tell(Change(type_key, frozenset(), app.actor.name))
