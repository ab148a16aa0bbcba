"""What a new company has done of its first steps, read from the data themselves: nobody ticks anything by hand."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from crm_desktop import settings as s
from crm_desktop.application import Application
from crm_desktop.filters import ListQuery
from crm_desktop.services import listing
from crm_desktop.services.access import asking
from crm_desktop.services.settings_store import company_setting
from db.models.system import HistoryEntry

COMPANY, LOGO, PEOPLE, PRODUCTS = "company", "logo", "people", "products"
CUSTOMERS, ORDER, PRINT = "customers", "order", "print"
_DETAILS = (s.COMPANY_ADDRESS, s.COMPANY_PHONE, s.COMPANY_TAX_NUMBER)


def fetch_first_steps(app: Application) -> dict[str, bool]:
    """Which steps are done; empty for somebody who does not set the company up."""
    if not app.actor.may("program.settings"):
        return {}
    entries: Any = HistoryEntry.__table__
    with asking(app) as connection:
        details = any(company_setting(connection, setting) for setting in _DETAILS)
        named = bool(company_setting(connection, s.COMPANY_NAME))
        logo = bool(company_setting(connection, s.COMPANY_LOGO))
        printed = connection.execute(select(entries.c.id).where(entries.c.action == "print").limit(1)).first() is not None
    return {
        COMPANY: named and details,
        LOGO: logo,
        PEOPLE: _has(app, "users", 2),
        PRODUCTS: _has(app, "products", 1),
        CUSTOMERS: _has(app, "customers", 1),
        ORDER: _has(app, "sales-orders", 1),
        PRINT: printed,
    }


def is_sample(app: Application) -> bool:
    """Whether what is here is the sample company."""
    with asking(app) as connection:
        return company_setting(connection, s.SAMPLE_COMPANY)


def _has(app: Application, type_key: str, least: int) -> bool:
    return app.actor.may(f"{type_key}.see") and listing.count(app, ListQuery(type_key), cap=least).number >= least
