"""All print templates: which there are for each record type, which prints when nobody chooses, and their ways in and out as files."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QStandardPaths
from PySide6.QtGui import QFocusEvent, QShowEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from crm_desktop.application import Application
from crm_desktop.opened_files import TEMPLATE
from crm_desktop.printing import template_store
from crm_desktop.printing.template_store import OWN, SHIPPED, Stored
from crm_desktop.records.record_type import RecordType
from crm_desktop.services import print_templates
from crm_desktop.services.print_templates import Usual
from crm_desktop.words import LANGUAGES, N_, _, language, ngettext
from ui import icons, theme
from ui.screens.usual_templates import UsualDialog
from ui.shell import Shell
from ui.widgets.buttons import Button, primary
from ui.widgets.labels import Label
from ui.widgets.panels import ScreenHead
from ui.widgets.plain_table import PlainColumn, PlainTable

ORIGINS = {"shipped": (N_("Came with the program"), "grey"), "changed": (N_("Changed"), "amber"), "own": (N_("Made here"), "green")}
Found = tuple[list[Stored], list[Usual]]


class PrintTemplates(QWidget):
    """A table of templates; Enter opens one in the designer."""

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        self.title, self.icon, self.tab_key = _("Print templates"), "print", "screen:print-templates"
        self._usual: list[Usual] = []
        self.table = PlainTable(self._columns(), name=self.title)
        self.subtitle = Label("", "dim")
        self.new_button = primary(_("New"), "add")
        self.new_button.setMenu(self._new_menu())
        self.edit_button = Button(_("Design"), "ruler", clicked=self.edit)
        self.copy_button = Button(_("Copy"), "document_multiple", clicked=self.copy)
        self.usual_button = Button(_("What prints when…"), "settings", clicked=self.choose_usual)
        self.import_button = Button(_("Import…"), "arrow_download", clicked=lambda: self.take_in())
        self.export_button = Button(_("Export…"), "arrow_upload", clicked=lambda: self.give_out())
        self.reset_button = Button("", "arrow_undo", clicked=self.reset)
        self._lay_out()
        self.table.chosen.connect(lambda _row: self._show_buttons())
        self.table.opened.connect(lambda _row: self.edit())
        self.table.delete_wanted.connect(self.reset)
        self._show_buttons()

    # For the window

    def close_request(self) -> bool:
        return True

    def refresh(self) -> None:
        """Read them again."""
        self._shell.tasks.run(partial(_read, self._shell.app), self._show, owner=self)

    def showEvent(self, event: QShowEvent) -> None:
        """Whoever comes back from the designer finds what was done there."""
        super().showEvent(event)
        self.refresh()

    # How it looks

    def _columns(self) -> list[PlainColumn]:
        return [
            PlainColumn(_("Name"), lambda s: s.template.title_in(language()), icon=lambda s: self._kind(s).icon),
            PlainColumn(_("Record type"), lambda s: _(self._kind(s).plural), 14, quiet=True),
            PlainColumn(_("Language"), lambda s: LANGUAGES.get(s.template.language, ""), 10, quiet=True),
            PlainColumn(_("Paper"), _paper, 16, quiet=True),
            PlainColumn(_("Origin"), lambda s: _(ORIGINS[s.origin][0]), 22, tone=lambda s: ORIGINS[s.origin][1]),
            PlainColumn(_("Prints when nobody chooses"), self._usual_words, 22, tone=lambda s: "accent" if self._usual_words(s) else ""),
        ]

    def _kind(self, stored: Stored) -> RecordType:
        return self._shell.app.type(stored.template.record_type)

    def _usual_words(self, stored: Stored) -> str:
        own = [u for u in self._usual if u.template == stored.template.name]
        if not own:
            return ""
        plain = any(u.weight() == (False,) * 4 for u in own)
        return _("Usual") if plain else ngettext("Usual in {count} case", "Usual in {count} cases", len(own)).format(count=len(own))

    def _new_menu(self) -> QMenu:
        menu = QMenu(self)
        for kind in self._shell.app.types.values():
            if self._shell.app.actor.may(f"{kind.key}.print"):
                action = menu.addAction(icons.icon(kind.icon), _(kind.title))
                action.triggered.connect(partial(self._open, kind.key, ""))
        return menu

    def _lay_out(self) -> None:
        head = ScreenHead(self.title)
        head.row.addWidget(self.subtitle)
        head.row.addStretch(1)
        head.row.addWidget(self.import_button)
        head.row.addWidget(self.new_button)
        row = QHBoxLayout()
        row.setSpacing(theme.size("gap"))
        row.setContentsMargins(theme.size("page"), 0, theme.size("page"), theme.size("gap"))
        for button in (self.edit_button, self.copy_button, self.usual_button, self.export_button, self.reset_button):
            row.addWidget(button)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(head)
        column.addLayout(row)
        column.addWidget(self.table, 1)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The table takes the focus for it. As its focus proxy it would take the rest of the page out of the order of Tab."""
        self.table.setFocus(event.reason())

    def _show(self, found: Found) -> None:
        kept, row = self.current, self.table.currentIndex().row()
        stored, self._usual = found
        order = list(self._shell.app.types)
        stored = [s for s in stored if s.template.record_type in order]
        stored.sort(key=lambda s: (order.index(s.template.record_type), s.template.language not in ("", language())))
        self.table.show_rows(stored)
        names = [s.template.name for s in stored]
        if kept is not None and kept.template.name in names:
            self.table.selectRow(names.index(kept.template.name))
        elif kept is not None:  # it is gone: the cursor stays where it was
            self.table.selectRow(min(row, len(names) - 1))
        self.subtitle.setText(ngettext("{count} template", "{count} templates", len(stored)).format(count=len(stored)))
        self._show_buttons()

    @property
    def current(self) -> Stored | None:
        """The template the cursor is on."""
        found: Stored | None = self.table.current()
        return found

    def _show_buttons(self) -> None:
        stored = self.current
        for button in (self.edit_button, self.copy_button, self.usual_button, self.export_button):
            button.setEnabled(stored is not None)
        own = stored is not None and stored.origin == OWN
        self.reset_button.setText(_("Delete") if own else _("Back to the original"))
        self.reset_button.setEnabled(stored is not None and stored.origin != SHIPPED)

    # What is done

    def edit(self) -> None:
        """Open it in the designer."""
        if self.current is not None:
            self._open(self.current.template.record_type, self.current.template.name)

    def _open(self, type_key: str, name: str, _checked: bool = False) -> None:
        self._shell.open_screen(f"template?type={type_key}&name={name}")

    def copy(self) -> None:
        """A template of one's own like this one, in the designer."""
        if self.current is not None:
            work = partial(template_store.copy, self._shell.app, self.current.template)
            self._shell.tasks.run(work, self._copied, owner=self)

    def _copied(self, stored: Stored) -> None:
        self.refresh()
        self._open(stored.template.record_type, stored.template.name)

    def choose_usual(self) -> None:
        """Which template prints the records of this type when nobody chooses."""
        if self.current is not None:
            kind = self._kind(self.current)
            fitting = [s.template for s in self.table.items.rows if s.template.record_type == kind.key]
            dialog = UsualDialog(
                self, self._shell, kind, fitting, [u for u in self._usual if u.record_type == kind.key], self.current.template.name
            )
            dialog.kept.connect(self.refresh)
            dialog.open()

    def take_in(self, path: Path | None = None) -> None:
        """A template out of a file; one that is there already gets a new version."""
        if path is None:
            chosen, _kind = QFileDialog.getOpenFileName(self, _("Import a print template"), "", _files())
            if not chosen:
                return
            path = Path(chosen)
        self._shell.tasks.run(partial(_taken_in, self._shell.app, path), self._taken, owner=self)

    def _taken(self, stored: Stored) -> None:
        self._shell.notices.say(_("Imported: {name}").format(name=stored.template.title_in(language())))
        self.refresh()

    def give_out(self, path: Path | None = None) -> None:
        """Write it to a file, for a colleague elsewhere or to keep."""
        stored = self.current
        if stored is None:
            return
        if path is None:
            folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
            proposed = str(Path(folder) / f"{stored.template.name}{TEMPLATE}")
            chosen, _kind = QFileDialog.getSaveFileName(self, _("Export the print template"), proposed, _files())
            if not chosen:
                return
            path = Path(chosen)
        said = _("Saved: {name}").format(name=path.name)
        work = partial(template_store.write_file, stored.template, path)
        self._shell.tasks.run(work, lambda _none: self._shell.notices.say(said), owner=self)

    def reset(self) -> None:
        """Back to how it came with the program, or away; the versions are kept."""
        stored = self.current
        if stored is None or stored.origin == SHIPPED:
            return
        title = stored.template.title_in(language())
        own = stored.origin == OWN
        question = _("Delete the template “{name}”?") if own else _("Bring “{name}” back to how it came with the program?")
        details = _("Its versions are kept; a template of this name brings them back.") if own else _("Your version is kept.")
        yes = _("Delete") if own else _("Back to the original")
        if self._shell.notices.ask(question.format(name=title), details, yes=yes, danger=own):
            work = partial(template_store.remove, self._shell.app, stored.template.name)
            self._shell.tasks.run(work, lambda _done: self.refresh(), owner=self)


def _files() -> str:
    return _("Print templates") + f" (*{TEMPLATE} *.json)"


def _read(app: Application) -> Found:
    return template_store.all_templates(app), print_templates.usual(app)


def _taken_in(app: Application, path: Path) -> Stored:
    template = template_store.read_file(path)
    return template_store.save(app, template, _("From {file}").format(file=path.name))


def _paper(stored: Stored) -> str:
    page = stored.template.page
    wide, high = (page.sheet or page).dimensions()
    size = page.sheet.size if page.sheet else page.size
    return size if size in ("A3", "A4", "A5", "A6", "B5", "Letter") else f"{wide:g} × {high:g} mm"
