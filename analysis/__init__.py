"""Samples from shoe pods in, strides, windows and bouts out: pure computation, no I/O, no clocks.

`Session` is the way in: push samples, get results, flush at the end.
"""

from surefoot.analysis.session import Results, Session

__all__ = ["Results", "Session"]
