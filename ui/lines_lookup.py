"""From a text in a line to the record it means, and from the record to the other cells of the line; all on other threads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
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


@dataclass(frozen=True)
class _Chosen:
    """A record that was chosen in a line: the fields that stay as they are, the values of the document then, and what is to be priced."""

    line: Line
    name: str
    ref: Ref
    keep: frozenset[str]
    values: Mapping[str, Any]
    wanted: Wanted


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
        chosen = _Chosen(line, name, ref, keep, values, wanted)
        self.run(partial(self._rows, chosen), partial(self._asked, chosen), waiting=line)

    def _rows(self, chosen: _Chosen) -> list[tuple[Row, Proposal]]:
        """What follows from it, with prices. Called on a worker."""
        return fill_line(self.around.app, self.lines.kind.key, chosen.name, chosen.ref, chosen.values, chosen.wanted)

    def _asked(self, chosen: _Chosen, rows: Sequence[tuple[Row, Proposal]]) -> None:
        """Ask how many of a bundle are wanted where nobody has typed a quantity, before its parts are put there."""
        number, first = chosen.wanted.quantity, rows[0][0]
        untouched = "quantity" not in chosen.keep and number == new_line(self.lines.kind).values.get("quantity")
        if "bundle_id" in first and untouched and self.lines.row_of(chosen.line) >= 0:
            number = ask_quantity(self._table, chosen.ref.label or first["bundle_id"].label, number)
        if number == chosen.wanted.quantity:
            self._priced(chosen, rows)
            return
        chosen = replace(chosen, wanted=replace(chosen.wanted, quantity=number))
        self.run(partial(self._rows, chosen), partial(self._priced, chosen), waiting=chosen.line)

    def _filled(self, line: Line, name: str, ref: Ref, keep: frozenset[str], values: Mapping[str, Any]) -> None:
        if line.values.get(name) == ref:
            self.lines.fill(line, {n: v for n, v in values.items() if n not in keep})

    def _priced(self, chosen: _Chosen, rows: Sequence[tuple[Row, Proposal]]) -> None:
        line, values = chosen.line, chosen.values
        if line.values.get(chosen.name) != chosen.ref or self.lines.row_of(line) < 0:
            return
        (first, found), *others = rows
        bundle = "bundle_id" in first
        kept = chosen.keep - {"quantity"} if bundle else chosen.keep  # the quantity that stood there was the bundle's
        made = self.lines.expand(line, {"bundle_id": None} | {n: v for n, v in first.items() if n not in kept}, [row for row, _f in others])
        self.priced.emit(line, values, wanted_of(line.values) if bundle else chosen.wanted, found)
        for part, (_row, part_found) in zip(made, others, strict=True):
            self.priced.emit(part, values, wanted_of(part.values), part_found)
        self.lines.told_of(line)
