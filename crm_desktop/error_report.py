"""A report about a mistake of the program that a person can save and send to whoever helps, without business data.

It holds versions, the traceback (places in the program and the kind of error, not its words, which may quote a
customer) and the log, from which quoted values, addresses and long numbers are taken out.
"""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import json
import platform
import re
import sys
import traceback
import zipfile
from pathlib import Path

import crm_desktop
from crm_desktop.logging_setup import CRASH_NAME, LOG_NAME

REPORTS = "reports"
"""The folder beside the log where the program keeps reports of its own accord."""
_SEEN = "seen.txt"
_KEPT = 10
_LOG_TAIL = 200_000  # characters
_PACKAGES = ("PySide6_Essentials", "SQLAlchemy", "psycopg", "alembic", "reportlab", "openpyxl", "python-calamine")
_PARTS_TO_HIDE = (
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"), "<e-mail>"),
    (re.compile(r"'[^'\n]*'|\"[^\"\n]*\"|“[^”\n]*”"), "<text>"),
    (re.compile(r"(?<![\w.])\d[\d -]{5,}\d"), "<number>"),
    (re.compile(r"[\u3400-\u9fff]+"), "<words>"),
)


def suggested_name(now: dt.datetime) -> str:
    """A file name for a report made at `now`."""
    return f"crm-desktop-report-{now:%Y%m%d-%H%M%S}.zip"


def write_report(path: Path, error: BaseException | None, log_folder: Path | None) -> None:
    """Write the report as a zip file. OSError when the place cannot be written to."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("versions.json", json.dumps(_versions(), indent=1, ensure_ascii=False))
        if error is not None:
            archive.writestr("error.txt", places(error))
        for name in (LOG_NAME, CRASH_NAME):
            text = _tail(log_folder / name) if log_folder else ""
            if text:
                archive.writestr(name, without_business_data(text))


def keep_report(error: BaseException | None, log_folder: Path, now: dt.datetime) -> Path | None:
    """Keep a report beside the log; the oldest go. None where it cannot be written."""
    folder = log_folder / REPORTS
    path = folder / suggested_name(now)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_report(path, error, log_folder)
        for old in sorted(folder.glob("*.zip"))[:-_KEPT]:
            old.unlink(missing_ok=True)
    except OSError:
        return None
    return path


def report_crash(log_folder: Path, now: dt.datetime) -> Path | None:
    """Where the program before ended so hard that only the trace of its threads is left: make a report of that. Called before
    the log is opened, which then begins with an empty trace. None: it ended as it should, or nothing can be written."""
    trace = log_folder / CRASH_NAME
    try:
        if not trace.is_file() or not trace.stat().st_size:
            return None
        made = keep_report(None, log_folder, now)
        trace.unlink()
    except OSError:  # another window of the same folder has it open: Windows lets nobody remove it then
        return None
    return made


def unseen_reports(log_folder: Path) -> list[Path]:
    """The reports nobody has been told of, the oldest first."""
    seen = set(_tail(log_folder / REPORTS / _SEEN).split())
    return [path for path in sorted((log_folder / REPORTS).glob("*.zip")) if path.name not in seen]


def mark_seen(log_folder: Path) -> None:
    """The person has been told of every report there is."""
    folder = log_folder / REPORTS
    try:
        (folder / _SEEN).write_text("\n".join(p.name for p in sorted(folder.glob("*.zip"))) + "\n", encoding="utf-8")
    except OSError:
        return


def places(error: BaseException) -> str:
    """The traceback with the kind of each error but not its words."""
    parts: list[str] = []
    seen: set[int] = set()
    at: BaseException | None = error
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        lines = [f"{Path(f.filename).name}:{f.lineno} in {f.name}" for f in traceback.extract_tb(at.__traceback__)]
        parts.append("\n".join([*lines, f"{type(at).__module__}.{type(at).__qualname__}"]))
        at = at.__cause__ or at.__context__
    return "\n\nwhile dealing with\n\n".join(parts) + "\n"


def without_business_data(text: str) -> str:
    """`text` without quoted values, Chinese words, addresses and long numbers; times at the start of a line stay."""
    return "\n".join(_cleaned_line(line) for line in text.splitlines()) + "\n"


def _cleaned_line(line: str) -> str:
    stamp = re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} ", line)
    head, rest = (line[: stamp.end()], line[stamp.end() :]) if stamp else ("", line)
    place = re.match(r'\s*File "(?:[^"]*[\\/])?([^"\\/]+)", line (\d+)(,? in .*)?$', rest)
    if place:  # where in the program, without the home folder; the trace of a crash has no comma
        return f"{head}  File {place[1]}, line {place[2]}{place[3] or ''}"
    kind = re.match(r"((?:\w+\.)*[A-Z]\w*): ", rest)
    if kind and not stamp:  # the last line of a traceback: the kind of error, not its words
        return f"{kind[1]}: <text>"
    for pattern, instead in _PARTS_TO_HIDE:
        rest = pattern.sub(instead, rest)
    return head + rest


def _tail(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")[-_LOG_TAIL:]
    except OSError:
        return ""


def _versions() -> dict[str, str]:
    found = {"CRM Desktop": crm_desktop.__version__, "Python": sys.version, "System": platform.platform()}
    for name in _PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found
