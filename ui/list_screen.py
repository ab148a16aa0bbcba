"""The list of a record type as a tab: its title, views and tools above, the rows, and the record beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QFocusEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSplitter, QStackedLayout, QVBoxLayout, QWidget

from crm_desktop import settings as s
from crm_desktop.application import Application
from crm_desktop.filters import Condition, Filter, ListQuery
from crm_desktop.services.becoming import merged
from crm_desktop.services.listing import Count, fetch_ids
from crm_desktop.services.views import Look, Views, forget_last, keep_last, load_views
from crm_desktop.words import _
from ui import icons, theme
from ui.column_chooser import ColumnChooser
from ui.filter_editor import FilterEditor
from ui.filter_text import parse_filter
from ui.list_actions import ListActions
from ui.list_editing import ListEditing
from ui.list_foot import count_words
from ui.list_view import RecordList
from ui.preview_panel import PreviewPanel
from ui.shell import Shell
from ui.view_bar import ViewBar
from ui.widgets.buttons import Button, IconButton, with_shortcut
from ui.widgets.labels import Label

_KEEP_AFTER = 400  # milliseconds: how a list looks is kept once the person leaves it alone
_PREVIEW = 340  # pixels
_WORDS_FROM = 1020  # pixels of width from which on the tools show their words


class ListScreen(QWidget):
    """One list in a tab. Arguments are conditions by field, as a person types them: `due="overdue", owner_id="mine"`."""

    open_record = Signal(str, int)
    new_record = Signal(str)
    import_wanted = Signal(str)
    sample_wanted = Signal()

    def __init__(self, shell: Shell, type_key: str, **arguments: str) -> None:
        super().__init__()
        self.shell, self.type = shell, shell.app.type(type_key)
        self.title, self.icon, self.tab_key = _(self.type.plural), self.type.icon, f"list:{type_key}"
        self.list = RecordList(shell.app, shell.tasks, type_key, page_size=shell.settings.get(s.PAGE_SIZE))
        self.preview = PreviewPanel(shell, type_key)
        self.actions_of_list = ListActions(self.list, shell)
        self.editing = ListEditing(self.list, shell)
        self.views = ViewBar(shell, self.list)
        self._arguments = arguments
        self._preview_wanted, self._restored = True, False
        self._carried: Look | None = None
        self._keep = QTimer(self, singleShot=True, interval=_KEEP_AFTER)
        self._keep.timeout.connect(self.keep_look)
        self._show_later = QTimer(self, singleShot=True, interval=60)
        self._show_later.timeout.connect(lambda: self.preview.show_record(self.list.current_id()))
        self._lay_out()
        self._connect()
        self._shortcuts()
        shell.tasks.run(partial(_load, shell.app, type_key), self._begin, owner=self)

    # For the window

    def close_request(self) -> bool:
        """A list can always be closed."""
        if self._keep.isActive():
            self.keep_look()
        return True

    def refresh(self) -> None:
        """Ask the database again."""
        self.list.refresh()

    def hand_over(self) -> Look | None:
        """What the screen that takes this one's place goes on from."""
        return self.look() if self._restored else self._carried

    def take_over(self, look: Look | None) -> None:
        """Go on where the screen before was."""
        self._carried = look

    def apply_arguments(self, **arguments: str) -> None:
        """Show the list narrowed to these conditions, as when another screen leads here."""
        parts = tuple(p for name, text in arguments.items() if (p := self._condition(name, text)) is not None)
        if parts:
            self.list.apply(replace(self.list.state, parts=parts, search=""))

    def _condition(self, name: str, text: str) -> Filter | None:
        about = self.list.visible.get(name)
        if about is None:
            return None
        if about.kind == "reference":
            if text == "mine":
                return Condition(name, "mine")
            return Condition(name, "any_of", (int(text),)) if str(text).isdigit() else None
        if about.kind == "yes_no":
            return Condition(name, "yes" if text in ("yes", "1", "true") else "no")
        try:
            return parse_filter(text, about, self.shell.app.options)
        except ValueError:
            return None

    # How it looks

    def look(self) -> Look:
        """For keeping."""
        return self.list.state.look(preview=self._preview_wanted)

    def keep_look(self) -> None:
        """Remember how the person has left this list."""
        self._keep.stop()
        if self._restored and not self.shell.tasks.closed:
            self.shell.tasks.run(partial(keep_last, self.shell.app, self.type.key, self.look()))

    def _begin(self, found: tuple[Views, bool]) -> None:
        views, self.list.offers_sample = found
        self.views.show_views(views)
        view = views.find(views.first) if self._carried is None else None
        look = view.look if view else self._carried or views.last
        if look is not None:
            # A search is a passing question, not how a person likes the list.
            passing = view is None and self._carried is None
            look = replace(look, query=replace(look.query, search="")) if passing else look
            self.set_preview(look.preview)
        self.list.start(look)
        self.group_button.setChecked(bool(self.list.state.group))
        if view is not None:
            self.views.choose(view.id)
        self._restored = True
        if self._arguments:
            self.apply_arguments(**self._arguments)

    def set_preview(self, shown: bool) -> None:
        """Show or hide the record beside the rows."""
        self._preview_wanted = shown
        self.preview_button.setChecked(shown)
        self.preview.setVisible(shown)
        if shown:
            self.preview.show_record(self.list.current_id())
        if self._restored:
            self._keep.start()

    def _lay_out(self) -> None:
        left = self._left = QWidget()
        left.setProperty("ground", "pane")
        left.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head())
        column.addWidget(self.list, 1)
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.setHandleWidth(1)
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(left)
        self.split.addWidget(self.preview)
        self.split.setStretchFactor(0, 1)
        self.split.setSizes([1000, theme.current().px(_PREVIEW)])
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.split)
        left.installEventFilter(self)

    def _head(self) -> QWidget:
        head = QWidget()
        head.setFixedHeight(theme.current().px(58))
        self._tools = QStackedLayout(head)
        self._tools.setContentsMargins(0, 0, 0, 0)
        self._tools.addWidget(self._usual_tools())
        self._tools.addWidget(self._selection_tools())
        return head

    def _usual_tools(self) -> QWidget:
        actions, tools = self.actions_of_list, QWidget()
        row = QHBoxLayout(tools)
        row.setContentsMargins(theme.size("page"), theme.size("gap"), theme.size("page"), theme.size("gap"))
        row.setSpacing(theme.size("gap"))
        self.number = Label("", "dim")
        row.addWidget(Label(self.title, "title"))
        row.addWidget(self.number)
        row.addWidget(self.views)
        row.addStretch(1)
        self.list.search.setMinimumWidth(theme.current().px(130))
        self.list.search.setMaximumWidth(theme.current().px(220))
        row.addWidget(self.list.search, 3)
        filters = IconButton("filter", _("Conditions…"), lambda: self.edit_conditions(-1), shortcut="Ctrl+Shift+F")
        row.addWidget(filters)
        self.group_menu = QMenu(self)
        self.group_menu.aboutToShow.connect(lambda: self.list.groups.fill(self.group_menu))
        self.group_button = IconButton("layout_row_three", with_shortcut(_("Groups"), "Ctrl+G"), checkable=True, menu=self.group_menu)
        row.addWidget(self.group_button)
        self.buttons = [
            Button(_("Columns"), "column_triple", clicked=self.choose_columns),
            Button(_("Import"), "arrow_download", clicked=lambda: self._import(self.type.key)),
            Button(_("Export"), "arrow_upload", clicked=actions.export),
            Button(_("Print"), "print", clicked=actions.offer_prints),
        ]
        for button in self.buttons:
            button.setProperty("words", button.text())
            button.setToolTip(button.text())
            button.setAccessibleName(button.text())
            row.addWidget(button)
        self.edit_button = IconButton(
            "edit",
            _("Edit in the list"),
            lambda: self.editing.turn(self.edit_button.isChecked()),
            shortcut="Ctrl+E",
            checkable=True,
        )
        row.addWidget(self.edit_button)
        self._only_with("import", self.buttons[1])
        self._only_with("export", self.buttons[2])
        self._only_with("print", self.buttons[3])
        self._only_with("change", self.edit_button)
        self.preview_button = IconButton(
            "panel_right", _("Record beside the list"), self._toggle_preview, shortcut="F6", checkable=True
        )
        self.preview_button.setChecked(True)
        row.addWidget(self.preview_button)
        return tools

    def _selection_tools(self) -> QWidget:
        actions, tools = self.actions_of_list, QWidget()
        row = QHBoxLayout(tools)
        row.setContentsMargins(theme.size("page"), theme.size("gap"), theme.size("page"), theme.size("gap"))
        row.setSpacing(theme.size("gap"))
        self.selected = Label("", "heading")
        row.addWidget(self.selected)
        self.take_all = Button(_("Select the whole result"), kind="link", clicked=self.list.select_everything)
        row.addWidget(self.take_all)
        row.addStretch(1)
        change = Button(_("Change…"), "edit", clicked=actions.batch_edit)
        assign = Button(_("Assign…"), "person", clicked=actions.assign_owner)
        export = Button(_("Export"), "arrow_upload", clicked=actions.export)
        delete = Button(_("Delete"), "delete", kind="danger", clicked=actions.delete)
        hand_over = Button(_("Hand over…"), "arrow_swap", clicked=actions.hand_over)
        share = Button(_("Share…"), "people_team", clicked=actions.share)
        for successor in merged(self.shell.app, self.type):
            row.addWidget(Button(_(successor.label), successor.icon, clicked=partial(actions.make_next, successor)))
        for button in (change, assign, hand_over, share, export, Button(_("Copy"), "copy", clicked=self.list.copy), delete):
            row.addWidget(button)
        for button in (hand_over, share):
            button.setVisible(actions.may_share)
        self._only_with("change", change, assign)
        self._only_with("export", export)
        self._only_with("delete", delete)
        if "owner_id" not in self.list.visible:
            assign.hide()
        row.addWidget(IconButton("dismiss", _("End the selection"), self._end_selection))
        return tools

    def _only_with(self, operation: str, *parts: QWidget) -> None:
        """Take away what this person may not do with any of these records."""
        if not self.shell.app.actor.may(f"{self.type.key}.{operation}"):
            for part in parts:
                part.hide()

    def _connect(self) -> None:
        rows = self.list
        rows.open_record.connect(self._open)
        rows.new_record.connect(lambda key, preset: self._new(key, preset))
        rows.import_wanted.connect(self._import)
        rows.sample_wanted.connect(self.sample_wanted)
        rows.current_changed.connect(lambda _id: self._show_later.start() if self._preview_wanted else None)
        rows.selection_changed.connect(self._selection_changed)
        rows.state_changed.connect(self._state_changed)
        rows.counted.connect(self._counted)
        rows.columns_wanted.connect(self.choose_columns)
        rows.editor_wanted.connect(self.edit_conditions)
        rows.delete_wanted.connect(self.actions_of_list.delete)
        rows.failed.connect(self.shell.notices.error)
        rows.said.connect(self.shell.notices.say)
        rows.edit_wanted.connect(self._edit_cell)
        rows.more_in_menu += self._menu_actions()
        self.preview.open_record.connect(self._open)
        self.preview.new_record.connect(self._new)
        self.views.reset_wanted.connect(self.reset)
        self.views.preview_wanted.connect(self.set_preview)
        self.views.look_of = self.look

    def _menu_actions(self) -> list[QAction]:
        actions = self.actions_of_list
        made = []
        for successor in merged(self.shell.app, self.type):
            made.append(QAction(icons.icon(successor.icon), _(successor.label), self))
            made[-1].triggered.connect(lambda _on=False, successor=successor: actions.make_next(successor))
        people = (("share", "arrow_swap", _("Hand over…"), actions.hand_over), ("share", "people_team", _("Share…"), actions.share))
        for operation, icon, words, run in (
            ("change", "edit", _("Change…"), actions.batch_edit),
            ("change", "person", _("Assign…"), actions.assign_owner),
            *(people if actions.may_share else ()),
            ("export", "arrow_upload", _("Export…"), actions.export),
            ("delete", "delete", _("Delete"), actions.delete),
        ):
            if not self.shell.app.actor.may(f"{self.type.key}.{operation}"):
                continue
            action = QAction(icons.icon(icon), words, self)
            action.triggered.connect(lambda _on=False, run=run: run())
            made.append(action)
        return made

    def _shortcuts(self) -> None:
        scope = Qt.ShortcutContext.WidgetWithChildrenShortcut
        for keys, run in (
            ("Ctrl+F", self._focus_search),
            ("Esc", self._escape),
            ("Ctrl+P", self.actions_of_list.print_list),
            ("Ctrl+G", self._offer_groups),
        ):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(scope)
            shortcut.activated.connect(run)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The table takes the focus for it. As its focus proxy it would take all of the list out of the order of Tab."""
        self.list.table.setFocus(event.reason())

    def _offer_groups(self) -> None:
        self.group_menu.popup(self.group_button.mapToGlobal(QPoint(0, self.group_button.height())))

    def _focus_search(self) -> None:
        self.list.search.setFocus()
        self.list.search.selectAll()

    def _escape(self) -> None:
        if self.list.selected_count().number > 1 or self.list.everything:
            self._end_selection()
        self.list.focus_list()

    # What happens

    def _open(self, type_key: str, record_id: int) -> None:
        self.open_record.emit(type_key, record_id)
        self.shell.open_record(type_key, record_id)

    def _new(self, type_key: str, preset: Mapping[str, Any]) -> None:
        self.new_record.emit(type_key)
        self.shell.new_record(type_key, **preset)

    def _import(self, type_key: str) -> None:
        self.import_wanted.emit(type_key)
        self.shell.open_screen("import", type=type_key)

    def _toggle_preview(self) -> None:
        self.set_preview(not self._preview_wanted)

    def _counted(self, number: Count | None) -> None:
        self.number.setText(count_words(number) if number else "")

    def _state_changed(self) -> None:
        self.views.state_changed()
        self.group_button.setChecked(bool(self.list.state.group))
        self._keep.start()

    def _selection_changed(self) -> None:
        selected = self.list.selected_count()
        several = self.list.everything or selected.number > 1
        self._tools.setCurrentIndex(1 if several else 0)
        if several:
            self.selected.setText(_("Selected: {count}").format(count=count_words(selected)))
            self.take_all.setVisible(not self.list.everything)

    def _end_selection(self) -> None:
        self.list.leave_everything()
        current = self.list.current_id()
        self.list.select_ids([current] if current is not None else [], current)

    def _edit_cell(self) -> None:
        """F2: edit the cell the cursor is on; that turns editing on."""
        self.edit_button.setChecked(True)
        self.editing.turn(True)
        self.list.table.edit(self.list.table.currentIndex())

    def choose_columns(self) -> None:
        """Let the person choose, order and freeze columns."""
        chooser = ColumnChooser(self.list.state, self.list.visible, self)
        if chooser.exec():
            self.list.apply(replace(self.list.state, columns=chooser.columns, frozen=chooser.frozen))

    def edit_conditions(self, chip: int) -> None:
        """Let the person put conditions together; `chip` is the one that was pressed."""
        editor = FilterEditor(self.shell.app, self.shell.tasks, self.list.state, self.list.name_of, self, chip)
        if editor.exec():
            self.list.apply(replace(self.list.state, parts=editor.parts()))

    def reset(self) -> None:
        """The list as the program brings it."""
        self.list.apply(self.list.state.cleared())
        self.list.reset_columns()
        self.shell.tasks.run(partial(forget_last, self.shell.app, self.type.key))
        self._keep.stop()

    # Qt

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self._left:
            roomy = self._left.width() >= theme.current().px(_WORDS_FROM)
            for button in self.buttons:
                button.setText(button.property("words") if roomy else "")
        return False


def _load(app: Application, type_key: str) -> tuple[Views, bool]:
    """The person's views, and whether the company has no record of any kind yet."""
    kinds = (t for t in app.types.values() if t.area != "setup" and app.actor.may(f"{t.key}.see"))
    return load_views(app, type_key), not any(fetch_ids(app, ListQuery(t.key), 1) for t in kinds)
