"""The collections of real files that are not part of the program: tests over them are skipped where they are not there.

CRM_SAMPLES names their folder; without it, `../shared/samples` beside the checkout is looked for.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

FOLDER = Path(os.environ.get("CRM_SAMPLES") or Path(__file__).parents[2] / "shared" / "samples")


def sample(path: str) -> Path:
    """A file or folder of the collection; the test is skipped when it is not there."""
    found = FOLDER / path
    if not found.exists():
        pytest.skip(f"the sample {path} is not there; CRM_SAMPLES may name its folder")
    return found
