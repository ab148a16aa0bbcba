"""Print templates as the database keeps them: every version of each, and which of them prints what when nobody chooses.

Everybody reads them. Changing them for everybody is a right of its own. What a version says is read and checked in printing/.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.services import events
from crm_desktop.services.access import acting, asking
from db.models.system import PrintDefault, PrintTemplate

SHARE = "program.views"
"""The right to change templates for everybody."""

MOST_VERSIONS = 200
"""Of one template; the oldest go when there are more."""


@dataclass(frozen=True)
class Version:
    """One version of a template. Without text the template went back to what the program brings, or away."""

    name: str
    number: int
    record_type: str
    at: dt.datetime
    who: str
    note: str
    text: str = ""


@dataclass(frozen=True)
class Usual:
    """A template that prints a record type when nobody chooses. What is empty (0 for ids) holds for all."""

    record_type: str
    template: str
    language: str = ""
    customer_id: int = 0
    department_id: int = 0
    printer: str = ""

    def fits(self, language: str, customer_id: int, department_id: int, printer: str) -> bool:
        """Whether it holds here."""
        asked = (language, customer_id, department_id, printer)
        return all(own in ("", 0, other) for own, other in zip(self._whom(), asked, strict=True))

    def weight(self) -> tuple[bool, bool, bool, bool]:
        """What is said of a customer goes before what is said of a department, then the printer, then the language."""
        return bool(self.customer_id), bool(self.department_id), bool(self.printer), bool(self.language)

    def _whom(self) -> tuple[Any, ...]:
        return self.language, self.customer_id, self.department_id, self.printer


def newest(app: Application, record_type: str | None = None) -> list[Version]:
    """The newest version of every template, those without text too."""
    table: Any = PrintTemplate.__table__
    last = select(table.c.name, func.max(table.c.number).label("number")).group_by(table.c.name).subquery()
    query = select(table).join(last, (table.c.name == last.c.name) & (table.c.number == last.c.number)).order_by(table.c.name)
    if record_type is not None:
        query = query.where(table.c.record_type == record_type)
    with asking(app) as connection:
        return [_version(row) for row in connection.execute(query).mappings()]


def versions(app: Application, name: str) -> list[Version]:
    """Every version of a template, the newest first."""
    table: Any = PrintTemplate.__table__
    with asking(app) as connection:
        found = connection.execute(select(table).where(table.c.name == name).order_by(table.c.number.desc()))
        return [_version(row) for row in found.mappings()]


def add_version(app: Application, name: str, record_type: str, text: str, note: str, base: int | None = None) -> int | None:
    """Keep a new version; gives its number. base: the number it was changed from, 0 for none; None where that does not matter.

    Gives None, and keeps nothing, where there is a newer one than the base. Raises Refused.
    """
    table: Any = PrintTemplate.__table__
    with acting(app) as session:
        app.actor.require(SHARE)
        last = session.scalar(select(func.max(table.c.number)).where(table.c.name == name)) or 0
        if base is not None and base != last:
            return None
        made = PrintTemplate(
            name=name, number=last + 1, record_type=record_type, user_id=app.actor.user_id, user_name=app.actor.name,
            note=note[:200], text=text,
        )  # fmt: skip
        session.add(made)
        session.flush()
        session.execute(delete(table).where(table.c.name == name, table.c.number <= last + 1 - MOST_VERSIONS))
        _note(session, app, name, note)
    return last + 1


def usual(app: Application, record_type: str | None = None) -> list[Usual]:
    """What prints when nobody chooses."""
    table: Any = PrintDefault.__table__
    query = select(table).order_by(table.c.id)
    if record_type is not None:
        query = query.where(table.c.record_type == record_type)
    with asking(app) as connection:
        return [
            Usual(r["record_type"], r["template"], r["language"], r["customer_id"], r["department_id"], r["printer"])
            for r in connection.execute(query).mappings()
        ]


def set_usual(app: Application, record_type: str, wanted: Sequence[Usual]) -> None:
    """Replace what is said of a record type. Raises Refused."""
    app.type(record_type)
    table: Any = PrintDefault.__table__
    with acting(app) as session:
        app.actor.require(SHARE)
        session.execute(delete(table).where(table.c.record_type == record_type))
        whom: dict[tuple[Any, ...], Usual] = {(u.language, u.customer_id, u.department_id, u.printer): u for u in wanted}
        for each in whom.values():
            session.add(
                PrintDefault(
                    record_type=record_type, template=each.template, language=each.language, customer_id=each.customer_id,
                    department_id=each.department_id, printer=each.printer,
                )
            )  # fmt: skip
        _note(session, app, record_type, "")


def _note(session: Session, app: Application, name: str, note: str) -> None:
    facts = {"template": name} | ({"reason": note} if note else {})
    events.record(app, "template", name, facts, session=session)


def _version(row: Any) -> Version:
    return Version(row["name"], row["number"], row["record_type"], row["at"], row["user_name"], row["note"], row["text"])
