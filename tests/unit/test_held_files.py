"""Files that another program holds: for a moment they are waited for, for long they are told of by name."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from crm_desktop import held_files
from crm_desktop.errors import Unavailable
from crm_desktop.exchange.whole_files import whole_file
from crm_desktop.words import use_language

Hold = Callable[..., None]


@pytest.fixture
def hold(monkeypatch: pytest.MonkeyPatch) -> Hold:
    """Lets a call of the system fail as for a file that another program holds, `times` times."""
    monkeypatch.setattr(held_files, "_PAUSES", (0.0, 0.0, 0.0))

    def refuse(name: str, times: int = 1000) -> None:
        real, left = getattr(os, name), [times]

        def call(*arguments: object, **named: object) -> object:
            left[0] -= 1
            if left[0] >= 0:
                raise PermissionError(13, "Access is denied")
            return real(*arguments, **named)

        monkeypatch.setattr(os, name, call)

    return refuse


def test_a_file_held_for_a_moment_is_replaced(hold: Hold, tmp_path: Path) -> None:
    path = tmp_path / "客户 清单.xlsx"
    path.write_text("old", encoding="utf-8")
    hold("replace", times=2)
    with whole_file(path) as part:
        part.write_text("new", encoding="utf-8")
    assert path.read_text(encoding="utf-8") == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_held_for_long_is_named_and_stays_as_it_was(hold: Hold, tmp_path: Path) -> None:
    path = tmp_path / "客户 清单.xlsx"
    path.write_text("old", encoding="utf-8")
    hold("replace")
    with pytest.raises(Unavailable, match=r"客户 清单\.xlsx"), whole_file(path) as part:
        part.write_text("new", encoding="utf-8")
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_part_that_stays_does_not_hide_what_went_wrong(hold: Hold, tmp_path: Path) -> None:
    hold("unlink")
    with pytest.raises(ZeroDivisionError), whole_file(tmp_path / "list.xlsx") as part:
        part.write_text("new", encoding="utf-8")
        _ = 1 / 0


def test_a_part_held_for_a_moment_is_removed(hold: Hold, tmp_path: Path) -> None:
    hold("unlink", times=2)
    with pytest.raises(ZeroDivisionError), whole_file(tmp_path / "list.xlsx") as part:
        part.write_text("new", encoding="utf-8")
        _ = 1 / 0
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_may_not_be_written_is_told_before_the_work(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path, real, begun = tmp_path / "list.xlsx", Path.open, []
    path.write_text("old", encoding="utf-8")
    path.chmod(0o444)

    def guarded(self: Path, mode: str = "r", *arguments: object, **named: object) -> object:
        if self == path and mode != "r":  # an administrator, as tests may run, would be let through
            raise PermissionError(13, "Permission denied")
        return real(self, mode, *arguments, **named)  # type: ignore[call-overload]

    monkeypatch.setattr(held_files, "_PAUSES", ())
    monkeypatch.setattr(Path, "open", guarded)
    with pytest.raises(Unavailable, match="write-protected"), whole_file(path):
        begun.append("work")
    assert begun == []
    path.chmod(0o644)


def test_a_name_as_long_as_the_system_allows_is_written(tmp_path: Path) -> None:
    path = tmp_path / ("客" * 80 + "户.csv")
    with whole_file(path) as part:
        part.write_text("new", encoding="utf-8")
    assert path.read_text(encoding="utf-8") == "new"


@pytest.mark.skipif(sys.platform != "win32", reason="only Windows refuses to touch open files")
def test_a_file_open_elsewhere_is_told_in_chinese(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    use_language("zh_CN")
    monkeypatch.setattr(held_files, "_PAUSES", ())
    path = tmp_path / "客户 清单.xlsx"
    path.write_text("old", encoding="utf-8")
    with path.open("rb"), pytest.raises(Unavailable, match="其他程序") as told, whole_file(path) as part:
        part.write_text("new", encoding="utf-8")
    assert str(path) in told.value.message
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(sys.platform != "win32", reason="only Windows counts the characters of paths")
def test_a_path_longer_than_windows_counts_is_written(tmp_path: Path) -> None:
    path = tmp_path.joinpath(*["客户 文件" * 8] * 6) / "清单.csv"
    assert len(str(path)) > 260
    with whole_file(path) as part:
        assert str(part).startswith("\\\\?\\")
        part.write_text("new", encoding="utf-8")
    assert path.read_text(encoding="utf-8") == "new"
