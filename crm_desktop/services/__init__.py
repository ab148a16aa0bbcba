"""What the program can do, as functions that take the open application first."""
