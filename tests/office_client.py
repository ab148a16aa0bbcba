"""One PC of an office: saves and changes orders on a server until its input ends, and says of every act when it is told that it is done.

    python office_client.py URL DIR SEED ID…      ID: the orders that everybody changes

It prints "ready", and for each act a line "try …" before it and "done …" after it. A conflict is read again; a save without answer is told
again from the same form until there is one.
"""

from __future__ import annotations

import random
import sys
import threading
import time
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Line, Ref
from crm_desktop.errors import Conflict, Unavailable
from crm_desktop.services import saving
from crm_desktop.services.listing import ListQuery, fetch_page
from crm_desktop.services.opening import open_url
from crm_desktop.services.watching import watch


def say(text: str) -> None:
    print(text, flush=True)


def saved(app: Application, draft: Draft) -> Draft:
    """Save a form, again and again until there is an answer."""
    while True:
        try:
            return saving.save(app, draft)
        except Unavailable:
            time.sleep(0.05)


def opened(app: Application, id_: int) -> Draft:
    while True:
        try:
            return saving.open_record(app, "sales-orders", id_)
        except Unavailable:
            time.sleep(0.05)


def make(app: Application, buyer: Ref, lines: int) -> None:
    """A new order."""
    while True:
        try:
            draft = saving.new_draft(app, "sales-orders", {"customer_id": buyer})
            break
        except Unavailable:
            time.sleep(0.05)
    for n in range(lines):
        line = saving.new_line(app.type("sales-orders"))
        line.values |= {"name": f"Bolt {n}", "quantity": Decimal(1), "price": Decimal(3)}
        draft.lines.append(Line(None, line.values))
    say("try new")
    done = saved(app, draft)
    say(f"done new {done.id} {done.values['number']}")


def add(app: Application, id_: int, at: int) -> None:
    """One piece more in a line that others change as well."""
    say(f"try add {id_} {at}")
    while True:
        draft = opened(app, id_)
        draft.lines[at].values["quantity"] += 1
        try:
            saved(app, draft)
            break
        except Conflict:
            continue
    say(f"done add {id_} {at}")


def look(app: Application) -> None:
    """Read a page, as a list does."""
    try:
        fetch_page(app, ListQuery("sales-orders", search="bolt"))
    except Unavailable:
        time.sleep(0.05)


def main() -> None:
    url, data, seed, *shared = sys.argv[1:]
    app = open_url(url, Path(data))
    watch(app)
    chance, ending = random.Random(int(seed)), threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ending.set()), daemon=True).start()
    buyer = Ref(int(fetch_page(app, ListQuery("customers")).rows[0][-1]))
    say("ready")
    while not ending.is_set():
        act = chance.random()
        if act < 0.3:
            make(app, buyer, chance.randrange(1, 4))
        elif act < 0.9:
            add(app, int(chance.choice(shared)), chance.randrange(2))
        else:
            look(app)
    say("end")
    app.close()


if __name__ == "__main__":
    main()
