"""The folders this PC watches: each with what its files hold, the mapping they are read by, and what happens to records that exist."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from crm_desktop import settings as s
from crm_desktop.application import Application
from crm_desktop.errors import Missing, Refused
from crm_desktop.exchange.bringing_in import recipe_by_name
from crm_desktop.exchange.recipe import Recipe
from crm_desktop.words import _

AS_MAPPED = ""
RULES = (AS_MAPPED, "update", "fill", "skip")
"""What may happen to records that exist; "" as the mapping says. Nobody is there to be asked for each."""

_MOST = 20


@dataclass(frozen=True)
class Watched:
    """One folder. mapping: a name, "" for what the headings suggest; existing: see RULES; active: whether it is looked at."""

    id: str
    folder: str
    type: str
    mapping: str = ""
    existing: str = AS_MAPPED
    active: bool = True

    @property
    def path(self) -> Path:
        """Where it is."""
        return Path(self.folder).expanduser()

    def recipe(self, app: Application) -> Recipe:
        """How its files are imported. Raises Missing where the mapping is gone, Told."""
        recipe = recipe_by_name(app, self.mapping, self.type) if self.mapping else Recipe(self.type)
        existing: Any = self.existing or recipe.existing
        return replace(recipe, type=self.type, existing=existing)


def new_watched(folder: str, type_key: str, mapping: str = "", existing: str = AS_MAPPED) -> Watched:
    """A folder that is not kept yet."""
    return Watched(uuid.uuid4().hex, folder, type_key, mapping, existing)


def watched_folders(settings: s.Settings) -> list[Watched]:
    """All of this PC. What cannot be read is left out."""
    return [w for facts in settings.get(s.IMPORT_FOLDERS)[:_MOST] if (w := _watched(facts)) is not None]


def _watched(facts: Any) -> Watched | None:
    if not isinstance(facts, Mapping):
        return None
    texts = {n: facts.get(n, "") for n in ("id", "folder", "type", "mapping", "existing")}
    sound = all(isinstance(v, str) for v in texts.values()) and all(texts[n] for n in ("id", "folder", "type"))
    if not sound or texts["existing"] not in RULES:
        return None
    return Watched(**texts, active=facts.get("active", True) is not False)


def keep_watched(app: Application, settings: s.Settings, wanted: Watched) -> None:
    """Keep a folder, a new one or another version of one. Raises as check_watched."""
    check_watched(app, settings, wanted)
    store_watched(settings, wanted)


def check_watched(app: Application, settings: s.Settings, wanted: Watched) -> None:
    """Raise Refused for a folder that makes no sense or for records the person may not import, Missing where the folder or the mapping
    is not there. On a shared folder the answer may take its time.
    """
    app.actor.require(f"{app.type(wanted.type).key}.import")
    if not wanted.path.is_absolute() or not wanted.path.is_dir():
        raise Missing(_("There is no folder “{folder}”.").format(folder=wanted.folder))
    others = [w for w in watched_folders(settings) if w.id != wanted.id]
    if any(_same(w.path, wanted.path) for w in others):
        raise Refused(_("“{folder}” is watched already.").format(folder=wanted.folder))
    if len(others) >= _MOST:
        raise Refused(_("At most {count} folders can be watched.").format(count=_MOST))
    wanted.recipe(app)


def store_watched(settings: s.Settings, wanted: Watched) -> None:
    """Keep a folder that was checked, or another version of one."""
    others = [w for w in watched_folders(settings) if w.id != wanted.id]
    _store(settings, sorted([*others, wanted], key=lambda w: w.folder.casefold()))


def forget_watched(settings: s.Settings, id_: str) -> None:
    """Watch a folder no more. What lies in it stays."""
    _store(settings, [w for w in watched_folders(settings) if w.id != id_])


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return one == other


def _store(settings: s.Settings, folders: Sequence[Watched]) -> None:
    settings.set(s.IMPORT_FOLDERS, [asdict(w) for w in folders])
