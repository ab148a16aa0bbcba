"""How late money is, in the classes that a report of ages has."""

from __future__ import annotations

from crm_desktop.words import N_

EDGES = (0, 30, 60, 90)
"""Days late up to which a class reaches; the first holds what is not due yet, and one more, without an end, comes after the last."""

LABELS = (N_("Not due"), N_("1–30 days"), N_("31–60 days"), N_("61–90 days"), N_("Over 90 days"))
"""What the classes are called, in English."""

