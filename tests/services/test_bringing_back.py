"""Looking into a backup without changing it, and copying single records back out of it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from record_makers import customer, order
from sqlalchemy import text

from backups.bringing_back import bring_back, take_back, what_comes
from backups.create import create_backup
from backups.framing import WrongPassphrase
from backups.looking import Looked, look_into, reader
from crm_desktop.actor import Actor
from crm_desktop.application import Application
from crm_desktop.draft import Draft, Ref
from crm_desktop.errors import Missing, Refused, Told
from crm_desktop.filters import ListQuery
from crm_desktop.rights import Rights
from crm_desktop.services import files, history, saving
from crm_desktop.services.checking import check_database
from crm_desktop.services.deleting import delete
from crm_desktop.services.listing import fetch_ids, fetch_page
from crm_desktop.services.opening import NewCompany, open_folder
from crm_desktop.services.search_all import search_everything
from db.engine import reading, writing


def add(app: Application, key: str, **values: Any) -> Draft:
    return saving.save(app, saving.new_draft(app, key, values))


def company(app: Application) -> Draft:
    """A customer with two contacts, a follow-up, a task, two orders and a file."""
    buyer = customer(app, "华远贸易", city="杭州")
    ref = Ref(buyer.id or 0, "华远贸易")
    first = add(app, "contacts", name="王芳", customer_id=ref)
    add(app, "contacts", name="Li Lei", customer_id=ref)
    add(app, "follow-ups", customer_id=ref, contact_id=Ref(first.id or 0), text="Wants a quote")
    add(app, "tasks", title="Send the catalogue", customer_id=ref)
    order(app, buyer, 3)
    order(app, buyer, 1)
    files.attach(app, "customers", buyer.id or 0, "合同.pdf", b"%PDF a contract")
    return saving.open_record(app, "customers", buyer.id or 0)


def backed_up(app: Application, tmp_path: Path) -> Looked:
    made = create_backup(app.engine, app.data, tmp_path / "usb")
    return look_into(made.path, app.data, app.actor)


def everything(app: Application) -> dict[str, dict[int, Any]]:
    """All records people know, with lines and files, without what only says when they were last written."""
    found: dict[str, dict[int, Any]] = {}
    for key in ("customers", "contacts", "follow-ups", "tasks", "sales-orders"):
        rows = {}
        for id_ in fetch_ids(app, ListQuery(key)):
            draft = saving.open_record(app, key, id_)
            kept = {n: v for n, v in draft.values.items() if n not in ("updated_at", "updated_by")}
            attached = [(f.name, files.read(app, f.id)) for f in files.list_files(app, key, id_)]
            rows[id_] = (kept, [line.values for line in draft.lines], attached)
        found[key] = rows
    return found


def delete_all(app: Application, buyer: Draft) -> None:
    for key in ("sales-orders", "tasks"):
        delete(app, key, fetch_ids(app, ListQuery(key)))
    delete(app, "customers", [buyer.id or 0])


def test_a_backup_is_read_like_any_other_and_nothing_changes_it(app: Application, tmp_path: Path) -> None:
    buyer = company(app)
    before = everything(app)
    with backed_up(app, tmp_path) as looked:
        delete_all(app, buyer)
        assert everything(looked.app) == before
        assert looked.header.company == "Example Trading Ltd"
        assert [h.label for h in search_everything(looked.app, "华远", types=["customers"])]
        assert fetch_page(looked.app, ListQuery("sales-orders")).rows
        draft = saving.open_record(looked.app, "customers", buyer.id or 0)
        draft.values["name"] = "Changed"
        for act in (
            lambda: saving.save(looked.app, draft),
            lambda: delete(looked.app, "customers", [buyer.id or 0]),
            lambda: saving.new_draft(looked.app, "customers"),
            lambda: files.attach(looked.app, "customers", buyer.id or 0, "x", b"x"),
        ):
            with pytest.raises(Told):
                act()
        with pytest.raises(Exception, match="readonly"), writing(looked.app.engine) as session:
            session.execute(text("DELETE FROM customer"))
        assert everything(looked.app) == before
        place = looked.app.data
        assert place.is_dir()
    assert not place.exists()


def test_rights_hold_in_a_backup_as_well(sqlite_app: Application, tmp_path: Path) -> None:
    made = create_backup(sqlite_app.engine, tmp_path, tmp_path / "usb", passphrase="secret")
    with pytest.raises(WrongPassphrase):
        look_into(made.path, tmp_path, sqlite_app.actor, "wrong")
    assert list((tmp_path / "scratch").iterdir()) == []
    few = Actor(1, "Ann", rights=Rights.of("customers.see", "customers.change", "program.restore"))
    with look_into(made.path, tmp_path, few, "secret") as looked:
        assert looked.app.actor.may("customers.see")
        assert not looked.app.actor.may("customers.change")
        with pytest.raises(Refused):
            fetch_page(looked.app, ListQuery("products"))
    with pytest.raises(Refused):
        look_into(made.path, tmp_path, Actor(1, "Ann", rights=Rights.of("customers.see")), "secret")
    everybody = reader(Actor(1, "Ann"))
    assert everybody.may("customers.see")
    assert everybody.may("program.log")
    assert not any(everybody.may(f"customers.{o}") for o in ("add", "change", "delete", "import", "setup"))


def test_a_deleted_customer_comes_back_with_everything(app: Application, tmp_path: Path) -> None:
    buyer = company(app)
    before = everything(app)
    with backed_up(app, tmp_path) as looked:
        delete_all(app, buyer)
        other = customer(app, "Somebody else")
        comes = what_comes(app, looked.app, "customers", [buyer.id or 0])
        assert comes == {"customers": 1, "contacts": 2, "follow-ups": 1, "tasks": 1, "sales-orders": 2}
        brought = bring_back(app, looked.app, "customers", [buyer.id or 0])
        assert brought.ids["customers"] == [buyer.id]
        assert (brought.again, brought.missing, brought.present) == ((), (), ())
        after = everything(app)
        assert after["customers"].pop(other.id or 0)
        assert after == before
        assert [f for f in check_database(app) if not f.sound or f.repaired] == []
        assert history.entries(app, "customers", buyer.id or 0)[0].action == "restore"
        assert [h.id for h in search_everything(app, "华远", types=["customers"])] == [buyer.id]
        assert what_comes(app, looked.app, "customers", [buyer.id or 0]) == {}
        again = bring_back(app, looked.app, "customers", [buyer.id or 0])
        assert (again.ids, again.present) == ({}, ("华远贸易",))
        assert history.recycle_bin(app) == []  # what came back is in the bin no more
        assert take_back(app, brought.batch) == 7
        assert everything(app)["customers"].keys() == {other.id}
        with pytest.raises(Missing):
            take_back(app, brought.batch)
        new = customer(app, "One more")
        assert new.id not in before["customers"]


def test_what_is_there_today_is_not_touched(app: Application, tmp_path: Path) -> None:
    buyer = company(app)
    with backed_up(app, tmp_path) as looked:
        orders = fetch_ids(app, ListQuery("sales-orders"))
        delete(app, "sales-orders", orders[:1])
        draft = saving.open_record(app, "customers", buyer.id or 0)
        draft.values["city"] = "上海"
        saving.save(app, draft)
        brought = bring_back(app, looked.app, "customers", [buyer.id or 0])
        assert brought.ids == {"sales-orders": orders[:1]}
        assert brought.present == ("华远贸易",)
        assert saving.open_record(app, "customers", buyer.id or 0).values["city"] == "上海"


def test_an_order_brings_the_customer_it_needs(app: Application, tmp_path: Path) -> None:
    buyer = company(app)
    with backed_up(app, tmp_path) as looked:
        wanted = fetch_ids(app, ListQuery("sales-orders"))[:1]
        delete_all(app, buyer)
        brought = bring_back(app, looked.app, "sales-orders", wanted)
        assert brought.ids == {
            "customers": [buyer.id],
            "sales-orders": wanted,
        }  # the customer, not all that hangs on it


def test_references_that_lead_nowhere_are_told_and_stay_empty(app: Application, tmp_path: Path) -> None:
    product = add(app, "products", name="Bolt", code="B1")
    buyer = customer(app, "Alpha")
    sold = saving.new_draft(app, "sales-orders", {"customer_id": Ref(buyer.id or 0)})
    sold.lines = [saving.new_line(app.type("sales-orders"))]
    sold.lines[0].values |= {"product_id": Ref(product.id or 0, "Bolt"), "name": "Bolt", "quantity": 1, "price": 1}
    sold = saving.save(app, sold)
    with backed_up(app, tmp_path) as looked:
        delete(app, "sales-orders", [sold.id or 0])
        delete(app, "products", [product.id or 0])
        brought = bring_back(app, looked.app, "sales-orders", [sold.id or 0])
        (words,) = brought.missing
        assert "Bolt" in words
        back = saving.open_record(app, "sales-orders", sold.id or 0)
        assert back.lines[0].values["product_id"] is None
        assert back.lines[0].values["name"] == "Bolt"


def test_a_number_that_is_taken_and_an_id_that_is_taken(app: Application, tmp_path: Path) -> None:
    buyer = customer(app, "Alpha")
    with backed_up(app, tmp_path) as looked:
        with writing(app.engine) as session:  # as where an older backup was restored, and the same ids were given again
            session.execute(
                text("UPDATE customer SET name = 'Thief', created_at = :at WHERE id = :id"),
                {"at": "2026-01-01 00:00:00.000000", "id": buyer.id},
            )
        brought = bring_back(app, looked.app, "customers", [buyer.id or 0])
        (id_,) = brought.ids["customers"]
        assert id_ != buyer.id
        back = saving.open_record(app, "customers", id_)
        assert back.values["name"] == "Alpha"
        assert back.values["number"] != buyer.values["number"]
        assert buyer.values["number"] in brought.again[0]
        assert saving.open_record(app, "customers", buyer.id or 0).values["name"] == "Thief"


def test_nothing_is_taken_back_that_somebody_worked_on(app: Application, tmp_path: Path) -> None:
    buyer = customer(app, "Alpha")
    with backed_up(app, tmp_path) as looked:
        delete(app, "customers", [buyer.id or 0])
        brought = bring_back(app, looked.app, "customers", [buyer.id or 0])
        draft = saving.open_record(app, "customers", buyer.id or 0)
        draft.values["city"] = "上海"
        saving.save(app, draft)
        with pytest.raises(Refused):
            take_back(app, brought.batch)
        assert saving.open_record(app, "customers", buyer.id or 0).values["city"] == "上海"


def test_what_cannot_come_is_refused(app: Application, tmp_path: Path) -> None:
    customer(app, "Alpha")
    with backed_up(app, tmp_path) as looked:
        with pytest.raises(Refused):
            bring_back(app, looked.app, "users", [1])
        with pytest.raises(Missing):
            bring_back(app, looked.app, "customers", [999])
        other = open_folder(tmp_path / "other", create=NewCompany("Other", "Bob", "en"))
        try:
            with pytest.raises(Refused) as told:
                bring_back(other, looked.app, "customers", [1])
            assert "another database" in told.value.message
        finally:
            other.close()
        weak = Application(
            app.engine, app.data, Actor(1, "Ann", rights=Rights.of("customers.see")), app.types, app.options
        )
        for act in (bring_back, what_comes):
            with pytest.raises(Refused):
                act(weak, looked.app, "customers", [1])


def test_a_failure_in_the_middle_leaves_nothing(
    app: Application, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    buyer = company(app)
    with backed_up(app, tmp_path) as looked:
        delete_all(app, buyer)
        before = everything(app)
        from backups import bringing_back

        made, real = [], bringing_back.recreate

        def breaks(*arguments: Any) -> str:
            made.append(arguments)
            if len(made) == 4:
                raise Refused("No more")
            return real(*arguments)

        monkeypatch.setattr(bringing_back, "recreate", breaks)
        with pytest.raises(Refused):
            bring_back(app, looked.app, "customers", [buyer.id or 0])
        assert everything(app) == before


def test_moments_stay_as_they_were(app: Application, tmp_path: Path) -> None:
    buyer = customer(app, "Alpha")
    with backed_up(app, tmp_path) as looked:
        delete(app, "customers", [buyer.id or 0])
        bring_back(app, looked.app, "customers", [buyer.id or 0])
        with reading(app.engine) as connection:
            kept, touched = connection.execute(
                text("SELECT created_at, updated_at FROM customer WHERE id = :i"), {"i": buyer.id}
            ).one()
        assert str(kept) < str(touched)
        assert saving.open_record(app, "customers", buyer.id or 0).values["created_at"] == buyer.values["created_at"]
        assert buyer.values["created_at"] < dt.datetime.now(dt.UTC)
