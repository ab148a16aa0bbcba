"""Making this PC the host of its office.

Everything new is made beside what is there: the server in a folder of its own, which bears a mark until it is whole. Only when all data
have arrived, were compared and can be reached does one write of this PC's settings make it the office's database; whenever the program
is killed before that, the next start opens what was there.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import logging
import platform
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Engine, delete, insert

from crm_desktop import settings as s
from crm_desktop.application import Application
from crm_desktop.errors import Refused, Told, Unavailable
from crm_desktop.held_files import remove_patiently, rename_patiently, unlink_patiently
from crm_desktop.lan import announcing, people
from crm_desktop.lan import connection as ways
from crm_desktop.lan.binaries import Binaries
from crm_desktop.lan.calling import Account, server_account
from crm_desktop.lan.certificate import make_certificate
from crm_desktop.lan.checks import Readiness
from crm_desktop.lan.cluster import SUPERUSER, Cluster, Offer, free_port
from crm_desktop.lan.connection import HOST, Connection
from crm_desktop.lan.moving import Sum, move
from crm_desktop.lan.networks import Adapter
from crm_desktop.lan.service import Starter, starter
from crm_desktop.progress import Progress, Unwatched
from crm_desktop.services.credentials import company_settings
from crm_desktop.services.opening import database_path
from crm_desktop.services.server_roles import Issued
from crm_desktop.words import _
from db import errors as fault
from db import server, transfer
from db.engine import open_engine, reading, settle, sqlite_url, writing
from db.models.system import Setting

log = logging.getLogger(__name__)
DATABASE = "crm"
UNFINISHED = "unfinished"
_FOLDER = "server"
_SYSTEM = Path("/var/lib/crm-desktop")
Keep = Callable[[Application], object]
"""Makes a verified backup of what is open; raises Told where it cannot."""


@dataclass(frozen=True)
class Shared:
    """What came of sharing. people: who got which first password, to be told once; rows: how many arrived; kept: the file of before,
    None where there was none."""

    connection: Connection
    people: tuple[Issued, ...]
    rows: int
    kept: Path | None


@dataclass(frozen=True)
class Making:
    """What a server is made of. near: the addresses it is offered at; fixed: which somebody chose; starter: what keeps it running."""

    binaries: Binaries
    near: Sequence[Adapter]
    port: int
    starter: Starter
    account: Account | None = None
    fixed: bool = False


def mark_of(data: Path) -> str:
    """What tells the server of one data folder from those of others on the same PC."""
    return hashlib.sha256(str(data.resolve()).encode()).hexdigest()[:8]


def server_folder(data: Path, account: Account | None = None) -> Path:
    """Where a new server goes: beside the data, if its account gets there; a folder that was begun is taken, a finished one never."""
    account = account or server_account()
    home = data.resolve()
    base = home if account.reaches(next(f for f in (home, *home.parents) if f.exists())) else _SYSTEM / mark_of(data)
    for number in range(1, 1000):
        folder = base / (_FOLDER if number == 1 else f"{_FOLDER}-{number}")
        if not folder.exists() or (folder / UNFINISHED).exists():
            return folder
    raise Unavailable(_("There are too many database servers in {folder}.").format(folder=base))


def making(ready: Readiness, data: Path, port: int, fixed: bool = False) -> Making:
    """What a server is made of, from what was looked at. fixed: somebody chose the addresses.

    Raises Refused where something keeps it from working.
    """
    obstacle = ready.obstacle
    if obstacle is not None or ready.binaries is None:
        words, advice = (obstacle.words, obstacle.advice) if obstacle else ("", "")
        raise Refused(words, advice)
    return Making(ready.binaries, ready.adapters, port, starter(mark_of(data)), fixed=fixed)


def share(
    app: Application, password: str, keep: Keep, made_of: Making, progress: Progress | None = None, folder: Path | None = None
) -> Shared:
    """Move the data of this PC into a server of its own, and offer it to the office. `app` is closed on the way, and has to be opened
    anew whatever happens.

    password: of the owner at work, who signs in with it from then on. Raises Told; everything is as before then.
    """
    progress = progress or Unwatched()
    data, actor = app.data, app.actor
    people.check_owner(app, password)
    if ways.kept(data) is not None:
        raise Refused(_("This PC shares already, or has joined an office."), _("“crm-desktop lan status” tells of it."))
    progress.report(0, None, _("Making a backup"))
    keep(app)
    office = company_settings(app).get(s.COMPANY_NAME)
    app.close()
    database = database_path(data)
    settled(database)
    with new_server(data, made_of, office, progress, folder) as fresh:
        with still(database) as source:
            arrived = move(source, fresh.engine, progress)
        progress.report(0, None, _("Turning rights on"))
        issued = people.turn_on(fresh.engine, data, actor, password)
        make_backups_here(fresh.engine)
        connection = replace(fresh.connection, uid=people.uid(fresh.engine), file=kept_name(database))
        fresh.engine.dispose()
        progress.check_cancelled()
        fresh.offer()
        check_still_the_same(database, arrived)
        fresh.finish(connection)
    kept = put_aside(database, connection)
    rows = sum(each.rows for each in arrived.values())
    log.info("Shared with the office: %d rows", rows)
    return Shared(connection, issued, rows, kept)


# A new server


class Fresh:
    """A server that was made just now and is nobody's yet."""

    def __init__(
        self, data: Path, cluster: Cluster, made_of: Making, password: str, connection: Connection, alone: Connection
    ) -> None:
        self.data, self.cluster, self.made_of, self.password, self.connection = data, cluster, made_of, password, connection
        self._alone = alone
        self.engine = server.engine_at(self.address())
        self.finished = self._installed = False

    def address(self) -> server.Address:
        """Where it is until it is offered."""
        return superuser_address(self._alone, self.password)

    def offer(self) -> None:
        """Offer it to the office, from the next moment on and whenever the PC starts."""
        self.cluster.configure(offer_of(self.made_of, self.connection))
        self._installed = True
        self.made_of.starter.install(self.cluster, self.connection.port, [a.network for a in self.made_of.near])
        server.check(superuser_address(self.connection, self.password))

    def make_ready(self) -> None:
        """Keep its secrets; it is no longer one that was only begun."""
        ways.keep_secret(self.data, ways.SUPERUSER, self.password)
        if not ways.secret(self.data, ways.SIGNING):
            ways.keep_secret(self.data, ways.SIGNING, announcing.new_key())
        unlink_patiently(self.cluster.folder / UNFINISHED)

    def finish(self, connection: Connection) -> None:
        """Let this PC work with it from now on."""
        self.make_ready()
        ways.keep(self.data, connection)
        self.connection, self.finished = connection, True

    def throw_away(self) -> None:
        """Leave nothing of it."""
        self.engine.dispose()
        if self._installed:
            try:
                self.made_of.starter.remove(self.cluster)
            except Told as error:
                log.warning("The service stays: %s", error)
        self.cluster.remove()


@contextmanager
def new_server(
    data: Path, made_of: Making, name: str, progress: Progress, folder: Path | None = None, like: Cluster | None = None
) -> Iterator[Fresh]:
    """A server with an empty database, which only this PC reaches; it is thrown away unless it was finished.

    name: of the company; like: a server whose certificate it goes on to show, since the others keep to that.
    """
    folder = folder or server_folder(data, made_of.account)
    _clear(folder, made_of)
    progress.report(0, None, _("Making the database server"))
    cluster = Cluster(folder, made_of.binaries, made_of.account)
    fresh = None
    try:
        _mark(cluster)
        password = server.new_password()
        cluster.create(password)
        connection = _connection(made_of, name, cluster, like)
        cluster.configure(Offer(free_port(made_of.port)))
        cluster.start()
        alone_there = replace(connection, port=_port_of(cluster))
        with _faults(), server.session(superuser_address(alone_there, password, "postgres")) as bare:
            server.make_database(bare, DATABASE, SUPERUSER)
        fresh = Fresh(data, cluster, made_of, password, connection, alone_there)
        with _faults():
            yield fresh
    finally:
        if fresh is None:
            cluster.remove()
        elif not fresh.finished:
            fresh.throw_away()


def _connection(made_of: Making, office: str, cluster: Cluster, like: Cluster | None) -> Connection:
    certificate = ""
    if cluster.can_encrypt():
        made = (like.certificate() if like else None) or make_certificate(office)
        cluster.take_certificate(made.certificate, made.key)
        certificate = made.certificate.decode("ascii")
    return Connection(
        office, "", hosts_of(made_of.near), made_of.port, DATABASE, bool(certificate), certificate, HOST,
        str(cluster.folder), made_of.starter.name, fixed=tuple(str(a.interface) for a in made_of.near) if made_of.fixed else (),
    )  # fmt: skip


def hosts_of(near: Sequence[Adapter]) -> tuple[str, ...]:
    """How others reach this PC: its name last, since an office without a server often cannot look names up."""
    name = platform.node().split(".")[0]
    return (*dict.fromkeys(a.address for a in near), *([name] if name else []))


def offer_of(made_of: Making, connection: Connection) -> Offer:
    """What the finished server offers."""
    near = made_of.near
    addresses, networks = tuple(a.address for a in near), tuple(dict.fromkeys(a.network for a in near))
    return Offer(connection.port, addresses, networks, connection.database, connection.encrypted)


def superuser_address(connection: Connection, password: str, database: str = "") -> server.Address:
    """The server of this PC, as its superuser."""
    return server.Address("127.0.0.1", connection.port, database or connection.database, SUPERUSER, password)


def _port_of(cluster: Cluster) -> int:
    """The port it listens on now, as its own file says: process, folder, start, port."""
    return int((cluster.data / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()[3])


def _mark(cluster: Cluster) -> None:
    try:
        cluster.folder.mkdir(parents=True, exist_ok=True)
        cluster.account.own(cluster.folder)
        (cluster.folder / UNFINISHED).touch()
    except OSError as error:
        raise Unavailable(
            _("The database server cannot be put into {folder}.").format(folder=cluster.folder),
            _("Nothing was changed. Check the disk, its free space and the folder's permissions."),
        ) from error


def _clear(folder: Path, made_of: Making) -> None:
    """Remove what a program that was killed had begun."""
    if (folder / UNFINISHED).exists():
        log.warning("A server that was begun is removed")
        Cluster(folder, made_of.binaries, made_of.account).remove()
        if folder.exists():
            shutil.rmtree(folder, ignore_errors=True)


def cannot_encrypt(found: Binaries) -> Refused:
    """An office that encrypts never goes back to a server that cannot: the others keep to its certificate."""
    return Refused(
        _("PostgreSQL {version} of this PC cannot encrypt, and the office's network is encrypted.").format(version=found.version),
        _("Nothing was changed. Put one with TLS (from postgresql.org) into the folder “postgres” beside the program."),
    )


def make_backups_here(engine: Engine) -> None:
    """Let the host make the office's planned backups: it is on whenever anybody works, and needs nobody to sign in for them."""
    row = {"user_id": 0, "key": s.BACKUP_STATION.name, "value": json.dumps(platform.node(), ensure_ascii=False)}
    table = Setting.__table__
    with writing(engine) as session:
        session.execute(delete(table).where(table.c.user_id == 0, table.c.key == row["key"]))  # type: ignore[arg-type]
        session.execute(insert(table), [row])  # type: ignore[arg-type]


# The SQLite file of before


@contextmanager
def still(database: Path) -> Iterator[Engine]:
    """A SQLite file that nobody has open, and that nobody writes to meanwhile. Raises Refused where somebody has it open."""
    settled(database)
    source = open_engine(sqlite_url(database))
    try:
        with writing(source) as session:
            session.connection()  # takes the lock of writers
            yield source
    finally:
        source.dispose()


def settled(database: Path) -> None:
    """Bring a SQLite database into its one file. Raises Refused where somebody has it open, Unavailable."""
    try:
        settle(database)
    except fault.Busy as error:
        raise _in_use() from error
    except fault.DatabaseFault as error:
        raise Unavailable(_("The database on this PC cannot be read."), _("“crm-desktop check” tells more.")) from error


def check_still_the_same(database: Path, arrived: dict[str, Sum]) -> None:
    """Make sure that nothing was written since, and that nobody has it open. Raises Refused."""
    source = open_engine(sqlite_url(database))
    try:
        with reading(source) as connection:
            now = transfer.counts(connection, transfer.shapes())
    finally:
        source.dispose()
    settled(database)
    if now != {name: each.rows for name, each in arrived.items()}:
        raise _in_use()


def _in_use() -> Refused:
    return Refused(_("The database is in use."), _("Nothing was changed. Close the program on this PC, then try again."))


def kept_name(database: Path) -> str:
    """The name under which the file of before is kept."""
    return f"{database.stem}-before-sharing-{dt.datetime.now().astimezone():%Y%m%d-%H%M%S}{database.suffix}"


def put_aside(database: Path, connection: Connection) -> Path:
    """Give the file of before the name under which it is kept; done again at the next start where it could not be done."""
    if not connection.file:  # the office did not begin on this PC
        return database
    target = database.with_name(connection.file)
    if database.exists() and not target.exists():
        try:
            rename_patiently(database, target)
            for ending in ("-wal", "-shm", "-journal"):
                remove_patiently(database.with_name(database.name + ending))
        except OSError as error:
            log.warning("The file of before keeps its name: %s", type(error).__name__)
            return database
    return target


@contextmanager
def _faults() -> Iterator[None]:
    """What the server has against it, in words."""
    try:
        yield
    except fault.DiskFull as error:
        raise Unavailable(_("The disk is full."), _("Nothing was changed. Free some space and try again.")) from error
    except fault.DatabaseFault as error:
        log.warning("The new server: %s", error)
        raise Unavailable(_("The new database server does not do its work."), _("Nothing was changed.")) from error
