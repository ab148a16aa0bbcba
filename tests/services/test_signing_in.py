"""Signing in, on both engines: what lets a person in, what keeps one out, and what the log tells of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from record_makers import customer
from sign_in_makers import ADMIN, OWNER, REP, SignInOffice, quick_hashes
from sqlalchemy import inspect, text

from crm_desktop import settings as s
from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.errors import FirstPassword, Invalid, NotSignedIn, Refused
from crm_desktop.services import credentials, hashing, saving, signing_in
from crm_desktop.services.listing import ListQuery, count, fetch_page
from crm_desktop.services.search_all import search_everything
from crm_desktop.services.settings_store import settings_of
from crm_desktop.services.sign_in_need import is_nobody

Again = Callable[[Application], Application]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    quick_hashes(monkeypatch)


@pytest.fixture
def office(app: Application, open_again: Again) -> SignInOffice:
    return SignInOffice(app, open_again)


def test_without_passwords_the_program_opens_as_the_first_person(app: Application, open_again: Again) -> None:
    again = open_again(app)
    assert again.actor.name == "Ann"
    assert not signing_in.needed(again)
    assert not credentials.is_required(app)


def test_once_on_nobody_sees_anything_before_signing_in(office: SignInOffice) -> None:
    customer(office.app, "Alpha")
    fresh = office.fresh()
    assert is_nobody(fresh.actor)
    for question in (
        lambda: fetch_page(fresh, ListQuery("customers")),
        lambda: count(fresh, ListQuery("customers")),
        lambda: search_everything(fresh, "Alpha"),
        lambda: saving.save(fresh, saving.new_draft(fresh, "customers", {"name": "Beta"})),
        lambda: credentials.states(fresh),
        lambda: credentials.reset(fresh, office.owner),
        lambda: credentials.turn_off(fresh),
    ):
        with pytest.raises(Refused):
            question()
    signing_in.sign_in(fresh, "ann", OWNER, clock=office.clock)
    assert fresh.actor.user_id == office.owner
    assert count(fresh, ListQuery("customers")).number == 1


def test_the_person_gets_the_own_rights(office: SignInOffice) -> None:
    customer(office.app, "Alpha")
    assert count(office.at_work("rik"), ListQuery("customers")).number == 0
    assert count(office.at_work("ann"), ListQuery("customers")).number == 1
    assert office.told("sign_in")[-2:] == ["Rik: Rik", "Ann: Ann"]


@pytest.mark.parametrize("name", ["rik", "RIK", " rik ", "Rik", "ｒｉｋ"])
def test_a_name_may_be_typed_in_any_way(office: SignInOffice, name: str) -> None:
    assert signing_in.sign_in(office.fresh(), name, REP, clock=office.clock).user_id == office.rep


@pytest.mark.parametrize(("name", "password"), [("rik", OWNER), ("rik", REP.upper()), ("rik", ""), ("nobody", REP), ("", REP), ("", "")])
def test_wrong_ones_are_all_answered_alike(office: SignInOffice, name: str, password: str) -> None:
    fresh = office.fresh()
    with pytest.raises(NotSignedIn) as caught:
        signing_in.sign_in(fresh, name, password, clock=office.clock)
    assert caught.value.message == "The name or the password is not right."
    assert is_nobody(fresh.actor)
    assert len(office.told("sign_in_failed")) == 1


def test_a_password_in_the_line_of_the_name_is_not_in_the_log(office: SignInOffice) -> None:
    with pytest.raises(NotSignedIn):
        signing_in.sign_in(office.fresh(), REP, "rik", clock=office.clock)
    assert office.told("sign_in_failed") == ["se…: se…"]


def test_a_person_switched_off_cannot_sign_in_and_is_put_out_at_once(office: SignInOffice) -> None:
    at_work = office.at_work("rik")
    office.office.change("users", office.rep, active=False)
    with pytest.raises(Refused):
        count(at_work, ListQuery("customers"))
    with pytest.raises(NotSignedIn, match="not right"):
        signing_in.sign_in(office.fresh(), "rik", REP, clock=office.clock)


def test_programs_that_are_open_learn_that_sign_in_was_turned_on(app: Application, open_again: Again) -> None:
    other = open_again(app)
    assert count(other, ListQuery("customers")).number == 0
    credentials.turn_on(app, OWNER)
    with pytest.raises(NotSignedIn):
        count(other, ListQuery("customers"))
    assert count(app, ListQuery("customers")).number == 0


# First password, change, reset, recovery


def test_a_one_time_password_is_good_for_choosing_another_one_only(office: SignInOffice) -> None:
    word = credentials.reset(office.app, office.rep, office.clock)
    fresh = office.fresh()
    with pytest.raises(NotSignedIn, match="not right"):
        signing_in.sign_in(fresh, "rik", REP, clock=office.clock)
    with pytest.raises(FirstPassword):
        signing_in.sign_in(fresh, "rik", word, clock=office.clock)
    assert is_nobody(fresh.actor)
    for poor in (word, "12345678", "rik", "Rik2026!"):
        with pytest.raises(Invalid):
            signing_in.sign_in(fresh, "rik", word, new=poor, clock=office.clock)
        assert is_nobody(fresh.actor)
    signing_in.sign_in(fresh, "rik", word, new="my own long sentence", clock=office.clock)
    assert fresh.actor.user_id == office.rep
    assert signing_in.sign_in(office.fresh(), "rik", "my own long sentence", clock=office.clock)
    with pytest.raises(NotSignedIn):
        signing_in.sign_in(office.fresh(), "rik", word, clock=office.clock)


def test_a_reset_ends_what_runs_with_the_password_of_before(office: SignInOffice) -> None:
    running, other = office.fresh(), office.fresh()
    signing_in.sign_in(running, "rik", REP, clock=office.clock)
    signing_in.sign_in(other, "ann", OWNER, clock=office.clock)
    assert count(running, ListQuery("customers")).number == 0
    word = credentials.reset(office.app, office.rep, office.clock)
    with pytest.raises(NotSignedIn, match="reset"):
        count(running, ListQuery("customers"))
    assert is_nobody(running.actor)
    with pytest.raises(NotSignedIn, match="Nobody"):
        count(running, ListQuery("customers"))
    assert count(other, ListQuery("customers")).number == 0
    signing_in.sign_in(running, "rik", word, new="my own long sentence", clock=office.clock)
    assert count(running, ListQuery("customers")).number == 0


def test_a_one_time_password_runs_out(office: SignInOffice) -> None:
    word = credentials.reset(office.app, office.rep, office.clock)
    office.clock.step(days=7)
    with pytest.raises(NotSignedIn, match="run out"):
        signing_in.sign_in(office.fresh(), "rik", word, new="my own long sentence", clock=office.clock)


def test_changing_the_own_password(office: SignInOffice) -> None:
    at_work = office.at_work("rik")
    with pytest.raises(Invalid) as caught:
        credentials.change_own(at_work, "wrong", "my own long sentence", office.clock)
    assert set(caught.value.problems) == {"old"}
    for poor in (REP, "short", "password1"):
        with pytest.raises(Invalid) as caught:
            credentials.change_own(at_work, REP, poor, office.clock)
        assert set(caught.value.problems) == {"password"}
    credentials.change_own(at_work, REP, "我的猫喜欢晒太阳", office.clock)
    assert signing_in.sign_in(office.fresh(), "rik", "我的猫喜欢晒太阳", clock=office.clock)
    assert office.told("password")[-1] == "Rik: Rik"


def test_an_open_window_is_no_place_to_guess_the_password_in(office: SignInOffice) -> None:
    at_work = office.at_work("rik")
    for _at in range(5):
        office.clock.step(minutes=2)
        with pytest.raises(Invalid):
            credentials.change_own(at_work, "wrong", "my own long sentence", office.clock)
    with pytest.raises(NotSignedIn, match="locked"):
        credentials.change_own(at_work, REP, "my own long sentence", office.clock)


def test_who_may_reset_whom(office: SignInOffice) -> None:
    rep, admin = office.at_work("rik"), office.at_work("bea")
    with pytest.raises(Refused):
        credentials.reset(rep, office.admin)
    with pytest.raises(Refused, match="do not look after"):
        credentials.reset(admin, office.owner)
    assert [s.name for s in credentials.states(admin)] == ["Bea", "Rik"]
    assert [s.name for s in credentials.states(office.app)] == ["Ann", "Bea", "Rik"]
    with pytest.raises(Refused):
        credentials.states(rep)
    assert not credentials.state_of(rep, office.rep).must_change
    with pytest.raises(Refused):
        credentials.state_of(rep, office.owner)
    assert credentials.reset(admin, office.rep)
    assert credentials.state_of(admin, office.rep).must_change
    assert credentials.reset(office.app, office.admin)


def test_a_branch_administrator_resets_the_people_of_the_branch(app: Application, open_again: Again) -> None:
    office = SignInOffice(app, open_again)
    makers = office.office
    north, south = makers.department("North", branch=True), makers.department("South", branch=True)
    cara = makers.person("Cara", "branch_administrator", department_id=Ref(north))
    near = makers.person("Nils", "salesperson", department_id=Ref(north))
    far = makers.person("Finn", "salesperson", department_id=Ref(south))
    boss = makers.person("Olga", "owner", department_id=Ref(north))
    at_work = makers.sign_in(cara)
    assert credentials.reset(at_work, near)
    for other in (far, boss, office.owner, office.rep):
        with pytest.raises(Refused):
            credentials.reset(at_work, other)


def test_a_recovery_code_lets_the_owner_in_once(office: SignInOffice) -> None:
    assert len(set(office.codes)) == 10
    fresh = office.fresh()
    with pytest.raises(Invalid):
        signing_in.recover(fresh, "ann", office.codes[0], "12345678", office.clock)
    signing_in.recover(fresh, "ann", office.codes[0].upper().replace("-", " "), "a green kettle on the quay", office.clock)
    assert fresh.actor.user_id == office.owner
    assert credentials.state_of(fresh, office.owner).codes == 9
    assert office.told("recovery") == ["Ann: Ann"]
    with pytest.raises(NotSignedIn, match="recovery code"):
        signing_in.recover(office.fresh(), "ann", office.codes[0], "a blue kettle on the quay", office.clock)
    with pytest.raises(NotSignedIn):
        signing_in.recover(office.fresh(), "rik", office.codes[1], "a blue kettle on the quay", office.clock)
    with pytest.raises(NotSignedIn):
        signing_in.sign_in(office.fresh(), "ann", OWNER, clock=office.clock)


def test_new_codes_take_the_place_of_the_old_ones(office: SignInOffice) -> None:
    fresh = credentials.new_codes(office.app, office.clock)
    with pytest.raises(NotSignedIn):
        signing_in.recover(office.fresh(), "ann", office.codes[0], "a green kettle on the quay", office.clock)
    assert signing_in.recover(office.fresh(), "ann", fresh[0], "a green kettle on the quay", office.clock)
    with pytest.raises(Refused):
        credentials.new_codes(office.at_work("rik"))


def test_turning_sign_in_on_and_off_is_for_owners(office: SignInOffice) -> None:
    for name in ("rik", "bea"):
        with pytest.raises(Refused):
            credentials.turn_off(office.at_work(name))
    with pytest.raises(Refused, match="already"):
        credentials.turn_on(office.app, OWNER)
    credentials.turn_off(office.app)
    assert office.fresh().actor.name == "Ann"
    with pytest.raises(Refused, match="off"):
        credentials.reset(office.app, office.rep)


def test_a_poor_password_does_not_turn_sign_in_on(app: Application) -> None:
    with pytest.raises(Invalid):
        credentials.turn_on(app, "example1")
    assert not credentials.is_required(app)


def test_somebody_must_be_able_to_let_others_in(office: SignInOffice) -> None:
    second = office.office.person("Olga", "owner")
    with pytest.raises(Invalid, match="able to sign in"):
        office.office.change("users", office.owner, active=False)
    word = credentials.reset(office.app, second, office.clock)
    signing_in.sign_in(office.fresh(), "Olga", word, new="three owners are enough", clock=office.clock)
    office.office.change("users", office.owner, active=False)


# Pauses and locks


def fail(office: SignInOffice, name: str = "rik", times: int = 1, app: Application | None = None) -> str:
    said = ""
    for _at in range(times):
        with pytest.raises(NotSignedIn) as caught:
            signing_in.sign_in(app or office.fresh(), name, "wrong", clock=office.clock)
        said = caught.value.message
    return said


def test_attempts_are_slowed_down_and_locked(office: SignInOffice) -> None:
    fresh = office.fresh()
    assert "not right" in fail(office, times=3, app=fresh)
    assert "Too many" in fail(office, app=fresh)
    office.clock.step(seconds=1)
    assert "not right" in fail(office, app=fresh)
    office.clock.step(seconds=2)
    assert "not right" in fail(office, app=fresh)
    assert "locked" in fail(office, app=fresh)
    assert office.told("locked") == ["Rik: Rik"]
    with pytest.raises(NotSignedIn, match="15 more minutes"):  # not even with the right one
        signing_in.sign_in(office.fresh(), "rik", REP, clock=office.clock)
    assert credentials.state_of(office.app, office.rep, office.clock).locked_until is not None
    assert signing_in.sign_in(office.fresh(), "ann", OWNER, clock=office.clock)
    office.clock.step(minutes=15)
    assert signing_in.sign_in(office.fresh(), "rik", REP, clock=office.clock)


def test_guesses_at_the_same_moment_all_count(office: SignInOffice) -> None:
    programs = [office.fresh() for _at in range(8)]

    def guess(program: Application) -> str:
        try:
            signing_in.sign_in(program, "rik", "wrong", clock=office.clock)
        except NotSignedIn as error:
            return error.message
        return ""

    with ThreadPoolExecutor(8) as threads:
        said = list(threads.map(guess, programs))
    assert sorted("not right" in words for words in said) == [False] * 5 + [True] * 3


def test_a_name_that_nobody_has_is_locked_as_well(office: SignInOffice) -> None:
    for _at in range(5):
        fail(office, "ghost")
        office.clock.step(seconds=5)
    assert "locked" in fail(office, "GHOST ")


def test_an_administrator_unlocks(office: SignInOffice) -> None:
    for _at in range(5):
        fail(office)
        office.clock.step(seconds=5)
    with pytest.raises(Refused):
        credentials.unlock(office.office.sign_in(office.rep), office.rep)
    credentials.unlock(office.at_work("bea"), office.rep)
    assert signing_in.sign_in(office.fresh(), "rik", REP, clock=office.clock)
    assert office.told("unlocked") == ["Bea: Rik"]


def test_a_right_password_forgets_what_failed(office: SignInOffice) -> None:
    for _round in range(6):
        fail(office, times=2)
        assert signing_in.sign_in(office.fresh(), "rik", REP, clock=office.clock)


def test_a_pc_from_which_all_are_guessed_is_locked(office: SignInOffice) -> None:
    for at in range(20):
        fail(office, f"ghost{at}")
        office.clock.step(minutes=2)
    with pytest.raises(NotSignedIn, match="locked") as caught:
        signing_in.sign_in(office.fresh(), "ann", OWNER, clock=office.clock)
    assert "this PC" in caught.value.advice
    office.clock.step(minutes=15)
    assert signing_in.sign_in(office.fresh(), "ann", OWNER, clock=office.clock)


def test_the_company_says_how_many(office: SignInOffice) -> None:
    settings_of(office.app).set(s.SIGN_IN_ATTEMPTS, 3)
    fail(office, times=3)
    assert "locked" in fail(office)


# The window


def test_locking_and_unlocking_the_window(office: SignInOffice) -> None:
    at_work = office.at_work("rik")
    signing_in.lock_window(at_work, "idle")
    with pytest.raises(NotSignedIn, match="not your password"):
        signing_in.unlock_window(at_work, OWNER, office.clock)
    signing_in.unlock_window(at_work, REP, office.clock)
    assert office.told("window_locked") == ["Rik: Rik"]
    assert office.told("window_unlocked") == ["Rik: Rik"]
    office.office.change("users", office.rep, active=False)
    with pytest.raises(NotSignedIn):
        signing_in.unlock_window(at_work, REP, office.clock)


def test_signing_out(office: SignInOffice) -> None:
    at_work = office.at_work("rik")
    signing_in.sign_out(at_work)
    assert signing_in.needed(at_work)
    assert office.told("sign_out") == ["Rik: Rik"]
    signing_in.sign_in(at_work, "bea", ADMIN, clock=office.clock)
    assert at_work.actor.user_id == office.admin


def test_names_are_offered_where_the_company_wants_it(office: SignInOffice) -> None:
    office.office.person("Without Password", "salesperson")
    assert signing_in.names(office.fresh()) == [("ann", "Ann"), ("bea", "Bea"), ("rik", "Rik")]
    settings_of(office.app).set(s.SIGN_IN_NAMES, False)
    assert signing_in.names(office.fresh()) == []


# The hashes


def test_hashes_are_made_anew_when_the_parameters_grow(office: SignInOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert signing_in.sign_in(office.fresh(), "rik", REP, clock=office.clock)
    with office.app.engine.connect() as connection:
        stored = connection.scalar(text(f"SELECT password FROM credential WHERE user_id = {office.rep}"))
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert not hashing.outdated(stored)
    assert signing_in.sign_in(office.fresh(), "rik", REP, clock=office.clock)


def test_no_password_is_anywhere_in_the_database(office: SignInOffice) -> None:
    word = credentials.reset(office.app, office.rep)
    secrets = (OWNER, REP, word, *office.codes)
    with office.app.engine.connect() as connection:
        for table in inspect(connection).get_table_names():
            if not table.startswith("fts_"):
                rows = str(connection.execute(text(f'SELECT * FROM "{table}"')).all())
                assert not any(secret in rows for secret in secrets), table


@pytest.mark.slow
def test_a_name_that_nobody_has_takes_as_long(sqlite_app: Application, open_again: Again, monkeypatch: pytest.MonkeyPatch) -> None:
    """Measured by processor time, which other programs do not lengthen."""
    monkeypatch.undo()
    credentials.turn_on(sqlite_app, OWNER)
    fresh, spent = open_again(sqlite_app), {}
    for name in ("ann", "ghost"):
        began = time.process_time()
        with pytest.raises(NotSignedIn):
            signing_in.sign_in(fresh, name, "wrong")
        spent[name] = time.process_time() - began
    assert 0.5 < spent["ghost"] / spent["ann"] < 2
