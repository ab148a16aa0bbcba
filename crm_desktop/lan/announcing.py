"""Finding the host on the office's network: a PC that wants to join asks everybody, and the host answers with a signed note.

The question carries a number that is used once, which the signature covers: an answer that was recorded yesterday is worth nothing.
Where the host is, is said by the address the answer came from, never by its content. Whoever joins compares the digits of the key
with those on the host's screen.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import secrets
import socket
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from crm_desktop.lan.networks import adapters, private

log = logging.getLogger(__name__)
PORT = 15433
"""The UDP port of questions; the answer goes back to where the question came from."""

_VERSION = 1
_LONGEST = 1200  # bytes: what every network carries in one piece
_SHORTEST_QUESTION = 700  # an answer is never longer than its question by much, so that it is no weapon against others
_MOST = 30  # answers a second
_TEXT = 80


@dataclass(frozen=True)
class Found:
    """A host that answered. digits: of its key, to be compared with the host's screen; certificate: fingerprint, "" for none."""

    office: str
    uid: str
    address: str
    port: int
    digits: str
    database: str
    certificate: str


@dataclass(frozen=True)
class Note:
    """What a host says of itself."""

    office: str
    uid: str
    port: int
    database: str = "crm"
    certificate: str = ""


def new_key() -> str:
    """A new key to sign with, in hexadecimal digits; it belongs into the credential store."""
    return Ed25519PrivateKey.generate().private_bytes_raw().hex()


def digits(public: bytes) -> str:
    """A key as people compare it: twelve digits."""
    number = int.from_bytes(hashlib.sha256(b"crm-desktop host key " + public).digest()[:8], "big") % 10**12
    text = f"{number:012d}"
    return f"{text[:4]} {text[4:8]} {text[8:]}"


def digits_of(key: str) -> str:
    """The digits that belong to a private key."""
    return digits(_private(key).public_key().public_bytes_raw())


def _private(key: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(key))


def question(nonce: str) -> bytes:
    """What is sent to everybody."""
    made = json.dumps({"crm-desktop": _VERSION, "kind": "question", "nonce": nonce}).encode()
    return made.ljust(_SHORTEST_QUESTION, b" ")


def nonce_of(packet: bytes) -> str:
    """The number in a question; "" for anything else."""
    facts = _read(packet)
    nonce = facts.get("nonce")
    good = facts.get("kind") == "question" and isinstance(nonce, str) and 16 <= len(nonce) <= 64 and len(packet) >= _SHORTEST_QUESTION
    return str(nonce) if good else ""


def answer(note: Note, key: str, nonce: str) -> bytes:
    """The signed answer to a question."""
    signer = _private(key)
    facts: dict[str, Any] = {
        "crm-desktop": _VERSION, "kind": "host", "nonce": nonce, "office": note.office[:_TEXT], "uid": note.uid, "port": note.port,
        "database": note.database, "certificate": note.certificate, "key": signer.public_key().public_bytes_raw().hex(),
    }  # fmt: skip
    return json.dumps(facts | {"signature": signer.sign(_signed(facts)).hex()}).encode()


def understood(packet: bytes, nonce: str, address: str) -> Found | None:
    """The host behind an answer; None for one that is damaged, forged, old, or no answer to this question."""
    facts = _read(packet)
    try:
        signature = bytes.fromhex(facts.pop("signature"))
        public = bytes.fromhex(facts["key"])
        Ed25519PublicKey.from_public_bytes(public).verify(signature, _signed(facts))
        fits = facts["kind"] == "host" and secrets.compare_digest(str(facts["nonce"]).encode(), nonce.encode())
        office, uid, port = facts["office"], facts["uid"], facts["port"]
        database, certificate = facts["database"], facts["certificate"]
    except (KeyError, ValueError, TypeError, InvalidSignature):
        return None
    texts = all(isinstance(t, str) and len(t) <= _TEXT for t in (office, uid, database, certificate))
    if not fits or not texts or not isinstance(port, int) or isinstance(port, bool) or not 0 < port < 65536:
        return None
    return Found(_shown(office), uid, address, port, digits(public), database, certificate)


def _read(packet: bytes) -> dict[str, Any]:
    if len(packet) > 2 * _LONGEST:
        return {}
    try:
        facts = json.loads(packet)
    except (ValueError, RecursionError):
        return {}
    return facts if isinstance(facts, dict) and facts.get("crm-desktop") == _VERSION else {}


def _signed(facts: dict[str, Any]) -> bytes:
    return json.dumps(facts, sort_keys=True).encode()


def _shown(text: str) -> str:
    """A name from the network as it may be shown: nothing that draws over its neighbours."""
    return "".join(c for c in text if c.isprintable()).strip()


class Announcer:
    """Answers questions on a thread of its own, as long as the program runs on the host."""

    def __init__(self, note: Note, key: str, address: str = "", port: int = PORT) -> None:
        self._note, self._key, self._where = note, key, (address, port)
        self._socket: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._ended = threading.Event()

    @property
    def port(self) -> int:
        """The port it listens on; 0 while it does not."""
        return int(self._socket.getsockname()[1]) if self._socket is not None else 0

    def start(self) -> bool:
        """Begin to answer; False where the port is taken: another program of this PC answers already."""
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            made.bind(self._where)
        except OSError as error:
            log.warning("Questions from the network are not answered: %s", type(error).__name__)
            made.close()
            return False
        made.settimeout(0.5)
        self._socket = made
        self._thread = threading.Thread(target=self._serve, args=(made,), name="announcer", daemon=True)
        self._thread.start()
        return True

    def stop(self) -> None:
        """Answer no more."""
        self._ended.set()
        made, self._socket = self._socket, None
        if made is not None:
            made.close()
        if self._thread is not None:
            self._thread.join(5)
            self._thread = None

    def _serve(self, listening: socket.socket) -> None:
        second, given = 0, 0
        while not self._ended.is_set():
            try:
                packet, sender = listening.recvfrom(4 * _LONGEST)
            except OSError:  # nobody asked for a while, or it was closed; on Windows also the refusal of an earlier answer
                continue
            now = int(time.monotonic())
            second, given = (now, 0) if now != second else (second, given)
            nonce = nonce_of(packet)
            if not nonce or given >= _MOST or not (private(sender[0]) or sender[0].startswith("127.")):
                continue
            given += 1
            with contextlib.suppress(OSError):
                listening.sendto(answer(self._note, self._key, nonce), sender)


def discover(seconds: float = 2.0, targets: Sequence[tuple[str, int]] | None = None) -> list[Found]:
    """Ask the network for hosts, and wait for answers. targets: whom to ask; everybody in the office's networks when None."""
    nonce = secrets.token_hex(16)
    found: dict[tuple[str, int, str], Found] = {}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        asking.bind(("", 0))
        end = time.monotonic() + seconds
        for again in (1, 2):  # a packet may be lost; the second question comes half way
            _ask(asking, nonce, targets or everybody())
            for packet, address in _answers(asking, end - seconds / 2 if again == 1 else end):
                host = understood(packet, nonce, address)
                if host is not None:
                    found[host.address, host.port, host.digits] = host
    return sorted(found.values(), key=lambda f: (f.office, f.address))


def everybody() -> list[tuple[str, int]]:
    """Where every PC of the office's networks listens, and this one."""
    addresses = ["127.0.0.1", "255.255.255.255", *(a.broadcast for a in adapters() if a.broadcast)]
    return [(address, PORT) for address in dict.fromkeys(addresses)]


def _ask(asking: socket.socket, nonce: str, targets: Iterable[tuple[str, int]]) -> None:
    for target in targets:
        with contextlib.suppress(OSError):  # a network that is down
            asking.sendto(question(nonce), target)


def _answers(asking: socket.socket, until: float) -> Iterable[tuple[bytes, str]]:
    while (left := until - time.monotonic()) > 0:
        asking.settimeout(left)
        try:
            packet, sender = asking.recvfrom(4 * _LONGEST)
        except TimeoutError:
            return
        except OSError:
            continue
        yield packet, str(sender[0])
