"""The folders whose files are imported by themselves: a card below the file page, and the dialog that adds or changes one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog, QFileDialog, QFormLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from crm_desktop.application import Application
from crm_desktop.errors import Told
from crm_desktop.exchange.dropping import waiting
from crm_desktop.exchange.first_look import importable
from crm_desktop.exchange.ready_mappings import ready_mappings
from crm_desktop.exchange.watched_settings import (
    AS_MAPPED,
    RULES,
    Watched,
    check_watched,
    forget_watched,
    new_watched,
    store_watched,
    watched_folders,
)
from crm_desktop.services.import_mappings import mappings
from crm_desktop.settings import IMPORT_FOLDERS
from crm_desktop.words import N_, _, ngettext
from ui import theme
from ui.choice_editors import ChoiceBox
from ui.screens.import_wishes import EXISTING
from ui.shell import Shell
from ui.widgets.buttons import Button, IconButton, flat
from ui.widgets.labels import IconLabel, Label, SectionHeader, Tag
from ui.widgets.naming import name_rows
from ui.widgets.panels import Card

_AS_HEADINGS = N_("As the headings suggest")


@dataclass(frozen=True)
class State:
    """How a folder stands: whether it is there, and how many files wait in it."""

    there: bool
    waiting: int


def state_of(watched: Watched) -> State:
    """Look; on a worker, as another PC may take its time to answer."""
    try:
        there = watched.path.is_dir()
    except OSError:
        there = False
    return State(there, len(waiting(watched.path)) if there else 0)


class WatchedCard(Card):
    """Every folder with what it holds and how it stands, and the buttons that add, change and forget one."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(plate=True)
        self._shell = shell
        self.rows: dict[str, WatchedRow] = {}
        self.add = flat(_("Watch a folder…"), "add", self.ask_new)
        head = QHBoxLayout()
        head.addWidget(SectionHeader(_("Watched folders"), icon="folder_open"))
        head.addStretch(1)
        head.addWidget(self.add)
        self.body.addLayout(head)
        self._none = Label(_("What is dropped into a watched folder is imported by itself, while the program is open."), "dim", wrap=True)
        self.body.addWidget(self._none)
        self._list = QVBoxLayout()
        self._list.setSpacing(2)
        self.body.addLayout(self._list)
        stop = shell.settings.listen(self._set)
        self.destroyed.connect(lambda: stop())
        self.refresh()

    def refresh(self) -> None:
        """Show the folders of the moment, then how they stand."""
        while (item := self._list.takeAt(0)) is not None:
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        self.rows = {}
        found = watched_folders(self._shell.settings)
        for watched in found:
            row = WatchedRow(self._shell.app, watched)
            row.change.clicked.connect(lambda _on=False, chosen=watched: self.ask(chosen))
            row.pause.clicked.connect(lambda _on=False, chosen=watched: self._pause(chosen))
            row.remove.clicked.connect(lambda _on=False, chosen=watched: self.forget(chosen))
            self.rows[watched.id] = row
            self._list.addWidget(row)
        self._none.setVisible(not found)
        self.look()

    def look(self) -> None:
        """Ask how the folders stand."""
        found = [row.watched for row in self.rows.values()]
        if found:
            self._shell.tasks.run(lambda: [(w.id, state_of(w)) for w in found], self._show_states)

    def ask_new(self) -> None:
        """Let the person choose a folder and say what it holds."""
        kinds = importable(self._shell.app)
        folder = QFileDialog.getExistingDirectory(self, _("Which folder is watched?"))
        if folder and kinds:
            self.ask(new_watched(str(Path(folder)), kinds[0].key))

    def ask(self, watched: Watched) -> None:
        """Let the person say what a folder holds."""
        dialog = WatchedDialog(self, self._shell, watched)
        if dialog.exec():
            self._keep(dialog.watched)

    def forget(self, watched: Watched) -> None:
        """Watch a folder no more."""
        question = _("Stop watching “{folder}”?").format(folder=watched.path.name)
        if self._shell.notices.ask(question, _("The files in it stay as they are."), yes=_("Stop watching")):
            forget_watched(self._shell.settings, watched.id)

    def _pause(self, watched: Watched) -> None:
        store_watched(self._shell.settings, replace(watched, active=not watched.active))

    def _keep(self, watched: Watched) -> None:
        app, settings = self._shell.app, self._shell.settings
        check = partial(check_watched, app, settings, watched)
        self._shell.tasks.run(lambda: check(), lambda _sound: store_watched(settings, watched), self._shell.notices.error, owner=self)

    def _set(self, names: frozenset[str]) -> None:
        if IMPORT_FOLDERS.name in names:
            self.refresh()

    def _show_states(self, states: Sequence[tuple[str, State]]) -> None:
        for id_, state in states:
            if row := self.rows.get(id_):  # else it was forgotten meanwhile
                row.show_state(state)


class WatchedRow(QWidget):
    """One folder."""

    def __init__(self, app: Application, watched: Watched) -> None:
        super().__init__()
        self.watched = watched
        self.setMinimumHeight(theme.size("row"))
        self.state = Tag("", "grey")
        self.change = IconButton("edit", _("Change"))
        self.pause = flat(_("Pause") if watched.active else _("Go on"))
        self.remove = IconButton("dismiss", _("Stop watching"))
        may = app.actor.may(f"{watched.type}.import")
        kind = app.types.get(watched.type)
        words = [_(kind.plural) if kind else watched.type, watched.mapping or _(_AS_HEADINGS)]
        if watched.existing:
            words.append(next(_(w) for v, w, _tip in EXISTING if v == watched.existing))
        text = QVBoxLayout()
        text.setSpacing(1)
        name = Label(watched.path.name or watched.folder, "strong")
        name.setToolTip(watched.folder)
        text.addWidget(name)
        text.addWidget(Label(" · ".join(words), "small"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 4, 0, 4)
        row.setSpacing(theme.size("gap"))
        row.addWidget(IconLabel(kind.icon if kind else "folder_open"))
        row.addLayout(text, 1)
        row.addWidget(self.state)
        for button in (self.change, self.pause, self.remove):
            button.setEnabled(may)
            row.addWidget(button)
        self._may = may
        self.show_state(None)

    def show_state(self, state: State | None) -> None:
        """Say how it stands; None while nobody has looked."""
        if not self.watched.active:
            self._say(_("paused"), "grey")
        elif not self._may:
            self._say(_("waits for somebody who may import"), "amber")
        elif state is None:
            self.state.hide()
        elif not state.there:
            self._say(_("not connected"), "amber")
        elif state.waiting:
            self._say(ngettext("{count} file waits", "{count} files wait", state.waiting).format(count=state.waiting), "accent")
        else:
            self._say(_("watched"), "green")

    def _say(self, words: str, tone: str) -> None:
        self.state.set(words, tone)
        self.state.show()


class WatchedDialog(QDialog):
    """What a folder holds, by which mapping it is read, and what happens to records that exist. `watched` holds the answer."""

    def __init__(self, parent: QWidget, shell: Shell, watched: Watched) -> None:
        super().__init__(parent.window())
        self._shell, self._watched = shell, watched
        self.setWindowTitle(_("Watched folder"))
        self.setMinimumWidth(theme.current().px(480))
        self.folder = QLineEdit(watched.folder)
        self.types, self.maps, self.existing = ChoiceBox(), ChoiceBox(), ChoiceBox()
        for kind in importable(shell.app):
            self.types.addItem(_(kind.plural), kind.key)
        self.types.setCurrentIndex(max(0, self.types.findData(watched.type)))
        self.existing.addItem(_("As the mapping says"), AS_MAPPED)
        for value, words, _tip in EXISTING:
            if value in RULES:
                self.existing.addItem(_(words), value)
        self.existing.setCurrentIndex(max(0, self.existing.findData(watched.existing)))
        self._lay_out()
        self.types.currentIndexChanged.connect(lambda _at: self._offer())
        self._offer()

    @property
    def watched(self) -> Watched:
        """What is chosen."""
        chosen = str(self.types.currentData()), str(self.maps.currentData() or ""), str(self.existing.currentData())
        return replace(self._watched, folder=self.folder.text().strip(), type=chosen[0], mapping=chosen[1], existing=chosen[2])

    def _lay_out(self) -> None:
        choose = Button(_("Choose…"), "folder_open", clicked=self._choose)
        place = QHBoxLayout()
        place.addWidget(self.folder, 1)
        place.addWidget(choose)
        form = QFormLayout()
        form.setSpacing(theme.size("gap"))
        form.addRow(_("Folder"), place)
        form.addRow(_("The files hold"), self.types)
        form.addRow(_("Mapping"), self.maps)
        form.addRow(_("Records that exist"), self.existing)
        name_rows(form)
        column = QVBoxLayout(self)
        edge = theme.size("page")
        column.setContentsMargins(edge, edge, edge, theme.size("margin"))
        column.setSpacing(theme.size("margin"))
        words = _(
            "A file is taken once it is written and closed, imported with the rights of whoever is at work, and moved to “done” or "
            "“failed” in the folder, with a report beside it. Where several PCs watch a folder, one of them imports each file."
        )
        column.addWidget(Label(words, "dim", wrap=True))
        column.addLayout(form)
        foot = QHBoxLayout()
        foot.addWidget(flat(_("Open the folder"), "folder_open", self._open))
        foot.addStretch(1)
        foot.addWidget(Button(_("Cancel"), clicked=self.reject))
        self.ok = Button(_("Watch"), kind="primary", clicked=self.accept)
        self.ok.setDefault(True)
        foot.addWidget(self.ok)
        column.addLayout(foot)

    def _choose(self) -> None:
        if folder := QFileDialog.getExistingDirectory(self, _("Which folder is watched?"), self.folder.text()):
            self.folder.setText(str(Path(folder)))

    def _open(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(self.folder.text().strip()))

    def _offer(self) -> None:
        """Offer the mappings of the type chosen: kept ones, then those that come with the program."""
        app, key = self._shell.app, str(self.types.currentData())

        def work() -> list[str]:
            kept = [k.name for k in mappings(app, key)]
            return [*kept, *(r.name for r in ready_mappings() if r.recipe.type == key)]

        self._shell.tasks.run(work, partial(self._show_maps, key), self._no_maps)

    def _show_maps(self, key: str, names: Sequence[str]) -> None:
        if key != self.types.currentData():
            return
        self.maps.clear()
        self.maps.addItem(_(_AS_HEADINGS), "")
        for name in names:
            self.maps.addItem(_(name), name)
        self.maps.setCurrentIndex(max(0, self.maps.findData(self._watched.mapping)))

    def _no_maps(self, error: BaseException) -> None:
        self._show_maps(str(self.types.currentData()), ())
        if not isinstance(error, Told):
            self._shell.notices.error(error)
