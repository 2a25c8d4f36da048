"""The accuracy table's targets hold: on simulated runners everywhere, on the recordings where they are at hand."""

from __future__ import annotations

from types import ModuleType

import pytest

from surefoot.firmware_sim.body.runner_profile import FootStrike
from tests.accuracy import force_belts, mounting, overground, resemblance, simulated, strikes, treadmill
from tests.accuracy.recordings import DATA

RECORDED = [treadmill, overground, force_belts, mounting, resemblance]


def test_simulated_runners_are_measured_within_the_targets() -> None:
    assert [finding for finding in simulated.findings() if not finding.passed] == []


@pytest.mark.parametrize("strike", strikes.STRIKES)
def test_contact_and_its_asymmetry_hold_for_every_strike(strike: FootStrike) -> None:
    assert [finding for finding in strikes.findings([strike], [2.8, 6.0]) if not finding.passed] == []


@pytest.mark.recordings
@pytest.mark.skipif(not DATA.is_dir(), reason=f"no recordings at {DATA}; set SUREFOOT_EVAL_DATA to their folder")
@pytest.mark.parametrize("part", RECORDED, ids=lambda part: part.__name__.rpartition(".")[2])
def test_recordings_are_measured_within_the_targets(part: ModuleType) -> None:
    assert [finding for finding in part.findings() if not finding.passed] == []
