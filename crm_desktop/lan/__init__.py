"""One office, one database: the PC that keeps it for all (the host), and the way to it for the others."""
