"""Gait monitoring for runners with a motion pod on each shoe.

>>> import surefoot
>>> run = surefoot.analyze(left="left.csv", right="right.csv")
>>> run.summary["cadence_spm"]

Names are imported when they are first used, so that `import surefoot` and the command line start at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from surefoot.analysis.findings import Finding
    from surefoot.analysis.metrics import STRIDE_METRICS
    from surefoot.analysis.model import Bout, Estimate, Flag, Foot, Gait, Samples, Strides, Window
    from surefoot.analysis.parameters import Parameters
    from surefoot.analysis.session import Results, Session
    from surefoot.library import Analysis, analyze, read_csv
    from surefoot.sensor_ingest.files.cleaning import Recording

_HOMES = {
    "STRIDE_METRICS": "surefoot.analysis.metrics",
    "Analysis": "surefoot.library",
    "Bout": "surefoot.analysis.model",
    "Estimate": "surefoot.analysis.model",
    "Finding": "surefoot.analysis.findings",
    "Flag": "surefoot.analysis.model",
    "Foot": "surefoot.analysis.model",
    "Gait": "surefoot.analysis.model",
    "Parameters": "surefoot.analysis.parameters",
    "Recording": "surefoot.sensor_ingest.files.cleaning",
    "Results": "surefoot.analysis.session",
    "Samples": "surefoot.analysis.model",
    "Session": "surefoot.analysis.session",
    "Strides": "surefoot.analysis.model",
    "Window": "surefoot.analysis.model",
    "analyze": "surefoot.library",
    "read_csv": "surefoot.library",
}
"""Public name → module that defines it."""

__all__ = [
    "STRIDE_METRICS",
    "Analysis",
    "Bout",
    "Estimate",
    "Finding",
    "Flag",
    "Foot",
    "Gait",
    "Parameters",
    "Recording",
    "Results",
    "Samples",
    "Session",
    "Strides",
    "Window",
    "analyze",
    "read_csv",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return import_module("importlib.metadata").version("surefoot")
    if name not in _HOMES:
        raise AttributeError(f"module 'surefoot' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, "__version__"})
