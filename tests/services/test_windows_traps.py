"""What trips programs on Windows and can be tried on any system: long paths, Chinese and spaces in them, names that differ by case only."""

from __future__ import annotations

from pathlib import Path, PureWindowsPath

import pytest
from record_makers import customer

from backups.catalogue import list_backups
from backups.create import create_backup
from backups.restore import verify
from backups.watching import is_backup
from crm_desktop import installers
from crm_desktop.filters import ListQuery
from crm_desktop.opened_files import file_among
from crm_desktop.services.listing import count
from crm_desktop.services.opening import NewCompany, open_folder

LONG = 290
"""More than the 260 characters that old functions of Windows take; the programs that are built declare that they take longer ones.
SQLite takes 512 bytes on Linux."""


def long_folder(below: Path) -> Path:
    folder = below
    while len(str(folder)) < LONG:
        folder = folder / "a long name, 数据"
    return folder


def test_data_and_backups_lie_under_long_chinese_paths(tmp_path: Path) -> None:
    data, place = long_folder(tmp_path / "data"), long_folder(tmp_path / "U 盘")
    data.mkdir(parents=True)
    app = open_folder(data, create=NewCompany("广州 试用", "李 明", "zh_CN"))
    try:
        customer(app, "长路径客户")
        made = create_backup(app.engine, data, place)
        assert len(str(made.path)) > LONG
        verify(made.path, data)
    finally:
        app.close()
    again = open_folder(data)
    try:
        assert count(again, ListQuery("customers", search="长路径")).number == 1
    finally:
        again.close()


def test_a_backup_is_known_whatever_the_case_of_its_ending(data_folder: Path, tmp_path: Path) -> None:
    app = open_folder(data_folder)
    made = create_backup(app.engine, data_folder, tmp_path / "stick").path
    app.close()
    shouted = made.rename(made.with_suffix(made.suffix.upper()))
    assert [backup.path for backup in list_backups(shouted.parent)] == [shouted]
    assert is_backup(shouted.name) and not is_backup(f"{shouted.name}.part")
    assert file_among([str(shouted)]) == str(shouted)


@pytest.mark.parametrize("place", [r"\\HOST\CRM 共享\程序", r"\\192.168.1.10\c$\CRM", r"D:\CRM", r"C:\Users\李 明\CRM Desktop"])
def test_a_setup_program_is_started_from_any_place(place: str) -> None:
    """A shared folder has no drive letter; the folder of the program is the rest of the line, spaces and all."""
    setup = PureWindowsPath(place) / "CRM-Desktop-2.0.0-setup.exe"
    line = installers.command(setup, PureWindowsPath(place))  # type: ignore[arg-type]
    quoted = f'"{setup}"' if " " in place else str(setup)
    assert line == f"{quoted} /UPDATE /D={place}"
