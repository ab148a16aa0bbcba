"""Backups of an office on a server: read whole whoever makes them, brought back in one step that everybody is told of."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from record_makers import customer, order
from rights_server import PASSWORD
from sqlalchemy import text

from backups import claims, keeping, running
from backups.catalogue import list_backups
from backups.looking import look_into
from backups.restore import restore_into
from crm_desktop import settings as s
from crm_desktop.application import Application
from crm_desktop.changes import Change
from crm_desktop.errors import Cancelled, Refused, Told, Unavailable
from crm_desktop.filters import ListQuery
from crm_desktop.progress import Unwatched
from crm_desktop.services import server_roles, watching
from crm_desktop.services.checking import check_database
from crm_desktop.services.listing import fetch_ids
from crm_desktop.services.opening import open_url
from crm_desktop.services.saving import open_record, save
from db import lines, standstill, transfer
from db.engine import reading, writing

pytestmark = pytest.mark.roles


def names(app: Application) -> list[str]:
    return sorted(open_record(app, "customers", i).values["name"] for i in fetch_ids(app, ListQuery("customers")))


def opened_once_more(app: Application) -> Application:
    return open_url(app.engine.url.render_as_string(hide_password=False), app.data)


def test_a_backup_holds_what_its_maker_does_not_see(role_app: Application) -> None:
    """Rows that a server hides from a person are in the backup that this person makes."""
    order(role_app, customer(role_app, "Alpha"))
    with server_roles.as_owner(role_app) as engine, writing(engine) as session:
        session.execute(text("UPDATE customer SET owner_id = NULL, department_id = NULL"))
        session.execute(text("INSERT INTO setting (user_id, key, value) VALUES (77, 'theme', '1')"))
    run = running.back_up(role_app, s.Settings(), "hand")
    assert run.backup.good
    with look_into(run.backup.path, role_app.data, role_app.actor) as looked:
        assert names(looked.app) == ["Alpha"]
        with reading(looked.app.engine) as connection:
            assert connection.scalar(text("SELECT count(*) FROM setting WHERE user_id = 77")) == 1


def test_without_the_right_nobody_reads_everything(role_app: Application) -> None:
    with server_roles.as_owner(role_app) as owner:  # from before: afterwards nobody lets this person do it
        try:
            with writing(owner) as session:
                session.execute(text("UPDATE position SET active = false"))
            server_roles.follow(role_app)
            with pytest.raises(Told):
                running.back_up(role_app, s.Settings(), "daily")
            assert list_backups(role_app.data / "backups") == []
        finally:
            with writing(owner) as session:
                session.execute(text("UPDATE position SET active = true"))
            server_roles.follow(role_app)


def test_an_office_is_brought_back_and_goes_on(app: Application) -> None:
    """All at once, with what people see of it and how they sign in as before."""
    if app.engine.dialect.name == "sqlite":
        pytest.skip("a file is replaced, not filled")
    order(app, customer(app, "Before"))
    backup = running.back_up(app, s.Settings(), "hand").backup.path
    for id_ in fetch_ids(app, ListQuery("customers")):
        draft = open_record(app, "customers", id_)
        draft.values["name"] = "Since"
        save(app, draft)
    customer(app, "New")
    kept = keeping.replace_open(app, s.Settings(), backup)
    again = opened_once_more(app)
    assert names(again) == ["Before"]
    if not server_roles.has_own_role(again):
        assert [f for f in check_database(again) if not f.sound] == []
    made = customer(again, "After")
    assert made.values["number"]
    keeping.replace_open(again, s.Settings(), kept)
    assert names(again) == ["New", "Since"]
    again.close()


def test_what_does_not_arrive_as_it_was_changes_nothing(app: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every row is read back before it counts."""
    customer(app, "Before")
    backup = running.back_up(app, s.Settings(), "hand").backup.path
    customer(app, "Since")
    real = transfer.read_rows

    def forged(connection: Any, shape: transfer.Shape) -> Iterator[list[list[Any]]]:
        for rows in real(connection, shape):
            for row in rows:
                if shape.name == "customer":
                    row[shape.names.index("name")] = "Beforf"
            yield rows

    monkeypatch.setattr(transfer, "read_rows", forged)
    with server_roles.as_owner(app) as engine, pytest.raises(Unavailable):
        restore_into(backup, engine, app.data)
    monkeypatch.undo()
    assert names(app) == ["Before", "Since"]


@pytest.mark.parametrize("at", [1, 10])
def test_stopped_in_the_last_step_changes_nothing(role_app: Application, at: int) -> None:
    customer(role_app, "Before")
    backup = running.back_up(role_app, s.Settings(), "hand").backup.path
    customer(role_app, "Since")
    steps = 0

    def stop(_table: str, _rows: int) -> None:
        nonlocal steps
        steps += 1
        if steps == at:
            raise Cancelled

    with look_into(backup, role_app.data, role_app.actor) as looked, server_roles.as_owner(role_app) as engine:
        with pytest.raises(Cancelled):
            lines.replace_all(looked.app.engine, engine, stop)
    assert names(role_app) == ["Before", "Since"]
    assert customer(role_app, "After").values["number"]


def test_others_are_told_and_who_signs_in_waits(role_app: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    """An open program hears when it begins and when it is over; the door is shut between."""
    customer(role_app, "Before")
    backup = running.back_up(role_app, s.Settings(), "hand").backup.path
    other = opened_once_more(role_app)
    heard: list[str] = []
    over, changed = threading.Event(), set[str]()

    def state(link: watching.Link) -> None:
        heard.append(link.replacing)
        if heard.count("") and any(heard) and not link.replacing:
            over.set()

    def change(what: Change) -> None:
        changed.add(what.type)

    other.changes.listen(change)
    watch = watching.watch(other, state)
    assert watch is not None
    assert watch.listening.wait(30)
    said: list[str] = []
    url = role_app.engine.url.render_as_string(hide_password=False)
    # The copy of a company keeps the roles of the first.
    monkeypatch.setattr(server_roles, "login_url", lambda *_how: url)

    class Meanwhile(Unwatched):
        def report(self, done: int, total: int | None = None, text: str = "") -> None:
            with reading(other.engine) as connection:
                if standstill.who(connection) is None or said:
                    return
            try:
                server_roles.connect_as(str(role_app.engine.url), "ann", PASSWORD, role_app.data)
            except Unavailable as error:
                said.append(error.message)

    try:
        keeping.replace_open(role_app, s.Settings(), backup, progress=Meanwhile())
        assert over.wait(30)
    finally:
        other.close()
    assert said == ["Ann is bringing a backup of the whole office back."]
    assert heard[0] == "" or heard[0] == "Ann"
    assert [h for h in heard if h] == ["Ann"]
    assert {"customers", "sales-orders"} <= changed
    with reading(role_app.engine) as connection:
        assert standstill.who(connection) is None


def test_two_do_not_bring_back_at_once(role_app: Application) -> None:
    backup = running.back_up(role_app, s.Settings(), "hand").backup.path
    with standstill.declared(role_app.engine, "another", "Bea"), pytest.raises(Refused, match="in use"):
        keeping.replace_open(role_app, s.Settings(), backup)
    keeping.replace_open(role_app, s.Settings(), backup)


def test_one_pc_makes_the_planned_backups(role_app: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    """Several programs at the same moment, on two PCs: one of them does it, and only one."""
    settings = s.Settings()
    settings.set(s.BACKUP_TIMES, "00:00")
    assert claims.why_not_this_pc(role_app) == ""  # the first that asks
    other = opened_once_more(role_app)
    monkeypatch.setattr(claims, "STATION", "another-pc")
    assert "makes the backups" in claims.why_not_this_pc(other)
    assert running.run_due(other, settings).run is None
    claims.take_over(other)
    assert running.run_due(other, settings).run is not None
    monkeypatch.undo()
    assert running.run_due(role_app, settings).run is None
    other.close()
