"""The templates that come with the program, and which one prints a record when nobody chose."""

from __future__ import annotations

from functools import cache

from crm_desktop.errors import Missing
from crm_desktop.printing.generic import card_template
from crm_desktop.printing.template import Template
from crm_desktop.printing.template_file import load_template
from crm_desktop.records.record_type import RecordType
from crm_desktop.resources import resource
from crm_desktop.words import _

CARD = "card"
"""The name of the form every record type has without anybody drawing one."""


@cache
def shipped_templates() -> dict[str, Template]:
    """Every shipped template by its name."""
    found = {}
    for path in sorted(resource("templates").glob("*.json")):
        if path.name != "schema.json":
            template = load_template(path.read_bytes())
            found[template.name] = template
    return found


def templates_for(kind: RecordType, language: str) -> list[Template]:
    """The templates that fit a record type, those in this language first, the plain card last."""
    fitting = [template for template in shipped_templates().values() if template.record_type == kind.key]
    fitting.sort(key=lambda template: template.language != language)
    return [*fitting, card_template(kind, language)]


def find_template(kind: RecordType, name: str | None, language: str) -> Template:
    """The template with this name (`sales-order`, `sales-order.en` or a title); without one the best for the language."""
    fitting = templates_for(kind, language)
    if not name:
        return fitting[0]
    for template in fitting:
        names = {template.name, template.name.partition(".")[0], *template.title.values()}
        if name in names:
            return template
    known = ", ".join(template.name for template in fitting)
    raise Missing(
        _("There is no print template “{name}”.").format(name=name), _("Known are: {keys}.").format(keys=known)
    )
