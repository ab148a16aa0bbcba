"""Twenty-four people saving orders at once: every save is in the log, in one chain, on both engines."""

from __future__ import annotations

import threading
from collections.abc import Callable
from decimal import Decimal

from record_makers import customer, order

from crm_desktop.application import Application
from crm_desktop.services import history, log_chain, saving

WRITERS, SAVES = 24, 4


def test_every_save_of_many_people_is_in_one_chain(
    app: Application, open_again: Callable[[Application], Application]
) -> None:
    buyer = customer(app)
    orders = [order(app, buyer, 2) for _n in range(WRITERS)]
    pcs = [app, *(open_again(app) for _n in range(3))]
    begin, done = threading.Barrier(WRITERS), list[int]()

    def work(at: int) -> None:
        pc, draft = pcs[at % len(pcs)], orders[at]
        begin.wait(30)
        for price in range(1, SAVES + 1):
            draft.lines[0].values["price"] = Decimal(100 + price)
            draft = saving.save(pc, draft)
        done.append(at)

    threads = [threading.Thread(target=work, args=(at,)) for at in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert sorted(done) == list(range(WRITERS))
    found = log_chain.verify(app)
    assert found.sound
    assert found.entries == 1 + WRITERS + WRITERS * SAVES
    for draft in orders:
        changes = [e for e in history.entries(app, "sales-orders", draft.id or 0) if e.action == "change"]
        assert len(changes) == SAVES
