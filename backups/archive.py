"""A backup file: a header that says what it is, the rows of every table, and a manifest with counts and checksums.

The rows stand as lines of JSON, so that the same file goes into SQLite or PostgreSQL, and so that somebody without this program
can still read it: docs/backup-format.md. Reading is strict: whatever does not fit is refused with a reason, before it is used.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from backups.framing import (
    CHUNK,
    DATA,
    END,
    MANIFEST,
    FrameReader,
    FrameWriter,
    Unusable,
    damaged,
    lock_of,
    new_lock,
)
from crm_desktop.errors import Unavailable
from crm_desktop.words import _
from db.transfer import KINDS, Shape

FORMAT = 1
SUFFIX = ".crmbackup"
_LONGEST_LINE = 128 << 20  # a file of 50 MB as base64, see crm_desktop/services/files.py
_MOST_TABLES, _MOST_COLUMNS = 500, 500
_NAME_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")


@dataclass(frozen=True)
class Header:
    """What anyone can read of a backup, encrypted or not. reason: why it was made ("hand", "end", "daily", "restore")."""

    made_at: dt.datetime
    company: str
    program: str
    schema: str
    reason: str = "hand"
    station: str = ""
    encryption: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> bytes:
        facts = {
            "format": FORMAT,
            "made_at": self.made_at.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            "company": self.company,
            "program": self.program,
            "schema": self.schema,
            "reason": self.reason,
            "station": self.station,
            "encryption": dict(self.encryption),
        }
        return json.dumps(facts, ensure_ascii=False, indent=1).encode()


@dataclass(frozen=True)
class Manifest:
    """What the rows must come to: per table the number and the SHA-256 of the lines."""

    rows: Mapping[str, int]
    sums: Mapping[str, str]

    def to_json(self) -> bytes:
        return json.dumps([{"table": n, "rows": self.rows[n], "sha256": self.sums[n]} for n in self.rows]).encode()


def _line_encoder() -> Callable[[Any], str]:
    """What makes the JSON of a row. `JSONEncoder.encode` would make its inner encoder anew for each of millions of rows."""
    plain = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return plain.encode
    quick = make(None, plain.default, json.encoder.encode_basestring, None, ":", ",", True, False, True)
    return lambda row: "".join(quick(row, 0))


class Tally:
    """Counts the rows of a table and sums their lines; the same rows give the same sum, whatever engine they come from."""

    def __init__(self, shape: Shape) -> None:
        self._encode = _line_encoder()
        self._blobs = [at for at, (_name, kind) in enumerate(shape.columns) if kind == "blob"]
        self._texts = [at for at, (_name, kind) in enumerate(shape.columns) if kind == "text"]
        self._sum, self.rows = hashlib.sha256(), 0

    def lines(self, rows: Sequence[Sequence[Any]]) -> bytes:
        """Rows as their lines, counted."""
        if self._blobs:
            rows = [
                [b64encode(v).decode() if at in self._blobs and v is not None else v for at, v in enumerate(r)]
                for r in rows
            ]
        texts = [self._encode(row) for row in rows]
        for number, line in enumerate(texts):
            if "\\u0000" in line:  # no engine brings the character NUL back, see db/transfer.py
                texts[number] = self._encode(self._without_nul(rows[number]))
        texts.append("")
        return self.count("\n".join(texts).encode(), len(rows))

    def count(self, lines: bytes, number: int) -> bytes:
        """Count lines that stand already."""
        self._sum.update(lines)
        self.rows += number
        return lines

    def _without_nul(self, row: Sequence[Any]) -> list[Any]:
        return [v.replace("\0", "") if at in self._texts and v is not None else v for at, v in enumerate(row)]

    @property
    def sum(self) -> str:
        return self._sum.hexdigest()


class Writer:
    """Writes one backup into an open file."""

    def __init__(self, file: BinaryIO, header: Header, passphrase: str | None = None) -> None:
        lock = new_lock(passphrase) if passphrase else None
        self._frames = FrameWriter(file, lock)
        self._frames.header(Header(**(header.__dict__ | {"encryption": lock.facts if lock else {}})).to_json())
        self._waiting = bytearray()
        self._rows: dict[str, int] = {}
        self._sums: dict[str, str] = {}

    def table(self, shape: Shape, parts: Iterable[Sequence[Sequence[Any]]], last_id: int) -> None:
        """All rows of a table."""
        head = {"table": shape.name, "columns": shape.columns, "key": shape.key, "last_id": last_id}
        self._add(json.dumps(head).encode() + b"\n")
        tally = Tally(shape)
        for part in parts:
            self._add(tally.lines(part))
        self._rows[shape.name], self._sums[shape.name] = tally.rows, tally.sum

    def close(self) -> None:
        """Let go of what works beside; to be called in any case."""
        self._frames.close()

    def finish(self) -> Manifest:
        """Write what is left, the manifest and the end."""
        self._flush(0)
        made = Manifest(self._rows, self._sums)
        self._frames.add(MANIFEST, made.to_json())
        self._frames.seal()
        return made

    def _add(self, lines: bytes) -> None:
        self._waiting += lines
        if len(self._waiting) >= CHUNK:
            self._flush(CHUNK)

    def _flush(self, least: int) -> None:
        at = 0
        while len(self._waiting) - at >= max(least, 1):
            self._frames.add(DATA, bytes(self._waiting[at : at + CHUNK]))
            at += CHUNK
        del self._waiting[:at]


@dataclass(frozen=True)
class TableHead:
    """The beginning of a table."""

    shape: Shape
    last_id: int


class Reader:
    """Reads one backup from an open file. Raises Unusable for anything that is not as it should be."""

    def __init__(self, file: BinaryIO, passphrase: str | None = None, *, header_only: bool = False) -> None:
        self._file, self._frames = file, FrameReader(file)
        self.header = _header(self._frames.header())
        if self.header.encryption and not header_only:
            self._frames.unlock(lock_of(self.header.encryption, passphrase))
        self._manifest: Manifest | None = None
        self._next: TableHead | None = None
        self._left: list[bytes] = []  # lines of the frame read last that nobody took yet
        self._lines = self._all_lines()

    def tables(self) -> Iterator[tuple[TableHead, Iterator[list[Any]]]]:
        """Every table with its rows, which must be taken before the next table. At the end all sums have been compared."""
        rows: dict[str, int] = {}
        sums: dict[str, str] = {}
        self._next = self._first()
        while self._next is not None:
            head = self._next
            if head.shape.name in rows or len(rows) == _MOST_TABLES:
                raise damaged("tables")
            tally = Tally(head.shape)
            taken = self._rows(head.shape, tally)
            yield head, taken
            for _left in taken:
                pass
            rows[head.shape.name], sums[head.shape.name] = tally.rows, tally.sum
        if self._manifest is None or dict(self._manifest.rows) != rows or dict(self._manifest.sums) != sums:
            raise damaged("manifest")

    @property
    def manifest(self) -> Manifest:
        """The manifest, once all tables were read."""
        assert self._manifest is not None
        return self._manifest

    def read_manifest(self, size: int) -> Manifest:
        """The manifest of a file that is not encrypted, past the data. `size` is that of the file; nothing else is checked."""
        self._frames.skip_to_manifest(size)
        kind, payload = self._frames.frame()
        if kind != MANIFEST:
            raise damaged("manifest")
        return _manifest(self._frames.content(kind, payload))

    def _first(self) -> TableHead | None:
        lines = next(self._lines, None)
        if lines is None:
            return None
        self._left = lines[1:]
        return _table(_parsed(lines[0]))

    def _rows(self, shape: Shape, tally: Tally) -> Iterator[list[Any]]:
        blobs = [at for at, (_name, kind) in enumerate(shape.columns) if kind == "blob"]
        width = len(shape.columns)
        while lines := self._left or next(self._lines, []):
            self._left = []
            end = next((at for at, line in enumerate(lines) if line[:1] == b"{"), len(lines))
            for row in _parsed_rows(lines[:end], shape.name):
                if len(row) != width:
                    raise damaged(shape.name)
                for at in blobs:
                    if row[at] is not None:
                        row[at] = _bytes(row[at], shape.name)
                yield row
            tally.count(b"".join(lines[:end]), end)
            if end < len(lines):
                self._next, self._left = _table(_parsed(lines[end])), lines[end + 1 :]
                return
        self._next = None

    def _all_lines(self) -> Iterator[list[bytes]]:
        """The lines of the data with their ends, as many at a time as came with one frame."""
        waiting = b""
        while True:
            kind, payload = self._frames.frame()
            if kind != DATA:
                break
            lines = (waiting + self._frames.content(kind, payload)).splitlines(keepends=True)
            waiting = lines.pop() if lines and not lines[-1].endswith(b"\n") else b""
            if len(waiting) > _LONGEST_LINE:
                raise damaged("line")
            if lines:
                yield lines
        if kind != MANIFEST or waiting:
            raise damaged("manifest")
        self._manifest = _manifest(self._frames.content(kind, payload))
        if self._frames.frame()[0] != END:
            raise damaged("end")


@contextmanager
def open_backup(path: Path, passphrase: str | None = None, *, header_only: bool = False) -> Iterator[Reader]:
    """Open a backup file for reading. Raises Unavailable where it cannot be read, Unusable where it is none."""
    try:
        with path.open("rb") as file:
            yield Reader(file, passphrase, header_only=header_only)
    except OSError as error:
        raise Unavailable(
            _("The backup {file} cannot be read.").format(file=path),
            _("Nothing was changed. Check whether the drive is connected."),
        ) from error


def read_summary(path: Path) -> tuple[Header, Manifest | None]:
    """What a file says of itself, without looking at its data; the manifest of an encrypted one stays closed."""
    with open_backup(path, header_only=True) as reader:
        header = reader.header
        return header, None if header.encryption else reader.read_manifest(path.stat().st_size)


def _parsed(line: bytes) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise damaged("line") from error


def _parsed_rows(lines: Sequence[bytes], table: str) -> list[list[Any]]:
    """The rows behind lines, all at once; a line that is none by itself is found one by one."""
    try:
        rows: list[list[Any]] = json.loads(b"[" + b",".join(lines) + b"]")
    except (ValueError, RecursionError):
        rows = [_parsed(line) for line in lines]
    if len(rows) != len(lines) or not all(type(row) is list for row in rows):
        raise damaged(table)
    return rows


def _bytes(value: Any, table: str) -> bytes:
    try:
        return b64decode(value, validate=True)
    except (ValueError, TypeError) as error:
        raise damaged(table) from error


def _header(content: bytes) -> Header:
    facts = _parsed(content)
    if not isinstance(facts, dict) or type(facts.get("format")) is not int:
        raise damaged("header")
    if facts["format"] != FORMAT:
        raise Unusable(
            _("This backup was made by a newer version of the program (format {number}).").format(
                number=facts["format"]
            ),
            _("Nothing was changed. Update the program, then restore again."),
        )
    texts = ("made_at", "company", "program", "schema", "reason", "station")
    if not all(isinstance(facts.get(n), str) for n in texts) or not isinstance(facts.get("encryption"), dict):
        raise damaged("header")
    if not (facts["schema"].isdigit() and len(facts["schema"]) == 4 and facts["schema"].isascii()):
        raise damaged("header")
    try:
        made = dt.datetime.fromisoformat(facts["made_at"]).astimezone(dt.UTC)
    except (ValueError, OverflowError) as error:
        raise damaged("header") from error
    company, program, schema, reason, station = (str(facts[n])[:500] for n in texts[1:])
    return Header(made, company, program, schema, reason, station, facts["encryption"])


def _is_name(value: Any) -> bool:
    return (
        isinstance(value, str) and 0 < len(value) <= 63 and _NAME_LETTERS.issuperset(value) and not value[0].isdigit()
    )


def _table(facts: Any) -> TableHead:
    """The beginning of a table; its names will stand in SQL, so they hold nothing but letters, digits and `_`."""
    if not isinstance(facts, dict) or set(facts) != {"table", "columns", "key", "last_id"}:
        raise damaged("tables")
    columns, key = facts["columns"], facts["key"]
    if not _is_name(facts["table"]) or not isinstance(columns, list) or not isinstance(key, list):
        raise damaged("tables")
    if not 0 < len(columns) <= _MOST_COLUMNS or not all(isinstance(c, list) and len(c) == 2 for c in columns):
        raise damaged("tables")
    names = [c[0] for c in columns]
    if not all(_is_name(n) for n in names) or len(set(names)) != len(names) or not all(c[1] in KINDS for c in columns):
        raise damaged("tables")
    given = facts["last_id"]
    if (
        not key
        or not all(isinstance(k, str) and k in names for k in key)
        or type(given) is not int
        or not 0 <= given < 2**63
    ):
        raise damaged("tables")
    return TableHead(Shape(facts["table"], tuple((n, k) for n, k in columns), tuple(key)), given)


def _manifest(content: bytes) -> Manifest:
    facts = _parsed(content)
    if not isinstance(facts, list) or not all(isinstance(f, dict) for f in facts):
        raise damaged("manifest")
    rows, sums = {}, {}
    for fact in facts:
        name, number, total = fact.get("table"), fact.get("rows"), fact.get("sha256")
        if not _is_name(name) or type(number) is not int or number < 0 or not isinstance(total, str):
            raise damaged("manifest")
        rows[name], sums[name] = number, total
    return Manifest(rows, sums)
