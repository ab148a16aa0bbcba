"""One record while it is edited: the draft, the record as it was read, and the trips to the database. No widget knows more.

Everything slow runs on another thread; the answers come back as signals. Nothing typed is lost on any way: a refused save, a
conflict and an error leave the draft as it is.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from crm_desktop.application import Application
from crm_desktop.changes import Change
from crm_desktop.draft import Draft, Line, Ref, changed, merge
from crm_desktop.errors import Conflict, Doubt, Invalid, Missing, NeedsApproval
from crm_desktop.pinyin import initials
from crm_desktop.records.record_type import Field, Operation, RecordType
from crm_desktop.services import kept_drafts, lookup, saving
from crm_desktop.services.approvals.asking import ask_for_change
from crm_desktop.services.operating import operate
from crm_desktop.services.rights_editing import first_lines
from crm_desktop.services.views import names_of
from crm_desktop.words import _
from ui.tasks import Tasks

log = logging.getLogger(__name__)
_KEEP_AFTER = 3000  # milliseconds after which typed text is kept over a crash


class RecordEditing(QObject):
    """The draft of one window."""

    shown = Signal()  # another draft stands here: show all of it
    worked_out = Signal(str)  # values that follow from what was typed are new; the field typed into, or ""
    changed = Signal()  # unsaved, busy or the problems are other ones
    problems_found = Signal(object)  # after a save that was refused
    conflict = Signal(object, object)  # Conflict, Merged or None where it was deleted
    saved = Signal()
    failed = Signal(object)
    finished = Signal(bool)  # a save or an operation came to its end
    offered = Signal(object)  # list of kept drafts found
    gone = Signal()  # somebody deleted it while it was shown here
    elsewhere = Signal(str)  # somebody else changed it while text is typed here
    renewed = Signal(str, object)  # who else changed it, and the labels of the fields, which are shown now: nothing was typed here
    brought = Signal(object, object)  # theirs, and Merged: what was asked for by `take_over`
    _told = Signal(object)

    def __init__(self, app: Application, tasks: Tasks, kind: RecordType, parent: QObject) -> None:
        super().__init__(parent)
        self.app, self.tasks, self.kind = app, tasks, kind
        self.draft = Draft(kind.key)
        self.base = Draft(kind.key)
        self.loaded, self.busy = False, False
        self.held = False  # an approval keeps the record as it is
        self.unread: Mapping[str, str] = {}  # what is typed and cannot be read, by field
        self.typing: Callable[[], bool] = lambda: False  # whether something is being typed that the draft does not have yet
        self._previous = Draft(kind.key)
        self._kept, self._keeping, self._unwanted = False, False, False
        self.origin = f"record-{id(self)}"
        self._keep_timer = QTimer(self)
        self._keep_timer.setSingleShot(True)
        self._keep_timer.setInterval(_KEEP_AFTER)
        self._keep_timer.timeout.connect(self.keep)
        self._told.connect(self._heard)
        self._stop_listening = app.changes.listen(self._hear)
        self.destroyed.connect(lambda *_args, stop=self._stop_listening: stop())

    # Reading

    def load(self, record_id: int) -> None:
        """Read a record."""
        self.tasks.run(partial(_read, self.app, self.kind.key, record_id), self._loaded, self._load_failed)

    def begin(self, preset: Mapping[str, Any]) -> None:
        """Begin a new record."""
        self.tasks.run(partial(_begin, self.app, self.kind, dict(preset)), self._loaded, self._load_failed)

    def _loaded(self, answer: tuple[Draft, list[kept_drafts.Kept]]) -> None:
        draft, kept = answer
        self.take(draft)
        self.loaded = True
        self.shown.emit()
        if kept:
            self.offered.emit(kept)

    def _load_failed(self, error: BaseException) -> None:
        if self.loaded and isinstance(error, Missing):
            self.gone.emit()
        else:
            self.failed.emit(error)

    def take(self, draft: Draft, base: Draft | None = None) -> None:
        """Edit this draft from now on; `base` is the record as it was read."""
        self.draft, self.base = draft, (base or draft).copy()
        self._previous = Draft(draft.type, draft.id, draft.version, dict(draft.values))
        self.unread = {}

    def take_kept(self, kept: kept_drafts.Kept) -> None:
        """Go on with what was typed before a crash."""
        start = kept.base or self.base
        kept.draft.uid = kept.draft.uid or self.draft.uid
        self.take(kept.draft, start)
        self._kept = True
        self.work_out()
        self.shown.emit()
        self._touch()

    def reload(self) -> None:
        """Read the record again; what is typed is given up."""
        if self.draft.id is not None:
            self.load(self.draft.id)

    # Editing

    @property
    def slot(self) -> str:
        """Tells new records of one person apart."""
        return self.draft.uid if self.draft.id is None else ""

    @property
    def unsaved(self) -> bool:
        """Whether anything is typed that is not saved."""
        return bool(self.unread) or self._typed(self.draft) != self._typed(self.base)

    @property
    def locked(self) -> bool:
        return self.held or self.kind.locked(self.draft)

    def may_edit(self, about: Field) -> bool:
        """Whether the person may type into a field now."""
        grant = "add" if self.draft.id is None else "change"
        return not self.held and self.app.actor.may(f"{self.kind.key}.{grant}") and self.kind.may_edit(self.draft, about)

    def edited(self, name: str = "") -> None:
        """The person changed a field, or the lines."""
        self.work_out(name)
        self._touch()

    def work_out(self, name: str = "") -> None:
        """Let the program compute what follows."""
        try:
            saving.derive(self.app, self.draft, self._previous)
        except (ArithmeticError, ValueError) as error:  # numbers beyond all measure, caught by the checks at saving
            log.info("not worked out: %s", type(error).__name__)
        self._previous = Draft(self.draft.type, self.draft.id, self.draft.version, dict(self.draft.values))
        self.worked_out.emit(name)

    def problems(self) -> dict[str, str]:
        """What is wrong with the draft by itself."""
        return saving.problems(self.app, self.draft, self.base if self.draft.id is not None else None)

    def _touch(self) -> None:
        self._unwanted = False
        self.changed.emit()
        if not self._keep_timer.isActive():
            self._keep_timer.start()

    def _typed(self, draft: Draft) -> Any:
        fields, lines = self.kind.fields, self.kind.lines.fields if self.kind.lines else {}
        return (
            {n: v for n, v in draft.values.items() if n in fields and not fields[n].computed and n != "initials"},
            [(line.id, {n: v for n, v in line.values.items() if n in lines and not lines[n].computed}) for line in draft.lines],
        )

    def hold(self, held: bool) -> None:
        """Close the fields while an approval runs, and open them afterwards; what is typed stays."""
        if held != self.held:
            self.held = held
            if not self.unsaved:
                self.shown.emit()

    # Keeping over a crash

    def keep(self) -> None:
        """Keep what is typed so far in the database."""
        if self._keeping or not self.loaded or not self.unsaved or self.busy:
            return
        self._keeping = self._kept = True
        base = self.base.copy() if self.draft.id is not None else None
        work = partial(kept_drafts.keep, self.app, self.draft.copy(), base, self.slot)
        self.tasks.run(work, self._keep_done, self._keep_failed)

    def _keep_done(self, _nothing: Any) -> None:
        self._keeping = False
        if self._unwanted or not self.unsaved:
            self.forget()

    def _keep_failed(self, error: BaseException) -> None:
        self._keeping = False
        log.warning("draft not kept: %s", type(error).__name__)

    def forget(self, slot: str | None = None) -> None:
        """What is typed need not be kept any more."""
        self._keep_timer.stop()
        self._unwanted = True  # where it is being kept at this moment, it goes right afterwards
        if (self._kept or slot is not None) and not self._keeping:
            self._kept = False
            key = self.slot if slot is None else slot
            self.tasks.run(partial(kept_drafts.forget, self.app, self.kind.key, self.draft.id, key), failed=self._keep_failed)

    # Saving

    def save(self, draft: Draft | None = None) -> None:
        """Save; the answer comes as `saved`, `problems_found`, `conflict` or `failed`, and then `finished`."""
        if self.busy:
            return
        self.busy = True
        self.changed.emit()
        work = partial(saving.save, self.app, (draft or self.draft).copy(), self.origin)
        self.tasks.run(work, partial(self._saved, self.slot, self.draft.id is None), self._save_failed, owner=self)

    def _saved(self, slot: str, was_new: bool, draft: Draft) -> None:
        if self._kept:
            key = None if was_new else draft.id
            self.tasks.run(partial(kept_drafts.forget, self.app, self.kind.key, key, slot), failed=self._keep_failed)
        self._kept, self.busy = False, False
        self._keep_timer.stop()
        self.take(draft)
        self.shown.emit()
        self.saved.emit()
        self.finished.emit(True)

    def _save_failed(self, error: BaseException) -> None:
        self.busy = False
        if isinstance(error, NeedsApproval):
            error.again = self.ask_for_approval
        self.changed.emit()
        self._tell(error)
        self.finished.emit(False)

    def _tell(self, error: BaseException) -> None:
        if isinstance(error, Invalid):
            self.problems_found.emit(error)
        elif isinstance(error, Conflict):
            theirs = error.theirs
            merged = merge(self.base, self.draft, theirs, self.kind.computed, twice=error.twice) if theirs is not None else None
            self.conflict.emit(error, merged)
        else:
            self.failed.emit(error)

    def ask_for_approval(self) -> None:
        """Send what is typed for approval, since it may not simply be saved; the record stays as it is until then."""
        if self.busy or self.draft.id is None:
            return
        self.busy = True
        self.changed.emit()
        work = partial(ask_for_change, self.app, self.draft.copy(), origin=self.origin)
        self.tasks.run(work, partial(self._saved, self.slot, False), self._save_failed, owner=self)

    def save_merged(self, draft: Draft, theirs: Draft) -> None:
        """Save both sides' changes together."""
        self.take(draft, theirs)
        self.work_out()
        self.shown.emit()
        self.save()

    def save_again_as_new(self) -> None:
        """The record was deleted meanwhile: what is typed becomes a new one."""
        fresh = saving.new_draft(self.app, self.kind.key)
        lines = [Line(None, dict(line.values)) for line in self.draft.lines]
        self.take(Draft(self.kind.key, None, 0, dict(self.draft.values), lines, fresh.uid), fresh)
        self.shown.emit()
        self.save()

    def operate(self, operation: Operation, reason: str = "", despite: frozenset[str] = frozenset()) -> None:
        """Carry out an operation on the saved record. despite: the doubts that were told."""
        if self.busy or self.draft.id is None:
            return
        self.busy = True
        self.changed.emit()
        work = partial(
            operate, self.app, self.kind.key, self.draft.id, self.draft.version, operation.name, reason, self.origin, despite
        )
        failed = partial(self._operation_failed, operation, reason, despite)
        self.tasks.run(work, partial(self._saved, "", False), failed, owner=self)

    def _operation_failed(self, operation: Operation, reason: str, despite: frozenset[str], error: BaseException) -> None:
        if isinstance(error, Doubt):
            error.again = partial(self.operate, operation, reason, despite | {error.key})
        self._save_failed(error)

    # Others

    def _hear(self, change: Change) -> None:
        """Called in the thread that saved."""
        if change.type == self.kind.key and change.origin != self.origin:
            self._told.emit(change)

    def _heard(self, change: Change) -> None:
        if self.draft.id is None or self.busy or not self.loaded or (change.ids and self.draft.id not in change.ids):
            return
        if change.elsewhere:
            work = partial(saving.open_record, self.app, self.kind.key, self.draft.id)
            self.tasks.run(work, partial(self._compare, change.who), self._not_compared, owner=self)
        elif self.unsaved:
            if change.ids:
                self.elsewhere.emit(change.who)
        else:
            again = partial(_read, self.app, self.kind.key, self.draft.id)
            self.tasks.run(again, partial(self._renew, change.who), self._load_failed)

    def _renew(self, who: str, answer: tuple[Draft, list[kept_drafts.Kept]]) -> None:
        """Show the record as it was read again, unless something was typed meanwhile."""
        if self.busy:
            return
        if self.unsaved or self.typing():
            self.elsewhere.emit(who)
        else:
            self._loaded(answer)

    def _compare(self, who: str, theirs: Draft) -> None:
        """Somebody elsewhere may have changed it: see whether that is so. Nothing typed is touched."""
        if theirs.id != self.draft.id or theirs.version <= self.base.version or self.busy:
            return
        by = theirs.values.get("updated_by")
        who = who or (by.label if isinstance(by, Ref) else "")
        if self.unsaved or self.typing():
            self.elsewhere.emit(who)
            return
        before = self.base
        self.take(theirs)
        self.shown.emit()
        self.renewed.emit(who, self._names_of(before, theirs))

    def _not_compared(self, error: BaseException) -> None:
        if isinstance(error, Missing):
            self.gone.emit()
        else:
            log.info("not compared: %s", type(error).__name__)

    def _names_of(self, before: Draft, after: Draft) -> list[str]:
        typed = {n: f for n, f in self.kind.fields.items() if not f.computed and n != "initials"}
        found = [_(typed[n].label) for n in changed(before.values, after.values) if n in typed]
        return [*found, *([_("Lines")] if before.lines != after.lines else [])]

    def take_over(self) -> None:
        """Bring what somebody else saved into what is typed here; the answer comes as `brought`."""
        if self.draft.id is not None:
            work = partial(saving.open_record, self.app, self.kind.key, self.draft.id)
            self.tasks.run(work, self._bring, self.failed.emit, owner=self)

    def _bring(self, theirs: Draft) -> None:
        self.brought.emit(theirs, merge(self.base, self.draft, theirs, self.kind.computed))

    def go_on_with(self, draft: Draft, theirs: Draft) -> None:
        """Edit both sides' changes from now on, over the record as it stands."""
        self.take(draft, theirs)
        self.work_out()
        self.shown.emit()
        self._touch()

    def close(self) -> None:
        """The window goes: nothing is kept, nobody is listened to."""
        self.loaded = False
        self._keep_timer.stop()
        self.forget()


def _read(app: Application, type_key: str, record_id: int) -> tuple[Draft, list[kept_drafts.Kept]]:
    _warm_up()
    return saving.open_record(app, type_key, record_id), kept_drafts.kept(app, type_key, record_id)


def _begin(app: Application, kind: RecordType, preset: dict[str, Any]) -> tuple[Draft, list[kept_drafts.Kept]]:
    _warm_up()
    lines = preset.pop("lines", ()) or first_lines(app, kind.key)
    known = {n: _as_value(app, kind.fields[n], v) for n, v in preset.items() if n in kind.fields}
    draft = saving.new_draft(app, kind.key, known)
    for name, value in known.items():
        if isinstance(value, Ref) and kind.fields[name].copies:
            filled = lookup.fill(app, kind.key, name, value)
            draft.values |= {n: v for n, v in filled.items() if n not in known}
    if kind.lines:
        draft.lines = [Line(None, saving.new_line(kind).values | dict(values)) for values in lines]
    for name, value in draft.values.items():
        if isinstance(value, Ref) and not value.label and name in kind.fields and kind.fields[name].target in app.types:
            draft.values[name] = _as_value(app, kind.fields[name], value.id)
    saving.derive(app, draft)
    return draft, kept_drafts.kept(app, kind.key, None)


def _warm_up() -> None:
    """Load the readings of Chinese here, on another thread: names are read while they are typed."""
    initials("中")


def _as_value(app: Application, about: Field, value: Any) -> Any:
    """A reference given as a bare id gets its label."""
    if about.kind == "reference" and isinstance(value, int):
        return Ref(value, names_of(app, about.target, [value]).get(value, _("Unknown")))
    return value
