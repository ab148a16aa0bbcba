"""What follows inside a PostgreSQL server from documents and fields that the person who saves does not see.

A save of one document changes figures of others: deliveries those of their order, receipts those of receivables. The program sums them
(crm_desktop/services/chain), and must see all of them to sum right. So whoever may change one document of a customer says `crm_settle`
and has the documents of that customer, and of no other, in sight until the end of the transaction; of those beyond the own reach only
what the program works out can be changed.

Costs: a person from whom they are hidden makes quotes all the same. The server fills in what a product costs and what is left of a quote.
Hidden fields of a deleted record stay with its entry in the log, out of the person's sight, and come back with the record.
"""

from __future__ import annotations

from collections.abc import Sequence

from db.row_asking import Guarded

_SETTLE = """
DECLARE me bigint := crm_me();
BEGIN
  IF me IS NULL THEN RAISE insufficient_privilege USING MESSAGE = 'nobody is signed in'; END IF;
  IF customer IS NULL OR NOT crm_may_settle(customer) THEN
    RAISE insufficient_privilege USING MESSAGE = 'no document of this customer is yours to change';
  END IF;
  INSERT INTO crm.settling VALUES (pg_current_xact_id()::text::bigint, customer) ON CONFLICT DO NOTHING;
  DELETE FROM crm.settling s WHERE s.act < pg_snapshot_xmin(pg_current_snapshot())::text::bigint;
END
"""

_RESTRICTED = "(SELECT closed -> '{table}' ? 'cost' FROM crm.login_role WHERE role = session_user)"

_LINE = f"""
BEGIN
  IF NOT coalesce({_RESTRICTED.format(table="quote_line")}, false) THEN RETURN NEW; END IF;
  IF TG_OP = 'INSERT' OR NEW.product_id IS DISTINCT FROM OLD.product_id THEN
    NEW.cost := (SELECT cost FROM product WHERE id = NEW.product_id);
  END IF;
  NEW.margin := NEW.amount - CASE WHEN (SELECT tax_mode FROM quote WHERE id = NEW.parent_id) = 'excluded' THEN 0 ELSE NEW.tax END
    - round(coalesce(NEW.cost, 0)::numeric * NEW.quantity / 1000000);
  RETURN NEW;
END
"""

_SUM = f"""
DECLARE head bigint := CASE WHEN TG_OP = 'DELETE' THEN OLD.parent_id ELSE NEW.parent_id END; costs bigint;
BEGIN
  IF NOT coalesce({_RESTRICTED.format(table="quote_line")}, false) THEN RETURN NULL; END IF;
  SELECT coalesce(sum(round(coalesce(cost, 0)::numeric * quantity / 1000000)), 0) INTO costs FROM quote_line WHERE parent_id = head;
  UPDATE quote SET cost = costs, margin = net - costs,
    margin_rate = CASE WHEN net > 0 THEN round((net - costs)::numeric * 100 / net, 2) * 10000 ELSE 0 END WHERE id = head;
  RETURN NULL;
END
"""

_HEAD = f"""
BEGIN
  IF coalesce({_RESTRICTED.format(table="quote")}, false) AND NEW.net IS DISTINCT FROM OLD.net THEN
    NEW.margin := NEW.net - NEW.cost;
    NEW.margin_rate := CASE WHEN NEW.net > 0 THEN round(NEW.margin::numeric * 100 / NEW.net, 2) * 10000 ELSE 0 END;
  END IF;
  RETURN NEW;
END
"""

_STASH = """
DECLARE kept jsonb;
BEGIN
  SELECT jsonb_object_agg(o.key, o.value) INTO kept FROM jsonb_each(to_jsonb(OLD)) o, crm.login_role l
    WHERE l.role = session_user AND l.closed -> TG_TABLE_NAME ->> o.key <> 'read';
  IF kept IS NOT NULL THEN
    INSERT INTO crm.deleted VALUES (TG_TABLE_NAME, OLD.id, kept, pg_current_xact_id()::text::bigint)
    ON CONFLICT (table_name, id) DO UPDATE SET kept = excluded.kept, act = excluded.act;
  END IF;
  RETURN OLD;
END
"""

_REFILL = """
DECLARE kept jsonb; head bigint := (to_jsonb(NEW) ->> TG_ARGV[1])::bigint;
BEGIN
  SELECT h.changes #> ARRAY['kept', TG_TABLE_NAME, NEW.id::text] INTO kept FROM history_entry h
    WHERE h.record_type = TG_ARGV[0] AND h.record_id = head AND h.action = 'delete' AND h.undone_by = 0 AND h.changes ? 'kept'
    ORDER BY h.id DESC LIMIT 1;
  IF kept IS NULL THEN RETURN NEW; END IF;
  RETURN jsonb_populate_record(NEW, kept);
END
"""

_ATTACH = """
DECLARE mine jsonb;
BEGIN
  IF NEW.action <> 'delete' OR NEW.record_type = '' OR NOT EXISTS (
    SELECT FROM crm.deleted WHERE act = pg_current_xact_id()::text::bigint) THEN RETURN NEW; END IF;
  SELECT jsonb_object_agg(t.table_name, t.kept_rows) INTO mine FROM (
    SELECT d.table_name, jsonb_object_agg(d.id::text, d.kept) AS kept_rows FROM crm.deleted d
    WHERE d.act = pg_current_xact_id()::text::bigint AND ((d.id = NEW.record_id AND d.table_name IN (
        SELECT table_name FROM crm.guarded_column WHERE record_type = NEW.record_type AND column_name = 'search_text'))
      OR (d.table_name IN (SELECT table_name FROM crm.guarded_column WHERE record_type = NEW.record_type AND column_name = 'parent_id'
          AND field = '')
        AND d.id IN (SELECT (l ->> 'id')::bigint FROM jsonb_array_elements(NEW.changes #> '{record,lines}') l)))
    GROUP BY d.table_name) t;
  IF mine IS NOT NULL THEN NEW.changes := jsonb_set(NEW.changes, '{kept}', mine); END IF;
  RETURN NEW;
END
"""


def tables() -> list[str]:
    """What is remembered until the end of a transaction."""
    return [
        "CREATE TABLE IF NOT EXISTS crm.settling (act bigint, customer bigint, PRIMARY KEY (act, customer))",
        "CREATE TABLE IF NOT EXISTS crm.deleted (table_name text, id bigint, kept jsonb, act bigint, PRIMARY KEY (table_name, id))",
    ]


def _function(head: str, gives: str, body: str, language: str = "plpgsql", how: str = "VOLATILE SECURITY DEFINER") -> str:
    opening = f"CREATE OR REPLACE FUNCTION {head} RETURNS {gives} LANGUAGE {language} {how} SET search_path = public, pg_temp"
    return f"{opening} AS $crm$ {body} $crm$"


_GUARD = """
DECLARE head bigint := (to_jsonb(NEW) ->> TG_ARGV[1])::bigint; name text;
BEGIN
  IF current_user NOT LIKE 'crm/%' OR crm_may_change(TG_ARGV[0], head) OR (TG_ARGV[0] = 'receivables'
    AND crm_may_change('sales-orders', (to_jsonb(NEW) ->> 'order_id')::bigint)) THEN RETURN NEW; END IF;
  FOR name IN SELECT n.key FROM jsonb_each(to_jsonb(NEW)) n WHERE n.value IS DISTINCT FROM to_jsonb(OLD) -> n.key
    AND NOT n.key = ANY (crm_followed(TG_TABLE_NAME)) LOOP
    RAISE insufficient_privilege USING MESSAGE = 'only what follows from other documents may change here, not ' || name;
  END LOOP;
  RETURN NEW;
END
"""

_FOLLOWED = """
  SELECT ARRAY['version', 'updated_at', 'updated_by', 'search_text', 'position'] || coalesce(array_agg(column_name), '{}')
  FROM crm.guarded_column WHERE table_name = $1 AND least = 1
"""


def functions(may_settle: str, may_change: Sequence[tuple[str, str]]) -> list[str]:
    """may_settle: whether the person may change a document of the customer $1, or the customer, as SQL. may_change: the same of the record
    `wanted`, by record type."""
    cases = " ".join(f"WHEN '{key}' THEN RETURN {test};" for key, test in may_change)
    current = "SELECT customer FROM crm.settling WHERE act = pg_current_xact_id_if_assigned()::text::bigint"
    return [
        _function("crm_settling()", "SETOF bigint", current, "sql", "STABLE SECURITY DEFINER"),
        _function("crm_may_settle(bigint)", "boolean", f"SELECT {may_settle}", "sql", "STABLE SECURITY DEFINER"),
        _function("crm_followed(text)", "text[]", _FOLLOWED, "sql", "STABLE SECURITY DEFINER"),
        _function(
            "crm_may_change(kind text, wanted bigint)", "boolean", f"BEGIN CASE kind {cases} ELSE RETURN false; END CASE; END", "plpgsql",
            "STABLE SECURITY DEFINER",
        ),
        _function("crm_guard_settled()", "trigger", _GUARD, "plpgsql", "VOLATILE"),
        _function("crm_settle(customer bigint)", "void", _SETTLE),
        _function("crm_quote_line()", "trigger", _LINE),
        _function("crm_quote_sum()", "trigger", _SUM),
        _function("crm_quote_head()", "trigger", _HEAD),
        _function("crm_stash()", "trigger", _STASH),
        _function("crm_refill()", "trigger", _REFILL),
        _function("crm_attach()", "trigger", _ATTACH),
    ]


def triggers(guarded: Sequence[Guarded]) -> list[str]:
    """What calls them. Of one table's triggers the server calls those first that come first in the alphabet."""

    def trigger(name: str, table: str, when: str, call: str) -> list[str]:
        return [
            f'DROP TRIGGER IF EXISTS {name} ON public."{table}"',
            f'CREATE TRIGGER {name} {when} ON public."{table}" FOR EACH ROW EXECUTE FUNCTION {call}',
        ]

    made = [
        *trigger("crm_quote_line", "quote_line", "BEFORE INSERT OR UPDATE", "crm_quote_line()"),
        *trigger("crm_quote_sum", "quote_line", "AFTER INSERT OR UPDATE OR DELETE", "crm_quote_sum()"),
        *trigger("crm_quote_head", "quote", "BEFORE UPDATE", "crm_quote_head()"),
        *trigger("crm_attach", "history_entry", "BEFORE INSERT", "crm_attach()"),
    ]
    for each in guarded:
        key, table = each.subject.key, each.subject.table.name
        made += trigger("crm_stash", table, "BEFORE DELETE", "crm_stash()")
        made += trigger("crm_refill", table, "BEFORE INSERT", f"crm_refill('{key}', 'id')")
        if each.settled:
            made += trigger("crm_guard_settled", table, "BEFORE UPDATE", f"crm_guard_settled('{key}', 'id')")
            if each.lines is not None:
                made += trigger("crm_guard_settled", each.lines.name, "BEFORE UPDATE", f"crm_guard_settled('{key}', '{each.lines_parent}')")
        if each.lines is not None:
            made += trigger("crm_stash", each.lines.name, "BEFORE DELETE", "crm_stash()")
            made += trigger("crm_refill", each.lines.name, "BEFORE INSERT", f"crm_refill('{key}', '{each.lines_parent}')")
    return made
