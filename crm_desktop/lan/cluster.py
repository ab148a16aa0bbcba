"""The host's own PostgreSQL: made, configured for a desktop PC and for the office's networks only, started and stopped.

Everything lies in one folder: the cluster in `data`, what the server says in `server.log`. Nobody comes in without a password, by
no way: pg_hba.conf knows nothing but SCRAM, and from the network nobody but people of the one database.
"""

from __future__ import annotations

import errno
import logging
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import psutil

from crm_desktop.errors import Refused, Unavailable
from crm_desktop.lan.binaries import Binaries
from crm_desktop.lan.calling import Account, copy_programs, path_for, run_as, server_account
from crm_desktop.lan.certificate import Certificate
from crm_desktop.words import _

log = logging.getLogger(__name__)
PORT = 15432
"""The port where nothing else is asked for: not PostgreSQL's own, so that another PostgreSQL of this PC keeps it."""

SUPERUSER = "postgres"
_MB = 1 << 20
_OURS = "crm-desktop.conf"
_PATIENCE = 120.0  # seconds; an old disk takes long
CERTIFICATE, KEY = "office.crt", "office.key"


@dataclass(frozen=True)
class Offer:
    """What a cluster offers to whom. addresses: where it listens beside this PC; networks: from where one may come; closed: for now
    only the superuser of this PC may."""

    port: int = PORT
    addresses: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    database: str = "crm"
    tls: bool = False
    closed: bool = False


class Cluster:
    """One PostgreSQL in a folder."""

    def __init__(self, folder: Path, binaries: Binaries, account: Account | None = None) -> None:
        self.folder = folder
        self.account = account if account is not None else server_account()
        copied = self._copied(binaries)
        self.binaries = replace(binaries, folder=copied) if copied else binaries

    @property
    def data(self) -> Path:
        """The cluster itself."""
        return self.folder / "data"

    @property
    def log_file(self) -> Path:
        """What the server said while it started."""
        return self.folder / "server.log"

    def exists(self) -> bool:
        """Whether it was made."""
        return (self.data / "PG_VERSION").is_file()

    def version(self) -> int:
        """The version of PostgreSQL that made it; 0 where none did."""
        try:
            return int((self.data / "PG_VERSION").read_text(encoding="ascii").strip())
        except (OSError, ValueError):
            return 0

    def create(self, password: str) -> None:
        """Make it, with the password of its superuser. Raises Unavailable, Refused where something lies there already."""
        if self.exists() or (self.data.exists() and any(self.data.iterdir())):
            raise Refused(_("There is a database server in {folder} already.").format(folder=self.folder))
        secret = self.folder / "password"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.account.own(self.folder)
            if not self.account.reaches(self.binaries.folder):
                self._bring_programs()
            with os.fdopen(os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
                file.write(password)
            self.account.own(secret)
            self._call("initdb", *self._how(), f"--pwfile={path_for(secret)}", "-D", path_for(self.data))
        except OSError as error:
            raise _no_room(self.folder) from error
        finally:
            secret.unlink(missing_ok=True)

    def _how(self) -> list[str]:
        # What is ordered for people has sort keys of its own; the server only has to tell letters from signs.
        builtin = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if self.binaries.version >= 17 else []
        access = [f"--username={SUPERUSER}", "--auth-local=scram-sha-256", "--auth-host=scram-sha-256"]
        return ["--encoding=UTF8", "--locale=C", *builtin, "--data-checksums", "--no-instructions", *access]

    def configure(self, offer: Offer) -> None:
        """Write what it offers to whom; counts from the next start on. Raises Unavailable."""
        try:
            self._write(self.data / _OURS, settings_text(offer))
            self._write(self.data / "pg_hba.conf", access_text(offer))
            main = self.data / "postgresql.conf"
            line = f"include '{_OURS}'\n"
            text = main.read_text(encoding="utf-8")
            if not text.endswith(line):
                self._write(main, f"{text}\n{line}")
        except OSError as error:
            raise _no_room(self.folder) from error

    def offered(self) -> tuple[str, str]:
        """The addresses it listens at, and who may come from where, as they were written. Raises OSError."""
        lines = (self.data / _OURS).read_text(encoding="utf-8").splitlines()
        heard = next((line.partition("'")[2].rstrip("'") for line in lines if line.startswith("listen_addresses ")), "")
        return heard, (self.data / "pg_hba.conf").read_text(encoding="utf-8")

    def take_certificate(self, certificate: bytes, key: bytes) -> None:
        """Keep the certificate that the server shows, and its key, which nobody else may read. Raises Unavailable."""
        try:
            self._write(self.data / CERTIFICATE, certificate.decode("ascii"))
            self._write(self.data / KEY, key.decode("ascii"))
        except OSError as error:
            raise _no_room(self.folder) from error

    def certificate(self) -> Certificate | None:
        """The certificate that it shows, and its key; None where it has none."""
        try:
            return Certificate((self.data / CERTIFICATE).read_bytes(), (self.data / KEY).read_bytes())
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Unavailable(_("The certificate of the office cannot be read."), _("Nothing was changed.")) from error

    def _write(self, file: Path, text: str) -> None:
        fresh = file.with_name(f"{file.name}.new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8", newline="\n") as out:
            out.write(text)
        self.account.own(fresh)
        fresh.replace(file)

    def can_encrypt(self) -> bool:
        """Whether its programs can: the server itself says what it was built with."""
        said = self.folder / "asked.txt"
        try:
            command = [str(self.binaries.program("postgres")), "-D", path_for(self.data), "-C", "ssl_library"]
            done = run_as(self.account, command, self.folder, said, 30)
            return done == 0 and "openssl" in said.read_text(encoding="utf-8", errors="replace").casefold()
        except (OSError, subprocess.TimeoutExpired):
            return False
        finally:
            said.unlink(missing_ok=True)

    # Running

    def start(self) -> None:
        """Start it, and wait until it answers. Raises Unavailable with what it said."""
        if self.running():
            return
        self._call("pg_ctl", "start", "-w", "-t", str(int(_PATIENCE)), "-D", path_for(self.data), "-l", path_for(self.log_file))

    def stop(self, at_once: bool = False) -> None:
        """Stop it; who is connected is cut off. at_once: without tidying up, as before it is thrown away. Raises Unavailable."""
        if self.running():
            self._call("pg_ctl", "stop", "-m", "immediate" if at_once else "fast", "-w", "-t", "90", "-D", path_for(self.data))

    def reload(self) -> None:
        """Let it read pg_hba.conf again. Raises Unavailable."""
        self._call("pg_ctl", "reload", "-D", path_for(self.data))

    def running(self) -> bool:
        """Whether its process is there."""
        try:
            lines = (self.data / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
            number = int(lines[0])
            return psutil.pid_exists(number) and "postgres" in psutil.Process(number).name().casefold()
        except (OSError, ValueError, IndexError, psutil.Error):
            return False

    def remove(self) -> None:
        """Stop it and throw it away."""
        if self.running():
            self.stop(at_once=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _call(self, program: str, *arguments: str) -> None:
        said = self.folder / f"{program}.txt"
        try:
            command = [str(self.binaries.program(program)), *arguments]
            done = run_as(self.account, command, self.folder, said, _PATIENCE + 60)
        except (OSError, subprocess.TimeoutExpired) as error:
            log.warning("%s: %s", program, type(error).__name__)
            raise Unavailable(_("PostgreSQL does not start on this PC."), _("It does not answer.")) from error
        if done:
            raise Unavailable(_("PostgreSQL does not start on this PC."), self._last_words(said))

    def _last_words(self, said: Path) -> str:
        texts = [f.read_text(encoding="utf-8", errors="replace") for f in (said, self.log_file) if f.exists()]
        lines = [line.strip() for text in texts for line in text.splitlines() if line.strip()]
        telling = [line for line in lines if any(word in line for word in ("FATAL", "PANIC", "error:", "could not"))]
        return "\n".join((telling or lines)[-3:])

    # Programs that the account can reach

    def _copied(self, binaries: Binaries) -> Path | None:
        programs = self.folder / "programs"
        for root in (programs / binaries.root.parent.name / binaries.root.name, programs / binaries.root.name):
            if (root / binaries.folder.name).is_dir():
                return root / binaries.folder.name
        return None

    def _bring_programs(self) -> None:
        root = copy_programs(self.binaries.root, self.folder / "programs")
        self.binaries = replace(self.binaries, folder=root / self.binaries.folder.name)


def addresses_text(offer: Offer) -> str:
    """Where it listens: this PC, and the office's networks."""
    return ",".join(("127.0.0.1", *offer.addresses))


def settings_text(offer: Offer) -> str:
    """The settings of a server on a PC where somebody works as well."""
    memory = psutil.virtual_memory().total // _MB
    shared = max(128, min(memory // 8, 1024))
    values: dict[str, str | int] = {
        "port": offer.port,
        "listen_addresses": addresses_text(offer),
        "unix_socket_directories": "",
        "max_connections": 300,
        "shared_buffers": f"{shared}MB",
        "effective_cache_size": f"{max(256, memory // 2)}MB",
        "work_mem": "8MB",
        "maintenance_work_mem": f"{max(64, min(memory // 32, 256))}MB",
        "checkpoint_timeout": "15min",
        "max_wal_size": "2GB",
        # Nothing is replicated from here; backups are the program's own.
        "wal_level": "minimal",
        "max_wal_senders": 0,
        "jit": "off",
        "timezone": "UTC",
        "lc_messages": "C",
        "password_encryption": "scram-sha-256",
        # A PC that was switched off or lost its cable must not hold its locks for two hours.
        "tcp_keepalives_idle": 30,
        "tcp_keepalives_interval": 10,
        "tcp_keepalives_count": 3,
        "idle_in_transaction_session_timeout": "5min",
        "logging_collector": "on",
        "log_directory": "log",
        "log_filename": "server-%a.log",
        "log_truncate_on_rotation": "on",
        "log_rotation_age": "1d",
        "log_rotation_size": 0,
        # Statements hold what people typed.
        "log_statement": "none",
        "log_min_error_statement": "panic",
        "ssl": "on" if offer.tls else "off",
    }
    if offer.tls:
        values |= {"ssl_cert_file": CERTIFICATE, "ssl_key_file": KEY, "ssl_min_protocol_version": "TLSv1.2"}
    if sys.platform != "win32" and not Path("/dev/shm").is_dir():
        values["dynamic_shared_memory_type"] = "mmap"
    head = "# Written by CRM Desktop; changes are lost. Settings of your own go below the last line of postgresql.conf.\n"
    return head + "".join(f"{name} = '{value}'\n" for name, value in values.items())


def access_text(offer: Offer) -> str:
    """Who may come from where: SCRAM everywhere, and from the network only into the one database, never as superuser."""
    word = "hostssl" if offer.tls else "host"
    rows = ["# Written by CRM Desktop; changes are lost."]
    # There is no local socket; should somebody turn one on, it wants a password, too.
    rows += ["" if sys.platform == "win32" else "local all all scram-sha-256"]
    who = SUPERUSER if offer.closed else "all"
    rows += [f"host all {who} {here} scram-sha-256" for here in ("127.0.0.1/32", "::1/128")]
    for network in () if offer.closed else offer.networks:
        rows.append(f"host all {SUPERUSER} {network} reject")
        rows.append(f"{word} {offer.database} all {network} scram-sha-256")
    return "\n".join(row for row in rows if row) + "\n"


def port_is_free(port: int, addresses: Sequence[str] = ("127.0.0.1",)) -> bool:
    """Whether nobody of this PC listens there."""
    for address in addresses:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with socket.socket(family) as probe:
            if sys.platform != "win32":  # there it would let two listen at once
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, port))
            except OSError as error:
                if error.errno != errno.EADDRNOTAVAIL:  # an address that went away meanwhile is nobody's
                    return False
    return True


def free_port(wanted: int = PORT, tries: int = 50) -> int:
    """The wanted port, or the next one that is free. Raises Unavailable."""
    for port in range(wanted, min(wanted + tries, 65536)):
        if port_is_free(port):
            return port
    raise Unavailable(_("No port from {port} on is free.").format(port=wanted))


def _no_room(folder: Path) -> Unavailable:
    return Unavailable(
        _("The database server cannot be put into {folder}.").format(folder=folder),
        _("Nothing was changed. Check the disk, its free space and the folder's permissions."),
    )
