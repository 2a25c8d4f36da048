"""The exact interval of a share (Clopper and Pearson 1934, Biometrika 26:404)."""

from __future__ import annotations

from scipy.stats import binomtest


def interval_pct(count: int, n: int) -> str:
    """95 % interval of the share behind `count` of `n`, in words."""
    interval = binomtest(count, n).proportion_ci(0.95, method="exact")
    return f"{100.0 * interval.low:.2g} to {100.0 * interval.high:.2g} %"
