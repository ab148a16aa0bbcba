"""The office's own certificate: the host shows it, the others keep it and take no other.

Nobody signs it but itself, and it holds no name: what counts is that it is the one that was compared or carried over. Loaded late,
since the library takes a while.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

_YEARS = 30
"""A PC that was off for years must still be let in; a new one is made whenever the host shares anew."""


@dataclass(frozen=True)
class Certificate:
    """A certificate and its key, both as PEM."""

    certificate: bytes
    key: bytes


def make_certificate(office: str, now: dt.datetime | None = None) -> Certificate:
    """A new one. office: whose, for people who look at it."""
    now = now or dt.datetime.now(dt.UTC)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, (office or "CRM Desktop")[:64])])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=2))  # clocks of office PCs differ
        .not_valid_after(now + dt.timedelta(days=365 * _YEARS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, SHA256())
    )
    return Certificate(
        made.public_bytes(serialization.Encoding.PEM),
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
    )


def is_certificate(pem: str) -> bool:
    """Whether a text is one certificate."""
    try:
        return len(x509.load_pem_x509_certificates(pem.encode("ascii"))) == 1
    except (ValueError, UnicodeError):
        return False


def fingerprint(pem: str) -> str:
    """What tells a certificate from all others, in hexadecimal digits. Raises ValueError."""
    found = x509.load_pem_x509_certificate(pem.encode("ascii"))
    return hashlib.sha256(found.public_bytes(serialization.Encoding.DER)).hexdigest()
