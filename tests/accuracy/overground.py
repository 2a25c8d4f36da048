"""Feet off the treadmill: optical stride times, walked events, counted steps, a hip sensor, a clipped sprint, no gait
at all."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.signal import find_peaks
from scipy.stats import trim_mean

from surefoot.analysis.model import Flag, Floats, Foot
from tests.accuracy.recordings import analysed, nearest, samples_of, table
from tests.accuracy.report import Finding

MID_STANCE_SHARE = 0.12
"""Of the stride, from contact to the rest between which stride length is measured."""
MIN_STRIDE_M = 0.4
"""Shorter ones are of a foot that stops or turns, for which two places say nothing of the way."""


def findings() -> Iterator[Finding]:
    """What the product says about every recording that is not the treadmill's."""
    yield from vicon()
    yield optical_distance()
    yield walked_distance()
    yield from two_feet_walk()
    yield from two_feet_run()
    yield from long_run()
    yield from sprint()
    yield from no_gait()


def vicon() -> Iterator[Finding]:
    """Stride time against the optical position of the foot; the gyroscope clips in every trial.

    A foot that turns or stops is slower than 1 m/s before it lands, so single strides of the optical truth are off by
    up to 0.15 s: means leave out the extreme tenths.
    """
    trials, clipped = [], 0
    for number in range(1, 9):
        name = f"vicon/run_{number:02d}"
        strides = analysed(f"{name}.csv").strides()
        clipped += bool(samples_of(f"{name}.csv").clipped.any())
        rest_s = _rests_s(f"{name}.foot_position.csv")
        begin, end = (
            rest_s[nearest(rest_s, contact_s)]
            for contact_s in (strides.initial_contact_s, strides.next_initial_contact_s)
        )
        stride_s = strides.metrics["stride_time_s"]
        trials.append(100.0 * (stride_s / (end - begin) - 1.0)[np.isfinite(stride_s)])
    means = [float(trim_mean(each, 0.1)) for each in trials]
    told = " ".join(f"{mean:+.2f}" for mean in means)
    yield Finding("vicon, 8 trials", "stride time against optical", f"{told} %", "±1 %", max(map(abs, means)) <= 1)
    every = np.concatenate(trials)
    mean, middle = float(trim_mean(every, 0.1)), float(np.median(np.abs(every)))
    found = f"{mean:+.2f} %, single ones {middle:.1f} %"
    yield Finding("vicon, all strides", "the same", found, "±0.5 %, 1.5 %", abs(mean) <= 0.5 and middle <= 1.5)
    yield Finding("vicon, 8 trials", "gyroscope clipping flagged", f"{clipped} of 8 trials", "8", clipped == 8)


def optical_distance() -> Finding:
    """Stride lengths that a clipping gyroscope leaves, summed per trial, against the way of the foot's marker."""
    errors_pct = [_distance_error_pct(f"vicon/run_{number:02d}") for number in range(1, 9)]
    mean_pct, worst_pct = float(np.mean(errors_pct)), max(errors_pct, key=abs)
    found = f"mean {mean_pct:+.1f} %, worst {worst_pct:+.1f} %"
    good = abs(mean_pct) <= 1 and abs(worst_pct) <= 3
    return Finding("vicon, 8 trials", "distance per trial against optical", found, "mean ±1 %, worst ±3 %", good)


def _distance_error_pct(name: str) -> float:
    strides = analysed(f"{name}.csv").strides()
    rows = table(f"{name}.foot_position.csv")
    level_m = np.stack([rows["x_m"], rows["y_m"], rows["z_m"]], axis=1)
    level_m = np.delete(level_m, np.argmin(np.ptp(level_m, axis=0)), axis=1)
    middle_s = MID_STANCE_SHARE * strides.metrics["stride_time_s"]
    begin, end = (
        level_m[nearest(rows["time_s"], contact_s + middle_s)]
        for contact_s in (strides.initial_contact_s, strides.next_initial_contact_s)
    )
    true_m = np.linalg.norm(end - begin, axis=1)
    length_m = strides.metrics["stride_length_m"]
    known = np.isfinite(length_m) & np.isfinite(true_m) & (true_m > MIN_STRIDE_M)
    return float(100.0 * (length_m[known].sum() / true_m[known].sum() - 1.0))


def walked_distance() -> Finding:
    """Twice 20 m, with a turn: the strides of each foot, summed."""
    walk = analysed("two_feet_walk/left.csv", "two_feet_walk/right.csv")
    sums_m = [float(np.nansum(walk.strides(foot).metrics["stride_length_m"])) for foot in Foot]
    found = " and ".join(f"{total_m:.1f} m" for total_m in sums_m)
    return Finding("two_feet_walk", "distance (2 × 20 m)", found, "40 ± 2 m", all(abs(m - 40) <= 2 for m in sums_m))


def _rests_s(name: str) -> Floats:
    """Times at which the optically tracked foot comes to rest: its speed falls through 1 m/s."""
    rows = table(name)
    place_m = np.stack([rows["x_m"], rows["y_m"], rows["z_m"]], axis=1)
    fresh = np.concatenate([[True], (np.diff(place_m, axis=0) != 0).any(axis=1)])
    even_s = np.arange(rows["time_s"][0], rows["time_s"][-1], 0.005)
    even_m = np.stack([np.interp(even_s, rows["time_s"][fresh], axis[fresh]) for axis in place_m.T], axis=1)
    speed = np.linalg.norm(np.gradient(gaussian_filter1d(even_m, 3.0, axis=0), 0.005, axis=0), axis=1)
    return even_s[1:][(speed[:-1] >= 1.0) & (speed[1:] < 1.0)]


def two_feet_walk() -> Iterator[Finding]:
    """Spread of the events against another lab's; their definition of the instants differs by a constant."""
    rows = table("two_feet_walk/events.csv")
    for foot in Foot:
        strides = analysed("two_feet_walk/left.csv", "two_feet_walk/right.csv").strides(foot)
        mine = rows[rows["foot"] == foot.value]
        for name, ours_s, theirs_s in (
            ("initial contact", strides.initial_contact_s, mine["initial_contact_s"]),
            ("terminal contact", strides.terminal_contact_s, mine["terminal_contact_s"]),
        ):
            ours_s = ours_s[np.isfinite(ours_s)]
            error_ms = 1e3 * (ours_s[nearest(ours_s, theirs_s)] - theirs_s)
            matched = np.abs(error_ms - np.median(error_ms)) < 300
            spread = float(error_ms[matched].std())
            found = f"{np.median(error_ms):+.0f} ms, SD {spread:.1f} ms ({matched.sum()} of {len(theirs_s)})"
            yield Finding(f"two_feet_walk {foot}", f"{name} spread", found, "SD ≤ 25 ms", spread <= 25)


def two_feet_run() -> Iterator[Finding]:
    """Counted steps, and feet that alternate."""
    run = analysed("two_feet_run/run_20m_22_steps_left.csv", "two_feet_run/run_20m_22_steps_right.csv")
    touches = {
        foot: _contacts_s(run.strides(foot).initial_contact_s, run.strides(foot).next_initial_contact_s)
        for foot in Foot
    }
    steps = sum(len(each) for each in touches.values())
    order = sorted((float(t), foot) for foot, each in touches.items() for t in each)
    alternate = all(a[1] is not b[1] for a, b in pairwise(order))
    yield Finding("two_feet_run", "steps (22 counted)", f"{steps}", "22 ± 1", abs(steps - 22) <= 1)
    yield Finding("two_feet_run", "feet alternate", "yes" if alternate else "no", "yes", alternate)


def _contacts_s(start_s: Floats, end_s: Floats) -> Floats:
    return np.unique(np.concatenate([start_s, end_s]))


def long_run() -> Iterator[Finding]:
    """Cadence against a hip sensor in each window of running; runs and walks told apart without a gyroscope."""
    results = analysed("long_run_acc_only/first_10_min.csv").results
    hip = samples_of("long_run_acc_only/hip_first_10_min.csv")
    runs = [bout for bout in results.bouts if bout.kind == "run" and bout.end_s - bout.start_s >= 20]
    errors = []
    for window in results.windows:
        inside = any(bout.start_s <= window.start_s and window.end_s <= bout.end_s for bout in runs)
        if inside:
            rows = (hip.time_s >= window.start_s) & (hip.time_s < window.end_s)
            errors.append(100.0 * (window.cadence_spm.value / _hip_cadence_spm(hip.acc_mps2[rows], 100.0) - 1.0))
    worst, mean = max(errors, key=abs), float(np.mean(errors))
    found = f"mean {mean:+.2f} %, worst {worst:+.2f} % of {len(errors)} windows"
    yield Finding("long_run_acc_only", "cadence against the hip", found, "±1 %", abs(mean) <= 1)
    told = " ".join(
        f"{b.kind} {b.start_s:.0f}–{b.end_s:.0f}"
        for b in results.bouts
        if b.kind in ("run", "walk") and b.end_s - b.start_s > 5
    )
    apart = {"run", "walk"} <= {bout.kind for bout in results.bouts}
    yield Finding("long_run_acc_only", "run and walk bouts (s)", told, "apart", apart)


def _hip_cadence_spm(acc_mps2: Floats, rate_hz: float) -> float:
    """Step frequency of the hip's vertical bounce: the autocorrelation's last clear peak, divided by its number of
    steps."""
    signal = np.linalg.norm(acc_mps2, axis=1)
    signal = signal - signal.mean()
    spectrum = np.abs(np.fft.rfft(signal, 8 * len(signal))) ** 2
    agreement = np.fft.irfft(spectrum)[: len(signal)]
    peaks = find_peaks(agreement, distance=int(0.28 * rate_hz))[0]
    step = peaks[(peaks > 0.28 * rate_hz) & (peaks < 0.5 * rate_hz)][0]
    for count in range(2, 21):
        near = np.arange(int(count * step / (count - 1)) - 4, int(count * step / (count - 1)) + 5)
        step = near[np.argmax(agreement[near])]
    return 60.0 * rate_hz * 20 / float(step)


def sprint() -> Iterator[Finding]:
    """Strides are found and flagged; contact is given only where the readings are whole."""
    strides = analysed("sprint_clipped/sprint_1.csv").strides()
    flagged = float(100.0 * (strides.flags != 0).mean())
    withheld = int(strides.has(Flag.CONTACT_WITHHELD).sum())
    gappy = strides.has(Flag.GAP) | strides.has(Flag.CLIPPED)
    found = f"{len(strides)} strides, {flagged:.0f} % flagged, contact withheld in {withheld}"
    yield Finding(
        "sprint_clipped", "clipped sprint", found, "found, all flagged", len(strides) >= 8 and bool(gappy.all())
    )


def no_gait() -> Iterator[Finding]:
    """Nothing is made of hands that wave and shake, nor of a pod at rest."""
    for name in ("waving", "shaking", "still"):
        strides = len(analysed(f"nongait/{name}.csv").strides())
        yield Finding(f"nongait {name}", "strides", f"{strides}", "0", strides == 0)
