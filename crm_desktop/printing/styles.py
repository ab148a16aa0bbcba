"""The full look of an element, put together from its own entries, the style it names, and the style “default”."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace

from crm_desktop.printing.fonts import FAMILIES, SANS, Face, face
from crm_desktop.printing.formats import AUTO
from crm_desktop.printing.marks import Problems
from crm_desktop.printing.template import Border, Format, StyleEntry, StyleUse, Template
from crm_desktop.words import _


@dataclass(frozen=True)
class Style:
    """Every entry known."""

    font: str = SANS
    size: float = 9.0
    bold: bool = False
    italic: bool = False
    underline: bool = False
    color: str = "#000000"
    fill: str = ""
    align: str = "left"
    valign: str = "middle"
    padding: float = 0.0
    line_height: float = 1.35
    overflow: str = "wrap"
    max_lines: int = 0
    border: Border = Border()
    format: Format = AUTO

    @property
    def face(self) -> Face:
        """The face its text is set in."""
        return face(FAMILIES[self.font][self.bold])


class Styles:
    """Resolves the styles of one template, each combination once."""

    def __init__(self, template: Template, problems: Problems) -> None:
        self._named = template.styles
        self._problems = problems
        self._default = self._over(Style(), template.styles.get("default"), "default")
        self._resolved: dict[tuple[StyleUse | None, str], Style] = {}
        self._made: dict[tuple[str, str], Style] = {}

    def made(self, purpose: str, element: str, make: Callable[[], Style]) -> Style:
        """A style put together by other rules, once per element and purpose."""
        style = self._made.get((purpose, element))
        if style is None:
            style = self._made[purpose, element] = make()
        return style

    def over(self, under: Style, use: StyleUse | None, element: str) -> Style:
        """The full style of something that rests on another style than “default”, as a column title on its heading."""
        return self._build(use, element, under)

    def of(self, use: StyleUse | None, element: str) -> Style:
        """The full style of an element."""
        key = (use, element)
        style = self._resolved.get(key)
        if style is None:
            style = self._resolved[key] = self._build(use, element, self._default)
        return style

    def _build(self, use: StyleUse | None, element: str, under: Style) -> Style:
        if use is None or use == "default":
            return under
        if isinstance(use, str):
            return self._over(under, self._find(use, element), element)
        base = self._over(under, self._find(use.base, element), element) if use.base else under
        return self._over(base, use, element)

    def _find(self, name: str, element: str) -> StyleEntry | None:
        entry = self._named.get(name)
        if entry is None and name != "default":
            self._problems.add("style", element, _("there is no style “{name}”").format(name=name))
        return entry

    def _over(self, style: Style, entry: StyleEntry | None, element: str) -> Style:
        if entry is None:
            return style
        given = {
            item.name: value
            for item in fields(entry)
            if item.name != "base" and (value := getattr(entry, item.name)) is not None
        }
        if isinstance(given.get("format"), str):
            given["format"] = Format(how=given["format"])
        if given.get("font", SANS) not in FAMILIES:
            self._problems.add("font", element, _("there is no font “{name}”").format(name=given.pop("font")))
        return replace(style, **given)
