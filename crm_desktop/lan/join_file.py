"""The join file: all that a PC needs to reach the office, on a USB stick, and nothing secret. Its format is described in docs/lan.md.

It comes from a stick, so it is read as if an enemy had written it: nothing is believed that does not have its exact form, and it
can send nobody out of the office's own networks.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crm_desktop.errors import Unavailable
from crm_desktop.held_files import read_patiently, remove_patiently, replace_patiently
from crm_desktop.lan.certificate import is_certificate
from crm_desktop.lan.connection import Connection
from crm_desktop.lan.networks import private
from crm_desktop.opened_files import JOIN
from crm_desktop.words import _

FORMAT, VERSION = "crm-desktop-join", 1
SUFFIX = JOIN
_LARGEST = 64 << 10
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.local)?")
_DATABASE = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_UID = re.compile(r"[0-9a-f-]{12,40}")
_HOSTS = 16


def write_join_file(file: Path, office: Connection) -> None:
    """Write one. Raises Unavailable."""
    facts = {
        "format": FORMAT, "version": VERSION, "office": office.office, "uid": office.uid, "hosts": list(office.hosts),
        "port": office.port, "database": office.database, "encrypted": office.encrypted, "certificate": office.certificate or None,
    }  # fmt: skip
    fresh = file.with_name(f"{file.name}.new")
    try:
        fresh.write_text(json.dumps(facts, ensure_ascii=False, indent=1), encoding="utf-8")
        replace_patiently(fresh, file)
    except OSError as error:
        raise Unavailable(_("The join file cannot be written to {file}.").format(file=file)) from error
    finally:
        remove_patiently(fresh)


def read_join_file(file: Path) -> Connection:
    """The office in a file. Raises Unavailable with what is wrong."""
    try:
        if file.stat().st_size > _LARGEST:
            raise _bad(file, _("it is too large"))
        facts = json.loads(read_patiently(file).decode("utf-8"))
    except OSError as error:
        raise Unavailable(_("The join file {file} cannot be read.").format(file=file)) from error
    except (ValueError, RecursionError) as error:
        raise _bad(file, _("it is damaged")) from error
    if not isinstance(facts, dict) or facts.get("format") != FORMAT:
        raise _bad(file, _("it is no join file"))
    if facts.get("version") != VERSION:
        raise _bad(file, _("it was made by a newer program"))
    if place := _wrong(facts):
        raise _bad(file, _("“{name}” is not as it should be").format(name=place))
    return Connection(
        office="".join(c for c in facts["office"] if c.isprintable()), uid=facts["uid"], hosts=tuple(facts["hosts"]),
        port=facts["port"], database=facts["database"], encrypted=facts["encrypted"], certificate=facts["certificate"] or "",
    )  # fmt: skip


def host_is_near(host: str) -> bool:
    """Whether this is an address of an office network, this PC, or the plain name of a PC."""
    try:
        return private(host) or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return _NAME.fullmatch(host) is not None and not host.replace(".", "").isdigit()


def _wrong(facts: Mapping[str, Any]) -> str:
    """The first fact that has not its form; "" when all have."""
    hosts, port, certificate = facts.get("hosts"), facts.get("port"), facts.get("certificate")
    forms = {
        "office": isinstance(facts.get("office"), str) and len(facts["office"]) <= 200,
        "uid": _has_form(facts.get("uid"), _UID),
        "hosts": isinstance(hosts, list)
        and 0 < len(hosts) <= _HOSTS
        and all(isinstance(h, str) and host_is_near(h) for h in hosts),
        "port": isinstance(port, int) and not isinstance(port, bool) and 0 < port < 65536,
        "database": _has_form(facts.get("database"), _DATABASE),
        "encrypted": isinstance(facts.get("encrypted"), bool) and (facts["encrypted"] or not certificate),
        "certificate": certificate is None or (isinstance(certificate, str) and is_certificate(certificate)),
    }
    return next((name for name, good in forms.items() if not good), "")


def _has_form(value: Any, form: re.Pattern[str]) -> bool:
    return isinstance(value, str) and form.fullmatch(value) is not None


def _bad(file: Path, why: str) -> Unavailable:
    return Unavailable(
        _("{file} cannot be used: {why}.").format(file=file.name, why=why), _("Let the host write a new join file.")
    )
