"""The log inside a PostgreSQL server whose people have roles of their own: each reads what concerns them, writes in the own name, and
nobody but the server puts entries into the chain.

People's connections look for `history_entry` and `revision` in the schema of views first (db/roles.py), so that the program's statements
meet there what stands before the tables: rows within reach, and of `changes` what is not hidden. The chain is the one of db/history.py; an
entry's words are put together here as Python's `json` does it, so that a log looks the same wherever it was written.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from db.models import system
from db.roles import VIEWS

LOCK = 0x0C4A10
"""The advisory lock of whoever adds to the chain, as in db/history.py."""

_ESCAPED = """
  SELECT CASE
    WHEN $1 = '"' THEN '\\"' WHEN $1 = '\\' THEN '\\\\' WHEN $1 = chr(10) THEN '\\n' WHEN $1 = chr(13) THEN '\\r'
    WHEN $1 = chr(9) THEN '\\t' WHEN $1 = chr(8) THEN '\\b' WHEN $1 = chr(12) THEN '\\f'
    WHEN ascii($1) BETWEEN 32 AND 126 THEN $1
    WHEN ascii($1) < 65536 THEN '\\u' || lpad(to_hex(ascii($1)), 4, '0')
    ELSE '\\u' || to_hex(55296 + ((ascii($1) - 65536) >> 10)) || '\\u' || to_hex(56320 + ((ascii($1) - 65536) & 1023)) END
"""

_QUOTED = """
  SELECT CASE WHEN $1 COLLATE "C" ~ '^[ !#-Z^-~\\[\\]]*$' THEN '"' || $1 || '"'
    ELSE '"' || (SELECT string_agg(crm.escaped(s.one), '' ORDER BY s.at) FROM regexp_split_to_table($1, '') WITH ORDINALITY AS s(one, at))
      || '"' END
"""

_CANONICAL = """
BEGIN
  CASE jsonb_typeof($1)
    WHEN 'object' THEN RETURN '{' || coalesce((
      SELECT string_agg(crm.quoted(key) || ':' || crm.canonical(value), ',' ORDER BY key COLLATE "C")
      FROM jsonb_each($1)), '') || '}';
    WHEN 'array' THEN RETURN '[' || coalesce((SELECT string_agg(crm.canonical(value), ',' ORDER BY at)
      FROM jsonb_array_elements($1) WITH ORDINALITY AS s(value, at)), '') || ']';
    WHEN 'string' THEN RETURN crm.quoted($1 #>> '{}');
    ELSE RETURN $1::text;
  END CASE;
END
"""

_WORDS = """
  SELECT '{"action":' || crm.quoted(($1).action) || ',"at":"'
    || to_char(($1).at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') || '+00:00","batch":' || crm.quoted(($1).batch)
    || ',"changes":' || crm.canonical(($1).changes) || ',"record_id":' || ($1).record_id || ',"record_label":'
    || crm.quoted(($1).record_label) || ',"record_type":' || crm.quoted(($1).record_type) || ',"station":' || crm.quoted(($1).station)
    || ',"user_id":' || coalesce(($1).user_id::text, 'null') || ',"user_name":' || crm.quoted(($1).user_name)
    || ',"version":' || ($1).version || '}'
"""

_SEAL = f"""
DECLARE entry history_entry%ROWTYPE; last bigint := 0; mark text := repeat('0', 64); done int := 0;
BEGIN
  IF wait THEN PERFORM pg_advisory_xact_lock({LOCK});
  ELSIF NOT pg_try_advisory_xact_lock({LOCK}) THEN RETURN 0;
  END IF;
  SELECT place, digest INTO last, mark FROM log_chain WHERE name = 'head';
  IF NOT FOUND THEN last := 0; mark := repeat('0', 64); END IF;
  FOR entry IN SELECT * FROM history_entry WHERE place IS NULL ORDER BY id LIMIT most FOR UPDATE SKIP LOCKED LOOP
    last := last + 1;
    mark := encode(sha256(convert_to(mark || chr(10) || last || chr(10) || crm.words(entry), 'UTF8')), 'hex');
    UPDATE history_entry SET place = last, digest = mark WHERE id = entry.id;
    done := done + 1;
  END LOOP;
  IF done > 0 THEN
    INSERT INTO log_chain (name, place, digest) VALUES ('head', last, mark)
    ON CONFLICT (name) DO UPDATE SET place = excluded.place, digest = excluded.digest;
  END IF;
  RETURN done;
END
"""

_STRIP = """
DECLARE gone text[]; lines text[]; made jsonb := changes; part text;
BEGIN
  SELECT coalesce(array_agg(f) FILTER (WHERE f NOT LIKE 'lines.%'), '{}'),
    coalesce(array_agg(substr(f, 7)) FILTER (WHERE f LIKE 'lines.%'), '{}') INTO gone, lines
    FROM jsonb_array_elements_text(crm_hidden(kind)) f;
  made := made - 'kept';
  IF gone = '{}' AND lines = '{}' THEN RETURN made; END IF;
  made := made - gone;
  FOREACH part IN ARRAY ARRAY['record', ''] LOOP
    IF part = '' THEN
      IF made ? 'values' AND jsonb_typeof(made -> 'values') = 'object' THEN
        made := crm_strip_whole(made, gone, lines);
      END IF;
    ELSIF made ? part THEN made := jsonb_set(made, ARRAY[part], crm_strip_whole(made -> part, gone, lines));
    END IF;
  END LOOP;
  IF jsonb_typeof(made -> 'lines') = 'object' THEN
    FOREACH part IN ARRAY ARRAY['removed', 'added'] LOOP
      IF made -> 'lines' ? part THEN
        made := jsonb_set(made, ARRAY['lines', part], (
          SELECT coalesce(jsonb_agg(jsonb_set(l, '{values}', (l -> 'values') - lines) ORDER BY at), '[]')
          FROM jsonb_array_elements(made #> ARRAY['lines', part]) WITH ORDINALITY s(l, at)));
      END IF;
    END LOOP;
    IF made -> 'lines' ? 'changed' THEN
      made := jsonb_set(made, '{lines,changed}', (
        SELECT coalesce(jsonb_agg(jsonb_set(l, '{fields}', (l -> 'fields') - lines) ORDER BY at), '[]')
        FROM jsonb_array_elements(made #> '{lines,changed}') WITH ORDINALITY s(l, at)));
    END IF;
  END IF;
  RETURN made;
END
"""

_STRIP_WHOLE = """
  SELECT CASE WHEN jsonb_typeof($1 -> 'lines') = 'array' THEN jsonb_set(v, '{lines}', (
      SELECT coalesce(jsonb_agg(jsonb_set(l, '{values}', (l -> 'values') - $3) ORDER BY at), '[]')
      FROM jsonb_array_elements($1 -> 'lines') WITH ORDINALITY s(l, at))) ELSE v END
  FROM (SELECT jsonb_set($1, '{values}', ($1 -> 'values') - $2) AS v) x
"""

_STAMP = """
BEGIN
  IF current_user LIKE 'crm/%' THEN
    NEW.place := NULL; NEW.digest := NULL; NEW.undone_by := NULL;
    IF NEW.at NOT BETWEEN clock_timestamp() - interval '5 minutes' AND clock_timestamp() + interval '5 minutes' THEN
      NEW.at := clock_timestamp();
    END IF;
  END IF;
  RETURN NEW;
END
"""

_TAKE_BACK = """
BEGIN
  IF to_jsonb(NEW) - 'undone_by' <> to_jsonb(OLD) - 'undone_by' THEN
    RAISE insufficient_privilege USING MESSAGE = 'the log is not for changing';
  END IF;
  IF NOT (OLD.user_id IS NOT DISTINCT FROM crm_me() OR crm_right(OLD.record_type, 'change') OR crm_right(OLD.record_type, 'delete')
    OR crm_right(OLD.record_type, 'share') OR crm_right('program', 'restore')) THEN
    RAISE insufficient_privilege USING MESSAGE = 'this is not for you to take back';
  END IF;
  UPDATE public.history_entry SET undone_by = NEW.undone_by WHERE id = OLD.id AND undone_by IS NOT DISTINCT FROM OLD.undone_by;
  IF NOT FOUND THEN RETURN NULL; END IF;
  RETURN NEW;
END
"""


def _function(head: str, gives: str, body: str, language: str = "plpgsql", how: str = "STABLE") -> str:
    opening = f"CREATE OR REPLACE FUNCTION {head} RETURNS {gives} LANGUAGE {language} {how} SET search_path = public, pg_temp"
    return f"{opening} AS $crm$ {body} $crm$"


def functions() -> list[str]:
    """The chain, and taking hidden fields out of what an entry says."""
    definer = "VOLATILE SECURITY DEFINER"
    hidden = "SELECT coalesce((SELECT hidden -> $1 FROM crm.login_role WHERE role = session_user), '[]')"
    hides = "SELECT coalesce((SELECT hidden <> '{}' FROM crm.login_role WHERE role = session_user), true)"
    return [
        _function("crm.escaped(text)", "text", _ESCAPED, "sql", "IMMUTABLE"),
        _function("crm.quoted(text)", "text", _QUOTED, "sql", "IMMUTABLE"),
        _function("crm.canonical(jsonb)", "text", _CANONICAL, "plpgsql", "IMMUTABLE"),
        _function("crm.words(history_entry)", "text", _WORDS, "sql"),
        _function("crm_seal(wait boolean, most int)", "int", _SEAL, "plpgsql", definer),
        _function("crm_hidden(text)", "jsonb", hidden, "sql", "STABLE SECURITY DEFINER"),
        _function("crm_hides()", "boolean", hides, "sql", "STABLE SECURITY DEFINER"),
        _function("crm_strip_whole(jsonb, text[], text[])", "jsonb", _STRIP_WHOLE, "sql", "IMMUTABLE"),
        _function("crm_strip(kind text, changes jsonb)", "jsonb", _STRIP),
        _function("crm_stamp()", "trigger", _STAMP, "plpgsql", "VOLATILE"),
        _function("crm_take_back()", "trigger", _TAKE_BACK, "plpgsql", definer),
        "DROP TRIGGER IF EXISTS crm_stamp ON public.history_entry",
        "CREATE TRIGGER crm_stamp BEFORE INSERT ON public.history_entry FOR EACH ROW EXECUTE FUNCTION crm_stamp()",
    ]


def views(entries: str, revisions: str) -> list[str]:
    """What people read in place of the log and of revisions. entries, revisions: which rows, as conditions of SQL."""
    return [
        f"CREATE SCHEMA IF NOT EXISTS {VIEWS}",
        *_view(system.HistoryEntry.__table__, "changes", entries),
        *_view(system.Revision.__table__, "snapshot", revisions),
        f"DROP TRIGGER IF EXISTS crm_take_back ON {VIEWS}.history_entry",
        f"CREATE TRIGGER crm_take_back INSTEAD OF UPDATE ON {VIEWS}.history_entry FOR EACH ROW EXECUTE FUNCTION crm_take_back()",
    ]


def _view(table: Any, told: str, rows: str) -> Sequence[str]:
    def column(name: str) -> str:
        if name != told:
            return f"{table.name}.{name}"
        plain = f"{table.name}.{name}"
        return f"CASE WHEN (SELECT crm_hides()) THEN crm_strip({table.name}.record_type, {plain}) ELSE {plain} END AS {name}"

    names = [c.name for c in table.columns]
    values = ", ".join("NEW." + n for n in names)
    insert = (
        f"BEGIN NEW.id := nextval('public.{table.name}_id_seq'); "
        f"INSERT INTO public.{table.name} ({', '.join(names)}) VALUES ({values}); RETURN NEW; END"
    )
    return [
        f"DROP VIEW IF EXISTS {VIEWS}.{table.name}",
        f"CREATE VIEW {VIEWS}.{table.name} WITH (security_barrier) AS SELECT {', '.join(map(column, names))} FROM public.{table.name} "
        f"WHERE {rows}",
        _function(f"crm_enter_{table.name}()", "trigger", insert, "plpgsql", "VOLATILE"),
        f"CREATE TRIGGER crm_enter INSTEAD OF INSERT ON {VIEWS}.{table.name} FOR EACH ROW EXECUTE FUNCTION crm_enter_{table.name}()",
    ]
