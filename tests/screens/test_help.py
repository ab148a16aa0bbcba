"""The manual: every screen, list and dialog has its place in it, in both languages, and nothing in it leads nowhere."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QPixmap, QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QVBoxLayout
from pytestqt.qtbot import QtBot

import ui
from crm_desktop.application import Application
from crm_desktop.records.registry import BUILT_IN
from crm_desktop.resources import manual_folder
from crm_desktop.settings import Settings
from crm_desktop.words import use_language
from ui.help_keeper import HelpKeeper, place_of_tab
from ui.help_pages import KEYS, NEWS, PAGES, Heading, Manual, headings
from ui.help_places import DIALOGS, RECORDS, SCREENS, START, WELCOME, of_dialog
from ui.help_window import HelpWindow
from ui.main_window import MainWindow
from ui.screens.all_screens import all_screens
from ui.theme import Wardrobe

LANGUAGES = ("en", "zh_CN")
PLACES = sorted({*SCREENS.values(), *RECORDS.values(), *DIALOGS.values(), START, WELCOME})
LINK = re.compile(r"(!?)\[[^\]]*\]\(([^)\s]+)\)")


def dialogs() -> Iterator[type[QDialog]]:
    for module in pkgutil.walk_packages(ui.__path__, "ui."):
        importlib.import_module(module.name)
    waiting: list[type[QDialog]] = list(QDialog.__subclasses__())
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.__module__.startswith("ui."):
            yield kind


def test_every_screen_list_and_dialog_has_a_place() -> None:
    assert set(SCREENS) == set(all_screens().entries)
    assert set(RECORDS) == {kind.key for kind in BUILT_IN}
    assert [kind.__name__ for kind in dialogs() if not of_dialog(kind)] == []


def test_no_place_is_of_a_dialog_that_is_gone() -> None:
    there = {name for kind in dialogs() for name in (kind.__name__, f"{kind.__module__.rpartition('.')[2]}.{kind.__name__}")}
    assert set(DIALOGS) - there == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_place_is_there_in_both_languages(language: str) -> None:
    manual = Manual(language, {KEYS: lambda: "# Keys"})
    for place in PLACES:
        page, _mark, part = place.partition("#")
        number = manual.heading_number(page, part) if part else 0
        assert number is not None, f"{place} is no heading"
        assert number < len(headings(manual.text(page)))


@pytest.mark.parametrize("page", PAGES)
def test_both_languages_have_the_same_headings(page: str) -> None:
    english, chinese = (headings(Manual(language).text(page)) for language in LANGUAGES)
    assert [h.level for h in english] == [h.level for h in chinese]
    assert english[0].level == 1


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", [*PAGES, NEWS])
def test_no_link_and_no_picture_leads_nowhere(language: str, page: str) -> None:
    manual = Manual(language)
    for picture, address in LINK.findall(manual.text(page)):
        if "://" in address:
            continue
        file, _mark, part = address.partition("#")
        assert not file or (manual.folder / file).is_file() or (manual.folder.parent / file).is_file(), address
        if part and not picture:
            own = headings((manual.folder / file).read_text(encoding="utf-8") if file else manual.text(page))
            assert part in [h.slug for h in own], address


def test_pictures_are_small_and_all_are_used() -> None:
    used = "".join(path.read_text(encoding="utf-8") for path in [*manual_folder().glob("*.md"), *manual_folder().parent.glob("README*.md")])
    pictures = list((manual_folder() / "pictures").glob("*.png"))
    assert [p.name for p in pictures if p.name not in used] == []
    assert [p.name for p in pictures if p.stat().st_size > 150_000] == []


def test_what_is_new_has_the_same_versions_in_both_languages() -> None:
    english, chinese = (Manual(language).text(NEWS) for language in LANGUAGES)
    versions = [re.findall(r"^## (\d+\.\d+\.\d+)", text, re.MULTILINE) for text in (english, chinese)]
    assert versions[0]
    assert versions[0] == versions[1]


def test_what_looks_like_a_heading_in_code_is_none() -> None:
    assert headings("# One\n```\n# no\n```\n## Two, and `three`?\n") == [Heading(1, "One"), Heading(2, "Two, and three?")]
    assert Heading(2, "Two, and three?").slug == "two-and-three"


@pytest.fixture
def manual(qtbot: QtBot) -> HelpWindow:
    made = HelpWindow(Manual("en", {KEYS: lambda: "# Keys\n\n| | |\n|---|---|\n| `Ctrl+S` | Save |\n"}))
    qtbot.addWidget(made)
    made.show()
    return made


def test_the_window_goes_to_a_heading_follows_links_and_comes_back(manual: HelpWindow, qtbot: QtBot) -> None:
    manual.show_place("backups#encryption")
    qtbot.waitUntil(lambda: manual.page.verticalScrollBar().value() > 0)
    assert manual.page.textCursor().block().text() == "Encryption"
    manual.page.anchorClicked.emit(QUrl("lan.zh-CN.md"))
    assert manual.place == "lan"
    manual.page.anchorClicked.emit(QUrl("#join"))
    assert manual.place == "lan#join"
    manual.go_back()
    manual.go_back()
    assert manual.place == "backups#encryption"
    manual.go_forward()
    assert manual.place == "lan"
    assert manual.contents.currentItem().text() == "The office network"


def test_words_are_found_on_every_page(manual: HelpWindow) -> None:
    manual.show_place("lists")
    manual.search.setText("BitLocker")
    manual.look_for("BitLocker")
    assert manual.place == "backups"
    assert manual.page.textCursor().selectedText().casefold() == "bitlocker"
    manual.look_for("")
    assert manual.contents.count() == len(manual.manual.pages)


def test_pictures_and_tables_show(manual: HelpWindow) -> None:
    manual.show_place("first-steps")
    html = manual.page.document().toHtml()
    assert "pictures/today.png" in html
    picture = manual.page.document().resource(QTextDocument.ResourceType.ImageResource, QUrl("pictures/today.png"))
    assert isinstance(picture, QPixmap)
    assert picture.width() > 500
    manual.show_place(KEYS)
    assert "Ctrl+S" in manual.page.toPlainText()


def test_f1_opens_the_page_of_what_is_in_front_also_over_a_dialog(qtbot: QtBot, sqlite_app: Application) -> None:
    use_language("en")
    qt = QApplication.instance()
    assert isinstance(qt, QApplication)
    wardrobe = Wardrobe(qt)
    wardrobe.wear("light")
    window = MainWindow(sqlite_app, Settings(), all_screens(), wardrobe)
    keeper = HelpKeeper(window)
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.open_list("customers")
    qtbot.waitUntil(lambda: window.tasks.idle)
    QTest.keyClick(window, Qt.Key.Key_F1)
    assert keeper.help is not None
    assert keeper.help.place == "records#customers"
    assert place_of_tab("record:quotes:5") == "sales-chain#what-each-document-does"
    assert place_of_tab("screen:template?type=quotes") == "printing#change-a-form"
    keeper.help.close()

    class GroupingDialog(QDialog):
        pass

    dialog = GroupingDialog(window)
    line = QLineEdit()
    QVBoxLayout(dialog).addWidget(line)
    dialog.open()
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    line.setFocus()
    qtbot.waitUntil(line.hasFocus)
    QTest.keyClick(line, Qt.Key.Key_F1)
    qtbot.waitUntil(lambda: keeper.help is not None and keeper.help.place == "lists#groups")
    assert keeper.help.parentWidget() is dialog
    keeper.help.show_place(KEYS)
    assert "Ctrl+K" in keeper.help.page.toPlainText(), "made of the commands that there are"
    dialog.close()
    qtbot.waitUntil(lambda: window.tasks.idle)
    window.tasks.close()


def test_the_manual_travels_with_the_built_program() -> None:
    spec = (Path(__file__).parents[2] / "build_installer.spec").read_text(encoding="utf-8")
    assert '(str(ROOT / "docs"), "docs")' in spec
    assert "CHANGELOG*.md" in spec
