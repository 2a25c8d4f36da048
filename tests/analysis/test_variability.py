"""The spread of the roll is that of the latest strides, however they come."""

from __future__ import annotations

import numpy as np
import pytest

from surefoot.analysis.gait.variability import RollVariability

STRIDES = 12
ROLL_DEG = np.random.default_rng(1).normal(5.0, 2.0, 60)
ROLL_DEG[[3, 20, 21]] = np.nan


def test_each_value_is_the_spread_of_the_latest_known() -> None:
    spread_deg = RollVariability().push(ROLL_DEG)
    for k in np.flatnonzero(np.isfinite(spread_deg)):
        known = ROLL_DEG[: k + 1][np.isfinite(ROLL_DEG[: k + 1])]
        assert spread_deg[k] == pytest.approx(known[-STRIDES:].std(ddof=1))
    assert np.isnan(spread_deg[: STRIDES - 1]).all()
    assert np.isnan(spread_deg[[20, 21]]).all()
    assert np.isfinite(spread_deg[STRIDES + 1 :]).sum() == 60 - STRIDES - 1 - 2


@pytest.mark.parametrize("piece", [1, 7, 12, 13, 60])
def test_pieces_give_the_same_as_the_whole(piece: int) -> None:
    live = RollVariability()
    parts = [live.push(ROLL_DEG[k : k + piece]) for k in range(0, len(ROLL_DEG), piece)]
    assert np.array_equal(np.concatenate(parts), RollVariability().push(ROLL_DEG), equal_nan=True)
