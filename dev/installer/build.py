"""Builds what is given to people on Windows: the folder that runs without Python, a portable zip, the setup programs; and tries them.

    python dev/installer/build.py                          on Windows
    python dev/installer/build.py --python "COMMAND"       on Linux, where COMMAND runs a Windows Python: "wine python.exe"

CRM_WINDOWS_PYTHON does the same as --python. Needed besides: makensis (NSIS 3; Debian: nsis; Windows: nsis.sourceforge.io), and npm for
the setup program of a host (--postgres). Packages come from wherever pip and npm of this machine are set to look, and are checked against
the hashes in requirements/build.txt and dev/installer/postgres.json. Everything is made below build/windows, and what is finished lies in
dist/windows with its SHA256SUMS. Every step prints its seconds.

It is not called `packaging`, since that is the name of a package which pip, pytest and PyInstaller import.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tarfile
import time
import venv
import zipfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
WORK, DONE = ROOT / "build" / "windows", ROOT / "dist" / "windows"
LOCK, PIN = ROOT / "requirements" / "build.txt", HERE / "postgres.json"
NAME = "CRM Desktop"
WINDOWS = os.name == "nt"
STEPS = ("packages", "folder", "postgres", "try-folder", "zip", "setup", "try-setup", "sums")
PATIENCE = 3600
"""Seconds for one command: under Wine on a busy machine everything takes many times as long."""
LARGEST_SETUP = 120
"""Megabytes that the setup program without PostgreSQL may have."""


class CannotBuild(Exception):
    """Something a person can put right; the text says what."""


def version() -> str:
    """The version of the program."""
    found = re.search(r'__version__ = "(.+)"', (ROOT / "crm_desktop" / "__init__.py").read_text(encoding="utf-8"))
    if found is None:
        raise CannotBuild("crm_desktop/__init__.py names no version")
    return found[1]


def call(command: Sequence[object], folder: Path = ROOT, tries: int = 1) -> str:
    """Run a command and give what it printed; its complaints go through. tries: how often it may be begun anew."""
    words = [str(word) for word in command]
    for left in reversed(range(tries)):
        done = subprocess.run(
            words, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=PATIENCE, check=False
        )
        said = done.stdout.decode("utf-8", "replace")
        if done.returncode == 0:
            return said
        if not left:
            raise CannotBuild(f"{shlex.join(words)} answered {done.returncode}:\n{said[-6000:]}")
        print(f"  {words[0]} answered {done.returncode}; once more", flush=True)
    raise AssertionError(words)


def local(path: Path) -> str:
    """A path below the project as Windows and Linux both read it from the project's folder."""
    return path.relative_to(ROOT).as_posix()


def sha256(file: Path) -> str:
    """The checksum of a file."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def empty(folder: Path) -> Path:
    """The folder with nothing in it."""
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    return folder


class Build:
    """One build. python: what runs the Windows Python; postgres: whether a setup program for hosts is made."""

    def __init__(self, python: Sequence[str], postgres: bool) -> None:
        self.python, self.with_postgres = list(python), postgres
        self.site, self.folder, self.postgres = WORK / "site", WORK / "folder" / NAME, WORK / "postgres"
        self.version = version()

    # The folder

    def packages(self) -> str:
        """The locked packages for Windows, in a folder of their own."""
        asked = call([*self.python, "-c", "import sys; print(sys.platform, sys.version.split()[0], sys.maxsize > 2**32)"]).split()
        if len(asked) < 3 or asked[-3] != "win32" or asked[-1] != "True":
            raise CannotBuild(f"{shlex.join(self.python)} is no 64-bit Python of Windows: {' '.join(asked)}")
        python = asked[-2]
        stamp, mark = self.site / "installed.txt", f"{python} {sha256(LOCK)}"
        if stamp.is_file() and stamp.read_text(encoding="utf-8") == mark:
            return "as they are"
        pip = self._pip()
        lock = WORK / "windows.txt"
        empty(self.site)
        lock.write_text(call([pip, HERE / "windows_lock.py", LOCK, python]), encoding="utf-8")
        foreign = ["--platform", "win_amd64", "--implementation", "cp", "--python-version", ".".join(python.split(".")[:2])]
        call([pip, "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes", "--only-binary=:all:", "--target", self.site,
              *([] if WINDOWS else foreign), "-r", lock])  # fmt: skip
        stamp.write_text(mark, encoding="utf-8")
        return python

    def _pip(self) -> Path:
        """A Python of this system that has pip."""
        tools = WORK / "tools"
        python = tools / ("Scripts/python.exe" if WINDOWS else "bin/python")
        if not python.is_file():
            venv.create(tools, with_pip=True)
        return python

    def freeze(self) -> str:
        """PyInstaller's folder."""
        out = empty(WORK / "folder")
        # Under Wine one run in four dies when it starts a process.
        call([*self.python, local(HERE / "inside.py"), local(self.site), "PyInstaller", "--noconfirm", "--log-level", "WARN",
              "--distpath", local(out), "--workpath", local(WORK / "work"), "build_installer.spec"], tries=2)  # fmt: skip
        if not (self.folder / f"{NAME}.exe").is_file():
            raise CannotBuild(f"PyInstaller left no {self.folder}")
        return f"{size_of(self.folder):.0f} MB"

    # PostgreSQL

    def fetch_postgres(self) -> str:
        """The PostgreSQL of the host, checked against what is pinned, without what only developers need."""
        if not self.with_postgres:
            return "not asked for"
        pin = json.loads(PIN.read_text(encoding="utf-8"))
        package = WORK / "postgres.tgz"
        if not package.is_file() or not fits(package, pin["integrity"]):
            fresh = empty(WORK / "npm")
            npm = shutil.which("npm")
            if npm is None:
                raise CannotBuild("npm is needed for --postgres")
            call([npm, "pack", "--silent", f"{pin['package']}@{pin['version']}", "--pack-destination", fresh], fresh)
            next(fresh.glob("*.tgz")).replace(package)
        if not fits(package, pin["integrity"]):
            package.unlink()
            raise CannotBuild(f"{pin['package']} {pin['version']} is not the one that is pinned in {PIN.name}")
        target = empty(self.postgres)
        with tarfile.open(package) as archive:
            for member in archive.getmembers():
                name = member.name.removeprefix("package/")
                if member.isfile() and name.startswith(("native/", "LICENSE")) and not left_out(name):
                    place = target / name.removeprefix("native/")
                    place.parent.mkdir(parents=True, exist_ok=True)
                    content = archive.extractfile(member)
                    assert content is not None
                    with content, place.open("wb") as file:
                        shutil.copyfileobj(content, file)
        shutil.copy(HERE / "postgres-license.txt", target / "LICENSE-PostgreSQL.txt")
        said = call([*self.python, "-c", _ASK_POSTGRES, local(target / "bin" / "postgres.exe")]).strip()
        if f"(PostgreSQL) {pin['major']}" not in said:
            raise CannotBuild(f"postgres.exe says: {said}")
        return f"{size_of(target):.0f} MB, {said.splitlines()[-1]}"

    # Trying, packing

    def try_folder(self) -> str:
        """Run what was built."""
        return self._try("folder", self.folder)

    def try_setup(self) -> str:
        """Install, start and uninstall."""
        return self._try("setup", self.setup(host=self.with_postgres))

    def _try(self, what: str, thing: Path) -> str:
        said = call([*self.python, local(HERE / "trial.py"), what, local(thing), local(WORK / f"trial-{what}")])
        return "\n" + said.rstrip()

    def setup(self, *, host: bool = False) -> Path:
        """What the setup program is called."""
        return DONE / f"CRM-Desktop-{self.version}-{'host-setup' if host else 'setup'}.exe"

    def zip(self) -> str:
        """The portable zip: the mark in it keeps the data beside the program."""
        empty(DONE)
        target = DONE / f"CRM-Desktop-{self.version}-portable.zip"
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for file in sorted(self.folder.rglob("*")):
                if file.is_file():
                    archive.write(file, f"{NAME}/{file.relative_to(self.folder).as_posix()}")
            archive.writestr(f"{NAME}/portable.txt", (HERE / "portable.txt").read_bytes())
        return f"{size_of(target):.1f} MB"

    def make_setups(self) -> str:
        """The setup program, and the one for hosts where that is wanted."""
        numbers = ".".join([*re.findall(r"\d+", self.version)[:3], "0"])
        told = []
        for host in (False, True) if self.with_postgres else (False,):
            target = self.setup(host=host)
            facts = {"VERSION": self.version, "NUMBERS": numbers, "FOLDER": self.folder, "OUTPUT": target}
            if host:
                pin = json.loads(PIN.read_text(encoding="utf-8"))
                facts |= {"POSTGRES": self.postgres, "POSTGRES_MAJOR": pin["major"]}
            dash = "/" if WINDOWS else "-"
            call([makensis(), f"{dash}V2", f"{dash}WX", *(f"{dash}D{name}={value}" for name, value in facts.items()), HERE / "setup.nsi"])
            told.append(f"{target.name} {size_of(target):.1f} MB")
        if size_of(self.setup()) > LARGEST_SETUP:
            raise CannotBuild(f"{told[0]}: at most {LARGEST_SETUP} MB were promised")
        return ", ".join(told)

    def write_sums(self) -> str:
        """The checksums, by which the program checks an update before it runs it."""
        files = sorted(f for f in DONE.iterdir() if f.suffix in (".exe", ".zip"))
        if not files:
            raise CannotBuild(f"nothing is in {DONE}")
        (DONE / "SHA256SUMS").write_text("".join(f"{sha256(f)}  {f.name}\n" for f in files), encoding="utf-8", newline="\n")
        return f"{len(files)} files"

    def steps(self) -> dict[str, Callable[[], str]]:
        """Every step by its name, in order."""
        built = (self.packages, self.freeze, self.fetch_postgres, self.try_folder)
        packed = (self.zip, self.make_setups, self.try_setup, self.write_sums)
        return dict(zip(STEPS, built + packed, strict=True))


_ASK_POSTGRES = "import subprocess, sys; print(subprocess.run([sys.argv[1], '--version'], capture_output=True, text=True).stdout)"


def left_out(name: str) -> bool:
    """Whether a file is of no use for running PostgreSQL: what others build upon it, its debugger's facts, windows of other programs."""
    file = name.rpartition("/")[2]
    return name.startswith("native/include/") or file.startswith(("wx", "testplug")) or file.endswith((".lib", ".a", ".pdb", ".example"))


def fits(file: Path, integrity: str) -> bool:
    """Whether a file has the checksum that npm and its lock files write as `sha512-…`."""
    with file.open("rb") as content:
        return base64.b64encode(hashlib.file_digest(content, "sha512").digest()).decode() == integrity.removeprefix("sha512-")


def size_of(path: Path) -> float:
    """Megabytes of a file or of everything in a folder."""
    files: Iterable[Path] = [path] if path.is_file() else path.rglob("*")
    return sum(f.stat().st_size for f in files if f.is_file()) / 2**20


def makensis() -> str:
    """NSIS's compiler."""
    roots = [Path(os.environ[name]) for name in ("ProgramFiles(x86)", "ProgramFiles") if name in os.environ]
    places = [shutil.which("makensis"), *(str(root / "NSIS" / "makensis.exe") for root in roots)]
    found = next((place for place in places if place and Path(place).is_file()), None)
    if found is None:
        raise CannotBuild("makensis is needed: the Debian package nsis, or NSIS 3 for Windows")
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Do the steps that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    usual = os.environ.get("CRM_WINDOWS_PYTHON", "")
    parser.add_argument("--python", metavar="COMMAND", default=usual, help="what runs a 64-bit Python of Windows")
    parser.add_argument("--postgres", action="store_true", help="make the setup program for hosts, too")
    parser.add_argument("--only", metavar="STEP", nargs="+", choices=STEPS, default=STEPS, help=f"only these of: {', '.join(STEPS)}")
    given = parser.parse_args(arguments)
    python = shlex.split(given.python, posix=not WINDOWS) or ([sys.executable] if WINDOWS else [])
    if not python:
        parser.error("on this system a Windows Python is needed: --python or CRM_WINDOWS_PYTHON")
    WORK.mkdir(parents=True, exist_ok=True)
    begun = time.monotonic()
    try:
        for name, work in Build(python, given.postgres).steps().items():
            if name in given.only:
                start = time.monotonic()
                told = work()
                print(f"{time.monotonic() - start:7.1f} s  {name}: {told}", flush=True)
    except (CannotBuild, OSError, subprocess.TimeoutExpired) as problem:
        print(f"FAILED: {problem}", file=sys.stderr)
        return 1
    print(f"{time.monotonic() - begun:7.1f} s  in all", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
