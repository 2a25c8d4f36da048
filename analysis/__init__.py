"""Samples of shoe pods in; strides, windows, bouts and findings out. Pure computation: no I/O, no clocks.

`Session` is the entry point: push samples, read results, flush at the end. It is imported when it is first used, so
that whoever needs the values alone, as a gateway does, does not load what computes.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from surefoot.analysis.session import Results, Session

__all__ = ["Results", "Session"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'surefoot.analysis' has no attribute {name!r}")
    return getattr(import_module("surefoot.analysis.session"), name)
