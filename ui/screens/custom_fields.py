"""The fields an administrator adds to the record types: chosen by type at the left, listed in the middle, edited at the right."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QSplitter, QStackedLayout, QVBoxLayout, QWidget

from crm_desktop.errors import Invalid
from crm_desktop.records.record_type import Field, RecordType
from crm_desktop.services import custom_fields
from crm_desktop.words import _
from ui import icons, theme
from ui.screens.custom_field_form import KIND_WORDS, FieldForm
from ui.shell import Shell
from ui.widgets.buttons import primary
from ui.widgets.labels import Label
from ui.widgets.panels import EmptyState, ScreenHead
from ui.widgets.plain_table import PlainColumn, PlainTable

_FORM = 400  # pixels
_KEY = Qt.ItemDataRole.UserRole


class CustomFieldsScreen(QWidget):
    """Add, change and remove custom fields while everybody works."""

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        self.title, self.icon, self.tab_key = _("Custom fields"), "column_triple", "screen:custom-fields"
        self.types = QListWidget()
        self.table = PlainTable(self._columns(), name=self.title)
        self.form = FieldForm(shell.app)
        self.add_button = primary(_("Add a field"), "add", self.begin_new)
        self.nothing = EmptyState(
            "column_triple",
            "",
            _(
                "Add what your trade needs: a delivery route, a machine number, a renewal date. It works like any other field."
            ),
            primary(_("Add a field"), "add", self.begin_new),
        )
        self._busy = False
        self._lay_out()
        self._fill_types()
        self.types.currentRowChanged.connect(lambda _row: self._type_chosen())
        self.table.chosen.connect(self._row_chosen)
        self.table.delete_wanted.connect(self.remove)
        self.form.save_wanted.connect(self.save)
        self.form.remove_wanted.connect(self.remove)
        self.form.cancelled.connect(self._cancel)
        self.form.changed.connect(lambda: shell.tab_changed(self))
        shortcut = QShortcut(QKeySequence("Ctrl+S"), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(self.save)
        self.types.setCurrentRow(0)

    # For the window

    @property
    def unsaved(self) -> bool:
        """Whether a field is half typed."""
        return self.form.isVisibleTo(self) and self.form.edited

    def close_request(self) -> bool:
        """Ask about what is typed."""
        if not self.unsaved:
            return True
        answer = self._shell.notices.ask_unsaved(self.form.title.text())
        if answer == "save":
            self.save()
        return answer == "discard"

    def refresh(self) -> None:
        """Show the fields as they are now."""
        self._fill_types()
        if not self.unsaved:
            self._show_fields()

    # How it looks

    def _columns(self) -> list[PlainColumn]:
        def mark(on: bool) -> str:
            return _("Yes") if on else ""

        return [
            PlainColumn(_("Label"), lambda f: _(f.label)),
            PlainColumn(_("Holds"), self._holds, 16, quiet=True),
            PlainColumn(_("Section"), lambda f: _(f.section), 9, quiet=True),
            PlainColumn(_("Column"), lambda f: mark(f.width > 0), 5, tone=lambda f: "grey" if f.width else ""),
            PlainColumn(_("Search"), lambda f: mark(bool(f.search)), 5, tone=lambda f: "grey" if f.search else ""),
            PlainColumn(_("Needed"), lambda f: mark(f.required), 5, tone=lambda f: "amber" if f.required else ""),
        ]

    def _holds(self, about: Field) -> str:
        if about.kind == "reference" and about.target in self._shell.app.types:
            return f"→ {_(self._shell.app.types[about.target].title)}"
        return _(KIND_WORDS.get(about.kind, about.kind))

    def _lay_out(self) -> None:
        self.types.setProperty("role", "plain")
        self.types.setFixedWidth(theme.current().px(200))
        self.types.setAccessibleName(_("Record types"))
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        holder = QWidget()
        self._stack = QStackedLayout(holder)
        self._stack.addWidget(self.table)
        self._stack.addWidget(self.nothing)
        column.addWidget(holder, 1)
        left = QWidget()
        side = QVBoxLayout(left)
        side.setContentsMargins(theme.size("gap"), 0, theme.size("gap"), theme.size("gap"))
        side.addWidget(self.types)
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.setHandleWidth(1)
        self.split.setChildrenCollapsible(False)
        for part in (left, middle, self.form):
            self.split.addWidget(part)
        self.split.setStretchFactor(1, 1)
        self.split.setSizes([theme.current().px(216), 1000, theme.current().px(_FORM)])
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._head())
        whole.addWidget(self.split, 1)

    def _head(self) -> QWidget:
        head = ScreenHead(self.title)
        row = head.row
        self.subtitle = Label("", "dim")
        row.addWidget(self.subtitle)
        row.addStretch(1)
        row.addWidget(self.add_button)
        return head

    def _fill_types(self) -> None:
        app = self._shell.app
        kinds = [t for t in app.types.values() if app.actor.may(f"{t.key}.see")]
        if self.types.count() != len(kinds):
            self.types.clear()
            for kind in kinds:
                item = QListWidgetItem(icons.icon(kind.icon), "", self.types)
                item.setData(_KEY, kind.key)
                item.setSizeHint(QSize(0, theme.size("row")))
        for at, kind in enumerate(kinds):
            count = len(kind.custom)
            self.types.item(at).setText(f"{_(kind.plural)}  ·  {count}" if count else _(kind.plural))

    def _type(self) -> RecordType:
        item = self.types.currentItem() or self.types.item(0)
        return self._shell.app.type(item.data(_KEY))

    def _fields(self) -> list[Field]:
        return list(self._type().custom.values())

    def _show_fields(self, name: str = "") -> None:
        fields = self._fields()
        kind = self._type()
        self.subtitle.setText(_(kind.plural))
        self.table.show_rows(fields)
        self.table.select_row_of(lambda f: f.name == name)
        self.nothing.title.setText(_("{things} have no fields of your own yet").format(things=_(kind.plural)))
        self._stack.setCurrentWidget(self.table if fields else self.nothing)
        self._field_chosen(self.table.current())

    def _type_chosen(self) -> None:
        if self.form.kind is not None and self.form.kind.key != self._type().key and not self._may_leave():
            at = next(n for n in range(self.types.count()) if self.types.item(n).data(_KEY) == self.form.kind.key)
            self.types.blockSignals(True)
            self.types.setCurrentRow(at)
            self.types.blockSignals(False)
            return
        self._show_fields()

    def _row_chosen(self, about: Field | None) -> None:
        edited = self.form.field
        if about is not None and about is not edited and not self._may_leave():
            self.table.blockSignals(True)
            self.table.clearSelection()
            if edited is not None:
                self.table.select_row_of(lambda f: f.name == edited.name)
            self.table.blockSignals(False)
        else:
            self._field_chosen(about)

    def _field_chosen(self, about: Field | None) -> None:
        if about is None:
            self.form.kind = None
        else:
            self.form.show_field(self._type(), about)
        self.form.setVisible(about is not None)
        self.add_button.setVisible(bool(self._fields()))
        self._shell.tab_changed(self)

    def _may_leave(self) -> bool:
        """Ask before what is typed gets lost."""
        if not self.unsaved:
            return True
        question = _("Leave without saving “{title}”?").format(title=self.form.title.text())
        return self._shell.notices.ask(question, yes=_("Do not save"), no=_("Keep editing"))

    # What the person does

    def begin_new(self) -> None:
        """An empty form for a field of the type chosen."""
        if not self._may_leave():
            return
        self.table.clearSelection()
        self.form.show_field(self._type(), None)
        self.form.show()
        if not self._fields():
            self._stack.setCurrentWidget(self.table)
        self.add_button.hide()  # the form has a button that says the same
        self.form.label.setFocus()

    def _cancel(self) -> None:
        name = self.form.field.name if self.form.field else ""
        self._show_fields(name)

    def save(self) -> None:
        """Add the field, or change it."""
        kind, about, wanted = self.form.kind, self.form.field, self.form.wanted()
        if kind is None or self._busy or not self.form.isVisible():
            return
        app = self._shell.app
        if about is None:
            work = partial(custom_fields.add_field, app, kind.key, wanted)
        else:
            work = partial(_change, self._shell, kind.key, about.name, wanted)
        self._set_busy(True)
        self._shell.tasks.run(work, self._saved, self._failed, owner=self)

    def _saved(self, name: str) -> None:
        self._set_busy(False)
        self._shell.notices.say(_("Saved: {label}").format(label=self.form.label.text().strip()))
        self._after_change(name)

    def remove(self) -> None:
        """Take a field away, after asking."""
        kind, about = self.form.kind, self.form.field
        if kind is None or about is None or self._busy:
            return
        question = _("Remove the field “{label}” from {things}?").format(label=_(about.label), things=_(kind.plural))
        details = _("It disappears from forms, lists and print. Its values stay in the database.")
        if self._shell.notices.ask(question, details, yes=_("Remove"), danger=True):
            self._set_busy(True)
            work = partial(custom_fields.remove_field, self._shell.app, kind.key, about.name)
            self._shell.tasks.run(work, lambda _nothing: self._removed(_(about.label)), self._failed, owner=self)

    def _removed(self, label: str) -> None:
        self._set_busy(False)
        self._shell.notices.say(_("Removed: {label}").format(label=label))
        self._after_change("")

    def _after_change(self, name: str) -> None:
        self.form.kind = None  # what was typed is saved
        self._fill_types()
        self._show_fields(name)
        self._shell.set_up_changed()

    def _failed(self, error: BaseException) -> None:
        self._set_busy(False)
        if isinstance(error, Invalid):
            self.form.mark(error.problems)
        else:
            self._shell.notices.error(error)

    def _set_busy(self, on: bool) -> None:
        self._busy = on
        self.form.save_button.setEnabled(not on)
        self.form.remove_button.setEnabled(not on)


def _change(shell: Shell, type_key: str, name: str, wanted: custom_fields.NewField) -> str:
    custom_fields.change_field(shell.app, type_key, name, wanted)
    return name
