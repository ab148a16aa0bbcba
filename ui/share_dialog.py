"""Sharing records: with whom they are shared, one more person, team or department, and what they may do then."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QCompleter, QDialog, QHBoxLayout, QVBoxLayout, QWidget

from crm_desktop.application import Application
from crm_desktop.services.sharing import KINDS, Grantee, Share, grantees, share, shares, unshare
from crm_desktop.words import _, ngettext
from ui import icons, theme
from ui.shell import Shell
from ui.widgets.buttons import Button, primary
from ui.widgets.labels import Label
from ui.widgets.plain_table import PlainColumn, PlainTable

_ICONS = {"user": "person", "team": "people_team", "department": "organization"}


class ShareDialog(QDialog):
    """What is shared with whom; every change counts at once."""

    def __init__(self, shell: Shell, parent: QWidget, type_key: str, ids: Sequence[int], title: str) -> None:
        super().__init__(parent.window())
        self._shell, self._type, self._ids = shell, shell.app.type(type_key), list(ids)
        self.setWindowTitle(_("Share"))
        self.who = QComboBox()
        self.rights = QComboBox()
        self.table = PlainTable(self._columns(), name=_("Shared with"), several=True)
        self._offered: list[Grantee] = []
        self._busy = False
        self._lay_out(title)
        may = shell.app.actor.may(f"{type_key}.share")
        for widget in (self.who, self.rights, self.add_button, self.remove_button):
            widget.setEnabled(may)
        self.table.delete_wanted.connect(self.remove)
        self._work(lambda: None)

    def _columns(self) -> list[PlainColumn]:
        many = len(self._ids) > 1

        def count(row: Share) -> str:
            return f"{row.count} / {len(self._ids)}" if many else ""

        return [
            PlainColumn(_("Shared with"), lambda s: s.grantee.name, icon=lambda s: _ICONS[s.grantee.kind]),
            PlainColumn(_("May"), lambda s: _("read and change") if s.may_change else _("read"), 14,
                        tone=lambda s: "amber" if s.may_change else "grey"),
            *([PlainColumn(_("Records"), count, 8, quiet=True)] if many else []),
            PlainColumn(_("By"), lambda s: f"{s.by}  {s.at.astimezone():%Y-%m-%d}".strip(), 20, quiet=True),
        ]  # fmt: skip

    def _lay_out(self, title: str) -> None:
        worn = theme.current()
        column = QVBoxLayout(self)
        edge = theme.size("page")
        column.setContentsMargins(edge, edge, edge, theme.size("margin"))
        column.setSpacing(theme.size("margin"))
        column.addWidget(Label(_("Share {what}").format(what=title), "heading", wrap=True))
        words = _("Whoever is chosen sees it at once, and the contacts and follow-ups that belong to it.")
        column.addWidget(Label(words, "dim", wrap=True))
        row = QHBoxLayout()
        row.setSpacing(theme.size("gap"))
        self.who.setEditable(True)
        self.who.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        line, finder = self.who.lineEdit(), self.who.completer()
        assert line is not None and finder is not None
        line.setPlaceholderText(_("A person, a team or a department"))
        self.who.setAccessibleName(_("A person, a team or a department"))
        finder.setFilterMode(Qt.MatchFlag.MatchContains)
        finder.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        self.who.setMaxVisibleItems(14)
        self.rights.addItem(_("may read it"), False)
        self.rights.addItem(_("may read and change it"), True)
        self.rights.setAccessibleName(_("What they may do"))
        self.add_button = primary(_("Share"), "add", self.add)
        row.addWidget(self.who, 1)
        row.addWidget(self.rights)
        row.addWidget(self.add_button)
        column.addLayout(row)
        column.addWidget(self.table, 1)
        foot = QHBoxLayout()
        self.remove_button = Button(_("Share no longer"), "dismiss", clicked=self.remove)
        foot.addWidget(self.remove_button)
        foot.addStretch(1)
        foot.addWidget(Button(_("Close"), clicked=self.accept))
        column.addLayout(foot)
        self.resize(worn.px(640), worn.px(440))

    def _show(self, found: tuple[list[Grantee], list[Share]]) -> None:
        self._busy = False
        everybody, shared = found
        if not self._offered:
            self._offered = everybody
            for grantee in everybody:
                words = grantee.name if grantee.kind == "user" else f"{grantee.name}  ·  {_(KINDS[grantee.kind][0])}"
                self.who.addItem(icons.icon(_ICONS[grantee.kind]), words, grantee)
            self.who.setCurrentIndex(-1)
        self.table.show_rows(shared)
        self.remove_button.setVisible(bool(shared))

    def chosen(self) -> Grantee | None:
        """Who stands in the line."""
        text = self.who.currentText().strip()
        at = self.who.findText(text, Qt.MatchFlag.MatchFixedString)
        exact = [g for g in self._offered if g.name.casefold() == text.casefold()]
        return self._offered[at] if at >= 0 else exact[0] if len(exact) == 1 else None

    def add(self) -> None:
        """Share with who stands in the line."""
        grantee = self.chosen()
        if grantee is None:
            self.who.setFocus()
            self.who.showPopup()
            return
        may_change = bool(self.rights.currentData())
        self._work(partial(share, self._shell.app, self._type.key, self._ids, [grantee], may_change))
        self.who.setCurrentIndex(-1)
        self.who.clearEditText()

    def remove(self) -> None:
        """Share no longer with those selected."""
        gone = [row.grantee for row in self.table.selected()]
        if gone and self.remove_button.isEnabled():
            self._work(partial(unshare, self._shell.app, self._type.key, self._ids, gone))

    def _work(self, do: partial[int] | object) -> None:
        if self._busy:
            return
        self._busy = True
        work = partial(_do_and_read, self._shell.app, self._type.key, self._ids, do)
        self._shell.tasks.run(work, self._show, self._failed, owner=self)

    def _failed(self, error: BaseException) -> None:
        self._busy = False
        self._shell.notices.error(error)


def _do_and_read(app: Application, type_key: str, ids: list[int], do: object) -> tuple[list[Grantee], list[Share]]:
    assert callable(do)
    do()
    return grantees(app), shares(app, type_key, ids)


def share_records(shell: Shell, parent: QWidget, type_key: str, ids: Sequence[int], title: str = "") -> None:
    """Let the person share records. title: of the one record."""
    kind = shell.app.type(type_key)
    words = f"“{title}”" if title else _("{count} {things}").format(count=f"{len(ids):,}", things=_(kind.plural))
    dialog = ShareDialog(shell, parent, type_key, ids, words)
    dialog.exec()
    dialog.deleteLater()


def shared_words(found: Sequence[Share]) -> str:
    """What the mark on a shared record says."""
    return ngettext("Shared with {names}", "Shared with {names}", len(found)).format(names=", ".join(s.grantee.name for s in found))
