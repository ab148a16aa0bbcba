"""The sales funnel of a pipeline: how many came as far as each stage, how many went on, how long they stayed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from crm_desktop.draft import Ref
from crm_desktop.rules.periods import PERIODS, span
from crm_desktop.services.funnel import Funnel, Step, funnel
from crm_desktop.services.stages import OPPORTUNITIES, pipelines
from crm_desktop.words import _
from ui import theme
from ui.board_columns import money
from ui.shell import Shell
from ui.widgets.buttons import IconButton, flat
from ui.widgets.labels import Label
from ui.widgets.panels import Card, EmptyState
from ui.widgets.plain_table import PlainColumn, PlainTable

_OFFERED = ("this_year", "last_year", "this_quarter", "this_month", "last_month", "last_30_days")


class FunnelScreen(QWidget):
    """One picture, one table with the same figures."""

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        self.title, self.icon, self.tab_key = _("Funnel"), "data_funnel", "screen:funnel"
        self.pipeline, self.period = QComboBox(), QComboBox()
        self.summary = Label("", "dim")
        self.picture = _Picture()
        self.table = PlainTable(self._columns(), name=self.title)
        self.empty = EmptyState("data_funnel", _("No opportunities in this period"), _("Choose another period, or open an opportunity."))
        self._lay_out()
        shell.tasks.run(partial(pipelines, shell.app), self._show_pipelines, shell.notices.error, owner=self)

    def close_request(self) -> bool:
        """Nothing is typed here."""
        return True

    def refresh(self) -> None:
        """Count again."""
        chosen = self.pipeline.currentData()
        if chosen is not None:
            first, last = span(self.period.currentData(), dt.date.today())
            work = partial(funnel, self._shell.app, chosen.id, first, last)
            self._shell.tasks.run(work, self._show, self._shell.notices.error, owner=self)

    def _columns(self) -> list[PlainColumn]:
        def per_cent(step: Step) -> str:
            return "–" if step.passed is None else f"{step.passed.normalize():f} %"

        def days(step: Step) -> str:
            return "–" if step.days is None else f"{step.days.normalize():f}"

        columns = [
            PlainColumn(_("Stage"), lambda s: s.stage.name),
            PlainColumn(_("Came so far"), lambda s: f"{s.reached:,}", 12, right=True),
            PlainColumn(_("Went on"), per_cent, 10, right=True),
            PlainColumn(_("Days on average"), days, 16, right=True),
            PlainColumn(_("Stand there now"), lambda s: f"{s.here:,}", 16, right=True),
        ]
        if "amount" in self._shell.app.type(OPPORTUNITIES).visible(self._shell.app.actor):
            columns += [
                PlainColumn(_("Amount"), lambda s: money(s.amount), 14, right=True),
                PlainColumn(_("Weighted amount"), lambda s: money(s.weighted), 16, right=True),
            ]
        return columns

    def _lay_out(self) -> None:
        edge, gap = theme.size("page"), theme.size("gap")
        head = QHBoxLayout()
        head.setSpacing(gap)
        head.addWidget(Label(self.title, "title"))
        head.addWidget(self.summary)
        head.addStretch(1)
        for name in _OFFERED:
            self.period.addItem(_(PERIODS[name]), name)
        for box, words in ((self.pipeline, _("Pipeline")), (self.period, _("Opened in"))):
            box.setAccessibleName(words)
            box.setMinimumWidth(theme.current().px(130))
            head.addWidget(box)
        head.addWidget(IconButton("arrow_sync", _("Refresh"), self.refresh))
        head.addWidget(flat(_("Board"), "column_triple", lambda: self._shell.open_screen("board")))
        card = Card()
        card.body.addWidget(self.picture)
        column = QVBoxLayout(self)
        column.setContentsMargins(edge, theme.size("margin"), edge, edge)
        column.setSpacing(theme.size("margin"))
        column.addLayout(head)
        column.addWidget(card)
        column.addWidget(self.table, 1)
        column.addWidget(self.empty, 1)
        self._card = card
        self.empty.hide()
        self.table.opened.connect(self._open)
        self.setFocusProxy(self.table)
        self.pipeline.currentIndexChanged.connect(self.refresh)
        self.period.currentIndexChanged.connect(self.refresh)

    def _open(self, step: Step) -> None:
        """The opportunities that stand in a stage now."""
        status = self._shell.app.options.label(OPPORTUNITIES, "open")
        self._shell.open_list(OPPORTUNITIES, status=status, stage_id=str(step.stage.id))

    def _show_pipelines(self, found: Sequence[Ref]) -> None:
        self.pipeline.blockSignals(True)
        for ref in found:
            self.pipeline.addItem(ref.label, ref)
        self.pipeline.blockSignals(False)
        self.pipeline.setVisible(len(found) > 1)
        self.refresh()

    def _show(self, found: Funnel) -> None:
        self.picture.show_steps(found.steps)
        self.table.show_rows(list(found.steps))
        for part in (self._card, self.table):
            part.setVisible(found.opened > 0)
        self.empty.setVisible(found.opened == 0)
        words = [_("{count} opened").format(count=f"{found.opened:,}"), _("{count} won").format(count=f"{found.won:,}")]
        words.append(_("{count} lost").format(count=f"{found.lost:,}"))
        if found.rate is not None:
            words.append(_("{share} % of those decided").format(share=f"{found.rate.normalize():f}"))
        self.summary.setText(" · ".join(words) if found.opened else "")


class _Picture(QWidget):
    """The stages as bars under each other, each as wide as many came so far."""

    def __init__(self) -> None:
        super().__init__()
        self._steps: tuple[Step, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(_("Funnel"))

    def show_steps(self, steps: tuple[Step, ...]) -> None:
        """Draw these."""
        self._steps = steps
        self.setFixedHeight(len(steps) * theme.current().px(38))
        self.setAccessibleDescription("\n".join(f"{s.stage.name}: {s.reached}" for s in steps))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        high = theme.current().px(38)
        names = theme.current().px(150)
        most = max((s.reached for s in self._steps), default=0)
        room = self.width() - 2 * names
        for at, step in enumerate(self._steps):
            top = at * high
            painter.setPen(theme.colour("text"))
            left = QRect(0, top, names - 10, high)
            name = painter.fontMetrics().elidedText(step.stage.name, Qt.TextElideMode.ElideRight, left.width())
            painter.drawText(left, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, name)
            wide = round(room * step.reached / most) if most else 0
            bar = QRect(names + (room - wide) // 2, top + 4, wide, high - 8)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("accent"))
            painter.drawRoundedRect(bar, 4, 4)
            roomy = wide > theme.current().px(40)
            painter.setPen(theme.colour("on_accent" if roomy else "text"))
            place = bar if roomy else QRect(bar.right() + 6, top, names, high)
            side = Qt.AlignmentFlag.AlignCenter if roomy else Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(place, side, f"{step.reached:,}")
            if step.passed is not None:
                painter.setPen(theme.colour("dim"))
                right = QRect(self.width() - names + 10, top, names - 10, high)
                words = _("{share} % went on").format(share=f"{step.passed.normalize():f}")
                painter.drawText(right, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)
        painter.end()
