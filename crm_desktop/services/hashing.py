"""Passwords as hashes: argon2id with the second recommended option of RFC 9106 (64 MiB, three passes, four lanes).

One hash takes a good part of a second on an office PC, on purpose: never call this on the thread of the window.
"""

from __future__ import annotations

import importlib
from typing import Any

from crm_desktop.rules.passwords import normalised

PARAMETERS = "RFC_9106_LOW_MEMORY"
"""The name in argon2.profiles of what new hashes are made with; a password is hashed anew at the next sign-in when this changes."""


def _hasher() -> Any:
    # Loaded when somebody signs in: a start without passwords need not wait for it.
    profiles = importlib.import_module("argon2.profiles")
    return importlib.import_module("argon2").PasswordHasher.from_parameters(getattr(profiles, PARAMETERS))


def hash_of(password: str) -> str:
    """A new hash, with a salt of its own, that names its parameters."""
    return str(_hasher().hash(normalised(password)))


def matches(stored: str, password: str) -> bool:
    """Whether a password is the one that was hashed. Without a hash, as for a name that nobody has, it takes as long and says no."""
    faults = importlib.import_module("argon2.exceptions")
    if not stored:
        hash_of(password)
        return False
    try:
        return bool(_hasher().verify(stored, normalised(password)))
    except (faults.VerifyMismatchError, faults.VerificationError, faults.InvalidHashError):
        return False


def outdated(stored: str) -> bool:
    """Whether a hash was made with other parameters than new ones are."""
    return bool(_hasher().check_needs_rehash(stored))
