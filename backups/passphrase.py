"""The passphrase of backups that are made by the clock: kept where the system keeps passwords, never in a file of this program."""

from __future__ import annotations

import importlib
import logging
import secrets
from pathlib import Path
from typing import Any

from crm_desktop.errors import Refused, Unavailable
from crm_desktop.words import _

log = logging.getLogger(__name__)
_SERVICE = "CRM Desktop backup"
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that are mistaken for another on paper
_GROUPS, _EACH = 6, 4
LEAST = 8


def _store() -> Any:
    # It takes a tenth of a second to load, which a start of the program need not wait for.
    return importlib.import_module("keyring")


def _faults() -> tuple[type[Exception], ...]:
    return importlib.import_module("keyring.errors").KeyringError, OSError, RuntimeError


def problem() -> str:
    """Why this PC cannot keep a passphrase, in words; "" when it can."""
    # Those that keep nothing (null, fail) have a priority of 0 or less.
    try:
        able = _store().get_keyring().priority > 0
    except _faults():
        able = False
    return "" if able else _("This PC has no credential store, so it cannot keep a passphrase.")


def stored(data: Path) -> str | None:
    """The passphrase kept for a data folder; None where there is none, or the store is locked."""
    if problem():
        return None
    try:
        found = _store().get_password(_SERVICE, _name(data))
        return str(found) if found else None
    except _faults() as error:
        log.warning("The credential store does not answer: %s", type(error).__name__)
        return None


def needed(data: Path, encrypt: bool) -> str | None:
    """The passphrase for a place; None for one that is not encrypted. Raises Refused where none is stored: never plain instead."""
    if not encrypt:
        return None
    found = stored(data)
    if not found:
        raise Refused(
            problem() or _("No passphrase is stored on this PC, so backups cannot be encrypted."),
            _("No backup was made there. Store the passphrase in the settings of the backups."),
        )
    return found


def store(data: Path, passphrase: str) -> None:
    """Keep the passphrase on this PC. Raises Unavailable where the system keeps none."""
    advice = _("Encrypted backups can still be made by hand, with the passphrase typed each time.")
    if words := problem():
        raise Unavailable(words, advice)
    try:
        _store().set_password(_SERVICE, _name(data), passphrase)
        kept = _store().get_password(_SERVICE, _name(data)) == passphrase
    except _faults() as error:
        raise Unavailable(_("The credential store of this PC did not take the passphrase."), advice) from error
    if not kept:
        raise Unavailable(_("The credential store of this PC did not take the passphrase."), advice)


def forget(data: Path) -> None:
    """Take the passphrase out of the store; nothing happens where there is none."""
    if problem():
        return
    try:
        if _store().get_password(_SERVICE, _name(data)) is not None:
            _store().delete_password(_SERVICE, _name(data))
    except _faults() as error:
        raise Unavailable(_("The credential store of this PC does not answer.")) from error


def suggest() -> str:
    """A passphrase nobody guesses (118 bits) and everybody can type: small letters and digits in groups."""
    return "-".join("".join(secrets.choice(_LETTERS) for _at in range(_EACH)) for _group in range(_GROUPS))


def _name(data: Path) -> str:
    return str(data.resolve())
