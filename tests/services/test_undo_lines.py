"""Taking back changes that went into the lines of a document: whole, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from record_makers import customer, line, order

from crm_desktop.application import Application
from crm_desktop.draft import Draft
from crm_desktop.errors import Invalid, Missing, Refused
from crm_desktop.services import deleting, history, operating, saving
from crm_desktop.services.checking import check_database

pytestmark = pytest.mark.encrypted


def newest(app: Application, draft: Draft) -> history.Entry:
    """The last entry of the record's history."""
    return history.entries(app, draft.type, draft.id or 0)[0]


def read(app: Application, draft: Draft) -> Draft:
    """The record as it stands."""
    return saving.open_record(app, draft.type, draft.id or 0)


def content(draft: Draft) -> tuple[object, ...]:
    """What must be as before: lines with ids in their order, and every value but the bookkeeping."""
    ignored = {"updated_at", "updated_by"}
    return [(row.id, row.values) for row in draft.lines], {n: v for n, v in draft.values.items() if n not in ignored}


def removed(draft: Draft) -> None:
    del draft.lines[1]


def changed(draft: Draft) -> None:
    draft.lines[0].values |= {"quantity": Decimal(7), "remark": "soon"}


def moved(draft: Draft) -> None:
    draft.lines.reverse()


def everything(app: Application, draft: Draft) -> None:
    removed(draft)
    changed(draft)
    moved(draft)
    draft.lines.append(line(app, "Nut"))
    draft.values |= {"customer_order": "PO-1", "order_discount": Decimal(3)}


CHANGES: dict[str, Callable[[Application, Draft], object]] = {
    "removed": lambda _app, draft: removed(draft),
    "removed first": lambda _app, draft: draft.lines.pop(0),
    "all removed": lambda _app, draft: draft.lines.clear(),
    "added": lambda app, draft: draft.lines.insert(1, line(app, "Nut", "3", "2.5")),
    "changed": lambda _app, draft: changed(draft),
    "moved": lambda _app, draft: moved(draft),
    "everything": everything,
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_of_lines_is_taken_back_and_that_as_well(app: Application, name: str) -> None:
    before = order(app, customer(app), 4)
    edited = before.copy()
    CHANGES[name](app, edited)
    after = saving.save(app, edited)
    entry = newest(app, after)
    assert entry.can_undo
    back = history.undo(app, entry.id)
    assert back is not None
    assert content(read(app, before)) == content(before)
    assert content(back) == content(before)
    with pytest.raises(Missing):
        history.undo(app, entry.id)
    for wanted in (after, before, after):  # to and fro, as often as one likes
        last = newest(app, before)
        assert (last.action, last.can_undo) == ("undo", True)
        history.undo(app, last.id)
        got = read(app, before)
        assert [row.values for row in got.lines] == [row.values for row in wanted.lines]
        assert content(got)[1] == content(wanted)[1]
    assert [f for f in check_database(app) if f.repaired or not f.sound] == []


@pytest.mark.roles
def test_changes_are_taken_back_one_after_the_other(app: Application) -> None:
    """A removed line comes back as itself, so that what was changed in it earlier can be taken back too."""
    first = order(app, customer(app), 3)
    second = first.copy()
    second.lines[2].values["price"] = Decimal(99)
    second = saving.save(app, second)
    third = second.copy()
    del third.lines[2]
    third = saving.save(app, third)
    for wanted in (second, first):
        entry = next(e for e in history.entries(app, "sales-orders", first.id or 0) if e.can_undo and e.action == "change")
        history.undo(app, entry.id)
        assert content(read(app, first)) == content(wanted)


@pytest.mark.parametrize("later", ["the same field", "the added line", "the line itself", "order"])
def test_a_later_change_of_the_same_lines_is_not_lost(app: Application, later: str) -> None:
    draft = order(app, customer(app), 3)
    draft.lines[0].values["price"] = Decimal(12)
    draft.lines.append(line(app, "Nut"))
    draft.lines.insert(1, draft.lines.pop(2))
    after = saving.save(app, draft)
    entry = newest(app, after)
    now = after.copy()
    if later == "the same field":
        now.lines[0].values["price"] = Decimal(13)
    elif later == "the added line":
        now.lines[3].values["remark"] = "urgent"
    elif later == "the line itself":
        del now.lines[0]
    else:
        now.lines[1], now.lines[2] = now.lines[2], now.lines[1]
    stands = saving.save(app, now)
    with pytest.raises(Refused) as caught:
        history.undo(app, entry.id)
    assert "changed again since" in str(caught.value)
    assert content(read(app, draft)) == content(stands)
    assert next(e for e in history.entries(app, "sales-orders", draft.id or 0) if e.id == entry.id).can_undo
    history.undo(app, newest(app, stands).id)
    history.undo(app, entry.id)


def test_a_later_change_of_something_else_stays(app: Application) -> None:
    draft = order(app, customer(app), 3)
    draft.lines[0].values["price"] = Decimal(12)
    after = saving.save(app, draft)
    entry = newest(app, after)
    after.lines[0].values["remark"] = "urgent"
    after.lines[1].values["quantity"] = Decimal(2)
    saving.save(app, after)
    history.undo(app, entry.id)
    lines = read(app, draft).lines
    assert (lines[0].values["price"], lines[0].values["remark"]) == (Decimal(10), "urgent")
    assert lines[1].values["quantity"] == Decimal(2)


def test_totals_follow_what_is_taken_back(app: Application) -> None:
    draft = order(app, customer(app), 2)
    draft.lines[0].values["quantity"] = Decimal(5)
    after = saving.save(app, draft)
    assert after.values["total"] == Decimal(60)
    after.values["freight"] = Decimal(7)
    saving.save(app, after)
    entry = history.entries(app, "sales-orders", draft.id or 0)[1]
    history.undo(app, entry.id)
    stands = read(app, draft)
    assert (stands.values["total"], stands.lines[0].values["amount"]) == (Decimal(27), Decimal(10))


@pytest.mark.roles
def test_a_batch_with_lines_is_taken_back_whole_or_not_at_all(app: Application) -> None:
    buyer = customer(app)
    drafts = [order(app, buyer, 3) for _n in range(4)]
    for draft in drafts:
        draft.values["note"] = "all at once"
        del draft.lines[0]
    edited = [d.copy() for d in drafts]
    batch = saving.save_many(app, edited, action="batch")
    last = read(app, drafts[3])
    last.lines[0].values["remark"] = "urgent"
    del last.lines[1]
    saving.save(app, last)
    assert history.undo_batch(app, batch) == 4, "a change of other lines does not stand in the way"
    assert [len(read(app, d).lines) for d in drafts] == [3, 3, 3, 2]
    again = newest(app, drafts[0]).batch
    assert again
    other = read(app, drafts[1])
    other.lines[0].values["remark"] = "mine"
    saving.save(app, other)
    with pytest.raises(Refused):
        history.undo_batch(app, again)
    assert [len(read(app, d).lines) for d in drafts] == [3, 3, 3, 2], "all or none"
    history.undo(app, newest(app, other).id)
    assert history.undo_batch(app, again) == 4
    assert [len(read(app, d).lines) for d in drafts] == [2, 2, 2, 1]


def test_a_locked_document_keeps_its_lines(app: Application) -> None:
    draft = order(app, customer(app), 2)
    del draft.lines[0]
    after = saving.save(app, draft)
    entry = newest(app, after)
    operating.operate(app, "sales-orders", after.id or 0, after.version, "confirm")
    with pytest.raises(Invalid):
        history.undo(app, entry.id)
    assert len(read(app, draft).lines) == 1


@pytest.mark.roles
def test_a_deleted_order_comes_back_although_its_line_ids_went_to_another(app: Application) -> None:
    buyer = customer(app)
    gone = order(app, buyer, 3)
    batch = deleting.delete(app, "sales-orders", [gone.id or 0])
    other = order(app, buyer, 3)
    deleting.restore_batch(app, batch)
    assert [row.values for row in read(app, gone).lines] == [row.values for row in gone.lines]
    assert len(read(app, other).lines) == 3
    assert len({row.id for d in (gone, other) for row in read(app, d).lines}) == 6


def test_the_words_name_the_lines(app: Application) -> None:
    draft = order(app, customer(app), 3)
    draft.lines.reverse()
    draft.lines[0].values["price"] = Decimal(12)
    saved = saving.save(app, draft)
    found = [(c.label, c.before, c.after) for c in newest(app, saved).changes if c.field == "lines"]
    assert ("Bolt 2 · Price", "10.00", "12.00") in found
    assert ("Order of the lines", "", "changed") in found
