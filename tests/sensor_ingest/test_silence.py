"""A pod is silent while its partner gives samples and it does not."""

from __future__ import annotations

from surefoot.analysis.model import Foot
from surefoot.sensor_ingest.recording.run_folder import WornPod
from surefoot.sensor_ingest.recording.silence_watchdog import GONE_S, PAUSED_S, TELL_S, SilenceWatch

ANNA = [WornPod("A1", Foot.LEFT, "anna"), WornPod("A2", Foot.RIGHT, "anna")]
BEN = [WornPod("B1", Foot.LEFT, "ben")]


def told(watch: SilenceWatch, gives: dict[int, tuple[float, float]], until_s: float) -> list[tuple[float, int, float]]:
    """When which pod is called silent until when; each pod gives ten times a second, a tenth late, while it does."""
    found = []
    for tick in range(int(until_s * 10)):
        now_s = tick / 10
        for pod, (from_s, to_s) in gives.items():
            if from_s <= now_s < to_s:
                watch.gave(pod, now_s, now_s - 0.1)
        found += [(now_s, pod, silent_s) for pod, silent_s in watch.silent(now_s)]
    return found


def test_a_pod_that_stops_is_told_after_a_while_and_then_every_second() -> None:
    found = told(SilenceWatch(ANNA), {0: (0.0, 100.0), 1: (0.0, 40.0)}, 90.0)
    assert {pod for _, pod, _ in found} == {1}
    assert 40.0 + GONE_S - 0.2 <= found[0][0] <= 40.0 + GONE_S + 0.2
    assert all(abs(until_s - (now_s - 0.1)) < 1e-9 for now_s, _, until_s in found)
    assert len(found) == round((90.0 - found[0][0]) / TELL_S)


def test_a_pod_that_never_comes_is_told() -> None:
    assert told(SilenceWatch(ANNA), {1: (3.0, 100.0)}, 40.0)[0][:2] == (3.0 + GONE_S, 0)


def test_a_pod_that_comes_back_in_time_is_not() -> None:
    watch = SilenceWatch(ANNA)
    assert told(watch, {0: (0.0, 30.0), 1: (0.0, 10.0)}, 30.0) == []
    watch.gave(1, 30.0, 11.0)
    assert list(watch.silent(31.0)) == []


def test_where_both_are_out_of_reach_the_first_to_come_back_waits_for_the_other() -> None:
    watch = SilenceWatch(ANNA)
    assert told(watch, {0: (0.0, 10.0), 1: (0.0, 10.0)}, 10.0) == []
    watch.gave(0, 100.0, 11.0)
    assert list(watch.silent(100.0)) == []
    watch.gave(0, 100.0 + PAUSED_S, 60.0)
    assert list(watch.silent(100.0 + GONE_S - 0.1)) == []


def test_a_pod_without_a_partner_keeps_nobody_waiting() -> None:
    assert told(SilenceWatch([*ANNA, *BEN]), {2: (0.0, 5.0), 0: (0.0, 9.0), 1: (0.0, 9.0)}, 200.0) == []
