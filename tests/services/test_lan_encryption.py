"""The office's certificate: whoever shows another one gets nothing said, and with a server that encrypts nothing goes in the clear."""

from __future__ import annotations

import os
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from lan_makers import PASSWORD, TestOffice, an_office, made_of, no_backup

from crm_desktop.errors import Refused, Told
from crm_desktop.folders import program_folder
from crm_desktop.lan import connection as ways
from crm_desktop.lan.announcing import Found
from crm_desktop.lan.binaries import OLDEST, Binaries, candidates, find, look_at
from crm_desktop.lan.certificate import Certificate, fingerprint, make_certificate
from crm_desktop.lan.connection import Connection
from crm_desktop.lan.entering import open_as_host
from crm_desktop.lan.join_file import read_join_file, write_join_file
from crm_desktop.lan.joining import certificate_at, check, join, office_at, office_of
from crm_desktop.lan.upgrading import upgrade
from db.engine import reading

TLS_FOLDER = "CRM_TLS_POSTGRES"
"""The folder with the programs of a PostgreSQL that encrypts, where none is installed."""


@dataclass
class Door:
    """Somebody between the office and a server that does not encrypt, who shows a certificate. heard: what was said after that."""

    port: int
    heard: bytearray = field(default_factory=bytearray)


@contextmanager
def somebody_between(shown: Certificate, server: int, folder: Path) -> Iterator[Door]:
    (folder / "door.crt").write_bytes(shown.certificate)
    (folder / "door.key").write_bytes(shown.key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "door.crt", folder / "door.key")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        door = Door(listening.getsockname()[1])

        def serve() -> None:
            with suppress(OSError):
                while True:
                    near, _address = listening.accept()
                    threading.Thread(target=carry, args=(near,), daemon=True).start()

        def carry(near: socket.socket) -> None:
            with suppress(OSError), near:
                assert len(near.recv(8)) == 8  # whether we encrypt
                near.sendall(b"S")
                with context.wrap_socket(near, server_side=True) as shown_to, socket.create_connection(("127.0.0.1", server), 5) as far:
                    threading.Thread(target=back, args=(far, shown_to), daemon=True).start()
                    while said := shown_to.recv(65536):
                        door.heard.extend(said)
                        far.sendall(said)

        def back(far: socket.socket, near: socket.socket) -> None:
            with suppress(OSError):
                while said := far.recv(65536):
                    near.sendall(said)

        threading.Thread(target=serve, daemon=True).start()
        yield door


@pytest.fixture(scope="module")
def office() -> Iterator[TestOffice]:
    """An office whose server does not encrypt."""
    with an_office() as made:
        made.share(made_of(replace(find(), tls=False)))
        yield made


@pytest.fixture(scope="module")
def own() -> Certificate:
    return make_certificate("百川贸易")


def kept_way(office: TestOffice, own: Certificate, port: int) -> Connection:
    """The way to an office that encrypts, as somebody who joined it keeps it."""
    return replace(
        office.connection, part="member", hosts=("127.0.0.1",), port=port, encrypted=True, certificate=own.certificate.decode(), folder=""
    )


def test_another_certificate_is_refused_and_nothing_is_said_to_whoever_shows_it(
    office: TestOffice, own: Certificate, tmp_path: Path
) -> None:
    with somebody_between(make_certificate("百川贸易"), office.connection.port, tmp_path) as door:
        way = kept_way(office, own, door.port)
        with pytest.raises(Refused, match="another certificate"):
            join(tmp_path, way)
        assert ways.kept(tmp_path) is None
        ways.keep(tmp_path, way)  # somebody who joined long ago
        with pytest.raises(Refused, match="another certificate"):
            office.enter(tmp_path)
        assert door.heard == b"", "not even a name"
        said = Found("百川贸易", office.connection.uid, "127.0.0.1", door.port, "1234", "crm", fingerprint(way.certificate))
        with pytest.raises(Refused, match="another certificate"):
            office_of(said)


def test_whoever_stole_the_certificate_still_cannot_pass_a_password_on(office: TestOffice, own: Certificate, tmp_path: Path) -> None:
    """The proof of a password is bound to the encrypted line it goes over."""
    with somebody_between(own, office.connection.port, tmp_path) as door:
        assert certificate_at("127.0.0.1", door.port) == own.certificate.decode()
        ways.keep(tmp_path, kept_way(office, own, door.port))
        with pytest.raises(Told):
            office.enter(tmp_path)
        assert b"crm/crm/ann" in door.heard and b"SCRAM" not in door.heard, "a name was said, and no proof of the password"


def test_a_server_that_stopped_encrypting_is_refused(office: TestOffice, own: Certificate, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="another certificate, or none"):
        join(tmp_path, kept_way(office, own, office.connection.port))
    plain = office_at(f"127.0.0.2:{office.connection.port}").connection
    assert (plain.encrypted, plain.certificate) == (False, ""), "one that never did says so"


# A server that encrypts


def encrypting() -> Binaries | None:
    named = [("named", Path(os.environ[TLS_FOLDER]))] if TLS_FOLDER in os.environ else []
    found = (look_at(folder, source) for source, folder in [*named, *candidates(program_folder())])
    return next((one for one in found if one is not None and one.tls and one.version >= OLDEST), None)


@pytest.fixture
def encrypted(monkeypatch: pytest.MonkeyPatch) -> Iterator[TestOffice]:
    programs = encrypting()
    if programs is None:
        pytest.skip(f"no PostgreSQL that encrypts; {TLS_FOLDER} may name one's bin folder")
    everything = [("named", programs.folder), *candidates(program_folder())]
    monkeypatch.setattr("crm_desktop.lan.binaries.candidates", lambda _program: iter(everything))
    with an_office() as made:
        made.share(made_of(programs))
        yield made


@pytest.mark.slow
def test_an_office_that_encrypts(encrypted: TestOffice) -> None:
    way = encrypted.connection
    assert way.encrypted and certificate_at("127.0.0.2", way.port) == way.certificate
    member, file = encrypted.member(), encrypted.folder / "office.crmjoin"
    write_join_file(file, way)
    join(member, replace(read_join_file(file), hosts=("127.0.0.2",)))
    app = encrypted.enter(member)
    with reading(app.engine) as connection:
        version, cipher = connection.exec_driver_sql(
            "SELECT version, cipher FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl"
        ).one()
    assert version in ("TLSv1.2", "TLSv1.3") and cipher
    app.close()
    app = open_as_host(encrypted.host)
    with reading(app.engine) as connection:
        rules = "SELECT DISTINCT type FROM pg_hba_file_rules WHERE address = '127.0.0.0' AND auth_method <> 'reject'"
        assert set(connection.exec_driver_sql(rules).scalars()) == {"hostssl"}, "from the network only encrypted"
    app.close()
    other = replace(read_join_file(file), hosts=("127.0.0.2",), certificate=make_certificate("百川贸易").certificate.decode())
    with pytest.raises(Refused, match="another certificate"):
        check(other, encrypted.member("another"))
    # A PostgreSQL that cannot encrypt never takes its place: all the others would be shut out.
    with pytest.raises(Refused, match="cannot encrypt"):
        upgrade(encrypted.enter(), PASSWORD, no_backup, by=made_of().starter, to=replace(find(), tls=False))
    encrypted.enter(member).close()
