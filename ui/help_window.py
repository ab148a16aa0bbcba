"""The manual in a window: contents at the left, the page at the right, a line to find words in all of it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import (
    QDesktopServices,
    QImageReader,
    QKeyEvent,
    QKeySequence,
    QResizeEvent,
    QShortcut,
    QTextBlock,
    QTextCursor,
    QTextDocument,
    QTextFrameFormat,
    QTextLength,
    QTextTable,
)
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QSplitter,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from crm_desktop.words import _
from ui import icons, theme
from ui.help_pages import Manual
from ui.widgets.buttons import IconButton
from ui.widgets.inputs import SearchEdit

_SIZE = QSize(1190, 740)


class HelpWindow(QWidget):
    """One window for the manual; `show_place` brings a page, at one of its headings, to the front."""

    def __init__(self, manual: Manual, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setWindowTitle(f"{_('Help')} – {_('CRM Desktop')}")
        self.setWindowIcon(icons.app_icon())
        self.manual = manual
        self._past: list[str] = []
        self._ahead: list[str] = []
        self.place = ""
        self.back = IconButton("arrow_left", _("Back"))
        self.forward = IconButton("arrow_right", _("Forward"))
        self.search = SearchEdit(_("Find in the manual"))
        self.search.setAccessibleName(_("Find in the manual"))
        self.contents = QListWidget()
        self.contents.setAccessibleName(_("Contents"))
        self.contents.setProperty("role", "navigation")
        self.page = _Page(manual.folder)
        self.page.setAccessibleName(_("The page"))
        self._lay_out()
        self._fill_contents(manual.pages)
        self.back.clicked.connect(self.go_back)
        self.forward.clicked.connect(self.go_forward)
        self.contents.currentItemChanged.connect(self._chosen)
        self.search.searched.connect(self.look_for)
        self.search.returnPressed.connect(self.find_next)
        self.page.anchorClicked.connect(self._follow)
        actions = {"Alt+Left": self.go_back, "Alt+Right": self.go_forward, "Ctrl+F": self.search.setFocus, "F3": self.find_next}
        for keys, run in actions.items():
            QShortcut(QKeySequence(keys), self, run)
        self.resize(theme.current().px(_SIZE.width()), theme.current().px(_SIZE.height()))

    def show_place(self, place: str) -> None:
        """Show "page#part", or a page from its beginning."""
        if self.place and place != self.place:
            self._past.append(self.place)
            self._ahead.clear()
        self._go(place)

    def go_back(self) -> None:
        """The place before."""
        if self._past:
            self._ahead.append(self.place)
            self._go(self._past.pop())

    def go_forward(self) -> None:
        """The place one came back from."""
        if self._ahead:
            self._past.append(self.place)
            self._go(self._ahead.pop())

    def look_for(self, text: str) -> None:
        """Leave only the pages in the contents that hold these words, and go to the first place."""
        wanted = text.strip().casefold()
        pages = [p for p in self.manual.pages if not wanted or wanted in self.manual.text(p).casefold()]
        self._fill_contents(pages)
        if not wanted or not pages:
            return
        if self.place.partition("#")[0] not in pages:
            self.show_place(pages[0])
        self.page.moveCursor(QTextCursor.MoveOperation.Start)
        self.find_next()

    def find_next(self) -> None:
        """The next place on the page; from its end on, the first again."""
        text = self.search.text().strip()
        if text and not self.page.find(text):
            self.page.moveCursor(QTextCursor.MoveOperation.Start)
            self.page.find(text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def _go(self, place: str) -> None:
        page, _mark, part = place.partition("#")
        if page != self.place.partition("#")[0] or not self.page.document().blockCount():
            self.page.show_text(self.manual.text(page))
        self.place = place
        self.page.go_to(self.manual.heading_number(page, part) if part else None)
        self.back.setEnabled(bool(self._past))
        self.forward.setEnabled(bool(self._ahead))
        self._mark(page)

    def _follow(self, address: QUrl) -> None:
        text = address.toString()
        found = self.manual.place_of(text if not text.startswith("#") else self.place.partition("#")[0] + text)
        if found is None:
            QDesktopServices.openUrl(address)
            return
        page, part = found
        try:
            self.manual.text(page)
        except KeyError:  # a page for those who look inside, in English only
            path = self.manual.folder / f"{page}.md"
            if path.is_file():
                QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
            return
        self.show_place(f"{page}#{part}" if part else page)

    def _fill_contents(self, pages: list[str]) -> None:
        self.contents.blockSignals(True)
        self.contents.clear()
        for page in pages:
            item = QListWidgetItem(self.manual.title(page))
            item.setData(Qt.ItemDataRole.UserRole, page)
            item.setSizeHint(QSize(0, theme.size("input")))
            self.contents.addItem(item)
        self.contents.blockSignals(False)
        self._mark(self.place.partition("#")[0])

    def _mark(self, page: str) -> None:
        self.contents.blockSignals(True)
        for row in range(self.contents.count()):
            if self.contents.item(row).data(Qt.ItemDataRole.UserRole) == page:
                self.contents.setCurrentRow(row)
        self.contents.blockSignals(False)

    def _chosen(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.show_place(item.data(Qt.ItemDataRole.UserRole))

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setSpacing(theme.size("gap"))
        bar.addWidget(self.back)
        bar.addWidget(self.forward)
        bar.addWidget(self.search, 1)
        left = QWidget()
        side = QVBoxLayout(left)
        side.setContentsMargins(0, 0, 0, 0)
        side.addLayout(bar)
        side.addWidget(self.contents, 1)
        parts = QSplitter()
        parts.setChildrenCollapsible(False)
        parts.addWidget(left)
        parts.addWidget(self.page)
        parts.setStretchFactor(1, 1)
        parts.setSizes([theme.current().px(250), theme.current().px(920)])
        whole = QVBoxLayout(self)
        edge = theme.size("margin")
        whole.setContentsMargins(edge, edge, edge, edge)
        whole.addWidget(parts)


class _Page(QTextBrowser):
    """A page of the manual, with its pictures beside it."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.setOpenLinks(False)
        self.setSearchPaths([str(folder)])
        self.setFrameShape(QFrame.Shape.NoFrame)
        self._headings: list[QTextBlock] = []
        self._at: int | None = None

    def show_text(self, text: str) -> None:
        """Show a page, given as Markdown."""
        document = self.document()
        document.setMarkdown(text, QTextDocument.MarkdownFeature.MarkdownDialectGitHub)
        document.setDocumentMargin(theme.size("page"))
        document.setDefaultFont(theme.current().font())
        for frame in document.rootFrame().childFrames():
            if isinstance(frame, QTextTable):
                _dress(frame)
        blocks = _blocks(document)
        self._headings = [block for block in blocks if block.blockFormat().headingLevel()]
        for block in blocks:
            _space(block)
        self._fit_pictures()
        self.moveCursor(QTextCursor.MoveOperation.Start)

    def go_to(self, number: int | None) -> None:
        """Bring a heading to the top; the beginning of the page where it is none."""
        self._at = number
        if number is None or not 0 <= number < len(self._headings):
            self.verticalScrollBar().setValue(0)
            return
        place = self.document().documentLayout().blockBoundingRect(self._headings[number]).top()
        self.setTextCursor(QTextCursor(self._headings[number]))
        self.verticalScrollBar().setValue(int(place) - theme.size("gap"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_pictures()
        if self._at is not None:  # what stood at the top does so at the new width as well
            self.go_to(self._at)

    def _fit_pictures(self) -> None:
        """No picture wider than the page, and none larger than it is."""
        room = self.viewport().width() - 2 * theme.size("page")
        for block in _blocks(self.document()):
            at = block.begin()
            while not at.atEnd():
                piece, at = at.fragment(), at.__iadd__(1)
                form = piece.charFormat()
                if not form.isImageFormat():
                    continue
                picture = form.toImageFormat()
                whole = QImageReader(str(Path(self.searchPaths()[0]) / picture.name())).size()
                picture.setWidth(max(min(room, whole.width()), 1))
                cursor = QTextCursor(self.document())
                cursor.setPosition(piece.position())
                cursor.setPosition(piece.position() + piece.length(), QTextCursor.MoveMode.KeepAnchor)
                cursor.setCharFormat(picture)
                break


def _space(block: QTextBlock) -> None:
    """Air between paragraphs, more above a heading."""
    form, cursor = block.blockFormat(), QTextCursor(block)
    if cursor.currentTable() is not None:
        return
    gap = theme.size("gap")
    form.setTopMargin(2 * gap if form.headingLevel() else 0)
    form.setBottomMargin(gap if form.headingLevel() or block.textList() is None else gap / 2)
    cursor.setBlockFormat(form)


def _blocks(document: QTextDocument) -> list[QTextBlock]:
    found, block = [], document.begin()
    while block.isValid():
        found.append(block)
        block = block.next()
    return found


def _dress(table: QTextTable) -> None:
    """Lines between the rows of a table and air in its cells."""
    form = table.format()
    form.setBorder(1)
    form.setBorderBrush(theme.colour("line"))
    form.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
    form.setBorderCollapse(True)
    form.setCellPadding(6)
    form.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
    table.setFormat(form)
    if all(not table.cellAt(0, at).firstCursorPosition().block().text() for at in range(table.columns())):
        table.removeRows(0, 1)  # Markdown has no table without a head
