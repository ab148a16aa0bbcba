"""Backup files: everything comes back, and whatever is not as it was written is refused with a reason, never with a crash."""

from __future__ import annotations

import io
import json
import random
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zstandard
from record_makers import customer, order

from backups import framing
from backups.archive import open_backup, read_summary
from backups.catalogue import list_backups
from backups.create import copy_backup, create_backup
from backups.framing import DATA, MANIFEST, FrameReader, FrameWriter, Unusable, WrongPassphrase, new_lock
from backups.restore import restore_folder, restore_into, verify
from crm_desktop.application import Application
from crm_desktop.errors import Refused, Told, Unavailable
from crm_desktop.services import log_chain
from crm_desktop.services.files import attach
from crm_desktop.services.log import LogQuery, fetch_log
from crm_desktop.services.opening import open_folder
from db import transfer
from db.engine import reading


def everything(app: Application) -> dict[str, list[Any]]:
    with reading(app.engine) as connection:
        return {s.name: [r for part in transfer.read_rows(connection, s) for r in part] for s in transfer.shapes()}


def restored(app: Application) -> dict[str, list[Any]]:
    """Every row but what the log tells of the restoring itself: the last entry, and that the chain ends with it."""
    assert fetch_log(app, LogQuery(), size=1).entries[0].action == "restore"
    assert log_chain.verify(app).sound
    found = everything(app)
    del found["history_entry"][-1], found["log_chain"]
    return found


def filled(app: Application) -> dict[str, list[Any]]:
    made = customer(app, "华远 “A” & 'B' \\ 𠮷")
    order(app, made)
    attach(app, "customers", made.id or 0, "照片.bin", random.Random(1).randbytes(3_000_000))
    attach(app, "customers", made.id or 0, "blank.bin", bytes(2_000_000))
    return everything(app)


@pytest.fixture
def small(sqlite_app: Application, tmp_path: Path) -> Path:
    """A backup of an almost empty company."""
    return create_backup(sqlite_app.engine, tmp_path, tmp_path / "small").path


@pytest.mark.parametrize("passphrase", [None, "密码 pass"])
def test_everything_comes_back(app: Application, tmp_path: Path, data_folder: Path, passphrase: str | None) -> None:
    before = filled(app)
    made = create_backup(app.engine, tmp_path, tmp_path / "usb", passphrase=passphrase)
    assert made.good
    assert [file.suffix for file in (tmp_path / "usb").glob("*crm*")] == [".crmbackup"]
    customer(app, "After the backup")
    restore_into(made.path, app.engine, tmp_path, passphrase)
    del before["log_chain"]
    assert restored(app) == before  # into the engine it came from
    app.close()
    restore_folder(made.path, data_folder, passphrase)
    again = open_folder(data_folder)
    assert restored(again) == before  # and into a SQLite folder
    again.close()
    assert not any((tmp_path / "scratch").iterdir())


def test_encrypted_data_cannot_be_read_without_the_passphrase(sqlite_app: Application, tmp_path: Path) -> None:
    made = create_backup(sqlite_app.engine, tmp_path, tmp_path / "usb", passphrase="right")
    assert read_summary(made.path)[0].company == "Example Trading Ltd"
    assert b"user_account" not in made.path.read_bytes()
    for wrong in (None, "", "Right"):
        with pytest.raises(WrongPassphrase):
            verify(made.path, tmp_path, wrong)


@pytest.mark.parametrize("share", [1 / 40, pytest.param(1, marks=pytest.mark.soak)])
@pytest.mark.parametrize("passphrase", [None, "pass"])
def test_every_region_damaged_in_turn_is_refused(
    sqlite_app: Application, tmp_path: Path, passphrase: str | None, share: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every byte of the beginning and the end, and one in every stretch between (or all), changed by one bit and by all."""
    monkeypatch.setitem(
        framing._SCRYPT, "n", 1 << 10
    )  # which a reader takes from the file; thousands of keys are made here
    whole = create_backup(sqlite_app.engine, tmp_path, tmp_path / "usb", passphrase=passphrase).path.read_bytes()
    chance = random.Random(7)
    some = chance.sample(range(len(whole)), int(len(whole) * share))
    for at in sorted({*range(40), *range(len(whole) - 60, len(whole)), *some}):
        spoilt = bytearray(whole)
        spoilt[at] ^= chance.choice((1, 128, 255))
        with pytest.raises(Told):
            read_through(bytes(spoilt), passphrase, tmp_path)
        (listed,) = list_backups(tmp_path)  # the list shows it all the same
        assert not listed.good


def read_through(content: bytes, passphrase: str | None, folder: Path) -> None:
    file = folder / "read.crmbackup"
    file.write_bytes(content)
    with open_backup(file, passphrase) as reader:
        for _head, rows in reader.tables():
            for _row in rows:
                pass


def test_a_file_cut_off_anywhere_is_refused(small: Path, tmp_path: Path) -> None:
    whole = small.read_bytes()
    for length in {0, 1, 7, 8, 12, *range(20, len(whole), len(whole) // 60), len(whole) - 1}:
        with pytest.raises(Unusable):
            read_through(whole[:length], None, tmp_path)
    with pytest.raises(Unusable):
        read_through(whole + b"x", None, tmp_path)


def test_a_damaged_backup_leaves_the_present_state(small: Path, sqlite_app: Application) -> None:
    customer(sqlite_app, "Typed since")
    before = everything(sqlite_app)
    sqlite_app.close()
    spoilt = bytearray(small.read_bytes())
    spoilt[len(spoilt) // 2] ^= 1
    small.write_bytes(bytes(spoilt))
    with pytest.raises(Unusable):
        restore_folder(small, sqlite_app.data)
    again = open_folder(sqlite_app.data)
    assert everything(again) == before
    again.close()


# Hostile files, with all their checksums right

HEADER = {
    "format": 1, "made_at": "2026-11-24T09:00:00Z", "company": "X", "program": "", "schema": "0001", "reason": "hand",
    "station": "", "encryption": {},
}  # fmt: skip
SETTING = {"table": "setting", "columns": [["id", "integer"], ["user_id", "integer"], ["key", "text"], ["value", "text"]],
           "key": ["id"], "last_id": 0}  # fmt: skip


def forged(header: Any, lines: list[Any], manifest: Any = ()) -> bytes:
    made = io.BytesIO()
    frames = FrameWriter(made)
    frames.header(json.dumps(header).encode())
    frames.add(DATA, b"".join(json.dumps(line).encode() + b"\n" for line in lines))
    frames.add(MANIFEST, json.dumps(list(manifest)).encode())
    frames.seal()
    return made.getvalue()


def hostile() -> Iterator[tuple[str, bytes]]:
    yield "no backup", b"PK\3\4" + bytes(500)
    yield "empty", b""
    yield "newer format", forged(HEADER | {"format": 2}, [])
    yield "newer schema", forged(HEADER | {"schema": "9999"}, [])
    yield "schema as path", forged(HEADER | {"schema": "../../../etc"}, [])
    yield "header is a list", forged([], [])
    yield "moment", forged(HEADER | {"made_at": "0001-01-01T00:00:00+23:00"}, [])
    yield "no tables", forged(HEADER, [])
    yield "other table", forged(HEADER, [SETTING | {"table": "sqlite_schema"}])
    yield "table as path", forged(HEADER, [SETTING | {"table": "../../crm"}])
    yield "table as SQL", forged(HEADER, [SETTING | {"table": 'setting"; DROP TABLE customer; --'}])
    yield "column as SQL", forged(HEADER, [SETTING | {"columns": [['id" FROM x', "integer"]], "key": ["id"]}])
    yield "kind", forged(HEADER, [SETTING | {"columns": [["id", "pickle"]]}])
    yield "key", forged(HEADER, [SETTING | {"key": ["nothing"]}])
    yield "last id", forged(HEADER, [SETTING | {"last_id": 2**70}])
    yield "twice", forged(HEADER, [SETTING, SETTING])
    yield "short row", forged(HEADER, [SETTING, [1, 2]])
    yield "wrong kinds", forged(HEADER, [SETTING, ["x", {}, [], 1]])
    yield "half a character", forged(HEADER, [SETTING, [1, 0, "\ud800", "1"]])
    yield "row first", forged(HEADER, [[1]])
    yield "deep", deep()
    lock = dict(new_lock("x").facts)
    for change in ({"n": 1 << 40}, {"n": 3}, {"r": 10**9}, {"p": 0}, {"salt": "??"}, {"nonce": ""}, {"cipher": "none"}):
        yield f"key {change}", forged(HEADER | {"encryption": lock | change}, [])


def deep() -> bytes:
    made = io.BytesIO()
    frames = FrameWriter(made)
    frames.header(json.dumps(HEADER).encode())
    frames.add(DATA, b"[" * 500_000 + b"\n")
    frames.add(MANIFEST, b"[]")
    frames.seal()
    return made.getvalue()


@pytest.mark.parametrize("content", [pytest.param(content, id=name) for name, content in hostile()])
def test_hostile_files_are_refused(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "hostile.crmbackup"
    file.write_bytes(content)
    with pytest.raises(Told) as told:
        verify(file, tmp_path, "x")
    assert told.value.message
    assert {path.name for path in tmp_path.iterdir()} == {"hostile.crmbackup", "scratch"}


def test_a_bomb_never_unpacks() -> None:
    """A frame that would unpack to a thousand times its length, and one that says it is four gigabytes long."""
    deflated = framing.PACK_ZLIB + zlib.compress(bytes(200 << 20), 9)
    zeros = framing.PACK_ZSTD + zstandard.ZstdCompressor().compress(bytes(200 << 20))
    endless = framing.PACK_ZSTD + zstandard.ZstdCompressor(write_content_size=False).compress(bytes(200 << 20))
    for payload, length in ((deflated[:1_000_000], None), (zeros, None), (endless, None), (b"x", 0xFFFFFFFF)):
        made = io.BytesIO()
        frames = FrameWriter(made)
        frames._frame(DATA, payload)
        content = bytearray(made.getvalue())
        if length is not None:
            content[9:13] = length.to_bytes(4, "big")
        reader = FrameReader(io.BytesIO(bytes(content)))
        with pytest.raises(Unusable):
            reader.content(*reader.frame())


def test_a_copy_is_the_same_and_overwrites_nothing(small: Path, tmp_path: Path) -> None:
    first = copy_backup(small, tmp_path / "stick")
    second = copy_backup(small, tmp_path / "stick")
    assert first != second
    assert first.read_bytes() == second.read_bytes() == small.read_bytes()


def test_a_missing_file_is_told(tmp_path: Path, data_folder: Path) -> None:
    with pytest.raises(Unavailable):
        restore_folder(tmp_path / "gone.crmbackup", data_folder)


def test_a_database_in_use_is_not_replaced(sqlite_app: Application, tmp_path: Path) -> None:
    made = create_backup(sqlite_app.engine, tmp_path, tmp_path / "usb")
    customer(sqlite_app, "Typed since")  # the program has it open
    with pytest.raises(Refused, match="in use"):
        restore_folder(made.path, sqlite_app.data)
    assert len(everything(sqlite_app)["customer"]) == 1
