"""`clean-up`, which the uninstaller calls: what the system was told is taken back, the data stay, a host is not ended by accident."""

from __future__ import annotations

from pathlib import Path

import pytest

from backups import task_scheduler
from crm_desktop import __main__
from crm_desktop.cli import cleaning_up
from crm_desktop.errors import Unavailable
from crm_desktop.lan import connection, service, waking
from crm_desktop.lan.connection import HOST, Connection


class Known:
    """What the system was told: a task and a server. fails: it does not let go of the task."""

    def __init__(self, *, fails: bool = False) -> None:
        self.fails, self.task, self.servers = fails, True, ["cluster"]

    def remove(self, cluster: object = None) -> bool:
        if cluster is not None:
            self.servers.remove(str(cluster))
            return True
        if self.fails:
            raise Unavailable("the task stays")
        had, self.task = self.task, False
        return had


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> Known:
    made = Known()
    monkeypatch.setattr(task_scheduler, "scheduler", lambda _data: made)
    monkeypatch.setattr(service, "starter", lambda _mark: made)
    monkeypatch.setattr(waking, "cluster_of", lambda _office: "cluster")
    return made


def clean_up(data: Path, *words: str) -> int:
    return __main__.main(["--data", str(data), "--language", "en", "clean-up", *words])


def test_the_task_goes_and_the_data_stay(known: Known, data_folder: Path) -> None:
    before = sorted(p.name for p in data_folder.iterdir())
    assert clean_up(data_folder) == 0
    assert not known.task and known.servers
    assert sorted(p.name for p in data_folder.iterdir()) == before


def test_what_stays_is_told(known: Known, data_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    known.fails = True
    assert clean_up(data_folder) == 1
    assert "the task stays" in capsys.readouterr().err


def test_a_host_is_ended_only_when_told(known: Known, data_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    office = Connection("办公室", "0123456789abcdef", ("192.168.7.10",), 5433, "crm", encrypted=False, certificate="", part=HOST)
    connection.keep(data_folder, office)
    assert clean_up(data_folder) == cleaning_up.IS_HOST
    assert "办公室" in capsys.readouterr().err
    assert known.task and known.servers, "nothing was taken back"
    assert clean_up(data_folder, "--host") == 0
    assert not known.task and not known.servers
