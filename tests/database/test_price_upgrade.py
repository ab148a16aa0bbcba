"""What the step to price lists does to a company that was there before: nothing hidden comes to light, and who might go far still may."""

from __future__ import annotations

from old_companies import old_company
from sqlalchemy import text

from db import schema
from db.engine import open_engine, reading, writing


def test_who_did_not_see_prices_does_not_see_the_new_ones(engine_url: str) -> None:
    engine = open_engine(engine_url)
    old_company(engine, "0011")
    with writing(engine) as session:
        columns = "id, name, name_key, \"key\", active, hidden, note, version, created_at, updated_at, search_text, extra"
        for id_, name in ((901, "Store"), (902, "Shop")):
            session.execute(
                text(f"INSERT INTO position ({columns}) VALUES (:id, :name, :name, '', true, '', '', 1, :at, :at, '', '{{}}')"),
                {"id": id_, "name": name, "at": "2026-01-02 03:04:05.000006"},
            )
        for id_, access in ((901, 0), (902, 1)):
            for name in ("lines.price", "lines.discount"):
                said = "INSERT INTO position_field (position_id, record_type, field, access) VALUES (:id, 'sales-orders', :field, :access)"
                session.execute(text(said), {"id": id_, "field": name, "access": access})
        session.execute(
            text("INSERT INTO position_right (position_id, record_type, operation, reach) VALUES (902, 'sales-orders', 'over_credit', 4)")
        )
    schema.upgrade(engine)
    new = "('lines.list_price', 'lines.price_list_id', 'deepest_discount')"
    with reading(engine) as connection:
        hidden = connection.execute(text(f"SELECT position_id, field, access FROM position_field WHERE field IN {new}")).all()
        asked = "SELECT position_id, record_type, reach FROM position_right WHERE operation = 'below_floor'"
        rights = connection.execute(text(asked)).all()
        limits = connection.execute(text("SELECT discount_limit FROM position")).scalars().all()
    engine.dispose()
    assert sorted(tuple(r) for r in hidden) == [(901, name, 0) for name in ("deepest_discount", "lines.list_price", "lines.price_list_id")]
    assert sorted(tuple(r) for r in rights) == [(902, "quotes", 4), (902, "sales-orders", 4)]
    assert set(limits) == {None}
