"""All print templates of a company: those that came with the program, as they were changed, and its own.

A shipped template is never lost: what is changed is a version in the database, and "back to the original" is the next version.
"""

from __future__ import annotations

import dataclasses
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.errors import Missing, Refused, Told
from crm_desktop.exchange.whole_files import whole_file
from crm_desktop.printing.format_rules import TemplateError
from crm_desktop.printing.generic import card_template
from crm_desktop.printing.shipped import CARD, FIRST, shipped_templates
from crm_desktop.printing.template import LARGEST_FILE, Template
from crm_desktop.printing.template_file import dump_template, load_template
from crm_desktop.records.record_type import RecordType
from crm_desktop.services import print_templates
from crm_desktop.services.print_templates import Usual, Version
from crm_desktop.services.saving import open_record
from crm_desktop.words import _

SHIPPED, CHANGED, OWN = "shipped", "changed", "own"


@dataclass(frozen=True)
class Stored:
    """A template as it prints now. origin: `shipped`, `changed` (came with the program, not as it came) or `own`; number: of its version,
    0 for one that was never changed; fault: why the version that is kept cannot be used, and the shipped one prints."""

    template: Template
    origin: str
    number: int = 0
    version: Version | None = None
    fault: str = ""


class Overtaken(Told):
    """Somebody saved this template meanwhile."""

    def __init__(self) -> None:
        super().__init__(_("Somebody saved this template meanwhile."), _("Open it again and compare before you save."))


def all_templates(app: Application, record_type: str | None = None) -> list[Stored]:
    """Every template that can print, by record type and name."""
    kept = {version.name: version for version in print_templates.newest(app)}
    found = [_stored(template, kept.pop(name, None)) for name, template in shipped_templates().items()]
    found += [own for version in kept.values() if (own := _own(version)) is not None]
    wanted = (each for each in found if record_type is None or each.template.record_type == record_type)
    return sorted(wanted, key=lambda each: (each.template.record_type, each.template.name))


def find(app: Application, name: str) -> Stored:
    """One template by its name. Raises Missing."""
    for each in all_templates(app):
        if each.template.name == name:
            return each
    raise Missing(_("There is no print template “{name}”.").format(name=name))


class Chooser:
    """Chooses among the templates of a record type for one document after the other; what it knows is read once."""

    def __init__(self, app: Application, kind: RecordType, language: str, name: str | None = None, printer: str = "") -> None:
        self._kind, self._language, self._printer = kind, language, printer
        self._usual = print_templates.usual(app, kind.key)
        fitting = [each.template for each in all_templates(app, kind.key)]
        fitting.sort(key=lambda t: (t.language not in ("", language), _rank(t)))
        self._lists = [template for template in fitting if prints_lists(template, kind)]
        self._templates = [*(t for t in fitting if t not in self._lists), card_template(kind, language)]
        self._named = self._find(name) if name else None

    def of(self, customer_id: int = 0, department_id: int = 0) -> Template:
        """The one that was named; else the usual one for the customer, the department, the printer and the language."""
        return self._named or self.all(customer_id, department_id)[0]

    def all(self, customer_id: int = 0, department_id: int = 0) -> list[Template]:
        """All that fit: the usual one first, then those in this language, the plain card last."""
        said = [u for u in self._usual if u.fits(self._language, customer_id, department_id, self._printer)]
        names = [u.template for u in sorted(said, key=Usual.weight, reverse=True)]
        first = next((t for name in names for t in self._templates if t.name == name), None)
        return [first, *(t for t in self._templates if t is not first)] if first else list(self._templates)

    @property
    def lists(self) -> list[Template]:
        """Those that print many records together."""
        return list(self._lists)

    def _find(self, name: str) -> Template:
        for template in (*self._templates, *self._lists):
            if name in {template.name, template.name.partition(".")[0], *template.title.values()}:
                return template
        known = ", ".join(template.name for template in (*self._templates, *self._lists))
        raise Missing(_("There is no print template “{name}”.").format(name=name), _("Known are: {keys}.").format(keys=known))


def templates_for(app: Application, kind: RecordType, language: str) -> list[Template]:
    """The templates that fit a record type, the usual one first, the plain card last."""
    return Chooser(app, kind, language).all()


def templates_of(app: Application, kind: RecordType, record_id: int, language: str, printer: str = "") -> list[Template]:
    """The templates that fit one record, the usual one for it and for the printer first. Raises Missing."""
    values = open_record(app, kind.key, record_id).values
    customer, department = values.get("customer_id"), values.get("department_id")
    whose = record_id if kind.key == "customers" else customer.id if isinstance(customer, Ref) else 0
    return Chooser(app, kind, language, printer=printer).all(whose, department.id if isinstance(department, Ref) else 0)


def find_template(app: Application, kind: RecordType, name: str | None, language: str) -> Template:
    """The template with this name (`sales-order`, `sales-order.en` or a title); without one the usual for the language."""
    return Chooser(app, kind, language, name).of()


def sheet_of_labels(template: Template) -> bool:
    """Whether several labels lie on one sheet, so that one may begin in the middle of it."""
    sheet = template.page.sheet
    return sheet is not None and sheet.columns * sheet.rows > 1


def prints_lists(template: Template, kind: RecordType) -> bool:
    """Whether a template is of many records together, which are its `lines`: a price list, a register."""
    lists = {getattr(band, "over", "") or getattr(getattr(band, "table", None), "over", "") for band in template.bands}
    return kind.lines is None and "lines" in lists


def _rank(template: Template) -> tuple[int, str]:
    base = template.name.partition(".")[0]
    return (FIRST.index(base) if base in FIRST else len(FIRST)), template.name


def save(app: Application, template: Template, note: str = "", base: int | None = None) -> Stored:
    """Keep a template as its newest version. base: the version it was changed from. Raises Refused, Overtaken, TemplateError."""
    text = dump_template(template)
    load_template(text)  # what cannot be read again must not be kept
    if template.name == CARD:
        raise Refused(_("This name belongs to the program."))
    if template.record_type:
        app.type(template.record_type)
    number = print_templates.add_version(app, template.name, template.record_type, text, note, base)
    if number is None:
        raise Overtaken
    return Stored(template, CHANGED if template.name in shipped_templates() else OWN, number)


def remove(app: Application, name: str, note: str = "") -> bool:
    """Back to what the program brings, or away; the versions stay and can be brought back. Says whether there was anything to do."""
    stored = find(app, name)
    if stored.origin == SHIPPED:
        return False
    print_templates.add_version(app, name, stored.template.record_type, "", note)
    return True


def history(app: Application, name: str) -> list[tuple[Version, Template | None]]:
    """Every version with its template, the newest first; the one that came with the program last. None: cannot be read any more."""
    found = [(version, _read(version)[0]) for version in print_templates.versions(app, name)]
    return [(v, t if v.text else shipped_templates().get(name)) for v, t in found]


def original(name: str) -> Template | None:
    """A template as it came with the program; None for the company's own."""
    return shipped_templates().get(name)


def free_name(app: Application, wanted: str) -> str:
    """A name nobody uses yet, like this one."""
    stem = re.sub(r"[^A-Za-z0-9_.-]+", "-", wanted).strip("-.") or "template"
    stem = stem if stem[0].isalnum() else f"t{stem}"
    taken = {each.template.name for each in all_templates(app)} | {v.name for v in print_templates.newest(app)}
    names = [stem[:70], *(f"{stem[:70]}-{number}" for number in range(2, len(taken) + 3))]
    return next(name for name in names if name not in taken)


def copy(app: Application, template: Template, title: str = "") -> Stored:
    """A template of one's own like this one."""
    titles = {code: title or _("{name} (copy)").format(name=words) for code, words in template.title.items()}
    name = free_name(app, template.name)
    return save(app, dataclasses.replace(template, name=name, title=titles), base=0)


def read_file(path: Path) -> Template:
    """The template in a file. Raises Told, with the place of the fault."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise TemplateError("", _("The print template is larger than {size} MB.").format(size=LARGEST_FILE >> 20))
        content = path.read_bytes()
    except OSError as fault:
        raise Missing(_("“{name}” cannot be read.").format(name=path.name), fault.strerror or "") from fault
    return load_template(content)


def write_file(template: Template, path: Path) -> None:
    """Write a template to a file; whole or not at all."""
    with whole_file(path) as part:
        part.write_text(dump_template(template), encoding="utf-8", newline="\n")


def mark_of(template: Template) -> str:
    """Tells two versions of a template apart."""
    return hashlib.sha256(dump_template(template).encode("utf-8")).hexdigest()[:16]


def _stored(shipped: Template, version: Version | None) -> Stored:
    if version is None or not version.text:
        return Stored(shipped, SHIPPED, version.number if version else 0, version)
    changed, fault = _read(version)
    return Stored(changed or shipped, CHANGED, version.number, version, fault)


def _own(version: Version) -> Stored | None:
    template, _fault = _read(version)
    return Stored(template, OWN, version.number, version) if template is not None else None


def _read(version: Version) -> tuple[Template | None, str]:
    """What a version says; what a newer program or a strange hand wrote is left out, with the reason."""
    if not version.text:
        return None, ""
    try:
        template = load_template(version.text)
    except TemplateError as fault:
        return None, fault.message
    return (template, "") if template.name == version.name else (None, _("it has another name"))
