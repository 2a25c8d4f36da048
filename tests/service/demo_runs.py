"""Simulated runs over the virtual radio, in virtual time, and what to compare of them."""

from __future__ import annotations

import math
from dataclasses import fields
from pathlib import Path

import numpy as np

from surefoot.analysis.model import Strides
from surefoot.analysis.session import Results
from surefoot.service.runtime.demo import DemoRun, choose_scenarios, record_demo

SEED = 3


def record_demo_run(
    parent: Path, minutes: float, *, runners: int = 1, name: str | None = None, seed: int = SEED
) -> DemoRun:
    """A demo, as fast as it goes."""
    return record_demo(choose_scenarios(name, minutes, runners, seed), parent, seed=seed, speed=math.inf, observer=None)


def assert_same(first: Results, second: Results) -> None:
    """Equal to the last bit."""
    assert first.bouts == second.bouts
    assert first.windows == second.windows
    assert first.live == second.live
    assert repr(first.findings) == repr(second.findings)
    assert list(first.strides) == list(second.strides)
    for foot, strides in first.strides.items():
        _assert_same_strides(strides, second.strides[foot])


def _assert_same_strides(first: Strides, second: Strides) -> None:
    assert list(first.metrics) == list(second.metrics)
    for key, values in first.metrics.items():
        np.testing.assert_array_equal(values, second.metrics[key], strict=True)
    for name in [field.name for field in fields(Strides) if field.name not in {"foot", "metrics"}]:
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name), strict=True)
