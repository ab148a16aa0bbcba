"""Which price list counts, held against a list of questions asked one after the other as a person would ask them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crm_desktop.rules.prices import Buyer, Need, Offer, best, deviation, fits, place, price_of

DAY = dt.date(2026, 6, 15)
DAYS = st.sampled_from([None, dt.date(2026, 1, 1), dt.date(2026, 6, 14), DAY, dt.date(2026, 6, 16), dt.date(2027, 1, 1)])
PLACES = st.sampled_from(["", "浙江", "浙江省", "杭州", "杭州市", "宁波市", "East", "east "])
LEVELS = st.sampled_from(["", "A", "B"])
QUANTITIES = st.sampled_from([Decimal(n) for n in ("0", "1", "9.9999", "10", "100")])

offers = st.builds(
    Offer,
    list_id=st.integers(1, 6), line_id=st.integers(1, 1000), product=st.integers(1, 2), min_quantity=QUANTITIES,
    price=st.just(Decimal(7)), discount=st.none(), currency=st.integers(1, 2), customer=st.sampled_from([None, None, 1, 2]),
    level=LEVELS, region=PLACES, since=DAYS, until=DAYS, priority=st.integers(-1, 1),
)  # fmt: skip
needs = st.builds(
    Need, product=st.integers(1, 2), quantity=st.sampled_from([Decimal(n) for n in ("0", "1", "10", "50", "-10")]),
    day=st.just(DAY), currency=st.sampled_from([1, 2, None]),
    buyer=st.builds(Buyer, id=st.integers(0, 2), level=LEVELS, region=PLACES, city=PLACES),
)  # fmt: skip


def whole_lists(rows: list[Offer]) -> list[Offer]:
    """Lines as the database has them: those of one list say the same of it, and each has its own number."""
    heads: dict[int, Offer] = {}
    found = []
    for at, row in enumerate(rows):
        head = heads.setdefault(row.list_id, row)
        facts = {n: getattr(head, n) for n in ("currency", "customer", "level", "region", "since", "until", "priority")}
        found.append(Offer(row.list_id, at, row.product, row.min_quantity, Decimal(at), None, **facts))
    return found


def same_place(a: str, b: str) -> bool:
    short = [t.strip().lower().replace("省", "").replace("市", "") for t in (a, b)]
    return short[0] == short[1] != ""


def by_questions(rows: list[Offer], need: Need) -> Offer | None:
    """Ask for one kind of list after the other; the first kind of which there is one decides."""
    buyer = need.buyer

    def counts(o: Offer) -> bool:
        if o.product != need.product or o.currency != need.currency or o.min_quantity > abs(need.quantity):
            return False
        if (o.since is not None and o.since > DAY) or (o.until is not None and o.until < DAY):
            return False
        if (o.customer is not None and o.customer != buyer.id) or (o.level and o.level != buyer.level):
            return False
        return not o.region.strip() or same_place(o.region, buyer.city) or same_place(o.region, buyer.region)

    questions: list[Callable[[Offer], bool]] = [
        lambda o: o.customer is not None,
        lambda o: bool(o.level) and same_place(o.region, buyer.city),
        lambda o: bool(o.level) and same_place(o.region, buyer.region),
        lambda o: bool(o.level) and not o.region.strip(),
        lambda o: not o.level and same_place(o.region, buyer.city),
        lambda o: not o.level and same_place(o.region, buyer.region),
        lambda o: True,
    ]
    here = [o for o in rows if counts(o)]
    for question in questions:
        left = [o for o in here if question(o)]
        if left:
            top = max(o.priority for o in left)
            left = [o for o in left if o.priority == top]
            latest = max(o.since or dt.date.min for o in left)
            left = [o for o in left if (o.since or dt.date.min) == latest]
            newest = max(o.list_id for o in left)
            left = [o for o in left if o.list_id == newest]
            highest = max(o.min_quantity for o in left)
            return next(o for o in left if o.min_quantity == highest)
    return None


@given(st.lists(offers, max_size=12).map(whole_lists), needs)
@example([Offer(1, 0, 1, Decimal(0), Decimal(5), None, 1, level="A"), Offer(2, 1, 1, Decimal(0), Decimal(4), None, 1, region="杭州")],
         Need(1, Decimal(1), Buyer(1, "A", "浙江省", "杭州市"), DAY, 1))  # fmt: skip
def test_the_list_that_counts_is_found_as_one_would_look_for_it(rows: list[Offer], need: Need) -> None:
    assert best(rows, need) == by_questions(rows, need)


@given(st.lists(offers, max_size=8).map(whole_lists), needs)
def test_the_order_in_which_lists_are_read_does_not_matter(rows: list[Offer], need: Need) -> None:
    assert best(rows, need) == best(reversed(rows), need)


@given(offers, needs)
def test_a_list_for_everyone_fits_whoever_a_special_one_fits(offer: Offer, need: Need) -> None:
    everyone = Offer(offer.list_id, offer.line_id, offer.product, offer.min_quantity, None, None, offer.currency, since=offer.since,
                     until=offer.until)  # fmt: skip
    assert not fits(offer, need) or fits(everyone, need)


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("浙江省", "浙江"), ("杭州市", "杭州"), ("广西壮族自治区", "广西壮族"), ("香港特别行政区", "香港"), ("沙市", "沙市"),
        (" East ", "east"), ("", ""),
    ],
)  # fmt: skip
def test_places_are_compared_by_their_names(name: str, short: str) -> None:
    assert place(name) == short


def offer(price: str | None = None, discount: str | None = None, included: bool = True) -> Offer:
    values = [Decimal(v) if v is not None else None for v in (price, discount)]
    return Offer(1, 1, 1, Decimal(0), values[0], values[1], 1, included)


@pytest.mark.parametrize(
    ("given_offer", "list_price", "rate", "included", "expected"),
    [
        (offer("90"), "100", "1", True, "90"),
        (offer("113"), "100", "1", False, "100.00"),  # a list with tax, a document without
        (offer("100", included=False), "100", "1", True, "113.00"),
        (offer("0.0113"), "1", "1", False, "0.0100"),
        (offer(None, "10"), "99.99", "1", True, "89.99"),
        (offer("0", "10"), "100", "1", True, "90.00"),  # an emptied cell holds 0
        (offer(None, "10"), "0.0355", "1", True, "0.0320"),
        (offer(None, "10"), None, "1", True, None),
        (offer("0"), "100", "1", True, "100"),
        (offer(), "100", "1", True, "100"),
        (None, "100", "1", True, "100"),
        (None, "710", "7.1", True, "100.00"),
        (offer(None, "50"), "710", "7.1", True, "50.00"),
        (offer("12"), "710", "7.1", True, "12"),  # in the currency of its list
        (None, None, "1", True, None),
    ],
)  # fmt: skip
def test_the_price_of_one_unit(given_offer: Offer | None, list_price: str | None, rate: str, included: bool, expected: str | None) -> None:
    found = price_of(given_offer, Decimal(list_price) if list_price else None, Decimal(rate), Decimal(13), included)
    assert found == (None if expected is None else Decimal(expected))
    assert str(found) == str(expected)


def test_how_far_below_the_price_by_list() -> None:
    assert deviation(Decimal(90), Decimal(0), Decimal(100)) == 10
    assert deviation(Decimal(90), Decimal(10), Decimal(100)) == 19
    assert deviation(Decimal(120), Decimal(0), Decimal(100)) == 0
    assert deviation(Decimal(0), Decimal(0), Decimal(100)) == 100
    assert deviation(Decimal(1), Decimal(0), None) == deviation(Decimal(1), Decimal(0), Decimal(0)) == 0
