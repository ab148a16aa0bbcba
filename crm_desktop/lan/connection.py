"""How this PC reaches the office's database: kept in the settings of this PC; what is secret, in the credential store.

Where the system has no credential store, secrets stand in a file beside the data that only this account reads, as the key of an
enrolled PC does.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from crm_desktop import settings as s
from crm_desktop.errors import Unavailable
from crm_desktop.folders import settings_file
from crm_desktop.held_files import read_patiently, remove_patiently, replace_patiently
from crm_desktop.services import vault
from crm_desktop.words import _
from db.server import Address

HOST, MEMBER = "host", "member"
SUPERUSER, SIGNING = "server", "announcing"
"""What the host keeps secret: the password of its server's superuser, and the key that signs its answers to the network. People's
passwords are kept nowhere."""

_SERVICE = "CRM Desktop LAN"
_FILE = "lan.key"
_CERTIFICATE = "office.crt"


@dataclass(frozen=True)
class Connection:
    """The way to an office's database.

    part: HOST for the PC that keeps it, MEMBER for the others. hosts: addresses or names, the best first. certificate: PEM, the only
    one taken; folder: on the host, where the server lies; file: the SQLite file that was kept when the office began; fixed: where the
    host offers it, such as 192.168.1.10/24, if somebody said so; else it is where its adapters are.
    """

    office: str
    uid: str
    hosts: tuple[str, ...]
    port: int
    database: str = "crm"
    encrypted: bool = False
    certificate: str = ""
    part: str = MEMBER
    folder: str = ""
    service: str = ""
    file: str = ""
    fixed: tuple[str, ...] = ()

    def address(self, data: Path, role: str, password: str, host: str = "") -> Address:
        """Where to go as whom. Raises Unavailable where the certificate that was kept cannot be written down."""
        if self.part == HOST:  # what does not leave this PC needs no encryption
            return Address("127.0.0.1", self.port, self.database, role, password)
        file = None
        if self.certificate:
            file = data / _CERTIFICATE
            _put(file, self.certificate)
        return Address(host or self.hosts[0], self.port, self.database, role, password, self.encrypted, file)

    def door(self, data: Path, host: str = "") -> str:
        """The URL of the database without a name in it: nobody is signed in there yet. Raises as `address`."""
        return self.address(data, "", "", host).url()

    def first(self, host: str) -> Connection:
        """The same way with this address tried first."""
        return replace(self, hosts=(host, *(h for h in self.hosts if h != host)))


def kept(data: Path) -> Connection | None:
    """The way that this PC keeps; None where its data lie on it alone. One that is damaged counts as none."""
    return of_settings(s.Settings({s.Scope.PC: s.FileStorage(settings_file(data))}))


def of_settings(settings: s.Settings) -> Connection | None:
    """The way in the settings of this PC."""
    facts = settings.get(s.LAN)
    try:
        made = Connection(**{**facts, "hosts": tuple(facts["hosts"]), "fixed": tuple(facts.get("fixed", ()))})
    except (KeyError, TypeError):
        return None
    sound = isinstance(made.port, int) and made.hosts and all(isinstance(h, str) for h in (*made.hosts, made.database, made.part))
    return made if sound else None


def keep(data: Path, connection: Connection) -> None:
    """Let this PC go this way from the next start on. Raises OSError."""
    facts = asdict(connection) | {"hosts": list(connection.hosts), "fixed": list(connection.fixed)}
    s.Settings({s.Scope.PC: s.FileStorage(settings_file(data))}).set(s.LAN, facts)


def forget(data: Path) -> None:
    """Let this PC work alone again, and forget the secrets."""
    s.Settings({s.Scope.PC: s.FileStorage(settings_file(data))}).set(s.LAN, {})
    for name in (SUPERUSER, SIGNING):
        forget_secret(data, name)
    remove_patiently(data / _CERTIFICATE)


# Secrets


def secret(data: Path, name: str) -> str:
    """A secret; "" where there is none."""
    return vault.read(_SERVICE, _under(data, name)) or _in_file(data).get(name, "")


def keep_secret(data: Path, name: str, value: str) -> None:
    """Keep one. Raises Unavailable where it can be kept nowhere."""
    if vault.able():
        vault.keep(_SERVICE, _under(data, name), value)
    else:
        _write(data, _in_file(data) | {name: value})


def forget_secret(data: Path, name: str) -> None:
    """Forget one."""
    vault.forget(_SERVICE, _under(data, name))
    left = _in_file(data)
    if left.pop(name, None) is None:
        return
    if left:
        _write(data, left)
    else:
        remove_patiently(data / _FILE)


def _under(data: Path, name: str) -> str:
    return f"{name} {data.resolve()}"


def _in_file(data: Path) -> dict[str, str]:
    try:
        found = json.loads(read_patiently(data / _FILE).decode("utf-8"))
    except (OSError, ValueError):
        return {}
    return {k: v for k, v in found.items() if isinstance(v, str)} if isinstance(found, dict) else {}


def _write(data: Path, values: Mapping[str, Any]) -> None:
    _put(data / _FILE, json.dumps(dict(values)))


def _put(file: Path, text: str) -> None:
    """Write a small file that only this account reads, if it does not stand there already."""
    fresh = file.with_name(f"{file.name}.{os.getpid()}.new")
    try:
        if file.is_file() and read_patiently(file).decode("utf-8", "replace") == text:
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        remove_patiently(fresh)
        # On Windows the folder of a person's data is closed to others already; the mode says the same elsewhere.
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8", newline="\n") as out:
            out.write(text)
        replace_patiently(fresh, file)
    except OSError as error:
        raise Unavailable(_("{file} cannot be written.").format(file=file), _("Check the folder's permissions.")) from error
    finally:
        remove_patiently(fresh)
