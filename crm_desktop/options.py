"""Choices of option lists as the program uses them: what a code is called, its colour, and which code a text means."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from crm_desktop.words import LANGUAGES, _, translated


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice. `label` is English for the ones the program brings, free text for those people add."""

    code: str
    label: str
    tone: str = "grey"  # a token of ui.theme: grey green amber red violet accent
    active: bool = True
    locked: bool = False  # for states: a document in this state is not edited freely

    def shown(self) -> str:
        """The label in the person's language."""
        return _(self.label)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()


class Options:
    """All option lists of an open database, by key."""

    def __init__(self, lists: Mapping[str, Iterable[Choice]]) -> None:
        self._lists = {key: {c.code: c for c in choices} for key, choices in lists.items()}

    def __eq__(self, other: object) -> bool:
        """Whether every list has the same choices in the same order."""
        return isinstance(other, Options) and self._ordered() == other._ordered()

    __hash__ = None  # type: ignore[assignment]

    def _ordered(self) -> dict[str, tuple[Choice, ...]]:
        return {key: self.choices(key) for key in self._lists}

    def with_more(self, more: Mapping[str, Iterable[Choice]]) -> Options:
        """These options and further choices behind them."""
        return Options({key: [*self.choices(key), *more.get(key, ())] for key in {**self._lists, **more}})

    def choices(self, key: str) -> tuple[Choice, ...]:
        """The choices of one list in their order, those switched off too."""
        return tuple(self._lists.get(key, {}).values())

    def find(self, key: str, code: str) -> Choice | None:
        """The choice with this code."""
        return self._lists.get(key, {}).get(code)

    def label(self, key: str, code: str) -> str:
        """What `code` is called; the code itself where the list does not know it (data may be older than the list)."""
        choice = self.find(key, code)
        return choice.shown() if choice else code

    def code(self, key: str, text: str) -> str | None:
        """The code that `text` means: a code, or a label in any language; None when nothing fits."""
        wanted = _folded(text)
        for choice in self._lists.get(key, {}).values():
            names = {choice.code, choice.label, *(translated(choice.label, language) for language in LANGUAGES)}
            if wanted in {_folded(n) for n in names}:
                return choice.code
        return None
