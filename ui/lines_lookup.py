"""From a text in a line to the record it means, and from the record to the other cells of the line; all on other threads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import QObject

from crm_desktop.draft import Line, Ref
from crm_desktop.services.lookup import fill
from ui.editor_base import Around
from ui.lines_model import LinesModel
from ui.picker import find, not_found


class LineLookups(QObject):
    """The look-ups of one line table. `under_way`: how many answers are still to come."""

    def __init__(self, lines: LinesModel, around: Around, parent: QObject) -> None:
        super().__init__(parent)
        self.lines, self.around, self.under_way = lines, around, 0
        lines.reference_set.connect(self.fill_from)
        lines.lookup_wanted.connect(self.look_up)

    def _run(self, work: Callable[[], Any], done: Callable[[Any], None]) -> None:
        self.under_way += 1

        def answered(answer: Any) -> None:
            self.under_way -= 1
            done(answer)

        def failed(error: BaseException) -> None:
            self.under_way -= 1
            self.around.failed(error)

        self.around.tasks.run(work, answered, failed, owner=self)

    def look_up(self, line: Line, name: str, text: str, keep: frozenset[str]) -> None:
        """Find the record a text means; what follows from it is filled in, but for the fields in `keep`."""
        about = self.lines.fields[name]
        work = partial(find, self.around.app, about.target, text, dict(self.around.within(about)))
        self._run(work, partial(self._found, line, name, text, keep))

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
        if self.lines.kind.lines and self.lines.kind.lines.fields[name].copies:
            work = partial(fill, self.around.app, self.lines.kind.key, name, ref, line=True)
            self._run(work, partial(self._filled, line, name, ref, keep))

    def _filled(self, line: Line, name: str, ref: Ref, keep: frozenset[str], values: Mapping[str, Any]) -> None:
        if line.values.get(name) == ref:
            self.lines.fill(line, {n: v for n, v in values.items() if n not in keep})
