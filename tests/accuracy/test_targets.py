"""The accuracy table's targets hold: on simulated runners everywhere, on the recordings where they are at hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

import pytest

from surefoot.firmware_sim.body.runner_profile import FootStrike
from tests.accuracy import force_belts, mounting, overground, resemblance, simulated, strikes, treadmill
from tests.accuracy.recordings import DATA
from tests.accuracy.report import Finding

Findings = Callable[[], Iterable[Finding]]
RECORDED: dict[str, Findings] = {
    "treadmill": treadmill.findings,
    "overground": overground.findings,
    "force_belts": force_belts.findings,
    "mounting": partial(mounting.findings, 50),  # `make accuracy` turns the pod 500 times
    "resemblance": resemblance.findings,
}


def test_simulated_runners_are_measured_within_the_targets() -> None:
    assert [finding for finding in simulated.findings() if not finding.passed] == []


@pytest.mark.parametrize("strike", strikes.STRIKES)
def test_contact_and_its_asymmetry_hold_for_every_strike(strike: FootStrike) -> None:
    assert [finding for finding in strikes.findings([strike], [2.8, 6.0]) if not finding.passed] == []


@pytest.mark.recordings
@pytest.mark.skipif(not DATA.is_dir(), reason=f"no recordings at {DATA}; set SUREFOOT_EVAL_DATA to their folder")
@pytest.mark.parametrize("findings", RECORDED.values(), ids=RECORDED)
def test_recordings_are_measured_within_the_targets(findings: Findings) -> None:
    assert [finding for finding in findings() if not finding.passed] == []
