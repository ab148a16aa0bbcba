"""Some releases of PySide6 lose a reference to None in every call that returns nothing, and soon abort."""

from __future__ import annotations

import os
import subprocess
import sys

PROBE = """
from PySide6.QtWidgets import QApplication, QWidget
application = QApplication([])
widget = QWidget()
for n in range(21_000):
    widget.setToolTip("")
print("alive")
"""


def test_21000_calls_that_return_nothing() -> None:
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, env=environment, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "alive"), done.stderr
