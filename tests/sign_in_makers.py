"""A company with sign-in turned on: an owner, an administrator, a salesperson, and a clock that tests set."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from people_makers import Office
from sqlalchemy import select

from crm_desktop.application import Application
from crm_desktop.services import credentials, hashing, signing_in
from db.engine import reading
from db.models.system import HistoryEntry

OWNER = "a red kettle on the quay"
REP = "seven grey herons wading"
ADMIN = "paper boats in the gutter"
START = dt.datetime(2026, 3, 30, 10).astimezone(dt.UTC)  # Monday, ten o'clock on this PC


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.moment = START

    def __call__(self) -> dt.datetime:
        return self.moment

    def step(self, **by: float) -> None:
        self.moment += dt.timedelta(**by)


def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes that take no time: the real parameters have a test of their own."""
    monkeypatch.setattr(hashing, "PARAMETERS", "CHEAPEST")


class SignInOffice:
    """Ann owns the company; Bea administers; Rik sells. Each has a password; `open_again` gives the program with nobody at work."""

    def __init__(self, app: Application, open_again: Callable[[Application], Application]) -> None:
        self.app, self.clock = app, Clock()
        self.office = Office(app)
        self.owner = app.actor.user_id or 0
        self.codes = credentials.turn_on(app, OWNER, self.clock)
        self.rep = self.office.person("Rik", "salesperson", sign_in="rik")
        self.admin = self.office.person("Bea", "administrator", sign_in="bea")
        self._open_again = open_again
        for name, id_, password in (("rik", self.rep, REP), ("bea", self.admin, ADMIN)):
            word = credentials.reset(app, id_, self.clock)
            signing_in.sign_in(self.fresh(), name, word, new=password, clock=self.clock)

    def fresh(self) -> Application:
        """The program just opened."""
        return self._open_again(self.app)

    def at_work(self, name: str) -> Application:
        """The program with this person signed in."""
        app = self.fresh()
        signing_in.sign_in(app, name, {"ann": OWNER, "rik": REP, "bea": ADMIN}[name], clock=self.clock)
        return app

    def told(self, action: str) -> list[str]:
        """What the log has of an action, oldest first: who, and about what."""
        with reading(self.app.engine) as connection:
            entry = HistoryEntry.__table__.c
            rows = connection.execute(select(entry.user_name, entry.record_label).where(entry.action == action).order_by(entry.id))
            return [f"{row.user_name}: {row.record_label}" for row in rows]
