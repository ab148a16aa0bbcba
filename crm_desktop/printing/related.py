"""What hangs on a record and is read only when a template asks for it: the lists of its related documents, and a customer's account."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from crm_desktop.application import Application
from crm_desktop.errors import Missing, Refused
from crm_desktop.filters import Condition, ListQuery
from crm_desktop.records.record_type import RecordType
from crm_desktop.services.accounts import AccountSpan, statement
from crm_desktop.services.dunning import letter_of
from crm_desktop.services.listing import iterate

MOST_ROWS = 5_000
"""Of one list; a document with more is not read by anybody."""

_UNLISTED = ("image", "long_text")
Plain = Callable[[Mapping[str, Any], RecordType], Mapping[str, Any]]


class Lazy(Mapping[str, Any]):
    """Values that are made when they are looked at, once."""

    def __init__(self, makers: Mapping[str, Callable[[], Any]], made: Mapping[str, Any] | None = None) -> None:
        """made: values that are there already."""
        self._makers = makers
        self._made: dict[str, Any] = dict(made or {})

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            self._made[name] = self._makers[name]()
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**self._makers, **self._made})

    def __len__(self) -> int:
        return len({**self._makers, **self._made})

    def __contains__(self, name: object) -> bool:
        return name in self._made or name in self._makers


def list_name(type_key: str) -> str:
    """What a template calls the related records of a type: `related.sales_orders`."""
    return type_key.replace("-", "_")


def related_to(app: Application, kind: RecordType, record_id: int, plain: Plain) -> Lazy:
    """The lists of a record by their names. What the person may not see is an empty list."""
    makers: dict[str, Callable[[], Any]] = {}
    for each in kind.related:
        if each.type in app.types:
            makers.setdefault(list_name(each.type), partial(_rows, app, app.type(each.type), each.field, record_id, plain))
    return Lazy(makers)


def account_of(app: Application, customer_id: int, span: AccountSpan) -> Lazy:
    """The account of a customer, or a part of it; empty without the right to see it."""
    names = ("currency", "since", "until", "opening", "entries", "owed", "paid", "closing", "overdue", "credit")
    late = ("late", "late_total", "late_currency", "level", "reminded_on")
    return Lazy(_read_once(names, partial(_account, app, customer_id, span)) | _read_once(late, partial(_late, app, customer_id, span)))


def _read_once(names: Iterable[str], read: Callable[[], Mapping[str, Any]]) -> dict[str, Callable[[], Any]]:
    """What makes each of these facts, all of which are read with the first that is wanted."""
    kept: dict[str, Any] = {}

    def fact(name: str) -> Any:
        if not kept:
            kept.update(read())
        return kept.get(name)

    return {name: partial(fact, name) for name in names}


def _late(app: Application, customer_id: int, span: AccountSpan) -> dict[str, Any]:
    """What is late by the last day of the account, for a reminder."""
    try:
        letter = letter_of(app, customer_id, span.currency, span.until)
    except (Refused, Missing):
        letter = None
    if letter is None:
        return {"late": (), "late_total": Decimal(0), "level": 0}
    return letter.facts() | {"late_currency": letter.currency}


def _account(app: Application, customer_id: int, span: AccountSpan) -> dict[str, Any]:
    try:
        facts = statement(app, customer_id, span).facts()
    except (Refused, Missing):
        return {"entries": ()}
    return facts | {"entries": tuple(facts["entries"])}


def _rows(app: Application, kind: RecordType, field: str, record_id: int, plain: Plain) -> tuple[Mapping[str, Any], ...]:
    if not app.actor.may(f"{kind.key}.see"):
        return ()
    columns = tuple(name for name, about in kind.visible(app.actor).items() if about.kind not in _UNLISTED)
    query = ListQuery(kind.key, columns, Condition(field, "any_of", (record_id,)))
    found: list[Mapping[str, Any]] = []
    for chunk in iterate(app, query):
        for row in chunk:
            found.append(plain(dict(zip(columns, row, strict=False)), kind))
            if len(found) >= MOST_ROWS:
                return tuple(found)
    return tuple(found)
