"""What a record becomes: what its window and its list do when one of the ways is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Protocol

from crm_desktop.draft import Draft
from crm_desktop.records.record_type import RecordType, Successor
from crm_desktop.services.becoming import become
from ui.shell import Shell


class _Window(Protocol):
    """What is asked of the window of a record."""

    shell: Shell
    kind: RecordType
    editing: Any

    @property
    def unsaved(self) -> bool: ...

    def finish_typing(self) -> None: ...

    def save_and_wait(self) -> bool: ...


def make_next(window: _Window, successor: Successor) -> None:
    """Open a new document made from the record of a window; what is typed is saved first."""
    window.finish_typing()
    if not window.unsaved or window.save_and_wait():
        begin_next(window.shell, window.kind, [int(window.editing.draft.id or 0)], successor)


def begin_next(shell: Shell, kind: RecordType, ids: Sequence[int], successor: Successor) -> None:
    """Open a new document made from these records."""
    work = partial(become, shell.app, kind.key, list(ids), successor.type)
    shell.tasks.run(work, partial(_open, shell), shell.notices.error)


def _open(shell: Shell, draft: Draft) -> None:
    kind = shell.app.type(draft.type)
    values = {n: v for n, v in draft.values.items() if not kind.fields[n].computed}
    shell.new_record(draft.type, **values, lines=[line.values for line in draft.lines])
