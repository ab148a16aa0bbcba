"""`check` puts right what was worked out of people and positions, and shares with nothing behind them. On both engines."""

from __future__ import annotations

from typing import Any

from people_makers import Office
from record_makers import customer
from sqlalchemy import delete, insert, update

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.services import sharing
from crm_desktop.services.checking import check_database
from crm_desktop.services.listing import ListQuery, count
from crm_desktop.services.sharing import Grantee
from db.engine import writing
from db.models.access import AccessPerson, AccessRight, RecordShare


def repaired(app: Application) -> dict[str, int]:
    return {f.name: f.repaired for f in check_database(app) if f.name in ("access", "shares")}


def test_what_was_worked_out_is_worked_out_anew(app: Application) -> None:
    office = Office(app)
    bob = office.person("Bob", "salesperson")
    customer(app, "Alpha", owner_id=Ref(bob))
    customer(app, "Beta")
    assert repaired(app) == {"access": 0, "shares": 0}
    right: Any = AccessRight.__table__
    with writing(app.engine) as session:
        session.execute(delete(AccessPerson))
        session.execute(update(right).where(right.c.record_type == "customers", right.c.operation == "see").values(reach=9))
    assert count(office.sign_in(bob), ListQuery("customers")).number == 0
    assert repaired(app) == {"access": 1, "shares": 0}
    assert count(office.sign_in(bob), ListQuery("customers")).number == 1
    assert repaired(app) == {"access": 0, "shares": 0}


def test_shares_with_nothing_behind_them_go(app: Application) -> None:
    office = Office(app)
    bob = office.person("Bob", "salesperson")
    kept = customer(app, "Alpha").id or 0
    sharing.share(app, "customers", [kept], [Grantee("user", bob)])
    facts = {"grantee_kind": "user", "grantee_id": bob, "may_change": False, "by_id": None}
    lost = [
        facts | {"record_type": "customers", "record_id": 999},
        facts | {"record_type": "unicorns", "record_id": kept},
        facts | {"record_type": "customers", "record_id": kept, "grantee_kind": "team", "grantee_id": 77},
    ]
    with writing(app.engine) as session:
        session.execute(insert(RecordShare), lost)
    assert repaired(app) == {"access": 0, "shares": 3}
    assert [s.grantee.name for s in sharing.shares(app, "customers", [kept])] == ["Bob"]
