"""A server at the other end of a slow line: each act costs few round trips, counted on the line itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from record_makers import customer, line, order
from slow_line import SlowLine
from sqlalchemy import make_url

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Ref
from crm_desktop.services import kept_drafts, saving
from crm_desktop.services.deleting import delete
from crm_desktop.services.listing import ListQuery, count, fetch_page
from crm_desktop.services.lookup import suggest
from crm_desktop.services.opening import open_url
from crm_desktop.services.operating import operate
from crm_desktop.services.search_all import search_everything


class FarAway:
    """A program behind a line that counts, and an order of twenty lines on the server."""

    def __init__(self, near: Application, app: Application, between: SlowLine) -> None:
        self.near, self.app, self.between = near, app, between
        self.buyer = customer(near)
        self.order = order(near, self.buyer, 20)

    def trips(self, act: Callable[[], object], ready: Callable[[], object] = lambda: None) -> int:
        """How many round trips an act costs that was done before: statements are known by then, and lines to the server open."""
        for _time in range(2):
            ready()
            before = self.between.trips
            act()
        return self.between.trips - before

    def draft(self) -> Draft:
        """A new order with twenty lines, not saved."""
        draft = saving.new_draft(self.app, "sales-orders", {"customer_id": Ref(self.buyer.id or 0)})
        draft.lines = [line(self.app, f"Bolt {n}") for n in range(20)]
        return draft


@pytest.fixture(params=["pg_app", "role_app"], ids=["postgresql", "role"])
def far(request: pytest.FixtureRequest) -> Iterator[FarAway]:
    near: Application = request.getfixturevalue(request.param)
    port = make_url(near.engine.url).port
    assert port is not None
    with SlowLine(port) as between:
        app = open_url(between.through(near.engine.url.render_as_string(hide_password=False)), near.data / "far")
        yield FarAway(near, app, between)
        app.close()


def test_what_is_read_costs_few_round_trips(far: FarAway) -> None:
    app, id_ = far.app, far.order.id or 0
    counted = {
        "page": far.trips(lambda: fetch_page(app, ListQuery("sales-orders"))),
        "count": far.trips(lambda: count(app, ListQuery("sales-orders"))),
        "customer": far.trips(lambda: saving.open_record(app, "customers", far.buyer.id or 0)),
        "order": far.trips(lambda: saving.open_record(app, "sales-orders", id_)),
        "kept": far.trips(lambda: kept_drafts.kept(app, "sales-orders", id_)),
        "suggest": far.trips(lambda: suggest(app, "customers", "C")),
    }
    assert far.trips(lambda: search_everything(app, "Bolt 7")) <= 3 * len(app.types) / 2, "one look at most types"
    assert counted == {"page": 3, "count": 3, "customer": 3, "order": 4, "kept": 1, "suggest": 4}


def test_what_is_written_costs_few_round_trips(far: FarAway) -> None:
    made: list[Any] = []

    def change() -> None:
        made[-1].lines[3].values["quantity"] += 1
        made[-1].lines[5].values["name"] = "another"
        made[-1].lines.append(made[-1].lines.pop(0))
        saving.save(far.app, made[-1])

    counted = {
        "new": far.trips(lambda: saving.save(far.app, made[-1]), lambda: made.append(far.draft())),
        "change": far.trips(change, lambda: made.append(saving.open_record(far.app, "sales-orders", far.order.id or 0))),
        "confirm": far.trips(
            lambda: operate(far.app, "sales-orders", made[-1].id, made[-1].version, "confirm"),
            lambda: made.append(order(far.near, far.buyer, 20)),
        ),
        "delete": far.trips(
            lambda: delete(far.app, "sales-orders", [made[-1].id]), lambda: made.append(order(far.near, far.buyer, 20))
        ),
    }
    assert all(counted[act] <= most for act, most in {"new": 6, "change": 5, "confirm": 13, "delete": 4}.items()), counted


def test_a_window_of_20_milliseconds_is_still_quick(far: FarAway) -> None:
    """The ways alone, whatever else this machine does: what a person waits for is what is counted above."""
    far.between.delay = 0.02
    began = time.monotonic()
    trips = far.trips(lambda: saving.open_record(far.app, "sales-orders", far.order.id or 0))
    assert trips == 4
    assert time.monotonic() - began >= 2 * trips * far.between.delay, "the line is as slow as it says"
