"""From one PC to an office of four, in real windows and by hand, on a real server: shared, joined, lost and found, moved.

Each program has an own data folder and an own connection; the server listens on loopback addresses only.
"""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hands import picture_folder
from lan_makers import NEAR, PASSWORD, TestOffice, an_office, made_of
from people_makers import Office
from postgres_server import _free_port
from program_hands import ProgramHands
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMessageBox
from record_makers import customer

from crm_desktop import settings as s
from crm_desktop.draft import Ref
from crm_desktop.lan import connection as ways
from crm_desktop.lan.binaries import find
from crm_desktop.lan.calling import server_account
from crm_desktop.lan.checks import Readiness, look
from crm_desktop.lan.cluster import Cluster
from crm_desktop.lan.networks import Adapter
from crm_desktop.services import saving
from crm_desktop.words import _, use_language
from ui import lan_hub
from ui.app import Program
from ui.conflict_dialog import ConflictDialog
from ui.lan_done import LanDone
from ui.lan_join import JoinDialog
from ui.lan_owner import OwnerDialog
from ui.list_screen import ListScreen
from ui.lock_keeper import LockKeeper
from ui.record_window import RecordWindow
from ui.screens import lan_screen
from ui.screens.lan_screen import LanScreen
from ui.screens.welcome import Welcome
from ui.sign_in_page import FIRST, SignInPage
from ui.widgets.panels import Banner

OWN = "an-own-long-one-"
FAR = (Adapter("test", ipaddress.ip_interface("127.0.0.3/8")),)

pytestmark = [pytest.mark.slow]


class Firm:
    """A company on one PC with three people who sell in one department, and the programs of all PCs."""

    def __init__(self, office: TestOffice, language: str, story: str, qtbot: Any, qapp: QApplication) -> None:
        self.office, self.language, self.chinese = office, language, language == "zh_CN"
        self.qtbot, self.qapp = qtbot, qapp
        self.pictures = picture_folder(f"{story}-{language}")
        self.desks: list[ProgramHands] = []
        app = office.begin()
        people = Office(app)
        sales = people.department(self.say("销售部", "Sales"))
        for name, signs in ((self.say("林晓", "Lin"), "lin"), (self.say("陈磊", "Chen"), "chen"), (self.say("周敏", "Zhou"), "zhou")):
            draft = saving.new_draft(app, "users", {"name": name, "sign_in": signs, "department_id": Ref(sales)})
            draft.lines = [people.post("sales_manager", sales)]
            lin = saving.save(app, draft).id or 0
        buyer = customer(app, self.say("广州远航轴承有限公司", "Yuanhang Bearings Ltd"), owner_id=Ref(lin), department_id=Ref(sales))
        self.customer = int(buyer.id or 0)
        app.close()

    def say(self, chinese: str, english: str) -> str:
        return chinese if self.chinese else english

    def start(self, data: Path) -> ProgramHands:
        """The program of one PC."""
        program = Program(self.qapp, data, self.language)
        program.settings.set(s.LANGUAGE, self.language)
        program.door.account = lambda: None
        program.start()
        self.desks.append(ProgramHands(self.qtbot, program, self.pictures))
        return self.desks[-1]

    def end(self) -> None:
        for desk in self.desks:
            desk.end()


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Iterator[TestOffice]:
    """An office whose hosts offer themselves on loopback addresses only, and hear no questions of the real network."""
    made = iter([made_of(), replace(made_of(), near=FAR)])  # the first host, and the one after it

    def looked(folder: Path, size: int, port: int = 0, _found: object = None) -> Readiness:
        return replace(look(folder, size, _free_port(), NEAR), adapters=NEAR)

    monkeypatch.setattr(lan_screen, "look", looked)
    monkeypatch.setattr(lan_hub, "look", looked)
    monkeypatch.setattr(lan_hub, "making", lambda _ready, _data, _port: next(made))
    monkeypatch.setattr(lan_hub, "announcer", lambda _data, _office: None)
    monkeypatch.setattr("crm_desktop.lan.announcing.discover", lambda *_more, **_words: [])
    with an_office() as opened:
        yield opened


@pytest.fixture(params=["zh_CN", pytest.param("en", marks=pytest.mark.soak)])
def firm(request: pytest.FixtureRequest, office: TestOffice, qtbot: Any, qapp: QApplication) -> Iterator[Firm]:
    use_language(request.param)
    story = "office-moves" if "outlives" in request.function.__name__ else "one-pc-to-office"
    made = Firm(office, request.param, story, qtbot, qapp)
    yield made
    made.end()


def test_one_pc_becomes_an_office_of_four_that_works_together(firm: Firm) -> None:
    host = firm.start(firm.office.host)
    words = share(firm, host)
    lin, chen, zhou = join(firm, words)
    together(firm, lin, chen, zhou)
    both_change(firm, chen, zhou)


@pytest.mark.soak
def test_a_window_outlives_its_server_and_follows_the_data_to_another_pc(firm: Firm) -> None:
    words = share(firm, firm.start(firm.office.host))
    (lin,) = join(firm, words, ("lin",))
    server_goes_and_comes(firm, lin)
    data_move(firm, lin)


def share(firm: Firm, desk: ProgramHands) -> dict[str, str]:
    """The owner shares; the first passwords of the others are shown, and the join file goes on a stick."""
    desk.arrive()
    desk.window.open_screen("lan")
    screen = desk.window.tabs.current
    assert isinstance(screen, LanScreen)
    desk.wait(lambda: "share" in screen.buttons and screen.buttons["share"].isEnabled())
    desk.picture("may-be-shared")
    desk.hit(screen.buttons["share"])
    dialog = desk.window.findChild(OwnerDialog)
    assert isinstance(dialog, OwnerDialog)
    for line in (dialog.new.first.line, dialog.new.second.line):
        line.setFocus()
        desk.wait(line.hasFocus)
        desk.type(PASSWORD)
    desk.picture("owner", dialog)
    desk.hit(dialog.take)
    desk.wait(lambda: isinstance(desk.window, LanDone))
    page: LanDone = desk.window
    people = {p.sign_in: p.password for p in page.table.items.rows}
    desk.picture("shared")
    with desk.file(firm.office.folder / "office.crmjoin"):
        desk.press(_("Save the join file…"))
    desk.wait(lambda: (firm.office.folder / "office.crmjoin").exists())
    desk.press(_("Go on and sign in"))
    desk.sign_in("ann", PASSWORD)
    desk.picture("host")
    return people


def join(firm: Firm, words: dict[str, str], names: tuple[str, ...] = ("lin", "chen", "zhou")) -> list[ProgramHands]:
    """Three PCs join, one by the file and two by the address, and everybody takes an own password."""
    found = []
    for name in names:
        desk = firm.start(firm.office.member(name))
        welcome = desk.window
        assert isinstance(welcome, Welcome)
        desk.press(_("Join an office…"))
        dialog = welcome.findChild(JoinDialog)
        assert isinstance(dialog, JoinDialog)
        if name == "lin":
            desk.picture("join", dialog)
            with desk.file(firm.office.folder / "office.crmjoin"):
                desk.press(_("Join file…"), dialog)
        else:
            way = firm.office.connection
            dialog.host.setFocus()
            desk.wait(dialog.host.hasFocus)
            desk.type(f"{way.hosts[0]}:{way.port}")
            desk.press(_("Look there"), dialog)
        desk.wait(dialog.take.isEnabled)
        desk.picture(f"found-{name}", dialog)
        desk.hit(dialog.take)
        first_sign_in(desk, name, words[name])
        found.append(desk)
    return found


def first_sign_in(desk: ProgramHands, name: str, word: str) -> None:
    page = desk.try_to_sign_in(name, word)
    desk.wait(lambda: page.mode == FIRST)
    for edit in (page.new.first.line, page.new.second.line):
        desk.click(edit)
        desk.type(OWN + name)
    desk.wait(page.go.isEnabled)
    desk.picture(f"own-password-{name}")
    desk.keys(Qt.Key.Key_Return)
    desk.arrive()


def orders(desk: ProgramHands) -> ListScreen:
    desk.sit_down()
    desk.window.open_list("sales-orders")
    screen = desk.window.tabs.current
    assert isinstance(screen, ListScreen)
    desk.quiet()
    return screen


def together(firm: Firm, lin: ProgramHands, chen: ProgramHands, zhou: ProgramHands) -> None:
    """An order of one stands in the open lists of the others, marked by whom."""
    lists = [orders(chen), orders(zhou)]
    for desk in (chen, zhou):
        desk.picture("no-orders-yet")
    lin.sit_down()
    lin.window.new_record("sales-orders", customer_id=Ref(firm.customer, firm.say("广州远航轴承有限公司", "Yuanhang Bearings Ltd")))
    form = lin.front_of("sales-orders")
    form.form.focus_field("customer_order")
    lin.type("PO-1")
    lin.saved(form)
    began = time.monotonic()
    lin.wait(lambda: all(each.list.model.rowCount() == 1 for each in lists))
    print(f"the order stood in the other lists after {time.monotonic() - began:.2f} s")
    lin.picture("order")
    chen.sit_down()
    chen.picture("order-of-another")
    for desk in (lin, chen, zhou):
        assert desk.window.status.database.text() == "百川贸易", "whoever joined by the address learned the name of the office"
        desk.wait(lambda desk=desk: desk.window.backup_news.overview is not None)
        assert desk.window.backup_news.overview.last_good_at is not None, "the backup made before sharing is known to all"


def both_change(firm: Firm, chen: ProgramHands, zhou: ProgramHands) -> None:
    """Different fields become one; the same field is asked about, both versions side by side."""
    forms = []
    for desk in (chen, zhou):
        desk.sit_down()
        desk.window.open_record("customers", firm.customer)
        forms.append(desk.front_of("customers"))
    theirs, mine = forms
    zhou.sit_down()
    retype(zhou, mine, "fax", "020-1")
    chen.sit_down()
    retype(chen, theirs, "phone", "020-2")
    chen.saved(theirs)
    zhou.sit_down()
    zhou.wait(lambda: bool(banners(mine)))
    zhou.picture("changed-by-another")
    with zhou.dialog(_("Save both"), "fit-together"):
        zhou.keys(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    zhou.wait(lambda: not mine.unsaved and not mine.editing.busy)
    stands = mine.editing.draft.values
    assert (stands["phone"], stands["fax"]) == ("020-2", "020-1")
    zhou.picture("merged")
    chen.wait(lambda: theirs.editing.draft.values["fax"] == "020-1")
    retype(zhou, mine, "city", firm.say("深圳", "Shenzhen"))
    chen.sit_down()
    retype(chen, theirs, "city", firm.say("佛山", "Foshan"))
    chen.saved(theirs)
    zhou.sit_down()
    zhou.wait(lambda: bool(banners(mine)))

    def mine_stays(dialog: Any) -> None:
        assert isinstance(dialog, ConflictDialog)
        zhou.picture("conflict", dialog)
        dialog.accept()

    with zhou._answering(QApplication.activeModalWidget, mine_stays):
        zhou.keys(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    zhou.wait(lambda: not mine.unsaved and not mine.editing.busy)
    chen.wait(lambda: theirs.editing.draft.values["city"] == firm.say("深圳", "Shenzhen"))
    chen.sit_down()
    chen.picture("after-the-conflict")


def retype(desk: ProgramHands, screen: RecordWindow, name: str, text: str) -> None:
    place = screen.form.rows[name].editor.typed_into
    desk.click(place)
    place.selectAll()
    desk.type(text)


def banners(screen: RecordWindow) -> list[str]:
    return [b.label.text() for b in screen.banners.findChildren(Banner) if b.isVisible()]


def link(desk: ProgramHands) -> list[str]:
    middle = desk.window.centralWidget()
    return [b.label.text() for b in middle.findChildren(Banner, "link") if b.isVisible()]


def server_goes_and_comes(firm: Firm, desk: ProgramHands) -> None:
    """A banner, what was typed stays, nothing is saved by itself; once the server is back it is saved, once."""
    office = firm.office.connection
    cluster = Cluster(Path(office.folder), find(), server_account())
    desk.sit_down()
    desk.window.open_record("customers", firm.customer)
    form = desk.front_of("customers")
    version = form.editing.draft.version
    retype(desk, form, "address", firm.say("光明北路 88 号", "88 North Street"))
    cluster.stop(at_once=True)
    desk.wait(lambda: bool(link(desk)))
    desk.picture("server-away")
    desk.keys(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    desk.wait(lambda: any(_("Not saved yet: the server does not answer.") in text for text in banners(form)))
    assert form.unsaved
    desk.picture("not-saved-yet")
    cluster.start()
    desk.wait(lambda: not link(desk))
    desk.quiet()
    assert form.editing.draft.values["address"] == firm.say("光明北路 88 号", "88 North Street")
    desk.press(_("Save now"), form)
    desk.wait(lambda: not form.unsaved and not form.editing.busy)
    assert form.editing.draft.version == version + 1
    desk.picture("saved-once")


def data_move(firm: Firm, lin: ProgramHands) -> None:
    """Another PC becomes the host while a window is open elsewhere: that one says so when it saves, and follows at the next sign-in."""
    fresh = firm.start(firm.office.member("new host"))
    (firm.office.folder / "new host").chmod(0o755)
    fresh.press(_("Join an office…"))
    dialog = fresh.window.findChild(JoinDialog)
    with fresh.file(firm.office.folder / "office.crmjoin"):
        fresh.press(_("Join file…"), dialog)
    fresh.wait(dialog.take.isEnabled)
    fresh.hit(dialog.take)
    fresh.sign_in("ann", PASSWORD)
    fresh.window.open_screen("lan")
    screen = fresh.window.tabs.current
    fresh.wait(lambda: "move-here" in screen.buttons)
    fresh.picture("may-be-the-host")
    fresh.hit(screen.buttons["move-here"])
    owner = fresh.window.findChild(OwnerDialog)
    owner.password.line.setFocus()
    fresh.wait(owner.password.line.hasFocus)
    fresh.type(PASSWORD)
    fresh.hit(owner.take)
    fresh.wait(lambda: isinstance(fresh.window, LanDone))
    fresh.picture("is-the-host-now")
    words = {p.sign_in: p.password for p in fresh.window.table.items.rows}
    fresh.press(_("Go on and sign in"))
    fresh.sign_in("ann", PASSWORD)

    lin.sit_down()
    form = lin.front_of("customers")
    retype(lin, form, "mobile", "13800138000")

    def told(box: Any) -> None:
        assert isinstance(box, QMessageBox)
        assert box.text() == _("The office's data have moved to another PC.")
        lin.picture("data-have-moved", box)
        lin.press(_("OK"), box)

    with lin._answering(QApplication.activeModalWidget, told):
        lin.keys(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    lin.wait(lambda: not form.editing.busy)
    assert form.unsaved and form.editing.draft.values["mobile"] == "13800138000", "what was typed is still there"
    with lin.dialog(_("Do not save")):
        lin.window.findChild(LockKeeper).sign_out()
        lin.wait(lambda: isinstance(lin.window, SignInPage) and lin.window.isVisible())
    page: SignInPage = lin.window
    lin.click(page.password.line)
    lin.type(OWN + "lin")
    lin.keys(Qt.Key.Key_Return)
    lin.wait(lambda: isinstance(lin.window, SignInPage) and lin.window is not page and lin.window.isVisible())
    lin.picture("sign-in-there")
    first_sign_in(lin, "lin", words["lin"])
    office = ways.kept(firm.office.member("lin"))
    assert office is not None and office.hosts[0] == "127.0.0.3"
    lin.window.open_record("customers", firm.customer)
    form = lin.front_of("customers")
    retype(lin, form, "mobile", "13800138000")
    lin.saved(form)
    lin.picture("followed")
