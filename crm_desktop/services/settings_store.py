"""Where settings live: the company's and a person's in the database, this PC's in a file of the data folder."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.folders import settings_file
from crm_desktop.services import events
from crm_desktop.services.faults import told
from crm_desktop.settings import FileStorage, Scope, Setting, Settings
from db.engine import reading, writing
from db.models.system import Setting as SettingRow

log = logging.getLogger(__name__)
T = TypeVar("T")

COMPANY = 0
"""The user_id under which the company's settings stand."""


class DatabaseStorage:
    """The settings of the company (user_id 0) or of one person."""

    def __init__(self, app: Application, user_id: int) -> None:
        self._app, self._user_id = app, user_id

    def load(self) -> Mapping[str, Any]:
        table: Any = SettingRow.__table__
        with told(self._app), reading(self._app.engine) as connection:
            rows = connection.execute(select(table.c.key, table.c.value).where(table.c.user_id == self._user_id)).all()
        found = {}
        for key, value in rows:
            try:
                found[key] = json.loads(value)
            except ValueError:
                log.warning("The setting %s cannot be read", key)
        return found

    def store(self, values: Mapping[str, Any]) -> None:
        table: Any = SettingRow.__table__
        if self._user_id == COMPANY:
            self._app.actor.require("program.settings")
        rows = [
            {"user_id": self._user_id, "key": key, "value": json.dumps(value, ensure_ascii=False)}
            for key, value in values.items()
            if value is not None
        ]
        with told(self._app), writing(self._app.engine) as session:
            if self._user_id == COMPANY:
                events.record(self._app, "settings", "", {"settings": sorted(values)}, session=session)
            session.execute(delete(table).where(table.c.user_id == self._user_id, table.c.key.in_(list(values))))
            if rows:
                session.execute(insert(SettingRow), rows)


def company_setting(session: Connection | Session, setting: Setting[T]) -> T:
    """A setting of the company as it stands now, inside a transaction that decides by it."""
    return cast("T", company_settings(session, setting)[setting.name])


def company_settings(session: Connection | Session, *settings: Setting[Any]) -> dict[str, Any]:
    """Several of them by name, in one question."""
    table: Any = SettingRow.__table__
    query = select(table.c.key, table.c.value).where(table.c.user_id == COMPANY, table.c.key.in_([s.name for s in settings]))
    stored = {row.key: row.value for row in session.execute(query)}
    return {setting.name: _meant(setting, stored.get(setting.name)) for setting in settings}


def _meant(setting: Setting[T], stored: str | None) -> T:
    try:
        value = json.loads(stored) if stored else setting.default
    except ValueError:
        return setting.default
    return cast("T", value) if setting.accepts(value) else setting.default


def settings_of(app: Application) -> Settings:
    """The settings of the person at work in an open database, on this PC."""
    return Settings(
        {
            Scope.PC: FileStorage(settings_file(app.data)),
            Scope.PERSON: DatabaseStorage(app, app.actor.user_id or -1),
            Scope.COMPANY: DatabaseStorage(app, COMPANY),
        }
    )
