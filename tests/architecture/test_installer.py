"""The setup program and what builds it agree with the program: endings, exit codes, words in both languages, checksums."""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from crm_desktop import folders
from crm_desktop.cli.cleaning_up import IS_HOST
from crm_desktop.opened_files import OPENED

ROOT = Path(__file__).parents[2]
INSTALLER = ROOT / "dev" / "installer"
SETUP = (INSTALLER / "setup.nsi").read_text(encoding="utf-8")
WORDS = (INSTALLER / "words.nsh").read_text(encoding="utf-8-sig")


def module(name: str) -> ModuleType:
    """One of the scripts, which are run and never imported by the program."""
    spec = importlib.util.spec_from_file_location(f"installer_{name}", INSTALLER / f"{name}.py")
    assert spec is not None and spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = made
    spec.loader.exec_module(made)
    return made


def test_it_registers_what_the_program_opens() -> None:
    registered = re.findall(r'insertmacro FileType "(\.\w+)" "([\w.]+)"', SETUP)
    removed = re.findall(r'insertmacro NoFileType "(\.\w+)" "([\w.]+)"', SETUP)
    assert {ending for ending, _class in registered} == set(OPENED)
    assert registered == removed
    assert dict(registered) == module("trial").TYPES


def test_it_knows_the_code_of_a_host() -> None:
    assert f"!define IS_HOST {IS_HOST}\n" in SETUP


def test_the_data_it_may_delete_are_those_of_the_program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    name = re.search(r'!define NAME "(.+)"', SETUP)
    assert name is not None and folders.data_folder(tmp_path).name == name[1]
    deleting = [line.strip() for line in SETUP.splitlines() if "RMDir /r" in line and "LOCALAPPDATA" in line]
    assert deleting == ['RMDir /r "$LOCALAPPDATA\\${NAME}"']
    before = SETUP[: SETUP.index(deleting[0])].rstrip().splitlines()
    assert before[-2].strip() == "${If} $DeleteData == 1"


def test_every_word_is_said_in_both_languages() -> None:
    said = re.findall(r'^!insertmacro Say (\w+) "(.+?)" "(.+?)"$', WORDS, re.MULTILINE)
    own = {word for word in re.findall(r"\$\((\w+)\)", SETUP) if not word.startswith("^")}
    assert {key for key, *_texts in said} == own
    same = {key for key, english, chinese in said if not re.search(r"[\u4e00-\u9fff]", chinese)}
    assert same == {"TheProgram"}  # the name of the program
    assert all(("&" in english) == ("&" in chinese) for _key, english, chinese in said)


def test_the_lock_for_windows_holds_what_windows_needs() -> None:
    if importlib.util.find_spec("pip") is None:
        pytest.skip("this environment has no pip")
    lock = module("windows_lock")
    kept = lock.kept((ROOT / "requirements" / "build.txt").read_text(encoding="utf-8"), lock.windows("3.11.9"))
    names = set(re.findall(r"^([\w-]+)==", kept, re.MULTILINE))
    assert {"pefile", "pywin32-ctypes", "importlib-metadata", "pyside6-essentials", "pyinstaller"} <= names
    assert not names & {"jeepney", "secretstorage", "macholib"}
    assert " ; " not in kept
    assert all(line.endswith("\\") for line in kept.splitlines() if "==" in line and not line.startswith("#"))
    needed = "b==2 \\\n    --hash=sha256:11\n"
    old = "a==1 ; python_full_version < '3.12' \\\n    --hash=sha256:00\n"
    assert lock.kept(old + needed, lock.windows("3.13.1")) == needed


def test_postgres_is_pinned_by_a_checksum(tmp_path: Path) -> None:
    build = module("build")
    pin = json.loads((INSTALLER / "postgres.json").read_text(encoding="utf-8"))
    assert pin["version"].startswith(f"{pin['major']}.")
    assert len(base64.b64decode(pin["integrity"].removeprefix("sha512-"))) == 64
    file = tmp_path / "package.tgz"
    file.write_bytes(b"another")
    assert not build.fits(file, pin["integrity"])
    assert build.fits(file, "sha512-" + base64.b64encode(hashlib.sha512(b"another").digest()).decode())


def test_checksums_are_written_as_sha256sum_reads_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build = module("build")
    monkeypatch.setattr(build, "DONE", tmp_path)
    (tmp_path / "a-setup.exe").write_bytes(b"a")
    (tmp_path / "notes.txt").write_bytes(b"n")
    assert build.Build(["python"], postgres=False).write_sums() == "1 files"
    assert (tmp_path / "SHA256SUMS").read_bytes() == f"{hashlib.sha256(b'a').hexdigest()}  a-setup.exe\n".encode()


@pytest.mark.parametrize("host", [False, True])
def test_the_setup_program_compiles(tmp_path: Path, host: bool) -> None:
    """With a folder of a few files in the place of the program; a warning is an error."""
    makensis = shutil.which("makensis")
    if makensis is None:
        pytest.skip("makensis is not installed")
    folder = tmp_path / "CRM Desktop"
    for name in ("CRM Desktop.exe", "crm-desktop.exe", "_internal/LICENSE", "_internal/resources/icons/app.ico"):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes((ROOT / "resources/icons/app.ico").read_bytes() if name.endswith("ico") else b"content")
    facts = {"VERSION": "9.8.7", "NUMBERS": "9.8.7.0", "FOLDER": folder, "OUTPUT": tmp_path / "CRM-setup.exe"}
    if host:
        facts |= {"POSTGRES": folder, "POSTGRES_MAJOR": 18}
    dash = "/" if sys.platform == "win32" else "-"
    words = [makensis, f"{dash}V2", f"{dash}WX", *(f"{dash}D{name}={value}" for name, value in facts.items()), str(INSTALLER / "setup.nsi")]
    done = subprocess.run(words, capture_output=True, text=True, errors="replace", timeout=120, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    assert (tmp_path / "CRM-setup.exe").stat().st_size > 50_000
