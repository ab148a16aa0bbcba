"""The first start: language, company, name, and how to begin. Three answers and the window opens.

The screen decides nothing and touches no database; it hands over what was answered.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from crm_desktop.words import LANGUAGES, _, language, use_language
from ui import icons, theme
from ui.widgets.buttons import Button
from ui.widgets.labels import Label
from ui.widgets.panels import Card, ChoiceCard

START_CHOICES = ("empty", "import", "sample")


@dataclass(frozen=True)
class WelcomeAnswer:
    """What the person answered. start: "empty", "import" or "sample"."""

    language: str
    company: str
    person: str
    start: str


class Welcome(QWidget):
    """The window of the first start."""

    answered = Signal(object)
    """A `WelcomeAnswer`."""
    restore_wanted = Signal()
    """Everything is to come out of a backup."""
    join_wanted = Signal()
    """The data are on another PC of the office."""

    def __init__(self, person: str = "") -> None:
        super().__init__()
        self.setObjectName("window")
        self._person_guess = person
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._page: QWidget | None = None
        self._build("", person)
        self.resize(theme.current().px(920), theme.current().px(680))

    def _build(self, company: str, person: str) -> None:
        if self._page is not None:
            self._column.removeWidget(self._page)
            self._page.hide()  # it goes only later, and would lie over the new one until then
            self._page.deleteLater()
        self.setWindowTitle(_("CRM Desktop"))
        self.setWindowIcon(icons.app_icon())
        px = theme.current().px
        self._page = QWidget()
        outer = QVBoxLayout(self._page)
        outer.addStretch(1)
        middle = QVBoxLayout()
        middle.setSpacing(theme.size("margin"))
        middle.addWidget(self._head())
        middle.addWidget(self._questions(company, person))
        middle.addWidget(Label(_("How would you like to begin?"), "section"))
        middle.addLayout(self._choices())
        foot = QHBoxLayout()
        foot.addWidget(Label(_("Everything stays on this computer. All of it can be changed later."), "small", wrap=True), 1)
        self.restore_button = Button(_("Restore a backup…"), "arrow_undo", kind="flat", clicked=self.restore_wanted.emit)
        self.join_button = Button(_("Join an office…"), "organization", kind="flat", clicked=self.join_wanted.emit)
        foot.addWidget(self.join_button)
        foot.addWidget(self.restore_button)
        middle.addLayout(foot)
        holder = QWidget()
        holder.setFixedWidth(px(680))
        holder.setLayout(middle)
        outer.addWidget(holder, 0, Qt.AlignmentFlag.AlignHCenter)
        outer.addStretch(2)
        self._column.addWidget(self._page)
        self._page.show()  # at once, so that the cursor can stand in it
        self.company.setFocus()

    def _head(self) -> QWidget:
        head = QWidget()
        row = QHBoxLayout(head)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.size("margin"))
        logo = Label()
        side = theme.current().px(48)
        logo.setPixmap(icons.app_icon().pixmap(QSize(side, side), self.devicePixelRatioF()))
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(Label(_("Welcome"), "hero"))
        words.addWidget(Label(_("Customers, orders and everything between, in one place."), "dim"))
        row.addWidget(logo)
        row.addLayout(words, 1)
        return head

    def _questions(self, company: str, person: str) -> QWidget:
        card = Card(margin=20)
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.size("margin"))
        grid.setVerticalSpacing(12)
        self.language = QComboBox()
        for code, name in LANGUAGES.items():
            self.language.addItem(name, code)
        self.language.setCurrentIndex(self.language.findData(language()))
        self.language.activated.connect(self._speak)
        self.company = QLineEdit(company)
        self.company.setPlaceholderText(_("For example: Baichuan Trading Co., Ltd."))
        self.person = QLineEdit(person)
        self.person.setPlaceholderText(_("As your colleagues know you"))
        rows = ((_("Language"), self.language), (_("Company name"), self.company), (_("Your name"), self.person))
        for row, (text, editor) in enumerate(rows):
            label = Label(text)
            label.setBuddy(editor)
            editor.setAccessibleName(text)
            grid.addWidget(label, row, 0)
            grid.addWidget(editor, row, 1)
        grid.setColumnMinimumWidth(0, theme.current().px(110))
        grid.setColumnStretch(1, 1)
        card.body.addLayout(grid)
        self.problem = Label("", "error")
        self.problem.hide()
        card.body.addWidget(self.problem)
        for editor in (self.company, self.person):
            editor.textChanged.connect(lambda _text, editor=editor: self._mark(editor, False))
        return card

    def _choices(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(12)
        texts = {
            "empty": ("document_add", _("Start empty"), _("Enter your customers as they come.")),
            "import": ("arrow_download", _("Bring in a list"), _("Customers or products from Excel or CSV.")),
            "sample": ("sparkle", _("Look around first"), _("Open a sample company; it can be thrown away.")),
        }
        self.choices: dict[str, ChoiceCard] = {}
        for start in START_CHOICES:
            card = ChoiceCard(*texts[start])
            card.setMinimumHeight(theme.current().px(128))
            card.pressed.connect(lambda start=start: self._answer(start))
            row.addWidget(card, 1)
            self.choices[start] = card
        return row

    def _speak(self, index: int) -> None:
        use_language(self.language.itemData(index))
        self._build(self.company.text(), self.person.text())

    def _answer(self, start: str) -> None:
        company, person = self.company.text().strip(), self.person.text().strip()
        if start == "sample":  # it brings a company of its own
            company, person = company or _("Sample company"), person or self._person_guess or _("Administrator")
        for editor, value, words in (
            (self.company, company, _("Please enter the name of your company.")),
            (self.person, person, _("Please enter your name.")),
        ):
            if not value:
                self._mark(editor, True)
                self.problem.setText(words)
                self.problem.show()
                editor.setFocus()
                return
        self.answered.emit(WelcomeAnswer(language(), company, person, start))

    def _mark(self, editor: QLineEdit, wrong: bool) -> None:
        theme.restyle(editor, problem=wrong)
        if not wrong:
            self.problem.hide()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.focusNextChild()
        else:
            super().keyPressEvent(event)
