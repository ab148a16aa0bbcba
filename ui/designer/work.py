"""What can be done to what is selected: one place for buttons, menus and keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent

from crm_desktop.errors import Told
from crm_desktop.printing.template import Element, PictureElement, Template
from crm_desktop.words import _
from ui.designer import arranging, clipboard, edits, making
from ui.designer.arranging import Box
from ui.designer.canvas import Canvas
from ui.designer.dropping import Carried
from ui.designer.places import Place
from ui.designer.placing import commit

STEP, LEAP = 0.5, 5.0  # millimetres of an arrow key, alone and with Shift
_ASIDE = 3.0  # millimetres between a thing and its copy


class Work(QObject):
    """Changes the document of a canvas."""

    failed = Signal(object)

    def __init__(self, canvas: Canvas, fields_of: Callable[[str], Sequence[Carried]]) -> None:
        """fields_of: the fields of a list, as columns of a table made out of it."""
        super().__init__(canvas)
        self.canvas, self.document = canvas, canvas.document
        self._fields_of = fields_of
        self._new = ""
        canvas.key_pressed.connect(self.key)
        canvas.dropped.connect(self.drop)

    # Keys of the canvas

    def key(self, event: QKeyEvent) -> None:
        """Arrows move, with Ctrl they resize; Del removes; Esc lets go."""
        ways = {
            Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1),
        }  # fmt: skip
        keys = event.modifiers()
        way = ways.get(Qt.Key(event.key()))
        columns = [i for i in self.document.selection if self.document.spots[i].kind == "column"]
        if way and columns and keys & Qt.KeyboardModifier.AltModifier and way[0]:
            self.document.do(_("Move the column"), lambda t: edits.move_column(t, columns[-1], way[0]))
        elif way and self.document.elements:
            far = LEAP if keys & Qt.KeyboardModifier.ShiftModifier else STEP
            self.nudge(way[0] * far, way[1] * far, size=bool(keys & Qt.KeyboardModifier.ControlModifier))
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self.document.selection:
            self.remove()
        elif event.key() == Qt.Key.Key_Escape and self.document.selection:
            self.document.select([])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2) and self.document.selection:
            self.canvas.edit_wanted.emit(self.document.selection[-1])
        else:
            return
        event.accept()

    def nudge(self, dx: float, dy: float, *, size: bool = False) -> None:
        """Move by a little, or change the size by it; many keys become one step."""
        old = self._free()
        if size:
            new = {i: Box(b.x, b.y, max(b.width + dx, 0), max(b.height + dy, 0)) for i, b in old.items()}
        else:
            new = {i: b.moved(dx, dy) for i, b in old.items()}
        commit(self.canvas, _("Resize") if size else _("Move"), old, new, merge="size" if size else "nudge")

    def _free(self) -> dict[str, Box]:
        return {i: b for i, b in self.canvas.boxes().items() if not self.document.thing(i).locked}

    # Arranging

    def align(self, edge: str) -> None:
        """Line the selected elements up; one alone lines up with the margins of the page."""
        old = self._free()
        if len(old) == 1:
            template = self.document.template
            width, height = template.page.dimensions()
            m = template.page.margins
            frame = Box(m.left, m.top, width - m.left - m.right, height - m.top - m.bottom)
            name, box = next(iter(old.items()))
            new = {name: arranging.aligned({name: box, "": frame}, edge)[name]} if edge in ("left", "center", "right") else old
        else:
            new = arranging.aligned(old, edge) if old else {}
        commit(self.canvas, _("Align"), old, new)

    def spread(self, way: str) -> None:
        """The same room between the selected elements."""
        old = self._free()
        commit(self.canvas, _("Spread evenly"), old, arranging.spread(old, way) if old else {})

    def same_size(self, what: str) -> None:
        """The size of the one selected last."""
        old = self._free()
        if old:
            model = next((i for i in reversed(self.document.elements) if i in old), next(iter(old)))
            commit(self.canvas, _("Same size"), old, arranging.same_size(old, model, what))

    def restack(self, where: str) -> None:
        """What lies above what."""
        ids = self.document.elements
        if ids:
            names = {"front": _("To the front"), "back": _("To the back"), "up": _("One up"), "down": _("One down")}
            self.document.do(names[where], lambda t: edits.restack(t, ids, where))

    def lock(self) -> None:
        """Lock what is selected, or free it where all of it is locked."""
        ids = self.document.elements
        if ids:
            locked = not all(self.document.thing(i).locked for i in ids)
            self.document.do(_("Lock") if locked else _("Unlock"), lambda t: edits.with_entries(t, ids, locked=locked))

    # Copies

    def copy(self) -> None:
        if self.document.elements:
            QGuiApplication.clipboard().setText(clipboard.copied(self.document.template, self.document.elements))

    def cut(self) -> None:
        self.copy()
        self.remove()

    def paste(self) -> None:
        """What was copied here or in another template, into the band worked on."""
        self._paste(QGuiApplication.clipboard().text(), _("Paste"))

    def duplicate(self) -> None:
        if self.document.elements:
            self._paste(clipboard.copied(self.document.template, self.document.elements), _("Make a copy"))

    def _paste(self, text: str, name: str) -> None:
        band = self.target_band()
        if band < 0:
            return
        template, ids = clipboard.pasted(self.document.template, text, band, (_ASIDE, _ASIDE))
        if ids:
            self._add(name, lambda _old: template, ids)

    def target_band(self) -> int:
        """The band of what is selected, else the first in sight that takes elements; -1 for none."""
        document = self.document
        bands = document.template.bands
        for id_ in reversed(document.selection):
            if edits.holds_elements(bands[document.spots[id_].band]):
                return document.spots[id_].band
        able = [n for n, band in enumerate(bands) if edits.holds_elements(band)]
        drawn = self.canvas.drawn
        page = self.canvas.page if self.canvas.page < drawn.pages else 0
        here = {p.id for p in drawn.places if p.kind == "band" and p.page == page}  # not the head of a next page that is not there
        return next((n for n in able if bands[n].id in here), able[0] if able else -1)

    def show_new(self) -> None:
        """Bring what was added last into sight, as soon as it is drawn."""
        if self._new in self.document.spots and (place := self.canvas.drawn.place(self._new)):
            self.canvas.show_box(place.page, place.box)
            self._new = ""

    def _add(self, name: str, change: Callable[[Template], Template], ids: Sequence[str]) -> None:
        self._new = ids[-1]
        self.document.do(name, change, select=ids)

    def remove(self) -> None:
        """Take away what is selected and not locked."""
        ids = [i for i in self.document.selection if not getattr(self.document.thing(i), "locked", False)]
        left = len(self.document.template.bands) - sum(self.document.spots[i].kind == "band" for i in ids)
        if ids and left:
            self.document.do(_("Delete"), lambda t: edits.remove(t, ids), select=())

    def select_all(self) -> None:
        """Every element of the page worked on."""
        places = self.canvas.drawn.on_page(self.canvas.page)
        self.document.select(place.id for place in places if place.kind == "element")

    # New things

    def add(self, kind: str) -> None:
        """A new element where the person is looking."""
        canvas = self.canvas
        index = self.target_band()
        middle = canvas.viewport().rect().center()
        page, x, y = canvas.on_page(middle) if canvas.pages else (0, 60.0, 10.0)
        place = canvas.band_at(page, y)
        if place is not None and edits.holds_elements(self.document.thing(place.id)) and not self.document.selection:
            index = self.document.spots[place.id].band
            self._put(making.element(kind, self.document.fresh(kind), x - 40, y - place.box.y, self._language()), index)
        elif index >= 0:
            self._put(making.element(kind, self.document.fresh(kind), *self._beside(), self._language()), index)

    def _beside(self) -> tuple[float, float]:
        chosen = [self.document.thing(i) for i in self.document.elements]
        return (chosen[-1].x + _ASIDE, chosen[-1].y + chosen[-1].height + 1) if chosen else (5.0, 2.0)

    def _put(self, made: Element, band: int) -> None:
        """Onto the paper, and not over its edge: what was let go near the right one moves to the left."""
        page = self.document.template.page
        room = page.dimensions()[0] - page.margins.left - page.margins.right
        at: dict[str, Any] = {"x": round(max(min(made.x, room - made.width), 0.0), 2), "y": max(made.y, 0.0)}
        self._add(_("New element"), lambda t: edits.add(t, band, [replace(made, **at)]), [made.id])

    def _language(self) -> str:
        return self.document.template.language or "zh_CN"

    def add_band(self, kind: str) -> None:
        """A new band behind the one worked on."""
        document = self.document
        at = document.spots[document.selection[-1]].band + 1 if document.selection else len(document.template.bands)
        band = making.band(kind, document.fresh(kind))
        if kind in ("group_head", "group_foot", "no_data"):
            at, band = edits.around_list(document.template, band, document.band_index(document.selection[-1]) if document.selection else -1)
        self._add(_("New band"), lambda t: edits.add_band(t, at, band), [band.id])

    def add_table(self, over: str, at: int | None = None) -> None:
        """A finished table of a list."""
        document = self.document
        page = document.template.page
        width = page.dimensions()[0] - page.margins.left - page.margins.right
        band = making.table_of(over, self._fields_of(over), document.spots, width, self._language())
        where = at if at is not None else self.target_band() + 1
        self._add(_("New table"), lambda t: edits.add_band(t, where, band), [band.id])

    def move_band(self, by: int) -> None:
        """The band worked on, up or down."""
        if self.document.selection:
            band = self.document.spots[self.document.selection[-1]].band
            self.document.do(_("Move the band"), lambda t: edits.move_band(t, band, by))

    def drop(self, carried: Carried, band_id: str, at: tuple[float, float]) -> None:
        """Something out of the tree, or a picture file, was let go over a band."""
        try:
            self._drop(carried, band_id, at)
        except Told as problem:
            self.failed.emit(problem)

    def _drop(self, carried: Carried, band_id: str, at: tuple[float, float]) -> None:
        document = self.document
        index = document.spots[band_id].band
        band = document.thing(band_id)
        if carried.kind == "list":
            self.add_table(carried.path, index + 1)
        elif not edits.holds_elements(band):
            if carried.kind == "field" and carried.path.startswith(("line.", "row")):
                made = making.column(carried, document.fresh("column"))
                document.do(_("New column"), lambda t: edits.add_columns(t, band_id, [made]), select=[made.id])
        elif carried.kind == "picture":
            self.add_picture(Path(carried.path), index, at)
        elif carried.kind == "field":
            self._put(making.bound(carried, document.fresh("field"), *at), index)
        else:
            self._put(making.element(carried.kind, document.fresh(carried.kind), *at, self._language()), index)

    def add_picture(self, path: Path, band: int, at: tuple[float, float]) -> None:
        """A picture file becomes a picture of the template. Raises NotAPicture."""
        name, content, high = making.picture_of(path)
        document = self.document
        known = document.template.pictures
        if known.get(name, content) != content:
            name = edits.fresh_id(known, f"{name}_")
        id_, width = document.fresh("picture"), 40.0
        made = PictureElement(
            id=id_, x=round(at[0], 2), y=round(at[1], 2), width=width, height=round(width * high, 2), picture=name
        )
        self._add(
            _("New picture"), lambda t: edits.add(replace(t, pictures={**t.pictures, name: content}), band, [made]), [id_]
        )

    def place_of_selection(self) -> Place | None:
        """Where the thing selected last stands."""
        return self.canvas.place(self.document.selection[-1]) if self.document.selection else None
