"""The look of the whole window in one place: colour and size tokens, and how they become Qt's palette and style sheet.

No other file holds a colour or a font size. What draws itself asks `theme.colour("accent")` while painting, so a change
of theme needs no more than a repaint; what is styled by the sheet sets a `role`, `tone` or `kind` property instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from string import Template
from types import MappingProxyType

from PySide6.QtCore import QDir, QObject, Qt, QTemporaryDir, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from crm_desktop.resources import resource

FAMILIES = ("Microsoft YaHei UI", "Microsoft YaHei", "PingFang SC", "Noto Sans CJK SC", "Noto Sans SC")
TONES = ("accent", "green", "amber", "red", "violet", "grey")
"""What a tag, an avatar or a banner can say by its colour; each has a text colour `x` and a ground `x_bg`."""

_LIGHT = {
    "bg": "#f3f4f7",  # the window around everything
    "pane": "#ffffff",  # lists, forms, menus
    "row": "#f7f9fc",  # cards, alternating ground
    "field": "#f7f8fa",  # inputs at rest
    "hover": "#eceef2",
    "soft": "#e9f0fe",  # selection
    "line": "#e1e4ea",  # borders
    "hairline": "#eef0f4",  # between rows
    "edge": "#868e9c",  # where a border must be seen: check boxes
    "handle": "#c4c9d2",  # scroll bars
    "text": "#1a1d23",
    "dim": "#4d5868",  # second rank
    "faint": "#626c7c",  # hints
    "disabled": "#98a2b3",
    "accent": "#2160e4",
    "accent_hover": "#1b50c4",
    "accent_bg": "#e9f0fe",
    "on_accent": "#ffffff",
    "primary_ring": "#1a1d23",  # the focus on what is filled with the accent
    "red": "#c2261a",
    "red_bg": "#fdecea",
    "green": "#067647",
    "green_bg": "#e3f6ec",
    "amber": "#a8430a",
    "amber_bg": "#fef2dc",
    "violet": "#5b34c9",
    "violet_bg": "#efeafd",
    "grey": "#475467",
    "grey_bg": "#eef0f3",
    "star": "#f5a524",
    "toast": "#262a32",  # the short notice, dark in both themes
    "on_toast": "#f4f5f7",
    "toast_action": "#9dbeff",
    "look": "#8a3d06",  # the band of a window that looks into a backup: nobody may take it for today's data
    "on_look": "#ffffff",
    "shadow": "#33101828",
}
_DARK = {
    "bg": "#17191e",
    "pane": "#1f2228",
    "row": "#23272e",
    "field": "#191c21",
    "hover": "#2a2e36",
    "soft": "#25344f",
    "line": "#343841",
    "hairline": "#292d34",
    "edge": "#7d8592",
    "handle": "#474c56",
    "text": "#e9ebef",
    "dim": "#a9b0bd",
    "faint": "#979fac",
    "disabled": "#626978",
    "accent": "#6ea1ff",
    "accent_hover": "#88b2ff",
    "accent_bg": "#25344f",
    "on_accent": "#0d1a33",
    "primary_ring": "#0d1a33",
    "red": "#ff8a80",
    "red_bg": "#45211f",
    "green": "#6fd7a0",
    "green_bg": "#183a2a",
    "amber": "#f5b866",
    "amber_bg": "#41301a",
    "violet": "#b9a1ff",
    "violet_bg": "#33294f",
    "grey": "#b6bdc9",
    "grey_bg": "#30343c",
    "star": "#f5a524",
    "toast": "#3a3f49",
    "on_toast": "#f4f5f7",
    "toast_action": "#9dbeff",
    "look": "#f5b866",
    "on_look": "#2b1a02",
    "shadow": "#80000000",
}
COLOURS: Mapping[str, Mapping[str, str]] = MappingProxyType({"light": _LIGHT, "dark": _DARK})

SIZES: Mapping[str, int] = MappingProxyType(
    {
        "font": 13,
        "font_small": 12,
        "font_tiny": 11,
        "font_brand": 14,
        "font_large": 16,
        "font_number": 17,
        "font_total": 20,
        "font_title": 19,
        "font_hero": 24,
        "row": 36,
        "control": 32,
        "input": 30,
        "small_control": 26,
        "icon": 18,
        "small_icon": 16,
        "gap": 8,
        "margin": 16,
        "page": 20,
        "radius": 6,
        "card_radius": 8,
        "navigation": 208,
        "rail": 60,
        "top": 54,
        "tabs": 40,
        "status": 30,
        "search": 520,
    }
)
"""Pixels at a text size of 100 %; all grow with it, so that nothing is cut off."""


@dataclass(frozen=True)
class Theme:
    """One set of colours at one text size."""

    name: str = "light"
    percent: int = 100

    @property
    def dark(self) -> bool:
        return self.name == "dark"

    def css(self, token: str) -> str:
        """The colour of a token as `#rrggbb`. KeyError for a token there is not."""
        return COLOURS[self.name][token]

    def colour(self, token: str) -> QColor:
        return QColor(self.css(token))

    def size(self, token: str) -> int:
        """Pixels of a size token at the text size in use."""
        return round(SIZES[token] * self.percent / 100)

    def px(self, pixels: int) -> int:
        """Pixels at 100 % as pixels at the text size in use, for a width only one place needs."""
        return round(pixels * self.percent / 100)

    def font(self, token: str = "font", *, bold: bool = False) -> QFont:
        """The program's font at the size of a token."""
        font = QFont()
        font.setFamilies(list(FAMILIES))
        font.setPixelSize(self.size(token))
        font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
        return font


def current() -> Theme:
    """The theme the running application wears."""
    app = QApplication.instance()
    worn = app.property(_WORN) if app else None
    return worn if isinstance(worn, Theme) else Theme()


def colour(token: str) -> QColor:
    """A colour of the theme in use."""
    return current().colour(token)


def size(token: str) -> int:
    """A size of the theme in use, in pixels."""
    return current().size(token)


def restyle(widget: QWidget, **properties: object) -> None:
    """Set properties the style sheet selects by (role, tone, kind …) and let the sheet look again."""
    for name, value in properties.items():
        widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


class Wardrobe(QObject):
    """Puts a theme on the application and follows the system where the person asked for that."""

    changed = Signal()

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app, self._choice = app, "system"
        self._tinted = _tinted_folder()
        _load_font_where_needed()
        if not isinstance(app.property(_WORN), Theme):  # setting it again would polish everything there is anew
            app.setStyle("Fusion")
        app.styleHints().colorSchemeChanged.connect(self._system_changed)

    @property
    def choice(self) -> str:
        """system, light or dark: what the person chose."""
        return self._choice

    def wear(self, choice: str, percent: int | None = None) -> None:
        """Use `system`, `light` or `dark`, at a text size in percent (None: as it is)."""
        self._choice = choice
        hints = self._app.styleHints()
        if choice == "system":
            hints.unsetColorScheme()
        else:  # so that the title bar and the system's own dialogs match
            hints.setColorScheme(Qt.ColorScheme.Dark if choice == "dark" else Qt.ColorScheme.Light)
        self._put_on(replace(current(), name=self._resolved(), percent=percent or current().percent))

    def toggle(self) -> str:
        """Change between light and dark; answers the new choice."""
        self.wear("light" if current().dark else "dark")
        return self._choice

    def _resolved(self) -> str:
        if self._choice != "system":
            return self._choice
        return "dark" if self._app.styleHints().colorScheme() == Qt.ColorScheme.Dark else "light"

    def _system_changed(self) -> None:
        if self._choice == "system" and self._resolved() != current().name:
            self._put_on(replace(current(), name=self._resolved()))

    def _put_on(self, theme: Theme) -> None:
        worn = self._app.property(_WORN)
        if worn != theme:  # Qt polishes every widget of every window anew, even for the sheet that is there already
            self._write_tinted(theme)
            self._app.setProperty(_WORN, theme)
            self._app.setFont(theme.font())
            self._app.setPalette(palette(theme))
            self._app.setStyleSheet(style_sheet(theme))
        self.changed.emit()

    def _write_tinted(self, theme: Theme) -> None:
        """The few icons a style sheet can only take from files."""
        folder = QDir(self._tinted.path())
        folder.mkpath(theme.name)
        for target, (icon, token) in _SHEET_ICONS.items():
            svg = resource(f"icons/{icon}.svg").read_text(encoding="utf-8")
            path = Path(folder.filePath(f"{theme.name}/{target}.svg"))
            svg = svg.replace("<svg ", f'<svg fill="{theme.css(token)}" ', 1)
            if target == "close":  # with air around it, or it shouts at the end of every tab
                svg = svg.replace('viewBox="0 0 20 20"', 'viewBox="-4 -4 28 28"')
            path.write_text(svg, encoding="utf-8")


@cache
def _tinted_folder() -> QTemporaryDir:
    """Where the tinted icons lie: there until the program ends, since the sheet takes them from there for as long as it is worn."""
    folder = QTemporaryDir()
    QDir.addSearchPath("tinted", folder.path())
    return folder


def palette(theme: Theme) -> QPalette:
    """Qt's palette from the tokens."""
    made = QPalette()
    for role, token in _ROLES.items():
        made.setColor(role, theme.colour(token))
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.WindowText, QPalette.ColorRole.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, role, theme.colour("disabled"))
    return made


def style_sheet(theme: Theme) -> str:
    """The style sheet with the tokens filled in; a size token stands in it as `$px_…`."""
    sizes = {f"px_{name}": f"{theme.size(name)}px" for name in SIZES}
    text = resource("style.qss").read_text(encoding="utf-8")
    return Template(text).substitute(COLOURS[theme.name], theme=theme.name, **sizes)


def _load_font_where_needed() -> None:
    """The bundled font, only on a system without one of the families we ask for: those look more at home. Any other Chinese
    font does not count: it may come without Latin letters, or with another country's forms of the characters."""
    if set(FAMILIES) & set(QFontDatabase.families()):
        return
    for path in sorted(resource("fonts").glob("*.ttf")):
        QFontDatabase.addApplicationFont(str(path))


def follows_system() -> bool:
    """Whether the system says if it is light or dark (the offscreen platform does not)."""
    return QGuiApplication.styleHints().colorScheme() != Qt.ColorScheme.Unknown


_WORN = "crm_theme"
_SHEET_ICONS = {
    "down": ("chevron_down_regular", "dim"),
    "up": ("chevron_up_regular", "dim"),
    "check": ("checkmark_filled", "on_accent"),
    "some": ("subtract_filled", "on_accent"),
    "close": ("dismiss_regular", "dim"),
    "next": ("chevron_right_regular", "dim"),
}
_ROLES = {
    QPalette.ColorRole.Window: "bg",
    QPalette.ColorRole.Base: "pane",
    QPalette.ColorRole.AlternateBase: "row",
    QPalette.ColorRole.Text: "text",
    QPalette.ColorRole.WindowText: "text",
    QPalette.ColorRole.BrightText: "on_accent",
    QPalette.ColorRole.Button: "pane",
    QPalette.ColorRole.ButtonText: "text",
    QPalette.ColorRole.Highlight: "accent",
    QPalette.ColorRole.HighlightedText: "on_accent",
    QPalette.ColorRole.PlaceholderText: "faint",
    QPalette.ColorRole.ToolTipBase: "pane",
    QPalette.ColorRole.ToolTipText: "text",
    QPalette.ColorRole.Link: "accent",
    QPalette.ColorRole.LinkVisited: "accent",
    QPalette.ColorRole.Accent: "accent",
    QPalette.ColorRole.Light: "hover",
    QPalette.ColorRole.Midlight: "hairline",
    QPalette.ColorRole.Mid: "line",
    QPalette.ColorRole.Dark: "line",
    QPalette.ColorRole.Shadow: "bg",
}
