"""One field of many records set to one value: looked at first, then done as one act that can be taken back as one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from crm_desktop.application import Application
from crm_desktop.draft import Draft
from crm_desktop.errors import Conflict, Refused
from crm_desktop.kinds import show
from crm_desktop.progress import Progress, Unwatched
from crm_desktop.records.record_type import Field, RecordType
from crm_desktop.rights import Access
from crm_desktop.services.access import asking, reached
from crm_desktop.services.reading import read_records
from crm_desktop.services.saving import open_record, problems, save, save_many
from crm_desktop.words import _

_CHUNK = 500


@dataclass(frozen=True)
class Sample:
    """One record as it would change."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Preview:
    """What would happen: how many change, how many are so already, how many may not be changed, and the first few.

    problem: why the value cannot stand in any of them; '' where it can.
    """

    change: int
    same: int
    locked: int
    samples: tuple[Sample, ...]
    problem: str = ""


def batch_fields(app: Application, kind: RecordType) -> dict[str, Field]:
    """The fields that can be set for many at once: typed by people, and not what tells one record from another."""
    own = {kind.number, *kind.label}
    return {
        n: f
        for n, f in kind.visible(app.actor).items()
        if not f.computed and f.kind not in ("image", "state") and n not in own and kind.access(app.actor, n) == Access.WRITE
    }


def preview(
    app: Application, type_key: str, ids: Sequence[int], field: str, value: Any, progress: Progress | None = None
) -> Preview:
    """What setting `field` of these records to `value` would do. Nothing is written."""
    kind, about = app.type(type_key), app.type(type_key).fields[field]
    change = same = locked = 0
    samples: list[Sample] = []
    problem = ""
    for draft in _drafts(app, kind, ids, progress or Unwatched()):
        if draft.values.get(field) == value:
            same += 1
        elif not kind.may_edit(draft, about):
            locked += 1
        else:
            change += 1
            if len(samples) < 8:
                before, after = (show(v, about, app.options) for v in (draft.values.get(field), value))
                samples.append(Sample(kind.label_of(draft.values), before, after))
            problem = problem or (_problem(app, draft, field, value) if change == 1 else "")
    return Preview(change, same, locked, tuple(samples), problem)


def apply(
    app: Application,
    type_key: str,
    ids: Sequence[int],
    field: str,
    value: Any,
    progress: Progress | None = None,
    origin: str = "",
) -> tuple[str, int]:
    """Set `field` of these records to `value`, all or none; gives the batch (for `history.undo_batch`) and how many changed.

    Records whose state locks the field, and those that have the value already, stay as they are.
    """
    kind, about = app.type(type_key), app.type(type_key).fields[field]
    app.actor.require(f"{type_key}.change")
    drafts = []
    for draft in _drafts(app, kind, ids, progress or Unwatched()):
        if draft.values.get(field) != value and kind.may_edit(draft, about):
            draft.values[field] = value
            drafts.append(draft)
    return (save_many(app, drafts, origin=origin), len(drafts)) if drafts else ("", 0)


def set_one(app: Application, type_key: str, id_: int, field: str, before: Any, value: Any, origin: str = "") -> Draft:
    """Set one field of one record, as a list does it. Raises Conflict when it is no longer `before`, Refused when locked."""
    kind = app.type(type_key)
    draft = open_record(app, type_key, id_)
    now = draft.values.get(field)
    if now not in (before, value):
        raise Conflict(draft)
    if not kind.may_edit(draft, kind.fields[field]):
        raise Refused(_("This record is locked by its state."), _("Open it to see what can be done with it."))
    draft.values[field] = value
    return save(app, draft, origin)


def _problem(app: Application, draft: Draft, field: str, value: Any) -> str:
    changed = draft.copy()
    changed.values[field] = value
    return problems(app, changed, draft).get(field, "")


def _drafts(app: Application, kind: RecordType, ids: Sequence[int], progress: Progress) -> Iterator[Draft]:
    for at in range(0, len(ids), _CHUNK):
        progress.check_cancelled()
        progress.report(at, len(ids))
        with asking(app) as connection:
            chunk = sorted(reached(app, connection, kind, "see", ids[at : at + _CHUNK]))
            found = read_records(app, connection, kind, chunk, kind.visible(app.actor), limited=True)
        yield from found.values()
