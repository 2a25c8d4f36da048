"""A run is over when nobody has run or walked for some minutes; a walk is not the end of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from surefoot.analysis.model import Foot, Samples
from surefoot.sensor_ingest.recording.assembler import Batch
from surefoot.service.configuration import load_configuration
from surefoot.service.errors.settings import SettingsError
from surefoot.service.pipeline.analysis import chunks
from surefoot.service.pipeline.runner_analysis import RunAnalysis
from surefoot.service.runtime.end_of_run import RunActivity, RunEnd
from tests.service.stored_runs import RUNNER, manifest

STILL_S = 300.0


def ends_after_s(moved_s: Mapping[float, float], until_s: float = 5000.0) -> float | None:
    """When a run is over in which the last stride known at a time is the one of `moved_s`."""
    rule, at_s = RunEnd(STILL_S, 600.0), 0.0
    while at_s < until_s:
        known = [stride_s for known_s, stride_s in moved_s.items() if known_s <= at_s]
        if rule.is_over(RunActivity(at_s, known[-1] if known else None, at_s), 1.0):
            return at_s
        at_s += 1.0
    return None


def test_standing_for_the_minutes_of_the_setting_ends_it_and_waiting_for_the_start_does_not() -> None:
    assert ends_after_s({}) is None
    strides = {float(at_s): float(at_s) for at_s in range(900, 1200)}
    assert ends_after_s(strides) == pytest.approx(1199.0 + STILL_S, abs=2.0)


def test_a_stop_at_a_crossing_does_not_end_it() -> None:
    strides = {float(at_s): float(at_s) for at_s in (*range(60, 600), *range(890, 1200))}
    assert ends_after_s(strides) == pytest.approx(1199.0 + STILL_S, abs=2.0)


def test_walking_counts_as_much_as_running(samples: dict[Foot, Samples]) -> None:
    analysis = RunAnalysis(manifest().pods)
    seen: list[float] = []
    for piece in chunks(samples, 5.0):
        analysis.push(Batch(list(Foot).index(piece.foot), RUNNER, replace(piece)))
        last_s = analysis.runners[RUNNER].last_stride_s
        if last_s is not None and (not seen or last_s != seen[-1]):
            seen.append(last_s)
    analysis.flush()
    found = analysis.runners[RUNNER].results.strides[Foot.LEFT]
    walked_s = found.next_initial_contact_s[~found.running]
    assert sum(walked_s[0] <= at_s <= walked_s[-1] for at_s in seen) >= 2


@pytest.mark.parametrize("by_variable", [False, True])
def test_the_setting_of_before_is_refused_with_what_to_write(
    by_variable: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("settings") / "surefoot.toml"
    file.write_text("" if by_variable else "[run_end]\nno_running_s = 180\n", encoding="utf-8")
    environment = {"SUREFOOT_SETTINGS": str(file)}
    if by_variable:
        environment["SUREFOOT_RUN_END_NO_RUNNING_S"] = "180"
    with pytest.raises(SettingsError, match=r"is not a setting; write run_end\.still_min, in minutes"):
        load_configuration(environment)
