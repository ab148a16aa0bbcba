"""Every text a person reads is translated, and none can reach the window past the catalogues."""

from __future__ import annotations

import ast
import importlib.util
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from crm_desktop.words import LANGUAGES

ROOT = Path(__file__).parents[2]
SPOKEN = [code for code in LANGUAGES if code != "en"]
SOURCES = sorted(file for folder in ("crm_desktop", "ui", "backups") for file in (ROOT / folder).rglob("*.py"))
WINDOW = sorted((ROOT / "ui").rglob("*.py"))
MARKS = ("_", "N_")
PLACEHOLDER = re.compile(r"\{[^{}]*\}|%")
CHINESE = "\u4e00-\u9fff"
HALF_WIDTH = re.compile(rf"[{CHINESE}”）][,;!?:](?!\S)|[{CHINESE}][,;!?:.](?=[{CHINESE}])|[{CHINESE}]\.$|\"|\.\.\.")

SHOWN_FIRST = {
    "Label", "QLabel", "Button", "QPushButton", "QToolButton", "primary", "flat", "SectionHeader", "Tag", "SearchEdit",
    "QCheckBox", "QRadioButton", "QGroupBox", "PlainColumn", "setText", "setToolTip", "setStatusTip", "setWhatsThis",
    "setPlaceholderText", "setWindowTitle", "setAccessibleName", "setAccessibleDescription", "setTitle",
    "setInformativeText", "setDetailedText", "setLabelText", "addItem", "addAction", "addMenu", "addTab", "say", "ask",
}  # fmt: skip
"""Calls whose first argument a person reads."""
SHOWN_SECOND = {
    "IconButton", "EmptyState", "ChoiceCard", "QAction", "setTabText", "setTabToolTip", "insertItem", "setItemText",
}  # fmt: skip
"""Calls whose second argument a person reads."""
SHOWN_NAMED = {"tip", "placeholder", "title", "note"}
"""Named arguments a person reads, in any of these calls."""
THE_SAME_EVERYWHERE = {"Ctrl K", "(Enter)", "KB", "MB"}
"""Names of keys and units."""


def messages() -> ModuleType:
    """dev/messages.py, which collects the texts."""
    spec = importlib.util.spec_from_file_location("messages_of_the_program", ROOT / "dev" / "messages.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def collected() -> Catalog:
    return messages().template()  # type: ignore[no-any-return]


@cache
def catalogue(language: str) -> Catalog:
    with folder(language).joinpath("crm_desktop.po").open("rb") as source:
        return read_po(source, locale=language)


def folder(language: str) -> Path:
    return ROOT / "resources" / "translations" / language / "LC_MESSAGES"


def pairs(catalog: Catalog) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Source texts and translations; both a tuple, since plurals have several."""
    for message in catalog:
        if message.id:
            yield several(message.id), several(message.string)


def several(text: str | Sequence[str] | None) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ())


def calls(file: Path) -> Iterator[tuple[str, ast.Call]]:
    """Every call by the last part of its name."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield getattr(node.func, "id", "") or getattr(node.func, "attr", ""), node


def bare_words(node: ast.expr) -> Iterator[str]:
    """Words in an expression that no mark covers; keys of look-ups and arguments of other calls are none."""
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str) and node.value.strip() not in THE_SAME_EVERYWHERE:
            text = re.sub(r"<[^>]*>|\{[^}]*\}|&\w+;", "", node.value)
            if re.search(rf"[A-Za-z]{{2,}}|[{CHINESE}]", text):
                yield node.value
    elif isinstance(node, ast.JoinedStr):
        for part in node.values:
            yield from bare_words(part)
    elif isinstance(node, ast.FormattedValue):
        yield from bare_words(node.value)
    elif isinstance(node, ast.BinOp):
        yield from (*bare_words(node.left), *bare_words(node.right))
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from bare_words(value)
    elif isinstance(node, ast.IfExp):
        yield from (*bare_words(node.body), *bare_words(node.orelse))
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("format", "join"):
        yield from bare_words(node.func.value)


def unmarked(file: Path) -> list[str]:
    """What a call shows in the window without asking the catalogue."""
    found = []
    for name, call in calls(file):
        if name not in SHOWN_FIRST | SHOWN_SECOND:
            continue
        shown = call.args[:1] if name in SHOWN_FIRST else call.args[1:2]
        shown = [*shown, *(k.value for k in call.keywords if k.arg in SHOWN_NAMED)]
        found += [f"line {call.lineno}: {name}({word!r})" for part in shown for word in bare_words(part)]
    return found


@pytest.mark.parametrize("language", SPOKEN)
def test_every_text_is_translated(language: str) -> None:
    known = dict(pairs(catalogue(language)))
    missing = [ids[0] for ids, _none in pairs(collected()) if not all(known.get(ids, ("",)))]
    assert missing == [], "run dev/messages.py and translate what it prints"


@pytest.mark.parametrize("language", SPOKEN)
def test_no_translation_outlives_its_text(language: str) -> None:
    asked = {ids for ids, _none in pairs(collected())}
    assert [ids[0] for ids, _strings in pairs(catalogue(language)) if ids not in asked] == []


@pytest.mark.parametrize("language", SPOKEN)
def test_placeholders_are_the_same_on_both_sides(language: str) -> None:
    for ids, strings in pairs(catalogue(language)):
        for string in strings:
            assert sorted(PLACEHOLDER.findall(string)) == sorted(PLACEHOLDER.findall(ids[-1])), ids[0]


@pytest.mark.parametrize("language", SPOKEN)
def test_spaces_and_line_breaks_at_the_ends_are_kept(language: str) -> None:
    for ids, strings in pairs(catalogue(language)):
        for string in strings:
            assert string.count("\n") == ids[-1].count("\n"), ids[0]
            assert string.startswith(" ") == ids[-1].startswith(" "), ids[0]


def test_chinese_sentences_have_chinese_punctuation() -> None:
    wrong = [s for _ids, strings in pairs(catalogue("zh_CN")) for s in strings if HALF_WIDTH.search(s)]
    assert wrong == []


@pytest.mark.parametrize("language", SPOKEN)
def test_the_compiled_catalogue_is_the_written_one(language: str) -> None:
    with folder(language).joinpath("crm_desktop.mo").open("rb") as compiled:
        assert dict(pairs(read_mo(compiled))) == dict(pairs(catalogue(language))), "run dev/messages.py"


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_marks_hold_whole_texts(file: Path) -> None:
    """A text that is put together has no entry in a catalogue; and the collector takes any string inside a mark for a text."""
    for name, call in calls(file):
        if name not in (*MARKS, "ngettext") or not call.args:
            continue
        texts = call.args[: 2 if name == "ngettext" else 1]
        for text in texts:
            whole = isinstance(text, ast.Constant)
            inside = [
                n for n in ast.walk(text) if isinstance(n, ast.JoinedStr) or isinstance(getattr(n, "value", None), str)
            ]
            assert whole or not inside, f"line {call.lineno}: {ast.unparse(call)}"


@pytest.mark.parametrize("file", WINDOW, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_the_window_shows_no_bare_words(file: Path) -> None:
    assert unmarked(file) == []


def test_bare_words_are_noticed(tmp_path: Path) -> None:
    """The checks above see what they are there for."""
    file = tmp_path / "window.py"
    lines = (
        'label.setText("Saved")', 'Label(f"{count} rows")', 'Button("", "add", tip="Add a row")', 'QLabel("a" if x else "Two")',
        'IconButton("add", "Add")', 'Label("保存")', 'Label("{} rows".format(3))',
        'Label(_("Saved"))', 'Label("")', 'Button("", "add")', 'IconButton("add", _("Add"))', 'Label(f"{size} KB")', 'Label(words["name"])',
    )  # fmt: skip
    file.write_text("\n".join(lines), encoding="utf-8")
    assert [int(found.split(":")[0].split()[1]) for found in unmarked(file)] == [1, 2, 3, 4, 5, 6, 7]
