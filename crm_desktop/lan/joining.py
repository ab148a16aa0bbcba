"""Joining an office: finding its host, looking at what it shows, and keeping the way to it.

No password is sent before the server has shown the certificate that is kept (where it encrypts), and no password is ever sent as it
is: SCRAM proves it to the server, and the server to us.
"""

from __future__ import annotations

import ipaddress
import logging
import socket
import ssl
import struct
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from crm_desktop.errors import Invalid, Refused, Unavailable
from crm_desktop.lan import announcing
from crm_desktop.lan import connection as ways
from crm_desktop.lan.announcing import Found
from crm_desktop.lan.certificate import fingerprint
from crm_desktop.lan.cluster import PORT
from crm_desktop.lan.connection import MEMBER, Connection
from crm_desktop.lan.join_file import host_is_near
from crm_desktop.words import _
from db import errors as fault
from db import server

log = logging.getLogger(__name__)
_PATIENCE = 5.0
_SSL_REQUEST = struct.pack("!ii", 8, 80877103)
"""How a client of PostgreSQL asks whether the server encrypts (postgresql.org/docs/current/protocol-message-formats.html)."""

Discover = Callable[[float, "list[tuple[str, int]]"], "list[Found]"]


@dataclass(frozen=True)
class Office:
    """An office that could be joined. digits: to be compared with the host's screen; "" where the host did not say them."""

    connection: Connection
    digits: str = ""


def parsed(text: str) -> tuple[str, int]:
    """HOST or HOST:PORT; an IPv6 address with a port stands in brackets. Raises Invalid at "host"."""
    text = text.strip()
    host, port = text, str(PORT)
    if text.startswith("[") and "]" in text:
        host, _bracket, rest = text[1:].partition("]")
        port = rest.removeprefix(":") or port
    elif text.count(":") == 1:
        host, port = text.split(":")
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise Invalid({"host": _("Please type an address such as 192.168.1.10 or 192.168.1.10:15432, or the name of a PC.")})
    return host, int(port)


def office_at(text: str, discover: Discover = announcing.discover) -> Office:
    """The office whose host is at an address. Raises Invalid, Unavailable, Refused."""
    host, port = parsed(text)
    if not host_is_near(host):
        raise Refused(
            _("{host} is no address of an office network.").format(host=host),
            _("A server elsewhere is set up by its administrator: “crm-desktop lan use” connects to it."),
        )
    found = [f for f in discover(1.0, [(host, announcing.PORT)]) if f.port == port or port == PORT] if _plain(host) else []
    if found:
        return office_of(replace(found[0], address=host))
    shown = certificate_at(host, port)
    return Office(Connection(host, "", (host,), port, encrypted=bool(shown), certificate=shown))


def office_of(found: Found) -> Office:
    """The office behind a host that answered. Raises Unavailable; Refused where it shows another certificate than it said."""
    shown = certificate_at(found.address, found.port)
    if (fingerprint(shown) if shown else "") != found.certificate:
        raise Refused(
            _("The server at {host} is not the one it says it is: it shows another certificate.").format(host=found.address),
            _("Ask the person who looks after the host. A join file from the host is always right."),
        )
    way = Connection(
        found.office, found.uid, (found.address,), found.port, found.database, bool(shown), shown
    )  # fmt: skip
    return Office(way, found.digits)


def certificate_at(host: str, port: int) -> str:
    """The certificate that a server shows, as PEM; "" where it does not encrypt. Raises Unavailable where there is none."""
    try:
        with socket.create_connection((host, port), _PATIENCE) as plain:
            plain.settimeout(_PATIENCE)
            plain.sendall(_SSL_REQUEST)
            said = plain.recv(1)
            if said == b"N":
                return ""
            if said != b"S":
                raise Unavailable(_("At {host}, port {port}, there is no database server.").format(host=host, port=port))
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # it is looked at, not believed
            with context.wrap_socket(plain, server_hostname=host) as wrapped:
                shown = wrapped.getpeercert(binary_form=True)
    except (OSError, UnicodeError) as error:
        raise unreachable(host, port) from error
    return ssl.DER_cert_to_PEM_cert(shown) if shown else ""


def check(office: Connection, data: Path) -> Connection:
    """Make sure that the office's server answers and is the right one; gives the way with the address that answered first.

    Raises Unavailable, Refused. Nothing secret is sent: who asks is nobody.
    """
    last: fault.DatabaseFault | None = None
    for host in office.hosts if office.part == MEMBER else office.hosts[:1]:
        try:
            server.check(office.address(data, "crm/-", "-", host))
        except server.WrongPassword:
            return office.first(host)
        except server.Unproven as error:
            raise Refused(
                _("The server at {host} is not the office's: it shows another certificate, or none.").format(host=host),
                _("Nothing was sent to it. Ask the person who looks after the host for a new join file."),
            ) from error
        except fault.DatabaseFault as error:
            log.warning("%s does not answer", host)
            last = error
        else:
            return office.first(host)
    raise unreachable(office.hosts[0], office.port) from last


def answers(office: Connection, data: Path) -> bool:
    """Whether the office's database answers now."""
    try:
        check(office, data)
    except (Unavailable, Refused):
        return False
    return True


def join(data: Path, office: Connection) -> Connection:
    """Let this PC work with an office's database from the next start on. Raises Refused, Unavailable."""
    known = ways.kept(data)
    if known is not None and known.part != MEMBER:
        raise Refused(_("This PC is the host of an office."), _("Stop sharing first: “crm-desktop lan stop”."))
    checked = replace(check(office, data), part=MEMBER, folder="", service="", file="")
    try:
        ways.keep(data, checked)
    except OSError as error:
        raise Unavailable(_("The settings of this PC cannot be written."), _("Check the folder's permissions.")) from error
    log.info("Joined an office")
    return checked


def leave(data: Path) -> None:
    """Let this PC, which is no host, work alone again: with the data it had before, if it had any. Raises Refused."""
    known = ways.kept(data)
    if known is None:
        raise Refused(_("This PC neither shares nor has joined an office."))
    if known.part != MEMBER:
        raise Refused(_("This PC is the host of an office."))
    if known.folder:
        raise Refused(
            _("This PC was the host, and its server still shows the others the way."),
            _("Once all have followed: “crm-desktop lan clear-away”, or the screen “Office network”."),
        )
    ways.forget(data)


def unreachable(host: str, port: int) -> Unavailable:
    """Nobody answers, in words."""
    return Unavailable(
        _("Nobody answers at {host}, port {port}.").format(host=host, port=port),
        _("Is the host switched on and awake, are both PCs in the same network, and does its firewall let this PC in?"),
    )


def _plain(host: str) -> bool:
    """Whether questions can go there: they are sent over IPv4 only."""
    try:
        return ipaddress.ip_address(host).version == 4
    except ValueError:
        return True
