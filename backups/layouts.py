"""How the rows stand in a backup: by the format its header names. This program writes the newest and reads them all.

Format 1 had values in a form of their own, made and read row by row; format 2 has lines that the engines make (db/lines.py).
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, Protocol

from sqlalchemy import Connection

from backups.framing import PACK_ZLIB, PACK_ZSTD
from db import lines, transfer
from db.lines import Block
from db.transfer import Shape, Unfit

FORMAT = 2
"""What this program writes."""


class Sum(Protocol):
    """A checksum in the making."""

    def update(self, content: bytes, /) -> None:
        """Take more in."""

    def hexdigest(self) -> str:
        """What it comes to."""


class Layout(Protocol):
    """One format of the rows. packing: of the frames; sum_name: how the manifest calls the checksums."""

    packing: bytes
    sum_name: str

    def new_sum(self) -> Sum:
        """For the lines of a table."""

    def rows(self, shape: Shape, block: Block) -> list[list[Any]]:
        """The values behind lines. Raises ValueError."""

    def write(self, connection: Connection, shape: Shape, blocks: Iterable[Block], last_id: int) -> None:
        """Put all rows into an empty table of a scratch database. Raises Unfit, or as db/errors.py says."""

    def read_again(self, connection: Connection, shape: Shape) -> Iterator[Block]:
        """The lines of what was written, as they must have stood in the backup."""


class SecondLayout:
    """Lines as the engines make them."""

    packing, sum_name = PACK_ZSTD, "blake2b"

    def new_sum(self) -> Sum:
        """BLAKE2b: quick on every processor."""
        return hashlib.blake2b(digest_size=32)

    def rows(self, shape: Shape, block: Block) -> list[list[Any]]:
        """Numbers, texts and None."""
        return lines.parse_lines(*block)

    def write(self, connection: Connection, shape: Shape, blocks: Iterable[Block], last_id: int) -> None:
        """All of it by the engine."""
        lines.write_lines(connection, shape, blocks, last_id)

    def read_again(self, connection: Connection, shape: Shape) -> Iterator[Block]:
        """Made by the engine."""
        return lines.read_lines(connection, shape)


class FirstLayout:
    """Lines with the values of db/transfer.py, and base64 for bytes."""

    packing, sum_name = PACK_ZLIB, "sha256"

    def new_sum(self) -> Sum:
        """SHA-256."""
        return hashlib.sha256()

    def rows(self, shape: Shape, block: Block) -> list[list[Any]]:
        """The values as db/transfer.py takes them."""
        found = lines.parse_lines(*block)
        blobs, width = _blobs(shape), len(shape.columns)
        for row in found:
            if len(row) != width:
                raise ValueError(shape.name)
            for at in blobs:
                if row[at] is not None:
                    row[at] = b64decode(row[at], validate=True)
        return found

    def write(self, connection: Connection, shape: Shape, blocks: Iterable[Block], last_id: int) -> None:
        """One by one, each value looked at."""
        try:
            rows = chain.from_iterable(self.rows(shape, block) for block in blocks)
            transfer.write_rows(connection, shape, rows, last_id)
        except (ValueError, TypeError) as error:
            raise error if isinstance(error, Unfit) else Unfit(f"{shape.name}: {error}") from error

    def read_again(self, connection: Connection, shape: Shape) -> Iterator[Block]:
        """The same lines, made row by row."""
        encode, blobs = _line_encoder(), _blobs(shape)
        texts = [at for at, (_name, kind) in enumerate(shape.columns) if kind == "text"]
        for rows in transfer.read_rows(connection, shape):
            for row in rows:
                for at in blobs:
                    if row[at] is not None:
                        row[at] = b64encode(row[at]).decode()
            yield "".join(f"{_line(encode, row, texts)}\n" for row in rows).encode(), len(rows)


_LAYOUTS: dict[int, Layout] = {1: FirstLayout(), 2: SecondLayout()}


def layout_of(number: int) -> Layout | None:
    """The layout of a format; None for one this program does not know."""
    return _LAYOUTS.get(number)


def _blobs(shape: Shape) -> list[int]:
    return [at for at, (_name, kind) in enumerate(shape.columns) if kind == "blob"]


def _line_encoder() -> Callable[[Any], str]:
    """What makes the JSON of a row. `JSONEncoder.encode` would make its inner encoder anew for each of millions of rows."""
    plain = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return plain.encode
    quick = make(None, plain.default, json.encoder.encode_basestring, None, ":", ",", True, False, True)
    return lambda row: "".join(quick(row, 0))


def _line(encode: Callable[[Any], str], row: Sequence[Any], texts: Sequence[int]) -> str:
    line = encode(row)
    if "\\u0000" not in line:
        return line
    # No engine brings the character NUL back, see db/transfer.py.
    return encode([v.replace("\0", "") if at in texts and v is not None else v for at, v in enumerate(row)])
