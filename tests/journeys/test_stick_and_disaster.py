"""From a backup on a stick to a new PC, in the real window and by hand: the data are gone, the stick is there, everything comes back."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hands import picture_folder
from program_hands import ProgramHands
from PySide6.QtWidgets import QApplication
from record_makers import customer, order
from sign_in_makers import OWNER, quick_hashes

from backups import drives
from backups.catalogue import list_backups
from backups.targets import targets_of
from crm_desktop.draft import Ref
from crm_desktop.services import credentials, saving
from crm_desktop.services.history import entries
from crm_desktop.services.opening import NewCompany, open_folder
from crm_desktop.words import _, use_language
from ui.app import Program
from ui.history_tab import HistoryTab
from ui.record_window import RecordWindow
from ui.screens import restore as steps
from ui.screens.backup_setup import BackupSetup
from ui.screens.backups import BackupsScreen
from ui.screens.restore import RestoreWizard
from ui.screens.restore_look import EVERYTHING
from ui.screens.welcome import Welcome

pytestmark = [pytest.mark.slow]


class Company:
    """A company with one customer and one order, and a stick; its owner signs in."""

    def __init__(self, folder: Path, language: str) -> None:
        self.language, self.chinese = language, language == "zh_CN"
        self.data = folder / "data"
        self.stick = folder / "KINGSTON"
        self.stick.mkdir()
        use_language(language)
        made = NewCompany(self.say("百川贸易有限公司", "Baichuan Trading Ltd"), self.say("王芳", "Wang Fang"), language)
        app = open_folder(self.data, create=made)
        buyer = customer(app, self.say("广州远航轴承有限公司", "Yuanhang Bearings Ltd"), phone="020-88886666")
        self.customer = int(buyer.id or 0)
        self.order = int(order(app, buyer).id or 0)
        self.person = saving.open_record(app, "users", int(app.actor.user_id or 0)).values["sign_in"]
        credentials.turn_on(app, OWNER)
        app.close()

    def say(self, chinese: str, english: str) -> str:
        return chinese if self.chinese else english


@pytest.fixture(params=["zh_CN", pytest.param("en", marks=pytest.mark.soak)])
def company(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Company:
    quick_hashes(monkeypatch)
    made = Company(tmp_path, request.param)

    def mounts() -> list[drives.Mount]:
        return [drives.Mount(made.stick, "", True)] if made.stick.is_dir() else []

    monkeypatch.setattr(drives.connected, "__defaults__", (mounts,))
    return made


@pytest.fixture
def hands(company: Company, qtbot: Any, qapp: QApplication) -> Iterator[Any]:
    """Starts the program on a data folder; what was started is ended."""
    pictures = picture_folder(f"stick-and-disaster-{company.language}")
    started: list[ProgramHands] = []

    def start(data: Path) -> ProgramHands:
        program = Program(qapp, data, company.language)
        program.door.account = lambda: None  # that of the system signs nobody in
        program.start()
        started.append(ProgramHands(qtbot, program, pictures))
        return started[-1]

    yield start
    started[-1].end()


def test_what_lies_on_a_stick_comes_back_on_a_new_pc(company: Company, hands: Any, tmp_path: Path) -> None:
    desk = hands(company.data)
    desk.sign_in(company.person, OWNER)
    change_phone(company, desk)
    keep_on_stick(company, desk)
    desk.end()
    shutil.rmtree(company.data)
    desk = hands(tmp_path / "new pc")
    bring_back(company, desk)
    look(company, desk)


def change_phone(company: Company, desk: ProgramHands) -> None:
    """Something that the history has to remember."""
    desk.window.open_record("customers", company.customer)
    screen = desk.front_of("customers")
    place = screen.form.rows["phone"].editor.typed_into
    desk.click(place)
    place.selectAll()
    desk.type("020-12345678")
    desk.saved(screen)


def keep_on_stick(company: Company, desk: ProgramHands) -> None:
    """The stick becomes a place for backups, and gets one."""
    desk.press(desk.window.status.backup.text().strip())
    screen = desk.window.tabs.current
    assert isinstance(screen, BackupsScreen)
    desk.picture("no-backup")
    desk.press(_("Places and times…"), screen)
    setup = desk.window.tabs.current
    assert isinstance(setup, BackupSetup)
    desk.wait(lambda: bool(setup.rows))
    with desk.dialog(_("Save"), "place"):
        desk.choose(setup.add_drive, f"KINGSTON ({company.stick})")
    desk.wait(lambda: len(setup.rows) == 2)
    desk.picture("places")
    desk.press(_("All backups"), setup)
    desk.press(_("Back up now"), screen)
    desk.wait(lambda: len(screen.table.items.rows) == 2 and screen.now.isEnabled())
    desk.picture("two-backups")
    kept = list_backups(company.stick / "CRM backups")
    assert [b.good for b in kept] == [True]


def bring_back(company: Company, desk: ProgramHands) -> None:
    """The welcome of a new PC, the wizard, and the file on the stick."""
    welcome = desk.window
    assert isinstance(welcome, Welcome)
    desk.picture("welcome")
    desk.press(_("Restore a backup…"))
    wizard = welcome.findChild(RestoreWizard)
    assert isinstance(wizard, RestoreWizard)
    desk.wait(lambda: wizard.choose.table.isVisible())
    (found,) = wizard.choose.table.items.rows  # the stick is looked into without being asked
    desk.picture("found-on-stick", wizard)
    with desk.file(found.backup.path):
        desk.press(_("Choose another file…"), wizard)
    desk.wait(lambda: wizard.next.isEnabled())
    assert len(wizard.choose.table.items.rows) == 1
    desk.press(_("See what is in it"), wizard)
    desk.wait(lambda: wizard.pages.currentIndex() == steps.LOOK)
    there = {row.type: row.there for row in wizard.look.table.items.rows}
    assert (there["customers"], there["sales-orders"]) == (1, 1)
    desk.picture("what-is-in-it", wizard)
    desk.hit(wizard.look.cards[EVERYTHING])


def look(company: Company, desk: ProgramHands) -> None:
    """Signing in works as before; the customer, the order and the history are there."""
    window = desk.sign_in(company.person, OWNER, "sign-in")
    desk.wait(lambda: bool(window.notices.said))
    desk.picture("restored")
    with desk.dialog(_("Save")):  # the new PC keeps its backups on the same stick
        desk.press(_("Keep backups on “{name}”…").format(name="KINGSTON"))
    desk.wait(lambda: len(targets_of(window.settings, window.app.data)) == 2)
    window.open_screen("today")
    window.open_record("customers", company.customer)
    screen: RecordWindow = desk.front_of("customers")
    assert screen.editing.draft.values["phone"] == "020-12345678"
    desk.picture("customer")
    screen.tabs.show_tab("history")
    page = screen.tabs.pages["history"]
    assert isinstance(page, HistoryTab)
    desk.wait(lambda: len(page.entries) == 2)
    desk.picture("history")
    window.open_record("sales-orders", company.order)
    sold = desk.front_of("sales-orders")
    assert sold.editing.draft.values["customer_id"] == Ref(company.customer)
    assert len(sold.editing.draft.lines) == 2
    desk.picture("order")
    app = desk.program.app
    assert app is not None
    assert [e.action for e in entries(app, "customers", company.customer)] == ["change", "create"]
