"""A program whose files may not grow beyond what the database has now and a little: it saves until it is told that it cannot.

    python cramped.py DIR

It prints the id of each customer saved, then the name of the error it was told.
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from crm_desktop.errors import Told
from crm_desktop.services import saving
from crm_desktop.services.opening import database_path, open_folder

ROOM = 500_000  # bytes


def main(data: Path) -> None:
    """Save until it ends."""
    app = open_folder(data)
    largest = database_path(data).stat().st_size + ROOM
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
    try:
        for number in range(500):
            draft = saving.new_draft(app, "customers", {"name": f"Customer {number}", "note": "x" * 20_000})
            print(saving.save(app, draft).id, flush=True)
    except Told as error:
        print(type(error).__name__, flush=True)
    app.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
