"""The exact interval of a share (Clopper and Pearson 1934, Biometrika 26:404)."""

from __future__ import annotations

from scipy.stats import binomtest


def interval_pct(count: int, n: int) -> str:
    """95 % interval of the share behind `count` of `n`, in words."""
    interval = binomtest(count, n).proportion_ci(0.95, method="exact")
    return f"{_pct(100.0 * interval.low)} to {_pct(100.0 * interval.high)} %"


def _pct(share_pct: float) -> str:
    """Two digits that count, or as many as 100 has."""
    return f"{share_pct:.3g}" if share_pct >= 99.5 else f"{share_pct:.2g}"
