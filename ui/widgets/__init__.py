"""The small parts every screen is made of. They take their look from the theme and know nothing of records."""
