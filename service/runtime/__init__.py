"""What runs for long: a run in progress, the daemon, recovery after a crash."""
