"""Collects every text a person reads, merges it into the catalogues, and compiles them.

    python dev/messages.py            collect and compile; prints what is not translated yet

Texts in code stand in `_("…")` and `ngettext("…", "…", n)`. Texts in declarations (field labels, sections, helps, titles, options,
settings) are plain strings there and are collected from the declarations themselves, so none can be forgotten.
Needs Babel (requirements/dev).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from babel.messages.catalog import Catalog  # noqa: E402
from babel.messages.extract import extract_from_dir  # noqa: E402
from babel.messages.mofile import write_mo  # noqa: E402
from babel.messages.pofile import read_po, write_po  # noqa: E402

FOLDERS = ("crm_desktop", "ui", "backups")
TRANSLATIONS = ROOT / "resources" / "translations"


def in_code() -> Iterator[tuple[str | tuple[str, str], str]]:
    """Texts marked in code, with the file they stand in."""
    keywords = {"_": None, "ngettext": (1, 2), "N_": None}
    for folder in FOLDERS:
        found = extract_from_dir(ROOT / folder, [("**.py", "python")], keywords=keywords, comment_tags=())
        for name, _line, message, _comments, _context in found:
            if message:
                yield message, f"{folder}/{Path(name).as_posix()}"


def in_declarations() -> Iterator[tuple[str, str]]:
    """Texts of record types, fields, options, periods and settings, with where they are declared."""
    from crm_desktop import settings
    from crm_desktop.exchange.ready_mappings import ready_mappings
    from crm_desktop.records.builtin_options import CLOSED_LISTS, CURRENCIES, OPEN_LISTS, SEQUENCES
    from crm_desktop.records.ready_positions import READY_POSITIONS
    from crm_desktop.records.registry import BUILT_IN
    from crm_desktop.rights import OPERATIONS, PROGRAM_RIGHTS, REACHES
    from crm_desktop.rules.periods import PERIODS

    for kind in BUILT_IN:
        where = f"record type {kind.key}"
        yield from ((t, where) for t in (kind.title, kind.plural, kind.about))
        fields = [*kind.fields.values(), *(kind.lines.fields.values() if kind.lines else ())]
        if kind.lines:
            yield kind.lines.title, where
        for field in fields:
            yield from ((t, where) for t in (field.label, field.section, field.help) if t)
        yield from ((s.label, where) for s in kind.states)
        for operation in kind.operations:
            yield from ((t, where) for t in (operation.label, operation.confirm) if t)
        yield from ((successor.label, where) for successor in kind.successors)
    for title, rows in OPEN_LISTS.values():
        yield title, "option lists"
        yield from ((label, "option lists") for _code, label, _tone in rows)
    for choices in CLOSED_LISTS.values():
        yield from ((c.label, "option lists") for c in choices)
    yield from ((name, "seeds") for _key, name, *_rest in (*SEQUENCES, *CURRENCIES))
    yield from ((text, "positions") for p in READY_POSITIONS for text in (p.name, p.note))
    yield from ((text, "rights") for texts in (REACHES, OPERATIONS, PROGRAM_RIGHTS) for text in texts.values())
    yield from ((label, "periods") for label in PERIODS.values())
    yield from ((ready.name, "import mappings") for ready in ready_mappings() if ready.name.isascii())
    for setting in settings.DECLARED:
        texts = (setting.label, setting.help, setting.section, *(str(c) for c in setting.choices.values()))
        yield from ((t, "settings") for t in texts if t)


def template() -> Catalog:
    """All texts of the program."""
    catalog = Catalog(project="CRM Desktop", charset="utf-8", header_comment="# Texts of CRM Desktop")
    for message, where in (*in_code(), *in_declarations()):
        catalog.add(message, locations=[(where.replace(" ", "-"), None)], flags=())
    return catalog


def update(language: str) -> list[str]:
    """Merge the texts into one language's catalogue and compile it; gives what has no translation."""
    file = TRANSLATIONS / language / "LC_MESSAGES" / "crm_desktop.po"
    texts = template()
    catalog = Catalog(locale=language)
    if file.exists():
        with file.open("rb") as source:
            catalog = read_po(source, locale=language)
    catalog.update(texts, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    with file.open("wb") as target:
        write_po(target, catalog, sort_output=True, omit_header=False, include_lineno=False, width=120)
    with file.with_suffix(".mo").open("wb") as target:
        write_mo(target, catalog)
    return [str(m.id) for m in catalog if m.id and not (all(m.string) if isinstance(m.string, tuple) else m.string)]


if __name__ == "__main__":
    missing = update("zh_CN")
    for text in missing:
        print(text.encode("unicode_escape").decode() if "\n" in text else text)
    print(f"{len(missing)} without translation", file=sys.stderr)
    sys.exit(1 if missing else 0)
