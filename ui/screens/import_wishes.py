"""What a person wants of an import beside its columns: what happens to records that exist, and what may be made on the way."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QWidget

from crm_desktop.exchange.first_look import Target
from crm_desktop.exchange.recipe import Recipe
from crm_desktop.records.record_type import RecordType
from crm_desktop.words import N_, _
from ui import theme
from ui.choice_editors import ChoiceBox
from ui.widgets.labels import Label

EXISTING = (
    ("update", N_("Update them"), N_("Every value of the file goes in; an empty cell empties nothing.")),
    ("fill", N_("Fill what is empty"), N_("Only fields without a value are filled.")),
    ("skip", N_("Leave them as they are"), N_("Only new records come in.")),
    ("ask", N_("Ask for each"), N_("In the trial you choose which of them change.")),
)
_UNFIT = frozenset({"long_text", "image", "yes_no", "tags", "money", "quantity", "percent", "price", "decimal"})


class WishesBar(QWidget):
    """One row of choices below the sheet and its type."""

    def __init__(self) -> None:
        super().__init__()
        self.existing, self.key = ChoiceBox(), ChoiceBox()
        for value, words, tip in EXISTING:
            self.existing.addItem(_(words), value)
            self.existing.setItemData(self.existing.count() - 1, _(tip), 3)  # 3: the role of tool tips
        self.create_missing = QCheckBox(_("Create unknown customers"))
        self.create_missing.setToolTip(_("Customers that the file names and nobody knows are created."))
        self.new_choices = QCheckBox(_("Add unknown choices"))
        self.new_choices.setToolTip(
            _("Words that lists such as industries or units do not have yet are added to them.")
        )
        self.all_or_nothing = QCheckBox(_("All rows or none"))
        self.all_or_nothing.setToolTip(_("As long as a row is wrong, nothing is imported."))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.size("gap"))
        for words, box, wide in ((_("Records that exist"), self.existing, 190), (_("Known by"), self.key, 170)):
            box.setFixedWidth(theme.current().px(wide))
            box.setAccessibleName(words)
            row.addWidget(Label(words, "dim"))
            row.addWidget(box)
            row.addSpacing(theme.size("gap"))
        for tick in (self.create_missing, self.new_choices, self.all_or_nothing):
            row.addWidget(tick)
            row.addSpacing(theme.size("gap"))
        row.addStretch(1)

    def show_type(self, kind: RecordType, targets: list[Target]) -> None:
        """Offer what fits a type."""
        self.key.clear()
        self.key.addItem(_("Number, else name"), "")
        for target in targets:
            about = kind.fields.get(target.key)
            if about is not None and about.kind not in _UNFIT and not about.custom:
                self.key.addItem(target.label, target.key)
        self.create_missing.setVisible(kind.key != "customers" and "customer_id" in kind.fields)
        self.new_choices.setVisible(any(f.kind == "option" for f in kind.fields.values()))

    def show_recipe(self, recipe: Recipe) -> None:
        """Show what a recipe says."""
        self.existing.setCurrentIndex(max(0, self.existing.findData(recipe.existing)))
        self.key.setCurrentIndex(max(0, self.key.findData(recipe.key[0] if recipe.key else "")))
        self.create_missing.setChecked(recipe.create_missing)
        self.new_choices.setChecked(recipe.new_choices)
        self.all_or_nothing.setChecked(recipe.all_or_nothing)

    def into(self, recipe: Recipe) -> None:
        """Write what is chosen into a recipe."""
        recipe.existing = self.existing.currentData()
        chosen = self.key.currentData()
        # A recipe may know records by several fields; the box shows the first, and changes them only when it is changed.
        if not chosen or not recipe.key or recipe.key[0] != chosen:
            recipe.key = [chosen] if chosen else []
        recipe.create_missing = not self.create_missing.isHidden() and self.create_missing.isChecked()
        recipe.new_choices = not self.new_choices.isHidden() and self.new_choices.isChecked()
        recipe.all_or_nothing = self.all_or_nothing.isChecked()
