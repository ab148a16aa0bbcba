"""Screens that are special by shape, and the registry of all of them."""
