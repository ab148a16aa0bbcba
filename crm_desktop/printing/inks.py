"""The colours of what is printed, which are the document's and the same in every theme of the window."""

from __future__ import annotations

PAPER = "#ffffff"
INK = "#000000"
HEADING = "#eef2f7"
"""The ground of a table's heading, pale enough for a black and white printer."""

INKS = (
    INK, "#1a1f26", "#5b6673", "#98a2b3", "#c9d1da", "#f3f6f9", PAPER, "#1f4e79", "#2160e4", "#0e7490", "#067647", "#7a8b1f",
    "#b45309", "#c2261a", "#a4262c", "#5b34c9",
)  # fmt: skip
"""Those the designer offers."""
