"""Which price list counts: a pure function over what the lists offer.

A list counts for a document when everything it says fits: it is active, the day lies in its validity, the currency is the document's, and
the customer, the level and the region it names are the customer's. Of several, in this order:

1. whom it is for: the customer; a level in a city; a level in a region; a level; a city; a region; everyone;
2. the higher priority;
3. the later beginning, a list without one coming last;
4. the newer list.

A list that has no price for the product, or none for so small a quantity, is passed over. In the list that counts, the price with the
highest "from quantity" that is reached is taken.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

_HUNDRED = Decimal(100)
_CENT, _FINEST = Decimal("0.01"), Decimal("0.0001")
_KINDS_OF_PLACES = ("特别行政区", "自治区", "省", "市")


@dataclass(frozen=True)
class Buyer:
    """What of a customer decides about prices. Nobody is a buyer without anything."""

    id: int = 0
    level: str = ""
    region: str = ""
    city: str = ""


@dataclass(frozen=True)
class Offer:
    """One line of a price list, with its list. A discount (percent off the product's list price) stands instead of
    a price; with neither, the list price itself counts."""

    list_id: int
    line_id: int
    product: int
    min_quantity: Decimal
    price: Decimal | None
    discount: Decimal | None
    currency: int
    included: bool = True
    customer: int | None = None
    level: str = ""
    region: str = ""
    since: dt.date | None = None
    until: dt.date | None = None
    priority: int = 0
    list_name: str = ""


@dataclass(frozen=True)
class Need:
    """What a price is asked for."""

    product: int
    quantity: Decimal
    buyer: Buyer
    day: dt.date
    currency: int | None


def place(name: str) -> str:
    """A place as it is compared: 浙江省 is 浙江, and capitals do not count."""
    plain = name.strip().casefold()
    for ending in _KINDS_OF_PLACES:
        if plain.endswith(ending) and len(plain) - len(ending) >= 2:
            return plain.removesuffix(ending)
    return plain


def fits(offer: Offer, need: Need) -> bool:
    """Whether an offer counts at all."""
    buyer, here = need.buyer, place(offer.region)
    return (
        offer.product == need.product
        and offer.currency == need.currency
        and offer.min_quantity <= abs(need.quantity)
        and (offer.customer is None or offer.customer == buyer.id)
        and (not offer.level or offer.level == buyer.level)
        and (not here or here in (place(buyer.city), place(buyer.region)))
        and (offer.since is None or offer.since <= need.day)
        and (offer.until is None or offer.until >= need.day)
    )


def speciality(offer: Offer, buyer: Buyer) -> int:
    """How special an offer that fits is: 0 is for this customer alone, 6 for everyone."""
    if offer.customer is not None:
        return 0
    if not place(offer.region):
        return 3 if offer.level else 6
    in_city = place(offer.region) == place(buyer.city)
    if offer.level:
        return 1 if in_city else 2
    return 4 if in_city else 5


def best(offers: Iterable[Offer], need: Need) -> Offer | None:
    """The offer that counts; None where no list has a price."""
    fitting = [o for o in offers if fits(o, need)]
    return min(fitting, key=lambda o: _order(o, need.buyer)) if fitting else None


def _order(offer: Offer, buyer: Buyer) -> tuple[int, ...]:
    begins = offer.since.toordinal() if offer.since else 0
    smallest = int(-offer.min_quantity.scaleb(4))
    return (speciality(offer, buyer), -offer.priority, -begins, -offer.list_id, smallest, offer.line_id)


def rounded(value: Decimal, *like: Decimal | None) -> Decimal:
    """A price with as many decimals as the prices it was made of, two at least and four at most."""
    fine = any(v is not None and v != v.quantize(_CENT) for v in like)
    return value.quantize(_FINEST if fine else _CENT, ROUND_HALF_UP)


def price_of(offer: Offer | None, list_price: Decimal | None, rate: Decimal, tax_rate: Decimal, included: bool) -> Decimal | None:
    """The price of one unit in a document; None where nothing says one.

    list_price: of the product, in the company's currency and on the document's basis; rate: what one unit of the document's currency costs
    in the company's; included: whether the document's prices contain the tax.
    """
    if offer is not None and offer.price and not offer.discount:
        if offer.included == included or not tax_rate:
            return offer.price
        part = (_HUNDRED + tax_rate) / _HUNDRED
        return rounded(offer.price * part if included else offer.price / part, offer.price)
    if list_price is None:
        return None
    price = list_price if rate in (0, 1) else rounded(list_price / rate, list_price)
    if offer is None or not offer.discount:
        return price
    return rounded(price * (_HUNDRED - offer.discount) / _HUNDRED, price)


def deviation(price: Decimal, discount: Decimal, by_list: Decimal | None) -> Decimal:
    """How many percent below the price by list a line is sold; 0 where it is not below, or nothing says what it costs."""
    if not by_list or by_list <= 0:
        return Decimal(0)
    return max(Decimal(0), (_HUNDRED - price * (_HUNDRED - discount) / by_list)).quantize(_CENT, ROUND_HALF_UP)
