"""A PostgreSQL server from outside: where it is, whether it lets us in, and its databases. `db/engine.py` opens what stands here,
`db/roles.py` knows its roles."""

from __future__ import annotations

import importlib
import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Connection, Engine, make_url, text

from db.engine import open_engine
from db.errors import DatabaseFault, Unreachable, translate

if TYPE_CHECKING:
    import psycopg

OLDEST = 16
"""The oldest version of PostgreSQL that will do."""

_PATIENCE = 5  # seconds


class WrongPassword(DatabaseFault):
    """The server answered, and does not let this role in with this password."""


class Unproven(DatabaseFault):
    """The server did not prove that it is the one it should be: another certificate, or none."""


@dataclass(frozen=True)
class Address:
    """A database on a server and whom one comes as.

    encrypted: only over TLS, with the password bound to it, so that nobody in between can pass it on; certificate: the only one the
    server may show.
    """

    host: str
    port: int
    database: str
    role: str
    password: str = field(repr=False)
    encrypted: bool = False
    certificate: Path | None = None

    def url(self) -> str:
        """For SQLAlchemy, with the password; without a role, the address alone."""
        made = URL.create(
            "postgresql+psycopg", self.role or None, self.password or None, self.host, self.port, self.database, self._options()
        )
        return made.render_as_string(hide_password=False)

    def facts(self) -> dict[str, Any]:
        """For the driver."""
        return {
            "host": self.host,
            "port": self.port,
            "dbname": self.database,
            "user": self.role,
            "password": self.password,
            "connect_timeout": _PATIENCE,
            **self._options(),
        }

    def _options(self) -> dict[str, str]:
        proof = {"require_auth": "scram-sha-256"}  # the server has to prove that it knows the password, too
        if not self.encrypted:
            return {"sslmode": "disable", **proof}
        proof["channel_binding"] = "require"
        if self.certificate is None:
            return {"sslmode": "require", **proof}
        return {"sslmode": "verify-ca", "sslrootcert": str(self.certificate), **proof}


def address_of(url: str) -> Address:
    """A URL as an administrator writes it: postgresql://role:password@host:port/database. Raises ValueError."""
    parsed = make_url(url if "://" in url else f"postgresql://{url}")
    if parsed.get_backend_name() != "postgresql":
        raise ValueError(parsed.drivername)
    return Address(
        parsed.host or "", parsed.port or 5432, parsed.database or "", parsed.username or "", str(parsed.password or "")
    )


@contextmanager
def session(address: Address) -> Iterator[psycopg.Connection[Any]]:
    """A bare connection whose statements stand for themselves, as CREATE DATABASE must.

    Raises WrongPassword, Unproven, Unreachable; errors of statements as db/errors.py says, else as the driver does.
    """
    driver: Any = importlib.import_module("psycopg")
    try:
        connection = driver.connect(**address.facts(), autocommit=True)
    except driver.OperationalError as error:
        raise _why_not(error) from error
    try:
        with connection:
            yield connection
    except driver.Error as error:
        fault = translate(error)
        if fault is None:
            raise
        raise fault from error


def _why_not(error: Any) -> DatabaseFault:
    """Why the server let nobody in. The library tells it by how far it came, not by a code."""
    attempt = error.pgconn
    if attempt is None:
        return Unreachable(str(error))
    if "certificate verify failed" in str(error) or "does not support SSL" in str(error) or "SSL error" in str(error):
        return Unproven(str(error))
    # used_password: the server asked for one, so it is there and speaks to us.
    return WrongPassword(str(error)) if attempt.used_password else Unreachable(str(error))


def engine_at(address: Address) -> Engine:
    """An engine for what lies at an address; nothing is asked yet."""
    return open_engine(address.url())


def check(address: Address) -> int:
    """The version of a server that lets us in; raises as `session`."""
    with session(address) as connection:
        return connection.info.server_version // 10_000


def encrypts(address: Address) -> bool:
    """Whether the connection to a server is encrypted; raises as `session`."""
    with session(address) as connection:
        return bool(connection.pgconn.ssl_in_use)


def new_password() -> str:
    """A password that no person types."""
    return secrets.token_urlsafe(24)


def has_database(connection: psycopg.Connection[Any], name: str) -> bool:
    """Whether the server has a database of this name."""
    return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone() is not None


def make_database(connection: psycopg.Connection[Any], name: str, owner: str) -> None:
    """Make an empty UTF-8 database, which nobody enters who was not let in."""
    sql: Any = importlib.import_module("psycopg.sql")
    named, owned = sql.Identifier(name), sql.Identifier(owner)
    # Whatever the server orders texts by, the columns order by code point (db/types.py), and people by stored sort keys.
    connection.execute(
        sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'").format(named, owned)
    )
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(named))


def may_set_up(connection: psycopg.Connection[Any]) -> bool:
    """Whether the role we came as may make databases and roles."""
    row = connection.execute("SELECT rolsuper OR (rolcreatedb AND rolcreaterole) FROM pg_roles WHERE rolname = current_user").fetchone()
    return bool(row and row[0])


def drop_roles(connection: psycopg.Connection[Any], database: str) -> None:
    """Remove the roles of people and of a company's database that is gone."""
    sql: Any = importlib.import_module("psycopg.sql")
    wanted = (f"crm/{database}/", f"crm_owner/{database}", f"crm_people/{database}", f"crm_reader/{database}", f"crm_keeper/{database}")
    for (name,) in connection.execute("SELECT rolname FROM pg_roles WHERE starts_with(rolname, 'crm')").fetchall():
        if name.startswith(wanted[0]) or name in wanted[1:]:
            connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))


def company_name(connection: Connection) -> str:
    """The company whose data these are."""
    value = connection.scalar(text("SELECT value FROM setting WHERE user_id = 0 AND key = 'company_name'"))
    try:
        found = json.loads(value) if value else ""
    except ValueError:
        return ""
    return found if isinstance(found, str) else ""


def drop_database(connection: psycopg.Connection[Any], name: str) -> None:
    """Remove a database with all that is in it, whoever has it open."""
    sql: Any = importlib.import_module("psycopg.sql")
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def close_to_others(connection: psycopg.Connection[Any]) -> None:
    """Read pg_hba.conf again and cut off whoever is connected but us; for a superuser."""
    connection.execute("SELECT pg_reload_conf()")
    connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )


def read_access_again(connection: psycopg.Connection[Any]) -> None:
    """Let the server read pg_hba.conf again; for a superuser."""
    connection.execute("SELECT pg_reload_conf()")


@dataclass(frozen=True)
class KeptRole:
    """A login role with its password as the server keeps it."""

    name: str
    secret: str = field(repr=False)
    until: str
    may_sign_in: bool


def kept_roles(connection: psycopg.Connection[Any], prefix: str) -> list[KeptRole]:
    """The roles whose names begin so, with their passwords as kept; for a superuser."""
    rows = connection.execute(
        "SELECT rolname, rolpassword, coalesce(rolvaliduntil::text, 'infinity'), rolcanlogin FROM pg_authid"
        " WHERE starts_with(rolname, %s) AND rolpassword IS NOT NULL ORDER BY rolname",
        (prefix,),
    )
    return [KeptRole(*row) for row in rows]


def take_passwords(connection: psycopg.Connection[Any], roles: list[KeptRole]) -> None:
    """Give roles that stand here the passwords they had on another server; for a superuser."""
    sql: Any = importlib.import_module("psycopg.sql")
    there = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
    for role in roles:
        if role.name in there:
            connection.execute(
                sql.SQL("ALTER ROLE {} {} PASSWORD {} VALID UNTIL {}").format(
                    sql.Identifier(role.name),
                    sql.SQL("LOGIN" if role.may_sign_in else "NOLOGIN"),
                    sql.Literal(role.secret),
                    sql.Literal(role.until),
                )
            )


_STILL_WRITTEN = ("history_entry", "log_chain", "sign_in_attempts", "credential", "access_state", "kept_draft", "device")
"""Tables that take what a sign-in writes, also where the data have moved away: it is how somebody learns of that."""

MOVED = "lan_moved"
"""The company's setting that says where the data have gone."""

GONE = "the data have moved to another PC"
"""What a database says that takes nothing more."""


def hold_still(connection: Connection) -> None:
    """Let nobody write until the caller's transaction ends, for the owner of the tables. Raises Busy."""
    connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
    names = ", ".join(f'public."{name}"' for name in _own_tables(connection))
    connection.exec_driver_sql(f"LOCK TABLE {names} IN SHARE MODE")


def mark_moved(connection: Connection, where: str) -> None:
    """Say that the data have gone, and let nothing more be saved here; for the owner of the tables. where: JSON."""
    connection.execute(text("DELETE FROM setting WHERE user_id = 0 AND key = :key"), {"key": MOVED})
    connection.execute(text("INSERT INTO setting (user_id, key, value) VALUES (0, :key, :value)"), {"key": MOVED, "value": where})
    connection.exec_driver_sql(
        "CREATE OR REPLACE FUNCTION public.crm_moved() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE read_only_sql_transaction USING MESSAGE = '{GONE}'; END $$"
    )
    for name in _own_tables(connection):
        if name not in _STILL_WRITTEN:
            connection.exec_driver_sql(
                f'CREATE OR REPLACE TRIGGER crm_moved BEFORE INSERT OR UPDATE OR DELETE ON public."{name}"'
                " FOR EACH STATEMENT EXECUTE FUNCTION public.crm_moved()"
            )


def moved_to(connection: Connection) -> str:
    """Where the data have gone, as JSON; "" where they are here."""
    query = text("SELECT value FROM setting WHERE user_id = 0 AND key = :key")
    return str(connection.scalar(query, {"key": MOVED}) or "")


def _own_tables(connection: Connection) -> list[str]:
    found = connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"))
    return [str(name) for name in found.scalars()]
