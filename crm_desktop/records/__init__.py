"""Record types, declared once each, by business area."""
