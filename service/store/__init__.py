"""One SQLite file of results: every run, and the outbox of the exporters."""
