"""Drafts of templates on this PC: what is being changed is written every few seconds, so that a crash loses nothing."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from crm_desktop.application import Application
from crm_desktop.exchange.whole_files import whole_file
from crm_desktop.printing.format_rules import TemplateError
from crm_desktop.printing.template import Template
from crm_desktop.printing.template_file import dump_template, load_template

_FOLDER = "template-drafts"


@dataclass(frozen=True)
class KeptTemplate:
    """A draft: the template as it was left, the version it was changed from, and the guide lines."""

    template: Template
    base: str
    guides: object


def mark_of(template: Template) -> str:
    """Tells two versions of a template apart."""
    return hashlib.sha256(dump_template(template).encode("utf-8")).hexdigest()[:16]


def keep(app: Application, name: str, template: Template, base: str, guides: object) -> None:
    """Write the draft; whole or not at all."""
    facts = {"base": base, "guides": guides, "template": dump_template(template)}
    path = _path(app, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as part:
        part.write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")


def forget(app: Application, name: str) -> None:
    """It was saved, or nobody wants it any more."""
    _path(app, name).unlink(missing_ok=True)


def kept(app: Application, name: str) -> KeptTemplate | None:
    """The draft of a template; None where there is none that can be read."""
    try:
        facts = json.loads(_path(app, name).read_text(encoding="utf-8"))
        return KeptTemplate(load_template(facts["template"]), str(facts["base"]), facts.get("guides"))
    except (OSError, ValueError, KeyError, TypeError, TemplateError):
        return None


def _path(app: Application, name: str) -> Path:
    who = app.actor.user_id or 0
    return app.data / _FOLDER / f"{who}-{hashlib.sha256(name.encode('utf-8')).hexdigest()[:24]}.json"
