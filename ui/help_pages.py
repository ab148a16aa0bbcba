"""The manual as F1 shows it: which pages there are, in both languages, and how a place in one is named.

There is one manual: the Markdown pages of `docs`, which the program shows and which are read as they are on the web as well.
`NAME.md` is English, `NAME.zh-CN.md` Chinese, with the same headings in the same order; so a place is named by the English
heading, "backups#when", and found in Chinese by its number. Two pages are no files: the keyboard map is made of the commands
themselves, and what is new is the list of changes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from crm_desktop.resources import manual_folder
from crm_desktop.words import _

PAGES = (
    "first-steps", "sample", "records", "lists", "pipeline", "sales-chain", "approvals", "printing", "excel", "backups", "encryption",
    "rights", "signing-in", "lan", "windows", "set-up", "log", "trouble",
)  # fmt: skip
"""The chapters, in the order of the contents."""
KEYS, NEWS = "keys", "news"
_ENDS = {"zh_CN": ".zh-CN.md"}
_OTHER_LANGUAGE = re.compile(r"(中文：\[[^\]]*\]\([^)]*\)[.。]?|\[English\]\([^)]*\)[.。]?) ?")
"""The link to the same page in the other language: in the window the language is chosen already."""
_FENCE = re.compile(r"^(```|~~~)")


@dataclass(frozen=True)
class Heading:
    """One heading of a page: 1 is its title."""

    level: int
    text: str

    @property
    def slug(self) -> str:
        """The name of the heading in a link, as it is made elsewhere as well: small letters, hyphens for spaces."""
        words = re.sub(r"[^\w\- ]", "", self.text.lower().strip())
        return words.replace(" ", "-")


class Manual:
    """The pages in one language. made: the pages that are no files, by name."""

    def __init__(self, language: str, made: Mapping[str, Callable[[], str]] | None = None, folder: Path | None = None) -> None:
        self.folder = folder or manual_folder()
        self._language, self._made = language, dict(made or {})
        self._made.setdefault(NEWS, self._changes)

    @property
    def pages(self) -> list[str]:
        """Every page there is, in the order of the contents."""
        return [*PAGES, *(name for name in (KEYS, NEWS) if name in self._made)]

    def text(self, page: str) -> str:
        """A page as Markdown. KeyError where there is none."""
        if page in self._made:
            return self._made[page]()
        path = self.path(page)
        if not path.is_file():
            raise KeyError(page)
        return _OTHER_LANGUAGE.sub("", path.read_text(encoding="utf-8"))

    def path(self, page: str, language: str | None = None) -> Path:
        """The file of a page."""
        return self.folder / f"{page}{_ENDS.get(self._language if language is None else language, '.md')}"

    def title(self, page: str) -> str:
        """The title of a page."""
        found = headings(self.text(page))
        return found[0].text if found else page

    def place_of(self, address: str) -> tuple[str, str] | None:
        """The page and the part of it that a link of a page leads to; None: it leads out of the manual."""
        file, _mark, part = address.partition("#")
        if "://" in file or file.startswith("mailto:"):
            return None
        name = re.sub(r"(\.zh-CN)?\.md$", "", Path(file).name)
        return name, part

    def heading_number(self, page: str, part: str) -> int | None:
        """The how-manieth heading of a page a part is, counted from 0; None where there is no such part."""
        for language in ("en", self._language):
            path = self.path(page, language)
            text = self.text(page) if page in self._made else path.read_text(encoding="utf-8") if path.is_file() else ""
            for number, heading in enumerate(headings(text)):
                if heading.slug == part:
                    return number
        return None

    def _changes(self) -> str:
        beside = self.folder.parent
        path = beside / ("CHANGELOG.zh-CN.md" if self._language == "zh_CN" else "CHANGELOG.md")
        return path.read_text(encoding="utf-8") if path.is_file() else "# " + _("What is new") + "\n"


def headings(text: str) -> list[Heading]:
    """The headings of a page, without what only looks like one inside code."""
    found, inside = [], False
    for line in text.splitlines():
        if _FENCE.match(line):
            inside = not inside
        elif not inside and (match := re.match(r"(#{1,6}) +(.+?) *#*$", line)):
            found.append(Heading(len(match[1]), re.sub(r"[`*]", "", match[2])))
    return found


def keys_as_page(groups: Mapping[str, list[tuple[str, str]]]) -> str:
    """The keyboard map as a page."""
    parts = [f"# {_('Keyboard shortcuts')}"]
    for title, keys in groups.items():
        parts += [f"\n## {title}\n", "| | |", "|---|---|", *(f"| `{_cell(shortcut)}` | {_cell(text)} |" for shortcut, text in keys)]
    return "\n".join(parts) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
