"""What the window of a record has to do with people: sharing it and handing it over, the mark on one that is shared; and with a user,
what a move or a departure leaves behind."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QObject

from crm_desktop.draft import Draft, Ref
from crm_desktop.records.record_type import RecordType
from crm_desktop.services.handing_over import Portioned, can_be_handed_over, owned
from crm_desktop.services.people_guard import RIGHTS
from crm_desktop.services.sharing import Share, can_be_shared, shares
from crm_desktop.words import _, ngettext
from ui.hand_over import hand_over_records
from ui.record_banners import RecordBanners
from ui.record_company import RecordCompany
from ui.record_editing import RecordEditing
from ui.record_header import MenuEntry, RecordHeader
from ui.share_dialog import share_records, shared_words
from ui.shell import Shell

_OF_A_PERSON = ("active", "department_id", "manager_id")


class RecordPeople(QObject):
    """Beside one record's window. `title` tells how the record is called."""

    def __init__(self, shell: Shell, editing: RecordEditing, title: Callable[[], str]) -> None:
        super().__init__(editing)
        self._shell, self._editing, self._title = shell, editing, title
        self._header: RecordHeader
        self._banners: RecordBanners
        self._was: tuple[Any, ...] | None = None
        self._now: tuple[Any, ...] | None = None
        self._warned = False

    def place(self, header: RecordHeader, banners: RecordBanners) -> None:
        """Where marks and sentences are shown."""
        self._header, self._banners = header, banners
        self.company = RecordCompany(self._shell, self._editing, header, banners)
        self._editing.shown.connect(self._shown)
        self._editing.saved.connect(self._saved)

    @property
    def _kind(self) -> RecordType:
        return self._editing.kind

    @property
    def _id(self) -> int:
        return int(self._editing.draft.id or 0)

    def entries(self) -> tuple[MenuEntry | None, ...]:
        """What stands in the menu of the record."""
        kind, may = self._kind, self._shell.app.actor.may
        found: list[MenuEntry | None] = []
        if can_be_shared(kind) and may(f"{kind.key}.share"):
            found.append(("people_team", _("Share…"), "", self.share))
        if can_be_handed_over(kind) and may(f"{kind.key}.share"):
            found.append(("arrow_swap", _("Hand over…"), "", self.hand_over))
        if kind.key == "users":
            found.append(("arrow_swap", _("Hand over records…"), "", self.hand_over_all))
        if kind.key == "positions" and may(RIGHTS):
            found.append(("shield", _("What this position may do…"), "", self.show_rights))
        if may(RIGHTS) and kind.key not in ("positions", "teams", "departments"):
            words = _("What may this person do?") if kind.key == "users" else _("Who may do what with it…")
            found.append(("question_circle", words, "", self.explain))
        return tuple(found)

    # What the person does

    def share(self) -> None:
        """Share the record."""
        share_records(self._shell, self._header, self._kind.key, [self._id], self._title())
        self._look_for_shares()

    def hand_over(self) -> None:
        """Give the record to somebody else, with what belongs to it."""
        hand_over_records(self._shell, self._header, type_key=self._kind.key, ids=[self._id])

    def hand_over_all(self) -> None:
        """Give away everything that belongs to this person."""
        hand_over_records(self._shell, self._header, person=Ref(self._id, self._title()))

    def show_rights(self) -> None:
        """What this position may do."""
        self._shell.open_screen("rights", position=str(self._id))

    def explain(self) -> None:
        """Ask what a person may do; with this record, or this person."""
        if self._kind.key == "users":
            self._shell.open_screen("explain-rights", user=str(self._id))
        else:
            self._shell.open_screen("explain-rights", type=self._kind.key, record=str(self._id))

    # What is shown

    def _shown(self) -> None:
        draft = self._editing.draft
        if self._kind.key == "users":
            self._was, self._now = self._now, _of_a_person(draft)
            self._warn(draft)
        elif draft.id is not None and can_be_shared(self._kind):
            self._look_for_shares()

    def _look_for_shares(self) -> None:
        work = partial(shares, self._shell.app, self._kind.key, [self._id])
        self._shell.tasks.run(work, self._mark, lambda _error: None, owner=self)

    def _mark(self, found: list[Share]) -> None:
        self._header.mark_shared(shared_words(found) if found else "")

    def _warn(self, draft: Draft) -> None:
        if draft.id is not None and draft.values.get("active") and not draft.lines and not self._warned:
            self._warned = True
            words = _("{person} holds no position, and so may do nothing. Add one under Positions.")
            self._banners.ask(words.format(person=self._title()), "amber", (_("OK"), lambda: None))

    def _saved(self) -> None:
        if self._kind.key != "users" or self._was is None or self._was == self._now:
            return
        work = partial(owned, self._shell.app, self._id)
        self._shell.tasks.run(work, self._offer, lambda _error: None, owner=self)

    def _offer(self, found: list[Portioned]) -> None:
        total = sum(p.count for p in found)
        if total:
            words = ngettext(
                "{person} has moved or left. {count} record still belongs to this person.",
                "{person} has moved or left. {count} records still belong to this person.", total,
            )  # fmt: skip
            self._banners.ask(
                words.format(person=self._title(), count=f"{total:,}"), "accent",
                (_("Hand over records…"), self.hand_over_all), (_("Leave them"), lambda: None),
            )  # fmt: skip


def _of_a_person(draft: Draft) -> tuple[Any, ...] | None:
    """What of a user decides whose records the person should have; None for one not saved yet."""
    if draft.id is None:
        return None
    held = tuple(sorted(str((line.values.get("position_id"), line.values.get("department_id"))) for line in draft.lines))
    return (*(draft.values.get(n) for n in _OF_A_PERSON), held)
