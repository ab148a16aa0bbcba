"""Settings are declared once, keep what fits and fall back to the default where something does not."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from crm_desktop import held_files
from crm_desktop import settings as s


def test_a_value_is_kept_in_the_place_of_its_scope(tmp_path: Path) -> None:
    file = tmp_path / "设置" / "settings.json"
    first = s.Settings({s.Scope.PC: s.FileStorage(file)})
    first.set_many({s.THEME: "dark", s.FONT_SIZE: 115, s.COMPANY_NAME: "百川"})
    second = s.Settings({s.Scope.PC: s.FileStorage(file)})
    assert (second.get(s.THEME), second.get(s.FONT_SIZE)) == ("dark", 115)
    assert second.get(s.COMPANY_NAME) == "", "the company's settings do not belong to this PC"


def test_the_default_takes_no_room(tmp_path: Path) -> None:
    storage = s.FileStorage(tmp_path / "settings.json")
    settings = s.Settings({s.Scope.PC: storage})
    settings.set(s.THEME, "dark")
    settings.set(s.THEME, "system")
    assert storage.load() == {}


@pytest.mark.parametrize(
    ("setting", "wrong"),
    [(s.THEME, "pink"), (s.PAGE_SIZE, 7), (s.PAGE_SIZE, True), (s.CONFIRM_DELETE, 1), (s.FONT_SIZE, "100")],
)
def test_what_does_not_fit_is_refused_and_a_stored_one_is_not_used(setting: s.Setting[object], wrong: object) -> None:
    with pytest.raises(ValueError, match=setting.name):
        s.Settings().set(setting, wrong)
    stored = s.Settings({setting.scope: s.MemoryStorage({setting.name: wrong})})
    assert stored.get(setting) == setting.default


def test_an_unreadable_file_counts_as_empty(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.write_text("{half", encoding="utf-8")
    settings = s.Settings({s.Scope.PC: s.FileStorage(file)})
    assert settings.get(s.THEME) == "system"
    settings.set(s.THEME, "light")
    assert s.Settings({s.Scope.PC: s.FileStorage(file)}).get(s.THEME) == "light"


@pytest.mark.parametrize("times", [2, 1000])
def test_settings_that_cannot_be_read_at_this_moment_are_not_lost(
    times: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "settings.json"
    storage = s.FileStorage(file)
    storage.store({"theme": "dark"})
    read, calls = Path.read_bytes, []

    def held(path: Path) -> bytes:
        calls.append(path)
        if len(calls) <= times:
            raise PermissionError(13, "The file is used by another process")
        return read(path)

    monkeypatch.setattr(held_files, "_PAUSES", (0.0, 0.0, 0.0))
    monkeypatch.setattr(Path, "read_bytes", held)
    with suppress(PermissionError):
        storage.store({"font_size": 115})
    monkeypatch.undo()
    assert storage.load() == {"theme": "dark"} | ({"font_size": 115} if times == 2 else {})
    assert list(tmp_path.iterdir()) == [file]


def test_late_writes_store_the_newest_value() -> None:
    storage, waiting = s.MemoryStorage(), []
    settings = s.Settings({s.Scope.PC: storage})
    settings.write_with(waiting.append)
    settings.set(s.THEME, "dark")
    settings.set(s.THEME, "light")
    for job in reversed(waiting):  # in the wrong order, as two threads may
        job()
    assert storage.load() == {"theme": "light"}


def test_listeners_hear_the_names_until_they_stop() -> None:
    settings, heard = s.Settings(), []
    stop = settings.listen(heard.append)
    settings.set(s.THEME, "dark")
    stop()
    settings.set(s.THEME, "light")
    assert heard == [frozenset({"theme"})]


def test_every_declaration_is_sound_and_named_once() -> None:
    assert len({d.name for d in s.DECLARED}) == len(s.DECLARED)
    assert all(d.accepts(d.default) for d in s.DECLARED)
    assert all(d.section in s.SECTION_ORDER for d in s.DECLARED if d.label)
    declared = {v for v in vars(s).values() if isinstance(v, s.Setting)}
    assert declared == set(s.DECLARED), "a setting is declared but not listed"
