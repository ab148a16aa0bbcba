"""The room where a person designs what is printed. It is loaded when somebody opens it: nothing else of the program needs it."""
