"""A pod is silent while its partner gives samples and it does not."""

from __future__ import annotations

from surefoot.analysis.model import Foot
from surefoot.sensor_ingest.recording.manifest import PodAssignment
from surefoot.sensor_ingest.recording.silence_watchdog import (
    PARTNER_TIMEOUT_S,
    REPORT_INTERVAL_S,
    SILENT_AFTER_S,
    SilenceWatchdog,
)

ANNA = [PodAssignment("A1", Foot.LEFT, "anna"), PodAssignment("A2", Foot.RIGHT, "anna")]
BEN = [PodAssignment("B1", Foot.LEFT, "ben")]


def told(
    watch: SilenceWatchdog, gives: dict[int, tuple[float, float]], until_s: float
) -> list[tuple[float, int, float]]:
    """When which pod is called silent until when; each pod gives ten times a second, a tenth late, while it does."""
    found = []
    for tick in range(int(until_s * 10)):
        now_s = tick / 10
        for pod, (from_s, to_s) in gives.items():
            if from_s <= now_s < to_s:
                watch.on_samples(pod, now_s, now_s - 0.1)
        found += [(now_s, pod, silent_s) for pod, silent_s in watch.silent_pods(now_s)]
    return found


def test_a_pod_that_stops_is_told_after_a_while_and_then_every_second() -> None:
    found = told(SilenceWatchdog(ANNA), {0: (0.0, 100.0), 1: (0.0, 40.0)}, 90.0)
    assert {pod for _, pod, _ in found} == {1}
    assert 40.0 + SILENT_AFTER_S - 0.2 <= found[0][0] <= 40.0 + SILENT_AFTER_S + 0.2
    assert all(abs(watermark_s - (now_s - 0.1)) < 1e-9 for now_s, _, watermark_s in found)
    assert len(found) == round((90.0 - found[0][0]) / REPORT_INTERVAL_S)


def test_a_pod_that_never_comes_is_told() -> None:
    assert told(SilenceWatchdog(ANNA), {1: (3.0, 100.0)}, 40.0)[0][:2] == (3.0 + SILENT_AFTER_S, 0)


def test_a_pod_that_comes_back_in_time_is_not() -> None:
    watch = SilenceWatchdog(ANNA)
    assert told(watch, {0: (0.0, 30.0), 1: (0.0, 10.0)}, 30.0) == []
    watch.on_samples(1, 30.0, 11.0)
    assert list(watch.silent_pods(31.0)) == []


def test_where_both_are_out_of_reach_the_first_to_come_back_waits_for_the_other() -> None:
    watch = SilenceWatchdog(ANNA)
    assert told(watch, {0: (0.0, 10.0), 1: (0.0, 10.0)}, 10.0) == []
    watch.on_samples(0, 100.0, 11.0)
    assert list(watch.silent_pods(100.0)) == []
    watch.on_samples(0, 100.0 + PARTNER_TIMEOUT_S, 60.0)
    assert list(watch.silent_pods(100.0 + SILENT_AFTER_S - 0.1)) == []


def test_a_pod_without_a_partner_keeps_nobody_waiting() -> None:
    assert told(SilenceWatchdog([*ANNA, *BEN]), {2: (0.0, 5.0), 0: (0.0, 9.0), 1: (0.0, 9.0)}, 200.0) == []
