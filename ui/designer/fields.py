"""The fields a template can use, in people's words: what the tree shows, what search finds, what completion offers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from crm_desktop.application import Application
from crm_desktop.pinyin import full, initials
from crm_desktop.printing.context import COMPANY_FIELDS, plain_name
from crm_desktop.printing.related import list_name
from crm_desktop.records.record_type import RecordType
from crm_desktop.words import N_, _, translated
from ui.designer.dropping import Carried

_ALWAYS: tuple[tuple[str, str, str], ...] = (
    ("print.date", N_("Date of printing"), "date"),
    ("print.time", N_("Time of printing"), "datetime"),
    ("print.copy", N_("Name of the copy"), "text"),
    ("print.times", N_("How often it was printed before"), "integer"),
    ("user.name", N_("Who prints"), "text"),
    ("page", N_("Page number"), "integer"),
    ("pages", N_("Number of pages"), "integer"),
)

_ACCOUNT: tuple[tuple[str, str, str], ...] = (
    ("since", N_("From"), "date"),
    ("until", N_("To"), "date"),
    ("opening", N_("Balance before"), "money"),
    ("owed", N_("Owed in this time"), "money"),
    ("paid", N_("Paid in this time"), "money"),
    ("closing", N_("Balance"), "money"),
    ("overdue", N_("Overdue"), "money"),
    ("credit", N_("Credit"), "money"),
    ("late_total", N_("Overdue, all of it"), "money"),
    ("late_currency", N_("Currency of what is overdue"), "text"),
    ("level", N_("Level of the reminder"), "integer"),
    ("reminded_on", N_("Last reminder"), "date"),
)
_LATE: tuple[tuple[str, str, str], ...] = (
    ("number", N_("Number"), "code"),
    ("order", N_("Sales order"), "code"),
    ("title", N_("What for"), "text"),
    ("due_date", N_("Due on"), "date"),
    ("days", N_("Days late"), "integer"),
    ("amount", N_("Amount"), "money"),
    ("open", N_("Still open"), "money"),
    ("level", N_("Dunning level"), "integer"),
)
_ENTRIES: tuple[tuple[str, str, str], ...] = (
    ("day", N_("Date"), "date"),
    ("number", N_("Number"), "code"),
    ("words", N_("What for"), "text"),
    ("owed", N_("Owed"), "money"),
    ("paid", N_("Paid"), "money"),
    ("balance", N_("Balance"), "money"),
)


@dataclass(frozen=True)
class FieldNode:
    """A field, a list, or a group of them. `path` is what a template calls it; `how` the kind of its value."""

    label: str
    path: str = ""
    how: str = ""
    icon: str = ""
    children: tuple[FieldNode, ...] = ()
    list: bool = False

    def matches(self, words: str) -> bool:
        """Whether it is found by this: a part of its name, its path, or how it is read."""
        text = self.label.casefold()
        return (
            words in text or words in self.path.casefold() or words in initials(self.label) or words in full(self.label).replace(" ", "")
        )

    def carried(self, language: str, label: str = "") -> Carried:
        """As it is dragged onto the paper; a heading is in the language of the document."""
        return Carried("list" if self.list else "field", self.path, label or translated(self.label, language), self.how)


def field_tree(app: Application, kind: RecordType) -> tuple[FieldNode, ...]:
    """Everything a template of this record type can print, as far as this person may see it."""
    own = (*_nodes(kind.visible(app.actor), "record."), FieldNode(_("Fields of our own on printed forms"), "more.text", "text", "edit"))
    groups = [FieldNode(_(kind.title), "record", icon=kind.icon, children=own)]
    if kind.lines is not None:
        groups.append(_lines(app, kind))
    else:
        groups.append(_listed(app, kind))
    groups += _linked(app, kind.visible(app.actor), "linked.")
    groups += _related(app, kind)
    company = tuple(
        FieldNode(_(setting.label), f"company.{name}", "image" if name == "logo" else "text", "building")
        for name, setting in COMPANY_FIELDS.items()
    )
    logo = FieldNode(_("Logo"), "company.logo", "image", "image")
    seal = FieldNode(_("Seal"), "company.seal", "image", "certificate")
    groups.append(FieldNode(_("Our company"), "company", icon="building", children=(*company, logo, seal)))
    always = tuple(FieldNode(_(words), path, how, "print") for path, words, how in _ALWAYS)
    groups.append(FieldNode(_("Printing"), icon="print", children=always))
    return tuple(groups)


def _lines(app: Application, kind: RecordType) -> FieldNode:
    assert kind.lines is not None
    visible = kind.visible_lines(app.actor)
    number = FieldNode(_("Number of the row"), "row", "integer", "number_symbol")
    children = (number, *_nodes(visible, "line."), *_linked(app, visible, "line.linked."))
    return FieldNode(_(kind.lines.title), "lines", icon="text_bullet_list_square", children=children, list=True)


def _listed(app: Application, kind: RecordType) -> FieldNode:
    """Many records of a type on one document, each a row: a price list, a register."""
    visible = kind.visible(app.actor)
    number = FieldNode(_("Number of the row"), "row", "integer", "number_symbol")
    children = (number, *_nodes(visible, "line."), *_linked(app, visible, "line.linked."))
    words = _("{records} as a list").format(records=_(kind.plural))
    return FieldNode(words, "lines", icon="text_bullet_list_square", children=children, list=True)


def _related(app: Application, kind: RecordType) -> list[FieldNode]:
    """Lists of what hangs on the record: contacts and documents of a customer, instalments of an order."""
    found: dict[str, FieldNode] = {}
    for each in kind.related:
        target = app.types.get(each.type)
        if target is None or not app.actor.may(f"{each.type}.see"):
            continue
        fields = {name: about for name, about in target.visible(app.actor).items() if about.kind not in ("image", "long_text")}
        path = f"related.{list_name(each.type)}"
        found.setdefault(path, FieldNode(_(target.plural), path, icon=target.icon, children=_nodes(fields, "line."), list=True))
    lists = list(found.values())
    if kind.key == "customers" and app.actor.may("receivables.see") and app.actor.may("receipts.see"):
        entries = tuple(FieldNode(_(words), f"line.{name}", how) for name, words, how in _ENTRIES)
        sums = tuple(FieldNode(_(words), f"account.{name}", how, _icon(how)) for name, words, how in _ACCOUNT)
        rows = FieldNode(_("Entries"), "account.entries", icon="text_bullet_list_square", children=entries, list=True)
        overdue = tuple(FieldNode(_(words), f"line.{name}", how) for name, words, how in _LATE)
        late = FieldNode(_("What is overdue"), "account.late", icon="text_bullet_list_square", children=overdue, list=True)
        lists.append(FieldNode(_("Account"), icon="wallet", children=(*sums, rows, late)))
    return lists


def _nodes(fields: Mapping[str, Any], prefix: str) -> tuple[FieldNode, ...]:
    return tuple(
        FieldNode(_(about.label), prefix + plain_name(name), about.kind, _icon(about.kind)) for name, about in fields.items()
    )


def _linked(app: Application, fields: Mapping[str, Any], prefix: str) -> list[FieldNode]:
    found = []
    for name, about in fields.items():
        if about.kind == "reference" and about.target in app.types and app.actor.may(f"{about.target}.see"):
            target = app.type(about.target)
            path = prefix + plain_name(name)
            children = _nodes(target.visible(app.actor), f"{path}.")
            found.append(FieldNode(_(about.label), path, icon=target.icon, children=children))
    return found


def _icon(kind: str) -> str:
    icons = {
        "money": "money", "price": "money", "quantity": "number_symbol", "integer": "number_symbol", "decimal": "number_symbol",
        "percent": "number_symbol", "date": "calendar_ltr", "datetime": "clock", "reference": "link", "image": "image", "phone": "call",
        "email": "mail", "yes_no": "checkmark", "option": "tag", "state": "flag", "tags": "tag", "code": "number_symbol",
    }  # fmt: skip
    return icons.get(kind, "edit")


def walk(nodes: tuple[FieldNode, ...]) -> Iterator[tuple[FieldNode, tuple[str, ...]]]:
    """Every field and list with the names of the groups above it."""

    def below(nodes: tuple[FieldNode, ...], above: tuple[str, ...]) -> Iterator[tuple[FieldNode, tuple[str, ...]]]:
        for node in nodes:
            if node.how or node.list:
                yield node, above
            yield from below(node.children, (*above, node.label))

    return below(nodes, ())


def columns_of(nodes: tuple[FieldNode, ...], over: str, language: str) -> list[Carried]:
    """The plain fields of a list, as the columns of a new table."""
    for node, _above in walk(nodes):
        if node.list and node.path == over:
            plain = [child for child in node.children if child.how and child.path != "row" and child.how not in ("image", "reference")]
            return [child.carried(language) for child in plain]
    return []


def said(nodes: tuple[FieldNode, ...], path: str) -> str:
    """What people call a path: 客户 › 名称; the path itself where nobody knows it."""
    for node, above in walk(nodes):
        if node.path == path:
            return " › ".join((*above, node.label))
    return path
