"""The first steps tick themselves from the data; the sample company is marked, and goes as a whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from crm_desktop import settings as s
from crm_desktop.application import Application
from crm_desktop.errors import Refused
from crm_desktop.filters import ListQuery
from crm_desktop.rights import Rights
from crm_desktop.sample.company import load_sample_company
from crm_desktop.sample.removing import may_remove, remove_sample
from crm_desktop.services import listing, saving
from crm_desktop.services.events import record
from crm_desktop.services.first_steps import fetch_first_steps, is_sample
from crm_desktop.services.settings_store import settings_of


def test_each_step_ticks_itself_from_the_data(sqlite_app: Application) -> None:
    app = sqlite_app
    before = fetch_first_steps(app)
    assert not any(before.values())
    settings = settings_of(app)
    settings.set_many({s.COMPANY_NAME: "百川", s.COMPANY_PHONE: "020-1", s.COMPANY_LOGO: "aGVsbG8="})
    saving.save(app, saving.new_draft(app, "products", {"name": "轴承"}))
    customer = saving.save(app, saving.new_draft(app, "customers", {"name": "华南钢铁"}))
    saving.save(app, saving.new_draft(app, "users", {"name": "林晓", "sign_in": "linxiao"}))
    done = fetch_first_steps(app)
    assert [key for key, ticked in done.items() if not ticked] == ["order", "print"]
    record(app, "print", "华南钢铁", {}, about=("customers", customer.id))
    assert fetch_first_steps(app)["print"]
    app.actor = type(app.actor)(app.actor.user_id, app.actor.name, rights=Rights.of("customers.see"))
    assert fetch_first_steps(app) == {}, "only for whoever sets the company up"


@pytest.mark.slow
def test_the_sample_company_is_marked_and_goes_with_one_step(sqlite_app: Application) -> None:
    app, data = sqlite_app, sqlite_app.data
    assert not is_sample(app)
    with pytest.raises(Refused):
        remove_sample(app)
    settings_of(app).set_many({s.COMPANY_NAME: "百川", s.COMPANY_PHONE: "020-1"})
    load_sample_company(app)
    assert is_sample(app)
    assert may_remove(app)
    person = app.actor.name
    new = remove_sample(app)
    try:
        assert not is_sample(new)
        assert listing.count(new, ListQuery("customers")).number == 0
        assert settings_of(new).get(s.COMPANY_NAME) == "百川"
        assert settings_of(new).get(s.COMPANY_PHONE) == "020-1"
        assert new.actor.name == person
        aside = list(Path(data).glob("crm-sample-*.db"))
        assert len(aside) == 1
        assert aside[0].stat().st_size > 1_000_000
    finally:
        new.close()
