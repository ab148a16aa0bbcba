"""A commit whose answer was lost is not done twice: the line to the server breaks before the server has it, and after."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest
from record_makers import customer, line, order
from slow_line import SlowLine
from sqlalchemy import make_url, select

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Ref, merge
from crm_desktop.errors import Conflict, NotSaved, Unavailable
from crm_desktop.services import saving
from crm_desktop.services.access import acting
from crm_desktop.services.batch_editing import apply
from crm_desktop.services.deleting import delete, restore_batch
from crm_desktop.services.listing import ListQuery, count
from crm_desktop.services.once import hold, named
from crm_desktop.services.opening import open_url
from crm_desktop.services.operating import operate
from crm_desktop.services.watching import watch
from db.models.system import HistoryEntry


class Far:
    """A program behind a line; `broken` breaks it in the middle of the next commit."""

    def __init__(self, app: Application, line: SlowLine) -> None:
        self.app, self.line = app, line

    @contextmanager
    def broken(self, *, after: bool) -> Iterator[None]:
        """after: the server got it, only its answer is lost."""
        if after:
            self.line.before_client = lambda asked, _said: b"COMMIT\0" in asked
        else:
            self.line.before_server = lambda said: b"COMMIT\0" in said
        with pytest.raises(Unavailable):
            yield
        self.line.before_client = self.line.before_server = None


@pytest.fixture(params=["watched", "alone"])
def far(request: pytest.FixtureRequest, pg_app: Application) -> Iterator[Far]:
    """With a watch over the server, as in the window, and without one, as in commands."""
    port = make_url(pg_app.engine.url).port
    assert port is not None
    with SlowLine(port) as between:
        app = open_url(between.through(pg_app.engine.url.render_as_string(hide_password=False)), pg_app.data)
        if request.param == "watched":
            found = watch(app)
            assert found is not None and found.listening.wait(30)
        yield Far(app, between)
        app.close()


def history(app: Application, key: str, id_: int) -> list[str]:
    table: Any = HistoryEntry.__table__
    with app.engine.connect() as connection:
        mine = (table.c.record_type == key, table.c.record_id == id_)
        return list(connection.scalars(select(table.c.action).where(*mine).order_by(table.c.id)))


def number_of(app: Application, key: str) -> int:
    return count(app, ListQuery(key), cap=None).number


@pytest.mark.parametrize("after", [True, False])
def test_a_new_document_is_made_once(far: Far, pg_app: Application, after: bool) -> None:
    buyer = customer(pg_app)
    draft = saving.new_draft(far.app, "sales-orders", {"customer_id": Ref(buyer.id or 0)})
    draft.lines = [line(far.app, f"Bolt {n}") for n in range(3)]
    with far.broken(after=after):
        saving.save(far.app, draft)
    assert number_of(pg_app, "sales-orders") == after
    saved = saving.save(far.app, draft)
    assert number_of(pg_app, "sales-orders") == 1
    assert len(saved.lines) == 3 and history(pg_app, "sales-orders", saved.id or 0) == ["create"]
    again = order(pg_app, buyer)
    first, second = (str(d.values["number"]) for d in (saved, again))
    assert int(second.rpartition("-")[2]) == int(first.rpartition("-")[2]) + 1, "and no number is lost"


@pytest.mark.parametrize("after", [True, False])
def test_what_is_typed_on_before_saving_again_is_saved_over_it(far: Far, pg_app: Application, after: bool) -> None:
    buyer = customer(pg_app)
    draft = saving.new_draft(far.app, "sales-orders", {"customer_id": Ref(buyer.id or 0)})
    draft.lines = [line(far.app, f"Bolt {n}") for n in range(2)]
    with far.broken(after=after):
        saving.save(far.app, draft)
    draft.values["note"] = "typed since"
    draft.lines.append(line(far.app, "Nut", "5"))
    saved = saving.save(far.app, draft)
    assert number_of(pg_app, "sales-orders") == 1
    assert [one.values["name"] for one in saved.lines] == ["Bolt 0", "Bolt 1", "Nut"]
    assert saved.values["note"] == "typed since" and saved.values["number"]
    assert saving.save(far.app, draft).version == saved.version, "and that once as well"


@pytest.mark.parametrize("after", [True, False])
def test_a_change_of_lines_is_done_once_even_if_others_went_on(far: Far, pg_app: Application, after: bool) -> None:
    made = order(pg_app, customer(pg_app))
    draft = saving.open_record(far.app, "sales-orders", made.id or 0)
    draft.lines.append(line(far.app, "Third", "3"))
    with far.broken(after=after):
        saving.save(far.app, draft)
    if after:
        others = saving.open_record(pg_app, "sales-orders", made.id or 0)
        others.values["note"] = "theirs"
        saving.save(pg_app, others)
    saved = saving.save(far.app, draft)
    assert [one.values["name"] for one in saved.lines] == ["Bolt 0", "Bolt 1", "Third"]
    assert saved.values["total"] == Decimal("50.00")
    assert saved.values["note"] == ("theirs" if after else "")


def test_typed_on_while_others_changed_what_was_saved_unseen_is_a_conflict_without_twins(far: Far, pg_app: Application) -> None:
    made = order(pg_app, customer(pg_app))
    draft = saving.open_record(far.app, "sales-orders", made.id or 0)
    base = draft.copy()
    draft.lines.append(line(far.app, "Third", "3"))
    with far.broken(after=True):
        saving.save(far.app, draft)
    others = saving.open_record(pg_app, "sales-orders", made.id or 0)
    others.values["note"] = "theirs"
    saving.save(pg_app, others)
    draft.lines[0].values["name"] = "typed since"
    with pytest.raises(Conflict) as told:
        saving.save(far.app, draft)
    assert told.value.twice and told.value.theirs is not None
    merged = merge(base, draft, told.value.theirs, far.app.type("sales-orders").computed, twice=told.value.twice)
    assert set(merged.clashes) == {"lines"}


@pytest.mark.parametrize("after", [True, False])
def test_an_operation_is_carried_out_once(far: Far, pg_app: Application, after: bool) -> None:
    made = order(pg_app, customer(pg_app))
    with far.broken(after=after):
        operate(far.app, "sales-orders", made.id or 0, made.version, "confirm")
    done = operate(far.app, "sales-orders", made.id or 0, made.version, "confirm")
    assert done.values["status"] == "confirmed"
    assert history(pg_app, "sales-orders", made.id or 0).count("confirm") == 1
    with pytest.raises(Conflict):
        operate(far.app, "sales-orders", made.id or 0, made.version, "cancel", "why not")


@pytest.mark.parametrize("after", [True, False])
def test_deleting_is_done_once_and_can_be_taken_back(far: Far, pg_app: Application, after: bool) -> None:
    ids = [customer(pg_app, f"C {n}").id or 0 for n in range(3)]
    with far.broken(after=after):
        delete(far.app, "customers", ids)
    batch = delete(far.app, "customers", ids)
    assert number_of(pg_app, "customers") == 0
    assert restore_batch(far.app, batch) == {"customers": ids[::-1]} or set(restore_ids(far.app, ids)) == set(ids)
    delete(far.app, "customers", ids)
    assert number_of(pg_app, "customers") == 0, "deleting what was brought back is another act"


def restore_ids(app: Application, ids: list[int]) -> list[int]:
    return [i for i in ids if saving.open_record(app, "customers", i).id == i]


@pytest.mark.parametrize("after", [True, False])
def test_one_value_for_many_records_is_set_once(far: Far, pg_app: Application, after: bool) -> None:
    ids = [customer(pg_app, f"C {n}").id or 0 for n in range(3)]
    with far.broken(after=after):
        apply(far.app, "customers", ids, "city", "Foshan")
    apply(far.app, "customers", ids, "city", "Foshan")
    assert {saving.open_record(pg_app, "customers", i).values["city"] for i in ids} == {"Foshan"}
    assert [history(pg_app, "customers", i) for i in ids] == [["create", "change"]] * 3


def test_a_save_that_is_still_under_way_is_waited_for(pg_app: Application, open_again: Callable[[Application], Application]) -> None:
    """The second attempt begins while the server is still busy with the first."""
    draft = saving.new_draft(pg_app, "customers", {"name": "Alpha"})
    second = open_again(pg_app)
    second.unanswered[draft.uid] = "some batch"
    saved: list[Draft] = []
    thread = threading.Thread(target=lambda: saved.append(saving.save(second, draft)))
    with acting(pg_app) as session:
        hold(session, pg_app, draft.uid)
        saving.save_within(session, pg_app, [named(draft)])
        session.dispatch.before_commit(session)  # what it says last
        session.scalar(select(1))  # has travelled; the commit itself takes a while
        thread.start()
        thread.join(1.5)
        assert thread.is_alive(), "it waits"
    thread.join(30)
    assert saved and number_of(pg_app, "customers") == 1


def test_the_words_say_what_is_safe(far: Far, pg_app: Application) -> None:
    if far.app.watch is None:
        return
    draft = saving.open_record(far.app, "customers", customer(pg_app).id or 0)
    draft.values["city"] = "Foshan"
    far.line.before_client = lambda asked, _said: b"COMMIT\0" in asked
    with pytest.raises(NotSaved, match="Not saved yet"):
        saving.save(far.app, draft)
    far.line.before_client = None
