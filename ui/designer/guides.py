"""Guide lines a person drew out of the rulers: places on every page that things snap to, never printed."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Guides:
    """Millimetres from the left (upright lines) and from the top (level lines)."""

    upright: list[float] = field(default_factory=list)
    level: list[float] = field(default_factory=list)

    def of(self, upright: bool) -> list[float]:
        """The lines of one direction."""
        return self.upright if upright else self.level

    def near(self, x: float, y: float, reach: float) -> tuple[bool, int] | None:
        """The line under the mouse: its direction and its number."""
        for upright, at in ((True, x), (False, y)):
            for number, line in enumerate(self.of(upright)):
                if abs(line - at) <= reach:
                    return upright, number
        return None

    def facts(self) -> dict[str, list[float]]:
        """As plain data."""
        return {"upright": list(self.upright), "level": list(self.level)}

    def take(self, facts: object) -> None:
        """As they were kept; anything else is left out."""
        if isinstance(facts, dict):
            for name, lines in (("upright", self.upright), ("level", self.level)):
                given = facts.get(name)
                lines[:] = [float(v) for v in given if isinstance(v, (int, float))] if isinstance(given, list) else []
