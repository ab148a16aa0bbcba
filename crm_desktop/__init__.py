"""Floor 1: what a CRM does. No Qt, no SQL text."""

__version__ = "0.1.0"
