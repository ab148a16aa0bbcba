"""Makes setup programs that are none, for the tests of updates."""

from __future__ import annotations

import hashlib
from pathlib import Path

from crm_desktop import installers


def put(folder: Path, version: str, content: bytes = b"setup", *, host: bool = False, promised: bytes | None = None) -> Path:
    """A setup program in a folder, with its checksum added to what is promised there."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"CRM-Desktop-{version}-{'host-' if host else ''}setup.exe"
    file.write_bytes(content)
    digest = hashlib.sha256(content if promised is None else promised).hexdigest()
    with (folder / installers.SUMS).open("a", encoding="utf-8", newline="\r\n") as sums:
        sums.write(f"{digest}  {file.name}\n")
    return file
