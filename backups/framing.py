"""The frames a backup file is made of: packed, checksummed and, where wanted, encrypted. docs/backup-format.md describes them.

Whoever reads trusts nothing: lengths are bounded before anything is fetched, a frame never unpacks to more than `_RATIO` times its
length, and every byte of the file stands under a checksum.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import struct
import zlib
from base64 import b64decode, b64encode
from collections import deque
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, BinaryIO

import zstandard
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from crm_desktop.errors import Told
from crm_desktop.words import _

MAGIC = b"\x89CRMBK\r\n"
CHUNK = 1 << 20
"""Unpacked bytes of a data frame, at most."""

HEADER, DATA, MANIFEST, END = b"H", b"D", b"M", b"E"
_HEAD = struct.Struct(">cI")
_CHECK = struct.Struct(">I")
_TAIL = struct.Struct(">Q32s")
_RATIO = 200  # a frame that packs better is stored as it is, so nothing honest ever unpacks to more
_TAG = 16
_LONGEST = CHUNK + 1024
_STORED, PACK_ZLIB, PACK_ZSTD = b"\0", b"\1", b"\2"
END_SIZE = _HEAD.size + _TAIL.size + _CHECK.size

_ZLIB_LEVEL = 4  # 6 takes twice as long for files that are a tenth smaller
_ZSTD_LEVEL = 3  # four times as fast as zlib at 4, for smaller files
_WORTH_A_THREAD = 64 << 10  # bytes
_THREADS = min(4, os.cpu_count() or 1)

_SALT, _PREFIX = 16, 4
_SCRYPT = {"n": 1 << 16, "r": 8, "p": 1}
_MOST_MEMORY = 512 << 20  # bytes a foreign file may make the key derivation use


class Unusable(Told):
    """A backup that cannot be used; the words say why."""


class WrongPassphrase(Unusable):
    """The passphrase does not fit, or there is none."""

    def __init__(self, given: bool) -> None:
        message = _("The passphrase is wrong.") if given else _("This backup is encrypted.")
        super().__init__(message, _("Enter the passphrase it was made with. Nothing was changed."))


def damaged(what: str) -> Unusable:
    """The error of a file that is not as it was written; `what` is the place, for the report."""
    return Unusable(
        _("This backup is damaged ({place}).").format(place=what),
        _("Nothing was changed. Use another copy or an older backup."),
    )


@dataclass(frozen=True)
class Lock:
    """A key made from a passphrase, and the facts by which the same key can be made again."""

    key: bytes
    facts: Mapping[str, Any]
    prefix: bytes


def new_lock(passphrase: str) -> Lock:
    """A fresh key for one file."""
    salt, prefix = secrets.token_bytes(_SALT), secrets.token_bytes(_PREFIX)
    key, check = _derive(passphrase, salt, **_SCRYPT)
    facts = {
        "cipher": "AES-256-GCM", "derivation": "scrypt", **_SCRYPT,
        "salt": b64encode(salt).decode(), "nonce": b64encode(prefix).decode(), "check": check,
    }  # fmt: skip
    return Lock(key, facts, prefix)


def lock_of(facts: Any, passphrase: str | None) -> Lock:
    """The key of a file, from what its header says. Raises WrongPassphrase, or Unusable for facts that make no sense."""
    try:
        if facts["cipher"] != "AES-256-GCM" or facts["derivation"] != "scrypt":
            raise Unusable(_("This backup is encrypted in a way this program does not know."))
        n, r, p = (int(facts[name]) for name in "nrp")
        salt, prefix = b64decode(facts["salt"], validate=True), b64decode(facts["nonce"], validate=True)
        expected = str(facts["check"])
    except (KeyError, TypeError, ValueError) as error:
        raise damaged("encryption") from error
    sound = n >= 2 and n & (n - 1) == 0 and 1 <= r <= 32 and 1 <= p <= 4 and n * r * 128 <= _MOST_MEMORY
    if not sound or len(salt) != _SALT or len(prefix) != _PREFIX:
        raise damaged("encryption")
    if not passphrase:
        raise WrongPassphrase(given=False)
    key, check = _derive(passphrase, salt, n, r, p)
    if not hmac.compare_digest(check.encode(), expected.encode("utf-8", "replace")):
        raise WrongPassphrase(given=True)
    return Lock(key, facts, prefix)


def _derive(passphrase: str, salt: bytes, n: int, r: int, p: int) -> tuple[bytes, str]:
    """A key, and a check that tells a wrong passphrase from a damaged file without telling the key."""
    made = hashlib.scrypt(passphrase.encode(), salt=salt, n=n, r=r, p=p, maxmem=n * r * 128 + (64 << 20), dklen=64)
    return made[:32], hashlib.sha256(made[32:]).hexdigest()[:32]


class FrameWriter:
    """Writes frames one after the other. The first must be the header; `seal` ends the file. Close it in any case.

    Packing takes longer than all else, so large contents are packed on threads beside, and written in their order.
    """

    def __init__(self, file: BinaryIO, lock: Lock | None = None, packing: bytes = PACK_ZSTD) -> None:
        self._file, self._lock, self._sum, self._packing_kind = file, lock, hashlib.sha256(), packing
        self._aead = AESGCM(lock.key) if lock else None
        self._bound, self._number, self._manifest_at, self.written = b"", 0, 0, 0
        self._packers: ThreadPoolExecutor | None = None
        self._packing: deque[tuple[bytes, Future[bytes]]] = deque()
        self._put(MAGIC)

    def header(self, content: bytes) -> None:
        self._bound = hashlib.sha256(content).digest()
        self._frame(HEADER, content)

    def add(self, kind: bytes, content: bytes) -> None:
        """A data or manifest frame."""
        if kind == DATA and len(content) > _WORTH_A_THREAD:
            self._packers = self._packers or ThreadPoolExecutor(_THREADS, thread_name_prefix="packing")
            self._packing.append((kind, self._packers.submit(_packed, content, self._packing_kind)))
            self._write_packed(most_waiting=_THREADS + 1)
            return
        self._write_packed(most_waiting=0)
        if kind == MANIFEST:
            self._manifest_at = self.written
        self._payload(kind, _packed(content, self._packing_kind))

    def seal(self) -> None:
        """End the file with the checksum of all that stands before."""
        self._write_packed(most_waiting=0)
        tail = _TAIL.pack(self._manifest_at, self._sum.digest())
        self._frame(END, tail)
        self.close()

    def close(self) -> None:
        """Let go of the threads."""
        if self._packers:
            self._packers.shutdown(cancel_futures=True)
            self._packers = None

    def _write_packed(self, most_waiting: int) -> None:
        while len(self._packing) > most_waiting:
            kind, packed = self._packing.popleft()
            self._payload(kind, packed.result())

    def _payload(self, kind: bytes, payload: bytes) -> None:
        if self._aead and self._lock:
            nonce = self._lock.prefix + self._number.to_bytes(8, "big")
            payload = self._aead.encrypt(nonce, payload, self._bound + kind)
        self._number += 1
        self._frame(kind, payload)

    def _frame(self, kind: bytes, payload: bytes) -> None:
        head = _HEAD.pack(kind, len(payload))
        self._put(head + payload + _CHECK.pack(zlib.crc32(payload, zlib.crc32(head))))

    def _put(self, content: bytes) -> None:
        self._file.write(content)
        self._sum.update(content)
        self.written += len(content)


class FrameReader:
    """Reads frames in order, and refuses whatever does not fit."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._sum = file, hashlib.sha256()
        self._aead: AESGCM | None = None
        self._lock: Lock | None = None
        self._bound, self._number = b"", 0
        if self._take(len(MAGIC)) != MAGIC:
            raise Unusable(_("This file is no backup of this program."), _("Nothing was changed."))

    def header(self) -> bytes:
        kind, content = self.frame()
        if kind != HEADER:
            raise damaged("header")
        self._bound = hashlib.sha256(content).digest()
        return content

    def unlock(self, lock: Lock) -> None:
        self._lock, self._aead = lock, AESGCM(lock.key)

    def skip_to_manifest(self, size: int) -> None:
        """Go past the data, to read the manifest alone; the sums of the whole file cannot be checked then."""
        self._file.seek(max(0, size - END_SIZE))
        tail = self._file.read(END_SIZE)
        if len(tail) != END_SIZE or tail[:1] != END:
            raise damaged("end")
        at = _TAIL.unpack(tail[_HEAD.size : -_CHECK.size])[0]
        if not len(MAGIC) <= at < size:
            raise damaged("end")
        self._file.seek(at)

    def frame(self) -> tuple[bytes, bytes]:
        """The next frame as it stands in the file. END is checked against all that was read."""
        before = self._sum.digest()
        head = self._take(_HEAD.size)
        kind, length = _HEAD.unpack(head)
        if kind not in (HEADER, DATA, MANIFEST, END) or length > _LONGEST:
            raise damaged("frame")
        payload = self._take(length)
        if _CHECK.unpack(self._take(_CHECK.size))[0] != zlib.crc32(payload, zlib.crc32(head)):
            raise damaged("checksum")
        if kind == END and (len(payload) != _TAIL.size or _TAIL.unpack(payload)[1] != before or self._file.read(1)):
            raise damaged("end")
        return kind, payload

    def content(self, kind: bytes, payload: bytes) -> bytes:
        """What a data or manifest frame holds. Encrypted ones open in the order they were written only."""
        at, self._number = self._number, self._number + 1
        if self._aead and self._lock:
            try:
                payload = self._aead.decrypt(self._lock.prefix + at.to_bytes(8, "big"), payload, self._bound + kind)
            except (InvalidTag, ValueError) as error:
                raise damaged("encryption") from error
        how, packed = payload[:1], payload[1:]
        if how == _STORED:
            return packed
        if how == PACK_ZLIB:
            return _from_zlib(packed)
        if how == PACK_ZSTD:
            return _from_zstd(packed)
        raise damaged("packing")

    def _take(self, length: int) -> bytes:
        content = self._file.read(length)
        if len(content) != length:
            raise Unusable(
                _("This backup is cut off: its end is missing."),
                _("Nothing was changed. Use another copy or an older backup."),
            )
        self._sum.update(content)
        return content


def _packed(content: bytes, how: bytes) -> bytes:
    if how == PACK_ZSTD:
        packed = zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compress(content)
    else:
        packed = zlib.compress(content, _ZLIB_LEVEL)
    return how + packed if len(packed) * _RATIO > len(content) > len(packed) else _STORED + content


def _most(packed: bytes) -> int:
    return min(CHUNK, len(packed) * _RATIO)


def _from_zlib(packed: bytes) -> bytes:
    inflater = zlib.decompressobj()
    try:
        content = inflater.decompress(packed, _most(packed))
    except zlib.error as error:
        raise damaged("packing") from error
    if not inflater.eof or inflater.unconsumed_tail or inflater.unused_data:
        raise damaged("packing")
    return content


def _from_zstd(packed: bytes) -> bytes:
    try:
        said = zstandard.get_frame_parameters(packed)
        # The size a frame says it unpacks to is what is taken from memory at once; none of ours leaves it out or needs a dictionary.
        if not 0 < said.content_size <= _most(packed) or said.dict_id:
            raise damaged("packing")
        return zstandard.ZstdDecompressor().decompress(packed, allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise damaged("packing") from error
