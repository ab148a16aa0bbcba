"""What the folder without Python is built of, read from its recipe; the builder itself is not needed for that."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
OUR_OWN = ("crm_desktop", "db", "backups", "ui")
KEPT = [
    "PySide6/Qt6Core.dll", "PySide6/Qt6Test.dll", "PySide6/Qt6PrintSupport.dll", "PySide6/QtSvg.pyd",
    "PySide6/plugins/platforms/qwindows.dll", "PySide6/plugins/imageformats/qsvg.dll", "pypdfium2_raw/pdfium.dll",
    "PySide6/Qt/plugins/platforminputcontexts/libibusplatforminputcontextplugin.so", "PIL/_imaging.cp311-win_amd64.pyd", "libcrypto-3.dll",
]  # fmt: skip
DROPPED = [
    "PySide6/opengl32sw.dll", "PySide6/Qt6Quick.dll", "PySide6\\Qt6Pdf.dll", "PySide6/Qt/lib/libQt6Qml.so.6",
    "PIL\\_avif.cp311-win_amd64.pyd", "icuuc.dll", "PySide6/plugins/imageformats/qpdf.dll",
    "PySide6/plugins/platforminputcontexts/qtvirtualkeyboardplugin.dll", "api-ms-win-crt-heap-l1-1-0.dll", "ucrtbase.dll",
]  # fmt: skip
WORDS = ["PySide6/translations/qtbase_zh_CN.qm", "PySide6/translations/qtbase_de.qm", "resources/style.qss"]


class Recipe:
    """What the recipe asks the builder for."""

    def __init__(self) -> None:
        self.programs: list[dict[str, Any]] = []
        self.folder: tuple[Any, ...] = ()
        self.asked: dict[str, Any] = {}
        self.names: dict[str, Any] = {
            "SPECPATH": str(ROOT), "Analysis": self._analysis, "PYZ": lambda pure: pure, "EXE": self._program,
            "COLLECT": self._collect,
        }  # fmt: skip
        exec(compile((ROOT / "build_installer.spec").read_text(encoding="utf-8"), "build_installer.spec", "exec"), self.names)

    def _analysis(self, scripts: list[str], **asked: Any) -> SimpleNamespace:
        self.asked = asked | {"scripts": scripts}
        libraries = [(name, "", "BINARY") for name in KEPT + DROPPED]
        return SimpleNamespace(binaries=libraries, datas=[(n, "", "DATA") for n in WORDS], pure=[], scripts=scripts)

    def _program(self, *_parts: Any, **facts: Any) -> dict[str, Any]:
        self.programs.append(facts)
        return facts

    def _collect(self, *parts: Any, **_facts: Any) -> None:
        self.folder = parts


@pytest.fixture
def recipe(monkeypatch: pytest.MonkeyPatch) -> Recipe:
    nothing: Callable[..., list[Any]] = lambda *_names: []  # noqa: E731
    hooks = ModuleType("PyInstaller.utils.hooks")
    hooks.__dict__.update(
        collect_all=lambda _name: ([], [], []), collect_data_files=nothing, copy_metadata=nothing,
        collect_submodules=lambda name: [name, f"{name}.part"],
    )  # fmt: skip
    for name in ("PyInstaller", "PyInstaller.utils"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    monkeypatch.setitem(sys.modules, "PyInstaller.utils.hooks", hooks)
    monkeypatch.setattr(sys, "platform", "linux")  # the facts that Windows shows are made by the builder itself
    return Recipe()


def imported() -> set[str]:
    """The packages that our own code imports anywhere."""
    found = set()
    for package in OUR_OWN:
        for file in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_bytes())):
                if isinstance(node, ast.Import):
                    found |= {alias.name for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module:
                    found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def test_there_is_a_window_and_a_program_for_commands(recipe: Recipe) -> None:
    assert [(p["name"], p["console"]) for p in recipe.programs] == [("CRM Desktop", False), ("crm-desktop", True)]
    assert [Path(script) for script in recipe.asked["scripts"]] == [ROOT / "crm_desktop" / "__main__.py"]


def test_nothing_that_is_used_is_left_out(recipe: Recipe) -> None:
    left_out = set(recipe.asked["excludes"])
    used = imported()
    assert left_out & (used | {name.partition(".")[0] for name in used}) == set()
    assert {f"{package}.part" for package in OUR_OWN} <= set(recipe.asked["hiddenimports"])


def test_what_is_loaded_late_by_its_name_comes_along(recipe: Recipe) -> None:
    late = {"pypinyin.seg.mmseg", "keyring.errors", "watchdog.observers"}
    assert late <= set(recipe.asked["hiddenimports"])


def test_what_is_read_as_files_comes_along(recipe: Recipe) -> None:
    places = {target: Path(source) for source, target in recipe.asked["datas"]}
    assert all(source.exists() for source in places.values())
    assert (places["resources"] / "style.qss").is_file()
    assert (places["db/migrations"] / "env.py").is_file()


def test_heavy_parts_that_nobody_uses_stay_behind(recipe: Recipe) -> None:
    _window, _commands, libraries, words = recipe.folder
    assert [name for name, *_ in libraries] == KEPT
    assert [name for name, *_ in words] == ["PySide6/translations/qtbase_zh_CN.qm", "resources/style.qss"]
