"""Saving any record: what is written, what is refused, and who wins a race. On both engines."""

from __future__ import annotations

import threading
from collections.abc import Callable
from decimal import Decimal

import pytest
from record_makers import customer, line, order

from crm_desktop.application import Application
from crm_desktop.draft import Ref, merge
from crm_desktop.errors import Conflict, Invalid, Missing, Refused
from crm_desktop.services import deleting, history, operating, saving
from crm_desktop.services.checking import check_database
from crm_desktop.services.listing import Condition, ListQuery, count, fetch_page

pytestmark = [pytest.mark.roles, pytest.mark.encrypted]


def test_a_new_record_gets_number_owner_and_initials(app: Application) -> None:
    saved = customer(app, "广州华远机械", phone="138-2210-6688")
    assert saved.values["number"] == "C00001"
    assert saved.values["initials"] == "gzhyjx"
    assert saved.values["owner_id"] == Ref(app.actor.user_id or 0)
    assert saved.version == 1
    assert saving.open_record(app, "customers", saved.id or 0) == saved


def test_totals_follow_from_the_lines(app: Application) -> None:
    draft = saving.new_draft(app, "sales-orders", {"customer_id": Ref(customer(app).id or 0), "freight": Decimal(5)})
    draft.lines = [line(app, "A", "3", "12.5", tax_rate=Decimal(13)), line(app, "B", "1", "0.105", discount=Decimal(10))]
    saved = saving.save(app, draft)
    assert [row.values["amount"] for row in saved.lines] == [Decimal("37.50"), Decimal("0.09")]
    assert saved.lines[0].values["tax"] == Decimal("4.31")
    assert saved.values["total"] == Decimal("42.59")
    assert saved.values["net"] == Decimal("33.28")
    assert saved.values["total_words"] == "肆拾贰元伍角玖分"


def test_what_is_wrong_is_told_by_field_and_nothing_is_written(app: Application) -> None:
    draft = saving.new_draft(app, "sales-orders")
    draft.lines = [line(app, "", "1", "-1")]
    with pytest.raises(Invalid) as caught:
        saving.save(app, draft)
    assert set(caught.value.problems) == {"customer_id", "lines.0.name"}
    assert count(app, ListQuery("sales-orders")).number == 0


def test_a_taken_number_is_told_at_its_field(app: Application) -> None:
    customer(app, "Alpha", number="K1")
    with pytest.raises(Invalid) as caught:
        customer(app, "Beta", number="K1")
    assert set(caught.value.problems) == {"number"}


def test_lines_are_changed_added_removed_and_reordered(app: Application) -> None:
    saved = order(app, customer(app), 3)
    first, second, third = saved.lines
    third.values["quantity"] = Decimal(9)
    saved.lines = [third, first, line(app, "New")]
    again = saving.save(app, saved)
    assert [(row.id, row.values["name"]) for row in again.lines[:2]] == [(third.id, "Bolt 2"), (first.id, "Bolt 0")]
    assert again.lines[2].id not in (first.id, second.id, third.id, None)
    assert again.values["total"] == Decimal(90 + 10 + 10)
    assert saving.open_record(app, "sales-orders", again.id or 0) == again


def test_the_second_of_two_people_meets_both_versions(app: Application) -> None:
    base = order(app, customer(app))
    mine, theirs = base.copy(), base.copy()
    theirs.lines[1].values["quantity"] = Decimal(7)
    saving.save(app, theirs)
    mine.values["note"] = "urgent"
    with pytest.raises(Conflict) as caught:
        saving.save(app, mine)
    merged = merge(base, mine, caught.value.theirs, app.type("sales-orders").computed)
    assert merged.clashes == {}
    done = saving.save(app, merged.draft)
    assert done.values["note"] == "urgent"
    assert done.lines[1].values["quantity"] == Decimal(7)


def test_a_lost_answer_is_not_a_conflict(app: Application) -> None:
    base = customer(app)
    base.values["note"] = "once"
    retry = base.copy()
    first = saving.save(app, base)
    assert saving.save(app, retry) == first
    draft = saving.new_draft(app, "customers", {"name": "Beta"})
    made = saving.save(app, draft)
    assert saving.save(app, draft) == made
    assert count(app, ListQuery("customers")).number == 2


def test_the_same_words_of_somebody_else_are_not_taken_for_mine(app: Application) -> None:
    """Two PCs of one person raise a figure by one: the second has to hear of the first, or one of the two is lost."""
    saved = order(app, customer(app))
    mine, theirs = (saving.open_record(app, "sales-orders", saved.id or 0) for _ in range(2))
    for draft in (mine, theirs):
        draft.lines[0].values["quantity"] += 1
    saving.save(app, theirs)
    with pytest.raises(Conflict):
        saving.save(app, mine)


def test_of_eight_writers_exactly_one_wins(app: Application) -> None:
    base = order(app, customer(app))
    outcome: list[str] = []
    gate = threading.Barrier(8)

    def write(number: int) -> None:
        draft = base.copy()
        draft.values["note"] = str(number)
        gate.wait()
        try:
            saving.save(app, draft)
            outcome.append("saved")
        except Conflict:
            outcome.append("conflict")

    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcome) == ["conflict"] * 7 + ["saved"]
    assert saving.open_record(app, "sales-orders", base.id or 0).version == 2


def test_numbers_have_no_gaps_and_no_doubles(app: Application) -> None:
    buyer = customer(app)
    numbers: list[str] = []
    threads = [threading.Thread(target=lambda: numbers.append(order(app, buyer).values["number"])) for _ in range(6)]
    with pytest.raises(Invalid):
        order(app, buyer, order_date=None)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(n.rsplit("-")[-1] for n in numbers) == ["001", "002", "003", "004", "005", "006"]


def test_an_order_goes_its_way_and_is_locked(app: Application) -> None:
    saved = order(app, customer(app))
    confirmed = operating.operate(app, "sales-orders", saved.id or 0, saved.version, "confirm")
    assert confirmed.values["status"] == "confirmed"
    changed = confirmed.copy()
    changed.lines[0].values["quantity"] = Decimal(5)
    with pytest.raises(Invalid) as caught:
        saving.save(app, changed)
    assert list(caught.value.problems) == ["lines.0.quantity"]
    confirmed.values["note"] = "call before delivery"
    confirmed = saving.save(app, confirmed)
    with pytest.raises(Refused):
        operating.operate(app, "sales-orders", saved.id or 0, confirmed.version, "confirm")
    with pytest.raises(Refused):
        operating.operate(app, "sales-orders", saved.id or 0, confirmed.version, "revise")  # without a reason
    revised = operating.operate(app, "sales-orders", saved.id or 0, confirmed.version, "revise", "new price")
    assert (revised.values["status"], revised.values["revision"]) == ("draft", 1)
    revised.lines[0].values["price"] = Decimal(20)
    saving.save(app, revised)
    kept = history.revisions(app, "sales-orders", saved.id or 0)
    assert [(r.number, r.reason, r.draft.values["total"]) for r in kept] == [(0, "new price", Decimal(20))]
    assert [e.action for e in history.entries(app, "sales-orders", saved.id or 0)] == [
        "change", "revise: new price", "change", "follow", "confirm", "create",
    ]  # fmt: skip


def test_what_left_without_a_note_makes_the_state_of_the_order(app: Application) -> None:
    saved = order(app, customer(app))
    step = operating.operate(app, "sales-orders", saved.id or 0, 1, "confirm")
    step.lines[0].values["by_hand"] = Decimal(2)
    with pytest.raises(Invalid):
        saving.save(app, step)
    step.lines[0].values["by_hand"] = Decimal("0.5")
    step = saving.save(app, step)
    assert (step.values["status"], step.lines[0].values["delivered"]) == ("part_delivered", Decimal("0.5"))
    with pytest.raises(Refused):
        operating.operate(app, "sales-orders", saved.id or 0, step.version, "cancel", "no")
    done = operating.operate(app, "sales-orders", saved.id or 0, step.version, "complete")
    assert [row.values["delivered"] for row in done.lines] == [Decimal(1), Decimal(1)]


def test_a_change_is_taken_back_unless_it_was_changed_again(app: Application) -> None:
    saved = customer(app, city="Foshan")
    saved.values["city"] = "Zhuhai"
    saved = saving.save(app, saved)
    entry = history.entries(app, "customers", saved.id or 0)[0]
    assert [(c.label, c.before, c.after) for c in entry.changes] == [("City", "Foshan", "Zhuhai")]
    history.undo(app, entry.id)
    assert saving.open_record(app, "customers", saved.id or 0).values["city"] == "Foshan"
    assert not next(e for e in history.entries(app, "customers", saved.id or 0) if e.id == entry.id).can_undo
    now = saving.open_record(app, "customers", saved.id or 0)
    for city in ("Dongguan", "Xiamen"):
        now.values["city"] = city
        now = saving.save(app, now)
    older = history.entries(app, "customers", saved.id or 0)[1]
    with pytest.raises(Refused):
        history.undo(app, older.id)


def test_deleted_records_come_back_with_all_that_was_theirs(app: Application) -> None:
    buyer = customer(app, "Gamma", tags=("old", "vip"))
    contact = saving.save(app, saving.new_draft(app, "contacts", {"name": "Bob", "customer_id": Ref(buyer.id or 0)}))
    sold = order(app, buyer)
    with pytest.raises(Refused) as caught:
        deleting.delete(app, "customers", [buyer.id or 0])
    assert "Sales orders: 1" in caught.value.advice
    order_batch = deleting.delete(app, "sales-orders", [sold.id or 0])
    deleting.delete(app, "customers", [buyer.id or 0])
    assert count(app, ListQuery("contacts", search="bob")).number == 0
    entry = next(e for e in history.recycle_bin(app) if e.type == "customers")
    assert history.restore(app, entry.id) == {"customers": [buyer.id], "contacts": [contact.id]}
    deleting.restore_batch(app, order_batch)
    back = saving.open_record(app, "sales-orders", sold.id or 0)
    assert back.lines == sold.lines
    assert saving.open_record(app, "customers", buyer.id or 0).values["tags"] == ("old", "vip")
    assert count(app, ListQuery("contacts", search="bob")).number == 1
    with pytest.raises(Missing):
        history.restore(app, entry.id)


def test_a_batch_is_taken_back_as_one(app: Application) -> None:
    drafts = [customer(app, f"Customer {n}", city="Foshan") for n in range(5)]
    for draft in drafts:
        draft.values["city"] = "Zhuhai"
    batch = saving.save_many(app, drafts, action="batch")
    query = ListQuery("customers", where=Condition("city", "is", "Zhuhai"))
    assert count(app, query).number == 5
    assert history.undo_batch(app, batch) == 5
    assert count(app, query).number == 0
    with pytest.raises(Missing):
        history.undo_batch(app, batch)


def test_two_pcs_see_each_others_numbers(app: Application, open_again: Callable[[Application], Application]) -> None:
    other = open_again(app)
    assert [order(a, customer(a)).values["number"][-3:] for a in (app, other, app)] == ["001", "002", "003"]
    assert len(fetch_page(other, ListQuery("sales-orders")).rows) == 3


def test_orders_are_found_by_the_new_name_of_their_customer(app: Application) -> None:
    buyer = customer(app, "Alpha")
    order(app, buyer)
    buyer.values["name"] = "Omega"
    saving.save(app, buyer)
    assert count(app, ListQuery("sales-orders", search="omega")).number == 1
    assert count(app, ListQuery("sales-orders", search="alpha")).number == 0


def test_what_belongs_to_a_customer_is_found_by_the_name_it_has_now(app: Application) -> None:
    buyer = customer(app, "Alpha")
    sold = order(app, buyer)  # its reference says nothing of the name
    contact = saving.save(app, saving.new_draft(app, "contacts", {"name": "Bob", "customer_id": Ref(buyer.id or 0)}))
    other = order(app, customer(app, "Alpha Two"))

    def found(key: str, text: str) -> list[int]:
        return [row[-1] for row in fetch_page(app, ListQuery(key, search=text)).rows]

    assert set(found("sales-orders", "alpha")) == {sold.id, other.id}
    buyer.values["name"] = "广州华远"
    renamed = saving.save(app, buyer)
    assert found("sales-orders", "gzhy") == found("sales-orders", "华远") == [sold.id]
    assert found("contacts", "华远") == [contact.id]
    assert found("sales-orders", "alpha") == [other.id]
    saving.save(app, sold)
    assert found("sales-orders", "华远") == [sold.id]
    assert renamed.version == 2
    assert saving.open_record(app, "contacts", contact.id or 0).version == 1
    assert [f for f in check_database(app) if f.repaired] == []
