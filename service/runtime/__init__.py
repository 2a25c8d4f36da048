"""Long-running work: recording a run, the daemon, recovery after a crash."""
