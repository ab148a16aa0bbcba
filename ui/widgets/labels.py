"""Text on a screen by its role, tags that say a state by a colour, and the round picture of a person."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QStyle, QStyleOptionViewItem, QWidget

from ui import icons, theme


class Label(QLabel):
    """Plain text in a role of the style sheet: dim, faint, small, strong, section, heading, title, hero, number, key."""

    def __init__(self, text: str = "", role: str = "", *, wrap: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setTextFormat(Qt.TextFormat.PlainText)  # what a person typed is never read as markup
        self.setWordWrap(wrap)
        if role:
            self.setProperty("role", role)

    def set_tone(self, tone: str) -> None:
        """Colour the text: red, green, amber or nothing."""
        theme.restyle(self, tone=tone)


class IconLabel(QWidget):
    """An icon alone, following the theme."""

    def __init__(self, name: str, token: str = "dim", size: int = 0, *, filled: bool = False) -> None:
        super().__init__()
        self._name, self._token, self._filled = name, token, filled
        side = theme.current().px(size) if size else theme.size("icon")
        self.setFixedSize(side, side)

    def set_icon(self, name: str, token: str) -> None:
        self._name, self._token = name, token
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        ratio = self.devicePixelRatioF()
        painter.drawPixmap(0, 0, icons.pixmap(self._name, self._token, self.width(), filled=self._filled, ratio=ratio))


class Tag(QWidget):
    """A short word on a ground of its tone: a state, a level, a label."""

    def __init__(self, text: str, tone: str = "grey") -> None:
        super().__init__()
        self._text, self._tone = text, tone
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(text)

    def set(self, text: str, tone: str) -> None:
        """Say something else."""
        self._text, self._tone = text, tone
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    @property
    def text(self) -> str:
        return self._text

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(theme.current().font("font_small"))
        return QSize(metrics.horizontalAdvance(self._text) + theme.current().px(16), metrics.height() + 5)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_tag(painter, self.rect(), self._text, self._tone)


def paint_tag(painter: QPainter, box: QRect, text: str, tone: str) -> None:
    """Draw a tag that fills `box`; list cells use it too."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour(f"{tone}_bg"))
    painter.drawRoundedRect(box, 4, 4)
    painter.setFont(theme.current().font("font_small"))
    painter.setPen(theme.colour(tone))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()


def mark_focus(painter: QPainter, option: QStyleOptionViewItem) -> None:
    """A frame around the cell where the keys arrive, drawn on what a delegate has drawn already."""
    if QStyle.StateFlag.State_HasFocus in option.state:
        painter.save()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(theme.colour("accent"))
        painter.drawRect(QRect(option.rect).adjusted(0, 0, -1, -1))
        painter.restore()


class Avatar(QWidget):
    """A person's first character on a round ground; the same person always gets the same tone."""

    _TONES = ("violet", "accent", "green", "amber")

    def __init__(self, name: str, size: int = 30) -> None:
        super().__init__()
        self._name = name
        side = theme.current().px(size)
        self.setFixedSize(side, side)
        self.setToolTip(name)

    def set_name(self, name: str) -> None:
        self._name = name
        self.setToolTip(name)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tone = self._TONES[sum(map(ord, self._name)) % len(self._TONES)]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour(f"{tone}_bg"))
        painter.drawEllipse(QRectF(self.rect()))
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.colour("accent"), 2))
            painter.drawEllipse(QRectF(self.rect()).adjusted(1, 1, -1, -1))
        painter.setFont(theme.current().font(bold=True))
        painter.setPen(theme.colour(tone))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._name.strip()[:1].upper())


class SectionHeader(QWidget):
    """The heading of a part of a page, with room for what can be done there at the right."""

    def __init__(self, title: str, *actions: QWidget, icon: str = "", note: str = "") -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.size("gap"))
        if icon:
            row.addWidget(IconLabel(icon))
        row.addWidget(Label(title, "section"))
        self.note = Label(note, "dim")
        row.addWidget(self.note)
        row.addStretch(1)
        for action in actions:
            row.addWidget(action)


def separator(*, vertical: bool = False) -> QFrame:
    """A hairline between two parts."""
    line = QFrame()
    line.setProperty("role", "separator")
    line.setFixedWidth(1) if vertical else line.setFixedHeight(1)
    return line
