"""Impact dose and hard landings, from strides written down by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from surefoot.analysis.dose import impact_doses
from surefoot.analysis.metrics import IMPACT
from surefoot.analysis.model import Floats, Foot, Strides
from tests.analysis.made import contacts, strides


def run(foot: Foot, impact_g: Floats, *, running: bool = True) -> Strides:
    rows = strides(foot, contacts(0.0, len(impact_g), 0.7), running=running)
    return replace(rows, metrics={**rows.metrics, IMPACT: impact_g})


def test_a_foot_that_lands_harder_has_the_hard_landings() -> None:
    left, right = np.full(40, 6.0), np.full(40, 8.0)
    right[20:] = 9.0
    dose = impact_doses({Foot.LEFT: run(Foot.LEFT, left), Foot.RIGHT: run(Foot.RIGHT, right)})
    assert dose[Foot.LEFT].impact_dose_g == pytest.approx(240.0)
    assert dose[Foot.RIGHT].impact_dose_g == pytest.approx(340.0)
    assert dose[Foot.LEFT].hard_landings_pct == 0.0
    assert impact_doses({Foot.RIGHT: run(Foot.RIGHT, np.arange(100.0))})[Foot.RIGHT].hard_landings_pct == pytest.approx(
        20.0
    )


def test_unknown_and_walked_landings_do_not_count() -> None:
    some = np.full(30, 5.0)
    some[:5] = np.nan
    assert impact_doses({Foot.LEFT: run(Foot.LEFT, some)})[Foot.LEFT].impact_dose_g == pytest.approx(125.0)
    assert not impact_doses({Foot.LEFT: run(Foot.LEFT, some, running=False)})
    assert not impact_doses({Foot.LEFT: run(Foot.LEFT, some[: 5 + 19]), Foot.RIGHT: Strides.empty(Foot.RIGHT)})
