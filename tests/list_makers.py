"""A small company to show in lists, and the parts a screen needs around it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from PySide6.QtCore import QObject

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.services.saving import new_draft, new_line, save, save_many
from crm_desktop.settings import Settings
from ui.tasks import Tasks

CITIES = ("广州", "深圳", "佛山", "东莞")
STATUSES = ("prospect", "following", "quoted", "won")


def fill(app: Application, customers: int = 150, orders: int = 0) -> list[int]:
    """Customers "Customer 001"… and orders of the first one; gives the customers' ids."""
    drafts = [
        new_draft(
            app,
            "customers",
            {
                "name": f"Customer {n:03d}",
                "city": CITIES[n % 4],
                "status": app.options.choices("customer_statuses")[n % 4].code,
                "credit_limit": Decimal(n * 100) if n % 5 else None,
                "next_follow_up": dt.date.today() + dt.timedelta(days=n - 3) if n % 2 else None,
            },
        )
        for n in range(1, customers + 1)
    ]
    save_many(app, drafts, action="create")
    ids = sorted(int(d.id or 0) for d in drafts if d.id) or list(range(1, customers + 1))
    for _n in range(orders):
        order(app, ids[0])
    return ids


def order(app: Application, customer_id: int, price: str = "100", **values: Any) -> int:
    """A sales order with one line."""
    draft = new_draft(app, "sales-orders", {"customer_id": Ref(customer_id)} | values)
    from_line = {"name": "Pump", "quantity": Decimal(2), "price": Decimal(price)}
    draft.lines = [line_of(app, from_line)]
    return int(save(app, draft).id or 0)


def line_of(app: Application, values: dict[str, Any]) -> Any:
    """A line with its defaults and these values."""
    made = new_line(app.type("sales-orders"))
    made.values |= values
    return made


class Notes(QObject):
    """Notices that are kept instead of shown; questions are answered as told."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.errors: list[BaseException] = []
        self.questions: list[str] = []
        self.answer = True
        self.undo: Callable[[], object] | None = None

    def say(self, text: str, action: str = "", do: Callable[[], object] | None = None, icon: str = "") -> None:
        self.said.append(text)
        self.undo = do

    def ask(self, question: str, details: str = "", *, yes: str, no: str = "", danger: bool = False) -> bool:
        self.questions.append(question)
        return self.answer

    def inform(self, text: str, advice: str = "") -> None:
        self.said.append(text)

    def error(self, error: BaseException) -> None:
        self.errors.append(error)


class SmallShell:
    """The window as a screen sees it, without a window: what was opened is kept."""

    def __init__(self, app: Application, tasks: Tasks, notices: Notes) -> None:
        self.app, self.tasks, self.notices, self.settings = app, tasks, notices, Settings()
        self.opened: list[tuple[str, Any]] = []
        self.made: list[tuple[str, dict[str, Any]]] = []

    def open_list(self, type_key: str, **arguments: Any) -> None:
        self.opened.append((type_key, arguments))

    def open_record(self, type_key: str, record_id: int) -> None:
        self.opened.append((type_key, record_id))

    def new_record(self, type_key: str, **preset: Any) -> None:
        self.made.append((type_key, preset))

    def open_screen(self, key: str, **arguments: Any) -> None:
        self.opened.append((key, arguments))

    def tab_changed(self, screen: Any) -> None:
        self.opened.append(("tab", screen))

    def close_screen(self, screen: Any) -> None:
        self.opened.append(("close", screen))
