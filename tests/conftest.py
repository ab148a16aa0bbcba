"""What every test stands on: no screen, one language, one time zone, and databases of both engines.

    pg_url       the address of a fresh, empty PostgreSQL database
    pg_app       the open program with an empty company, on PostgreSQL only
    engine_url   the test runs twice: on a fresh SQLite file and on a fresh PostgreSQL database
    app          the open program with an empty company, twice: on SQLite and on PostgreSQL
    sqlite_app   the same on SQLite only, in a data folder
    role_app     the same on PostgreSQL as an owner of the company who signed in with an own role; `app` too, in tests marked `roles`
    encrypted_app    the same as sqlite_app, on an encrypted file; `app` too, in tests marked `encrypted`
    open_again   opens the database of `app` or `sqlite_app` once more, as another PC does

Where the system lacks a library that Qt needs, the tests that need Qt are skipped, loudly; all others run.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

# Before anything imports Qt or asks the system for its habits.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["LANGUAGE"] = os.environ["LANG"] = os.environ["LC_ALL"] = "C.UTF-8"
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"
if sys.platform == "win32":  # offscreen, Qt finds none of the system's fonts there
    os.environ["QT_QPA_FONTDIR"] = str(Path(__file__).parents[1] / "resources" / "fonts")
else:
    os.environ["TZ"] = "Asia/Shanghai"  # far from UTC, so that a forgotten conversion shows
    time.tzset()
    if time.localtime().tm_hour >= 22:  # the day would change meanwhile, under tests that ask for today more than once
        os.environ["TZ"] = "Asia/Karachi"
        time.tzset()

import postgres_server
import pytest
from rights_server import RoleCompany, ServerOffice, make_role_company, opened_as_owner, server_office

from crm_desktop import system_check
from crm_desktop.application import Application
from crm_desktop.services.file_encryption import encrypt
from crm_desktop.services.opening import DATABASE, NewCompany, open_folder, open_url
from crm_desktop.words import use_language
from db.cipher import RING, Key
from db.engine import sqlite_url

SESSION = "CRM_DESKTOP_TEST_SESSION"
EMPTY_COMPANY = NewCompany("Example Trading Ltd", "Ann", "en")
NEEDS_QT = re.compile(r"^\s*(from|import) (PySide6|ui)\b|\bqtbot\b|\bqapp\b", re.MULTILINE)
QT_COMPLAINT = system_check.complaint(os.environ["QT_QPA_PLATFORM"])


def pytest_addoption(pluginmanager: pytest.PytestPluginManager) -> None:
    """Leave pytest-qt out where it could not even be imported; this is the last moment to do so."""
    if QT_COMPLAINT:
        pluginmanager.unregister(name="pytest-qt")


class NotWithoutQt(pytest.Module):
    """A test file that is not even imported, since it would import Qt."""

    def collect(self) -> Iterator[pytest.Item]:
        pytest.skip(f"Qt cannot run here. {QT_COMPLAINT}", allow_module_level=True)


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    if QT_COMPLAINT and NEEDS_QT.search(module_path.read_text(encoding="utf-8")):
        return NotWithoutQt.from_parent(parent, path=module_path)
    return None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if QT_COMPLAINT:
        terminalreporter.section("NO TEST OF A SCREEN WAS RUN", sep="!", red=True, bold=True)
        terminalreporter.line(QT_COMPLAINT)


def pytest_configure(config: pytest.Config) -> None:
    """The session's first process makes the folder in which its workers find the server."""
    if SESSION not in os.environ:
        usual = all(f"not {mark}" in config.option.markexpr for mark in ("soak", "benchmark"))
        folder = postgres_server.new_session_folder(in_memory=usual)  # those fill a server with gigabytes, and want a disk to measure
        os.environ[SESSION] = str(folder)
        config.add_cleanup(lambda: postgres_server.end_session(Path(os.environ.pop(SESSION))))


@pytest.fixture(autouse=True)
def _english() -> None:
    """Every test starts in English, whatever the one before it spoke."""
    use_language("en")


@pytest.fixture(autouse=True)
def _nothing_unexpected(request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """A test fails on an error in the log that it did not mark as expected, and on a thread it leaves running."""
    before = set(threading.enumerate())
    yield
    if not request.node.get_closest_marker("logs_errors"):
        errors = [r.getMessage() for r in caplog.get_records("call") if r.levelno >= logging.ERROR]
        assert errors == [], "errors were logged"
    for thread in set(threading.enumerate()) - before:
        if not thread.daemon:
            thread.join(5)
            assert not thread.is_alive(), f"{thread.name} is still running"


@pytest.fixture(autouse=True)
def _no_dialog_left_open(request: pytest.FixtureRequest) -> Iterator[None]:
    """Outermost of all fixtures with windows, so that it watches their ends as well."""
    if "qapp" not in request.fixturenames or request.node.get_closest_marker("benchmark"):
        yield
        return
    request.getfixturevalue("qapp")
    from open_dialogs import no_dialog_left_open  # where Qt cannot run, nothing may import it

    with no_dialog_left_open():
        yield


@pytest.fixture(scope="session")
def postgres() -> postgres_server.Server:
    """The session's PostgreSQL server."""
    return postgres_server.server_of(Path(os.environ[SESSION]))


@pytest.fixture
def pg_url(postgres: postgres_server.Server) -> Iterator[str]:
    """The address of a fresh, empty PostgreSQL database."""
    name = f"test_{uuid.uuid4().hex}"
    yield postgres.create(name)
    postgres.run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def engine_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a fresh, empty database, once on each engine."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path / "crm 客户.sqlite")
    return str(request.getfixturevalue("pg_url"))


@pytest.fixture(scope="session")
def _empty_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with an empty company, to be copied: making it takes far longer than copying it."""
    folder = tmp_path_factory.mktemp("empty company")
    open_folder(folder, create=EMPTY_COMPANY).close()
    return folder


@pytest.fixture(scope="session")
def _empty_database(postgres: postgres_server.Server, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a PostgreSQL database with an empty company, to be copied."""
    name = f"empty_{uuid.uuid4().hex}"
    open_url(postgres.create(name), tmp_path_factory.mktemp("no data"), create=EMPTY_COMPANY).close()
    return name


@pytest.fixture
def data_folder(_empty_folder: Path, tmp_path: Path) -> Path:
    """The data folder of an empty company, closed."""
    folder = tmp_path / "data 客户"
    shutil.copytree(_empty_folder, folder)
    return folder


@pytest.fixture
def sqlite_app(data_folder: Path) -> Iterator[Application]:
    """The open program with an empty company on SQLite."""
    app = open_folder(data_folder)
    yield app
    app.close()


@pytest.fixture(scope="session")
def _encrypted_folder(_empty_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Key]:
    """The data folder of an empty company whose database is encrypted, to be copied, and its key."""
    folder = tmp_path_factory.mktemp("encrypted company") / "data"
    shutil.copytree(_empty_folder, folder)
    key = Key.new()
    encrypt(open_folder(folder), key, lambda _app: None)
    return folder, key


@pytest.fixture
def encrypted_data(_encrypted_folder: tuple[Path, Key], tmp_path: Path) -> Path:
    """The data folder of an empty company, closed; its database is encrypted, and this process knows the key."""
    folder = tmp_path / "data 加密"
    shutil.copytree(_encrypted_folder[0], folder)
    RING.put(folder, _encrypted_folder[1])
    return folder


@pytest.fixture
def encrypted_app(encrypted_data: Path) -> Iterator[Application]:
    """The open program with an empty company on an encrypted SQLite file."""
    app = open_folder(encrypted_data)
    yield app
    app.close()


@pytest.fixture(params=["sqlite", "postgresql", "role", "encrypted"])
def app(request: pytest.FixtureRequest) -> Application:
    """The open program with an empty company, once on each engine; in tests marked `roles` also under an own role of a server, in those
    marked `encrypted` also on an encrypted file."""
    names = {"sqlite": "sqlite_app", "postgresql": "pg_app", "role": "role_app", "encrypted": "encrypted_app"}
    found: Application = request.getfixturevalue(names[request.param])
    return found


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out the third and the fourth run of `app` where a test did not ask for them."""
    marks = {"role": "roles", "encrypted": "encrypted"}

    def wanted(item: pytest.Item) -> bool:
        mark = marks.get(getattr(getattr(item, "callspec", None), "params", {}).get("app"))
        return mark is None or item.get_closest_marker(mark) is not None

    items[:] = [item for item in items if wanted(item)]


@pytest.fixture(scope="session")
def _role_company(postgres: postgres_server.Server, tmp_path_factory: pytest.TempPathFactory) -> RoleCompany:
    """An empty company on a server where people sign in with own roles, to be copied."""
    return make_role_company(postgres, tmp_path_factory.mktemp("roles"), EMPTY_COMPANY)


@pytest.fixture(scope="session")
def role_office(postgres: postgres_server.Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerOffice]:
    """An office on a server where people sign in with own roles. Shared: whoever tests says first who is at work and what is allowed."""
    yield from server_office(postgres, tmp_path_factory.mktemp("office of roles"))


@pytest.fixture
def role_app(postgres: postgres_server.Server, _role_company: RoleCompany, tmp_path: Path) -> Iterator[Application]:
    """The open program with an empty company, as its owner whom a server knows by an own role: row-level security is on."""
    with opened_as_owner(postgres, _role_company, tmp_path) as opened:
        yield opened


@pytest.fixture
def pg_app(postgres: postgres_server.Server, _empty_database: str, tmp_path: Path) -> Iterator[Application]:
    """The open program with an empty company on PostgreSQL."""
    name = f"test_{uuid.uuid4().hex}"
    opened = open_url(postgres.create(name, _empty_database), tmp_path)
    yield opened
    opened.close()
    postgres.run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def open_again() -> Iterator[Callable[[Application], Application]]:
    """Opens the database of a program once more, as another PC does; all are closed when the test ends."""
    opened: list[Application] = []

    def open_it(first: Application) -> Application:
        on_one_pc = (first.data / DATABASE).exists()
        address = first.engine.url.render_as_string(hide_password=False)
        opened.append(open_folder(first.data) if on_one_pc else open_url(address, first.data))
        return opened[-1]

    yield open_it
    for app in opened:
        app.close()
