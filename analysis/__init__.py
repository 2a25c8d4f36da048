"""Samples of shoe pods in; strides, windows, bouts and findings out. Pure computation: no I/O, no clocks.

`Session` is the entry point: push samples, read results, flush at the end.
"""

from surefoot.analysis.session import Results, Session

__all__ = ["Results", "Session"]
