"""What only the person can tell of a file: which way its dates go, and what its unknown words mean."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from crm_desktop.exchange.headings import NUMBER
from crm_desktop.exchange.mapping import field_of
from crm_desktop.exchange.plan import Plan, Unknown
from crm_desktop.exchange.recipe import DAY, MONTH, Recipe
from crm_desktop.words import _, ngettext
from ui import theme
from ui.choice_editors import ChoiceBox
from ui.shell import Shell
from ui.widgets.buttons import Button
from ui.widgets.labels import Label

_AS_IT_IS, _NEW, _NOTHING, _MEANT = "as it is", "new", "nothing", "meant"
_MOST = 500  # words in the dialog
_WIDE, _HIGH = 820, 520  # pixels


class MatchDialog(QDialog):
    """A row for each question; `into` writes the answers into a recipe."""

    def __init__(self, shell: Shell, parent: QWidget, plan: Plan) -> None:
        super().__init__(parent.window())
        self._shell, self._plan = shell, plan
        self._kind = shell.app.type(plan.type)
        self.dates: list[tuple[str, ChoiceBox]] = []
        self.words: list[tuple[Unknown, ChoiceBox]] = []
        self.setWindowTitle(_("Match values"))
        self.resize(theme.current().px(_WIDE), theme.current().px(_HIGH))
        self.table = QTableWidget(0, 4)
        self._lay_out()
        for question in plan.questions:
            self._ask_date(question)
        unknown = sorted(plan.unknown.values(), key=lambda u: (-len(u.suggestions), -u.count))
        for word in unknown[:_MOST]:
            self._ask_word(word)

    def into(self, recipe: Recipe) -> None:
        """Write what was answered into a recipe."""
        for target, box in self.dates:
            if order := box.currentData():
                recipe.dates[target] = order
        for unknown, box in self.words:
            what, text = box.currentData() or (_MEANT, box.currentText())
            words = recipe.words.setdefault(unknown.target, {})
            if what == _MEANT and text:
                words[unknown.text] = text
            elif what == _NOTHING:
                words[unknown.text] = ""
            elif what == _NEW:
                recipe.new.setdefault(unknown.target, []).append(unknown.text)
        recipe.words = {t: w for t, w in recipe.words.items() if w}

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        edge = theme.size("page")
        column.setContentsMargins(edge, edge, edge, theme.size("margin"))
        column.setSpacing(theme.size("margin"))
        words = _(
            "These values of the file are not known here. Choose what each means; the trial runs again afterwards."
        )
        column.addWidget(Label(words, "dim", wrap=True))
        table = self.table
        table.setHorizontalHeaderLabels([_("Field"), _("In the file"), _("Records"), _("Means")])
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(theme.current().px(42))
        table.setShowGrid(False)
        table.setFrameShape(QFrame.Shape.NoFrame)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        head, px = table.horizontalHeader(), theme.current().px
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for at, wide in ((0, 140), (2, 80), (3, 300)):
            head.setSectionResizeMode(at, QHeaderView.ResizeMode.Fixed)
            head.resizeSection(at, px(wide))
        head.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        column.addWidget(table, 1)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(Button(_("Cancel"), clicked=self.reject))
        self.ok = Button(_("Check again"), kind="primary", clicked=self.accept)
        self.ok.setDefault(True)
        foot.addWidget(self.ok)
        column.addLayout(foot)

    def _row(self, field: str, text: str, count: str, box: ChoiceBox) -> None:
        at = self.table.rowCount()
        self.table.insertRow(at)
        for column, words in enumerate((field, text, count)):
            item = QTableWidgetItem(words)
            item.setToolTip(words)
            self.table.setItem(at, column, item)
        box.setAccessibleName(_("What “{text}” means").format(text=text))
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(4, 0, 4, 0)
        row.addWidget(box)
        self.table.setCellWidget(at, 3, holder)

    def _ask_date(self, question: Any) -> None:
        box = ChoiceBox()
        first, second = question.example.replace(".", "/").replace("-", "/").split("/")[:2]
        box.addItem(_("(not decided)"), "")
        box.addItem(_("Day first: {day} of month {month}").format(day=int(first), month=int(second)), DAY)
        box.addItem(_("Month first: {day} of month {month}").format(day=int(second), month=int(first)), MONTH)
        self.dates.append((question.target, box))
        self._row(question.heading, question.example, "", box)

    def _ask_word(self, unknown: Unknown) -> None:
        box = ChoiceBox()
        about = field_of(self._kind, unknown.target)
        label = _(about.label)
        box.addItem(_("(not decided)"), (_AS_IT_IS, ""))
        for name in unknown.suggestions:
            box.addItem(_("{name} (looks alike)").format(name=name), (_MEANT, name))
        if unknown.may_be_new:
            box.addItem(_("Add “{text}” to the list").format(text=unknown.text), (_NEW, unknown.text))
        if not about.required:
            box.addItem(_("Leave it empty"), (_NOTHING, ""))
        if about.kind in ("option", "state"):
            for choice in self._shell.app.options.choices(about.options):
                if choice.active and choice.shown() not in unknown.suggestions:
                    box.addItem(choice.shown(), (_MEANT, choice.shown()))
        elif not unknown.target.endswith(NUMBER):
            box.setEditable(True)  # the name of any record may be typed
        self.words.append((unknown, box))
        self._row(label, unknown.text, f"{unknown.count:,}", box)


def questions_words(plan: Plan) -> str:
    """How much there is to match, for a button; "" for nothing."""
    count = len(plan.questions) + len(plan.unknown)
    return ngettext("Match {count} value…", "Match {count} values…", count).format(count=count) if count else ""
