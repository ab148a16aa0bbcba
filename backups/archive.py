"""A backup file: a header that says what it is, the rows of every table, and a manifest with counts and checksums.

The rows stand as lines of JSON, so that the same file goes into SQLite or PostgreSQL, and so that somebody without this program
can still read it: docs/backup-format.md. What stands in a line, backups/layouts.py knows. Reading is strict: whatever does not fit is
refused with a reason, before it is used.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
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
from backups.layouts import FORMAT, Layout, Sum, layout_of
from crm_desktop.errors import Unavailable
from crm_desktop.opened_files import BACKUP
from crm_desktop.words import _
from db.lines import Block
from db.transfer import KINDS, Shape

SUFFIX = BACKUP
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
    format: int = FORMAT

    @property
    def layout(self) -> Layout:
        """How the rows stand."""
        found = layout_of(self.format)
        assert found is not None  # the reader refuses what it does not know
        return found

    def to_json(self) -> bytes:
        facts = {
            "format": self.format,
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
    """What the rows must come to: per table the number and the checksum of the lines."""

    rows: Mapping[str, int]
    sums: Mapping[str, str]

    def to_json(self, sum_name: str) -> bytes:
        return json.dumps([{"table": n, "rows": self.rows[n], sum_name: self.sums[n]} for n in self.rows]).encode()


class Tally:
    """Counts the lines of a table and sums them up as they pass, beside: while the next ones are on their way."""

    def __init__(self, total: Sum, beside: Executor) -> None:
        self._total, self._beside, self._summed, self.rows = total, beside, Future[None](), 0
        self._summed.set_result(None)

    def counted(self, blocks: Iterable[Block]) -> Iterator[Block]:
        """The same blocks."""
        for lines, count in blocks:
            self._summed.result()
            self._summed = self._beside.submit(self._total.update, lines)
            self.rows += count
            yield lines, count

    @property
    def sum(self) -> str:
        """Of all that passed."""
        self._summed.result()
        return self._total.hexdigest()


class Writer:
    """Writes one backup into an open file, in the format its header names."""

    def __init__(self, file: BinaryIO, header: Header, passphrase: str | None = None) -> None:
        lock, self._layout = new_lock(passphrase) if passphrase else None, header.layout
        self._frames = FrameWriter(file, lock, self._layout.packing)
        self._frames.header(replace(header, encryption=lock.facts if lock else {}).to_json())
        self._beside = ThreadPoolExecutor(1, thread_name_prefix="summing")
        self._waiting = bytearray()
        self._rows: dict[str, int] = {}
        self._sums: dict[str, str] = {}

    def table(self, shape: Shape, blocks: Iterable[Block], last_id: int) -> None:
        """All rows of a table, as lines."""
        head = {"table": shape.name, "columns": shape.columns, "key": shape.key, "last_id": last_id}
        self._add(json.dumps(head).encode() + b"\n")
        tally = Tally(self._layout.new_sum(), self._beside)
        for lines, _count in tally.counted(blocks):
            self._add(lines)
        self._rows[shape.name], self._sums[shape.name] = tally.rows, tally.sum

    def close(self) -> None:
        """Let go of what works beside; to be called in any case."""
        self._beside.shutdown()
        self._frames.close()

    def finish(self) -> Manifest:
        """Write what is left, the manifest and the end."""
        self._flush(0)
        made = Manifest(self._rows, self._sums)
        self._frames.add(MANIFEST, made.to_json(self._layout.sum_name))
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
    """Reads one backup from an open file; to be closed in any case. Raises Unusable for anything that is not as it should be."""

    def __init__(self, file: BinaryIO, passphrase: str | None = None, *, header_only: bool = False) -> None:
        self._file, self._frames = file, FrameReader(file)
        self.header = _header(self._frames.header())
        if self.header.encryption and not header_only:
            self._frames.unlock(lock_of(self.header.encryption, passphrase))
        self._beside = ThreadPoolExecutor(1, thread_name_prefix="summing")
        self._manifest: Manifest | None = None
        self._next: TableHead | None = None
        self._left = b""  # lines that were read and nobody took yet
        self._blocks = self._all_lines()

    def close(self) -> None:
        """Let go of what works beside."""
        self._beside.shutdown()

    def tally(self) -> Tally:
        """What counts and sums the lines of a table as in this backup."""
        return Tally(self.header.layout.new_sum(), self._beside)

    def tables(self) -> Iterator[tuple[TableHead, Iterator[Block]]]:
        """Every table with its lines, which must be taken before the next table. At the end all sums have been compared."""
        rows: dict[str, int] = {}
        sums: dict[str, str] = {}
        self._left = next(self._blocks, b"")
        self._next = self._head() if self._left else None
        while self._next is not None:
            head = self._next
            if head.shape.name in rows or len(rows) == _MOST_TABLES:
                raise damaged("tables")
            tally = self.tally()
            taken = tally.counted(self._lines_of_table())
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
        return self._manifest_in(kind, payload)

    def _head(self) -> TableHead:
        """The beginning of a table, which is the first line of those left."""
        end = self._left.index(b"\n") + 1
        line, self._left = self._left[:end], self._left[end:]
        return _table(_parsed(line))

    def _lines_of_table(self) -> Iterator[Block]:
        while block := self._left or next(self._blocks, b""):
            # No line of rows holds an end of line or begins with a brace, so this is where the next table begins.
            end = 0 if block[:1] == b"{" else block.find(b"\n{") + 1 or len(block)
            lines, self._left = block[:end], block[end:]
            if lines:
                yield lines, lines.count(b"\n")
            if self._left:
                self._next = self._head()
                return
        self._next = None

    def _all_lines(self) -> Iterator[bytes]:
        """The lines of the data with their ends, as many at a time as came whole with one frame."""
        waiting = b""
        while True:
            kind, payload = self._frames.frame()
            if kind != DATA:
                break
            content = waiting + self._frames.content(kind, payload)
            end = content.rfind(b"\n") + 1
            lines, waiting = content[:end], content[end:]
            if len(waiting) > _LONGEST_LINE:
                raise damaged("line")
            if lines:
                yield lines
        if kind != MANIFEST or waiting:
            raise damaged("manifest")
        self._manifest = self._manifest_in(kind, payload)
        if self._frames.frame()[0] != END:
            raise damaged("end")

    def _manifest_in(self, kind: bytes, payload: bytes) -> Manifest:
        return _manifest(self._frames.content(kind, payload), self.header.layout.sum_name)


@contextmanager
def open_backup(path: Path, passphrase: str | None = None, *, header_only: bool = False) -> Iterator[Reader]:
    """Open a backup file for reading. Raises Unavailable where it cannot be read, Unusable where it is none."""
    try:
        with path.open("rb") as file, closing(Reader(file, passphrase, header_only=header_only)) as reader:
            yield reader
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


def _header(content: bytes) -> Header:
    facts = _parsed(content)
    if not isinstance(facts, dict) or type(facts.get("format")) is not int:
        raise damaged("header")
    if layout_of(facts["format"]) is None:
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
    return Header(made, company, program, schema, reason, station, facts["encryption"], facts["format"])


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


def _manifest(content: bytes, sum_name: str) -> Manifest:
    facts = _parsed(content)
    if not isinstance(facts, list) or not all(isinstance(f, dict) for f in facts):
        raise damaged("manifest")
    rows, sums = {}, {}
    for fact in facts:
        name, number, total = fact.get("table"), fact.get("rows"), fact.get(sum_name)
        if not _is_name(name) or type(number) is not int or number < 0 or not isinstance(total, str):
            raise damaged("manifest")
        rows[name], sums[name] = number, total
    return Manifest(rows, sums)
