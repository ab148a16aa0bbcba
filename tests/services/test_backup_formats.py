"""The format of backups: what older programs wrote still comes back, and both engines write the same lines for the same rows."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from record_makers import customer, order
from sqlalchemy import Engine, text

from backups.archive import open_backup
from backups.create import create_backup, locked_copy
from backups.framing import Unusable
from backups.keeping import restore_keeping
from backups.log_mark import log_mark
from backups.looking import look_into
from backups.restore import restore_into, verify
from crm_desktop.application import Application
from crm_desktop.filters import ListQuery
from crm_desktop.services.checking import check_database
from crm_desktop.services.files import attach, list_files, read
from crm_desktop.services.history import recycle_bin
from crm_desktop.services.listing import fetch_ids
from crm_desktop.services.opening import open_folder, open_url
from crm_desktop.services.saving import open_record
from db import lines, schema, transfer
from db.engine import open_engine, open_scratch, reading, sqlite_url, writing

STORED = Path(__file__).parents[1] / "stored_files"
OLD_PASSPHRASE = "old 密码"
ODD = "华远 “A” & 'B' \\ 𠮷"
NOTE = "line\none\ttab \x7f \x01 / end"


def is_as_it_was(app: Application) -> None:
    """The company of the stored files."""
    assert schema.version(app.engine) == schema.head()
    (id_,) = fetch_ids(app, ListQuery("customers"))
    found = open_record(app, "customers", id_)
    assert (found.values["name"], found.values["note"]) == (ODD, NOTE)
    files = {f.name: read(app, f.id) for f in list_files(app, "customers", id_)}
    assert (len(files["照片.bin"]), files["blank.bin"]) == (3000, b"")
    assert hashlib.sha256(files["照片.bin"]).hexdigest()[:8] == "0f75c21f"
    assert [entry.label for entry in recycle_bin(app)] == ["Gone"]
    assert [f for f in check_database(app) if not f.sound] == []


@pytest.mark.parametrize(("name", "passphrase"), [("format-1", None), ("format-1-encrypted", OLD_PASSPHRASE)])
def test_a_backup_of_the_first_format_comes_back(
    app: Application, data_folder: Path, tmp_path: Path, name: str, passphrase: str | None
) -> None:
    file = STORED / f"{name}.crmbackup"
    assert verify(file, tmp_path, passphrase).header.format == 1
    assert log_mark(file, passphrase) is not None
    restore_into(file, app.engine, tmp_path, passphrase)
    url = app.engine.url.render_as_string(hide_password=False)
    app.close()
    again = open_url(url, app.data)
    is_as_it_was(again)
    again.close()
    shutil.rmtree(data_folder)
    data_folder.mkdir()
    restore_keeping(file, data_folder, tmp_path / "kept", passphrase)
    again = open_folder(data_folder)
    is_as_it_was(again)
    again.close()


def test_a_copy_of_an_old_one_under_a_passphrase_stays_of_its_format(tmp_path: Path, sqlite_app: Application) -> None:
    file = locked_copy(STORED / "format-1.crmbackup", tmp_path / "usb", tmp_path, new_passphrase="new")
    assert verify(file, tmp_path, "new").header.format == 1
    with look_into(file, tmp_path, sqlite_app.actor, "new") as looked:
        assert open_record(looked.app, "customers", 1).values["note"] == NOTE


@pytest.mark.parametrize("at", range(0, 14_995, 1_499))
def test_a_damaged_old_one_is_refused(tmp_path: Path, at: int) -> None:
    content = bytearray((STORED / "format-1.crmbackup").read_bytes())
    content[at] ^= 1
    (tmp_path / "spoilt.crmbackup").write_bytes(content)
    with pytest.raises(Unusable):
        verify(tmp_path / "spoilt.crmbackup", tmp_path)


def all_lines(engine: Engine) -> dict[str, bytes]:
    with reading(engine) as connection:
        return {s.name: b"".join(part for part, _n in lines.read_lines(connection, s)) for s in transfer.shapes()}


def test_both_engines_write_the_same_lines(sqlite_app: Application, pg_url: str, tmp_path: Path) -> None:
    """Byte for byte, also for every character that JSON escapes and for what one engine alone lets in."""
    every = "".join(map(chr, [*range(1, 0x300), 0x2028, 0xFEFF, 0xFFFD, 0x1F600]))
    made = customer(sqlite_app, '\\u0000 \\\\ "', note=every)
    order(sqlite_app, made)
    attach(sqlite_app, "customers", made.id or 0, "f.bin", bytes(range(256)))
    with writing(sqlite_app.engine) as session:
        session.execute(text("UPDATE customer SET short_name = 'a' || char(0) || 'b'"))
    here = all_lines(sqlite_app.engine)
    assert every in json.loads(here["customer"])
    server = open_engine(pg_url)
    schema.create(server)
    transfer.copy_database(sqlite_app.engine, server)
    there = all_lines(server)
    server.dispose()
    differing = {name for name in here if here[name] != there[name]}
    # PostgreSQL keeps the values behind a JSON, not its text.
    assert differing <= {s.name for s in transfer.shapes() if any(kind == "json" for _n, kind in s.columns)}
    for shape in transfer.shapes():
        if shape.name in differing:
            assert as_values(shape, here[shape.name]) == as_values(shape, there[shape.name])


def as_values(shape: transfer.Shape, content: bytes) -> list[list[Any]]:
    rows = [json.loads(line) for line in content.splitlines()]
    for row in rows:
        for at, (_name, kind) in enumerate(shape.columns):
            if kind == "json" and row[at] is not None:
                row[at] = json.loads(row[at])
    return rows


WRONG: list[tuple[str, Any]] = [
    ("integer", "x"), ("integer", 1.5), ("flag", 2), ("flag", "x"), ("text", 5), ("text", b"x"), ("date", "2026-02-30"), ("date", 20260201),
    ("date", "2026-2-1"), ("moment", "2026-02-01 24:00:00.000000"), ("moment", "2026-02-30 10:00:00.000000"),
    ("moment", "2026-02-01T10:00:00.000000"), ("moment", "2026-02-01 10:00:00.00000x"), ("moment", "now"), ("json", "{"), ("blob", 1),
]  # fmt: skip
RIGHT: list[tuple[str, Any]] = [
    ("integer", -(2**63)), ("flag", 0), ("flag", 1), ("text", ""), ("date", "2024-02-29"), ("moment", "2026-02-28 23:59:59.999999"),
    ("json", "{}"), ("json", "[1, \"中\"]"), ("blob", b""),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "value", "bad"), [(*w, 1) for w in WRONG] + [(*r, 0) for r in RIGHT])
def test_values_of_another_kind_are_found(tmp_path: Path, kind: str, value: Any, bad: int) -> None:
    engine = open_scratch(tmp_path / "kinds.db")
    with writing(engine) as session:
        connection = session.connection()
        connection.exec_driver_sql("CREATE TABLE t (id INTEGER PRIMARY KEY, v)")
        shape = transfer.Shape("t", (("id", "integer"), ("v", kind)), ("id",))
        connection.exec_driver_sql("INSERT INTO t (v) VALUES (?), (NULL)", (value,))
        assert lines.misfits(connection, shape) == bad
    engine.dispose()


def test_blocks_grow_and_shrink_with_the_rows(sqlite_app: Application) -> None:
    """However long rows are, a block stays small enough to be held; and no row is left out between two."""
    with writing(sqlite_app.engine) as session:
        for number in range(3000):
            note = "n" * (400_000 if 1500 <= number < 1510 else 10)
            facts = {"key": f"k{number}", "value": json.dumps(note)}
            session.execute(text("INSERT INTO setting (user_id, key, value) VALUES (7, :key, :value)"), facts)
    shape = next(s for s in transfer.shapes() if s.name == "setting")
    with reading(sqlite_app.engine) as connection:
        blocks = list(lines.read_lines(connection, shape))
        ids = [json.loads(line)[0] for part, _count in blocks for line in part.splitlines()]
        assert ids == list(connection.execute(text("SELECT id FROM setting ORDER BY id")).scalars())
    assert [len(part.splitlines()) for part, _count in blocks] == [count for _part, count in blocks]
    assert max(len(part) for part, _count in blocks) < 8 << 20
    assert len(blocks) < 30


def test_a_moment_that_something_else_wrote_shorter_is_brought_into_form(
    sqlite_app: Application, tmp_path: Path
) -> None:
    customer(sqlite_app)
    with writing(sqlite_app.engine) as session:
        session.execute(text("UPDATE customer SET created_at = '2026-01-02 03:04:05'"))
    made = create_backup(sqlite_app.engine, tmp_path, tmp_path / "usb")
    with look_into(made.path, tmp_path, sqlite_app.actor) as looked:
        at = open_record(looked.app, "customers", 1).values["created_at"]
    assert at == dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)


def test_one_program_can_be_told_what_stands_in_a_backup(sqlite_app: Application, tmp_path: Path) -> None:
    """What docs/backup-format.md says of the second format."""
    customer(sqlite_app, ODD)
    made = create_backup(sqlite_app.engine, tmp_path, tmp_path / "usb").path
    with open_backup(made) as reader:
        assert reader.header.format == 2
        found = {head.shape.name: b"".join(part for part, _n in blocks) for head, blocks in reader.tables()}
        sums = {name: hashlib.blake2b(content, digest_size=32).hexdigest() for name, content in found.items()}
        assert sums == dict(reader.manifest.sums)
    assert ODD in json.loads(found["customer"])
    engine = open_engine(sqlite_url(sqlite_app.data / "crm.db"))
    assert all_lines(engine)["customer"] == found["customer"]
    engine.dispose()
