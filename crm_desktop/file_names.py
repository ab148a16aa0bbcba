"""Names for files that every system takes, made from what people call their records and files."""

from __future__ import annotations

from pathlib import PureWindowsPath

_FORBIDDEN = '<>:"/\\|?*'
_LONGEST = 80  # characters; with Chinese that is 240 of the 255 bytes a name may have


def file_name(text: str, instead: str) -> str:
    """`text` as the name of a file; `instead` where nothing is left of it. Its end stays, for the sake of its ending."""
    plain = "".join("_" if c in _FORBIDDEN or ord(c) < 32 else c for c in text)[-_LONGEST:].strip(" ").rstrip(". ")
    if PureWindowsPath(plain).is_reserved():  # CON, NUL, COM1: devices, whatever their ending
        return f"_{plain}"
    return plain or instead
