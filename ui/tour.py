"""The real window, offscreen, walked through by simulated keys and mouse, with a picture of every screen on the way.

It shows newcomers what there is, gives the manual its pictures, and proves on any machine that the window works: a customer is
found, an order is typed without a mouse, saved, confirmed and printed, and its figures are checked.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from PySide6.QtCore import QElapsedTimer, QEventLoop, QPoint, Qt, QTimer
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from crm_desktop import settings as s
from crm_desktop.errors import Told
from crm_desktop.printing.preview import page_png
from crm_desktop.printing.printing import print_records
from crm_desktop.services.listing import ListQuery, fetch_page
from crm_desktop.services.pricing import Wanted, propose
from crm_desktop.services.saving import open_record
from crm_desktop.words import _, use_language
from ui.app import Program
from ui.main_window import MainWindow
from ui.notices import log_qt_messages
from ui.page_view import PageView
from ui.record_window import RecordWindow
from ui.screens.backups import BackupsScreen
from ui.screens.restore_look import LOOK
from ui.screens.welcome import Welcome

_WAIT = 120_000  # milliseconds until a step counts as failed: much, for a machine that is busy with other things
SIZES = {"": (1440, 900), "small": (1366, 768), "large": (1920, 1080)}


class TourFailed(Exception):
    """A step did not end as it must."""


class Tour:
    """One walk through the program."""

    def __init__(self, qt: QApplication, output: Path, data: Path, language: str, theme: str) -> None:
        self._qt, self._output, self._data, self._language, self._theme = qt, output, data, language, theme
        self._number = 0
        self.program: Program

    @property
    def window(self) -> MainWindow:
        """The main window."""
        assert isinstance(self.program.window, MainWindow)
        return self.program.window

    def walk(self) -> None:
        """Everything, from the first start to a printed order."""
        self._first_start()
        self._company()
        self._lists()
        self._records()
        self._search()
        self._order()
        self._backups()
        self._designer()
        self._others()

    def last_picture(self, path: Path) -> str:
        """Keep what the window shows where a step failed; answers where it is to be seen."""
        if self.program.window is None:
            return ""
        self.program.window.grab().save(str(path))
        return _("See {path}").format(path=path)

    def end(self) -> None:
        """Close what was opened, however far the walk came."""
        if not hasattr(self, "program"):
            return
        if isinstance(self.program.window, MainWindow):
            self.window.tasks.close()
        self.program.end()

    # Steps

    def _first_start(self) -> None:
        """The welcome, answered by keys and mouse: the sample company, in the background."""
        self.program = Program(self._qt, self._data, self._language)
        self.program.settings.set_many({s.THEME: self._theme, s.LANGUAGE: self._language})
        self.program.start()
        welcome = self.program.window
        assert isinstance(welcome, Welcome)
        welcome.resize(*SIZES[""])
        self.until(lambda: self._in_front(welcome), "the welcome to come to the front")
        welcome.company.setFocus()
        self._type(_("Baichuan Trading Ltd"))
        welcome.person.setFocus()
        self._type(_("Lin Xiao"))
        self.picture("welcome", welcome)
        QTest.mouseClick(welcome.choices["sample"], Qt.MouseButton.LeftButton)

    def _company(self) -> None:
        self.until(lambda: isinstance(self.program.window, MainWindow), "the window")
        self.window.resize(*SIZES[""])
        self.until(lambda: self._in_front(self.window), "the window to come to the front")
        self.until(lambda: self.window.tasks.idle, "the sample company")
        self.program.settings.set(s.COMPANY_PHONE, "020-8765 4321")
        self.program.settings.set(s.COMPANY_ADDRESS, _("101 Tiyu West Road, Tianhe, Guangzhou"))
        self.window.open_screen("today")
        self.picture("today")

    def _lists(self) -> None:
        for kind in self.window.app.types.values():
            self.window.open_list(kind.key)
            self.picture(f"list-{kind.key}")

    def _records(self) -> None:
        for key in self.window.app.types:
            found = fetch_page(self.window.app, ListQuery(key), size=1).rows
            if found:
                self.window.open_record(key, found[0][-1])
                self.picture(f"record-{key}")

    def _search(self) -> None:
        QTest.keyClick(self.window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
        self._type("gz")
        self.picture("search-everything")
        QTest.keyClick(self._focused(), Qt.Key.Key_Escape)

    def _order(self) -> None:
        """An order of three lines, typed: customer by a few letters, products by their codes."""
        self.window.new_record("sales-orders")
        screen = self._record()
        self.until(lambda: screen.isVisible() and screen.editing.loaded, "an empty order")
        self.until(lambda: self._in_front(self.window), "the window to come to the front")
        self.until(lambda: screen.form.rows["customer_id"].editor.isAncestorOf(self._focused()), "the cursor in the customer")
        self._pick("C00012")
        assert screen.lines is not None
        grid = screen.lines.grid
        columns = [grid.lines.field(c).name for c in range(grid.lines.columnCount())]
        grid.setFocus()
        for row, (code, quantity) in enumerate((("P00003", "10"), ("P00007", "2"), ("P00011", "5"))):
            grid.go(row, columns.index("product_id"))
            self._pick(code)
            grid.go(row, columns.index("quantity"))
            self._type(quantity)
            QTest.keyClick(self._focused(), Qt.Key.Key_Return)
        self.picture("order-typed")
        QTest.keyClick(self._focused(), Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
        self.until(lambda: not screen.unsaved, "the order to be saved")
        self._check_order(screen)
        self._press(screen, _("Confirm"))
        self.until(lambda: screen.editing.draft.values.get("status") == "confirmed", "the order to be confirmed")
        self.picture("order-confirmed")
        self._print(screen)

    def _check_order(self, screen: RecordWindow) -> None:
        saved = open_record(self.window.app, "sales-orders", screen.editing.draft.id or 0)
        quantities = (Decimal(10), Decimal(2), Decimal(5))
        wanted = [Wanted(line.values["product_id"].id, q) for line, q in zip(saved.lines, quantities, strict=True)]
        prices = [found.price or Decimal(0) for found in propose(self.window.app, "sales-orders", saved.values, wanted)]
        expected = sum((price * quantity for price, quantity in zip(prices, quantities, strict=True)), Decimal(0))
        if saved.values["total"] != expected.quantize(Decimal("0.01")):
            raise TourFailed(f"the order's total is {saved.values['total']}, not {expected}")

    def _print(self, screen: RecordWindow) -> None:
        printed = print_records(self.window.app, "sales-orders", [screen.editing.draft.id or 0], None, self._language)
        (self._output / "order.pdf").write_bytes(printed.pdf)
        for page in range(printed.pages):
            (self._output / f"order-page-{page + 1}.png").write_bytes(page_png(printed.pdf, page, 110))

    def _backups(self) -> None:
        """A backup made by a button, compared in the wizard with what has changed since, and looked into."""
        self.window.open_screen("backups")
        screen = self.window.tabs.current
        if not isinstance(screen, BackupsScreen):
            raise TourFailed("the backups do not open")
        self.until(lambda: screen.now.isEnabled(), "the button of the backup")
        QTest.mouseClick(screen.now, Qt.MouseButton.LeftButton)
        self.until(lambda: bool(screen.table.items.rows) and self.window.tasks.idle, "the backup")
        self.picture("backup-made")
        wizard = self.program.backups.wizard(self.window)
        self.until(lambda: wizard.choose.table.isVisible(), "the backups to choose from")
        self.picture("restore-choose", wizard)
        QTest.mouseClick(wizard.next, Qt.MouseButton.LeftButton)
        self.until(wizard.look.isVisible, "the comparison")
        self.picture("restore-compare", wizard)
        QTest.mouseClick(wizard.look.cards[LOOK], Qt.MouseButton.LeftButton)
        self.until(lambda: bool(self.program.backups.looking), "the window that looks into the backup")
        look = self.program.backups.looking[0]
        look.resize(*SIZES[""])
        self.until(lambda: look.tasks.idle, "the list of the backup")
        self.picture("backup-look", look)
        look.close()

    def _designer(self) -> None:
        """A form is changed by hand: its title pulled down, looked at as it would be printed, and taken back."""
        self.window.open_screen(f"template?type=sales-orders&name=sales-order.{self._language}")
        screen: Any = self.window.tabs.current
        self.until(lambda: screen.bench is not None and bool(screen.bench.canvas.pages) and screen.bench.drawer.idle, "the designer")
        self.until(lambda: self.window.tasks.idle, "the page in the designer")
        canvas, document = screen.bench.canvas, screen.bench.document
        before = document.template
        document.select(["title"])
        place = canvas.place("title")
        start = canvas.rect_of(place.page, place.box).center().toPoint()
        none = Qt.KeyboardModifier.NoModifier
        QTest.mousePress(canvas.viewport(), Qt.MouseButton.LeftButton, none, start)
        for step in (6, 12, 18):
            QTest.mouseMove(canvas.viewport(), start + QPoint(-step, step))
        QTest.mouseRelease(canvas.viewport(), Qt.MouseButton.LeftButton, none, start + QPoint(-18, 18))
        if document.template == before:
            raise TourFailed("the title does not follow the mouse")
        self.until(lambda: screen.bench.drawer.idle, "the page with its title moved")
        self.picture("designer")
        screen.preview()
        self.until(lambda: hasattr(screen, "_preview") and _drawn(screen._preview.view), "the preview of the template")
        self.picture("designer-preview", screen._preview)
        screen._preview.reject()
        document.stack.undo()
        if document.template != before:
            raise TourFailed("the move of the title is not taken back")
        document.stack.setClean()
        self.window.close_screen(screen)

    def _others(self) -> None:
        for entry in self.window.screens.visible(self.window.app.actor):
            self.window.open_screen(entry.key)
            self.picture(entry.key)
        for name in ("small", "large"):
            self.window.resize(*SIZES[name])
            self.window.open_list("customers")
            self.picture(f"customers-{name}")

    # Means

    def until(self, holds: Callable[[], bool], what: str) -> None:
        """Let the window work until something is so. Raises TourFailed after a while."""
        timer = QElapsedTimer()
        timer.start()
        while not holds():
            if timer.elapsed() > _WAIT:
                raise TourFailed(f"waited in vain for {what}")
            loop = QEventLoop()
            QTimer.singleShot(20, loop.quit)
            loop.exec()

    def picture(self, name: str, widget: QWidget | None = None) -> None:
        """Save what the window shows, once it is at rest."""
        at_rest = False
        while not at_rest:  # what came meanwhile is laid out by the end of another wait
            if widget is None:
                self.until(lambda: self.window.tasks.idle, f"{name} to be drawn")
            QTest.qWait(250)
            at_rest = widget is not None or self.window.tasks.idle
        self._number += 1
        (widget or self.window).grab().save(str(self._output / f"{self._number:02d}-{name}.png"))

    def _in_front(self, window: QWidget) -> bool:
        """Whether the window has the keyboard; asks for it, since a platform may forget the first time."""
        if not window.isActiveWindow():
            window.windowHandle().requestActivate()
        return window.isActiveWindow()

    def _record(self) -> RecordWindow:
        screen = self.window.tabs.current
        if not isinstance(screen, RecordWindow):
            raise TourFailed("no record is open")
        return screen

    def _focused(self) -> QWidget:
        return QApplication.focusWidget() or self.window

    def _type(self, text: str) -> None:
        """Type, each key to whatever has the focus by then: a cell opens its editor with the first one."""
        for letter in text:
            if letter.isascii():
                QTest.keyClicks(self._focused(), letter)
            else:  # no key has it: it comes as an input method would bring it
                composed = QInputMethodEvent()
                composed.setCommitString(letter)
                QApplication.sendEvent(self._focused(), composed)

    def _pick(self, text: str) -> None:
        """Type into the reference that has the focus and take what it offers."""
        self._type(text)
        line = self._focused()
        self.until(lambda: bool(getattr(line, "popup_open", False)), f"{text} to be offered")
        QTest.keyClick(line, Qt.Key.Key_Return)
        self.until(lambda: self.window.tasks.idle, f"{text} to be taken")
        QTest.qWait(50)

    def _press(self, parent: QWidget, text: str) -> None:
        """Press a button, once it shows: what was just put into a layout does so a moment later, and on Windows later still."""
        shown: list[QAbstractButton] = []

        def find() -> bool:
            shown[:] = [b for b in parent.findChildren(QAbstractButton) if b.text().strip() == text and b.isVisible()]
            return bool(shown)

        self.until(find, f"a button {text}")
        QTest.mouseClick(shown[0], Qt.MouseButton.LeftButton, pos=QPoint(8, 8))


def _drawn(view: PageView) -> bool:
    """Whether a page in sight has its picture."""
    return any(not page.picture.isNull() for page in view.pages)


def run_tour(output: Path, language: str, theme: str) -> int:
    """Walk through the program and leave pictures and a printed order in `output`; answers the exit code."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    output.mkdir(parents=True, exist_ok=True)
    use_language(language)
    qt = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(qt, QApplication)
    log_qt_messages()
    with tempfile.TemporaryDirectory(prefix="crm-tour-", ignore_cleanup_errors=True) as folder:
        tour = Tour(qt, output, Path(folder), language, theme)
        try:
            tour.walk()
        except TourFailed as error:
            raise Told(
                _("The tour came to a stand: {reason}.").format(reason=error), tour.last_picture(output / "failed.png")
            ) from error
        finally:
            tour.end()
    return 0
