"""Signing in to a server with an own role: at the door, first passwords, wrong ones, people switched off, renamed and locked out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from rights_server import PASSWORD, ServerOffice, session_of
from sqlalchemy import select, text

from crm_desktop.application import Application
from crm_desktop.errors import FirstPassword, Invalid, NotSignedIn, Refused
from crm_desktop.services import credentials, log_chain, saving, server_roles, sign_in_limits, signing_in
from crm_desktop.services.access import holdings_of
from crm_desktop.services.access_upkeep import department_rows, group_rows, person_rows, read_office, right_rows
from crm_desktop.services.checking import check_database
from crm_desktop.services.opening import open_url
from db.engine import reading, writing
from db.models.access import WORKED_OUT
from db.roles import door as outside
from db.roles import person_role


@pytest.fixture
def office(role_office: ServerOffice) -> ServerOffice:
    """With the owner of the company at work."""
    role_office.work_as("boss")
    return role_office


@pytest.fixture
def door(office: ServerOffice, tmp_path: Path) -> Iterator[Application]:
    """The program at the address of the server, with nobody at work."""
    app = open_url(outside(office.app.engine.url).render_as_string(), tmp_path)
    yield app
    app.close()


@pytest.fixture
def boss(office: ServerOffice, tmp_path: Path) -> Iterator[Application]:
    """The owner of the company under the own role."""
    app = office.as_person("boss", tmp_path)
    yield app
    app.close()


def test_nobody_is_at_the_door_and_the_right_password_lets_in(door: Application) -> None:
    assert signing_in.needed(door)
    assert signing_in.names(door) == []
    for name, password in (("boss", "not the password"), ("nobody at all", PASSWORD), ("海", PASSWORD)):
        with pytest.raises(NotSignedIn):
            signing_in.sign_in(door, name, password)
    actor = signing_in.sign_in(door, " Boss ", PASSWORD)
    assert actor.name == "boss"
    assert actor.proven
    assert server_roles.has_own_role(door)
    signing_in.lock_window(door, "hand")
    with pytest.raises(NotSignedIn):
        signing_in.unlock_window(door, "guessed")
    signing_in.unlock_window(door, PASSWORD)
    signing_in.sign_out(door)
    assert signing_in.needed(door)
    assert server_roles.at_the_door(door)


def test_wrong_passwords_are_slowed_down(door: Application) -> None:
    for _attempt in range(3):
        with pytest.raises(NotSignedIn):
            signing_in.sign_in(door, "lead", "guessed again")
    with pytest.raises(NotSignedIn) as caught:
        signing_in.sign_in(door, "lead", PASSWORD)
    assert caught.value.wait
    signing_in.sign_in(door, "boss", PASSWORD)  # others are not


def test_a_one_time_password_is_good_for_choosing_another(office: ServerOffice, boss: Application, door: Application) -> None:
    word = credentials.reset(boss, office.people["peer"])
    assert credentials.state_of(boss, office.people["peer"]).must_change
    with pytest.raises(FirstPassword):
        signing_in.sign_in(door, "peer", word)
    address = door.engine.url.set(drivername="postgresql", username=person_role(str(door.engine.url.database), "peer"), password=word)
    with psycopg.connect(address.render_as_string(hide_password=False)) as bare:
        assert bare.execute("SELECT count(*) FROM customer").fetchone() == (0,)  # it opens nothing
    with pytest.raises(Invalid):
        signing_in.sign_in(door, "peer", word, new="peer")
    signing_in.sign_in(door, "peer", word, new="seven quiet lamps")
    assert door.actor.name == "peer"
    credentials.change_own(door, "seven quiet lamps", "eight quiet lamps")
    with pytest.raises(Invalid):
        credentials.change_own(door, "seven quiet lamps", "nine quiet lamps")
    signing_in.sign_out(door)
    with pytest.raises(NotSignedIn):
        signing_in.sign_in(door, "peer", "seven quiet lamps")
    signing_in.sign_in(door, "peer", "eight quiet lamps")
    with pytest.raises(Refused):
        credentials.reset(door, office.people["boss"])


def test_who_is_switched_off_is_out_at_once_and_comes_back(office: ServerOffice, boss: Application, door: Application) -> None:
    with session_of(office, "deputy") as bare:
        _set_active(boss, office.people["deputy"], False)
        with pytest.raises(psycopg.OperationalError):
            bare.execute("SELECT 1")
    with pytest.raises(NotSignedIn):
        signing_in.sign_in(door, "deputy", PASSWORD)
    _set_active(boss, office.people["deputy"], True)
    signing_in.sign_in(door, "deputy", PASSWORD)


def _set_active(app: Application, user_id: int, active: bool) -> None:
    draft = saving.open_record(app, "users", user_id)
    draft.values["active"] = active
    saving.save(app, draft)


def test_the_role_follows_the_sign_in_name(office: ServerOffice, boss: Application, door: Application) -> None:
    draft = saving.open_record(boss, "users", office.people["lead"])
    for name in ("李 雷", "lead"):
        draft.values["sign_in"] = name
        draft = saving.save(boss, draft)
        assert signing_in.sign_in(door, name, PASSWORD).user_id == office.people["lead"]
        signing_in.sign_out(door)


def test_a_lock_and_limits_keep_out(office: ServerOffice, boss: Application, door: Application) -> None:
    server_roles.disable(boss, office.people["deputy"])
    with pytest.raises(NotSignedIn):
        signing_in.sign_in(door, "deputy", PASSWORD)
    server_roles.enable(boss, office.people["deputy"])
    sign_in_limits.write(boss, "user", office.people["deputy"], sign_in_limits.Limits(networks="10.99.0.0/16"))
    with pytest.raises(NotSignedIn, match="network"):
        signing_in.sign_in(door, "deputy", PASSWORD)
    assert server_roles.at_the_door(door)
    sign_in_limits.write(boss, "user", office.people["deputy"], sign_in_limits.Limits())
    signing_in.sign_in(door, "deputy", PASSWORD)


def test_the_chain_of_the_log_holds_whoever_wrote(office: ServerOffice, boss: Application) -> None:
    office.work_as("boss")
    office.record("customers", name='Ünïcode "海港" \\ 𠮷\n', note="tab\t")
    saving.save(boss, saving.new_draft(boss, "customers", {"name": '第二 "𠮷" \x7f'}))
    with server_roles.as_owner(boss):
        assert log_chain.verify(office.app).sound
    assert log_chain.verify(boss).sound


def test_a_check_repairs_as_the_owner_of_the_tables_and_takes_nothing_from_the_guard(office: ServerOffice, boss: Application) -> None:
    with reading(office.app.engine) as connection:
        kept = connection.exec_driver_sql("SELECT relrowsecurity FROM pg_class WHERE relname = 'fts_customer'").scalar_one()
    with writing(office.app.engine) as session:
        session.execute(text("DELETE FROM fts_customer"))
    found = {f.name: f for f in check_database(boss)}
    assert found["search_index.customers"].repaired
    assert found["log"].sound
    assert kept
    with session_of(office, "deputy") as bare:
        assert bare.execute("SELECT count(*) FROM fts_customer").fetchone() == bare.execute("SELECT count(*) FROM customer").fetchone()
    office.work_as("boss")
    with pytest.raises(Refused):
        check_database(office.as_person("deputy", boss.data))


def test_the_server_works_out_what_the_program_works_out(office: ServerOffice) -> None:
    """The access tables as the server made them, and as services/access_upkeep.py makes them."""
    with writing(office.app.engine) as session:
        work = read_office(session)
        said = holdings_of(session, sorted({h.position for h in work.held}))
        wanted = {
            "access_right": set(right_rows(work, said, office.app.types.values())),
            "access_person": set(person_rows(work)),
            "access_department": set(department_rows(work)),
            "access_group": set(group_rows(work)),
        }
        for table in WORKED_OUT:
            names = [c for c in table.__table__.columns if c.name != "id"]
            there = {tuple(row) for row in session.execute(select(*names))}
            assert there == wanted[table.__tablename__], table.__tablename__
            assert there


def test_a_renewed_guard_keeps_roles_and_passwords(office: ServerOffice, door: Application) -> None:
    server_roles.renew(office.app)
    signing_in.sign_in(door, "boss", PASSWORD)
