"""Takes the sample company away: its database is put aside whole and a new one begins, with the same owner, company data and settings.

Nothing of the sample can be left behind in this way, and nothing is lost either: the file that was put aside can be opened again.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from crm_desktop import settings as s
from crm_desktop.application import Application
from crm_desktop.errors import Refused, Unavailable
from crm_desktop.services.first_steps import is_sample
from crm_desktop.services.opening import NewCompany, database_path, open_folder
from crm_desktop.services.settings_store import settings_of
from crm_desktop.words import _, language

_NOT_ALONG = {s.SAMPLE_COMPANY.name, s.OPEN_TABS.name, s.CURRENT_TAB.name}


def may_remove(app: Application) -> bool:
    """Whether this person may take the sample away: on one PC, whoever may change the company and restore backups."""
    alone = app.engine.dialect.name == "sqlite"
    return alone and app.actor.may("program.settings") and app.actor.may("program.restore") and is_sample(app)


def remove_sample(app: Application, now: dt.datetime | None = None) -> Application:
    """Close the sample company, put its file aside and open a new, empty company; gives that.

    Raises Refused where this is not the sample or somebody may not, Unavailable where the file cannot be moved: then the sample is
    still there, closed.
    """
    if not may_remove(app):
        raise Refused(_("This is not the sample company, or you may not remove it."))
    kept = {name: value for name, value in _settings(app).items() if name.name not in _NOT_ALONG}
    company, person, data = settings_of(app).get(s.COMPANY_NAME), app.actor.name, app.data
    app.close()
    aside = _aside(data, now or dt.datetime.now().astimezone())
    try:
        database_path(data).rename(aside)
    except OSError as error:
        raise Unavailable(
            _("The sample company cannot be removed: another program has its file open."), _("Close other windows, and try again.")
        ) from error
    new = open_folder(data, create=NewCompany(company or _("My company"), person, language()))
    settings_of(new).set_many(kept)
    return new


def _settings(app: Application) -> dict[s.Setting[object], object]:
    """What is set for the company and the person, by declaration."""
    own = settings_of(app)
    declared = [value for value in vars(s).values() if isinstance(value, s.Setting) and value.scope is not s.Scope.PC]
    return {setting: own.get(setting) for setting in declared if own.get(setting) != setting.default}


def _aside(data: Path, now: dt.datetime) -> Path:
    path, number = data / f"crm-sample-{now:%Y%m%d-%H%M%S}.db", 1
    while path.exists():
        number += 1
        path = data / f"crm-sample-{now:%Y%m%d-%H%M%S}-{number}.db"
    return path
