"""Offices on this machine: a host whose server listens on loopback addresses only, so that nothing of it reaches a real network."""

from __future__ import annotations

import atexit
import ipaddress
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from people_makers import Office
from postgres_server import _free_port

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.lan import connection as ways
from crm_desktop.lan.binaries import Binaries, find
from crm_desktop.lan.calling import server_account
from crm_desktop.lan.cluster import Cluster
from crm_desktop.lan.entering import open_office
from crm_desktop.lan.hosting import Making, Shared, share
from crm_desktop.lan.networks import Adapter
from crm_desktop.lan.service import PlainProcess
from crm_desktop.services import saving, signing_in
from crm_desktop.services.opening import NewCompany, open_folder

PASSWORD = "a-long-one-for-tests"
NEAR = (Adapter("test", ipaddress.ip_interface("127.0.0.2/8")),)


def made_of(binaries: Binaries | None = None, port: int = 0) -> Making:
    """What a server for a test is made of."""
    return Making(binaries or find(), NEAR, port or _free_port(), PlainProcess(), server_account(), fixed=True)


def no_backup(_app: Application) -> None:
    """Backups have tests of their own."""


@cache
def _company() -> Path:
    """The data folder of such a company, to be copied: making it takes far longer."""
    folder = Path(tempfile.mkdtemp(prefix="crm-desktop-office-company-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    app = open_folder(folder, create=NewCompany("百川贸易", "Ann", "en"))
    office = Office(app)
    for name in ("Bob", "Cho"):
        office.person(name, "salesperson", sign_in=name.casefold())
    saving.save(app, saving.new_draft(app, "customers", {"name": "Harbour 海港", "owner_id": Ref(app.actor.user_id or 0)}))
    app.close()
    return folder


@dataclass
class TestOffice:
    """A folder with the host's data in `host`; members get folders of their own beside it."""

    __test__ = False
    folder: Path
    shared: Shared | None = None

    @property
    def host(self) -> Path:
        return self.folder / "host 主机"

    @property
    def connection(self) -> ways.Connection:
        found = ways.kept(self.host)
        assert found is not None
        return found

    def member(self, name: str = "member") -> Path:
        made = self.folder / name
        made.mkdir(exist_ok=True)
        return made

    def begin(self) -> Application:
        """A company on one PC, with two people and a customer."""
        shutil.copytree(_company(), self.host)
        self.host.chmod(0o755)
        return open_folder(self.host)

    def share(self, making: Making | None = None) -> Shared:
        self.shared = share(self.begin(), PASSWORD, no_backup, making or made_of())
        return self.shared

    def enter(self, data: Path | None = None, name: str = "ann", password: str = PASSWORD, new: str = "") -> Application:
        """Sign in, as a program of that PC does."""
        app = open_office(data or self.host)
        signing_in.sign_in(app, name, password, new=new)
        return app

    def first_word(self, name: str) -> str:
        assert self.shared is not None
        return next(p.password for p in self.shared.people if p.sign_in == name)

    def end(self) -> None:
        for folder in self.folder.rglob("postmaster.pid"):
            Cluster(folder.parents[1], find(), server_account()).stop(at_once=True)
        shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def an_office() -> Iterator[TestOffice]:
    """A folder that the account of a server can reach, taken away with all servers that run in it."""
    made = TestOffice(Path(tempfile.mkdtemp(prefix="crm-desktop-office-")))
    made.folder.chmod(0o755)
    try:
        yield made
    finally:
        made.end()
