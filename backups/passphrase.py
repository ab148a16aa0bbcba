"""The passphrase of backups that are made by the clock: kept where the system keeps passwords, never in a file of this program."""

from __future__ import annotations

import secrets
from pathlib import Path

from crm_desktop.errors import Refused, Unavailable
from crm_desktop.services import vault
from crm_desktop.words import _

_SERVICE = "CRM Desktop backup"
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that are mistaken for another on paper
_GROUPS, _EACH = 6, 4
LEAST = 8


def problem() -> str:
    """Why this PC cannot keep a passphrase, in words; "" when it can."""
    return "" if vault.able() else _("This PC has no credential store, so it cannot keep a passphrase.")


def stored(data: Path) -> str | None:
    """The passphrase kept for a data folder; None where there is none, or the store is locked."""
    return vault.read(_SERVICE, _name(data))


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
    if not vault.put(_SERVICE, _name(data), passphrase):
        raise Unavailable(_("The credential store of this PC did not take the passphrase."), advice)


def forget(data: Path) -> None:
    """Take the passphrase out of the store; nothing happens where there is none."""
    vault.forget(_SERVICE, _name(data))


def suggest() -> str:
    """A passphrase nobody guesses (118 bits) and everybody can type: small letters and digits in groups."""
    return "-".join("".join(secrets.choice(_LETTERS) for _at in range(_EACH)) for _group in range(_GROUPS))


def _name(data: Path) -> str:
    return str(data.resolve())
