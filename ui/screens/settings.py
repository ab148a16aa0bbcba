"""The settings, drawn from their declarations: a new setting appears here without a line of code. Changes hold at once."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from crm_desktop import settings as s
from crm_desktop.words import N_, _
from ui import theme
from ui.shell import Shell
from ui.widgets.buttons import Button, flat
from ui.widgets.inputs import NumberBox
from ui.widgets.labels import Label
from ui.widgets.panels import Card

COMPANY_GRANT = "program.settings"
_LARGEST_LOGO = 1_000_000  # bytes
_WIDE = 2_000  # pixels: editors that may grow have no limit below it


class SettingsScreen(QWidget):
    """Sections at the left, their settings at the right."""

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        self.title, self.icon, self.tab_key = _("Settings"), "settings", "screen:settings"
        self.editors: dict[str, QWidget] = {}
        self._sections = QListWidget()
        self._sections.setProperty("role", "plain")
        self._sections.setAccessibleName(_("Sections"))
        self._sections.setFixedWidth(theme.current().px(190))
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._cards: list[QWidget] = []
        self._fill()
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.size("page"), theme.size("margin"), 0, 0)
        column.setSpacing(theme.size("margin"))
        column.addWidget(Label(self.title, "title"))
        row = QHBoxLayout()
        row.setSpacing(theme.size("page"))
        row.addWidget(self._sections)
        row.addWidget(self._area, 1)
        column.addLayout(row, 1)
        self._sections.currentRowChanged.connect(self._go)
        self._sections.setCurrentRow(0)

    def close_request(self) -> bool:
        """Every change is kept already."""
        return True

    def _fill(self) -> None:
        page = QWidget()
        page.setProperty("scrolled", "true")
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, theme.size("page"), theme.size("page"))
        column.setSpacing(theme.size("margin"))
        for section, settings in s.shown().items():
            item = QListWidgetItem(_(section), self._sections)
            item.setSizeHint(QSize(0, theme.size("row")))
            card = self._card(section, settings)
            card.setMaximumWidth(theme.current().px(760))
            column.addWidget(card)
            self._cards.append(card)
        column.addStretch(1)
        self._area.setWidget(page)

    def _card(self, section: str, settings: list[s.Setting[Any]]) -> Card:
        card = Card(margin=20)
        card.body.addWidget(Label(_(section), "heading"))
        scopes = {setting.scope for setting in settings}
        card.body.addWidget(Label(" · ".join(_(_SCOPE_WORDS[scope]) for scope in s.Scope if scope in scopes), "small"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.size("page"))
        grid.setVerticalSpacing(10)
        grid.setColumnMinimumWidth(0, theme.current().px(170))
        grid.setColumnStretch(1, 1)
        for row, setting in enumerate(settings):
            self._add(grid, row, setting)
        card.body.addSpacing(4)
        card.body.addLayout(grid)
        if section == s.BACKUP_FOLDER.section:
            more = Button(_("Places and times of backups"), "shield_checkmark", clicked=lambda: self._shell.open_screen("backup-setup"))
            card.body.addWidget(more, 0, Qt.AlignmentFlag.AlignLeft)
        return card

    def _add(self, grid: QGridLayout, row: int, setting: s.Setting[Any]) -> None:
        editor = _editor(setting, self._shell.settings.get(setting), lambda value: self._keep(setting, value))
        editor.setAccessibleName(_(setting.label))
        if setting.scope is s.Scope.COMPANY:
            editor.setEnabled(self._shell.app.actor.may(COMPANY_GRANT))
        self.editors[setting.name] = editor
        label = Label("" if isinstance(editor, QCheckBox) else _(setting.label))
        label.setBuddy(editor)
        holder = QVBoxLayout()
        holder.setSpacing(3)
        narrow = QHBoxLayout()
        narrow.addWidget(editor, 1)
        if editor.maximumWidth() < _WIDE:
            narrow.addStretch(1)
        holder.addLayout(narrow)
        if setting.help:
            holder.addWidget(Label(_(setting.help), "small", wrap=True))
        grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
        label.setMinimumHeight(theme.size("control"))
        grid.addLayout(holder, row, 1)

    def _keep(self, setting: s.Setting[Any], value: Any) -> None:
        if value != self._shell.settings.get(setting) and setting.accepts(value):
            self._shell.settings.set(setting, value)
            self._shell.notices.say(_("Saved"))

    def _go(self, row: int) -> None:
        self._area.verticalScrollBar().setValue(self._cards[row].y())


def _editor(setting: s.Setting[Any], value: Any, keep: Callable[[Any], None]) -> QWidget:
    """The widget that fits the declaration; `keep` is called with every finished change."""
    if setting.image:
        return LogoEditor(value, keep)
    if isinstance(setting.default, bool):
        box = QCheckBox(_(setting.label))
        box.setChecked(value)
        box.toggled.connect(keep)
        return box
    if setting.choices:
        return _choice(setting, value, keep)
    if isinstance(setting.default, int):
        number = NumberBox()
        number.setRange(setting.low or 0, setting.high or 1_000_000)
        number.setValue(value)
        number.setMaximumWidth(theme.current().px(140))
        number.editingFinished.connect(lambda: keep(number.value()))
        return number
    if setting.multiline:
        return _LongText(value, keep)
    line = QLineEdit(value)
    line.editingFinished.connect(lambda: keep(line.text().strip()))
    return line


def _choice(setting: s.Setting[Any], value: Any, keep: Callable[[Any], None]) -> QComboBox:
    combo = QComboBox()
    for code, words in setting.choices.items():
        combo.addItem(_(words), code)
    combo.setCurrentIndex(combo.findData(value))
    combo.setMaximumWidth(theme.current().px(280))
    combo.activated.connect(lambda index: keep(combo.itemData(index)))
    return combo


class _LongText(QPlainTextEdit):
    """Several lines; finished when left."""

    def __init__(self, value: str, keep: Callable[[Any], None]) -> None:
        super().__init__(value)
        self._keep = keep
        self.setTabChangesFocus(True)
        self.setFixedHeight(theme.current().px(60))

    def focusOutEvent(self, event: Any) -> None:
        super().focusOutEvent(event)
        self._keep(self.toPlainText().strip())


class LogoEditor(QWidget):
    """A picture, its preview, and the buttons that choose and remove it."""

    def __init__(self, value: str, keep: Callable[[Any], None]) -> None:
        super().__init__()
        self._keep = keep
        self._picture, self._problem = Label(), Label("", "error")
        self._remove = flat(_("Remove"), "dismiss", lambda: self._set(""))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._picture)
        row.addWidget(Button(_("Choose a picture…"), "image", clicked=self._choose))
        row.addWidget(self._remove)
        row.addWidget(self._problem)
        row.addStretch(1)
        self._show(value)

    def take(self, path: Path) -> None:
        """Use the picture in this file, if it is one."""
        try:
            content = path.read_bytes()
        except OSError as error:
            self._problem.setText(error.strerror or _("This file cannot be read."))
            return
        if len(content) > _LARGEST_LOGO:
            self._problem.setText(_("The picture is larger than 1 MB. Please choose a smaller one."))
        elif not QPixmap(str(path)).width():
            self._problem.setText(_("This file is not a PNG or JPEG picture."))
        else:
            self._problem.clear()
            self._set(base64.b64encode(content).decode("ascii"))

    def _choose(self) -> None:
        kinds = _("Pictures") + " (*.png *.jpg *.jpeg)"
        path, _kind = QFileDialog.getOpenFileName(self, _("Choose a picture"), "", kinds)
        if path:
            self.take(Path(path))

    def _set(self, value: str) -> None:
        self._show(value)
        self._keep(value)

    def _show(self, value: str) -> None:
        picture = QPixmap()
        if value:
            picture.loadFromData(base64.b64decode(value))
        self._picture.setVisible(not picture.isNull())
        self._remove.setVisible(bool(value))
        if not picture.isNull():
            side = theme.current().px(48)
            fitted = picture.scaled(
                QSize(side * 2, side), Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
            )
            self._picture.setPixmap(fitted)


_SCOPE_WORDS = {
    s.Scope.PC: N_("For this PC"),
    s.Scope.PERSON: N_("For you, on every PC"),
    s.Scope.COMPANY: N_("For the whole company"),
}
