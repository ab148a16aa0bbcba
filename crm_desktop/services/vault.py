"""Small secrets of this PC, kept where the system keeps passwords: the key of an enrolled PC, a password for commands, the passphrase of
backups."""

from __future__ import annotations

import importlib
import logging
from typing import Any

from crm_desktop.errors import Unavailable
from crm_desktop.words import _

log = logging.getLogger(__name__)


def _store() -> Any:
    # It takes a tenth of a second to load, which a start of the program need not wait for.
    return importlib.import_module("keyring")


def _faults() -> tuple[type[Exception], ...]:
    return importlib.import_module("keyring.errors").KeyringError, OSError, RuntimeError


def able() -> bool:
    """Whether this PC has a credential store. Those that keep nothing have a priority of 0 or less."""
    try:
        return bool(_store().get_keyring().priority > 0)
    except _faults():
        return False


def read(service: str, name: str) -> str | None:
    """What is kept under a name; None where there is nothing, or the store is locked."""
    if not able():
        return None
    try:
        found = _store().get_password(service, name)
    except _faults() as error:
        log.warning("The credential store does not answer: %s", type(error).__name__)
        return None
    return str(found) if found else None


def keep(service: str, name: str, secret: str) -> None:
    """Keep a secret. Raises Unavailable where the system keeps none."""
    if not able():
        raise Unavailable(_("This PC has no credential store, so it cannot keep a password."))
    if not put(service, name, secret):
        raise Unavailable(_("The credential store of this PC did not take the password."))


def put(service: str, name: str, secret: str) -> bool:
    """Put a secret into the store; gives whether it is there now. For those who have words of their own for it."""
    try:
        _store().set_password(service, name, secret)
        return bool(_store().get_password(service, name) == secret)
    except _faults() as error:
        log.warning("The credential store took nothing: %s", type(error).__name__)
        return False


def forget(service: str, name: str) -> bool:
    """Take a secret out; gives whether there was one. Raises Unavailable where the store does not answer."""
    if not able():
        return False
    try:
        if _store().get_password(service, name) is None:
            return False
        _store().delete_password(service, name)
    except _faults() as error:
        raise Unavailable(_("The credential store of this PC does not answer.")) from error
    return True
