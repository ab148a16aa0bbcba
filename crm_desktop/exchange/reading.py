"""Files of other programs, read into sheets: workbooks in a process apart, text tables here.

Whatever the file is, the answer is its cells or a `Told` that names the file and what to do.
"""

from __future__ import annotations

import logging
import os
import pickle
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from crm_desktop.errors import Missing, Told
from crm_desktop.exchange.cells import Sheet, Workbook, decimal_of
from crm_desktop.exchange.endings import CARDS, READABLE, TEXTS
from crm_desktop.exchange.text_tables import read_text_table
from crm_desktop.exchange.vcards import read_cards
from crm_desktop.progress import Progress, Unwatched
from crm_desktop.words import _

_log = logging.getLogger(__name__)

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class Unreadable(Told):
    """A file that holds no table we can read."""


@dataclass(frozen=True)
class Limits:
    """What reading one file may cost."""

    megabytes: int = 900
    seconds: float = 28.0
    cells: int = 30_000_000


def read_workbook(path: Path, limits: Limits | None = None, progress: Progress | None = None) -> Workbook:
    """The sheets of `path`. Raises Missing when it is not there, Unreadable when it cannot be read, Cancelled."""
    limits, progress = limits or Limits(), progress or Unwatched()
    head = _first_bytes(path)
    if not head:
        raise Unreadable(_("“{file}” is empty.").format(file=path.name))
    ending = path.suffix.casefold()
    if ending in CARDS:
        return read_cards(path)
    if ending in TEXTS and not head.startswith((_ZIP, _OLE)):
        return read_text_table(path)
    if ending not in READABLE:
        known = ", ".join(READABLE)
        raise Unreadable(
            _("“{file}” is no kind of table the program can read.").format(file=path.name),
            _("It reads {endings}.").format(endings=known),
        )
    if (
        ending in (".xls", ".et")
        and not head.startswith((_ZIP, _OLE))
        and not head.startswith((b"\x09\x08", b"\x09\x04", b"\x09\x02"))
    ):
        # Many programs write a text table and call it .xls; Excel opens those, and so do we.
        return read_text_table(path)
    return _read_apart(path, limits, progress)


def _first_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(16)
    except FileNotFoundError:
        raise Missing(_("There is no file “{file}”.").format(file=path)) from None
    except (PermissionError, IsADirectoryError) as error:
        advice = _("Close it in the other program, or check that you may read it.")
        raise Unreadable(_("“{file}” cannot be opened.").format(file=path.name), advice) from error
    except OSError as error:
        raise Unreadable(
            _("“{file}” cannot be opened: {reason}").format(file=path.name, reason=error.strerror or error)
        ) from error


def _read_apart(path: Path, limits: Limits, progress: Progress) -> Workbook:
    with tempfile.TemporaryDirectory(prefix="crm-read-", ignore_cleanup_errors=True) as folder:
        answer = Path(folder) / "answer"
        _run_apart(path, answer, limits, progress)
        return _collect(path, answer, limits, progress)


def _command(path: Path, answer: Path, limits: Limits) -> list[str]:
    arguments = [str(path.resolve()), str(answer), str(limits.megabytes)]
    if getattr(sys, "frozen", False):
        return [sys.executable, READ_APART, *arguments]
    return [sys.executable, "-P", "-m", "crm_desktop.exchange.reading_process", *arguments]


READ_APART = "--read-workbook"
"""The first argument that turns the frozen program into the reading process."""


def _run_apart(path: Path, answer: Path, limits: Limits, progress: Progress) -> None:
    # What this process was given to find its packages by, the other one needs as well.
    ways = filter(None, (str(Path(__file__).resolve().parents[2]), os.environ.get("PYTHONPATH")))
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(ways), PYTHONUTF8="1")
    flags: int = getattr(subprocess, "CREATE_NO_WINDOW", 0)  # exists on Windows only
    with subprocess.Popen(
        _command(path, answer, limits),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment, creationflags=flags,
    ) as child:  # fmt: skip
        assert child.stdout is not None
        try:
            code = _watch(path, child, limits, progress)
            said = child.stdout.read() if code else b""
        finally:
            child.kill()
    if code:
        _log.warning("The reading process ended with %s: %s", code, said[-500:].decode("utf-8", "replace"))
        raise _too_large(path)


def _watch(path: Path, child: subprocess.Popen[bytes], limits: Limits, progress: Progress) -> int:
    """Wait for the child's end; stop it when it takes too long or too much, or the person has seen enough."""
    until = time.monotonic() + limits.seconds
    most = limits.megabytes * 2**20
    while True:
        try:
            return child.wait(0.02)
        except subprocess.TimeoutExpired:
            progress.check_cancelled()
        if time.monotonic() > until:
            raise Unreadable(
                _("Reading “{file}” takes too long.").format(file=path.name),
                _("Save it again as .xlsx with only the sheet you need."),
            )
        try:
            taken = psutil.Process(child.pid).memory_info().rss
        except psutil.Error:
            continue
        if taken > most:
            raise _too_large(path)


def _too_large(path: Path) -> Unreadable:
    return Unreadable(
        _("“{file}” is damaged, or needs more memory than the program grants one file.").format(file=path.name),
        _("Open it in Excel or WPS and save only the sheet you need as a new .xlsx file."),
    )


def _collect(path: Path, answer: Path, limits: Limits, progress: Progress) -> Workbook:
    """The workbook from what the process wrote. The file is our own, in a folder only this person can open."""
    sheets: list[Sheet] = []
    left = limits.cells
    with answer.open("rb") as file:
        try:
            head = pickle.load(file)
            _refusal(path, head)
            for name, hidden in head["sheets"]:
                sheet = Sheet(name, [], hidden)
                while rows := pickle.load(file):
                    _refusal(path, rows)
                    left -= sum(map(len, rows))
                    if left < 0:
                        raise _too_large(path)
                    sheet.rows += [_decimals(row) for row in rows]
                    progress.check_cancelled()
                sheets.append(sheet)
        except EOFError:
            raise _too_large(path) from None
    return Workbook(path.name, sheets)


def _decimals(row: list[Any]) -> list[Any]:
    return [decimal_of(v) if type(v) is float else v for v in row] if any(type(v) is float for v in row) else row


def _refusal(path: Path, answer: Any) -> None:
    if not isinstance(answer, dict) or "refused" not in answer:
        return
    _log.info("A workbook was refused: %s", answer["detail"])
    if answer["refused"] == "password":
        raise Unreadable(
            _("“{file}” is protected by a password.").format(file=path.name),
            _("Open it in Excel or WPS, take the password off, and save it."),
        )
    raise Unreadable(
        _("“{file}” is damaged or is not a workbook.").format(file=path.name),
        _("Open it in Excel or WPS and save it again as .xlsx."),
    )
