"""A table over pages: the heading again on each, sums of the page and carried over, filler rows, and the end kept together."""

from __future__ import annotations

from decimal import Decimal

from crm_desktop.printing.flow import Flow
from crm_desktop.printing.marks import Mark
from crm_desktop.printing.table_rows import Row, TableRows


def flow_table(flow: Flow, rows: TableRows, x: float, tail: float, keep: int) -> None:
    """Put a table into the flow. `tail` is the height that must follow the last `keep` rows on the same page."""
    if rows.columns:
        _TableFlow(flow, rows, x, tail, keep).run()


class _TableFlow:
    def __init__(self, flow: Flow, rows: TableRows, x: float, tail: float, keep: int) -> None:
        self._flow, self._source, self._x, self._tail = flow, rows, x, tail
        self._table = rows.table
        self._rows = rows.rows
        self._heading = rows.heading()
        self._keep = max(keep, 1) if tail or self._table.total else keep
        self._pages = 0
        self._running: dict[str, Decimal] = {}
        self._rest = [0.0] * (len(self._rows) + 1)
        for index in range(len(self._rows) - 1, -1, -1):
            self._rest[index] = self._rest[index + 1] + self._rows[index].height

    def run(self) -> None:
        index = 0
        while True:
            fresh = self._flow.fresh
            self._begin(index)
            before = index
            index, done = self._fill(index)
            # Paper too low for heading and total together would take pages without end: the total stands where it can.
            done = done or (fresh and index == before == len(self._rows))
            self._end(done)
            if done:
                return
            self._flow.new_page()

    def _begin(self, index: int) -> None:
        """The heading, on a new page when not even one row would follow it here."""
        flow = self._flow
        opening = [row for row in (self._heading, self._brought_forward()) if row]
        need = sum(row.height for row in opening) + self._middle_height()
        if index < len(self._rows):
            need += min(self._rows[index].height, flow.capacity / 2)
        if need > flow.left() and not flow.fresh:
            flow.new_page()
        self._top = flow.y
        self._placed: list[tuple[float, Row]] = []
        self._on_page = 0
        self._page_sums: dict[str, Decimal] = {}
        if self._heading and (self._pages == 0 or (self._table.heading and self._table.heading.repeat)):
            self._put(self._heading)
        brought = self._brought_forward()
        if brought:
            self._put(brought)

    def _fill(self, index: int) -> tuple[int, bool]:
        """Rows until the page is full; says whether the table ends here."""
        count, flow = len(self._rows), self._flow
        while True:
            if self._ends_here(index):
                while index < count:
                    self._put_row(self._rows[index])
                    index += 1
                return index, True
            if index >= count:  # the rows are placed, the sums below them have no room
                return index, False
            row = self._rows[index]
            full = self._table.rows_per_page and self._on_page >= self._table.rows_per_page
            kept = index >= count - self._keep and self._on_page > 0
            if full or kept:
                return index, False
            if row.height + self._middle_height() > flow.left() + 0.01:
                if self._on_page > 0:
                    return index, False
                self._split(row)
            else:
                self._put_row(row)
            index += 1

    def _ends_here(self, index: int) -> bool:
        rest, per_page = len(self._rows) - index, self._table.rows_per_page
        if per_page and self._on_page + rest > per_page:
            return False
        need = self._rest[index] + self._last_height()
        left = self._flow.left() + 0.01
        if need + self._tail <= left:
            return True
        # Where rows and tail can never share a page, the table ends here and the tail turns the page itself.
        alone = (
            index >= len(self._rows) - self._keep
            and self._on_page == 0
            and self._flow.fresh_but(self._opening_height())
        )
        return alone and need <= left

    def _end(self, done: bool) -> None:
        table, source = self._table, self._source
        if table.fill_page or (done and table.min_rows):
            self._fillers(done)
        if table.page_subtotal and (self._pages or not done):
            self._put(source.sum_row("page_subtotal", self._page_sums))
        if done and table.total:
            self._put(source.sum_row("total", self._running))
        if not done and table.carried_forward:
            self._put(source.sum_row("carried_forward", self._running))
        source.lines(self._x, self._top, self._placed, self._flow.marks)
        self._pages += 1

    def _fillers(self, done: bool) -> None:
        table = self._table
        below = self._last_height() + self._tail if done else self._middle_height()
        most = table.rows_per_page or (10_000 if table.fill_page else 0)
        wanted = most if table.fill_page else 0
        if done and self._pages == 0:
            wanted = max(wanted, table.min_rows)
        while self._on_page < wanted and self._flow.left() + 0.01 >= table.row_height + below:
            self._put(self._source.empty_row(self._on_page))
            self._on_page += 1

    def _put(self, row: Row) -> None:
        flow = self._flow
        row.draw(self._x, flow.y, self._source.width, self._source.owner, flow.marks)
        self._placed.append((flow.y, row))
        flow.take(row.height)

    def _put_row(self, row: Row) -> None:
        self._put(row)
        self._count(row)

    def _count(self, row: Row) -> None:
        self._on_page += 1
        for name, value in row.numbers.items():
            self._page_sums[name] = self._page_sums.get(name, Decimal(0)) + value
            self._running[name] = self._running.get(name, Decimal(0)) + value

    def _split(self, row: Row) -> None:
        """A row higher than a page goes on over several, with the lines of the table around each part."""
        flow = self._flow
        marks: list[Mark] = []
        row.draw(self._x, 0.0, self._source.width, self._source.owner, marks)
        first, top = len(flow.pages), flow.y
        flow.spill(marks, row.height)
        for number in range(first - 1, len(flow.pages)):
            page_top = top if number == first - 1 else flow.top
            bottom = flow.y if number == len(flow.pages) - 1 else flow.bottom
            part = (page_top, Row((), bottom - page_top, {}))
            if number == first - 1:
                self._source.lines(self._x, self._top, [*self._placed, part], flow.pages[number].marks)
            elif number < len(flow.pages) - 1:
                self._source.lines(self._x, page_top, [part], flow.pages[number].marks)
            else:
                self._placed, self._top = [part], page_top
        self._pages += len(flow.pages) - first
        self._count(row)

    def _brought_forward(self) -> Row | None:
        if self._pages and self._table.brought_forward:
            return self._source.sum_row("brought_forward", self._running)
        return None

    def _opening_height(self) -> float:
        brought = self._table.row_height if self._pages and self._table.brought_forward else 0.0
        return brought + (self._heading.height if self._heading else 0.0)

    def _middle_height(self) -> float:
        table = self._table
        return table.row_height * (bool(table.page_subtotal) + bool(table.carried_forward))

    def _last_height(self) -> float:
        table = self._table
        return table.row_height * (bool(table.total) + bool(table.page_subtotal and self._pages))
