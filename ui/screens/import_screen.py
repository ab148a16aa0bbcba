"""Importing a table, step by step: choose a file, say what its columns mean, look at what would happen, then let it happen.

Nothing is written before the last step, and all of it can be taken back as one.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from crm_desktop.errors import Told
from crm_desktop.exchange.first_look import FirstLook, lay_out
from crm_desktop.exchange.plan import Plan, Planned, Result
from crm_desktop.exchange.reasons import reasons
from crm_desktop.exchange.recipe import Recipe
from crm_desktop.progress import Progress
from crm_desktop.services.undo_import import PastImport, Undone, undo_import
from crm_desktop.words import N_, _, ngettext
from ui import theme
from ui.backup_before import IMPORT, NoBackup, ask_without, keep_before
from ui.dropped_files import dropped_table
from ui.screens.import_check import CheckPage, DonePage
from ui.screens.import_columns import ColumnsPage
from ui.screens.import_file import FilePage
from ui.screens.import_matching import MatchDialog
from ui.screens.import_mending import MendDialog
from ui.screens.import_work import carry_out, offered, plan, read
from ui.screens.import_written import ask_and_keep, ask_workbook, write_template, write_wrong_rows
from ui.shell import Shell
from ui.tasks import Task
from ui.widgets.buttons import Button, primary
from ui.widgets.inputs import Spinner
from ui.widgets.labels import Label
from ui.widgets.panels import ScreenHead

FILE, COLUMNS, CHECK, DONE = range(4)
_STEPS = (N_("File"), N_("Columns"), N_("Trial run"), N_("Import"))


class ImportScreen(QWidget):
    """The four pages and the buttons below them. Arguments: `type` to expect, `path` of a file to begin with."""

    def __init__(self, shell: Shell, type: str = "", path: str = "") -> None:
        super().__init__()
        self._shell = shell
        self.title, self.icon, self.tab_key = _("Import"), "arrow_download", "screen:import"
        self.look: FirstLook | None = None
        self.plan: Plan | None = None
        self.result: Result | None = None
        self.task: Task | None = None
        self._ticket = 0
        self.file, self.columns = FilePage(shell), ColumnsPage(shell)
        self.check, self.done = CheckPage(shell), DonePage()
        self.pages = QStackedWidget()
        for page in (self.file, self.columns, self.check, self.done):
            self.pages.addWidget(page)
        self.steps = [Label(f"{number}  {_(words)}", "step") for number, words in enumerate(_STEPS, 1)]
        self.name, self.spinner = Label("", "dim"), Spinner()
        self.back = Button(_("Back"), "arrow_left", clicked=self.go_back)
        self.save_wrong = Button(_("Save the wrong rows…"), "document_table", clicked=self.ask_wrong_rows)
        self.next = primary(_("Check"), "", self.go_on)
        self.next.setAutoDefault(True)  # Enter goes on
        self.setAcceptDrops(True)
        self._lay_out()
        self._connect()
        self.start_again()
        self.apply_arguments(type, path)

    def apply_arguments(self, type: str = "", path: str = "") -> None:
        """Begin with a type or a file, unless an import is at work."""
        if self.task is not None and self.pages.currentIndex() == DONE:
            return
        if type and (self.look is None or self.look.type != type or self.pages.currentIndex() == DONE):
            self.start_again()
        if type or path:
            self.file.choose_type(type)
        if path:
            self.open_file(Path(path))

    def close_request(self) -> bool:
        """Ask before an import under way is stopped."""
        if self.task is None or self.pages.currentIndex() != DONE:
            return True
        question, details = _("Stop the import?"), _("Nothing of it is kept then.")
        if self._shell.notices.ask(question, details, yes=_("Stop"), no=_("Go on importing"), danger=True):
            if self.task is not None:
                self.task.stop()
            return True
        return False

    def refresh(self) -> None:
        """Read the file again, as when it was corrected meanwhile."""
        if self.look is not None and self.pages.currentIndex() in (COLUMNS, CHECK):
            self.file.choose_type(self.look.type)
            self.open_file(self.look.path)

    def _lay_out(self) -> None:
        head = ScreenHead(_("Import"))
        row = head.row
        row.addWidget(self.name)
        row.addWidget(self.spinner)
        row.addStretch(1)
        for step in self.steps:
            row.addWidget(step, 0, Qt.AlignmentFlag.AlignVCenter)
        self._foot = QWidget()
        foot = QHBoxLayout(self._foot)
        foot.setContentsMargins(theme.size("page"), theme.size("gap"), theme.size("page"), theme.size("margin"))
        foot.setSpacing(theme.size("gap"))
        foot.addWidget(self.back)
        foot.addStretch(1)
        foot.addWidget(self.save_wrong)
        foot.addWidget(self.next)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(head)
        column.addWidget(self.pages, 1)
        column.addWidget(self._foot)

    def _connect(self) -> None:
        self.file.file_chosen.connect(self.open_file)
        self.file.template_wanted.connect(self.ask_template)
        self.file.undo_wanted.connect(self._undo_past)
        self.columns.relook_wanted.connect(self._relook)
        self.columns.keep_wanted.connect(self.keep_mapping)
        self.check.match_wanted.connect(self.match)
        self.check.mend_wanted.connect(self.mend)
        self.check.decided.connect(lambda: self._show(CHECK))
        self.done.undo_wanted.connect(self.undo)
        self.done.wrong_wanted.connect(self.ask_wrong_rows)
        self.done.list_wanted.connect(self._open_list)
        self.done.again_wanted.connect(self.start_again)
        self.done.stop_wanted.connect(self._stop)
        self._shell.tasks.changed.connect(self._progressed)

    def _show(self, page: int) -> None:
        self.pages.setCurrentIndex(page)
        for at, label in enumerate(self.steps):
            theme.restyle(label, state="now" if at == page else "past" if at < page else "next")
        self._foot.setVisible(page in (COLUMNS, CHECK))
        wrong = self.plan.count("wrong") if self.plan and page == CHECK else 0
        self.save_wrong.setVisible(wrong > 0)
        if page == COLUMNS:
            self.next.setText(_("Check"))
            self.next.setEnabled(True)
        elif page == CHECK and self.plan is not None:
            count = self.plan.count("create") + self.plan.count("change")
            words = ngettext("Import {count} record", "Import {count} records", count)
            self.next.setText(words.format(count=f"{count:,}") if count else _("Nothing to import"))
            self.next.setEnabled(count > 0 and not (self.plan.recipe.all_or_nothing and wrong))
        self._set_busy(False)
        if page in (COLUMNS, CHECK) and self.isVisible():
            self.next.setFocus()

    def _set_busy(self, on: bool) -> None:
        self.spinner.setVisible(on)
        for part in (self.back, self.save_wrong, self.pages):
            part.setEnabled(not on)
        if on:
            self.next.setEnabled(False)

    # The steps

    def start_again(self) -> None:
        """Back to choosing a file."""
        self.look = self.plan = self.result = None
        self.name.setText("")
        self.file.refresh()
        self._show(FILE)

    def open_file(self, path: Path) -> None:
        """Read a file and lay it out."""
        app, type_key = self._shell.app, self.file.type_key

        def work(progress: Progress) -> FirstLook:
            return read(app, path, type_key, progress)

        self.name.setText(path.name)
        self._run(work, self._looked, self._unreadable, title=_("Reading {name}").format(name=path.name))

    def _unreadable(self, error: BaseException) -> None:
        self.start_again()
        self._shell.notices.error(error)

    def _looked(self, found: FirstLook, recipe: Recipe | None = None) -> None:
        before = self.look
        self.look, self.plan = found, None
        self.name.setText(found.path.name)
        self.columns.show_look(found, recipe or Recipe(found.type))
        if before is None or before.type != found.type or before.book is not found.book:
            self._offer_mappings(found.type)
        self._show(COLUMNS)

    def _offer_mappings(self, type_key: str) -> None:
        work = partial(offered, self._shell.app, type_key)
        self._shell.tasks.run(work, lambda found: self.columns.offer_mappings(*found), self._shell.notices.error, owner=self)

    def _relook(self, recipe: Recipe, heading_row: int) -> None:
        if self.look is not None:
            work = partial(lay_out, self._shell.app, self.look.path, self.look.book, recipe, heading_row)
            self._run(lambda: work(), lambda found: self._looked(found, recipe), self._not_checked)

    def keep_mapping(self) -> None:
        """Ask for a name, and keep how the columns were matched under it."""
        if self.look is not None:
            type_key = self.look.type
            ask_and_keep(self._shell, self, self.columns.recipe_to_keep(), lambda: self._offer_mappings(type_key))

    def match(self) -> None:
        """Ask what only the person can tell, and check again."""
        if self.plan is None:
            return
        dialog = MatchDialog(self._shell, self, self.plan)
        if dialog.exec():
            recipe = self.columns.recipe()
            dialog.into(recipe)
            self.columns.take_recipe(recipe)
            self.try_out()

    def mend(self, item: Planned) -> None:
        """Let the person correct a wrong row, and check again."""
        if self.plan is None or self.look is None or item.action != "wrong":
            return
        dialog = MendDialog(self, self.look, item, reasons(self._shell.app.type(self.plan.type), item))
        if dialog.exec() and dialog.carry_over():
            self.try_out()

    def go_on(self) -> None:
        """Do what the button of this page says."""
        if self.pages.currentIndex() == COLUMNS:
            self.try_out()
        elif self.pages.currentIndex() == CHECK:
            self.run()

    def go_back(self) -> None:
        """To the page before."""
        if self.pages.currentIndex() == CHECK:
            self._show(COLUMNS)
        else:
            self.start_again()

    def try_out(self) -> None:
        """Work out what would happen."""
        if self.look is None:
            return
        app, found, recipe = self._shell.app, self.look, self.columns.recipe()
        found.mapping = self.columns.mapping()

        def work(progress: Progress) -> Plan:
            return plan(app, found, recipe, progress)

        self._run(work, self._checked, self._not_checked, title=_("Checking {name}").format(name=found.path.name))

    def _not_checked(self, error: BaseException) -> None:
        self._show(COLUMNS)
        if isinstance(error, Told):
            self.columns.complain(error.message, error.advice)
        else:
            self._shell.notices.error(error)

    def _checked(self, plan: Plan) -> None:
        self.plan = plan
        self.check.show_plan(plan)
        self._show(CHECK)

    def run(self, *, backup: bool = True) -> None:
        """Import what can be imported, after a backup where one is wanted."""
        if self.plan is None:
            return
        app, settings, wanted = self._shell.app, self._shell.settings, self.plan
        count = wanted.count("create") + wanted.count("change")

        def work(progress: Progress) -> Result:
            if backup:
                keep_before(app, settings, IMPORT, count, progress)
            return carry_out(app, wanted, progress)

        title = _("Importing {things}").format(things=_(app.type(wanted.type).plural))
        self._show(DONE)
        self.done.show_work(title, "", 0)
        self._run(work, self._imported, self._not_imported, title=title)

    def _not_imported(self, error: BaseException) -> None:
        if isinstance(error, NoBackup):
            self._show(CHECK)
            ask_without(self._shell.notices, error, partial(self.run, backup=False), _("Import all the same"))
            return
        self._shell.notices.error(error)
        self._check_again()

    def _check_again(self) -> None:
        """What was worked out before an attempt that came to nothing does not hold any more."""
        self._show(CHECK)
        self.try_out()

    def _imported(self, result: Result) -> None:
        self.result = result
        self._show(DONE)
        self.done.show_result(result)

    def undo(self) -> None:
        """Take the import back that was just made."""
        if self.result is not None:
            self._undo(self.result.batch)

    def _undo_past(self, past: PastImport) -> None:
        kind = self._shell.app.type(past.type)
        question = _("Take the import of {things} of {time} back?").format(
            things=_(kind.plural), time=f"{past.at.astimezone():%Y-%m-%d %H:%M}"
        )
        details = _("What it created goes to the recycle bin, what it changed is as before.")
        if self._shell.notices.ask(question, details, yes=_("Undo import")):
            self._undo(past.batch)

    def _undo(self, batch: str) -> None:
        app, page = self._shell.app, self.pages.currentIndex()

        def work(progress: Progress) -> Undone:
            return undo_import(app, batch, progress, self.tab_key)

        def failed(error: BaseException) -> None:
            self._show(page)
            if page == DONE and self.result is not None:
                self.done.show_result(self.result)
            self._shell.notices.error(error)

        title = _("Taking the import back")
        if page == DONE:
            self.done.show_work(title, "", None)
        self._run(work, self._undone, failed, title=title)

    def _undone(self, undone: Undone) -> None:
        if self.pages.currentIndex() == DONE:
            self._show(DONE)
            self.done.show_undone(undone.removed, undone.changed_back)
        else:
            self.start_again()
            self._shell.notices.say(_("The import was taken back"), icon="arrow_undo")

    def _open_list(self) -> None:
        if self.plan is not None:
            self._shell.open_list(self.plan.type)

    def ask_wrong_rows(self) -> None:
        """Ask where to, and write the wrong rows with their reasons there."""
        if self.plan is not None and self.look is not None:
            path = ask_workbook(self, str(self.look.path.with_name(f"{self.look.path.stem} – {_('Left out')}.xlsx")))
            if path is not None:
                write_wrong_rows(self._shell, self.plan, path)

    def ask_template(self, type_key: str) -> None:
        """Ask where to, and write an empty table with the right headings there."""
        path = ask_workbook(self, f"{_(self._shell.app.type(type_key).plural)}.xlsx")
        if path is not None:
            write_template(self._shell, type_key, path)

    # Work in the background

    def _run(self, work: Any, done: Any, failed: Any, title: str = "") -> None:
        self._ticket += 1
        ticket = self._ticket
        page = self.pages.currentIndex()

        def answer(deliver: Any) -> Any:
            def take(value: Any) -> None:
                if ticket == self._ticket:
                    self.task = None
                    deliver(value)

            return take

        def cancelled() -> None:
            if ticket == self._ticket:
                self.task = None
                self._cancelled(page)

        if page != DONE:
            self._set_busy(True)
        self.task = self._shell.tasks.run(
            work, answer(done), answer(failed), title=title, slow=bool(title), owner=self, cancelled=cancelled
        )

    def _cancelled(self, page: int) -> None:
        if page == FILE or self.look is None:
            self.start_again()
        elif page == DONE and self.result is not None:
            self.done.show_result(self.result)
        elif page == DONE:
            self._check_again()
        else:
            self._show(page)

    def _stop(self) -> None:
        if self.task is not None:
            self.task.stop()
            self.done.stop.setEnabled(False)

    def _progressed(self) -> None:
        task = self.task
        if task is not None and self.pages.currentIndex() == DONE:
            self.done.stop.setEnabled(not task.cancel)
            self.done.show_work(task.title, task.text, task.percent)

    # Qt

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.task is None and dropped_table(event.mimeData()) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = dropped_table(event.mimeData())
        if path is not None and self.task is None:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.open_file(path)
