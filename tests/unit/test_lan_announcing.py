"""Answers on the network: signed, fresh, and nothing else is taken for one."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_desktop.lan import announcing
from crm_desktop.lan.announcing import Announcer, Note, answer, discover, nonce_of, question, understood

KEY = announcing.new_key()
NOTE = Note("百川贸易", "0123456789abcdef", 15432, "crm", "ab" * 32)
NONCE = "0123456789abcdef0123456789abcdef"
HERE = "192.168.1.10"


@pytest.fixture
def host() -> Iterator[Announcer]:
    """A host that answers on this PC only."""
    made = Announcer(NOTE, KEY, "127.0.0.1", 0)
    assert made.start()
    yield made
    made.stop()


def test_a_host_is_found_by_what_it_signed(host: Announcer) -> None:
    found = discover(2.0, [("127.0.0.1", host.port)])
    assert [(f.office, f.uid, f.address, f.port, f.certificate) for f in found] == [
        (NOTE.office, NOTE.uid, "127.0.0.1", NOTE.port, NOTE.certificate)
    ]
    assert found[0].digits == announcing.digits_of(KEY)
    assert found[0].digits.replace(" ", "").isdigit() and len(found[0].digits) == 14


def test_an_answer_is_never_much_longer_than_its_question() -> None:
    longest = replace(NOTE, office="百" * 500)
    assert len(answer(longest, KEY, NONCE)) <= 2 * len(question(NONCE))
    assert nonce_of(question(NONCE).strip()) == ""  # a short question gets none


def changed(**facts: object) -> bytes:
    """A true answer with something else in it."""
    return json.dumps(json.loads(answer(NOTE, KEY, NONCE)) | facts).encode()


@pytest.mark.parametrize(
    "forged",
    [
        changed(port=1),
        changed(office="Another"),
        changed(certificate=""),
        changed(database="other"),
        changed(key=json.loads(answer(NOTE, announcing.new_key(), NONCE))["key"]),
        changed(signature="00" * 64),
        changed(signature=None),
        changed(signature="no digits"),
        answer(NOTE, KEY, "f" * 32),  # recorded yesterday, for another question
        b"",
        b"[]",
        b"[" * 2000,
        answer(NOTE, KEY, NONCE)[:-10],
        answer(NOTE, KEY, NONCE) + b" " * 5000,
    ],
    ids=lambda _packet: "forged",
)
def test_a_forged_or_damaged_answer_is_none(forged: bytes) -> None:
    assert understood(answer(NOTE, KEY, NONCE), NONCE, HERE) is not None
    assert understood(forged, NONCE, HERE) is None


@pytest.mark.parametrize("fact", [{"port": True}, {"port": 0}, {"port": "1"}, {"office": 5}, {"office": "x" * 200}, {"uid": None}])
def test_a_signed_answer_of_a_wrong_form_is_none(fact: dict[str, object]) -> None:
    facts = {k: v for k, v in json.loads(answer(NOTE, KEY, NONCE)).items() if k != "signature"} | fact
    signer = announcing._private(KEY)
    packet = json.dumps(facts | {"signature": signer.sign(announcing._signed(facts)).hex()}).encode()
    assert understood(packet, NONCE, HERE) is None


def test_a_name_from_the_network_draws_over_nothing() -> None:
    found = understood(answer(replace(NOTE, office="A\n\x1b[2J\u202eB"), KEY, NONCE), NONCE, HERE)
    assert found is not None and found.office == "A[2JB"


@given(st.binary(max_size=1500))
def test_any_bytes_are_survived(packet: bytes) -> None:
    assert understood(packet, NONCE, HERE) is None
    assert nonce_of(packet) == ""


def test_the_host_outlives_what_is_sent_to_it(host: Announcer) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as enemy:
        for packet in (b"", b"{}", b"\xff" * 1400, question("short"), b"[" * 1400):
            enemy.sendto(packet, ("127.0.0.1", host.port))
    assert discover(2.0, [("127.0.0.1", host.port)])


def test_a_second_program_of_the_host_does_not_answer_too(host: Announcer) -> None:
    assert not Announcer(NOTE, KEY, "127.0.0.1", host.port).start()


def test_nobody_there_is_no_error() -> None:
    assert discover(0.2, [("127.0.0.1", 9)]) == []
