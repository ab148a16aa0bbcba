"""The first page of a list that a person sees a part of, beside the same page of whoever sees all of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from benchmarks.measuring import Row, Times, paired, short
from sqlalchemy import func, select

from crm_desktop.application import Application
from crm_desktop.filters import ListQuery
from crm_desktop.rights import Holding, Reach, Rights
from crm_desktop.services.access import access_version
from crm_desktop.services.listing import fetch_page
from db.access import Known
from db.engine import reading
from db.models.customers import Customer

ORDERS = ("-updated_at", "name", "-created_at", "number", "city")


def measure(app: Application, size: int) -> list[Row]:
    """A person's own sixth of the customers, and the few of somebody to whom a hundred of them were shared."""
    boss = app.actor
    with reading(app.engine) as connection:
        version = access_version(connection)
        counted = select(Customer.owner_id).group_by(Customer.owner_id).order_by(func.count().desc()).limit(1)
        owner = connection.scalar(counted)
        some = tuple(connection.scalars(select(Customer.id).where(Customer.id % max(size // 100, 1) == 1)))
    reaches = {("customers", "see"): Reach.SHARED, ("users", "see"): Reach.ALL}
    person = replace(boss, user_id=owner, rights=Rights((Holding("", reaches),)), version=version)
    key = ("reach", owner, version, dt.date.today(), "customers", "see")
    rows = []
    for who, known in (
        ("own ones, a sixth of all", Known((owner or 0,), (), {"customers": ()})),
        ("a hundred shared ones", Known((), (), {"customers": some})),
    ):
        app.plans[key] = known
        app.plans.pop(("few", "customers", owner, version, 100), None)
        restricted, whole = Times(), Times()
        for order in ORDERS:
            query = ListQuery("customers", order=(order,))

            def page(actor: object, query: ListQuery = query) -> None:
                app.actor = actor  # type: ignore[assignment]
                fetch_page(app, query)

            ours, theirs = paired(lambda: page(person), lambda: page(boss), 40)
            restricted, whole = restricted + ours, whole + theirs
        ratio = restricted.median / whole.median
        rows.append(
            Row(f"first page of a restricted list: {who}", size, short(restricted.median), short(whole.median), ratio,
                "2 × the whole list", ratio <= 2, f"{len(ORDERS)} orders, medians", restricted.median, flat=True)
        )  # fmt: skip
    app.plans.pop(key, None)
    app.actor = boss
    return rows
