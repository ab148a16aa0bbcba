"""Cells of a line table to Excel and back: tabs between columns, a line for each row, quotes around what holds either."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field

from crm_desktop.draft import Line
from crm_desktop.services.saving import new_line
from crm_desktop.words import _
from ui.editor_base import read_typed
from ui.lines_model import Bad, LinesModel


@dataclass
class Pasted:
    """What a pasted block did.

    lookups: texts to look up as references (line, field, text). typed: the fields that were pasted by id(line), which no
    look-up may overwrite. bad: how many cells could not be read.
    """

    lookups: list[tuple[Line, str, str]] = field(default_factory=list)
    typed: dict[int, set[str]] = field(default_factory=dict)
    bad: int = 0
    rows: int = 0
    columns: int = 0


def copied(model: LinesModel, cells: Sequence[tuple[int, int]]) -> str:
    """Cells as Excel takes them; numbers without thousands marks."""
    wanted = {(r, c) for r, c in cells if r < len(model.lines)}
    columns = sorted({c for _r, c in wanted})
    out = io.StringIO()
    writer = csv.writer(out, "excel-tab", lineterminator="\n")
    for row in sorted({r for r, _c in wanted}):
        writer.writerow([model.text(row, model.names[c], plain=True) if (row, c) in wanted else "" for c in columns])
    return out.getvalue().rstrip("\n")


def paste(model: LinesModel, text: str, row: int, columns: Sequence[int]) -> Pasted:
    """Put a block from Excel into rows from `row` on, into these columns; lines are added where they are needed."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
    block = list(csv.reader(io.StringIO(plain), "excel-tab"))
    done = Pasted(rows=len(block), columns=max((len(cells) for cells in block), default=0))
    if block:
        with model.pasting():
            for at, cells in enumerate(block):
                _paste_row(model, row + at, columns, cells, done)
    return done


def _paste_row(model: LinesModel, row: int, columns: Sequence[int], cells: list[str], done: Pasted) -> None:
    line = model.line(row)
    if line is None:
        if model.locked or not any(cell.strip() for cell in cells):
            return
        line = new_line(model.kind)
        model.lines.append(line)
    pasted = done.typed.setdefault(id(line), set())
    for column, text in zip(columns, cells, strict=False):
        name = model.names[column]
        if model.may_edit(name):
            pasted.add(name)
            _paste_cell(model, line, name, text, done)


def _paste_cell(model: LinesModel, line: Line, name: str, text: str, done: Pasted) -> None:
    about = model.fields[name]
    if about.kind == "reference" and text.strip():
        model.bad[(id(line), name)] = Bad(text.strip(), _("Looking it up…"))
        done.lookups.append((line, name, text.strip()))
        return
    try:
        model.put(line, name, None if about.kind == "reference" else read_typed(text, about, model.options))
    except ValueError as error:
        model.bad[(id(line), name)] = Bad(text.strip(), str(error))
        done.bad += 1
