"""What commands say: words, tables and JSON on any console, whatever its encoding."""

from __future__ import annotations

import datetime as dt
import errno
import json
import os
import sys
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Any, TextIO

from crm_desktop.draft import Draft, Ref
from crm_desktop.errors import Cancelled, Invalid, Told
from crm_desktop.words import _

if sys.platform == "win32":
    import ctypes
    import msvcrt

_LONGEST_CELL = 40


def prepare_console() -> None:
    """Let every character reach the console somehow: one that its encoding lacks is written as \\uXXXX, never an error."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def can_ask() -> bool:
    """Whether somebody can type an answer. On Windows the empty device NUL calls itself a terminal, too, and a question would
    wait for ever."""
    if sys.stdin is None or not sys.stdin.isatty():
        return False
    if sys.platform == "win32":
        handle = ctypes.c_void_p(msvcrt.get_osfhandle(sys.stdin.fileno()))
        return bool(ctypes.windll.kernel32.GetConsoleMode(handle, ctypes.byref(ctypes.c_ulong())))
    return True


def say(text: str = "") -> None:
    """A line of output. A window program on Windows has no console; it says nothing then."""
    if sys.stdout is not None:
        _write(text + "\n", sys.stdout)


def complain(text: str) -> None:
    """A line about what went wrong."""
    if sys.stderr is not None:
        with suppress(Told):  # there is nowhere left to say it
            _write(text + "\n", sys.stderr)


def end_output() -> None:
    """Bring what was said to where it goes: only then is it known whether it can be written."""
    if sys.stdout is not None:
        _write("", sys.stdout, at_last=True)


def _write(text: str, stream: TextIO, *, at_last: bool = False) -> None:
    """Write it, or what waits to be written. Somebody who has read enough (`… | head`) hears no more, and stops no work by that."""
    try:
        stream.write(text)
        if at_last:
            stream.flush()
    except OSError as error:
        with suppress(OSError, ValueError):  # what is still held back must not fail once more when the process ends
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)
        if not isinstance(error, BrokenPipeError) and not (sys.platform == "win32" and error.errno == errno.EINVAL):
            reason = error.strerror or str(error)
            raise Told(_("What was to be printed could not be written: {reason}").format(reason=reason)) from error


def tell_error(error: Told) -> None:
    """What happened and what to do, in words."""
    complain(error.message)
    advice = _("Nothing was changed.") if isinstance(error, Invalid) else error.advice  # no field is marked on a console
    if advice:
        complain(advice)


def plain(value: Any) -> Any:
    """A value as JSON holds it: amounts as text with all their digits, references as id and label."""
    if isinstance(value, Ref):
        return {"id": value.id, "label": value.label}
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, tuple):
        return [plain(v) for v in value]
    return value


def draft_facts(draft: Draft, number_field: str) -> dict[str, Any]:
    """A whole record as JSON."""
    facts: dict[str, Any] = {
        "type": draft.type,
        "id": draft.id,
        "version": draft.version,
        "number": draft.values.get(number_field, ""),
    }
    facts["values"] = {n: plain(v) for n, v in draft.values.items()}
    if draft.lines:
        facts["lines"] = [{n: plain(v) for n, v in line.values.items()} for line in draft.lines]
    return facts


def say_json(facts: Any) -> None:
    """JSON that every console and every program can read: beyond ASCII it is escaped where the console's encoding is not UTF-8."""
    encoding = (getattr(sys.stdout, "encoding", "") or "").casefold().replace("-", "")
    say(json.dumps(facts, ensure_ascii=encoding != "utf8", indent=2))


def width(text: str) -> int:
    """The columns a text takes on a console: Chinese characters take two."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def shortened(text: str, most: int = _LONGEST_CELL) -> str:
    """One line of at most `most` columns."""
    text = " ".join(text.split())
    if width(text) <= most:
        return text
    kept = ""
    for character in text:
        if width(kept + character) > most - 1:
            break
        kept += character
    return kept + "…"


def padded(text: str, to: int, right: bool = False) -> str:
    """`text` filled up with spaces."""
    gap = " " * (to - width(text))
    return gap + text if right else text + gap


def say_table(
    headings: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[bool] = (), longest: int = _LONGEST_CELL
) -> None:
    """Rows below headings, in columns. longest: of a cell."""
    right = right or [False] * len(headings)
    cells = [[shortened(c, longest) for c in row] for row in (headings, *rows)]
    widths = [max(width(row[at]) for row in cells) for at in range(len(headings))]
    for number, row in enumerate(cells):
        say("  ".join(padded(c, w, r) for c, w, r in zip(row, widths, right, strict=True)).rstrip())
        if number == 0:
            say("  ".join("-" * w for w in widths))


class ConsoleProgress:
    """Progress on one line of a terminal; silent elsewhere."""

    cancel = False

    def __init__(self) -> None:
        self._live = sys.stderr is not None and sys.stderr.isatty()
        self._shown = ""

    def report(self, done: int, total: int | None = None, text: str = "") -> None:
        """Show it in place of what was shown before."""
        if not self._live:
            return
        shown = f"{text} {done:,}" + (f" / {total:,}" if total else "")
        print("\r" + padded(shown, width(self._shown)), end="", file=sys.stderr, flush=True)
        self._shown = shown

    def check_cancelled(self) -> None:
        """Ctrl+C arrives as KeyboardInterrupt."""
        if self.cancel:
            raise Cancelled

    def end(self) -> None:
        """Leave the line free for what comes next."""
        if self._live and self._shown:
            print("\r" + " " * width(self._shown) + "\r", end="", file=sys.stderr, flush=True)
            self._shown = ""
