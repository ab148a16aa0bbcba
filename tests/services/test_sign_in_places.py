"""From which PCs, networks and at which hours people sign in, when the window locks itself, and the account of the system."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from sign_in_makers import OWNER, REP, SignInOffice, quick_hashes

from crm_desktop import settings as s
from crm_desktop.application import Application
from crm_desktop.errors import Invalid, NotSignedIn, Refused
from crm_desktop.services import credentials, devices, sign_in_limits, signing_in, system_account, vault
from crm_desktop.services.settings_store import settings_of
from crm_desktop.services.sign_in_limits import Limits
from db.engine import client_address

Again = Callable[[Application], Application]


class Purse(KeyringBackend):
    """A credential store in memory."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    quick_hashes(monkeypatch)


@pytest.fixture
def office(app: Application, open_again: Again) -> SignInOffice:
    return SignInOffice(app, open_again)


@pytest.fixture
def purse() -> Iterator[Purse]:
    before, made = keyring.get_keyring(), Purse()
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


def enter(office: SignInOffice) -> Application:
    app = office.fresh()
    signing_in.sign_in(app, "rik", REP, clock=office.clock)
    return app


# Hours and networks


def test_hours_hold_for_the_person_and_for_the_window(office: SignInOffice) -> None:
    sign_in_limits.write(office.app, "user", office.rep, Limits(hours="1-5 09:00-18:00"))
    at_work = enter(office)  # Monday, ten o'clock
    office.clock.step(hours=8)
    with pytest.raises(NotSignedIn, match="this hour"):
        enter(office)
    with pytest.raises(NotSignedIn, match="this hour"):
        signing_in.unlock_window(at_work, REP, office.clock)
    assert signing_in.sign_in(office.fresh(), "ann", OWNER, clock=office.clock)
    assert office.told("sign_in_failed") == ["Rik: Rik", "Rik: Rik"]
    office.clock.step(hours=16)
    enter(office)


def test_every_limit_counts_of_the_person_and_of_the_positions(office: SignInOffice) -> None:
    sales = office.office.positions["salesperson"]
    sign_in_limits.write(office.app, "user", office.rep, Limits(hours="08:00-12:00", idle_minutes=30))
    sign_in_limits.write(office.app, "position", sales, Limits(hours="10:30-18:00", idle_minutes=5))
    with pytest.raises(NotSignedIn):
        enter(office)
    office.clock.step(hours=1)
    at_work = enter(office)
    assert signing_in.idle_minutes(at_work, 0) == 5
    assert signing_in.idle_minutes(at_work, 2) == 2
    office.clock.step(hours=2)
    with pytest.raises(NotSignedIn):
        enter(office)
    sign_in_limits.write(office.app, "user", office.rep, Limits())
    enter(office)
    assert office.told("sign_in_limits") == ["Ann: Rik", "Ann: Salesperson", "Ann: Rik"]


def test_networks_hold_where_there_is_a_network(office: SignInOffice) -> None:
    with office.app.engine.connect() as connection:
        address = client_address(connection)
    sign_in_limits.write(office.app, "user", office.rep, Limits(networks="203.0.113.0/24"))
    if not address:
        enter(office)
        return
    with pytest.raises(NotSignedIn, match="this network"):
        enter(office)
    sign_in_limits.write(office.app, "user", office.rep, Limits(networks=f"203.0.113.0/24, {address}"))
    enter(office)


def test_only_what_can_be_read_is_kept(office: SignInOffice) -> None:
    with pytest.raises(Invalid) as caught:
        sign_in_limits.write(office.app, "user", office.rep, Limits(networks="here", hours="always", idle_minutes=-1))
    assert set(caught.value.problems) == {"networks", "hours", "idle_minutes"}
    wanted = Limits(True, "10.0.0.0/8", "1-5 08:00-18:00", 10)
    sign_in_limits.write(office.app, "user", office.rep, wanted)
    assert sign_in_limits.read(office.app, "user", office.rep) == wanted


def test_limits_are_for_administrators(office: SignInOffice) -> None:
    rep, admin = office.at_work("rik"), office.at_work("bea")
    for who, subject in ((rep, office.rep), (rep, office.admin), (admin, office.owner)):
        with pytest.raises(Refused):
            sign_in_limits.write(who, "user", subject, Limits(enrolled_only=True))
    with pytest.raises(Refused):
        sign_in_limits.write(rep, "position", office.office.positions["salesperson"], Limits())
    sign_in_limits.write(admin, "position", office.office.positions["salesperson"], Limits(idle_minutes=3))


def test_the_window_locks_itself_as_the_company_says(office: SignInOffice, app: Application) -> None:
    at_work = enter(office)
    assert signing_in.idle_minutes(at_work, 0) == 15
    assert signing_in.idle_minutes(at_work, 60) == 15
    settings_of(app).set(s.IDLE_MINUTES, 0)
    assert signing_in.idle_minutes(at_work, 0) == 0
    assert signing_in.idle_minutes(at_work, 60) == 60
    credentials.turn_off(app)
    assert signing_in.idle_minutes(app, 60) == 0


# PCs


def test_a_pc_waits_until_it_is_approved(office: SignInOffice) -> None:
    sign_in_limits.write(office.app, "user", office.rep, Limits(enrolled_only=True))
    assert devices.listed(office.app) == []
    with pytest.raises(NotSignedIn, match="waiting"):
        enter(office)
    with pytest.raises(NotSignedIn, match="not right"):
        signing_in.sign_in(office.fresh(), "rik", "wrong", clock=office.clock)
    (pc,) = devices.listed(office.app)
    assert (pc.state, pc.asked_by) == ("waiting", "Rik")
    with pytest.raises(Refused):
        devices.decide(office.office.sign_in(office.rep), pc.id, "approved")
    devices.decide(office.at_work("bea"), pc.id, "approved", office.clock)
    enter(office)
    devices.decide(office.app, pc.id, "refused", office.clock)
    with pytest.raises(NotSignedIn, match="on this PC"):
        enter(office)
    devices.remove(office.app, pc.id)
    devices.enrol_this(office.app, office.clock)
    enter(office)
    assert len(office.told("device")) == 4


def test_the_key_of_a_pc_is_its_own(office: SignInOffice, tmp_path: Path) -> None:
    first, second = tmp_path / "one", tmp_path / "two"
    first.mkdir()
    second.mkdir()
    assert devices.key(first) == devices.key(first)
    assert devices.key(first) != devices.key(second)
    assert devices.key(first) not in devices.digest(first)
    if sys.platform != "win32":
        assert (first / "pc.key").stat().st_mode & 0o077 == 0
    with pytest.raises(Exception, match="no key"):
        devices.key(tmp_path / "missing")


def test_the_key_lies_in_the_credential_store_where_there_is_one(tmp_path: Path, purse: Purse) -> None:
    made = devices.key(tmp_path)
    assert devices.key(tmp_path) == made
    assert list(purse.kept.values()) == [made]
    assert not (tmp_path / "pc.key").exists()
    assert vault.forget("CRM Desktop PC", str(tmp_path.resolve()))
    assert not vault.forget("CRM Desktop PC", str(tmp_path.resolve()))


# The account of the system

ACCOUNT = system_account.Account("S-1-5-21-1-2-3-1001", "OFFICE\\rik")


def test_the_account_of_the_system_signs_in_on_one_pc(sqlite_app: Application, open_again: Again) -> None:
    office = SignInOffice(sqlite_app, open_again)
    at_work = enter(office)
    with pytest.raises(Refused, match="not turned on"):
        signing_in.bind_account(at_work, ACCOUNT, REP, office.clock)
    settings_of(sqlite_app).set(s.SIGN_IN_SYSTEM, True)
    with pytest.raises(NotSignedIn):
        signing_in.bind_account(at_work, ACCOUNT, OWNER, office.clock)
    assert signing_in.sign_in_by_account(office.fresh(), ACCOUNT, office.clock) is None
    signing_in.bind_account(at_work, ACCOUNT, REP, office.clock)
    assert signing_in.bound_accounts(at_work) == ["OFFICE\\rik"]
    fresh = office.fresh()
    actor = signing_in.sign_in_by_account(fresh, ACCOUNT, office.clock)
    assert actor is not None
    assert fresh.actor.user_id == office.rep
    assert signing_in.sign_in_by_account(office.fresh(), system_account.Account("S-1-5-21-9", "x"), office.clock) is None
    sign_in_limits.write(sqlite_app, "user", office.rep, Limits(hours="1 06:00-07:00"))
    with pytest.raises(NotSignedIn, match="hour"):
        signing_in.sign_in_by_account(office.fresh(), ACCOUNT, office.clock)
    sign_in_limits.write(sqlite_app, "user", office.rep, Limits())
    word = credentials.reset(sqlite_app, office.rep, office.clock)
    assert signing_in.sign_in_by_account(office.fresh(), ACCOUNT, office.clock) is None
    with pytest.raises(NotSignedIn, match="reset"):  # whoever is still at work somewhere is out, too
        signing_in.unbind_accounts(at_work)
    back = office.fresh()
    signing_in.sign_in(back, "rik", word, new="a heron on the far quay", clock=office.clock)
    settings_of(sqlite_app).set(s.SIGN_IN_SYSTEM, False)
    assert signing_in.sign_in_by_account(office.fresh(), ACCOUNT, office.clock) is None
    signing_in.unbind_accounts(back)
    assert signing_in.bound_accounts(back) == []
    settings_of(sqlite_app).set(s.SIGN_IN_SYSTEM, True)
    assert signing_in.sign_in_by_account(office.fresh(), ACCOUNT, office.clock) is None


def test_the_system_names_the_account() -> None:
    account = system_account.current()
    assert account is not None
    assert account.key.startswith("S-1-5-" if sys.platform == "win32" else "")
    assert account == system_account.current()
