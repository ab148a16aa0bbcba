"""Settings in the database: a person's follow the person, the company's are everybody's, and need the right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from crm_desktop import settings as s
from crm_desktop.application import Application
from crm_desktop.errors import Refused
from crm_desktop.rights import Rights
from crm_desktop.services.settings_store import settings_of

pytestmark = pytest.mark.roles


def test_settings_reach_the_next_start_by_their_scope(
    app: Application, open_again: Callable[[Application], Application]
) -> None:
    mine = settings_of(app)
    mine.set_many({s.COMPANY_NAME: "百川贸易", s.PAGE_SIZE: 200, s.OPEN_TABS: [{"key": "list:customers"}]})
    mine.set(s.PAGE_SIZE, 300)
    mine.set(s.CONFIRM_DELETE, False)
    mine.set(s.CONFIRM_DELETE, True)
    again = open_again(app)
    same = settings_of(again)
    assert (same.get(s.PAGE_SIZE), same.get(s.OPEN_TABS)) == (300, [{"key": "list:customers"}])
    assert same.get(s.CONFIRM_DELETE)
    again.actor = replace(again.actor, user_id=(again.actor.user_id or 0) + 1)
    other = settings_of(again)
    assert other.get(s.COMPANY_NAME) == "百川贸易"
    assert other.get(s.PAGE_SIZE) == s.PAGE_SIZE.default


def test_the_company_is_changed_only_with_the_right(app: Application) -> None:
    before = settings_of(app).get(s.COMPANY_NAME)
    app.actor = replace(app.actor, rights=Rights())
    with pytest.raises(Refused):
        settings_of(app).set(s.COMPANY_NAME, "Taken over")
    settings_of(app).set(s.PAGE_SIZE, 200)
    assert settings_of(app).get(s.COMPANY_NAME) == before
    assert settings_of(app).get(s.PAGE_SIZE) == 200
