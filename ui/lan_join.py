"""Joining an office: its host is found by itself, or by its address, or by the join file on a stick. Nothing is kept before it answered."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from crm_desktop.errors import Told
from crm_desktop.lan import announcing, joining
from crm_desktop.lan.announcing import Found
from crm_desktop.lan.connection import Connection
from crm_desktop.lan.join_file import SUFFIX, read_join_file
from crm_desktop.lan.joining import Office
from crm_desktop.words import _
from ui import theme
from ui.notices import Notices
from ui.tasks import Tasks
from ui.widgets.buttons import Button, primary
from ui.widgets.labels import Label
from ui.widgets.panels import Banner, Card
from ui.widgets.plain_table import PlainColumn, PlainTable


class JoinDialog(QDialog):
    """Choose an office, compare, join. data: the data folder of this PC; has_own: it has data of its own already."""

    joined = Signal(object)
    """The `Connection` that is kept from now on."""

    def __init__(self, parent: QWidget, data: Path, *, has_own: bool, search: bool = True) -> None:
        super().__init__(parent.window())
        self._data = data
        self.setWindowTitle(_("Join an office"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.notices = Notices(self, data / "logs")
        self.tasks = Tasks(self._failed, self)
        self._office: Office | None = None
        self.hosts = PlainTable(_columns(), name=_("Offices in this network"))
        self.hosts.setMinimumHeight(theme.current().px(150))
        self.searching = Label("", "small")
        self.again = Button(_("Search again"), "arrow_sync", clicked=self.search)
        self.host = QLineEdit()
        self.host.setPlaceholderText(_("such as 192.168.1.10"))
        self.host.setAccessibleName(_("Address of the host"))
        self.ask_host = Button(_("Look there"), clicked=self.look_there)
        self.file_button = Button(_("Join file…"), "document", clicked=self.ask_file)
        self.found = Card(margin=16)
        self.found_name, self.found_words = Label("", "heading"), Label("", "dim", wrap=True)
        self.digits = Label("", "title")
        self.problem = Banner("", "red")
        self.take = primary(_("Join the office"), "", self.join)
        self._lay_out(has_own)
        self.hosts.chosen.connect(self._chosen)
        self.hosts.opened.connect(self._chosen)
        self.host.returnPressed.connect(self.look_there)
        self._show_office(None)
        if search:
            self.search()

    def _lay_out(self, has_own: bool) -> None:
        column = QVBoxLayout(self)
        edge = theme.size("page")
        column.setContentsMargins(edge, edge, edge, theme.size("margin"))
        column.setSpacing(theme.size("gap"))
        column.addWidget(Label(self.windowTitle(), "title"))
        words = _("The office's data are on one of its PCs. This PC works with them, and you sign in with your own name and password.")
        column.addWidget(Label(words, "dim", wrap=True))
        if has_own:
            own = _("What this PC has of its own stays in its folder; it is there again when you leave the office.")
            column.addWidget(Banner(own, "accent"))
        head = QHBoxLayout()
        head.addWidget(Label(_("Offices in this network"), "section"))
        head.addWidget(self.searching, 1)
        head.addWidget(self.again)
        column.addLayout(head)
        column.addWidget(self.hosts, 1)
        row = QHBoxLayout()
        label = Label(_("Or by address"))
        label.setBuddy(self.host)
        for widget in (label, self.host, self.ask_host, self.file_button):
            row.addWidget(widget, 1 if widget is self.host else 0)
        column.addLayout(row)
        self.found.body.addWidget(self.found_name)
        self.found.body.addWidget(self.digits)
        self.found.body.addWidget(self.found_words)
        column.addWidget(self.found)
        column.addWidget(self.problem)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(Button(_("Cancel"), clicked=self.reject))
        foot.addWidget(self.take)
        column.addLayout(foot)
        self.problem.hide()
        self.resize(theme.current().px(640), theme.current().px(620))

    # Finding

    def search(self) -> None:
        """Ask the network."""
        self.searching.setText(_("Searching…"))
        self.again.setEnabled(False)
        self.tasks.run(announcing.discover, self.show_hosts, owner=self)

    def show_hosts(self, found: Sequence[Found]) -> None:
        """Show the hosts that answered."""
        self.again.setEnabled(True)
        self.hosts.show_rows(list(found))
        nobody = _("None answers. The program must be open on the host; its address or a join file will do, too.")
        self.searching.setText("" if found else nobody)

    def look_there(self) -> None:
        """Look for a host at the address that was typed."""
        text = self.host.text().strip()
        if text:
            self._ask(partial(joining.office_at, text))

    def ask_file(self) -> None:
        """Take the office from a join file."""
        pattern = _("Join files") + f" (*{SUFFIX})"
        name, _filter = QFileDialog.getOpenFileName(self, _("Join file"), "", pattern)
        if name:
            self.take_file(Path(name))

    def take_file(self, file: Path) -> None:
        """The same with a file that is known."""
        self._ask(lambda: Office(joining.check(read_join_file(file), self._data)))

    def _chosen(self, found: Found | None) -> None:
        if found is not None:
            self._ask(partial(joining.office_of, found))

    def _ask(self, work: object) -> None:
        self._show_office(None)
        self.problem.hide()
        self.tasks.run(work, self._show_office, self._failed, owner=self)  # type: ignore[arg-type]

    def _show_office(self, office: Office | None) -> None:
        self._office = office
        self.found.setVisible(office is not None)
        self.take.setEnabled(office is not None)
        if office is None:
            return
        way = office.connection
        self.found_name.setText(way.office)
        self.digits.setText(office.digits)
        self.digits.setVisible(bool(office.digits))
        self.found_words.setText("\n".join(_about(way, bool(office.digits))))
        self.take.setFocus()

    def _failed(self, error: BaseException) -> None:
        self.again.setEnabled(True)
        if isinstance(error, Told):
            self.problem.say(" ".join(t for t in (error.message, error.advice) if t), "red")
        else:
            self.notices.error(error)

    # Joining

    def join(self) -> None:
        """Keep the way to this office."""
        if self._office is not None:
            self.take.setEnabled(False)
            self.tasks.run(partial(joining.join, self._data, self._office.connection), self._kept, self._failed, owner=self)

    def _kept(self, way: Connection) -> None:
        self.accept()
        self.joined.emit(way)

    def done(self, result: int) -> None:
        self.tasks.close()
        super().done(result)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.tasks.close()
        super().closeEvent(event)


def _about(way: Connection, digits: bool) -> list[str]:
    lines = [_("Host: {address}").format(address=f"{way.hosts[0]}:{way.port}")]
    if digits:
        lines.append(_("Compare the digits with those on the host's screen: “Office network” shows them."))
    lines.append(_("Encrypted on the network") if way.encrypted else _("Not encrypted on the network."))
    return lines


def _columns() -> list[PlainColumn]:
    return [
        PlainColumn(_("Name of the office"), lambda f: f.office, 18),
        PlainColumn(_("Address"), lambda f: f"{f.address}:{f.port}", 20),
        PlainColumn(_("Digits"), lambda f: f.digits, 0, quiet=True),
    ]
