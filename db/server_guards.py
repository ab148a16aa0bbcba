"""What the server asks before a row that gives rights changes, whoever sends the statement: the rules of services/people_guard.py that keep
people from widening what they may do themselves.

Also who owns what inside the server, and what everybody may touch at all; which rows, policies decide (db/row_security.py), and which
columns are read, each person's own grants (db/server_logins.py).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from db.models import access, approvals, office, pipeline, sign_in, system
from db.roles import VIEWS, owner_role, people_role, quoted, reader_role
from db.row_asking import ABOVE, Guarded

KEEPERS = (
    "grant_membership", "grant_columns", "follow_one", "crm_follow", "let_in", "admit", "crm_give_password", "crm_choose_password",
    "crm_lock_role",
)  # fmt: skip
"""The functions that the keeper of roles owns."""

_SHAPING = (
    "user_account", "user_position", "department", "position", "position_right", "position_field", "team", "team_member",
)  # fmt: skip

_PROBLEM = """
DECLARE
  me bigint := crm_me(); reach int := crm_reach('program', 'rights'); now_row jsonb := coalesce(after, before);
  who bigint; places bigint[]; moved boolean;
BEGIN
  IF me IS NULL THEN RETURN 'nobody is signed in'; END IF;
  IF crm.everything(me) THEN RETURN ''; END IF;
  IF kind IN ('position_right', 'position_field') OR (kind = 'position' AND before IS NOT NULL AND after IS NOT NULL
      AND before -> 'active' IS DISTINCT FROM after -> 'active') THEN
    RETURN CASE WHEN reach = 9 THEN '' ELSE 'rights' END;
  END IF;
  IF kind = 'position' THEN RETURN ''; END IF;
  who := CASE kind WHEN 'user_account' THEN (now_row ->> 'id')::bigint WHEN 'user_position' THEN (now_row ->> 'parent_id')::bigint
    WHEN 'team_member' THEN (now_row ->> 'user_id')::bigint ELSE NULL END;
  IF kind = 'user_position' AND (who = me OR (before ->> 'parent_id')::bigint = me) THEN RETURN 'own positions'; END IF;
  IF kind = 'user_account' AND before IS NOT NULL AND after IS NOT NULL THEN
    IF who = me AND before -> 'department_id' IS DISTINCT FROM after -> 'department_id' THEN RETURN 'own department'; END IF;
    moved := (before -> 'active', before -> 'department_id', before -> 'manager_id')
      IS DISTINCT FROM (after -> 'active', after -> 'department_id', after -> 'manager_id');
    IF who <> me AND (before -> 'substitute_id', before -> 'away_from', before -> 'away_until', before -> 'sign_in')
      IS DISTINCT FROM (after -> 'substitute_id', after -> 'away_from', after -> 'away_until', after -> 'sign_in') THEN
      moved := true;
    END IF;
    IF NOT moved THEN RETURN ''; END IF;
  ELSIF kind IN ('department', 'team') AND before IS NOT NULL AND after IS NOT NULL THEN
    IF (before -> 'parent_id', before -> 'branch', before -> 'manager_id', before -> 'leader_id', before -> 'open')
      IS NOT DISTINCT FROM (after -> 'parent_id', after -> 'branch', after -> 'manager_id', after -> 'leader_id', after -> 'open') THEN
      RETURN '';
    END IF;
  END IF;
  IF reach = 9 THEN RETURN ''; END IF;
  IF reach < 6 THEN RETURN 'rights'; END IF;
  SELECT array_agg(d) INTO places FROM crm_departments('program', 'rights') d;
  IF kind = 'department' THEN
    IF before IS NOT NULL AND NOT (before ->> 'id')::bigint = ANY (places) THEN RETURN 'branch'; END IF;
    IF before IS NOT NULL AND before -> 'branch' = 'true' AND (after IS NULL OR before -> 'parent_id' IS DISTINCT FROM after -> 'parent_id')
      THEN RETURN 'branch'; END IF;
    IF before IS NOT NULL AND after IS NOT NULL AND before -> 'branch' IS DISTINCT FROM after -> 'branch' THEN RETURN 'branch'; END IF;
    IF after IS NOT NULL AND (before IS NULL OR before -> 'parent_id' IS DISTINCT FROM after -> 'parent_id')
      AND NOT coalesce((after ->> 'parent_id')::bigint = ANY (places), false) THEN RETURN 'branch'; END IF;
    IF after ->> 'manager_id' IS NOT NULL AND NOT EXISTS (SELECT FROM user_account u WHERE u.id = (after ->> 'manager_id')::bigint
      AND u.department_id = ANY (places)) THEN RETURN 'branch'; END IF;
    RETURN '';
  END IF;
  IF kind = 'team' THEN
    RETURN CASE WHEN EXISTS (SELECT FROM unnest(ARRAY[(before ->> 'leader_id')::bigint, (after ->> 'leader_id')::bigint]) p
      JOIN user_account u ON u.id = p WHERE NOT coalesce(u.department_id = ANY (places), false)) OR EXISTS (
      SELECT FROM team_member m JOIN user_account u ON u.id = m.user_id
      WHERE m.parent_id = (now_row ->> 'id')::bigint AND NOT coalesce(u.department_id = ANY (places), false)) THEN 'branch' ELSE '' END;
  END IF;
  IF kind = 'user_account' THEN
    IF before IS NOT NULL AND NOT coalesce((before ->> 'department_id')::bigint = ANY (places), false) THEN RETURN 'branch'; END IF;
    IF after IS NOT NULL AND NOT coalesce((after ->> 'department_id')::bigint = ANY (places), false) THEN RETURN 'branch'; END IF;
    IF after ->> 'manager_id' IS NOT NULL AND NOT EXISTS (SELECT FROM user_account u WHERE u.id = (after ->> 'manager_id')::bigint
      AND u.department_id = ANY (places)) THEN RETURN 'branch'; END IF;
    RETURN CASE WHEN EXISTS (SELECT FROM user_position h WHERE h.parent_id = who AND crm.wider(h.position_id)) THEN 'wider' ELSE '' END;
  END IF;
  IF NOT EXISTS (SELECT FROM user_account u WHERE u.id = who AND u.department_id = ANY (places)) THEN RETURN 'branch'; END IF;
  IF kind = 'user_position' THEN
    IF EXISTS (SELECT FROM unnest(ARRAY[(before ->> 'department_id')::bigint, (after ->> 'department_id')::bigint]) d
      WHERE NOT d = ANY (places)) THEN RETURN 'branch'; END IF;
    IF EXISTS (SELECT FROM unnest(ARRAY[(before ->> 'position_id')::bigint, (after ->> 'position_id')::bigint]) p
      WHERE p IS NOT NULL AND crm.wider(p)) THEN RETURN 'wider'; END IF;
  END IF;
  RETURN '';
END
"""

_GUARD = """
DECLARE problem text;
BEGIN
  IF current_user LIKE 'crm/%' THEN
    problem := crm_people_problem(TG_TABLE_NAME, CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END,
      CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END);
    IF problem <> '' THEN RAISE insufficient_privilege USING MESSAGE = 'people and their rights: ' || problem; END IF;
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END
"""

_NUMBER = """
DECLARE taken text[] := ARRAY['version', 'period', 'last', 'updated_at', 'updated_by'];
BEGIN
  IF current_user LIKE 'crm/%' AND NOT crm_right('number-sequences', 'change') THEN
    IF to_jsonb(NEW) - taken <> to_jsonb(OLD) - taken OR NEW.period < OLD.period OR (NEW.period = OLD.period AND NEW.last < OLD.last) THEN
      RAISE insufficient_privilege USING MESSAGE = 'numbers are taken, not changed';
    END IF;
  END IF;
  RETURN NEW;
END
"""

_PICTURE = """
DECLARE wanted bigint := (to_jsonb(NEW) ->> TG_ARGV[0])::bigint;
BEGIN
  IF wanted IS NOT NULL AND current_user LIKE 'crm/%'
    AND (TG_OP = 'INSERT' OR wanted IS DISTINCT FROM (to_jsonb(OLD) ->> TG_ARGV[0])::bigint)
    AND NOT EXISTS (SELECT FROM file_content WHERE id = wanted) AND NOT crm_in_bin(wanted) THEN
    RAISE insufficient_privilege USING MESSAGE = 'this picture is not yours';
  END IF;
  RETURN NEW;
END
"""


def _trigger(name: str, table: str, when: str, call: str = "") -> list[str]:
    return [
        f'DROP TRIGGER IF EXISTS {name} ON public."{table}"',
        f'CREATE TRIGGER {name} BEFORE {when} ON public."{table}" FOR EACH ROW EXECUTE FUNCTION {call or name + "()"}',
    ]


def guards(guarded: Sequence[Guarded]) -> list[str]:
    """The functions, and the triggers that call them."""
    made = [
        "CREATE OR REPLACE FUNCTION crm_people_problem(kind text, before jsonb, after jsonb) RETURNS text LANGUAGE plpgsql STABLE "
        f"SECURITY DEFINER SET search_path = public, pg_temp AS $crm$ {_PROBLEM} $crm$",
    ]
    for name, body in (("crm_guard_people", _GUARD), ("crm_guard_number", _NUMBER), ("crm_guard_picture", _PICTURE)):
        head = f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp"
        made.append(f"{head} AS $crm$ {body} $crm$")
    for table in _SHAPING:
        made += _trigger("crm_guard_people", table, "INSERT OR UPDATE OR DELETE")
    made += _trigger("crm_guard_number", office.NumberSequence.__tablename__, "UPDATE")
    made += [
        "DROP POLICY IF EXISTS crm_take ON number_sequence",
        "CREATE POLICY crm_take ON number_sequence FOR UPDATE USING (true) WITH CHECK (true)",
    ]
    for each in guarded:
        for table in (each.subject.table, each.lines):
            if table is not None:
                made += _trigger("crm_keep_closed", table.name, "INSERT OR UPDATE")
        for name in each.pictures:
            made += _trigger(f"crm_guard_{name}", each.subject.table.name, "INSERT OR UPDATE", f"crm_guard_picture('{name}')")
    return made


def make_roles(database: str, there: Collection[str]) -> list[str]:
    """The roles that nobody signs in with. there: those the server has already."""
    owner, people, reader = owner_role(database), people_role(database), reader_role(database)
    keeper = keeper_role(database)
    made = [f"CREATE ROLE {quoted(r)} NOLOGIN" for r in (owner, people, reader) if r not in there]
    if keeper not in there:
        made.append(f"CREATE ROLE {quoted(keeper)} NOLOGIN CREATEROLE")
    made += [f"GRANT {quoted(r)} TO {quoted(keeper)} WITH ADMIN TRUE, INHERIT TRUE, SET TRUE" for r in (owner, people, reader)]
    made += [f"GRANT {quoted(r)} TO CURRENT_USER WITH INHERIT TRUE, SET TRUE" for r in (owner, keeper)]
    return made


def keeper_role(database: str) -> str:
    """The role that makes and locks login roles. Nobody signs in with it."""
    return owner_role(database).replace("crm_owner/", "crm_keeper/", 1)


def own(database: str) -> list[str]:
    """Give everything to the owner of the tables, and the functions about roles to the keeper."""
    owner, keeper = owner_role(database), keeper_role(database)
    names = ", ".join(f"'{n}'" for n in KEEPERS)
    each = f"""DO $crm$ DECLARE one record; BEGIN
      FOR one IN SELECT n.nspname, c.relname, c.relkind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname IN ('public', 'crm', '{VIEWS}') AND c.relkind IN ('r', 'v', 'p') LOOP
        EXECUTE format('ALTER TABLE %I.%I OWNER TO %I', one.nspname, one.relname, '{owner}');
      END LOOP;
      FOR one IN SELECT p.oid::regprocedure AS name, p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname = 'crm' OR (n.nspname = 'public' AND p.proname LIKE 'crm\\_%') LOOP
        EXECUTE format('ALTER FUNCTION %s OWNER TO %I', one.name, CASE WHEN one.proname IN ({names}) THEN '{keeper}' ELSE '{owner}' END);
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', one.name);
      END LOOP; END $crm$"""
    name = quoted(database)
    return [
        f"GRANT CREATE, CONNECT, TEMPORARY ON DATABASE {name} TO {quoted(owner)}",
        f"GRANT CREATE, USAGE ON SCHEMA public TO {quoted(owner)} WITH GRANT OPTION",
        f"ALTER SCHEMA crm OWNER TO {quoted(owner)}",
        f"ALTER SCHEMA {VIEWS} OWNER TO {quoted(owner)}",
        each,
    ]


def privileges(database: str, guarded: Sequence[Guarded]) -> list[str]:
    """What everybody may touch, and what the reader may."""
    people, reader, name = quoted(people_role(database)), quoted(reader_role(database)), quoted(database)
    made = [
        f"REVOKE ALL ON DATABASE {name} FROM PUBLIC",
        f"GRANT CONNECT ON DATABASE {name} TO {people}, {reader}",
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        f"GRANT USAGE ON SCHEMA public TO {people}, {reader}",
        f"GRANT USAGE ON SCHEMA {VIEWS} TO {people}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {people}",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {reader}",
        f"GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO {reader}",
        f"GRANT SELECT ON public.alembic_version TO {people}",
        f"DO $crm$ DECLARE one record; BEGIN FOR one IN SELECT c.relname AS name FROM pg_class c "
        f"WHERE c.relnamespace = '{VIEWS}'::regnamespace AND starts_with(c.relname, '{ABOVE}') LOOP "
        f"EXECUTE format('GRANT SELECT ON {VIEWS}.%I TO {people}, {reader}', one.name); END LOOP; END $crm$",
        f"GRANT SELECT, INSERT, UPDATE (undone_by) ON {VIEWS}.history_entry TO {people}",
        f"GRANT SELECT, INSERT ON {VIEWS}.revision TO {people}",
        f"GRANT EXECUTE ON FUNCTION public.crm_follow() TO {quoted(owner_role(database))}",
        f"DO $crm$ DECLARE one record; BEGIN FOR one IN SELECT p.oid::regprocedure AS name FROM pg_proc p JOIN pg_namespace n "
        f"ON n.oid = p.pronamespace WHERE n.nspname = 'public' AND p.proname LIKE 'crm\\_%' LOOP "
        f"EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO {people}', one.name); END LOOP; "
        f"FOR one IN SELECT c.relname AS name FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relrowsecurity LOOP "
        f"EXECUTE format('DROP POLICY IF EXISTS crm_backup ON public.%I', one.name); "
        f"EXECUTE format('CREATE POLICY crm_backup ON public.%I FOR SELECT TO {reader} USING (true)', one.name); END LOOP; END $crm$",
    ]
    for each in guarded:
        for table in (each.subject.table, each.lines):
            if table is not None:
                made.append(_grant(people, "INSERT, DELETE", table))
                made.append(_grant(people, "UPDATE", table, [c.name for c in table.columns if c.name != "id"]))
        made.append(f'GRANT INSERT, UPDATE, DELETE ON public."fts_{each.subject.table.name}" TO {people}')
    everything = (
        system.SavedView, system.KeptDraft, system.Setting, system.CustomField, access.PositionRight, access.PositionField,
        sign_in.SignInAttempts, sign_in.Device, sign_in.SignInLimit, system.PrintTemplate, system.PrintDefault,
    )  # fmt: skip
    made += [_grant(people, "SELECT, INSERT, UPDATE, DELETE", m.__table__) for m in everything]
    read = (
        access.AccessRight, access.AccessPerson, access.AccessDepartment, access.AccessGroup, access.AccessState, system.SchemaFact,
        system.LogChain, system.FileContent, system.FileLink, access.RecordShare,
    )  # fmt: skip
    made += [_grant(people, "SELECT", m.__table__) for m in read]
    made += [_grant(people, "INSERT, DELETE", m.__table__) for m in (system.FileLink, access.RecordShare)]
    made += [_grant(people, "INSERT", m.__table__) for m in (system.HistoryEntry, system.Revision)]
    made.append(_grant(people, "SELECT, INSERT", approvals.ApprovalFlowVersion.__table__))
    made.append(_grant(people, "UPDATE", access.RecordShare.__table__, ["may_change"]))
    made.append(_grant(people, "SELECT, INSERT", pipeline.StageVisit.__table__))
    made.append(_grant(people, "UPDATE", pipeline.StageVisit.__table__, ["left_at"]))
    made.append(_grant(people, "UPDATE", access.AccessState.__table__, ["version"]))
    credential: Any = sign_in.Credential.__table__
    made.append(_grant(people, "SELECT", credential, ["user_id", "changed_at", "must_change", "expires_at", "last_sign_in"]))
    made.append(_grant(people, "UPDATE", credential, ["last_sign_in"]))
    made.append(_grant(people, "SELECT", sign_in.RecoveryCode.__table__, ["id", "user_id", "made_at", "used_at"]))
    return made


def _grant(role: str, rights: str, table: Any, columns: Iterable[str] = ()) -> str:
    names = ", ".join(f'"{c}"' for c in columns)
    of = f" ({names})" if names else ""
    return f'GRANT {rights}{of} ON public."{table.name}" TO {role}'


def search_by_index() -> list[str]:
    """PostgreSQL asks an index before a policy only by what is known to tell nobody of rows it turns away: for a superuser to say, of what
    compares arrays of texts. It never fails on what it compares, as comparing texts does not."""
    return ["ALTER FUNCTION pg_catalog.arraycontains(anyarray, anyarray) LEAKPROOF"]


def closed_functions() -> list[str]:
    """Large objects and the like, which every role of a server may make unless it is told otherwise: for a superuser to say."""
    return [
        f"REVOKE EXECUTE ON FUNCTION pg_catalog.{f} FROM PUBLIC"
        for f in ("lo_creat(integer)", "lo_create(oid)", "lo_from_bytea(oid, bytea)", "lo_open(oid, integer)", "lowrite(integer, bytea)",
                  "lo_put(oid, bigint, bytea)", "lo_truncate(integer, integer)", "lo_truncate64(integer, bigint)", "lo_unlink(oid)")
    ]  # fmt: skip
