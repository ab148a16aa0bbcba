"""What keeps the server running: on Windows a service, so that nobody has to be signed in on the host; elsewhere a plain process.

Windows: `pg_ctl register` and `unregister` (postgresql.org/docs/current/app-pg-ctl.html), the account NT AUTHORITY\\NetworkService
(learn.microsoft.com/windows/win32/services/networkservice-account), `sc.exe config` and `failure`
(learn.microsoft.com/windows-server/administration/windows-commands/sc-config), `icacls` for the files that account needs
(learn.microsoft.com/windows-server/administration/windows-commands/icacls; S-1-5-20 is the account in every language of Windows).
"""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path

from crm_desktop.errors import Unavailable
from crm_desktop.lan import firewall
from crm_desktop.lan.calling import Run, path_for
from crm_desktop.lan.cluster import Cluster
from crm_desktop.lan.elevation import Step, as_administrator, run_patiently
from crm_desktop.words import _

_ACCOUNT = r"NT AUTHORITY\NetworkService"
_SID = "*S-1-5-20"


class Starter(ABC):
    """What starts and stops a cluster on this system."""

    name = ""
    """What the system calls it; "" where the system knows nothing of it."""

    @abstractmethod
    def install(self, cluster: Cluster, port: int, networks: Sequence[str]) -> None:
        """Let it run from now on, also after the PC was started anew, and let the networks reach it. Raises Unavailable."""

    @abstractmethod
    def remove(self, cluster: Cluster) -> None:
        """Stop it, and let it run no more. Raises Unavailable."""

    @abstractmethod
    def start(self, cluster: Cluster) -> None:
        """Start what is installed. Raises Unavailable."""

    @abstractmethod
    def stop(self, cluster: Cluster) -> None:
        """Stop it for a while. Raises Unavailable."""


class PlainProcess(Starter):
    """A process of whoever started it; the program starts it again after the PC was off."""

    def install(self, cluster: Cluster, port: int, networks: Sequence[str]) -> None:
        cluster.stop()
        cluster.start()

    def remove(self, cluster: Cluster) -> None:
        cluster.stop()

    def start(self, cluster: Cluster) -> None:
        cluster.start()

    def stop(self, cluster: Cluster) -> None:
        cluster.stop()


class WindowsService(Starter):
    """A service of Windows. mark: tells this office's from others on the same PC."""

    def __init__(self, mark: str, run: Run = run_patiently, administrator: bool | None = None) -> None:
        self.mark, self._run, self._administrator = mark, run, administrator
        self.name = f"CRMDesktop-{mark}"

    def install(self, cluster: Cluster, port: int, networks: Sequence[str]) -> None:
        cluster.stop()  # it ran as a process while the data moved in
        self._all([*self.install_steps(cluster), *firewall.add_rules(self.mark, port, networks, True), self._net("start")])
        if not self.running():
            raise Unavailable(_("The service “{name}” did not start.").format(name=self.name))

    def remove(self, cluster: Cluster) -> None:
        unregister = Step((str(cluster.binaries.program("pg_ctl")), "unregister", "-N", self.name))
        self._all([self._net("stop", must=False), unregister, *firewall.remove_rules(self.mark, True)])

    def start(self, cluster: Cluster) -> None:
        if not self.running():
            self._all([self._net("start")])

    def stop(self, cluster: Cluster) -> None:
        if self.running():
            self._all([self._net("stop")])

    def running(self) -> bool:
        """Whether Windows says that it runs. 4 is SERVICE_RUNNING in every language."""
        asked = self._run(["sc.exe", "query", self.name])
        return asked.returncode == 0 and any(line.split(":")[-1].strip().startswith("4 ") for line in asked.stdout.splitlines())

    def install_steps(self, cluster: Cluster) -> list[Step]:
        """What an administrator has to run for the service."""
        steps = [Step(("icacls.exe", str(cluster.folder), "/grant", f"{_SID}:(OI)(CI)F", "/T", "/Q"))]
        root = cluster.binaries.root
        if Path.home() in root.parents:  # programs in a person's own folder, as of a Python package
            steps.append(Step(("icacls.exe", str(root), "/grant", f"{_SID}:(OI)(CI)RX", "/T", "/Q")))
        pg_ctl, data = str(cluster.binaries.program("pg_ctl")), path_for(cluster.data)
        return [
            *steps,
            Step((pg_ctl, "unregister", "-N", self.name), must=False),
            Step((pg_ctl, "register", "-N", self.name, "-U", _ACCOUNT, "-D", data, "-S", "auto", "-w", "-t", "120")),
            # After the network has its addresses; when it ends by itself, it begins again.
            Step(("sc.exe", "config", self.name, "start=", "delayed-auto")),
            Step(("sc.exe", "failure", self.name, "reset=", "86400", "actions=", "restart/5000/restart/30000/restart/60000")),
        ]

    def _net(self, word: str, must: bool = True) -> Step:
        return Step(("net.exe", word, self.name), must)

    def _all(self, steps: Sequence[Step]) -> None:
        as_administrator(steps, self._run, self._administrator)


def starter(mark: str) -> Starter:
    """That of this system."""
    return WindowsService(mark) if sys.platform == "win32" else PlainProcess()
