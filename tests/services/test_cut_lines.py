"""The line to the server breaks at every point of a save, on the way there and on the way back: nothing is done twice, nothing is lost.

Each time the save is told again from the same form, as a person does it. In the suite every fifth point is tried; `-m soak` tries them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
from record_makers import customer, line, order
from slow_line import SlowLine
from sqlalchemy import make_url, select

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Ref
from crm_desktop.errors import Unavailable
from crm_desktop.services import saving
from crm_desktop.services.checking import check_database
from crm_desktop.services.listing import ListQuery, fetch_page
from crm_desktop.services.opening import open_url
from db.models.system import HistoryEntry

STEPS = [5, pytest.param(1, marks=pytest.mark.soak)]
WAYS = {"there": False, "back": True}


class Breaking:
    """A program behind a line that breaks at one point of a transaction."""

    def __init__(self, near: Application, app: Application, between: SlowLine) -> None:
        self.near, self.app, self.between = near, app, between

    def broken(self, at: int, back: bool, act: Callable[[], object]) -> bool:
        """Do something while the line breaks at its so-manieth message; False where it has no so many."""
        passed = -1

        def here(said: bytes) -> bool:
            nonlocal passed
            passed += passed >= 0 or b"BEGIN" in said  # what comes before belongs to signing in
            return passed == at

        if back:
            self.between.before_client = lambda asked, _said: here(asked)
        else:
            self.between.before_server = here
        try:
            act()
        except Unavailable:
            return True
        finally:
            self.between.before_client = self.between.before_server = None
        return False

    def at_every_point(self, step: int, back: bool, make: Callable[[int], Draft]) -> list[Draft]:
        """Save a form for each point at which the line can break, and save it again; gives what stands in the end."""
        done = []
        for at in count(0, step):
            draft = make(at)
            if not self.broken(at, back, lambda draft=draft: done.append(saving.save(self.app, draft))):  # type: ignore[misc]
                return done
            done.append(saving.save(self.app, draft))
        return done

    def acts(self, draft: Draft) -> list[str]:
        """What the history says of a record."""
        table: Any = HistoryEntry.__table__
        mine = (table.c.record_type == draft.type, table.c.record_id == draft.id)
        with self.near.engine.connect() as connection:
            return list(connection.scalars(select(table.c.action).where(*mine).order_by(table.c.id)))


@pytest.fixture
def breaking(pg_app: Application) -> Iterator[Breaking]:
    port = make_url(pg_app.engine.url).port
    assert port is not None
    with SlowLine(port) as between:
        app = open_url(between.through(pg_app.engine.url.render_as_string(hide_password=False)), pg_app.data / "far")
        yield Breaking(pg_app, app, between)
        app.close()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("step", STEPS)
def test_a_new_order_is_made_once_wherever_the_line_breaks(breaking: Breaking, way: str, step: int) -> None:
    buyer = Ref(customer(breaking.near).id or 0)

    def make(at: int) -> Draft:
        draft = saving.new_draft(breaking.app, "sales-orders", {"customer_id": buyer, "note": f"point {at}"})
        draft.lines = [line(breaking.app, f"Bolt {n}") for n in range(3)]
        return draft

    done = breaking.at_every_point(step, WAYS[way], make)
    assert len(done) > 12 // step, "a save says more than that"
    rows = fetch_page(breaking.near, ListQuery("sales-orders", columns=("number", "note"), order=("number",)), size=500).rows
    assert [int(row[0].rpartition("-")[2]) for row in rows] == list(range(1, len(done) + 1)), "no gap and no number twice"
    assert [row[1] for row in rows] == [draft.values["note"] for draft in done]
    for draft in done:
        assert len(draft.lines) == 3 and breaking.acts(draft) == ["create"]
    assert [found for found in check_database(breaking.near) if found.repaired] == []


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("step", STEPS)
def test_a_line_is_added_once_wherever_the_line_breaks(breaking: Breaking, way: str, step: int) -> None:
    made = order(breaking.near, customer(breaking.near))

    def make(at: int) -> Draft:
        draft = saving.open_record(breaking.app, "sales-orders", made.id or 0)
        draft.lines.append(line(breaking.app, f"point {at}"))
        return draft

    done = breaking.at_every_point(step, WAYS[way], make)
    stands = saving.open_record(breaking.near, "sales-orders", made.id or 0)
    assert [one.values["name"] for one in stands.lines] == ["Bolt 0", "Bolt 1", *(f"point {n * step}" for n in range(len(done)))]
    assert breaking.acts(made) == ["create", *["change"] * len(done)]
    assert [found for found in check_database(breaking.near) if found.repaired] == []
