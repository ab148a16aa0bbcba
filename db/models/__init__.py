"""Mapped tables, by business area."""
