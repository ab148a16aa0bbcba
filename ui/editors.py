"""Which editor a field gets: a dictionary from kind to editor, complete over all kinds (a test holds it to that)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtWidgets import QWidget

from crm_desktop.records.record_type import Field
from ui.choice_editors import FlagEditor, OptionEditor, StateEditor, TagsEditor
from ui.date_editors import DateEditor
from ui.editor_base import Around, Editor
from ui.image_editor import ImageEditor
from ui.picker import ReferenceEditor
from ui.text_editors import LineEditor, LinkEditor, TextEditor, text_editor

Maker = Callable[[Field, Around], Editor]

EDITORS: Mapping[str, Maker] = {
    "text": text_editor,
    "long_text": TextEditor,
    "code": LineEditor,
    "phone": LinkEditor,
    "email": LinkEditor,
    "url": LinkEditor,
    "integer": LineEditor,
    "decimal": LineEditor,
    "money": LineEditor,
    "price": LineEditor,
    "quantity": LineEditor,
    "percent": LineEditor,
    "date": DateEditor,
    "datetime": DateEditor,
    "yes_no": FlagEditor,
    "option": OptionEditor,
    "state": StateEditor,
    "tags": TagsEditor,
    "reference": ReferenceEditor,
    "image": ImageEditor,
}


def editor_for(about: Field, around: Around, parent: QWidget | None = None) -> Editor:
    """The editor of a field."""
    made = EDITORS[about.kind](about, around)
    if parent is not None:
        made.setParent(parent)
    return made
