"""The panel at the right: everything that can be said of what is selected; of the page when nothing is."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from crm_desktop.printing.format_rules import Choice, Number
from crm_desktop.words import LANGUAGES, _, ngettext
from ui import theme
from ui.designer import properties
from ui.designer.band_names import band_title, kind_icon, kind_title
from ui.designer.document import Document
from ui.designer.editors import (
    ChoiceEntry,
    ColourEntry,
    Entry,
    FlagEntry,
    IconsEntry,
    NumberEntry,
    TextEntry,
    ToggleEntry,
)
from ui.designer.expression_editors import ConditionEntry, FieldEntry, MixedEntry, Nodes
from ui.designer.fields import walk
from ui.designer.picture_entry import PictureEntry
from ui.designer.property_words import words_of
from ui.designer.sections import BORDER, Prop, Section
from ui.designer.sum_entry import SumEntry
from ui.widgets.buttons import Button
from ui.widgets.labels import IconLabel, Label
from ui.widgets.panels import ScrolledColumn

_WIDE = ("mixed", "condition", "path", "picture", "background", "flag", "sum", "has_heading")


class PropertyPanel(QWidget):
    """Builds editors for what is selected and keeps them showing what the template says."""

    def __init__(self, document: Document, nodes: Nodes) -> None:
        super().__init__()
        self._document, self._nodes = document, nodes
        self._entries: list[tuple[Prop, Entry]] = []
        self._kinds: tuple[str, ...] | None = None
        self._folded: dict[str, bool] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._head = QHBoxLayout()
        self._head.setContentsMargins(theme.size("margin"), theme.size("gap"), theme.size("margin"), theme.size("gap"))
        self._icon = IconLabel("document")
        self.title = Label("", "section")
        self._head.addWidget(self._icon)
        self._head.addWidget(self.title, 1)
        column.addLayout(self._head)
        self._scroll = ScrolledColumn()
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column.addWidget(self._scroll, 1)
        self.setAccessibleName(_("Properties"))
        document.selected.connect(self.refresh)
        document.changed.connect(self.refresh)
        self.refresh()

    # What is shown

    def refresh(self) -> None:
        """Show what the template says now; build other editors where another kind of thing is selected."""
        document = self._document
        kinds = tuple(properties.kind_of(document.template, document.spots, i) for i in document.selection) or ("",)
        if tuple(dict.fromkeys(kinds)) != self._kinds:
            self._kinds = tuple(dict.fromkeys(kinds))
            self._build()
        self._show_title()
        things = [document.thing(i) for i in document.selection] or [None]
        for prop, entry in self._entries:
            entry.show_values([properties.read(prop, thing, document.template) for thing in things])

    def _show_title(self) -> None:
        chosen = self._document.selection
        if not chosen:
            icon, words = "document_margins", _("Page")
        elif len(chosen) > 1:
            icon = "layer"
            words = ngettext("{count} thing selected", "{count} things selected", len(chosen)).format(count=len(chosen))
        else:
            thing, kind = self._document.thing(chosen[0]), self._document.spots[chosen[0]].kind
            if kind == "band":
                icon, words = "layout_row_three", band_title(thing)
            elif kind == "column":
                icon, words = "table_insert_column", _("Column")
            else:
                icon, words = kind_icon(thing.kind), kind_title(thing.kind)
        self.title.setText(words)
        self._icon.set_icon(icon, "dim")

    def edit(self, _id: str) -> None:
        """Put the cursor into the first thing one would want to change."""
        for prop, entry in self._entries:
            if prop.name in ("text", "field", "expression", "value", "title", "picture", "over"):
                entry.setFocus(Qt.FocusReason.OtherFocusReason)
                for line in (getattr(entry, "line", None), getattr(entry, "text", None)):
                    if line is not None and hasattr(line, "selectAll"):
                        line.selectAll()
                return

    # Building

    def _build(self) -> None:
        page = QWidget()
        page.setProperty("scrolled", "true")
        column = QVBoxLayout(page)
        column.setContentsMargins(theme.size("margin"), 0, theme.size("margin"), theme.size("margin"))
        column.setSpacing(theme.size("gap"))
        self._entries = []
        assert self._kinds is not None
        for section in properties.common(self._kinds):
            self._section(column, section)
        column.addStretch(1)
        self._scroll.setWidget(page)

    def _section(self, column: QVBoxLayout, section: Section) -> None:
        body = QWidget()
        grid = QGridLayout(body)
        grid.setContentsMargins(0, 0, 0, theme.size("gap"))
        grid.setHorizontalSpacing(theme.size("gap"))
        grid.setVerticalSpacing(6)
        thing = self._document.thing(self._document.selection[0]) if self._document.selection else None
        for at, row in enumerate(section.rows):
            self._line(grid, at, row, thing)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        folded = self._folded.get(section.title, section.folded)
        head = Button(_(section.title), "chevron_right" if folded else "chevron_down", kind="item")
        head.setAccessibleName(_(section.title))

        def fold() -> None:
            self._folded[section.title] = body.isVisible()
            body.setVisible(not body.isVisible())
            self._kinds = None
            self.refresh()

        head.clicked.connect(fold)
        column.addWidget(head)
        column.addWidget(body)
        body.setVisible(not folded)  # only now: a widget without a parent would be a window of its own for a moment

    def _line(self, grid: QGridLayout, at: int, row: tuple[Prop, ...], thing: Any) -> None:
        kinds = [properties.editor_kind(prop, thing) for prop in row]
        if all(kind.startswith("toggle") for kind in kinds):
            holder = QHBoxLayout()
            holder.setSpacing(2)
            for prop, kind in zip(row, kinds, strict=True):
                holder.addWidget(self._entry(prop, kind, thing))
            holder.addStretch(1)
            grid.addLayout(holder, at, 1, 1, 3)
            return
        for number, (prop, kind) in enumerate(zip(row, kinds, strict=True)):
            entry = self._entry(prop, kind, thing)
            left = number * 2
            if kind in _WIDE and len(row) == 1:
                self._wide(grid, at, prop, kind, entry)
            elif kind == "flag":
                grid.addWidget(entry, at, left, 1, 2)
            else:
                label = Label(_(prop.label), "small")
                label.setBuddy(entry)
                grid.addWidget(label, at, left)
                grid.addWidget(entry, at, left + 1, 1, 1 if len(row) > 1 else 3)

    @staticmethod
    def _wide(grid: QGridLayout, at: int, prop: Prop, kind: str, entry: Entry) -> None:
        """An editor that needs the whole width, its label above it unless it says it itself."""
        if kind in ("flag", "sum", "has_heading", "condition"):
            grid.addWidget(entry, at, 0, 1, 4)
            return
        holder = QVBoxLayout()
        holder.setSpacing(3)
        holder.addWidget(Label(_(prop.label), "small"))
        holder.addWidget(entry)
        grid.addLayout(holder, at, 0, 1, 4)

    def _entry(self, prop: Prop, kind: str, thing: Any) -> Entry:
        entry = self._makers().get(kind.partition(":")[0], self._text)(prop, kind, thing)
        entry.edited.connect(lambda value: self._write(prop, value))
        self._entries.append((prop, entry))
        return entry

    def _write(self, prop: Prop, value: Any) -> None:
        ids = self._document.selection
        name = _("Change: {what}").format(what=_(prop.label))
        self._document.do(name, lambda t: properties.write(prop, t, ids, value), merge=f"{prop.where}.{prop.name}")

    def _makers(self) -> Mapping[str, Callable[[Prop, str, Any], Entry]]:
        language = self._document.template.language
        return {
            "number": self._number,
            "flag": lambda prop, kind, thing: FlagEntry(_(prop.label)),
            "has_heading": lambda prop, kind, thing: FlagEntry(_(prop.label)),
            "choice": self._choice,
            "colour": lambda prop, kind, thing: ColourEntry(_(prop.label)),
            "colour_none": lambda prop, kind, thing: ColourEntry(_(prop.label), none=True),
            "toggle": lambda prop, kind, thing: ToggleEntry(_(prop.label), kind.partition(":")[2]),
            "align": lambda prop, kind, thing: IconsEntry(_(prop.label), _sides()),
            "valign": lambda prop, kind, thing: IconsEntry(_(prop.label), _heights()),
            "mixed": lambda prop, kind, thing: MixedEntry(_(prop.label), self._nodes, language),
            "path": lambda prop, kind, thing: FieldEntry(_(prop.label), self._nodes, language),
            "condition": lambda prop, kind, thing: ConditionEntry(_(prop.label), self._nodes, language),
            "list": lambda prop, kind, thing: ChoiceEntry(_(prop.label), self._lists()),
            "named_style": lambda prop, kind, thing: _StyleEntry(_(prop.label), self._document),
            "picture": lambda prop, kind, thing: PictureEntry(_(prop.label), self._document),
            "background": lambda prop, kind, thing: PictureEntry(_(prop.label), self._document),
            "sum": lambda prop, kind, thing: SumEntry(_(prop.label)),
            "captions": lambda prop, kind, thing: _CaptionsEntry(_(prop.label), 200),
            "title": lambda prop, kind, thing: _TitleEntry(_(prop.label), language),
            "language": lambda prop, kind, thing: ChoiceEntry(_(prop.label), dict(LANGUAGES)),
        }

    def _number(self, prop: Prop, kind: str, thing: Any) -> Entry:
        rule = properties.rule_of(prop, thing)
        low, high, whole = (rule.low, rule.high, rule.whole) if isinstance(rule, Number) else (-500, 2_000, False)
        step = 0.05 if "line_width" in prop.name or prop.where == BORDER else 0.1 if prop.name == "line_height" else 0.5
        return NumberEntry(_(prop.label), low, high, whole=whole, step=step, empty=prop.name == "digits")

    def _choice(self, prop: Prop, kind: str, thing: Any) -> Entry:
        rule = properties.rule_of(prop, thing)
        return ChoiceEntry(_(prop.label), words_of(prop.name, rule.words if isinstance(rule, Choice) else ()))

    def _text(self, prop: Prop, kind: str, thing: Any) -> Entry:
        return TextEntry(_(prop.label))

    def _lists(self) -> dict[str, str]:
        found = {node.path: node.label for node, _above in walk(self._nodes) if node.list}
        known = {str(getattr(getattr(b, "table", b), "over", "")) for b in self._document.template.bands}
        return found | {path: path for path in sorted(known) if path and path not in found}


def _sides() -> tuple[tuple[str, str, str], ...]:
    return (
        ("left", "text_align_left", _("Left")), ("center", "text_align_center", _("Centre")), ("right", "text_align_right", _("Right")),
    )  # fmt: skip


def _heights() -> tuple[tuple[str, str, str], ...]:
    return (
        ("top", "align_top", _("Top")), ("middle", "align_center_vertical", _("Middle")), ("bottom", "align_bottom", _("Bottom")),
    )  # fmt: skip


class _StyleEntry(ChoiceEntry):
    """One of the named styles of the template, without entries of one's own above it."""

    def __init__(self, name: str, document: Document) -> None:
        self._document = document
        super().__init__(name, {})

    def show_value(self, value: Any, same: bool) -> None:
        names = list(self._document.template.styles)
        words = {name: name for name in dict.fromkeys(["default", *names])}
        self.set_words(words)
        base = value if isinstance(value, str) else (value.base or "default") if value is not None else "default"
        super().show_value(base, same)


class _TitleEntry(TextEntry):
    """The name of a template in its own language."""

    def __init__(self, name: str, language: str) -> None:
        super().__init__(name, 80)
        self._language = language or "zh_CN"
        self._titles: Mapping[str, str] = {}

    def show_value(self, value: Any, same: bool) -> None:
        self._titles = value or {}
        shown = self._titles.get(self._language) or next(iter(self._titles.values()), "")
        super().show_value(shown, True)

    def tell(self, value: Any) -> None:
        if not self.showing and str(value).strip():
            super().tell({**self._titles, self._language: str(value)})


class _CaptionsEntry(TextEntry):
    """The names of the copies of a form, with commas between."""

    def show_value(self, value: Any, same: bool) -> None:
        super().show_value(_(", ").join(value or ()), same)

    def tell(self, value: Any) -> None:
        if not self.showing:
            names = (part.strip() for part in re.split("[,，、;；]", str(value)))
            super().tell(tuple(name for name in names if name)[:20])
