"""What policies and functions inside PostgreSQL ask about the person who asks: whom one reaches, what one may do, what belongs to whom.

Made from the conditions of db/access.py. The functions look at tables with the eyes of their owner, since nobody's own role may read
those that rights follow from; db/row_security.py makes the policies that ask them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Date,
    String,
    and_,
    exists,
    false,
    literal_column,
    or_,
    select,
    text,
)
from sqlalchemy import column as sql_column
from sqlalchemy import table as sql_table
from sqlalchemy.dialects import postgresql

from db.access import (
    READS,
    Asker,
    Subject,
    departments_reached,
    has_right,
    owners_reached,
    reaches_all,
    shared_with,
    within,
)
from db.models import access
from db.roles import VIEWS

ME = literal_column("(SELECT crm_me())", BigInteger())  # in brackets: asked once for a statement, not for every row
LARGEST_FILE = 50 * 1024 * 1024
TODAY = literal_column("(SELECT crm_today())", Date())  # the same


@dataclass(frozen=True)
class Guarded:
    """A record type as the server guards it: its rows, the table of its lines, and its columns that hold fields.

    open: everybody reads its rows, such as the choices of lists, which the program needs whoever works with it. pictures: its columns that
    hold contents of files. mine: a further test of rows that a person sees, as SQL.
    """

    subject: Subject
    lines: Any = None
    lines_parent: str = ""
    open: bool = False
    pictures: Collection[str] = ()
    mine: str = ""
    mine_of_lines: str = ""
    settled: bool = False  # one of the documents of a customer that count on each other, see db/server_chain.py
    follows: bool = False  # made and removed along with another one, as the receivables of an order are
    asked: bool = False  # requests for approval, which are made and moved on by whoever takes part in them


@dataclass(frozen=True)
class Policies(Asker):
    """The asker inside a policy. What it asks of the row above goes through a view that is not bound by that row's own policy."""

    views: dict[str, str] = field(default_factory=dict)  # those views: what they give, by name

    def people(self, key: str, operation: str) -> Any:
        return text(f"(SELECT crm_people('{key}', '{operation}'))")

    def departments(self, key: str, operation: str) -> Any:
        return text(f"(SELECT crm_departments('{key}', '{operation}'))")

    def shared(self, key: str, right_key: str, operation: str) -> Any:
        name = "crm_shared_to_read" if operation in READS else "crm_shared_to_change"
        return text(f"(SELECT {name}('{key}', '{right_key}', '{operation}'))")

    def belongs(self, column: Any, parents: Any, key: str, operation: str) -> Any:
        name = f"above_{key}_{operation}".replace("-", "_")
        self.views[name] = as_sql(parents)
        view: Any = sql_table(name, sql_column("id", BigInteger()), schema=VIEWS)
        # The offset keeps PostgreSQL from reading all that is reached for the sake of one page: each row looks its own up by the index.
        return exists(select(literal_column("1")).select_from(view).where(view.c.id == column).offset(0).correlate_except(view))


def definer(head: str, gives: str, body: str) -> str:
    """A function that looks at tables with the eyes of their owner: what it gives is for the person who asks, and for nobody else.

    PostgreSQL takes a set for a thousand rows unless told otherwise, and then would rather ask the rights of a whole table than look
    the few rows of a page up one by one.
    """
    few = "ROWS 10 " if gives.startswith("SETOF") else ""
    return (
        f"CREATE OR REPLACE FUNCTION {head} RETURNS {gives} LANGUAGE sql STABLE SECURITY DEFINER {few}"
        f"SET search_path = public, pg_temp AS $$ {body} $$"
    )


def every(key: str, operation: str) -> Any:
    return literal_column(f"(SELECT crm_all('{key}', '{operation}'))", Boolean())


def right(key: str, operation: str) -> Any:
    return literal_column(f"(SELECT crm_right('{key}', '{operation}'))", Boolean())


def carried(key: str, column: Any) -> ColumnElement[bool]:
    """That an approval of the row has passed, and the asker carries it out in this transaction."""
    return column.in_(text(f"(SELECT crm_carrying('{key}'))"))  # type: ignore[no-any-return]


def there(table: Any, *tests: Any) -> ColumnElement[bool]:
    """That a table has a row which meets the tests: what they say of other tables is of the row that is asked about.

    Where few rows are asked about PostgreSQL looks each up by an index, and else makes a table of all of them first.
    """
    return exists(select(literal_column("1")).select_from(table).where(*tests).correlate_except(table))


def as_sql(expression: Any, of: Any = None) -> str:
    """An expression as SQL. of: the table whose rows it is a condition on, so that it asks about the row at hand."""
    if of is not None:
        whole: Any = select(literal_column("1")).select_from(of).where(expression)
        return as_sql(whole).partition("\nWHERE ")[2]
    return str(expression.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True}))  # type: ignore[no-untyped-call]


def _lookups() -> list[str]:
    """The functions that policies ask whom a person reaches."""
    asker = Asker(ME, TODAY)
    key, two, three = (cast(Any, literal_column(f"${n}", String())) for n in (1, 2, 3))
    held = access.UserPosition.__table__
    return [
        definer("crm_people(text, text)", "SETOF bigint", as_sql(owners_reached(asker, key, two))),
        definer("crm_departments(text, text)", "SETOF bigint", as_sql(departments_reached(asker, key, two))),
        definer("crm_shared_to_read(text, text, text)", "SETOF bigint", as_sql(shared_with(asker, key, two, three, change=False))),
        definer("crm_shared_to_change(text, text, text)", "SETOF bigint", as_sql(shared_with(asker, key, two, three, change=True))),
        definer("crm_all(text, text)", "boolean", f"SELECT {as_sql(reaches_all(asker, key, two))}"),
        definer("crm_right(text, text)", "boolean", f"SELECT {as_sql(has_right(asker, key, two))}"),
        definer("crm_holdings()", "SETOF bigint", as_sql(select(held.c.id).where(held.c.parent_id == asker.user))),
    ]


_IN_MY_PLACE = """
  SELECT crm_me() UNION SELECT owner_id FROM approval_delegation WHERE to_id = crm_me() AND crm_today() BETWEEN since AND until
  UNION SELECT id FROM user_account WHERE substitute_id = crm_me() AND (away_from IS NOT NULL OR away_until IS NOT NULL)
    AND coalesce(away_from, crm_today()) <= crm_today() AND coalesce(away_until, crm_today()) >= crm_today()
"""

_ASKED = f"SELECT parent_id FROM approval_task WHERE person_id IN ({_IN_MY_PLACE}) OR by_id = crm_me()"

_TODAY = """
  SELECT (now() AT TIME ZONE coalesce((SELECT value::interval FROM crm.fact WHERE name = 'zone'),
    make_interval(secs => extract(timezone FROM now())::int)))::date
"""
"""The day of the office: by its own zone where the server has another one, else by the session's."""

_BELOW_FLOOR = """
BEGIN
  IF lines NOT IN (SELECT table_name FROM crm.guarded_column WHERE column_name = 'discount') THEN RETURN false; END IF;
  EXECUTE format('SELECT EXISTS (SELECT FROM public.%I l JOIN product p ON p.id = l.product_id WHERE l.parent_id = $1 '
    'AND l.price::numeric * (1000000 - l.discount) < p.floor_price::numeric * 1000000)', lines) INTO found USING document;
  RETURN found;
END
"""


_OFFERS = """
  SELECT l.id, o.id, o.product_id, o.min_quantity, o.price, o.discount, l.currency_id, l.tax_mode <> 'excluded', l.customer_id, l.level,
    l.region, l.valid_from, l.valid_until, l.priority, l.name
  FROM price_list_line o JOIN price_list l ON l.id = o.parent_id
  WHERE l.active AND o.product_id = ANY ($2)
    AND EXISTS (SELECT FROM unnest('{quotes,sales-orders,opportunities}'::text[]) AS sold, unnest('{add,change}'::text[]) AS done
      WHERE crm_right(sold, done))
    AND (l.customer_id IS NULL OR l.customer_id = $1 AND crm_may_settle($1))
"""


def _approvals() -> list[str]:
    """What is asked about approvals: which requests are mine to see, which records I carry something out on, what is locked.

    A record is carried out on between the decision that let its request pass and the end of that transaction.
    """
    passed = "SELECT record_id FROM approval WHERE record_type = $1 AND status = 'passed' AND (owner_id = crm_me() OR id IN "
    about = "SELECT EXISTS (SELECT FROM approval WHERE record_type = $1 AND record_id = $2 AND id IN (SELECT crm_asked()))"
    locked = (
        "SELECT number::text, waiting_for::text FROM approval "
        "WHERE record_type = $1 AND record_id = ANY ($2) AND status = 'running' AND locks LIMIT 1"
    )
    return [
        definer("crm_asked()", "SETOF bigint", _ASKED),
        definer("crm_asked_about(text, bigint)", "boolean", about),
        definer("crm_carrying(text)", "SETOF bigint", f"{passed}(SELECT crm_asked()))"),
        definer("crm_in_approval(text, bigint[])", "TABLE (number text, waiting_for text)", locked),
        definer("crm_below_floor(lines text, document bigint)", "boolean", f"DECLARE found boolean; {_BELOW_FLOOR}").replace(
            "LANGUAGE sql", "LANGUAGE plpgsql"
        ),
    ]


def settle_condition(guarded: Sequence[Guarded]) -> str:
    """Whether the person may change a document of the customer $1, or the customer, as SQL inside a function."""
    asker, tests = Policies(ME, TODAY), list[ColumnElement[bool]]()
    for one in guarded:
        table = one.subject.table.alias()
        this = literal_column("$1", BigInteger())
        if one.settled:
            for operation in ("change", "delete"):
                reach = or_(every(one.subject.key, operation), within(one.subject, asker, operation, table))
                tests.append(select(table.c.id).where(table.c.customer_id == this, reach).exists())
        elif one.subject.table.name == "customer":
            adds = or_(false(), *(right(g.subject.key, "add") for g in guarded if g.settled))
            reach = or_(every(one.subject.key, "see"), within(one.subject, asker, "see", table))
            tests.append(and_(adds, select(table.c.id).where(table.c.id == this, reach).exists()))
    carrying = "EXISTS (SELECT FROM approval WHERE customer_id = $1 AND status = 'passed' AND id IN (SELECT crm_asked()))"
    return as_sql(or_(false(), literal_column(carrying, Boolean()), *tests))


def change_conditions(guarded: Sequence[Guarded]) -> list[tuple[str, str]]:
    """By settled record type: whether the person may change the record with the id `wanted`, as SQL inside a function."""
    asker, found = Policies(ME, TODAY), []
    for one in guarded:
        if one.settled:
            table = one.subject.table.alias()
            reach = or_(every(one.subject.key, "change"), within(one.subject, asker, "change", table), carried(one.subject.key, table.c.id))
            mine = select(table.c.id).where(table.c.id == literal_column("wanted", BigInteger()), reach).exists()
            found.append((one.subject.key, as_sql(mine)))
    return found


def lookup_statements() -> list[str]:
    """The functions that policies ask whom a person reaches."""
    own_name = "SELECT name FROM user_account WHERE id = crm_me()"
    kept = f"""
      WITH new AS (INSERT INTO file_content (sha256, size, data) SELECT encode(sha256($1), 'hex'), length($1), $1
        WHERE crm_me() IS NOT NULL AND length($1) <= {LARGEST_FILE}
        ON CONFLICT (sha256) DO UPDATE SET size = file_content.size RETURNING id),
      held AS (INSERT INTO crm.content_holder SELECT crm_me(), id FROM new ON CONFLICT DO NOTHING)
      SELECT id FROM new
    """
    return [
        definer("crm_today()", "date", _TODAY),
        *_lookups(),
        definer("crm_my_name()", "text", own_name),
        definer("crm_positions()", "SETOF bigint", "SELECT position_id FROM user_position WHERE parent_id = crm_me()"),
        definer("crm_held_contents()", "SETOF bigint", "SELECT content_id FROM crm.content_holder WHERE user_id = crm_me()"),
        *_approvals(),
        definer("crm_keep_content(bytea)", "bigint", kept).replace(" STABLE ", " VOLATILE "),
    ]


def price_offers() -> str:
    """The function that tells what the price lists say of some products for one customer: to whoever sells, also where the person may not
    look at the lists; prices of one customer to whoever may work for that customer. It asks `crm_may_settle`, which must be there."""
    return definer(
        "crm_price_offers(customer bigint, products bigint[])",
        "TABLE (list_id bigint, line_id bigint, product bigint, min_quantity bigint, price bigint, discount bigint, currency bigint, "
        "included boolean, buyer bigint, level text, region text, since date, until date, priority bigint, list_name text)",
        _OFFERS,
    )


ABOVE = "above_"
"""How the names of those views begin."""


def above_views(guarded: Sequence[Guarded]) -> list[str]:
    """The views that policies ask what belongs to rows that are reached; each gives the ids of what the person who asks reaches."""
    asker = Policies(ME, TODAY)
    for one in guarded:
        for operation in ("see", "add", "change", "delete", "share"):
            within(one.subject, asker, operation)
    return [f"CREATE OR REPLACE VIEW {VIEWS}.{n} WITH (security_barrier) AS {body}" for n, body in asker.views.items()]
