"""Login roles inside a PostgreSQL server: made, named, locked and given their columns by functions that ask who calls them.

What a role reads follows from the positions its person holds; `crm_follow` brings it up to date in the transaction that changed them.
A hidden column is not granted. Of what may be read only, or not at all, a person's statements change nothing: see `closed`.
"""

from __future__ import annotations

from db.roles import PASSWORD_AS_KEPT

_MOST_CONNECTIONS = 60
"""Of one role: a person may have the program open on a few PCs."""


def _definer(head: str, gives: str, body: str, language: str = "plpgsql", volatile: str = "VOLATILE") -> str:
    return (
        f"CREATE OR REPLACE FUNCTION {head} RETURNS {gives} LANGUAGE {language} {volatile} SECURITY DEFINER "
        f"SET search_path = public, pg_temp AS $crm$ {body} $crm$"
    )


_ME = """
  SELECT l.user_id FROM crm.login_role l JOIN user_account u ON u.id = l.user_id AND u.active
  LEFT JOIN credential c ON c.user_id = l.user_id
  WHERE l.role = session_user AND NOT coalesce(c.must_change, false)
"""

_FIELDS = """
  SELECT l.user_id, f.record_type, f.field, coalesce(max(x.access), 0) AS access
  FROM crm.login_role l CROSS JOIN (
    SELECT record_type, field, bool_or(secret) AS secret FROM crm.guarded_column WHERE field <> '' GROUP BY record_type, field
    UNION ALL SELECT record_type, name, false FROM custom_field) f
  LEFT JOIN LATERAL (
    SELECT coalesce((
      SELECT s.access FROM position_field s WHERE s.position_id = h.position
        AND ((s.record_type = f.record_type AND s.field IN (f.field, '*')) OR (s.record_type = '*' AND s.field = '*'))
      ORDER BY s.record_type = '*', s.field = '*' LIMIT 1), CASE WHEN f.secret THEN 0 ELSE 2 END) AS access
    FROM crm.held h WHERE h.person = l.user_id) x ON true
  GROUP BY l.user_id, f.record_type, f.field
"""

# Whoever saves a document of the chain sums others of that customer: the program must read what it sums, and hides it from the person.
_SUMS = """
  SELECT l.user_id, EXISTS (SELECT FROM crm.held h JOIN crm.guarded_operation o ON o.operation IN ('add', 'change', 'delete')
      AND o.record_type IN (SELECT record_type FROM crm.guarded_column WHERE summed)
    WHERE h.person = l.user_id AND crm.said(h.position, o.record_type, o.names) > 0) AS sums FROM crm.login_role l
"""

# kept: what the server does with what a person's statements say of a column that is not the person's to write.
_COLUMNS = """
  SELECT user_id, table_name, column_name, seen OR summed AS readable, written OR (summed AND table_name = 'receivable') AS writable,
    CASE WHEN seen THEN 'read' WHEN NOT summed THEN 'hidden' WHEN worked_out THEN 'summed' ELSE 'filled' END AS kept
  FROM (
    SELECT l.user_id, c.table_name, c.column_name, coalesce(min(a.access), 2) > 0 AS seen, bool_or(c.summed AND s.sums) AS summed,
      bool_and(c.field = '' OR a.access >= c.least) AS written, max(c.least) = 1 AS worked_out
    FROM crm.login_role l JOIN crm.who_sums s ON s.user_id = l.user_id CROSS JOIN crm.guarded_column c
    LEFT JOIN crm.field_access a ON a.user_id = l.user_id AND a.record_type = c.record_type AND a.field = c.field
    GROUP BY l.user_id, c.table_name, c.column_name) each_column
"""

_EVERYTHING = """
  SELECT coalesce(bool_or(crm.said(h.position, '*', ARRAY['*', 'change']) = 9), false)
    AND coalesce(bool_or(crm.said(h.position, 'program', ARRAY['rights']) = 9), false)
  FROM crm.held h WHERE h.person = $1
"""

_WIDER = """
  SELECT EXISTS (SELECT FROM crm.guarded_operation o WHERE o.record_type <> '*' AND crm.said($1, o.record_type, o.names) >
    CASE o.record_type WHEN 'program' THEN crm_reach('program', o.operation) ELSE greatest(6, crm_reach(o.record_type, o.operation)) END)
"""

_ADMINISTERS = """
  SELECT CASE
    WHEN crm_me() IS NULL THEN false
    WHEN crm.everything(crm_me()) THEN true
    WHEN crm_reach('program', 'rights') < 6 OR crm.everything($1) THEN false
    WHEN crm_reach('program', 'rights') = 9 THEN true
    ELSE EXISTS (SELECT FROM user_account u WHERE u.id = $1 AND u.department_id IN (SELECT crm_departments('program', 'rights')))
      AND NOT EXISTS (SELECT FROM user_position h WHERE h.parent_id = $1 AND crm.wider(h.position_id)) END
"""

_MEMBERSHIP = """
DECLARE
  mine text := CASE WHEN crm.everything(who) OR EXISTS (SELECT FROM crm.held h WHERE h.person = who
      AND crm.said(h.position, 'program', ARRAY['restore']) = 9) THEN 'owner'
    WHEN EXISTS (SELECT FROM crm.held h WHERE h.person = who AND crm.said(h.position, 'program', ARRAY['backup']) = 9) THEN 'reader'
    ELSE '' END;
  was crm.login_role%ROWTYPE; one text;
BEGIN
  SELECT * INTO was FROM crm.login_role WHERE user_id = who;
  IF was.membership = mine THEN RETURN; END IF;
  FOREACH one IN ARRAY ARRAY['owner', 'reader'] LOOP
    IF mine = 'owner' OR mine = one THEN
      EXECUTE format('GRANT %I TO %I WITH INHERIT FALSE, SET TRUE', (SELECT value FROM crm.fact WHERE name = one), was.role);
    ELSIF was.membership <> '' THEN
      EXECUTE format('REVOKE %I FROM %I', (SELECT value FROM crm.fact WHERE name = one), was.role);
    END IF;
  END LOOP;
  UPDATE crm.login_role SET membership = mine WHERE user_id = who;
END
"""

_GRANT = """
DECLARE mine crm.login_role%ROWTYPE; one record; now_said text; closed_now jsonb; hidden_now jsonb;
BEGIN
  SELECT * INTO mine FROM crm.login_role WHERE user_id = who;
  SELECT md5(coalesce(string_agg(table_name || '.' || column_name || '=' || readable, ',' ORDER BY table_name, column_name), ''))
    INTO now_said FROM crm.column_access WHERE user_id = who;
  SELECT coalesce(jsonb_object_agg(c.table_name, c.names), '{}') INTO closed_now FROM (
    SELECT table_name, jsonb_object_agg(column_name, kept) AS names
    FROM crm.column_access WHERE user_id = who AND NOT writable GROUP BY table_name) c;
  SELECT coalesce(jsonb_object_agg(f.record_type, f.names), '{}') INTO hidden_now FROM (
    SELECT record_type, jsonb_agg(field ORDER BY field) AS names FROM crm.field_access WHERE user_id = who AND access = 0
    GROUP BY record_type) f;
  UPDATE crm.login_role SET closed = closed_now, hidden = hidden_now WHERE user_id = who AND (closed, hidden) <> (closed_now, hidden_now);
  IF mine.granted = now_said THEN RETURN; END IF;
  FOR one IN SELECT table_name, bool_and(readable) AS whole, string_agg(quote_ident(column_name), ', ') FILTER (WHERE readable) AS names,
      bool_and(readable) FILTER (WHERE column_name = 'search_text') AS searched
    FROM crm.column_access WHERE user_id = who GROUP BY table_name LOOP
    EXECUTE format('REVOKE SELECT ON public.%I FROM %I', one.table_name, mine.role);
    IF one.whole THEN
      EXECUTE format('GRANT SELECT ON public.%I TO %I', one.table_name, mine.role);
    ELSIF one.names IS NOT NULL THEN
      EXECUTE format('GRANT SELECT (%s) ON public.%I TO %I', one.names, one.table_name, mine.role);
    END IF;
    IF one.searched IS NOT NULL THEN
      EXECUTE format('REVOKE SELECT ON public.%I FROM %I', 'fts_' || one.table_name, mine.role);
      EXECUTE format(CASE WHEN one.searched THEN 'GRANT SELECT ON public.%I TO %I' ELSE 'GRANT SELECT (id) ON public.%I TO %I' END,
        'fts_' || one.table_name, mine.role);
    END IF;
  END LOOP;
  UPDATE crm.login_role SET granted = now_said WHERE user_id = who;
END
"""

_FOLLOW_ONE = """
DECLARE mine crm.login_role%ROWTYPE; person user_account%ROWTYPE; wanted text; open_now boolean;
BEGIN
  SELECT * INTO mine FROM crm.login_role WHERE user_id = who;
  IF NOT FOUND THEN RETURN; END IF;
  SELECT * INTO person FROM user_account WHERE id = who;
  SELECT rolcanlogin INTO open_now FROM pg_roles WHERE rolname = mine.role;
  IF person.id IS NULL OR NOT person.active THEN
    IF open_now THEN EXECUTE format('ALTER ROLE %I NOLOGIN', mine.role); END IF;
    PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = mine.role AND pid <> pg_backend_pid();
    IF person.id IS NULL THEN
      EXECUTE format('DROP OWNED BY %I', mine.role);
      EXECUTE format('DROP ROLE %I', mine.role);
      DELETE FROM crm.login_role WHERE user_id = who;
    END IF;
    RETURN;
  END IF;
  wanted := crm.role_name(person.sign_in);
  IF wanted <> mine.role THEN
    EXECUTE format('ALTER ROLE %I RENAME TO %I', mine.role, wanted);
    UPDATE crm.login_role SET role = wanted WHERE user_id = who;
  END IF;
  IF NOT open_now THEN EXECUTE format('ALTER ROLE %I LOGIN', wanted); END IF;
  PERFORM crm.grant_membership(who);
  PERFORM crm.grant_columns(who);
END
"""

_FOLLOW = """
DECLARE one bigint; changed boolean := crm.rebuild();
BEGIN
  FOR one IN SELECT user_id FROM crm.login_role ORDER BY user_id LOOP PERFORM crm.follow_one(one); END LOOP;
  RETURN changed;
END
"""

_LET_IN = f"""
DECLARE name text; there boolean;
BEGIN
  IF kept !~ '^{PASSWORD_AS_KEPT.pattern}$' THEN RAISE insufficient_privilege USING MESSAGE = 'not a password as it is kept'; END IF;
  SELECT crm.role_name(sign_in) INTO name FROM user_account WHERE id = who;
  SELECT true INTO there FROM crm.login_role WHERE user_id = who;
  IF there IS NULL THEN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
      EXECUTE format('CREATE ROLE %I NOLOGIN INHERIT CONNECTION LIMIT {_MOST_CONNECTIONS}', name);
    END IF;
    EXECUTE format('GRANT %I TO %I WITH INHERIT TRUE, SET FALSE', name, current_user);
    EXECUTE format('GRANT %I TO %I WITH INHERIT TRUE, SET FALSE', (SELECT value FROM crm.fact f WHERE f.name = 'people'), name);
    INSERT INTO crm.login_role (user_id, role) VALUES (who, name);
  END IF;
  PERFORM crm.follow_one(who);
  EXECUTE format('ALTER ROLE %I PASSWORD %L VALID UNTIL %L', name, kept, coalesce(until::text, 'infinity'));
END
"""

_KEEP = """
  INSERT INTO credential AS c (user_id, password, changed_at, must_change, expires_at)
  VALUES (who, 'login role', now(), once, until)
  ON CONFLICT (user_id) DO UPDATE SET password = 'login role', changed_at = now(), must_change = once, expires_at = until;
"""

_GIVE = f"""
DECLARE until timestamptz := CASE WHEN once THEN now() + make_interval(days => days) END;
BEGIN
  IF NOT (coalesce(crm_administers(who), false) OR coalesce(who = crm_me() AND NOT once, false)) THEN
    RAISE insufficient_privilege USING MESSAGE = 'you do not look after this person';
  END IF;
  PERFORM crm.let_in(who, kept, until);
  {_KEEP}
END
"""

_ADMIT = f"""
DECLARE until timestamptz := CASE WHEN once THEN now() + make_interval(days => days) END;
BEGIN
  PERFORM crm.let_in(who, kept, until);
  {_KEEP}
END
"""

_CHOOSE = f"""
DECLARE who bigint; until timestamptz := NULL; once boolean := false;
BEGIN
  SELECT l.user_id INTO who FROM crm.login_role l JOIN user_account u ON u.id = l.user_id AND u.active
    JOIN credential c ON c.user_id = l.user_id AND c.must_change AND (c.expires_at IS NULL OR c.expires_at > now())
    WHERE l.role = session_user;
  IF who IS NULL THEN RAISE insufficient_privilege USING MESSAGE = 'nothing to choose'; END IF;
  PERFORM crm.let_in(who, kept, until);
  {_KEEP}
END
"""

_STANDING = """
  SELECT l.user_id, coalesce(c.must_change, false), c.expires_at FROM crm.login_role l
  JOIN user_account u ON u.id = l.user_id AND u.active LEFT JOIN credential c ON c.user_id = l.user_id
  WHERE l.role = session_user
"""

_LOCK = """
DECLARE mine crm.login_role%ROWTYPE;
BEGIN
  IF NOT coalesce(crm_administers(who), false) THEN
    RAISE insufficient_privilege USING MESSAGE = 'you do not look after this person';
  END IF;
  SELECT * INTO mine FROM crm.login_role WHERE user_id = who;
  IF NOT FOUND THEN RETURN; END IF;
  EXECUTE format(CASE WHEN locked THEN 'ALTER ROLE %I NOLOGIN' ELSE 'ALTER ROLE %I LOGIN' END, mine.role);
  IF locked THEN PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = mine.role AND pid <> pg_backend_pid(); END IF;
END
"""

_CLOSED = """
DECLARE
  mine jsonb; kept jsonb; name text;
BEGIN
  IF current_user NOT LIKE 'crm/%' THEN RETURN NEW; END IF;
  IF TG_OP = 'UPDATE' AND to_jsonb(OLD) ? 'updated_by' THEN
    IF NEW.created_by IS DISTINCT FROM OLD.created_by OR NEW.created_at IS DISTINCT FROM OLD.created_at
      OR (NEW.updated_by IS DISTINCT FROM OLD.updated_by AND NEW.updated_by IS DISTINCT FROM crm_me()) THEN
      RAISE insufficient_privilege USING MESSAGE = 'who made and changed a record is not for you to say';
    END IF;
  END IF;
  mine := crm_closed(TG_TABLE_NAME);
  IF mine IS NULL THEN RETURN NEW; END IF;
  IF TG_OP = 'UPDATE' THEN
    SELECT jsonb_object_agg(o.key, o.value) INTO kept FROM jsonb_each(to_jsonb(OLD)) o WHERE mine ->> o.key <> 'summed';
    FOR name IN SELECT n.key FROM jsonb_each(to_jsonb(NEW)) n
      WHERE mine ->> n.key = 'read' AND n.value IS DISTINCT FROM kept -> n.key LOOP
      RAISE insufficient_privilege USING MESSAGE = 'you may not change ' || name;
    END LOOP;
    RETURN jsonb_populate_record(NEW, kept);
  END IF;
  RETURN jsonb_populate_record(NEW, crm_begins(TG_TABLE_NAME));
END
"""

_BEGINS = """
  SELECT coalesce(jsonb_object_agg(c.column_name, c.begins), '{}') FROM crm.guarded_column c, crm.login_role l
  WHERE l.role = session_user AND c.table_name = $1 AND c.begins IS NOT NULL
    AND l.closed -> $1 ->> c.column_name IN ('read', 'hidden')
"""


def functions() -> tuple[list[str], list[str]]:
    """What makes the functions: those the owner of the tables owns, and those of the keeper of roles."""
    owners = [
        "CREATE OR REPLACE VIEW crm.field_access AS " + _FIELDS,
        "CREATE OR REPLACE VIEW crm.who_sums AS " + _SUMS,
        "CREATE OR REPLACE VIEW crm.column_access AS " + _COLUMNS,
        _definer("crm_me()", "bigint", _ME, "sql", "STABLE"),
        _definer("crm_standing()", "TABLE (user_id bigint, must_change boolean, expires_at timestamptz)", _STANDING, "sql", "STABLE"),
        _definer(
            "crm_reach(text, text)", "int",
            "SELECT coalesce(max(reach), 0)::int FROM access_right WHERE user_id = crm_me() AND record_type = $1 AND operation = $2",
            "sql", "STABLE",
        ),
        _definer("crm_role_of(text)", "text", "SELECT value FROM crm.fact WHERE name = $1", "sql", "STABLE"),
        _definer("crm.everything(bigint)", "boolean", _EVERYTHING, "sql", "STABLE"),
        _definer("crm.wider(bigint)", "boolean", _WIDER, "sql", "STABLE"),
        _definer("crm_administers(bigint)", "boolean", _ADMINISTERS, "sql", "STABLE"),
        _definer(
            "crm_closed(text)", "jsonb", "SELECT closed -> $1 FROM crm.login_role WHERE role = session_user", "sql", "STABLE"
        ),
        _definer("crm_begins(text)", "jsonb", _BEGINS, "sql", "STABLE"),
        "CREATE OR REPLACE FUNCTION crm_keep_closed() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp "
        f"AS $crm$ {_CLOSED} $crm$",
    ]  # fmt: skip
    keepers = [
        _definer("crm.grant_membership(who bigint)", "void", _MEMBERSHIP),
        _definer("crm.grant_columns(who bigint)", "void", _GRANT),
        _definer("crm.follow_one(who bigint)", "void", _FOLLOW_ONE),
        _definer("crm_follow()", "boolean", _FOLLOW),
        _definer("crm.let_in(who bigint, kept text, until timestamptz)", "void", _LET_IN),
        _definer("crm_give_password(who bigint, kept text, once boolean, days int)", "void", _GIVE),
        _definer("crm.admit(who bigint, kept text, once boolean, days int)", "void", _ADMIT),
        _definer("crm_choose_password(kept text)", "void", _CHOOSE),
        _definer("crm_lock_role(who bigint, locked boolean)", "void", _LOCK),
    ]
    return owners, keepers
