"""Walking and running on a treadmill against a pressure insole (62.5 Hz, 5 % threshold)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from surefoot.analysis.metrics import STRIDE_METRICS
from surefoot.analysis.model import Bools, Flag, Floats
from surefoot.analysis.windows import median
from tests.accuracy.recordings import analysed, samples_of, table
from tests.accuracy.report import Finding

RUNS = (7, 8, 9, 10, 11, 12)
WALKS = (2, 4, 6)


SPEED = "speed_mps"


@dataclass(frozen=True, slots=True)
class Trial:
    """Strides without a gap, each beside the insole's contact; times in s."""

    speed_kmh: int
    contact_s: Floats
    insole_contact_s: Floats
    stride_s: Floats
    insole_stride_s: Floats
    unmatched: int
    contacts: int
    walking_pct: float

    @property
    def error_ms(self) -> Floats:
        """Contact time less the insole's, stride by stride."""
        return (self.contact_s - self.insole_contact_s) * 1e3

    @property
    def cadence_error_pct(self) -> float:
        """Cadence (average first, invert last) against the insole's."""
        return float(100.0 * (self.insole_stride_s.mean() / self.stride_s.mean() - 1.0))


def trial(speed_kmh: int) -> Trial:
    """Match strides to contacts; the two clocks differ by a constant."""
    strides = analysed(f"treadmill/{speed_kmh}kmh.csv").strides()
    rows = table("treadmill/contacts.csv")
    rows = rows[rows["trial"] == f"{speed_kmh}kmh"]
    start_s, contact_s = rows["contact_start_s"], rows["contact_time_s"]
    lag_s = _lag_s(strides.initial_contact_s, start_s)
    distance_s = np.abs(strides.initial_contact_s[:, None] - start_s - lag_s)
    stride, near_s = distance_s.argmin(axis=0), distance_s.min(axis=0)
    gap = strides.has(Flag.GAP)[stride] | _in_gap(speed_kmh, start_s + lag_s, contact_s)
    matched = (near_s < 0.1) & ~gap
    known = matched & np.isfinite(strides.terminal_contact_s[stride])
    whole = np.diff(start_s) < 1.5 * np.median(np.diff(start_s))
    both = matched[:-1] & matched[1:] & whole & (np.diff(stride) == 1)
    return Trial(
        speed_kmh,
        strides.metrics["ground_contact_time_s"][stride][known],
        contact_s[known],
        strides.metrics["stride_time_s"][stride][:-1][both],
        np.diff(start_s)[both],
        int((~matched & ~gap).sum()),
        int((~gap).sum()),
        float(100.0 * (~strides.running).mean()),
    )


def _in_gap(speed_kmh: int, start_s: Floats, contact_s: Floats) -> Bools:
    """Contacts during or shortly before which the sensor lost samples."""
    time_s = samples_of(f"treadmill/{speed_kmh}kmh.csv").time_s
    gap = np.flatnonzero(np.diff(time_s) > 0.011)
    lost_s = np.stack([time_s[gap], time_s[gap + 1]])
    begin, end = start_s - 0.2, start_s + contact_s + 0.2
    return ((lost_s[1][:, None] > begin) & (lost_s[0][:, None] < end)).any(axis=0)


def _lag_s(touch_s: Floats, start_s: Floats) -> float:
    """Constant offset of the pod's clock against the insole's (within ±0.3 s) that brings most contacts together."""
    lags_s = np.arange(-0.3, 0.3, 0.005)
    miss_s = [np.median(np.abs(touch_s[:, None] - start_s - lag).min(axis=0)) for lag in lags_s]
    return float(lags_s[int(np.argmin(miss_s))])


def findings() -> Iterator[Finding]:
    """What the product says about the treadmill trials."""
    runs, walks = [trial(speed) for speed in RUNS], [trial(speed) for speed in WALKS]
    for each in runs:
        bias, spread = float(np.median(each.error_ms)), float(each.error_ms.std())
        median_ms = 1e3 * float(np.median(each.contact_s))
        name = f"treadmill {each.speed_kmh} km/h"
        found = f"{median_ms:.0f} ms: {bias:+.1f} ms, SD {spread:.1f} ms"
        yield Finding(name, "contact time against insole", found, "±10 ms, SD ≤ 8 ms", abs(bias) <= 10 and spread <= 8)
        error = each.cadence_error_pct
        yield Finding(name, "cadence against insole", f"{error:+.2f} %", "±1 %", abs(error) <= 1)
    share = 100.0 * (1.0 - sum(each.unmatched for each in runs) / sum(each.contacts for each in runs))
    yield Finding("treadmill 7–12 km/h", "insole contacts matched", f"{share:.1f} %", "≥ 98 %", share >= 98)
    errors = np.concatenate([each.error_ms for each in runs])
    far = float(100.0 * (np.abs(errors) > 60.0).mean())
    yield Finding("treadmill 7–12 km/h", "strides off by > 60 ms", f"{far:.2f} % of {len(errors)}", "< 1 %", far < 1)
    medians = [float(np.median(each.contact_s)) for each in runs]
    falls = all(a > b for a, b in pairwise(medians))
    fall = " → ".join(f"{1e3 * value:.0f}" for value in medians)
    yield from belt()
    yield Finding("treadmill 7–12 km/h", "contact falls with speed", f"{fall} ms", "at every step", falls)
    for each in walks:
        name, error = f"treadmill {each.speed_kmh} km/h", each.cadence_error_pct
        yield Finding(name, "recognised as walking", f"{each.walking_pct:.0f} %", "100 %", each.walking_pct == 100)
        yield Finding(name, "cadence against insole", f"{error:+.2f} %", "±1.5 %", abs(error) <= 1.5)
        bias, spread = float(np.median(each.error_ms)), float(each.error_ms.std())
        yield Finding(name, "contact time against insole", f"{bias:+.1f} ms, SD {spread:.1f} ms", "told only", True)


def belt() -> Iterator[Finding]:
    """Speed against the belt's display, walking and running; belts are off by several percent themselves."""
    errors_pct, hits = [], 0
    for speed_kmh in (*WALKS, *RUNS):
        speed = median(
            analysed(f"treadmill/{speed_kmh}kmh.csv").strides().metrics[SPEED], STRIDE_METRICS[SPEED].scale_error
        )
        if speed is not None:
            errors_pct.append(100.0 * (3.6 * speed.value / speed_kmh - 1.0))
            hits += speed.low <= speed_kmh / 3.6 <= speed.high
    low, high, number = min(errors_pct), max(errors_pct), len(errors_pct)
    name = "treadmill 2–12 km/h"
    alike = high - low <= 4.0
    yield Finding(name, "speed against the belt's", f"{low:+.1f} … {high:+.1f} %", "alike within 4 %", alike)
    yield Finding(name, "belt's speed inside the interval", f"{hits} of {number}", "told only", True)
