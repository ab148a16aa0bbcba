"""crm-desktop clean-up: takes back what this PC's system was told, before the program goes away. The uninstaller calls it.

The data stay as they are: whoever installs the program again finds them. What a host has registered comes back by sharing anew.
"""

from __future__ import annotations

import argparse

from crm_desktop.cli.console import complain, say, tell_error
from crm_desktop.cli.opening import data_of
from crm_desktop.errors import Told
from crm_desktop.words import _

IS_HOST = 6
"""The exit code where this PC is the host of an office, and nobody said that the office may go. dev/installer/setup.nsi knows it."""


def clean_up(arguments: argparse.Namespace) -> int:
    """Take back the task of planned backups and, on a host, the service and the rules of the firewall. 1: something is left."""
    from backups.task_scheduler import scheduler
    from crm_desktop.lan import connection as ways
    from crm_desktop.lan.hosting import mark_of
    from crm_desktop.lan.service import starter
    from crm_desktop.lan.waking import cluster_of

    data = data_of(arguments)
    office = ways.kept(data)
    host = office if office is not None and office.part == ways.HOST else None
    if host is not None and not arguments.host:
        complain(_("This PC is the host of “{office}”: nobody there can work without it.").format(office=host.office))
        complain(_("Stop sharing, or let another PC take over; or add --host."))
        return IS_HOST
    left = 0
    try:
        if scheduler(data).remove():
            say(_("The task was removed."))
    except Told as error:
        tell_error(error)
        left = 1
    if host is not None:
        try:
            starter(mark_of(data)).remove(cluster_of(host))
            say(_("The office's server is stopped. Its data stay in {folder}.").format(folder=host.folder))
        except Told as error:
            tell_error(error)
            left = 1
    return left
