"""Where and when backups are made: places, times, encryption, and the work while the window is shut. Changes hold at once."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QMenu, QScrollArea, QVBoxLayout, QWidget

from backups import drives
from backups.claims import STATION
from backups.concerns import Concern, TargetState
from backups.targets import DRIVE, FOLDER, MAIN, SHARE, Target, new_target, store_targets, targets_of
from crm_desktop.errors import Told
from crm_desktop.words import _
from ui import icons, theme
from ui.backup_actions import ON_DRIVE
from ui.backup_news import ConcernsBand
from ui.screens.backup_place import PlaceDialog
from ui.screens.backup_places import details, place_icon, state_tag
from ui.screens.backup_secret import SecretCard
from ui.screens.backup_times import ClosedCard, TimesCard
from ui.shell import Shell
from ui.widgets.buttons import Button, IconButton, flat
from ui.widgets.labels import IconLabel, Label
from ui.widgets.panels import Card, ScreenHead

_WIDTH = 820  # pixels


class BackupSetup(QWidget):
    """The cards below each other. drive: the root of one that is to become a place for copies."""

    def __init__(self, shell: Shell, drive: str = "") -> None:
        super().__init__()
        self._shell, self._news = shell, shell.backup_news
        self.title, self.icon, self.tab_key = _("Places and times of backups"), "settings", "screen:backup-setup"
        self.secret = SecretCard(shell, self._news_wanted)
        self.times, self.closed = TimesCard(shell), ClosedCard(shell)
        self.times.stored.connect(self.closed.follow_plan)
        self.rows: dict[str, QWidget] = {}
        self._places = QVBoxLayout()
        self._places.setSpacing(0)
        self._lay_out()
        self._news.changed.connect(self._show_places)
        self._show_places()
        self.refresh()
        if drive:
            self.apply_arguments(drive)

    # For the window

    def apply_arguments(self, drive: str = "") -> None:
        """Offer to keep copies on a drive that was plugged in."""
        if drive:
            self._shell.tasks.run(drives.connected, partial(self._offer, Path(drive)), owner=self)

    def close_request(self) -> bool:
        """Every change is kept already."""
        return True

    def refresh(self) -> None:
        """Look at everything again."""
        self._news_wanted()
        self.secret.refresh()
        self.closed.refresh()

    def _news_wanted(self) -> None:
        self._news.wanted.emit("look")

    # How it looks

    def _lay_out(self) -> None:
        page = QWidget()
        page.setProperty("scrolled", "true")
        column = QVBoxLayout(page)
        edge = theme.size("page")
        column.setContentsMargins(edge, 0, edge, edge)
        column.setSpacing(theme.size("margin"))
        # Those about times and age are told elsewhere; here are the ones that a change here mends.
        column.addWidget(ConcernsBand(self._news, self._mend, lambda c: _("Change…") if c.target_id else ""))
        for card in (self._places_card(), self.times, self.secret, self.closed):
            card.setMaximumWidth(theme.current().px(_WIDTH))
            column.addWidget(card)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(page)
        head = ScreenHead(self.title)
        head.row.addStretch(1)
        head.row.addWidget(Button(_("All backups"), "shield_checkmark", clicked=lambda: self._shell.open_screen("backups")))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(head)
        whole.addWidget(area, 1)

    def _places_card(self) -> Card:
        card = Card(margin=20)
        card.body.addWidget(Label(_("Places"), "heading"))
        words = _("Backups are made in the first place and copied to the others. What burns or is stolen together is no backup: use two.")
        card.body.addWidget(Label(words, "small", wrap=True))
        card.body.addLayout(self._places)
        row = QHBoxLayout()
        row.setSpacing(theme.size("gap"))
        self.add_drive = Button(_("Add a USB drive…"), "storage", clicked=self.ask_drive)
        self.add_folder = Button(_("Add a folder…"), "folder_open", clicked=self.ask_folder)
        self.add_share = Button(_("Add another PC's folder…"), "desktop", clicked=self.ask_share)
        for button in (self.add_drive, self.add_folder, self.add_share):
            row.addWidget(button)
        row.addStretch(1)
        card.body.addSpacing(4)
        card.body.addLayout(row)
        return card

    def _show_places(self) -> None:
        found = self._news.overview
        if found is None:
            return
        while (item := self._places.takeAt(0)) is not None:
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        self.rows = {}
        for place in found.targets:
            line = self._line(place, details(place, found.past.copies.get(place.target.id)))
            self._places.addWidget(line)
            self.rows[place.target.id] = line
        self.closed.tell_office(found.running_pc if found.running_pc != STATION else "")

    def _line(self, place: TargetState, words: str) -> QWidget:
        target = place.target
        line = QWidget()
        line.setMinimumHeight(theme.current().px(50))
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 2, 0, 2)
        row.setSpacing(theme.size("gap"))
        row.addWidget(IconLabel(place_icon(target.kind), "accent", 22))
        texts = QVBoxLayout()
        texts.setSpacing(1)
        first = QHBoxLayout()
        first.setSpacing(theme.size("gap"))
        first.addWidget(Label(target.name, "strong"))
        first.addWidget(state_tag(place))
        if target.encrypt:
            first.addWidget(IconLabel("lock_closed", "dim", 15))
        first.addStretch(1)
        texts.addLayout(first)
        where = str(place.folder or target.path)
        second = Label(f"{where} · {words}", "small")
        second.setToolTip(where)
        second.setMinimumWidth(20)
        texts.addWidget(second)
        row.addLayout(texts, 1)
        edit = flat(_("Change…"), "edit", partial(self.edit, target.id))
        edit.setAccessibleName(f"{_('Change…')} {target.name}")
        row.addWidget(edit)
        gone = IconButton("delete", _("Remove"), partial(self.remove, target.id))
        gone.setEnabled(target.id != MAIN)  # one place there always is
        row.addWidget(gone)
        return line

    # What the person does

    def targets(self) -> list[Target]:
        """The places as they are set."""
        return targets_of(self._shell.settings, self._shell.app.data)

    def edit(self, target_id: str) -> None:
        """Let the person change a place."""
        target = next((t for t in self.targets() if t.id == target_id), None)
        if target is not None:
            self._ask(target)

    def remove(self, target_id: str) -> None:
        """Copy there no more, after asking; what lies there stays."""
        target = next((t for t in self.targets() if t.id == target_id), None)
        if target is None:
            return
        question = _("Copy to “{name}” no longer?").format(name=target.name)
        if self._shell.notices.ask(question, _("The backups that lie there stay there."), yes=_("Remove"), danger=True):
            self._store([t for t in self.targets() if t.id != target_id])

    def ask_folder(self) -> None:
        """A folder on this PC."""
        chosen = QFileDialog.getExistingDirectory(self, _("A folder for copies"))
        if chosen:
            self._ask(new_target(FOLDER, "", str(Path(chosen))))

    def ask_share(self) -> None:
        """A folder that another PC shares."""
        self._ask(new_target(SHARE, _("Another PC"), ""))

    def ask_drive(self) -> None:
        """One of the drives that are plugged in."""
        self._shell.tasks.run(drives.connected, self._offer_drives, owner=self)

    def _offer_drives(self, found: list[drives.Drive]) -> None:
        known = {t.drive or t.volume for t in self.targets()}
        # Large USB disks call themselves fixed ones: every drive but the one with the data is offered.
        here = self._shell.app.data.resolve().anchor
        free = [d for d in found if (d.removable or str(d.root) != here) and not ({d.id, d.volume} - {""}) & known]
        free = [d for d in free if d.removable] or [d for d in free if d.root.parent == d.root]
        if not free:
            words = _("No further drive is plugged in.")
            self._shell.notices.inform(words, _("Plug the USB drive in, wait a moment, and press again."))
            return
        menu = QMenu(self)
        for drive in free:
            action = menu.addAction(icons.icon("storage"), f"{drive.label} ({drive.root})")
            action.triggered.connect(lambda _on=False, drive=drive: self.use_drive(drive))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.add_drive.mapToGlobal(self.add_drive.rect().bottomLeft()))

    def use_drive(self, drive: drives.Drive) -> None:
        """Make a drive a place for copies: it gets its id first, so that it is known under any letter."""
        work = partial(new_target, DRIVE, drive.label, ON_DRIVE, drive)
        self._shell.tasks.run(work, self._ask, owner=self)

    def _offer(self, root: Path, found: list[drives.Drive]) -> None:
        drive = next((d for d in found if d.root == root), None)
        if drive is not None:
            self.use_drive(drive)

    def _mend(self, concern: Concern) -> None:
        self.edit(concern.target_id)

    def _ask(self, target: Target) -> None:
        hint = _("To encrypt, set a passphrase first, under “Encryption” on this page.")
        trouble = "" if self.secret.word else (self.secret.trouble or hint)
        dialog = PlaceDialog(self, target, self._keep, encryption=trouble)
        if dialog.exec():
            self._shell.notices.say(_("Saved"))
            self._news_wanted()
        dialog.deleteLater()

    def _keep(self, target: Target) -> str:
        targets = self.targets()
        if target.id == MAIN and not target.path:
            target = _beside(target, self._shell.app.data)
        ids = [t.id for t in targets]
        changed = [target if t.id == target.id else t for t in targets] if target.id in ids else [*targets, target]
        try:
            store_targets(self._shell.settings, self._shell.app.data, changed)
        except Told as error:
            return f"{error.message} {error.advice}".strip()
        return ""

    def _store(self, targets: list[Target]) -> None:
        try:
            store_targets(self._shell.settings, self._shell.app.data, targets)
        except Told as error:
            self._shell.notices.error(error)
        self._news_wanted()


def _beside(target: Target, data: Path) -> Target:
    return replace(target, path=str(data / "backups"))
