"""Exit codes of the command line."""

PROBLEM = 1
"""Something that was checked is not as it should be."""
BAD_INPUT = 2
"""The request cannot be met; standard error has one sentence about it."""
INTERRUPTED = 130
"""Ended by Ctrl-C: 128 + SIGINT."""
