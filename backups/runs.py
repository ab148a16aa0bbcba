"""What this PC did about backups last, kept in a small file of the data folder: without it, the next run is merely made once more."""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crm_desktop.held_files import remove_patiently, replace_patiently

log = logging.getLogger(__name__)
FILE = "backup-runs.json"
_MOMENTS = ("good", "tried", "failed", "drilled")


@dataclass(frozen=True)
class Past:
    """good: the last backup that was made and tried; tried: the last attempt by the clock; failed, problem: when one failed last, and why.

    drilled: when old ones were tried again; copies: when each target got its last copy; seen: when each target was there last;
    missed: since when one that never was there is waited for.
    """

    good: dt.datetime | None = None
    tried: dt.datetime | None = None
    failed: dt.datetime | None = None
    problem: str = ""
    drilled: dt.datetime | None = None
    copies: Mapping[str, dt.datetime] = field(default_factory=dict)
    seen: Mapping[str, dt.datetime] = field(default_factory=dict)
    missed: Mapping[str, dt.datetime] = field(default_factory=dict)


class Runs:
    """The file of one data folder."""

    def __init__(self, data: Path) -> None:
        self._file = data / FILE

    def read(self) -> Past:
        """What is known; nothing, where the file is missing or cannot be read."""
        facts = self._facts()
        moments = {n: _moment(facts.get(n)) for n in _MOMENTS}
        problem = facts.get("problem")
        return Past(
            **moments, problem=problem if isinstance(problem, str) else "",
            copies=_moments(facts.get("copies")), seen=_moments(facts.get("seen")),
            missed=_moments(facts.get("missed")),
        )  # fmt: skip

    def note(
        self,
        *,
        copies: Mapping[str, dt.datetime] | None = None,
        seen: Mapping[str, dt.datetime] | None = None,
        missed: Mapping[str, dt.datetime] | None = None,
        problem: str | None = None,
        **moments: dt.datetime | None,
    ) -> None:
        """Remember these and leave the rest. A file that cannot be written is no reason to stop a backup."""
        facts = self._facts()
        for name, at in moments.items():
            if name not in _MOMENTS:
                raise KeyError(name)
            facts[name] = at.astimezone(dt.UTC).isoformat() if at else None
        if problem is not None:
            facts["problem"] = problem
        for name, more in (("copies", copies), ("seen", seen), ("missed", missed)):
            if more:
                known = facts.get(name)
                texts = {k: at.astimezone(dt.UTC).isoformat() for k, at in more.items()}
                facts[name] = (known if isinstance(known, dict) else {}) | texts
        fresh = self._file.with_name(f"{FILE}.{os.getpid()}.new")
        try:
            fresh.write_text(json.dumps(facts, ensure_ascii=False, indent=1), encoding="utf-8")
            replace_patiently(fresh, self._file)
        except OSError as error:
            log.warning("The last runs cannot be kept: %s", type(error).__name__)
            remove_patiently(fresh)

    def _facts(self) -> dict[str, Any]:
        try:
            facts = json.loads(self._file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            log.warning("The last runs cannot be read: %s", type(error).__name__)
            return {}
        return facts if isinstance(facts, dict) else {}


def _moment(text: Any) -> dt.datetime | None:
    try:
        found = dt.datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return found.astimezone(dt.UTC) if found.tzinfo else None


def _moments(facts: Any) -> dict[str, dt.datetime]:
    if not isinstance(facts, dict):
        return {}
    found = {str(k): _moment(v) for k, v in facts.items()}
    return {k: at for k, at in found.items() if at}
