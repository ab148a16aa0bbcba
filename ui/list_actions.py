"""What is done with the records selected in a list: delete, change, assign, export, print; on the selection or the whole result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QMenu

from crm_desktop import settings as s
from crm_desktop.filters import Condition, ListQuery
from crm_desktop.progress import Progress
from crm_desktop.records.record_type import Successor
from crm_desktop.services import batch_editing
from crm_desktop.services.deleting import delete, restore_batch
from crm_desktop.services.handing_over import can_be_handed_over
from crm_desktop.services.history import undo_batch
from crm_desktop.services.listing import fetch_ids
from crm_desktop.words import _, ngettext
from ui import icons, list_output
from ui.backup_before import DELETE, MANY, NoBackup, ask_without, keep_before
from ui.batch_edit import BatchEdit
from ui.hand_over import hand_over_records
from ui.list_state import joined
from ui.list_view import RecordList
from ui.record_chain import begin_next
from ui.share_dialog import share_records
from ui.shell import Shell

_SLOW_FROM = 200  # records from which on the work is shown in the status bar


class ListActions(QObject):
    """Actions on the selection of one list."""

    def __init__(self, records: RecordList, shell: Shell) -> None:
        super().__init__(records)
        self._list, self._shell = records, shell
        self._type = records.type

    # What an action is about

    def with_ids(self, do: Callable[[list[int]], None]) -> None:
        """Call `do` with the ids of the selection, or of the whole result once they are fetched."""
        if not self._list.everything:
            ids = self._list.selected_ids()
            if ids:
                do(ids)
            return
        self._shell.tasks.run(partial(fetch_ids, self._shell.app, self._list.state.query), do, owner=self)

    def query(self) -> ListQuery:
        """The selection as a question: several rows selected, those; else the whole list as it is filtered."""
        state = self._list.state
        ids = self._list.selected_ids()
        if self._list.everything or len(ids) < 2:
            return state.query
        own = Condition("id", "any_of", tuple(ids))
        return ListQuery(self._type.key, state.columns, joined((state.fixed, own)), "", state.order or self._type.order, state.group)

    def _words(self, count: int) -> str:
        title = self._type.title if count == 1 else self._type.plural
        return _("{count} {things}").format(count=f"{count:,}", things=_(title))

    def make_next(self, successor: Successor) -> None:
        """Make one document of all of them."""
        self.with_ids(lambda ids: begin_next(self._shell, self._type, ids, successor))

    # Delete

    def delete(self) -> None:
        """Delete, after asking; the notice offers to take it back."""
        self.with_ids(self._ask_delete)

    def _ask_delete(self, ids: Sequence[int]) -> None:
        if not ids:
            return
        if self._shell.settings.get(s.CONFIRM_DELETE) or len(ids) > 20:
            one = self._list.current_ref()
            what = f"“{one.label}”" if len(ids) == 1 and one else self._words(len(ids))
            question = _("Delete {what}?").format(what=what)
            if not self._shell.notices.ask(
                question, _("They can be brought back from the recycle bin."), yes=_("Delete"), danger=True
            ):
                return
        self._delete(list(ids))

    def _delete(self, ids: list[int], *, backup: bool = True) -> None:
        app, settings = self._shell.app, self._shell.settings

        def work(progress: Progress) -> str:
            if backup:
                keep_before(app, settings, DELETE, len(ids), progress)
            return delete(app, self._type.key, ids)

        failed = partial(self._not_deleted, ids)
        self._run(work, partial(self._deleted, len(ids)), _("Deleting"), len(ids), failed, slow_from=MANY)

    def _not_deleted(self, ids: list[int], error: BaseException) -> None:
        if isinstance(error, NoBackup):
            ask_without(self._shell.notices, error, partial(self._delete, ids, backup=False), _("Delete all the same"))
        else:
            self._shell.notices.error(error)

    def _deleted(self, count: int, batch: str) -> None:
        self._list.leave_everything()
        self._list.table.clearSelection()
        undo = partial(
            self._run, partial(restore_batch, self._shell.app, batch), self._restored, _("Bringing back"), count
        )
        self._shell.notices.say(_("Deleted: {what}").format(what=self._words(count)), _("Undo"), undo)

    def _restored(self, back: dict[str, list[int]]) -> None:
        self._shell.notices.say(_("Brought back: {what}").format(what=self._words(len(back.get(self._type.key, ())))))

    # Change many

    def batch_edit(self, field: str = "") -> None:
        """Set one field of all of them."""
        self.with_ids(partial(self._ask_change, field))

    def assign_owner(self) -> None:
        """Give them to another person."""
        self.batch_edit("owner_id")

    def _ask_change(self, field: str, ids: list[int]) -> None:
        if not ids:
            return
        dialog = BatchEdit(self._shell, self._type.key, ids, self._list.window(), field)
        if dialog.exec():
            self.change(ids, dialog.field, dialog.value)
        dialog.deleteLater()

    def change(self, ids: Sequence[int], field: str, value: Any) -> None:
        """Set `field` of these records to `value`."""

        def work(progress: Progress) -> tuple[str, int]:
            return batch_editing.apply(self._shell.app, self._type.key, ids, field, value, progress)

        self._run(work, self._changed, _("Changing records"), len(ids))

    def _changed(self, done: tuple[str, int]) -> None:
        batch, count = done
        text = ngettext("{count} record changed", "{count} records changed", count).format(count=f"{count:,}")
        undo = partial(
            self._run, partial(undo_batch, self._shell.app, batch), self._taken_back, _("Taking back"), count
        )
        self._shell.notices.say(text, _("Undo") if batch else "", undo if batch else None)

    def _taken_back(self, count: int) -> None:
        text = ngettext("{count} record is as it was", "{count} records are as they were", count)
        self._shell.notices.say(text.format(count=f"{count:,}"))

    # Other people

    def share(self) -> None:
        """Share them with somebody."""
        self.with_ids(self._share)

    def _share(self, ids: list[int]) -> None:
        one = self._list.current_ref() if len(ids) == 1 else None
        if ids:
            share_records(self._shell, self._list, self._type.key, ids, one.label if one else "")

    def hand_over(self) -> None:
        """Give them to other people, with what belongs to them."""
        self.with_ids(lambda ids: hand_over_records(self._shell, self._list, type_key=self._type.key, ids=ids) if ids else None)

    @property
    def may_share(self) -> bool:
        """Whether this person may give any of these records to others."""
        return can_be_handed_over(self._type) and self._shell.app.actor.may(f"{self._type.key}.share")

    # Out of the program

    def export(self) -> None:
        """Let the person choose what goes into a file for Excel."""
        list_output.export_menu(self._shell, self._list.window(), self.query).popup(QCursor.pos())

    def print_list(self) -> None:
        """The list as it is shown, as pages."""
        list_output.print_list(self._shell, self._list.window(), self.query())

    def print_menu(self) -> QMenu:
        """What can be printed: the list, or each of the chosen records."""
        menu = QMenu(self._list.window())
        menu.addAction(icons.icon("table"), _("The list as shown…"), self.print_list)
        menu.addAction(icons.icon("document_multiple"), _("Each chosen record…"), lambda: self.with_ids(self._print_each))
        return menu

    def offer_prints(self) -> None:
        """Show what can be printed."""
        self.print_menu().popup(QCursor.pos())

    def _print_each(self, ids: Sequence[int]) -> None:
        if ids:
            load = partial(import_module, "ui.print_many")  # draws with reportlab, which is slow to load
            self._shell.tasks.run(load, partial(self._ask_prints, list(ids)), owner=self)

    def _ask_prints(self, ids: list[int], module: Any) -> None:
        module.PrintManyDialog(self._list, self._shell, self._type, ids).open()

    def _run(
        self,
        work: Callable[..., Any],
        done: Callable[[Any], None],
        title: str,
        count: int,
        failed: Callable[[BaseException], None] | None = None,
        slow_from: int = _SLOW_FROM,
    ) -> None:
        self._shell.tasks.run(work, done, failed, title=title, slow=count >= slow_from, owner=self)
