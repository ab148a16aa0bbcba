"""Opening the office's database: the server is woken on the host, the address that answers is taken, and nobody is at work yet.

Who signs in then does so with an own login role, see crm_desktop/services/server_roles.py.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine

from crm_desktop.application import Application
from crm_desktop.errors import Missing
from crm_desktop.lan import connection as ways
from crm_desktop.lan.connection import HOST, Connection
from crm_desktop.lan.hosting import superuser_address
from crm_desktop.lan.joining import check
from crm_desktop.lan.waking import wake
from crm_desktop.services.opening import open_url
from crm_desktop.words import _

Before = Callable[[Engine], object]


def open_office(data: Path) -> Application:
    """The office's database with nobody at work: its door. Raises Missing where this PC has joined none, Unavailable, Refused."""
    office = wake(data)
    if office is None:
        raise Missing(_("This PC neither shares nor has joined an office."))
    found = check(office, data)
    if found.hosts != office.hosts and office.part != HOST:
        ways.keep(data, found)  # next time the address that answers is asked first
    return open_url(found.door(data), data)


def open_as_host(data: Path, before_upgrade: Before | None = None) -> Application:
    """The office's database as the host's own server administers it: for planned backups, and for what concerns the whole server.

    Raises Missing where this PC is no host, or has lost the server's password.
    """
    office = wake(data)
    if office is None or office.part != HOST:
        raise Missing(_("This PC is not the host of an office."))
    return open_url(host_url(data, office), data, before_upgrade=before_upgrade)


def host_url(data: Path, office: Connection) -> str:
    """The URL of the host's own database for its administrator. Raises Missing where the password was lost."""
    word = ways.secret(data, ways.SUPERUSER)
    if not word:
        raise Missing(
            _("The password of the database server is not on this PC any more."),
            _("The credential store of the account that shared has it. Sign in to Windows as that account."),
        )
    return superuser_address(office, word).url()
