"""Business rules as pure functions: no database, no screen."""
