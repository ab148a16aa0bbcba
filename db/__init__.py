"""Floor 0: tables, engine and SQL. Knows nothing of the floors above."""
