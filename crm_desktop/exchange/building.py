"""From what a file says of records to drafts of them: new ones with defaults for the rest, existing ones as they would be."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Line
from crm_desktop.exchange.comparing import laid_over
from crm_desktop.exchange.plan import Incoming, Planned
from crm_desktop.records.documents import ZERO
from crm_desktop.records.record_type import RecordType
from crm_desktop.services.access import gone
from crm_desktop.services.reading import read_records
from crm_desktop.services.saving import new_draft, new_line
from crm_desktop.services.validating import Checker
from crm_desktop.words import _


class Builder:
    """Drafts of new records from what a file says, with defaults for the rest."""

    def __init__(self, app: Application, kind: RecordType) -> None:
        template = new_draft(app, kind.key)
        self._template = template.values
        self._line = new_line(kind).values if kind.lines else {}
        self._key = kind.key
        self._checker = Checker(app, kind)
        # What a new record begins with is the same for all; only what is wrong with it, if nothing else is said, is looked at each time.
        self._unsound = set(self._checker.problems(template))
        self._amounts = {n: f for n, f in kind.fields.items() if f.required and not f.computed and template.values.get(n) == ZERO}

    def draft(self, incoming: Incoming) -> Draft:
        """A new draft."""
        lines = [Line(None, self._line | values) for values in incoming.lines]
        return Draft(self._key, None, 0, self._template | incoming.values, lines)

    def problems(self, incoming: Incoming, draft: Draft) -> dict[str, str]:
        """What is wrong with the draft made from what a file says."""
        found = self._checker.problems(draft, among=None if self._line else self._unsound.union(incoming.values))
        for name, about in self._amounts.items():
            if name not in incoming.values:  # 0 is what a new record begins with, and what nobody is owed
                found.setdefault(name, _("{field} is needed.").format(field=_(about.label)))
        return found


def drafts_of(session: Session, app: Application, kind: RecordType, items: Sequence[Planned]) -> list[Draft]:
    """The records as they would be, new ones and existing ones."""
    build = Builder(app, kind).draft
    existing = read_records(app, session, kind, [p.id for p in items if p.id is not None])
    if not existing.keys() >= {p.id for p in items if p.id is not None}:
        raise gone()
    return [build(p.incoming) if p.id is None else laid_over(existing[p.id], p.incoming, lambda: new_line(kind)) for p in items]
