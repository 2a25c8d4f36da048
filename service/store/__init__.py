"""One SQLite file of results: the truth about every run, and the outbox of what is shipped elsewhere."""
