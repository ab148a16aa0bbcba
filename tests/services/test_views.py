"""Views of lists: kept, shared, begun with, and safe against what another version wrote. On both engines."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import select

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.errors import Invalid, Missing, Refused
from crm_desktop.filters import AnyOf, Condition, ListQuery, Not
from crm_desktop.rights import Rights
from crm_desktop.services import views
from crm_desktop.services.views import Look
from db.engine import writing
from db.models.system import SavedView

pytestmark = pytest.mark.roles
WHERE = AnyOf(
    (
        Not(Condition("credit_limit", "between", (Decimal("1.50"), Decimal(9)))),
        Condition("next_follow_up", "at_least", dt.date(2026, 11, 24)),
        Condition("owner_id", "any_of", (Ref(1, "林晓"),)),
    )
)
LOOK = Look(ListQuery("customers", ("name", "city"), WHERE, "广州", ("-city", "name")), {"name": 210}, 1, preview=False)


def test_a_view_comes_back_as_it_was_saved(app: Application) -> None:
    saved = views.save_view(app, "customers", "  My   customers ", LOOK)
    found = views.load_views(app, "customers")
    assert saved.name == "My customers"
    assert found.named == (saved,)
    assert found.named[0].look == LOOK
    assert found.last is None


def test_saving_again_replaces(app: Application) -> None:
    first = views.save_view(app, "customers", "Mine", LOOK)
    again = views.save_view(app, "customers", "Mine", replace(LOOK, frozen=0))
    assert again.id == first.id
    assert [v.look.frozen for v in views.load_views(app, "customers").named] == [0]


def test_names_are_checked(app: Application) -> None:
    with pytest.raises(Invalid):
        views.save_view(app, "customers", "   ", LOOK)
    with pytest.raises(Invalid):
        views.save_view(app, "customers", "x" * 61, LOOK)


def test_the_last_look_and_the_view_to_begin_with_are_kept_apart(app: Application) -> None:
    view = views.save_view(app, "customers", "First", LOOK)
    views.begin_with(app, "customers", view.id, LOOK)
    views.keep_last(app, "customers", replace(LOOK, frozen=3))
    found = views.load_views(app, "customers")
    assert found.first == view.id
    assert found.last == replace(LOOK, frozen=3)
    views.forget_last(app, "customers")
    assert views.load_views(app, "customers").last is None


def test_other_people_see_shared_views_only(app: Application) -> None:
    own = views.save_view(app, "customers", "Own", LOOK)
    shared = views.save_view(app, "customers", "For all", LOOK, shared=True)
    app.actor = replace(app.actor, user_id=4711, rights=Rights.of("customers.see"))
    found = views.load_views(app, "customers")
    assert found.named == (shared,)
    with pytest.raises(Missing):
        views.delete_view(app, own.id)
    with pytest.raises(Refused):
        views.delete_view(app, shared.id)
    with pytest.raises(Refused):
        views.save_view(app, "customers", "Mine for all", LOOK, shared=True)


def test_sharing_and_taking_back(app: Application) -> None:
    view = views.save_view(app, "customers", "Ours", LOOK)
    assert views.share_view(app, view.id, True).shared
    assert [v.shared for v in views.load_views(app, "customers").named] == [True]
    views.share_view(app, view.id, False)
    assert [v.shared for v in views.load_views(app, "customers").named] == [False]
    views.delete_view(app, view.id)
    with pytest.raises(Missing):
        views.delete_view(app, view.id)


def test_a_view_a_later_version_wrote_is_left_out(app: Application) -> None:
    views.save_view(app, "customers", "Readable", LOOK)
    views.save_view(app, "customers", "Odd", LOOK)
    with writing(app.engine) as session:
        row = session.scalars(select(SavedView).where(SavedView.name == "Odd")).one()
        row.facts = {"query": {"where": {"near": "here"}}}
    assert [v.name for v in views.load_views(app, "customers").named] == ["Readable"]
