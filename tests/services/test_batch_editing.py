"""One field of many records at once: what is told first is what is done. On both engines."""

from __future__ import annotations

from decimal import Decimal

import pytest
from record_makers import customer, order

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.errors import Conflict, Invalid, Refused
from crm_desktop.progress import Cancelled
from crm_desktop.services import batch_editing, history
from crm_desktop.services.operating import operate
from crm_desktop.services.saving import new_draft, open_record, save

pytestmark = pytest.mark.roles


class Impatient:
    """Stops at the first question."""

    cancel = True

    def report(self, done: int, total: int | None = None, text: str = "") -> None:
        """Nobody looks."""

    def check_cancelled(self) -> None:
        raise Cancelled


def test_what_is_told_is_what_is_done(app: Application) -> None:
    ids = [int(customer(app, f"Customer {n}", city="A" if n % 2 else "B").id or 0) for n in range(1, 6)]
    told = batch_editing.preview(app, "customers", ids, "city", "A")
    assert (told.change, told.same, told.locked, told.problem) == (2, 3, 0, "")
    assert [(s.label, s.before, s.after) for s in told.samples] == [("Customer 2", "B", "A"), ("Customer 4", "B", "A")]
    batch, changed = batch_editing.apply(app, "customers", ids, "city", "A")
    assert changed == 2
    assert {open_record(app, "customers", i).values["city"] for i in ids} == {"A"}
    assert history.undo_batch(app, batch) == 2
    assert [open_record(app, "customers", i).values["city"] for i in ids] == ["A", "B", "A", "B", "A"]


def test_references_and_empty_values(app: Application) -> None:
    ids = [int(customer(app, "One").id or 0)]
    other = save(app, new_draft(app, "users", {"name": "Wang Fang", "sign_in": "wang"}))
    batch_editing.apply(app, "customers", ids, "owner_id", Ref(other.id or 0))
    assert open_record(app, "customers", ids[0]).values["owner_id"].label == "Wang Fang"
    batch_editing.apply(app, "customers", ids, "owner_id", None)
    assert open_record(app, "customers", ids[0]).values["owner_id"] is None


def test_a_value_that_breaks_a_rule_is_told_and_changes_nothing(app: Application) -> None:
    ids = [int(customer(app, f"Customer {n}").id or 0) for n in range(3)]
    told = batch_editing.preview(app, "customers", ids, "credit_limit", Decimal(-1))
    assert told.problem
    with pytest.raises(Invalid):
        batch_editing.apply(app, "customers", ids, "credit_limit", Decimal(-1))
    assert {open_record(app, "customers", i).values["credit_limit"] for i in ids} == {None}


def test_what_is_locked_stays(app: Application) -> None:
    draft = order(app, customer(app))
    done = operate(app, "sales-orders", int(draft.id or 0), draft.version, "confirm")
    told = batch_editing.preview(app, "sales-orders", [int(done.id or 0)], "freight", Decimal(5))
    assert (told.change, told.locked) == (0, 1)
    assert batch_editing.apply(app, "sales-orders", [int(done.id or 0)], "freight", Decimal(5)) == ("", 0)
    with pytest.raises(Refused):
        batch_editing.set_one(app, "sales-orders", int(done.id or 0), "freight", Decimal(0), Decimal(5))


def test_one_value_is_not_written_over_another_persons(app: Application) -> None:
    id_ = int(customer(app, "One", city="theirs").id or 0)
    with pytest.raises(Conflict):
        batch_editing.set_one(app, "customers", id_, "city", "as I saw it", "mine")
    assert batch_editing.set_one(app, "customers", id_, "city", "theirs", "mine").values["city"] == "mine"


def test_stopping_changes_nothing(app: Application) -> None:
    id_ = int(customer(app, "One", city="A").id or 0)
    with pytest.raises(Cancelled):
        batch_editing.apply(app, "customers", [id_], "city", "B", Impatient())
    assert open_record(app, "customers", id_).values["city"] == "A"


def test_what_tells_records_apart_is_not_offered(app: Application) -> None:
    offered = batch_editing.batch_fields(app, app.type("sales-orders"))
    assert not {"number", "status", "total", "created_at"} & offered.keys()
    assert {"delivery_date", "owner_id", "note"} <= offered.keys()
