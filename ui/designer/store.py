"""Templates of the designer in and out of the company's store. Runs on the threads that work, never on the window's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any

from crm_desktop.application import Application
from crm_desktop.errors import Missing
from crm_desktop.printing import template_store
from crm_desktop.printing.generic import card_template
from crm_desktop.printing.shipped import CARD
from crm_desktop.printing.template import Template
from crm_desktop.printing.template_store import OWN, Overtaken
from crm_desktop.words import LANGUAGES, N_, _, language, translated

_OWN = N_("(own)")


@dataclass(frozen=True)
class Opened:
    """A template to be changed. origin: as the store of templates says it, `own` for one that nobody has kept yet, which is new too;
    fault: why the kept version could not be read."""

    template: Template
    origin: str = OWN
    new: bool = False
    fault: str = ""


def open_template(app: Application, type_key: str, name: str) -> Opened:
    """The template as it prints now; for the plain card and for no name at all, a new one that begins as the card."""
    if name in ("", CARD):
        return Opened(begin(app, type_key), new=True)
    try:
        stored = template_store.find(app, name)
    except Missing:
        if type_key:  # one that was begun and never saved, opened again with its tab
            return Opened(replace(begin(app, type_key), name=name), new=True)
        raise
    return Opened(stored.template, stored.origin, fault=stored.fault)


def begin(app: Application, type_key: str) -> Template:
    """A new template of a record type: what the plain card shows, to be changed."""
    kind = app.type(type_key)
    code = language()
    titles = {each: f"{translated(kind.title, each)} {translated(_OWN, each)}" for each in LANGUAGES}
    return replace(card_template(kind, code), name=template_store.free_name(app, f"{kind.key}.own"), title=titles)


def save(app: Application, template: Template, note: str, base: str) -> bool:
    """Keep it as a new version. base: the mark of what it was changed from, "" where that does not matter. True: somebody was faster."""
    try:
        stored = template_store.find(app, template.name)
        number = stored.number
        if base and template_store.mark_of(stored.template) != base:
            return True
    except Missing:
        number = 0
    try:
        template_store.save(app, template, note, number if base else None)
    except Overtaken:
        return True
    return False


def preview(template: Template, context: Mapping[str, Any]) -> bytes:
    """The PDF of a document as it would be printed now."""
    rendering: Any = import_module("crm_desktop.printing.rendering")  # draws with reportlab, which is slow to load
    pdf: bytes = rendering.render(template, context).pdf
    return pdf


def history(app: Application, name: str) -> list[tuple[str, str, Template | None]]:
    """The versions of a template, the newest first: when and by whom, what was noted, and the template itself."""
    found = []
    for version, template in template_store.history(app, name):
        when = f"{version.at.astimezone():%Y-%m-%d %H:%M}  {version.who}".strip()
        note = version.note or (_("Back to the original") if not version.text else "")
        found.append((when, note, template))
    shipped = template_store.original(name)
    if shipped is not None:
        found.append((_("As it came with the program"), "", shipped))
    return found
