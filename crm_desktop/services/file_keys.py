"""The key of an encrypted database on this PC: where it is kept, how it comes back, and what is said where it is missing.

It lies in the credential store of the system's account, so that whoever signs in to the system opens the data as before, and
planned backups go on without anybody. A stick that is carried around has no such place of its own: there, and where the
system keeps none, the recovery key is asked for at each start.
"""

from __future__ import annotations

import logging
from pathlib import Path

from crm_desktop.errors import Invalid, Missing, Unavailable
from crm_desktop.folders import database_path, is_portable
from crm_desktop.rules import recovery_keys
from crm_desktop.services import vault
from crm_desktop.words import _
from db import cipher
from db.cipher import RING, Key

log = logging.getLogger(__name__)
_SERVICE = "CRM Desktop database"


def recall(data: Path) -> Key | None:
    """Learn the key of a data folder from the credential store, unless its database is plain; gives it where it is known."""
    file = database_path(data)
    if cipher.is_plain(file):
        return None
    known = RING.of(data) or _kept(data)
    if known is not None:
        RING.put(data, known)
    return known


def can_keep(data: Path) -> bool:
    """Whether this PC is one that keeps the key of this folder by itself."""
    return not is_portable(data) and vault.able()


def is_kept(data: Path) -> bool:
    """Whether the credential store of this PC has the key."""
    return _kept(data) is not None


def keep(data: Path, key: Key) -> None:
    """Put the key into the credential store. Raises Unavailable where there is none, or it does not take it."""
    advice = _("Without it, the recovery key is asked for at each start.")
    if not vault.able():
        raise Unavailable(_("This PC has no credential store, so it cannot keep the key."), advice)
    if not vault.put(_SERVICE, _name(data), recovery_keys.text_of(key.secret)):
        raise Unavailable(_("The credential store of this PC did not take the key."), advice)


def forget(data: Path) -> None:
    """Take the key out of the credential store, and know it no more."""
    RING.drop(data)
    vault.forget(_SERVICE, _name(data))


def new_key() -> Key:
    """A key that nobody had before."""
    return Key.new()


def typed(text: str) -> Key:
    """The key behind what somebody typed from the recovery sheet. Raises Invalid at "key"."""
    try:
        return Key(recovery_keys.read(text))
    except ValueError as error:
        raise Invalid({"key": str(error)}) from error


def enter(data: Path, text: str, *, keep_it: bool) -> Key:
    """Let this program open the database of a folder with a recovery key. keep_it: let this PC keep it as well.

    Raises Missing where there is no encrypted database, Invalid at "key" for a wrong one, Unavailable as `keep`.
    """
    file = database_path(data)
    if cipher.is_plain(file) or not file.exists() or file.stat().st_size == 0:
        raise Missing(_("There is no encrypted database in {folder}.").format(folder=data))
    key = typed(text)
    if not key.fits(file):
        raise Invalid({"key": _("This recovery key is whole, but it belongs to another database.")})
    RING.put(data, key)
    if keep_it:
        keep(data, key)
    log.info("The key of the database was entered")
    return key


def _kept(data: Path) -> Key | None:
    if is_portable(data):
        return None
    found = vault.read(_SERVICE, _name(data))
    if not found:
        return None
    try:
        return Key(recovery_keys.read(found))
    except ValueError:
        log.warning("What the credential store has is no key")
        return None


def _name(data: Path) -> str:
    return str(data.resolve())
