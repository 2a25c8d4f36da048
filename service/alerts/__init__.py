"""Which findings become alerts, and when."""
