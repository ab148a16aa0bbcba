"""A database opens in the very file that was named, whatever characters the folders and the file have."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from db.engine import open_engine, sqlite_url

NAMES = ["plain.db", "客户 資料.db", "50% #1 & more.db", "a+b@c;d='e'.db", "%41%20.db"]
if sys.platform != "win32":
    NAMES += ["why? because.db", 'say "hi": yes.db', "back\\slash.db"]


@pytest.mark.parametrize("name", NAMES)
def test_the_file_named_is_the_file_opened(name: str, tmp_path: Path) -> None:
    folder = tmp_path / name.removesuffix(".db")
    folder.mkdir()
    engine = open_engine(sqlite_url(folder / name))
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (a INTEGER)")
    engine.dispose()
    assert [file.name for file in folder.iterdir()] == [name]
    assert [file.name for file in tmp_path.iterdir()] == [folder.name]
