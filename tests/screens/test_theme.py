"""Both themes are readable, complete, and the only place where a colour stands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from ui import icons, theme
from ui.theme import COLOURS, TONES, Theme, Wardrobe
from ui.widgets.panels import EmptyState

ROOT = Path(__file__).parents[2]
GROUNDS = ("bg", "pane", "row", "field", "hover", "soft")
TEXT_PAIRS = [
    *((text, ground) for text in ("text", "dim", "faint") for ground in GROUNDS),
    *(("accent", ground) for ground in ("bg", "pane", "row", "soft")),
    *(("red", ground) for ground in GROUNDS),
    *((tone, f"{tone}_bg") for tone in TONES),
    ("on_accent", "accent"),
    ("on_accent", "accent_hover"),
    ("on_toast", "toast"),
    ("toast_action", "toast"),
]


def luminance(colour: str) -> float:
    """Relative luminance as in WCAG 2.1."""
    parts = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in QColor(colour).getRgbF()[:3]]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", COLOURS)
@pytest.mark.parametrize(("text", "ground"), TEXT_PAIRS)
def test_text_has_the_contrast_of_aa(name: str, text: str, ground: str) -> None:
    tokens = COLOURS[name]
    assert contrast(tokens[text], tokens[ground]) >= 4.5


@pytest.mark.parametrize("name", COLOURS)
@pytest.mark.parametrize(("mark", "ground"), [("edge", "pane"), ("accent", "pane"), ("accent", "bg"), ("green", "bg")])
def test_marks_that_must_be_seen_have_three_to_one(name: str, mark: str, ground: str) -> None:
    assert contrast(COLOURS[name][mark], COLOURS[name][ground]) >= 3


def test_both_themes_have_the_same_tokens() -> None:
    assert set(COLOURS["light"]) == set(COLOURS["dark"])


def test_no_other_file_holds_a_colour() -> None:
    colour = re.compile(
        r"""["'(\s:]#[0-9a-fA-F]{3,8}\b|Qt\.GlobalColor\.(?!transparent)|(?<!\w)rgba?\(|setPixelSize\(\d|setPointSize"""
    )
    files = [*ROOT.glob("ui/**/*.py"), ROOT / "resources" / "style.qss"]
    allowed = {ROOT / "ui" / "theme.py"}
    assert len(files) > 20
    found = [
        f"{path.name}: {line.strip()}"
        for path in files
        if path not in allowed
        for line in path.read_text(encoding="utf-8").splitlines()
        if colour.search(line)
    ]
    assert found == []


@pytest.mark.parametrize("name", COLOURS)
def test_the_sheet_is_complete_and_grows_with_the_text(name: str) -> None:
    sheet = theme.style_sheet(Theme(name))
    assert "$" not in sheet
    assert "font-size: 12px" in sheet
    assert "font-size: 16px" in theme.style_sheet(Theme(name, 130))  # 12 px at 130 %


def test_a_change_of_theme_reaches_an_icon_made_before(qapp: QApplication) -> None:
    wardrobe = Wardrobe(qapp)
    wardrobe.wear("light")
    button = QPushButton()
    button.setIcon(icons.icon("add", "text"))
    light = _strongest(button)
    wardrobe.wear("dark")
    assert wardrobe.choice == "dark"
    assert qapp.palette().base().color() == QColor(COLOURS["dark"]["pane"])
    dark = _strongest(button)
    wardrobe.wear("light")
    assert (light.name(), dark.name()) == (COLOURS["light"]["text"], COLOURS["dark"]["text"])
    wardrobe.deleteLater()


def test_an_icon_is_sharp_on_a_screen_of_twice_the_dots(qapp: QApplication) -> None:
    picture = icons.pixmap("people", "dim", 20, ratio=2.0)
    assert (picture.width(), picture.deviceIndependentSize().width()) == (40, 20)


def test_every_icon_comes_in_both_forms_and_is_drawn(qapp: QApplication) -> None:
    assert len(icons.names()) > 90
    for name in icons.names():
        for filled in (False, True):
            image = icons.pixmap(name, "text", 20, filled=filled).toImage()
            assert any(image.pixelColor(x, y).alpha() for x in range(20) for y in range(20)), name


def _strongest(button: QPushButton) -> QColor:
    image = button.icon().pixmap(32, 32).toImage()
    pixels = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    return max(pixels, key=QColor.alpha)


@pytest.mark.parametrize("percent", [90, 100, 130])
def test_an_empty_state_never_cuts_its_words(qtbot: QtBot, qapp: QApplication, percent: int) -> None:
    wardrobe = Wardrobe(qapp)
    wardrobe.wear("light", percent)
    empty = EmptyState(
        "people", "No customers yet", "Everyone you sell to, with contacts, orders and all that happened. " * 2
    )
    qtbot.addWidget(empty)
    empty.resize(520, 600)
    empty.show()
    qtbot.waitUntil(lambda: empty.text.height() >= empty.text.heightForWidth(empty.text.width()) > 20)
    wardrobe.wear("light", 100)
    wardrobe.deleteLater()
