"""What somebody wants of the office's network, from the screen or the dialog to the program that carries it out."""

from __future__ import annotations

from dataclasses import dataclass

SHARE, STOP, UPGRADE, MOVE_HERE, LEAVE, JOINED = "share", "stop", "upgrade", "move-here", "leave", "joined"


@dataclass(frozen=True)
class LanWish:
    """what: one of the above. password: the owner's; port: of a new server."""

    what: str
    password: str = ""
    port: int = 0
