"""Newer versions of the program, without the internet: what an administrator has offered to the office, and what lies on a stick.

An offer is a setting of the company: version, name and checksum of a setup program. Whoever may change settings makes it; every PC of the
office sees it, finds the file in the folder that is set for it, and runs it only if its checksum is the one offered. So it does no harm
that many may write into that folder.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import crm_desktop
from crm_desktop import installers
from crm_desktop import settings as s
from crm_desktop.application import Application
from crm_desktop.errors import Missing, Refused
from crm_desktop.installers import Installer
from crm_desktop.progress import Progress
from crm_desktop.services.settings_store import settings_of
from crm_desktop.words import _
from db.engine import is_sqlite

SETTINGS = "program.settings"
FOLDER = "updates"
"""Below the data folder: what this PC has fetched."""


@dataclass(frozen=True)
class Update:
    """A version that is newer than this program. installer: None where an offered one cannot be reached now; by: who offers it."""

    version: str
    installer: Installer | None
    place: str = ""
    by: str = ""


def fetched_folder(app: Application) -> Path:
    """Where this PC keeps a setup program until it has run."""
    return app.data / FOLDER


def offer(app: Application, file: Path, progress: Progress | None = None) -> Installer:
    """Offer a setup program to every PC of the office, or keep it for this one; it is copied to where they look. Raises Told."""
    app.actor.require(SETTINGS)
    found = installers.look_at(file, progress)
    if installers.numbers(found.version) < installers.numbers(crm_desktop.__version__):
        raise Refused(_("Version {version} is older than this program.").format(version=found.version))
    place = _place(app)
    if place is None:
        raise Missing(
            _("The office has no folder for the setup program."),
            _("Set “Where the program's installer lies” in the settings to a folder that every PC reaches."),
        )
    target = installers.take(found, place, progress)
    moment = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    facts = {"version": found.version, "name": target.name, "sha256": found.sha256, "by": app.actor.name, "at": moment}
    settings_of(app).set(s.UPDATE_OFFER, facts)
    return replace(found, file=target)


def withdraw(app: Application) -> str:
    """Offer it no more; gives its version, "" where nothing was offered."""
    app.actor.require(SETTINGS)
    facts = offered(app)
    settings_of(app).set(s.UPDATE_OFFER, {})
    return facts.get("version", "")


def offered(app: Application) -> dict[str, str]:
    """What the office offers, as `offer` wrote it."""
    facts = settings_of(app).get(s.UPDATE_OFFER)
    return {key: value for key, value in facts.items() if isinstance(value, str)}


def check(app: Application, roots: Iterable[Path] = ()) -> Update | None:
    """The version to go to; None where this program is the newest known. roots: of drives that are plugged in.

    In an office a newer program changes the database for everybody, so what lies on a stick counts only for who may offer it.
    """
    drives = list(roots)
    facts = offered(app)
    if installers.is_newer(facts.get("version", "0")):
        place = _place(app)
        near = [*installers.in_folder(fetched_folder(app)), *(installers.in_folder(place) if place else []), *installers.on_drives(drives)]
        same = next((each for each in near if each.sha256 == facts.get("sha256") and each.version == facts["version"]), None)
        return Update(facts["version"], same, str(place or ""), facts.get("by", ""))
    if is_sqlite(app.engine) or app.actor.may(SETTINGS):
        found = next((each for each in installers.on_drives(drives) if installers.is_newer(each.version)), None)
        if found is not None:
            return Update(found.version, found, str(found.file.parent))
    return None


def fetch(app: Application, update: Update, progress: Progress | None = None) -> Path:
    """The setup program on this PC, checked. Raises Told."""
    if update.installer is None:
        words = _("The setup program of version {version} was not found.").format(version=update.version)
        raise Missing(words, _("It should be in {place}. Is that PC on?").format(place=update.place or "–"))
    return installers.take(update.installer, fetched_folder(app), progress)


def _place(app: Application) -> Path | None:
    """The folder where PCs look for it: the office's, or for one PC its own."""
    said = str(settings_of(app).get(s.INSTALLER_PLACE)).strip()
    if said and "://" not in said:
        return Path(said)
    return fetched_folder(app) if is_sqlite(app.engine) else None
