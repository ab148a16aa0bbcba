"""“What may this person do?”: a person, the records, perhaps one of them; the answer with its reason, operation by operation."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QStackedLayout, QTabBar, QVBoxLayout, QWidget

from crm_desktop.draft import Ref
from crm_desktop.records.record_type import Field
from crm_desktop.rights import Access, Reach
from crm_desktop.services.explaining import Answer, Explanation, FieldAnswer, explain
from crm_desktop.services.people_guard import RIGHTS
from crm_desktop.words import _
from ui import icons, rights_sheets, theme
from ui.editor_base import Around
from ui.picker import ReferenceEditor
from ui.rights_grid import Level
from ui.shell import Shell
from ui.widgets.labels import Label
from ui.widgets.panels import EmptyState
from ui.widgets.plain_table import PlainColumn, PlainTable

_CHOICE = 260  # pixels


class ExplainScreen(QWidget):
    """Ask what somebody may do, and why."""

    def __init__(self, shell: Shell, user: str = "", type: str = "", record: str = "") -> None:
        super().__init__()
        self._shell = shell
        self.title, self.icon, self.tab_key = _("What may this person do?"), "question_circle", "screen:explain-rights"
        self._around = Around(shell.app, shell.tasks, open_record=shell.open_record, failed=shell.notices.error)
        self._kinds = [k for k in rights_sheets.kinds_in_order(shell.app) if shell.app.actor.may(f"{k.key}.see")]
        self.found: Explanation | None = None
        self._ticket = 0
        self.user = ReferenceEditor(Field("User", "reference", name="user", target="users"), self._around)
        self.types = QComboBox()
        self._place = QHBoxLayout()
        self.record: ReferenceEditor
        self.operations = PlainTable(self._operation_columns(), name=_("Operations"))
        self.fields = PlainTable(self._field_columns(), name=_("Fields"))
        self.program = PlainTable(self._program_columns(), name=_("Program"))
        self._lay_out()
        self._type_chosen()
        self.types.currentIndexChanged.connect(lambda _at: self._type_chosen())
        self.user.settled.connect(self.ask)
        self._begin(user, type, record)

    def _begin(self, user: str, type_key: str, record: str) -> None:
        """What another screen asked for, or oneself."""
        actor = self._shell.app.actor
        if type_key:
            self.types.setCurrentIndex(max(0, self.types.findData(type_key)))
            self.record.show_value(None)
        if user or actor.user_id:
            own = not user or int(user) == actor.user_id
            self.user.show_value(Ref(int(user or actor.user_id or 0), actor.name if own else ""))
        self.user.set_read_only(not actor.may(RIGHTS))
        self.ask(int(record) if record.isdigit() else None)

    def apply_arguments(self, user: str = "", type: str = "", record: str = "") -> None:
        """Another screen asks about this person, or this record."""
        self._begin(user, type, record)

    def close_request(self) -> bool:
        """It can always be closed."""
        return True

    def refresh(self) -> None:
        """Ask again."""
        self.ask()

    # How it looks

    def _operation_columns(self) -> list[PlainColumn]:
        def level(answer: Answer) -> Level:
            return rights_sheets.reach_level(answer.reach)

        def tone(answer: Answer) -> str:
            return self._allowed_tone(answer) or level(answer).tone

        return [
            PlainColumn(_("Operation"), lambda a: a.label, 22),
            PlainColumn(_("Answer"), lambda a: self._allowed(a) or level(a).words, 24, tone=tone),
            PlainColumn(_("Why"), lambda a: a.why or _("Through {positions}").format(positions=", ".join(a.positions))),
        ]  # fmt: skip

    def _allowed(self, answer: Answer) -> str:
        return "" if answer.allowed is None else _("Yes") if answer.allowed else _("No")

    def _allowed_tone(self, answer: Answer) -> str:
        return "" if answer.allowed is None else "green" if answer.allowed else "red"

    def _field_columns(self) -> list[PlainColumn]:
        tones = {Access.HIDDEN: "red", Access.READ: "amber", Access.WRITE: "green"}

        def through(about: FieldAnswer) -> str:
            return ", ".join(about.positions)

        return [
            PlainColumn(_("Field"), lambda f: f.label, 34),
            PlainColumn(_("Access"), lambda f: f.access_words, 18, tone=lambda f: tones[f.access]),
            PlainColumn(_("Through"), through, quiet=True),
        ]

    def _program_columns(self) -> list[PlainColumn]:
        def level(answer: Answer) -> str:
            whole = answer.reach == Reach.ALL and answer.operation != "rights"
            return _("Yes") if whole else answer.reach_words

        return [
            PlainColumn(_("Right over the program"), lambda a: a.label, 44),
            PlainColumn(_("Allowed"), level, 18, tone=lambda a: rights_sheets.reach_level(a.reach).tone),
            PlainColumn(_("Through"), lambda a: ", ".join(a.positions), quiet=True),
        ]

    def _lay_out(self) -> None:
        worn = theme.current()
        for kind in self._kinds:
            self.types.addItem(icons.icon(kind.icon), _(kind.plural), kind.key)
        choices = QGridLayout()
        choices.setHorizontalSpacing(theme.size("margin"))
        choices.setVerticalSpacing(4)
        holder = QWidget()
        holder.setLayout(self._place)
        self._place.setContentsMargins(0, 0, 0, 0)
        for at, (words, widget) in enumerate(((_("User"), self.user), (_("Records"), self.types), (_("One record (if wanted)"), holder))):
            choices.addWidget(Label(words, "dim"), 0, at)
            widget.setMinimumWidth(worn.px(_CHOICE if widget is not self.types else 180))
            choices.addWidget(widget, 1, at)
        choices.setColumnStretch(3, 1)
        self.types.setAccessibleName(_("Records"))
        self.holds = Label("", "dim", wrap=True)
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        pages = QWidget()
        self._pages = QStackedLayout(pages)
        for words, page in ((_("Operations"), self.operations), (_("Fields"), self.fields), (_("Program"), self.program)):
            self.tabs.addTab(words)
            self._pages.addWidget(page)
        self.nobody = EmptyState("person", _("Choose a person"), _("You then see what this person may do, and which position says so."))
        self._pages.addWidget(self.nobody)
        self.tabs.currentChanged.connect(self._pages.setCurrentIndex)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.size("page"), theme.size("margin"), theme.size("page"), theme.size("margin"))
        column.setSpacing(theme.size("margin"))
        column.addWidget(Label(self.title, "title"))
        column.addLayout(choices)
        column.addWidget(self.holds)
        column.addWidget(self.tabs)
        column.addWidget(pages, 1)

    def _type_chosen(self) -> None:
        while (item := self._place.takeAt(0)) is not None:
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        kind = self._kinds[max(0, self.types.currentIndex())]
        self.record = ReferenceEditor(Field(kind.title, "reference", name="record", target=kind.key), self._around)
        self.record.settled.connect(self.ask)
        self._place.addWidget(self.record)
        self.ask()

    # What the person does

    def ask(self, record: int | None = None) -> None:
        """Ask about the person chosen. record: an id, where no record was chosen by name."""
        try:
            person, one = self.user.value(), self.record.value()
        except ValueError:
            return
        if person is None:
            self._pages.setCurrentWidget(self.nobody)
            return
        self._ticket += 1
        ticket, kind = self._ticket, self._kinds[max(0, self.types.currentIndex())]
        id_ = one.id if one is not None else record
        self._shell.tasks.run(
            partial(explain, self._shell.app, person.id, kind.key, id_),
            lambda found: self._show(found, id_) if ticket == self._ticket else None, self._shell.notices.error, owner=self,
        )  # fmt: skip

    def _show(self, found: Explanation, record: int | None) -> None:
        self.found = found
        self.user.show_value(Ref(found.user_id, found.user))
        if record is not None and found.record:
            self.record.show_value(Ref(record, found.record))
        names = ", ".join(found.positions) or _("none")
        words = _("{person} holds: {positions}").format(person=found.user, positions=names)
        self.holds.setText(words if found.active else _("{person} is switched off and may do nothing.").format(person=found.user))
        self.operations.show_rows(found.operations)
        self.fields.show_rows(found.fields)
        self.program.show_rows(found.program)
        self._pages.setCurrentIndex(self.tabs.currentIndex())


