"""MEDDIC over the team: who knows how much of which opportunity, where the gaps are, and how large the risk is."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from crm_desktop.draft import Ref
from crm_desktop.filters import ListQuery
from crm_desktop.kinds import show
from crm_desktop.records.pipeline import MEDDIC
from crm_desktop.rules.periods import PERIODS
from crm_desktop.services.meddic import WHOLE, Deal, Group, PersonSum, Report, Wish, groups, meddic, report_query
from crm_desktop.services.stages import OPPORTUNITIES, pipelines
from crm_desktop.words import N_, _, ngettext
from ui import icons, list_output, theme
from ui.board_columns import money
from ui.shell import Shell
from ui.widgets.buttons import IconButton, flat
from ui.widgets.labels import Label
from ui.widgets.panels import EmptyState
from ui.widgets.plain_table import PlainColumn, PlainTable

_OFFERED = ("this_month", "this_quarter", "this_year", "next_7_days", "overdue")
_PEOPLE_ROWS = 6
_SCORE = 8  # characters of a column with a score
_SHORT = {
    "metrics": N_("Metrics"), "buyer": N_("Buyer"), "criteria": N_("Criteria"), "process": N_("Process"), "pain": N_("Pain"),
    "champion": N_("Champion"),
}  # fmt: skip
_GROUP_ICONS = {"department": "organization", "team": "people", "person": "person"}


class MeddicScreen(QWidget):
    """Above, a row for each person; below, a row for each opportunity with its six scores."""

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        self.title, self.icon, self.tab_key = _("MEDDIC of the team"), "target_arrow", "screen:meddic"
        self.group, self.pipeline, self.period = QComboBox(), QComboBox(), QComboBox()
        self.summary = Label("", "dim")
        self._asked = 0
        visible = shell.app.type(OPPORTUNITIES).visible(shell.app.actor)
        self.people = PlainTable(self._person_columns(visible), name=_("People"))
        self.deals = PlainTable(self._deal_columns(visible), name=_("Opportunities"))
        self.empty = EmptyState(
            "target_arrow", _("No open opportunities here"), _("Choose other people, another pipeline or another period.")
        )  # fmt: skip
        self.empty.hide()
        self._lay_out()
        self._read()

    def close_request(self) -> bool:
        """Nothing is typed here."""
        return True

    def refresh(self) -> None:
        """Read the report again."""
        self._asked += 1
        work = partial(meddic, self._shell.app, self.wish())
        self._shell.tasks.run(work, partial(self._show, self._asked), self._shell.notices.error, owner=self)

    def wish(self) -> Wish:
        """What is chosen above."""
        pipeline: Ref | None = self.pipeline.currentData()
        return Wish(self.group.currentData(), pipeline.id if pipeline else None, self.period.currentData() or "")

    def export(self) -> None:
        """Write the report to a file for Excel."""
        self._with_query(list_output.export)

    def print_report(self) -> None:
        """Write the report as PDF."""
        self._with_query(list_output.print_list)

    def _with_query(self, do: Callable[[Shell, QWidget, ListQuery], None]) -> None:
        work = partial(report_query, self._shell.app, self.wish())
        self._shell.tasks.run(work, lambda query: do(self._shell, self, query), self._shell.notices.error, owner=self)

    def _lay_out(self) -> None:
        edge, gap = theme.size("page"), theme.size("gap")
        head = QHBoxLayout()
        head.setSpacing(gap)
        head.addWidget(Label(self.title, "title"))
        head.addWidget(self.summary)
        head.addStretch(1)
        self.period.addItem(_("Expected at any time"), "")
        for name in _OFFERED:
            self.period.addItem(_("Expected: {period}").format(period=_(PERIODS[name])), name)
        for box, words in ((self.group, _("Whose")), (self.pipeline, _("Pipeline")), (self.period, _("Expected close"))):
            box.setAccessibleName(words)
            box.setMinimumWidth(theme.current().px(150))
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
            head.addWidget(box)
            box.currentIndexChanged.connect(self.refresh)
        head.addWidget(IconButton("arrow_sync", _("Refresh"), self.refresh))
        may = self._shell.app.actor.may
        if may(f"{OPPORTUNITIES}.export"):
            head.addWidget(flat(_("Export…"), "arrow_upload", self.export))
        if may(f"{OPPORTUNITIES}.print"):
            head.addWidget(flat(_("Print…"), "print", self.print_report))
        column = QVBoxLayout(self)
        column.setContentsMargins(edge, theme.size("margin"), edge, edge)
        column.setSpacing(theme.size("margin"))
        column.addLayout(head)
        column.addWidget(self.people)
        column.addWidget(self.deals, 1)
        column.addWidget(self.empty, 1)
        self.people.opened.connect(self._narrow_to)
        self.deals.opened.connect(lambda deal: self._shell.open_record(OPPORTUNITIES, deal.id))
        self.setFocusProxy(self.deals)

    def _read(self) -> None:
        app = self._shell.app

        def work() -> tuple[list[Group], list[Ref]]:
            return groups(app), pipelines(app) if app.actor.may("pipelines.see") else []

        self._shell.tasks.run(work, self._show_choices, self._shell.notices.error, owner=self)

    def _show_choices(self, found: tuple[list[Group], list[Ref]]) -> None:
        whose, ways = found
        for box in (self.group, self.pipeline):
            box.blockSignals(True)
        self.group.addItem(_("Everybody"), None)
        for each in whose:
            self.group.addItem(icons.icon(_GROUP_ICONS[each.kind]), each.name, each)
        self.pipeline.addItem(_("All pipelines"), None)
        for way in ways:
            self.pipeline.addItem(way.label, way)
        for box in (self.group, self.pipeline):
            box.blockSignals(False)
        self.group.setVisible(bool(whose))
        self.pipeline.setVisible(len(ways) > 1)
        self.refresh()

    def _narrow_to(self, person: PersonSum) -> None:
        at = next((n for n in range(self.group.count()) if self._is_person(self.group.itemData(n), person)), -1)
        if at >= 0:
            self.group.setCurrentIndex(at)

    @staticmethod
    def _is_person(group: Group | None, person: PersonSum) -> bool:
        return group is not None and group.kind == "person" and person.owner is not None and group.id == person.owner.id

    def _show(self, asked: int, found: Report) -> None:
        if asked != self._asked:  # something else was chosen meanwhile
            return
        self.people.show_rows(found.people)
        self.deals.show_rows(found.deals)
        rows = min(len(found.people), _PEOPLE_ROWS) + 1
        self.people.setFixedHeight(rows * theme.size("row") + 4)
        there = bool(found.deals)
        self.people.setVisible(there and "owner_id" in found.fields)
        self.deals.setVisible(there)
        self.empty.setVisible(not there)
        words = ngettext("{count} open opportunity", "{count} open opportunities", found.total).format(count=f"{found.total:,}")
        high = sum(d.values.get("risk") == "high" for d in found.deals)
        parts = [words, _("{count} at high risk").format(count=f"{high:,}")] if "risk" in found.fields else [words]
        if found.total > len(found.deals):
            parts.append(_("the first {count} are shown").format(count=f"{len(found.deals):,}"))
        self.summary.setText(" · ".join(parts) if there else "")

    # Columns

    def _person_columns(self, visible: Any) -> list[PlainColumn]:
        columns = [
            PlainColumn(_("Owner"), lambda p: p.owner.label if p.owner else _("Nobody's")),
            PlainColumn(_("Opportunities"), lambda p: f"{p.deals:,}", 14, right=True),
        ]
        if "amount" in visible:
            columns.append(PlainColumn(_("Amount"), lambda p: money(p.amount), 14, right=True))
        if "meddic_score" in visible:
            columns.append(PlainColumn(_("Points on average"), _points, 20, right=True))
        if "risk" in visible:
            columns.append(PlainColumn(_("High risk"), lambda p: f"{p.high:,}" if p.high else "", 12, right=True))
        if any(n in visible for n in MEDDIC):
            columns.append(PlainColumn(_("Most often missing"), lambda p: _(MEDDIC[p.weakest]) if p.weakest else "–", 22))
        return columns

    def _deal_columns(self, visible: Any) -> list[PlainColumn]:
        kind = self._shell.app.type(OPPORTUNITIES)

        def shown(name: str) -> Callable[[Deal], str]:
            return lambda d: show(d.values.get(name), kind.fields[name], self._shell.app.options)

        def tone(name: str) -> Callable[[Deal], str]:
            choices = self._shell.app.options
            return lambda d: choice.tone if (choice := choices.find(kind.fields[name].options, d.values.get(name) or "")) else ""

        columns: list[PlainColumn] = []
        if "owner_id" in visible:
            columns.append(PlainColumn(_("Owner"), lambda d: ref.label if (ref := d.values.get("owner_id")) else "", 9))
        if "title" in visible:
            columns.append(PlainColumn(_("Subject"), shown("title")))
        if "customer_id" in visible:
            columns.append(PlainColumn(_("Customer"), shown("customer_id"), 14))
        if "amount" in visible:
            columns.append(PlainColumn(_("Amount"), lambda d: money(d.values.get("amount") or Decimal(0)), 9, right=True))
        if "risk" in visible:
            columns.append(PlainColumn(_("Risk"), shown("risk"), 7, tone=tone("risk")))
        if "meddic_score" in visible:
            columns.append(PlainColumn(_("Points"), shown("meddic_score"), 4, right=True))
        columns += [PlainColumn(_(label), shown(n), _SCORE, tone=tone(n)) for n, label in _SHORT.items() if n in visible]
        if "stage_id" in visible:
            columns.append(PlainColumn(_("Stage"), shown("stage_id"), 12))
        if any(n in visible for n in MEDDIC):
            columns.append(PlainColumn(_("Gaps"), lambda d: _(", ").join(_(MEDDIC[n]) for n in d.gaps), 34, quiet=True))
        return columns


def _points(person: PersonSum) -> str:
    return _("{points} of {whole}").format(points=f"{person.points.normalize():f}", whole=WHOLE)
