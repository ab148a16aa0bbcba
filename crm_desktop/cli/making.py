"""crm-desktop new: a database, empty, with the sample company, or with a generated one of any size."""

from __future__ import annotations

import argparse
import getpass
from typing import TYPE_CHECKING

from crm_desktop.cli.console import ConsoleProgress, say
from crm_desktop.cli.opening import data_of
from crm_desktop.words import _, language

if TYPE_CHECKING:
    from crm_desktop.application import Application


def new(arguments: argparse.Namespace) -> int:
    """Make a database in the data folder. An existing one is never touched."""
    from crm_desktop.services.opening import NewCompany, database_path, open_folder

    data = data_of(arguments)
    company = arguments.company or (_("Sample company") if arguments.sample is not None else _("My company"))
    app = open_folder(data, create=NewCompany(company, arguments.person or _user_name(), language()))
    try:
        if arguments.sample is not None:
            _fill(app, arguments.sample)
    finally:
        app.close()
    say(_("The database is ready: {file}").format(file=database_path(data)))
    return 0


def _fill(app: Application, customers: int) -> None:
    from crm_desktop.sample.company import load_sample_company
    from crm_desktop.sample.generate import generate_company

    progress = ConsoleProgress()
    try:
        if customers:
            generate_company(app, customers, progress)
        else:
            load_sample_company(app, progress)
    finally:
        progress.end()


def _user_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a system without names for its users
        return _("Administrator")
