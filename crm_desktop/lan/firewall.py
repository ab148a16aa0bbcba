"""The firewall of the host: lets the office's networks reach the database, and questions of PCs that look for it.

Windows: `netsh advfirewall firewall add rule` and `delete rule`, as described by Microsoft in "Netsh AdvFirewall Firewall Commands"
(learn.microsoft.com/previous-versions/windows/it-pro/windows-server-2008-r2-and-2008/dd734783(v=ws.10)). A rule counts for all
profiles, since office PCs that nobody set up call their network a public one; what limits it are the networks it names. Elsewhere
firewalls differ too much to be touched: there the words of `by_hand` tell what is to be let through.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from crm_desktop.lan.announcing import PORT as QUESTIONS
from crm_desktop.lan.elevation import Step
from crm_desktop.words import _


def rule_names(mark: str) -> tuple[str, str]:
    """What the two rules are called. mark: tells this office's from others on the same PC."""
    return f"CRM Desktop database {mark}", f"CRM Desktop search {mark}"


def add_rules(mark: str, port: int, networks: Sequence[str], windows: bool = sys.platform == "win32") -> list[Step]:
    """What lets the networks in, for an administrator; the rules of before go."""
    if not windows or not networks:
        return []
    database, search = rule_names(mark)
    near = f"remoteip={','.join((*networks, 'localsubnet'))}"
    start = ("netsh.exe", "advfirewall", "firewall", "add", "rule")
    ends = ("dir=in", "action=allow", "profile=any", near)
    return [
        *remove_rules(mark, windows),
        Step((*start, f"name={database}", "protocol=TCP", f"localport={port}", *ends)),
        Step((*start, f"name={search}", "protocol=UDP", f"localport={QUESTIONS}", *ends)),
    ]


def remove_rules(mark: str, windows: bool = sys.platform == "win32") -> list[Step]:
    """What takes them away; it is no error where there are none."""
    if not windows:
        return []
    start = ("netsh.exe", "advfirewall", "firewall", "delete", "rule")
    return [Step((*start, f"name={name}"), must=False) for name in rule_names(mark)]


def by_hand(port: int, networks: Sequence[str], windows: bool = sys.platform == "win32") -> str:
    """What a person has to let through, where this program cannot; "" where it can."""
    if windows:
        return ""
    return _("If this PC has a firewall, let TCP port {port} and UDP port {search} in from {networks}.").format(
        port=port, search=QUESTIONS, networks=", ".join(networks)
    )
