"""Companies that never existed: a small one to try the program with, and larger ones to measure it with."""
