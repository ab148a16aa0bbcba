"""The board of opportunities: a column for each stage, cards that are dragged from one to the next, by mouse or by keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from crm_desktop.changes import Change
from crm_desktop.draft import Draft, Ref
from crm_desktop.errors import Conflict, NeedsApproval
from crm_desktop.services.board import Card, Column, ask_to_move, board, move
from crm_desktop.services.stages import OPPORTUNITIES, StageFacts, pipelines
from crm_desktop.words import _, ngettext
from ui import theme
from ui.board_columns import StageColumn, money
from ui.checklist_dialog import ask_checklist
from ui.shell import Shell
from ui.widgets.buttons import IconButton, flat, primary
from ui.widgets.labels import Label
from ui.widgets.panels import EmptyState

_AFTER_CHANGES = 300  # milliseconds of quiet before the board is read again


class BoardScreen(QWidget):
    """What may be won, by how far it is."""

    _told = Signal()

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        self.title, self.icon, self.tab_key = _("Board"), "column_triple", "screen:board"
        self.pipeline, self.whose = QComboBox(), QComboBox()
        self.summary = Label("", "dim")
        self.columns: list[StageColumn] = []
        self._found: list[Column] = []
        self._later = QTimer(self, singleShot=True, interval=_AFTER_CHANGES)
        self._later.timeout.connect(self.refresh)
        self._told.connect(self._later.start)
        self._lay_out()
        stop = shell.app.changes.listen(self._hear)
        self.destroyed.connect(lambda *_args: stop())
        shell.tasks.run(partial(pipelines, shell.app), self._show_pipelines, shell.notices.error, owner=self)

    def close_request(self) -> bool:
        """Nothing is typed here."""
        return True

    def refresh(self) -> None:
        """Read the board again."""
        chosen = self.pipeline.currentData()
        if chosen is not None:
            mine = bool(self.whose.currentData())
            self._shell.tasks.run(partial(board, self._shell.app, chosen.id, mine=mine), self._show, self._shell.notices.error, owner=self)

    def _hear(self, change: Change) -> None:
        """Called in the thread that saved."""
        if change.type in (OPPORTUNITIES, "stages", "pipelines"):
            self._told.emit()

    # Parts

    def _lay_out(self) -> None:
        edge, gap = theme.size("page"), theme.size("gap")
        head = QHBoxLayout()
        head.setContentsMargins(edge, theme.size("margin"), edge, gap)
        head.setSpacing(gap)
        head.addWidget(Label(self.title, "title"))
        head.addWidget(self.summary)
        head.addStretch(1)
        for box, name in ((self.pipeline, _("Pipeline")), (self.whose, _("Whose"))):
            box.setAccessibleName(name)
            box.setMinimumWidth(theme.current().px(130))
            head.addWidget(box)
        self.whose.addItem(_("Everybody's"), False)
        self.whose.addItem(_("Mine"), True)
        head.addWidget(IconButton("arrow_sync", _("Refresh"), self.refresh))
        head.addWidget(flat(_("Funnel"), "data_funnel", lambda: self._shell.open_screen("funnel")))
        if self._shell.app.actor.may(f"{OPPORTUNITIES}.add"):
            head.addWidget(primary(_("New opportunity"), "add", self._new))
        self._row = QHBoxLayout()
        self._row.setContentsMargins(edge, 0, edge, edge)
        self._row.setSpacing(theme.size("margin"))
        inside = QWidget()
        inside.setProperty("scrolled", "true")
        inside.setLayout(self._row)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setWidget(inside)
        self._area.setFrameShape(QScrollArea.Shape.NoFrame)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._area, 1)
        self.pipeline.currentIndexChanged.connect(self.refresh)
        self.whose.currentIndexChanged.connect(self.refresh)

    def _show_pipelines(self, found: Sequence[Ref]) -> None:
        self.pipeline.blockSignals(True)
        for ref in found:
            self.pipeline.addItem(ref.label, ref)
        self.pipeline.blockSignals(False)
        self.pipeline.setVisible(len(found) > 1)
        if found:
            self.refresh()
        else:
            words = _("An administrator makes one under Set-up, with its stages.")
            self._row.addWidget(EmptyState("data_funnel", _("No pipeline yet"), words))

    def _show(self, found: list[Column]) -> None:
        focused = next((c for c in self.columns if c.cards.hasFocus()), None)
        place = (focused.stage.id, focused.chosen()) if focused else None
        if [c.stage.id for c in self.columns] != [f.stage.id for f in found]:
            self._make_columns(found)
        self._found = found
        for shown, now in zip(self.columns, found, strict=True):
            shown.show_column(now)
        if place is not None:
            self._focus(*place)
        self._sum_up(found)

    def _make_columns(self, found: list[Column]) -> None:
        for old in self.columns:
            self._row.removeWidget(old)
            old.deleteLater()
        self.columns = [StageColumn(f.stage) for f in found]
        for at, shown in enumerate(self.columns):
            shown.opened.connect(partial(self._shell.open_record, OPPORTUNITIES))
            shown.dropped.connect(partial(self._drop, shown))
            shown.stepped.connect(partial(self._step, at))
            shown.all_wanted.connect(partial(self._open_list, shown.stage))
            self._row.addWidget(shown, 1)

    def _sum_up(self, found: list[Column]) -> None:
        number = sum(c.count for c in found)
        words = [ngettext("{count} open", "{count} open", number).format(count=f"{number:,}")]
        if found and found[0].weighted is not None:
            words.append(_("weighted {amount}").format(amount=money(sum(c.weighted or 0 for c in found))))
        self.summary.setText(" · ".join(words))

    # What is done

    def _new(self) -> None:
        chosen = self.pipeline.currentData()
        if chosen is None or not self._found:
            return
        first = self._found[0].stage
        preset = {"pipeline_id": chosen, "stage_id": Ref(first.id, first.name), "probability": first.chance}
        self._shell.new_record(OPPORTUNITIES, **preset)

    def _open_list(self, stage: StageFacts) -> None:
        narrowed = {"status": self._shell.app.options.label(OPPORTUNITIES, "open"), "stage_id": str(stage.id)}
        if self.whose.currentData():
            narrowed["owner_id"] = "mine"
        self._shell.open_list(OPPORTUNITIES, **narrowed)

    def _step(self, at: int, card: Card, by: int) -> None:
        if 0 <= at + by < len(self.columns):
            self._move(card, self.columns[at], self.columns[at + by])

    def _drop(self, target: StageColumn, card: Card, source_stage: int) -> None:
        source = next(c for c in self.columns if c.stage.id == source_stage)
        self._move(card, source, target)

    def _move(self, card: Card, source: StageColumn, target: StageColumn) -> None:
        done: Sequence[str] = ()
        forward = self.columns.index(target) > self.columns.index(source)
        if forward and any(item not in card.done for item in source.stage.checklist):
            answer = ask_checklist(self, card.title, source.stage, target.stage.name, card.done)
            if answer is None:
                return
            done = answer
        work = partial(move, self._shell.app, card.id, source.stage.id, target.stage, done)
        moved = partial(self._moved, card, source, target)
        asked = partial(self._not_moved, partial(self._ask_to_move, card, source, target, done))
        self._shell.tasks.run(work, moved, asked, owner=self)

    def _moved(self, card: Card, source: StageColumn, target: StageColumn, _draft: Draft) -> None:
        words = _("“{title}” is now in “{stage}”.").format(title=card.title, stage=target.stage.name)
        self._shell.notices.say(words, _("Undo"), partial(self._move_back, card, source, target), "target_arrow")
        target.wanted = card.id
        target.cards.setFocus()
        self.refresh()

    def _move_back(self, card: Card, source: StageColumn, target: StageColumn) -> None:
        work = partial(move, self._shell.app, card.id, target.stage.id, source.stage)
        asked = partial(self._not_moved, partial(self._ask_to_move, card, target, source, ()))
        self._shell.tasks.run(work, lambda _draft: self.refresh(), asked, owner=self)

    def _ask_to_move(self, card: Card, source: StageColumn, target: StageColumn, done: Sequence[str]) -> None:
        """Send the move for approval."""
        work = partial(ask_to_move, self._shell.app, card.id, source.stage.id, target.stage, done)

        def asked(_draft: Draft) -> None:
            self._shell.notices.say(_("Sent for approval. It stays in “{stage}” until then.").format(stage=source.stage.name), icon="send")
            self.refresh()

        self._shell.tasks.run(work, asked, self._shell.notices.error, owner=self)

    def _not_moved(self, ask: Callable[[], object], error: BaseException) -> None:
        if isinstance(error, NeedsApproval):
            error.again = ask
        if isinstance(error, Conflict):
            self._shell.notices.say(_("Somebody has moved it meanwhile: the board shows where it is now."), icon="info")
        else:
            self._shell.notices.error(error)
        self.refresh()

    def _focus(self, stage: int, card: int | None) -> None:
        for column in self.columns:
            if column.stage.id == stage:
                column.choose(card)
                column.cards.setFocus()
