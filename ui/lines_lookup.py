"""From a text in a line to the record it means, and from the record to the other cells of the line; all on other threads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from crm_desktop.draft import Line, Ref
from crm_desktop.services.line_filling import Row, alone, fill_line
from crm_desktop.services.lookup import fill
from crm_desktop.services.pricing import Proposal, Wanted, wanted_of
from crm_desktop.services.saving import new_line
from ui.bundle_quantity import ask_quantity
from ui.editor_base import Around
from ui.lines_model import LinesModel
from ui.picker import find, not_found


class LineLookups(QObject):
    """The look-ups of one line table. `under_way`: how many answers are still to come."""

    priced = Signal(object, object, object, object)  # Line, values of the document, Wanted, Proposal: a product came with its price

    def __init__(self, lines: LinesModel, around: Around, parent: QWidget) -> None:
        super().__init__(parent)
        self._table = parent
        self.lines, self.around, self.under_way = lines, around, 0
        self._waiting: Counter[int] = Counter()  # by id(line)
        lines.reference_set.connect(self.fill_from)
        lines.lookup_wanted.connect(self.look_up)

    def run(self, work: Callable[[], Any], done: Callable[[Any], None], waiting: Line | None = None) -> None:
        """Do something on another thread; saving waits for its answer. waiting: the line that waits for it as well."""
        self.under_way += 1
        held = [] if waiting is None else [id(waiting)]
        self._waiting.update(held)

        def answered(answer: Any) -> None:
            self.under_way -= 1
            self._waiting.subtract(held)
            done(answer)

        def failed(error: BaseException) -> None:
            self.under_way -= 1
            self._waiting.subtract(held)
            self.around.failed(error)

        self.around.tasks.run(work, answered, failed, owner=self)

    def waits_for(self, line: Line) -> bool:
        """Whether a product was chosen for a line, and what follows from it has not come yet."""
        return self._waiting[id(line)] > 0

    def look_up(self, line: Line, name: str, text: str, keep: frozenset[str]) -> None:
        """Find the record a text means; what follows from it is filled in, but for the fields in `keep`."""
        about = self.lines.fields[name]
        work = partial(find, self.around.app, about.target, text, dict(self.around.within(about)))
        self.run(work, partial(self._found, line, name, text, keep))

    def _found(self, line: Line, name: str, text: str, keep: frozenset[str], ref: Ref | None) -> None:
        bad = self.lines.bad_at(self.lines.row_of(line), name)
        if bad is None or bad.text != text:  # typed over or taken back meanwhile
            return
        if ref is None:
            self.lines.set_bad(line, name, text, not_found(self.around.app, self.lines.fields[name], text))
        else:
            self.lines.take_reference(line, name, ref)
            self.fill_from(line, name, ref, keep)

    def fill_from(self, line: Line, name: str, ref: Ref, keep: frozenset[str] = frozenset()) -> None:
        """Fill in what follows from a record that was chosen."""
        kind = self.lines.kind
        if kind.lines is None or not kind.lines.fields[name].copies:
            return
        wanted = wanted_of(line.values) if kind.priced and name == "product_id" else None
        if wanted is None:
            work = partial(fill, self.around.app, kind.key, name, ref, line=True)
            self.run(work, partial(self._filled, line, name, ref, keep))
            return
        values, wanted = dict(self.lines.draft.values), alone(wanted)
        priced = partial(fill_line, self.around.app, kind.key, name, ref, values, wanted)
        self.run(priced, partial(self._asked, line, name, ref, keep, (values, wanted)), waiting=line)

    def _asked(
        self,
        line: Line,
        name: str,
        ref: Ref,
        keep: frozenset[str],
        asked: tuple[Mapping[str, Any], Wanted],
        rows: Sequence[tuple[Row, Proposal]],
    ) -> None:
        """Ask how many of a bundle are wanted where nobody has typed a quantity, before its parts are put there."""
        values, wanted = asked
        kind, number = self.lines.kind, wanted.quantity
        untouched = "quantity" not in keep and number == new_line(kind).values.get("quantity")
        if "bundle_id" in rows[0][0] and untouched and self.lines.row_of(line) >= 0:
            number = ask_quantity(self._table, ref.label or rows[0][0]["bundle_id"].label, number)
        if number == wanted.quantity:
            self._priced(line, name, ref, keep, asked, rows)
            return
        wanted = replace(wanted, quantity=number)
        again = partial(fill_line, self.around.app, kind.key, name, ref, values, wanted)
        self.run(again, partial(self._priced, line, name, ref, keep, (values, wanted)), waiting=line)

    def _filled(self, line: Line, name: str, ref: Ref, keep: frozenset[str], values: Mapping[str, Any]) -> None:
        if line.values.get(name) == ref:
            self.lines.fill(line, {n: v for n, v in values.items() if n not in keep})

    def _priced(
        self,
        line: Line,
        name: str,
        ref: Ref,
        keep: frozenset[str],
        asked: tuple[Mapping[str, Any], Wanted],
        rows: Sequence[tuple[Row, Proposal]],
    ) -> None:
        if line.values.get(name) != ref or self.lines.row_of(line) < 0:
            return
        (first, found), *others = rows
        values, wanted = asked
        bundle = "bundle_id" in first
        kept = keep - {"quantity"} if bundle else keep  # the quantity that stood there was the bundle's
        made = self.lines.expand(line, {"bundle_id": None} | {n: v for n, v in first.items() if n not in kept}, [row for row, _f in others])
        self.priced.emit(line, values, wanted_of(line.values) if bundle else wanted, found)
        for part, (_row, part_found) in zip(made, others, strict=True):
            self.priced.emit(part, values, wanted_of(part.values), part_found)
        self.lines.told_of(line)
