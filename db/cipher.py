"""Encrypted SQLite files: their keys, and the one place where a file of SQLite is connected to, plain or encrypted.

The cipher is SQLCipher's (zetetic.net/sqlcipher/design): every page is encrypted with AES-256 and authenticated with HMAC-SHA512; so are
the journals beside the file. Its driver is loaded only where a file needs it: other starts of the program do not wait for it.

A key belongs to a folder. What stands in that folder or below, trials of backups and copies aside as well, is encrypted with it as
soon as it is made; a file that is plain already is opened as it is. The keys that this process knows are kept here and nowhere else,
so that no address and no log ever holds one.
"""

from __future__ import annotations

import hashlib
import hmac
import importlib
import os
import secrets
import sqlite3
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from db.errors import NoKey, WrongKey

_PLAIN = b"SQLite format 3\0"
_PAGE, _SALT, _SUM, _IV = 4096, 16, 64, 16
"""Bytes of a page, of the salt that an encrypted file begins with, and of what each page ends with: a vector and its authentication."""

_LOOKED_AT = 32
"""Pages that are tried before a key is said to be the wrong one."""


class Key:
    """A random key of 256 bits. It shows itself to nobody, neither in a log nor in the report of an error."""

    __slots__ = ("_secret",)

    def __init__(self, secret: bytes) -> None:
        if len(secret) != 32:
            raise ValueError("a key has 32 bytes")
        self._secret = secret

    @classmethod
    def new(cls) -> Key:
        """A key that nobody had before."""
        return cls(secrets.token_bytes(32))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Key) and hmac.compare_digest(self._secret, other._secret)

    def __hash__(self) -> int:
        return hash(self.number)

    def __repr__(self) -> str:
        return f"<Key {self.number}>"

    def __reduce__(self) -> Any:
        raise TypeError("a key is not written anywhere")

    @property
    def secret(self) -> bytes:
        """The key itself, for the credential store and the recovery sheet."""
        return self._secret

    @property
    def number(self) -> str:
        """Tells one key from another, and tells nothing of the key."""
        return hashlib.sha256(b"number of a key" + self._secret).hexdigest()[:8].upper()

    @property
    def words(self) -> str:
        """As SQLCipher takes it: the key itself, nothing that has to be made into one with each connection."""
        return f"x'{self._secret.hex()}'"

    def fits(self, path: Path) -> bool:
        """Whether one page at least of an encrypted file was written with this key: tells a wrong key from a damaged file."""
        with path.open("rb") as file:
            salt = file.read(_SALT)
            size = file.seek(0, 2)
            total = size // _PAGE
            if len(salt) < _SALT or not total:
                return False
            under = hashlib.pbkdf2_hmac("sha512", self._secret, bytes(b ^ 0x3A for b in salt), 2, 32)
            step = max(1, total // _LOOKED_AT)
            for number in range(0, total, step):
                file.seek(number * _PAGE)
                page = file.read(_PAGE)
                told = page[_SALT if number == 0 else 0 : -_SUM]
                made = hmac.new(under, told + (number + 1).to_bytes(4, "little"), "sha512").digest()
                if hmac.compare_digest(made, page[-_SUM:]):
                    return True
        return False


class KeyRing:
    """The keys that this process knows, by the folder they belong to."""

    def __init__(self) -> None:
        self._keys: dict[Path, Key] = {}
        self._lock = threading.Lock()

    def put(self, folder: Path, key: Key) -> None:
        """Use this key for the files of a folder from now on."""
        with self._lock:
            self._keys[folder.resolve()] = key

    def drop(self, folder: Path) -> None:
        """Know none for a folder any more."""
        with self._lock:
            self._keys.pop(folder.resolve(), None)

    def of(self, folder: Path) -> Key | None:
        """The key of a folder, or of one that it stands in."""
        with self._lock:
            if not self._keys:
                return None
            place = folder.resolve()
            return next((self._keys[f] for f in (place, *place.parents) if f in self._keys), None)


RING = KeyRing()
"""Those of this process."""


@dataclass(frozen=True)
class _Look:
    """What a file was found to be. place: the device and the number of the file; fits: the key that was tried."""

    place: tuple[int, int]
    plain: bool
    fits: Key | None = None


class _Looks:
    """What was found at the beginning of files, so that none is read again while a connection has it open.

    On POSIX systems a process that closes any handle of a file gives up all its locks on it, also those of SQLite, which then
    takes the file for unused and deletes its journal (sqlite.org/howtocorrupt.html, 2.2). So a file is read before the first connection,
    and not again before the last is closed; then anew, since another program may have put another file there.
    """

    def __init__(self) -> None:
        self._found: dict[str, _Look] = {}
        self._open: dict[str, set[int]] = {}
        self._lock = threading.Lock()

    def plain(self, path: Path) -> bool | None:
        """Whether it is a plain database; None where there is nothing yet."""
        with self._lock:
            if (look := self._known(path)) is not None:
                return look.plain
            place, begins = _place(path), _beginning(path)
            if place is None or not begins:
                return None
            self._found[str(path)] = _Look(place, begins == _PLAIN)
            return begins == _PLAIN

    def fits(self, path: Path, key: Key) -> bool:
        """Whether an encrypted file is one of this key."""
        with self._lock:
            look = self._known(path)
            if look is not None and look.fits is not None:
                return look.fits == key
            if not key.fits(path):
                return False
            if look is not None:
                self._found[str(path)] = replace(look, fits=key)
            return True

    def note(self, path: Path, key: Key | None, connection: object) -> None:
        """A connection has just opened, or made, this file with this key."""
        with self._lock:
            self._open.setdefault(str(path), set()).add(id(connection))
            if (place := _place(path)) is not None:
                self._found[str(path)] = _Look(place, key is None, key)

    def let_go(self, path: Path, connection: object) -> None:
        """A connection is closed."""
        with self._lock:
            left = self._open.get(str(path), set())
            left.discard(id(connection))
            if not left:
                self._open.pop(str(path), None)

    def _known(self, path: Path) -> _Look | None:
        if os.name == "nt":  # there nobody loses a lock by reading, and on a stick files have no numbers that last
            return None
        look = self._found.get(str(path)) if str(path) in self._open else None
        return look if look is not None and look.place == _place(path) else None


_LOOKS = _Looks()


def _place(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _beginning(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(len(_PLAIN))
    except OSError:
        return b""


def is_plain(path: Path) -> bool:
    """Whether there is a SQLite file that anybody can read."""
    return _LOOKS.plain(path) is True


def is_encrypted(path: Path) -> bool:
    """Whether a file looks like an encrypted database: whole pages, and nothing but noise in the first. A damaged one has its zeros.

    For a file that no connection has open.
    """
    try:
        if path.stat().st_size % _PAGE:
            return False
        with path.open("rb") as file:
            page = file.read(_PAGE)
    except OSError:
        return False
    return len(page) == _PAGE and not page.startswith(_PLAIN) and len(set(page)) >= 240


def key_for(path: Path) -> Key | None:
    """The key with which a file is to be opened or made; None for a plain one. Raises NoKey where one is needed and none is known."""
    plain = _LOOKS.plain(path)
    if plain:
        return None
    key = RING.of(path.parent)
    if key is None and plain is False and is_encrypted(path):
        raise NoKey(str(path))
    return key


def note(path: Path, key: Key | None, connection: object) -> None:
    """A connection has opened or made this file: it need not be looked at again, and must not be, until `let_go`."""
    _LOOKS.note(path, key, connection)


def let_go(path: Path, connection: object) -> None:
    """That connection is closed."""
    _LOOKS.let_go(path, connection)


def driver(key: Key | None) -> Any:
    """The module that opens such a file."""
    if key is None:
        return sqlite3
    # Five megabytes of cipher that plain files need not wait for.
    return importlib.import_module("sqlcipher3.dbapi2")


def connect(path: Path | str, key: Key | None, **options: Any) -> Any:
    """A connection of the driver, unlocked. Raises WrongKey, and what the driver has to say."""
    file = Path(path)
    if key is not None and _LOOKS.plain(file) is not None and not _LOOKS.fits(file, key):
        raise WrongKey(str(path))
    connection = driver(key).connect(str(path), **options)
    if key is not None:
        unlock(connection, key)
    return connection


def unlock(connection: Any, key: Key) -> None:
    """Tell a connection of the cipher's driver the key, before anything else."""
    connection.execute("PRAGMA cipher_log_level = NONE")  # it would write to the console what db/errors.py tells
    connection.execute(f'PRAGMA key = "{key.words}"')
