"""Exit codes of the command line."""

INTERRUPTED = 130
"""Ended by Ctrl-C: 128 + SIGINT."""
