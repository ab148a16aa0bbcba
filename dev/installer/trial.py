"""Tries what was built, on the system it was built for. build.py runs it with the Python of Windows; it needs the standard library only.

    python trial.py folder FOLDER WORK      the folder that runs without Python: commands, tour, window
    python trial.py setup SETUP.exe WORK    installs silently, starts what was installed, uninstalls; the data must stay

Everything happens below WORK, in folders with Chinese names and spaces, but for the data folder of the person at work, which the second
trial uses as an installed program does. Prints a line for every step with its seconds; stops at the first that fails.
"""

from __future__ import annotations

import csv
import ctypes
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

COMMANDS, WINDOW = "crm-desktop.exe", "CRM Desktop.exe"
PATIENCE = 1800
READY = re.compile(r"Ready after ([\d.]+) s, ([\d.]+) MB")
NAME = "CRM Desktop"
TYPES = {".crmbackup": "CRMDesktop.Backup", ".crmjoin": "CRMDesktop.Join", ".crmtemplate": "CRMDesktop.Template"}


class Failed(Exception):
    """A step did not do what it is for."""


def environment() -> dict[str, str]:
    """That of a PC without Python; a window would only be in the way."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "CRM_"))}
    kept.setdefault("QT_QPA_PLATFORM", "offscreen")
    if sys.platform == "win32" and hasattr(ctypes.windll.ntdll, "wine_get_version"):
        # Wine has no ICU, which every Windows 10 has in its own folder: whoever set this Python up put one beside it.
        beside, of_windows = Path(sys.executable).with_name("icuuc.dll"), Path(os.environ["SYSTEMROOT"], "System32", "icuuc.dll")
        if beside.is_file() and not of_windows.exists():
            shutil.copyfile(beside, of_windows)
    return kept


def call(command: Sequence[object], expected: Sequence[int] = (0,)) -> str:
    """Run a program without a console window or an input; gives what it said."""
    words = [str(word) for word in command]
    done = subprocess.run(
        words, capture_output=True, stdin=subprocess.DEVNULL, env=environment(), timeout=PATIENCE, check=False
    )
    said = (done.stdout + done.stderr).decode("utf-8", "replace")
    if done.returncode not in expected:
        raise Failed(f"{Path(words[0]).name} {' '.join(words[1:])} answered {done.returncode}:\n{said[-3000:]}")
    return said


def step(title: str, work: Callable[[], object]) -> object:
    """Do it, and tell how long it took."""
    begun = time.monotonic()
    result = work()
    said = result.strip() if isinstance(result, str) else ""
    told = f"  {said}" if "\n" not in said else ""
    print(f"{time.monotonic() - begun:7.1f} s  {title}{told}", flush=True)
    return result


def must(holds: object, words: str) -> None:
    """Fail where it does not hold."""
    if not holds:
        raise Failed(words)


def try_commands(program: Path, work: Path) -> None:
    """What a script does with the program, with a Chinese console encoding of the system and Chinese paths."""
    data, sheet, paper, stick = work / "数据 一", work / "客户 表.csv", work / "订单 (1).pdf", work / "U 盘"
    first = [program / COMMANDS, "--data", data]
    step("new --sample", lambda: call([*first, "new", "--sample", "--company", "试用 公司", "--person", "李 明"]))
    with sheet.open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows([["客户名称", "城市"], ["广州试用贸易有限公司", "广州"], ["Trial Traders", "深圳"]])
    step("import customers", lambda: call([*first, "import", "customers", sheet]))
    found = json.loads(call([*first, "list", "customers", "--search", "试用贸易", "--json"]))
    must("广州试用贸易有限公司" in json.dumps(found, ensure_ascii=False), "the imported customer is not found")
    number = re.search(r'"number": "([^"]+)"', call([*first, "list", "sales-orders", "--limit", "1", "--json"]))
    must(number, "the sample company has no order")
    assert number is not None
    step("print sales-orders", lambda: call([*first, "print", "sales-orders", number[1], "--output", paper]))
    must(paper.read_bytes()[:5] == b"%PDF-", "the print is no PDF")
    step("backup create", lambda: call([*first, "backup", "create", "--to", stick]))
    backups = list(stick.glob("*.crmbackup"))
    must(len(backups) == 1, f"{len(backups)} backups were made")
    other = work / "新 电脑"
    step("restore", lambda: call([program / COMMANDS, "--data", other, "restore", backups[0]]))
    step("check", lambda: call([program / COMMANDS, "--data", other, "check"]))
    pictures = work / "图片"
    step("tour", lambda: call([*first, "tour", "--output", pictures]))
    must(len(list(pictures.rglob("*.png"))) > 5, "the tour left no pictures")
    for language in ("en", "zh_CN"):
        call([*first, "--language", language, "--help"])


def try_window(program: Path, data: Path, words: Sequence[object] = ("--data",)) -> str:
    """Start the window and wait until what it shows first has been read; the program writes that into its log."""
    log = data / "logs" / "crm-desktop.log"
    before = log.read_text(encoding="utf-8", errors="replace").count("Ready after") if log.exists() else 0
    command = [str(program / WINDOW), *(["--data", str(data)] if words else [])]
    running = subprocess.Popen(command, env=environment())
    try:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            must(running.poll() is None, f"the window ended by itself with {running.returncode}")
            found = READY.findall(log.read_text(encoding="utf-8", errors="replace")) if log.exists() else []
            if len(found) > before:
                return f"usable after {found[-1][0]} s, {found[-1][1]} MB"
            time.sleep(0.2)
        raise Failed("the window was not ready in time")
    finally:
        running.kill()
        running.wait(60)


def try_folder(program: Path, work: Path) -> None:
    """The folder as it was built."""
    step("--version", lambda: call([program / COMMANDS, "--version"]).strip())
    try_commands(program, work)
    for _round in range(3):
        step("window", lambda: try_window(program, work / "数据 一"))
    portable = work / "便携 版"
    shutil.copytree(program, portable)
    (portable / "portable.txt").write_text("", encoding="utf-8")
    step("portable: new", lambda: call([portable / COMMANDS, "new", "--company", "Portable"]))
    must((portable / "data" / "crm.db").is_file(), "the portable program keeps its data elsewhere")
    shutil.rmtree(portable)


def registry(path: str, name: str = "") -> str | None:
    """A value of the person's part of the registry; None where there is none."""
    import winreg

    try:
        with winreg.OpenKey(winreg.HKEY_CURRENT_USER, path) as key:
            return str(winreg.QueryValueEx(key, name)[0])
    except OSError:
        return None


def try_setup(setup: Path, work: Path) -> None:
    """Installed for one person, in the usual place, then in one with Chinese and spaces; uninstalled, and the data are still there."""
    local = Path(os.environ["LOCALAPPDATA"])
    data, usual = local / NAME, local / "Programs" / NAME
    must(not data.exists(), f"{data} is there already: this trial is for a PC on which nobody works with the program")
    for place, switches in ((usual, []), (work / "程序 目录", [f"/D={work / '程序 目录'}"])):
        # /D= takes the rest of the line as it stands: quotes would become part of the name.
        line = f'"{setup}" /S /CURRENTUSER' + "".join(f" {word}" for word in switches)
        step(f"install into {place}", lambda line=line: wait_for(line))
        must((place / WINDOW).is_file() and (place / "uninstall.exe").is_file(), f"nothing was installed in {place}")
        for ending, name in TYPES.items():
            must(registry(rf"Software\Classes\{ending}") == name, f"{ending} does not belong to the program")
            must(str(place / WINDOW) in (registry(rf"Software\Classes\{name}\shell\open\command") or ""), f"{ending} opens nothing")
        must(list(local.parent.rglob(f"{NAME}.lnk")), "there is no link in the Start menu")
        if not data.exists():
            step("installed: new --sample", lambda place=place: call([place / COMMANDS, "new", "--sample"]))
        step("installed: window", lambda place=place: try_window(place, data, ()))
        kept = sorted(p.name for p in data.iterdir())
        step("install over it", lambda line=line: wait_for(line))
        must((place / WINDOW).is_file(), "the update lost the program")
        step("uninstall", lambda place=place: uninstall(place))
        must(registry(r"Software\Classes\CRMDesktop.Backup\shell\open\command") is None, "the file types stayed")
        must(registry(rf"Software\Microsoft\Windows\CurrentVersion\Uninstall\{NAME}", "DisplayName") is None, "Windows still lists it")
        must(not list(local.parent.rglob(f"{NAME}.lnk")), "the link in the Start menu stayed")
        must((data / "crm.db").is_file() and sorted(p.name for p in data.iterdir()) == kept, "the data did not stay")
    shutil.rmtree(data)


def wait_for(line: str) -> None:
    """Run a setup program by its line of words."""
    done = subprocess.run(line, env=environment(), timeout=PATIENCE, check=False)
    must(done.returncode == 0, f"{line} answered {done.returncode}")


def uninstall(place: Path) -> None:
    """An uninstaller works in a copy of itself and answers at once; the last thing it does is to remove itself."""
    wait_for(f'"{place / "uninstall.exe"}" /S /CURRENTUSER')
    end = time.monotonic() + PATIENCE
    while place.exists() and time.monotonic() < end:
        time.sleep(0.2)
    must(not place.exists(), f"left in {place}: {[p.name for p in place.iterdir()][:20] if place.exists() else ''}")


def main(arguments: Sequence[str]) -> int:
    """Run one of the two trials."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    what, thing, work = arguments[0], Path(arguments[1]).resolve(), Path(arguments[2]).resolve()
    if work.exists():
        shutil.rmtree(work)
    work.mkdir(parents=True)
    try:
        {"folder": try_folder, "setup": try_setup}[what](thing, work)
    except (Failed, subprocess.TimeoutExpired) as problem:
        print(f"FAILED: {problem}", flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
