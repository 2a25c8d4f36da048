"""Ten minutes of two pods over a bad radio: what arrives, when it says it was taken, and how soon pods are back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from surefoot.analysis.model import Foot
from surefoot.firmware_sim.pod.peripheral import SUPERVISION_MS
from surefoot.firmware_sim.pod.virtual_pod import BOOT_TIME_S
from surefoot.firmware_sim.scenarios import Outage, PowerCycle
from surefoot.sensor_ingest.recording.entries import EventKind
from tests.accuracy.report import Finding
from tests.sensor_ingest.virtual import Recorded, events, in_virtual_time, record, standing, truth_of

LEFT, RIGHT = Foot.LEFT, Foot.RIGHT
DURATION_S = 600.0
OUTAGES = (
    Outage(LEFT, 60.0, 1.0),
    Outage(RIGHT, 100.0, 3.5),
    Outage(LEFT, 180.0, 8.0),
    Outage(RIGHT, 185.0, 20.0),
    Outage(LEFT, 400.0, 12.0),
)
POWER_CYCLES = (PowerCycle(RIGHT, 195.3, 4.0), PowerCycle(LEFT, 300.3, 0.3))
"""The first within an outage, so that what the pod has kept for later dies; the second shorter than a link lives."""
SUPERVISION_S = SUPERVISION_MS / 1000.0
MOST_INSIDE_S, HALF_SAMPLE_S = 0.05, 0.0024
"""Samples of one boot are never so far apart; those of two boots are."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of the samples of both pods.

    Parameters
    ----------
    died : samples that were made, but not sent before the pod's memory lost its power.
    exact : all others were recorded bit for bit, each once and in order.
    worst_s : largest error of a sample's time.
    lost_packets : given up, as the run counted them.
    silent_s, counted_silent_s : between the last sample of a boot and the first of the next, in truth and as counted.
    """

    made: int
    died: int
    exact: bool
    worst_s: float
    lost_packets: int
    silent_s: float
    counted_silent_s: float


def delivered(recorded: Recorded) -> Delivered:
    """Compare a run with what its pods made."""
    _, taken, runner, run = recorded
    made = died = 0
    exact, worst_s, silent_s = True, 0.0, 0.0
    for number, foot in enumerate(runner.pods):
        truth, times_s = truth_of(runner, foot, taken.origin_s), taken.times_s(number)
        breaks = np.flatnonzero(np.diff(times_s) > MOST_INSIDE_S)
        gone = np.zeros(len(truth.time_s), bool)
        for before_s, after_s in zip(times_s[breaks], times_s[breaks + 1], strict=True):
            gone |= (truth.time_s > before_s + HALF_SAMPLE_S) & (truth.time_s < after_s - HALF_SAMPLE_S)
        same = np.array_equal(taken.acc_mps2(number), truth.acc_mps2[~gone])
        exact &= same and len(breaks) == len(np.unique(truth.boot)) - 1 and bool((np.diff(times_s) > 0.0).all())
        silent_s += float(np.diff(truth.time_s[~gone])[breaks].sum()) if same else np.inf
        worst_s = max(worst_s, float(np.abs(times_s - truth.time_s[~gone]).max()) if same else np.inf)
        made, died = made + len(gone), died + int(gone.sum())
    counts = [pod.counts for pod in run.health()]
    lost, counted_s = sum(each.lost for each in counts), sum(each.between_boots_s for each in counts)
    return Delivered(made, died, exact, worst_s, lost, silent_s, counted_s)


def back_after_s(recorded: Recorded, foot: Foot, back_s: float) -> float:
    """How long after a pod was to be heard again it was connected; negative where the link had held."""
    folder, taken, runner, _ = recorded
    at_s = runner.start_s + back_s - taken.origin_s
    connected_s = [found_s - at_s for found_s in events(folder, EventKind.CONNECTED, list(runner.pods).index(foot))]
    return min((later_s for later_s in connected_s if later_s > 0.0), default=np.inf)


def findings() -> Iterator[Finding]:
    """With outages alone, then with two losses of power on top."""
    with TemporaryDirectory() as folder:
        yield from _told("2 pods, 2 % loss, 5 outages", Path(folder), OUTAGES)
        yield from _told("the same, and 2 power cycles", Path(folder), OUTAGES + POWER_CYCLES)


def _told(name: str, folder: Path, troubles: Sequence[Outage | PowerCycle]) -> Iterator[Finding]:
    recorded = in_virtual_time(record(folder, standing(DURATION_S, *troubles)))
    found = delivered(recorded)
    cycles = [trouble for trouble in troubles if isinstance(trouble, PowerCycle)]
    text = f"{found.made - found.died} of {found.made}" + (f", {found.died} died" if cycles else "")
    yield Finding(name, "samples recorded once, in order", text, "all", found.exact and not found.lost_packets)
    yield Finding(name, "worst error of a time", f"{1e3 * found.worst_s:.1f} ms", "≤ 5 ms", found.worst_s <= 0.005)
    if cycles:
        text = f"{found.counted_silent_s:.2f} s, in truth {found.silent_s:.2f} s"
        passed = abs(found.counted_silent_s - found.silent_s) < 0.01
        yield Finding(name, "silence between boots counted", text, "equal", passed)
    outages = [each for each in troubles if isinstance(each, Outage) and each.duration_s > SUPERVISION_S]
    back_s = [(each.foot, each.at_s + each.duration_s) for each in outages]
    back_s += [(each.foot, _heard_again_s(each, outages)) for each in cycles]
    worst_s = max(back_after_s(recorded, *each) for each in back_s)
    yield Finding(name, "connected after a pod is back", f"≤ {worst_s:.1f} s", "≤ 3 s", worst_s <= 3.0)


def _heard_again_s(cycle: PowerCycle, outages: Sequence[Outage]) -> float:
    """When a pod that was switched off advertises again and can be heard."""
    on_s = cycle.at_s + cycle.off_s + BOOT_TIME_S
    ends_s = {each.at_s: each.at_s + each.duration_s for each in outages if each.foot is cycle.foot}
    return max([on_s, *(end_s for at_s, end_s in ends_s.items() if at_s < on_s < end_s)])
