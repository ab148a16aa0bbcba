"""The page where somebody signs in: at the start of the program, and after somebody signed out. Nothing of the data is loaded yet."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from crm_desktop import settings as s
from crm_desktop.application import Application
from crm_desktop.errors import FirstPassword, Invalid, NotSignedIn, Told
from crm_desktop.lan.connection import kept
from crm_desktop.services import signing_in
from crm_desktop.services.credentials import company_settings
from crm_desktop.services.server_roles import at_the_door
from crm_desktop.words import LANGUAGES, _, language
from ui import icons, theme
from ui.notices import Notices
from ui.sign_in_fields import NewPasswordEdit, PasswordEdit
from ui.tasks import Tasks
from ui.widgets.buttons import Button, flat, primary
from ui.widgets.labels import Label
from ui.widgets.panels import Banner, Card

PASSWORD, FIRST, FORGOTTEN = "password", "first", "forgotten"
_WIDTH = 400


class SignInPage(QWidget):
    """The window of signing in. settings: those of this PC."""

    signed_in = Signal()
    """Somebody is at work now, see `app.actor`."""
    language_chosen = Signal(str)
    """A code of LANGUAGES; whoever shows the page speaks it and shows another page."""

    def __init__(self, app: Application, settings: s.Settings, said: str = "") -> None:
        """said: why one has to sign in (again), in words."""
        super().__init__()
        self.setObjectName("window")
        self.app, self._settings = app, settings
        self.notices = Notices(self, app.data / "logs")
        self.tasks = Tasks(self.notices.error, self)
        self.mode = PASSWORD
        self._wait = QTimer(self, interval=1000)
        self._wait.timeout.connect(self._count_down)
        self._left = 0
        self._door = at_the_door(app)
        self._company = _company_name(app)
        self.setWindowTitle(f"{self._company} – {_('CRM Desktop')}" if self._company else _("CRM Desktop"))
        self.setWindowIcon(icons.app_icon())
        self._build(signing_in.names(app), said)
        self.show_mode(PASSWORD)
        self.resize(theme.current().px(920), theme.current().px(680))

    # How it looks

    def _build(self, names: list[tuple[str, str]], said: str) -> None:
        self.name = QComboBox()
        self.name.setEditable(True)
        self.name.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        for sign_in, name in names:
            self.name.addItem(sign_in, name)
        self.name.setCurrentText(self._settings.get(s.LAST_SIGN_IN))
        self.name.setAccessibleName(_("Sign-in name"))
        self.password = PasswordEdit(_("Password"))
        self.code = QLineEdit()
        self.code.setAccessibleName(_("Recovery code"))
        self.code.setPlaceholderText(_("For example abcd-efgh-jkmn-pqrs"))
        self.new = NewPasswordEdit()
        self.heading, self.words = Label("", "heading"), Label("", "dim", wrap=True)
        self.problem = Banner("", "red")
        self.problem.hide()
        self.go = primary(_("Sign in"), "", self.try_it)
        self.go.setMinimumHeight(theme.current().px(36))
        self.forgot = Button(_("I forgot my password"), kind="link", clicked=lambda: self.show_mode(FORGOTTEN))
        self.back = flat(_("Back"), "arrow_left", lambda: self.show_mode(PASSWORD))
        card = Card(margin=24)
        self._rows: dict[str, list[QWidget]] = {"name": [], "password": [], "code": [], "new": []}
        card.body.addWidget(self.heading)
        card.body.addWidget(self.words)
        for key, text, editor in (
            ("name", _("Sign-in name"), self.name), ("password", _("Password"), self.password),
            ("code", _("Recovery code"), self.code), ("new", "", self.new),
        ):  # fmt: skip
            label = Label(text)
            label.setBuddy(editor)
            card.body.addWidget(label)
            card.body.addWidget(editor)
            self._rows[key] = [label, editor] if text else [editor]
            label.setVisible(bool(text))
        card.body.addWidget(self.problem)
        card.body.addSpacing(4)
        card.body.addWidget(self.go)
        foot = QHBoxLayout()
        foot.addWidget(self.back)
        foot.addStretch(1)
        foot.addWidget(self.forgot)
        card.body.addLayout(foot)
        card.setFixedWidth(theme.current().px(_WIDTH))
        self._card = card
        outer = QVBoxLayout(self)
        outer.addStretch(2)
        outer.addWidget(self._head(), 0, Qt.AlignmentFlag.AlignHCenter)
        outer.addSpacing(theme.size("margin"))
        if said:
            banner = Banner(said, "amber")
            banner.setFixedWidth(theme.current().px(_WIDTH))
            outer.addWidget(banner, 0, Qt.AlignmentFlag.AlignHCenter)
        outer.addWidget(card, 0, Qt.AlignmentFlag.AlignHCenter)
        outer.addSpacing(theme.size("margin"))
        outer.addLayout(self._languages())
        outer.addStretch(3)
        for line in (self.password.line, self.code, self.new.first.line, self.new.second.line, self.name.lineEdit()):
            assert line is not None
            line.returnPressed.connect(self._enter_pressed)
            line.textChanged.connect(lambda _text: self._look())
        self.new.changed.connect(self._look)

    def _head(self) -> QWidget:
        head = QWidget()
        row = QHBoxLayout(head)
        row.setSpacing(theme.size("margin"))
        logo, side = Label(), theme.current().px(40)
        logo.setPixmap(icons.app_icon().pixmap(QSize(side, side), self.devicePixelRatioF()))
        row.addWidget(logo)
        row.addWidget(Label(self._company or _("CRM Desktop"), "title"))
        return head

    def _languages(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addStretch(1)
        self.languages = QComboBox()
        self.languages.setAccessibleName(_("Language"))
        for code, name in LANGUAGES.items():
            self.languages.addItem(name, code)
        self.languages.setCurrentIndex(self.languages.findData(language()))
        self.languages.activated.connect(lambda at: self.language_chosen.emit(self.languages.itemData(at)))
        row.addWidget(self.languages)
        row.addStretch(1)
        return row

    def show_mode(self, mode: str) -> None:
        """Ask for a password, for a first one, or for a recovery code."""
        self.mode = mode
        texts = {
            PASSWORD: (_("Sign in"), "", _("Sign in")),
            FIRST: (_("Choose your password"), _("The one you were given is good for this only."), _("Use it and sign in")),
            FORGOTTEN: (
                _("I forgot my password"),
                _("Your administrator can give you a new one. Owners use a code from their recovery sheet."),
                _("Use the code and sign in"),
            ),
        }
        heading, words, go = texts[mode]
        self.heading.setText(heading)
        self.words.setText(words)
        self.words.setVisible(bool(words))
        self.go.setText(go)
        shown = {PASSWORD: ("name", "password"), FIRST: ("new",), FORGOTTEN: ("name", "code", "new")}[mode]
        for key, widgets in self._rows.items():
            for widget in widgets:
                widget.setVisible(key in shown)
        self.forgot.setVisible(mode == PASSWORD and not self._door)  # a server knows no recovery codes
        self.back.setVisible(mode != PASSWORD)
        self.problem.hide()
        self.new.say("")
        first = self.new.first.line if mode == FIRST else self.password.line if self.name.currentText() else self.name
        (self.code if mode == FORGOTTEN and self.name.currentText() else first).setFocus()
        self._look()

    def _look(self) -> None:
        name = bool(self.name.currentText().strip())
        ready = {
            PASSWORD: name and bool(self.password.text),
            FIRST: self.new.ready,
            FORGOTTEN: name and bool(self.code.text().strip()) and self.new.ready,
        }[self.mode]
        self.go.setEnabled(ready and self.tasks.idle and not self._left)
        QTimer.singleShot(0, self, self._fit)

    def _fit(self) -> None:
        """Give the card the height its sentences take at its width: a centred widget is not asked for it."""
        self._card.setMinimumHeight(self._card.body.totalHeightForWidth(self._card.width()))

    def _enter_pressed(self) -> None:
        if self.go.isEnabled():
            self.try_it()
        else:
            self.focusNextChild()

    # What it does

    def try_it(self) -> None:
        """Sign in with what was typed, off the thread of the window: it takes a moment, on purpose."""
        name, word, new, code = self.name.currentText(), self.password.text, self.new.text, self.code.text()
        work: Callable[[], object]
        if self.mode == FORGOTTEN:
            work = partial(signing_in.recover, self.app, name, code, new)
        else:
            work = partial(signing_in.sign_in, self.app, name, word, new=new if self.mode == FIRST else "")
        self.problem.hide()
        self.go.setEnabled(False)
        self.tasks.run(work, self._entered, self._failed, owner=self)

    def _entered(self, _actor: object) -> None:
        self._settings.set(s.LAST_SIGN_IN, self.name.currentText().strip())
        self.signed_in.emit()

    def _failed(self, error: BaseException) -> None:
        QTimer.singleShot(0, self, self._look)
        if isinstance(error, FirstPassword):
            self.show_mode(FIRST)
        elif isinstance(error, Invalid) and "password" in error.problems:
            self.new.say(error.problems["password"])
        elif isinstance(error, NotSignedIn):
            self._say(error)
            if self.mode == FIRST:  # it ran out, or was taken back meanwhile
                self.mode = PASSWORD
                self.show_mode(PASSWORD)
                self._say(error)
            typed = self.code if self.mode == FORGOTTEN else self.password.line
            typed.setFocus()
            typed.selectAll()
            self._left = error.wait if error.wait <= 60 else 0
            if self._left:
                self._wait.start()
        else:
            self.notices.error(error)

    def _say(self, error: Told) -> None:
        self.problem.say(" ".join(t for t in (error.message, error.advice) if t), "red")
        self._look()

    def _count_down(self) -> None:
        """A pause is over by itself: the button comes back."""
        self._left -= 1
        if self._left <= 0:
            self._left = 0
            self._wait.stop()
            self.problem.hide()
        self._look()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._wait.stop()
        self.tasks.close()
        super().closeEvent(event)


def _company_name(app: Application) -> str:
    """Whose data these are; at the door of a server nothing can be asked, but this PC knows which office it has joined."""
    if at_the_door(app):
        office = kept(app.data)
        return office.office if office is not None else ""
    company = company_settings(app)
    return company.get(s.COMPANY_SHORT_NAME) or company.get(s.COMPANY_NAME)
