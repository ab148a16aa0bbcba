"""Text that was typed and not saved is kept per person and record, and comes back as it was."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from record_makers import customer, line, order

from crm_desktop.actor import Actor
from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.services import saving
from crm_desktop.services.kept_drafts import forget, keep, kept, left_over

pytestmark = pytest.mark.roles


def test_a_draft_with_lines_comes_back_as_it_was(app: Application) -> None:
    saved = order(app, customer(app), 2)
    draft = saving.open_record(app, "sales-orders", saved.id or 0)
    base = draft.copy()
    draft.values["delivery_date"] = dt.date(2027, 1, 2)
    draft.lines[0].values["quantity"] = Decimal("2.5")
    draft.lines.append(line(app, "New", "1", "1.5"))
    keep(app, draft, base)
    keep(app, draft, base)
    found = kept(app, "sales-orders", saved.id)
    assert len(found) == 1, "the later one takes the place of the earlier"
    assert found[0].draft.values == draft.values
    assert found[0].draft.lines == draft.lines
    assert found[0].base is not None
    assert found[0].base.values == base.values
    assert saving.save(app, found[0].draft).lines[0].values["quantity"] == Decimal("2.5")


def test_new_records_are_told_apart_and_forgotten_one_by_one(app: Application) -> None:
    first, second = (saving.new_draft(app, "customers", {"name": name, "tags": ("x",)}) for name in ("One", "Two"))
    keep(app, first, None, "a")
    keep(app, second, None, "b")
    found = {k.slot: k for k in kept(app, "customers", None)}
    assert {slot: k.draft.values["name"] for slot, k in found.items()} == {"a": "One", "b": "Two"}
    assert found["a"].draft.uid == first.uid, "saving it twice still creates one record"
    assert found["a"].draft.values["owner_id"] == Ref(app.actor.user_id or 0)
    forget(app, "customers", None, "a")
    assert [k.slot for k in kept(app, "customers", None)] == ["b"]


def test_nobody_sees_the_text_of_another_person(app: Application) -> None:
    saved = customer(app, "Alpha")
    keep(app, saved, saved)
    me = app.actor
    app.actor = Actor(None, "nobody")
    assert kept(app, "customers", saved.id) == []
    keep(app, saved, saved)
    app.actor = me
    assert len(kept(app, "customers", saved.id)) == 1


def test_what_is_left_over_is_found_without_knowing_where(app: Application) -> None:
    assert left_over(app) == []
    keep(app, saving.new_draft(app, "tasks", {"title": "a"}), None, "one")
    keep(app, saving.new_draft(app, "tasks", {"title": "b"}), None, "two")
    known = customer(app)
    keep(app, known, known.copy())
    assert left_over(app) == [("customers", known.id), ("tasks", 0)]
    forget(app, "customers", known.id)
    assert left_over(app) == [("tasks", 0)]
