"""Floor 3: the window. Qt only; never SQL, never a business rule."""
