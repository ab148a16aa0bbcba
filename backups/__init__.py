"""Floor 2: archives of whole databases and their restoration. Never Qt."""
