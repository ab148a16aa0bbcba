"""The language of the first start: that of the person's system."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from crm_desktop import words

VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


@pytest.mark.parametrize(
    ("number", "code"), [(0x0804, "zh_CN"), (0x0404, "zh_CN"), (0x0C04, "zh_CN"), (0x0409, "en"), (0x0411, "en")]
)
def test_windows_is_asked_for_the_language_of_its_menus(
    number: int, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    library = SimpleNamespace(GetUserDefaultUILanguage=lambda: number)
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(words, "ctypes", SimpleNamespace(windll=SimpleNamespace(kernel32=library)), raising=False)
    # The region is another matter: its name must not decide.
    monkeypatch.setattr("locale.getlocale", lambda: ("Japanese_Japan" if code == "zh_CN" else "Chinese_China", "1"))
    assert words.system_language() == code


@pytest.mark.parametrize(
    ("name", "code"),
    [("zh_CN.UTF-8", "zh_CN"), ("zh_TW", "zh_CN"), ("en_US.UTF-8", "en"), ("C.UTF-8", "en"), ("de_DE", "en")],
)
def test_elsewhere_the_environment_says_it(name: str, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("LANG", name)
    assert words.system_language() == code
