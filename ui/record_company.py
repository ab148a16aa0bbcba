"""One record in several hands: who else has it open, what somebody else changed meanwhile, and a save that got no answer."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from crm_desktop.draft import Draft, Merged
from crm_desktop.errors import NotSaved
from crm_desktop.words import _, ngettext
from ui.conflict_dialog import ConflictDialog
from ui.record_banners import RecordBanners
from ui.record_editing import RecordEditing
from ui.record_header import RecordHeader
from ui.shell import Shell
from ui.widgets.panels import Banner

_LOOK = 700  # milliseconds; only names in memory are compared
_NAMED = 3  # fields


class RecordCompany(QObject):
    """Beside one record's window."""

    def __init__(self, shell: Shell, editing: RecordEditing, header: RecordHeader, banners: RecordBanners) -> None:
        super().__init__(editing)
        self._shell, self._editing, self._header, self._banners = shell, editing, header, banners
        self._place: tuple[str, int] | None = None
        self._unsaved: Banner | None = None
        self._renewed: Banner | None = None
        editing.shown.connect(self._shown)
        editing.elsewhere.connect(self._changed_elsewhere)
        editing.renewed.connect(self._say_renewed)
        editing.brought.connect(self._brought)
        editing.failed.connect(self._failed)
        editing.saved.connect(self._saved)
        self._timer = QTimer(self, interval=_LOOK)
        self._timer.timeout.connect(self.look)
        watch = shell.app.watch
        if watch is not None:
            self._timer.start()
            editing.destroyed.connect(lambda: watch.shut(self._place) if self._place else None)

    def look(self) -> None:
        """Show who else has the record open now."""
        watch = self._shell.app.watch
        names = watch.others(self._place) if watch is not None and self._place is not None else ()
        self._header.show_company(names)

    def _shown(self) -> None:
        watch, id_ = self._shell.app.watch, self._editing.draft.id
        if watch is not None and id_ is not None and self._place is None:
            self._place = (self._editing.kind.key, id_)
            watch.open(self._place)

    def _changed_elsewhere(self, who: str) -> None:
        self._banners.changed_elsewhere(who, self._editing.take_over, self._show_history)

    def _show_history(self) -> None:
        self._header.history_wanted.emit()

    def _say_renewed(self, who: str, fields: list[str]) -> None:
        """Nothing was typed here, so their values are shown already; say whose they are."""
        text = _("{who} has just changed this record.").format(who=who or _("Someone else"))
        if fields:
            named, more = _(", ").join(fields[:_NAMED]), len(fields) - _NAMED
            if more > 0:
                named = ngettext("{fields} and {count} more", "{fields} and {count} more", more).format(fields=named, count=more)
            text += " " + named
        if self._renewed is not None:
            self._renewed.say(text, "accent")
            return
        self._renewed = self._banners.ask(text, "accent", (_("Show"), self._show_and_go), (_("OK"), self._let_go))

    def _show_and_go(self) -> None:
        self._let_go()
        self._show_history()

    def _let_go(self) -> None:
        self._renewed = None

    def _brought(self, theirs: Draft, merged: Merged) -> None:
        """Take their changes into what is typed here; where both changed the same, the person chooses."""
        editing = self._editing
        if not merged.clashes:
            editing.go_on_with(merged.draft, theirs)
            self._shell.notices.say(_("Their changes are in; yours are not saved yet."), icon="info")
            return
        by = theirs.values.get("updated_by")
        dialog = ConflictDialog(self._header.window(), editing.kind, editing.app.options, editing.base, merged, by.label if by else "")
        if dialog.exec():
            editing.go_on_with(dialog.result_draft, theirs)
        else:
            self._changed_elsewhere(by.label if by else "")
        dialog.deleteLater()

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, NotSaved) and self._unsaved is None:
            self._unsaved = self._banners.ask(f"{error.message} {error.advice}", "amber", (_("Save now"), self._save))

    def _save(self) -> None:
        self._unsaved = None
        self._header.save_wanted.emit()

    def _saved(self) -> None:
        if self._unsaved is not None:
            self._banners.drop(self._unsaved)
            self._unsaved = None
