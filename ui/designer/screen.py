"""The tab of the designer: one template, its steps back and forth, saving with a note, its versions, its preview."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget
from shiboken6 import isValid

from crm_desktop.printing.template import Template
from crm_desktop.printing.template_store import CHANGED, SHIPPED
from crm_desktop.words import _
from ui.designer import keeping, store
from ui.designer.keeping import KeptTemplate
from ui.designer.preview_window import PreviewWindow
from ui.designer.save_dialog import SaveDialog
from ui.designer.store import Opened
from ui.designer.versions import VersionsDialog
from ui.designer.workbench import Workbench
from ui.record_actions import add_shortcuts
from ui.shell import Shell
from ui.waiting import wait_for
from ui.widgets.buttons import Button, IconButton, primary
from ui.widgets.inputs import Spinner
from ui.widgets.labels import Label, Tag
from ui.widgets.panels import Banner, ScreenHead


class DesignerScreen(QWidget):
    """Opens a template by its name. `record`: the id of the record to put on the paper. Without a record type: of the first there is."""

    finished = Signal(bool)
    """Saving has ended: whether everything is kept."""

    def __init__(self, shell: Shell, name: str = "", type: str = "", record: str = "") -> None:
        super().__init__()
        self._shell, self.name, self._type = shell, name, type or next(iter(shell.app.types))
        self._record = int(record) if record.isdigit() else 0
        self.title, self.icon, self.tab_key = _("Print template"), "ruler", tab_of(self._type, name)
        self.bench: Workbench | None = None
        self._opened: Opened | None = None
        self._saving = self._new = False
        self._stack = QStackedLayout(self)
        waiting = QWidget()
        QVBoxLayout(waiting).addWidget(Spinner(28))
        self._stack.addWidget(waiting)
        work = partial(store.open_template, shell.app, self._type, name)
        shell.tasks.run(work, self._show, self._not_there, owner=self)

    # For the window

    @property
    def unsaved(self) -> bool:
        """Whether something was changed and not saved."""
        return self.bench is not None and not self.bench.document.stack.isClean()

    @property
    def worth_saving(self) -> bool:
        """Whether saving would keep anything: changes, or a template that nobody has kept yet."""
        return self.unsaved or self._new

    def close_request(self) -> bool:
        """Ask about changes; what is not wanted is forgotten."""
        if not self.unsaved or self.bench is None:
            return True
        answer = self._shell.notices.ask_unsaved(self.title)
        if answer == "save":
            return wait_for(self, self.finished, lambda: self.save(self._note()))
        if answer == "discard":
            self._shell.tasks.run(partial(keeping.forget, self._shell.app, self.name))
            self.bench.document.stack.setClean()
            return True
        return False

    def apply_arguments(self, record: str = "") -> None:
        """Another screen comes with a record."""
        if record.isdigit() and self.bench is not None:
            self.bench.show_record(int(record), "")

    # Opening

    def _not_there(self, error: BaseException) -> None:
        self._shell.notices.error(error)
        QTimer.singleShot(0, lambda: self._shell.close_screen(self))

    def _show(self, opened: Opened) -> None:
        self._opened = opened
        self.name = opened.template.name
        self.tab_key = tab_of(self._type, self.name)
        self.title = opened.template.title_in(opened.template.language)
        self.bench = Workbench(self._shell, self._shell.app.type(self._type), opened.template, self._record)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head())
        self._banner_place = QHBoxLayout()
        self._banner_place.setContentsMargins(8, 0, 8, 4)
        column.addLayout(self._banner_place)
        column.addWidget(self.bench, 1)
        self._stack.addWidget(page)
        self._stack.setCurrentWidget(page)
        self._new = opened.new
        self._connect()
        if opened.fault:
            words = _("The version that was saved cannot be read: {reason} This is the one that came with the program.")
            self._banner_place.addWidget(Banner(words.format(reason=opened.fault), "amber", closable=True))
        self._shell.tab_changed(self)
        self.bench.canvas.setFocus()
        self._shell.tasks.run(partial(keeping.kept, self._shell.app, self.name), self._take_draft, owner=self)

    def _head(self) -> QWidget:
        assert self.bench is not None and self._opened is not None
        head = ScreenHead(self.title)
        stack = self.bench.document.stack
        row = head.row
        row.addWidget(Label(_(self._shell.app.type(self._type).plural), "dim"))
        if self._opened.origin == SHIPPED:
            row.addWidget(Tag(_("Came with the program"), "grey"))
        elif self._opened.origin == CHANGED:
            row.addWidget(Tag(_("Came with the program, changed"), "accent"))
        elif self._opened.new:
            row.addWidget(Tag(_("New"), "green"))
        row.addStretch(1)
        self.undo = IconButton("arrow_undo", _("Undo"), stack.undo)
        self.redo = IconButton("arrow_redo", _("Redo"), stack.redo)
        row.addWidget(self.undo)
        row.addWidget(self.redo)
        row.addWidget(Button(_("Versions"), "history", clicked=self.versions))
        row.addWidget(Button(_("Preview"), "eye", clicked=self.preview, tip=_("As it is printed, before it is saved")))
        self.save_button = primary(_("Save"), "save", self.ask_and_save)
        row.addWidget(self.save_button)
        return head

    def _connect(self) -> None:
        assert self.bench is not None
        stack, work = self.bench.document.stack, self.bench.work
        stack.cleanChanged.connect(lambda _clean: self._marks())
        stack.indexChanged.connect(lambda _at: self._marks())
        keys = {
            "Ctrl+S": self.ask_and_save, "Ctrl+Z": stack.undo, "Ctrl+Y": stack.redo, "Ctrl+Shift+Z": stack.redo,
            "Ctrl+C": work.copy, "Ctrl+X": work.cut, "Ctrl+V": work.paste, "Ctrl+D": work.duplicate, "Ctrl+A": work.select_all,
            "Ctrl+P": self.preview,
        }  # fmt: skip
        add_shortcuts(self, keys)
        self._marks()

    def _marks(self) -> None:
        assert self.bench is not None
        stack = self.bench.document.stack
        if not isValid(stack):  # a stack that goes with its tab says so once more
            return
        for button, can, words, name in (
            (self.undo, stack.canUndo(), _("Undo"), stack.undoText()), (self.redo, stack.canRedo(), _("Redo"), stack.redoText()),
        ):  # fmt: skip
            button.setEnabled(can)
            button.setToolTip(f"{words}: {name}" if name else words)
        self.save_button.setEnabled(self.worth_saving and not self._saving)
        self._shell.tab_changed(self)

    # The draft of the last time

    def _take_draft(self, kept: KeptTemplate | None) -> None:
        if kept is None or self.bench is None or kept.template == self.bench.document.template:
            return
        bench = self.bench
        bench.canvas.guides.take(kept.guides)
        bench.document.do(_("What was not saved"), lambda _old: kept.template)
        words = _("The changes that were not saved last time are back.")
        if kept.base != bench.base:
            words += " " + _("Somebody saved this template meanwhile: compare before you save.")
        banner = Banner(words, "amber" if kept.base != bench.base else "accent", _("Discard"), self._discard, closable=True)
        self._banner_place.addWidget(banner)
        self._banner = banner

    def _discard(self) -> None:
        if self.bench is not None:
            self.bench.document.stack.undo()
            self.bench.document.stack.setClean()
            self._banner.hide()
            self._shell.tasks.run(partial(keeping.forget, self._shell.app, self.name))

    # Saving

    def _note(self) -> str:
        """What was done, in a few words, as the note one begins with."""
        assert self.bench is not None
        stack = self.bench.document.stack
        done = (stack.text(number) for number in range(max(stack.cleanIndex(), 0), stack.index()))
        return _(", ").join(dict.fromkeys(word for word in done if word))[:120]

    def ask_and_save(self) -> None:
        """Save, with a note of what was changed."""
        if self.worth_saving and not self._saving:
            dialog = SaveDialog(self, self._note())
            if dialog.exec():
                self.save(note=dialog.note)

    def save(self, note: str) -> None:
        """Keep the template as a new version."""
        assert self.bench is not None
        self._saving = True
        template = self.bench.document.template
        work = partial(store.save, self._shell.app, template, note, self.bench.base)
        self._shell.tasks.run(work, partial(self._saved, template), self._not_saved, owner=self)

    def _saved(self, template: Template, clash: bool) -> None:
        self._saving = False
        assert self.bench is not None
        if clash:
            self._somebody_was_faster(template)
            return
        self.bench.saved(template)
        self._new = False
        self._shell.tasks.run(partial(keeping.forget, self._shell.app, self.name))
        self.title = template.title_in(template.language)
        self._marks()
        self._shell.notices.say(_("Saved: {name}").format(name=self.title))
        self.finished.emit(not self.unsaved)

    def _somebody_was_faster(self, template: Template) -> None:
        """Another one saved meanwhile: whoever saves now is asked, and the other's work stays among the versions."""
        assert self.bench is not None
        if self._shell.notices.ask(
            _("Somebody saved this template while you were changing it. Save yours all the same?"),
            _("The other one stays among the versions."),
            yes=_("Save mine"),
        ):
            self.bench.base = ""
            self.save(self._note())
        else:
            self.finished.emit(False)

    def _not_saved(self, error: BaseException) -> None:
        self._saving = False
        self._marks()
        self._shell.notices.error(error)
        self.finished.emit(False)

    # Versions and preview

    def versions(self) -> None:
        """Older versions: compare and bring back."""
        if self.bench is not None:
            dialog = VersionsDialog(self, self._shell, self.bench.document.template, self.bench.context or {})
            dialog.restored.connect(self._restore)
            dialog.open()

    def _restore(self, template: Template) -> None:
        assert self.bench is not None
        self.bench.document.do(_("Older version"), lambda _old: template)

    def preview(self) -> None:
        """The document as it would be printed now."""
        if self.bench is not None and self.bench.context is not None:
            work = partial(store.preview, self.bench.document.template, self.bench.context)
            self._shell.tasks.run(work, self._show_preview, owner=self)

    def _show_preview(self, pdf: bytes) -> None:
        self._preview = PreviewWindow(self, self._shell, self.title, pdf)
        self._preview.open()


def tab_of(type_key: str, name: str) -> str:
    """The key of the tab of a template."""
    return f"screen:template?type={type_key}&name={name}"
