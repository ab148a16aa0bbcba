"""The command line, for scripts and administrators: one module per family of commands, each command a small function."""
