"""What somebody wants of the office's network, from the screen or the dialog to the program that carries it out."""

from __future__ import annotations

from dataclasses import dataclass, field

SHARE, STOP, UPGRADE, MOVE_HERE, LEAVE, JOINED, USE = "share", "stop", "upgrade", "move-here", "leave", "joined", "use"


@dataclass(frozen=True)
class LanWish:
    """what: one of the above. password: the owner's; port: of a new server; url, administrator: of one that stands already, and the
    password of its administrator."""

    what: str
    password: str = ""
    port: int = 0
    url: str = ""
    administrator: str = field(default="", repr=False)
