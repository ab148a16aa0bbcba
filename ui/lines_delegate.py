"""How a cell of a line table is drawn and what is typed into: a bare line, a picker, or a drop-down list."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from crm_desktop.draft import Ref
from crm_desktop.kinds import show
from crm_desktop.records.record_type import Field
from crm_desktop.words import _
from ui import icons, theme
from ui.choice_editors import ChoiceBox
from ui.editor_base import Around, alignment
from ui.lines_model import Index, LinesModel
from ui.picker import PickerLine

PAD = 8


class CellText(QLineEdit):
    """A line in a cell."""

    def __init__(self, about: Field, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "cell")
        self.setAlignment(alignment(about))


class LinesDelegate(QStyledItemDelegate):
    """Draws cells and makes their editors. `typed` and `leave` tell the grid what to do; the model does the reading."""

    leave = Signal(QWidget, str)  # the editor, and where to go: next, back, enter, up, down, stay, cancel
    list_wanted = Signal(QWidget)
    new_wanted = Signal(QWidget, str)
    jump_wanted = Signal(QWidget)

    def __init__(self, around: Around, parent: QObject) -> None:
        super().__init__(parent)
        self.around = around

    # Editors

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        model = index.model()
        assert isinstance(model, LinesModel)
        about = model.field(index.column())
        made = self._make(about, model, parent)
        made.setAccessibleName(_(about.label))
        made.setProperty("cell_row", index.row())
        made.setProperty("cell_name", about.name)
        return made

    def _make(self, about: Field, model: LinesModel, parent: QWidget) -> QWidget:
        if about.kind == "reference":
            picker = PickerLine(about, self.around, parent=parent)
            picker.setProperty("role", "cell")
            picker.looks_up_on_leaving = False
            picker.picked.connect(lambda ref: self._picked(picker, ref))
            picker.list_wanted.connect(lambda: self.list_wanted.emit(picker))
            picker.new_wanted.connect(lambda text: self.new_wanted.emit(picker, text))
            picker.jump_wanted.connect(lambda: self.jump_wanted.emit(picker))
            return picker
        if about.kind in ("option", "yes_no"):
            box = ChoiceBox(parent)
            if about.kind == "yes_no":
                box.addItem(_("No"), False)
                box.addItem(_("Yes"), True)
            else:
                if not about.required:
                    box.addItem("", "")
                for choice in model.options.choices(about.options):
                    if choice.active:
                        box.addItem(choice.shown(), choice.code)
            return box
        return CellText(about, parent)

    def _picked(self, picker: PickerLine, ref: Ref | None) -> None:
        if ref is not None:
            self.leave.emit(picker, "enter")

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        model = index.model()
        assert isinstance(model, LinesModel)
        if editor.property("cell_shown"):  # amounts are worked out while a person types: the text must stay
            return
        editor.setProperty("cell_shown", True)
        about, value = model.field(index.column()), index.data(Qt.ItemDataRole.EditRole)
        bad = model.bad_at(index.row(), about.name)
        if isinstance(editor, PickerLine):
            editor.show_ref(value)
            if bad:
                editor.setText(bad.text)
        elif isinstance(editor, ChoiceBox):
            editor.setCurrentIndex(max(0, editor.findData(value)))
        elif isinstance(editor, QLineEdit):
            editor.setText(bad.text if bad else show(value, about, model.options))

    def setModelData(self, editor: QWidget, model: Any, index: Index) -> None:
        about = model.field(index.column())
        if isinstance(editor, PickerLine):
            self._take_picker(editor, model, index.row(), about.name)
        elif isinstance(editor, ChoiceBox):
            model.set_value(index.row(), about.name, editor.currentData())
        elif isinstance(editor, QLineEdit):
            model.set_text(index.row(), about.name, editor.text())

    def _take_picker(self, editor: PickerLine, model: LinesModel, row: int, name: str) -> None:
        text = editor.open_text
        if text:
            model.look_up(row, name, text)
        elif editor.ref is not None or editor.text().strip() == "":
            line = model.line(row)
            if line is not None or editor.ref is not None:
                model.set_value(row, name, editor.ref)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and isinstance(watched, QWidget):
            return self._key(watched, event)
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Tab):
                event.accept()
            return False
        return super().eventFilter(watched, event)

    def _key(self, editor: QWidget, event: QKeyEvent) -> bool:
        key, shift = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if isinstance(editor, PickerLine):
            if editor.handle_key(event):
                return True
            enters = key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab)
            if enters and not shift and editor.take_highlighted():
                return True
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.leave.emit(editor, "up" if shift else "line" if event.modifiers() & Qt.KeyboardModifier.ControlModifier else "enter")
        elif key == Qt.Key.Key_Tab:
            self.leave.emit(editor, "next")
        elif key == Qt.Key.Key_Backtab:
            self.leave.emit(editor, "back")
        elif key == Qt.Key.Key_Escape:
            self.leave.emit(editor, "cancel")
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and isinstance(editor, QLineEdit):
            self.leave.emit(editor, "up" if key == Qt.Key.Key_Up else "down")
        else:
            return False
        return True

    # Drawing

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model, worn, box = index.model(), theme.current(), option.rect
        assert isinstance(model, LinesModel)
        about = model.field(index.column())
        problem = model.problem_at(index.row(), about.name)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        ground = "red_bg" if problem else "soft" if selected else "row" if about.computed else "pane"
        painter.fillRect(box, worn.colour(ground))
        painter.setPen(worn.colour("hairline"))
        painter.drawLine(box.bottomLeft(), box.bottomRight())
        painter.drawLine(box.topRight(), box.bottomRight())
        if about.kind == "yes_no":
            self._flag(painter, box, bool(index.data(Qt.ItemDataRole.EditRole)))
        else:
            self._text(painter, option, index, about, bool(problem))
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(worn.colour("accent"), 2))
            painter.drawRect(box.adjusted(1, 1, -1, -1))
        painter.restore()

    def _text(self, painter: QPainter, option: QStyleOptionViewItem, index: Index, about: Field, wrong: bool) -> None:
        worn, model = theme.current(), index.model()
        text = index.data(Qt.ItemDataRole.DisplayRole)
        token = "red" if wrong else "dim" if about.computed else "text"
        if not text and isinstance(model, LinesModel) and model.line(index.row()) is None and index.column() == model.first_typed():
            text, token = _("Type to add a line"), "faint"
        painter.setPen(worn.colour(token))
        painter.setFont(option.font)
        room = option.rect.adjusted(PAD, 0, -PAD, 0)
        shown = option.fontMetrics.elidedText(text or "", Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, int(alignment(about)), shown)

    def _flag(self, painter: QPainter, box: Any, on: bool) -> None:
        if on:
            side = theme.size("small_icon")
            corner = QPoint(box.center().x() - side // 2, box.center().y() - side // 2)
            painter.drawPixmap(corner, icons.pixmap("checkmark", "green", side, ratio=painter.device().devicePixelRatioF()))
