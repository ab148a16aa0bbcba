"""What most tests of screens begin with: a window over a company of its own, in which nothing may go wrong unnoticed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from form_makers import Desk

from crm_desktop.application import Application


@pytest.fixture
def desk(qtbot: Any, sqlite_app: Application, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    made = Desk(qtbot, sqlite_app, monkeypatch)
    yield made
    made.quiet()
    made.close()
    assert made.errors == []
