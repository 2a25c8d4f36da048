"""Readings that carry the arrival of their packet as their time: timed evenly by the packets that came soonest.

A packet is only ever late, so the earliest arrivals lie on a line as long as none is lost.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from surefoot.analysis.model import Floats, Ints
from surefoot.sensor_ingest.files.columns import Table

_MIN_PACKETS = 20
_MIN_MEAN_SIZE = 1.8
_MIN_SCATTER_INTERVALS = 0.1
"""Median deviation of the packets' spacing, in sampling intervals; of rounded times and steady packets it is less."""
_LEVEL_S = 10.0
"""The soonest packet is taken of each such stretch, so that a clock may drift."""
_CHECK_S, _MIN_CHECK_PACKETS, _MAX_STEP_PACKETS = 2.0, 8, 0.5
"""From the soonest packet of one such stretch to that of the next, lateness steps by less than this, or packets were
lost."""
_PASSES = 3


def time_packets(table: Table) -> tuple[Table, tuple[str, ...]]:
    """Readings of packets stamped on arrival, timed evenly; a table of any other kind as it is.

    Times must be sorted. Where packets were lost, the stamps alone do not say where, and the table stays as it is.
    """
    starts = np.flatnonzero(np.concatenate(([True], np.diff(table.time) > 0)))
    sizes: Ints = np.diff(starts, append=len(table))
    arrival_s, last = table.time[starts], np.cumsum(sizes) - 1
    if not _are_packets(arrival_s, sizes):
        return table, ()
    interval_s = float(arrival_s[-1] - arrival_s[0]) / float(last[-1] - last[0])
    stretches = max(1, int(interval_s * len(table) / _LEVEL_S))
    stretch = last * stretches // len(table)
    for _ in range(_PASSES):
        soonest = _soonest(arrival_s - last * interval_s, stretch)
        interval_s += _slope(last[soonest], (arrival_s - last * interval_s)[soonest])
    late_s = arrival_s - last * interval_s
    if _are_missing(late_s, interval_s * float(sizes.mean())):
        return table, ()
    index = np.arange(len(table))
    time_s = index * interval_s + np.interp(index, last[soonest], late_s[soonest])
    late_ms = 1e3 * float(np.percentile(arrival_s - time_s[last], 95))
    return replace(table, time=time_s), (
        f"Readings came in packets of {int(np.median(sizes))} that carry the time of their arrival, up to "
        f"{late_ms:.0f} ms late: timed evenly by the packets that came soonest.",
    )


def _are_packets(arrival_s: Floats, sizes: Ints) -> bool:
    """Whether several readings share each stamp, and the stamps come unevenly."""
    if len(sizes) < _MIN_PACKETS or sizes.mean() < _MIN_MEAN_SIZE:
        return False
    spacing_s = np.diff(arrival_s)
    typical_s = float(np.median(spacing_s))
    scatter_s = float(np.median(np.abs(spacing_s - typical_s)))
    return scatter_s > _MIN_SCATTER_INTERVALS * typical_s / float(np.median(sizes))


def _soonest(late_s: Floats, group: Ints) -> Ints:
    """Index of the least delayed packet of each group."""
    order: Ints = np.lexsort((late_s, group))
    return order[np.flatnonzero(np.diff(group[order], prepend=-1))]


def _are_missing(late_s: Floats, packet_s: float) -> bool:
    """Whether the least delay steps, as it does where packets `packet_s` apart were lost."""
    stretch = max(_MIN_CHECK_PACKETS, round(_CHECK_S / packet_s))
    whole = len(late_s) // stretch * stretch
    least_s = late_s[:whole].reshape(-1, stretch).min(axis=1)
    return bool(np.abs(np.diff(least_s)).max(initial=0.0) > _MAX_STEP_PACKETS * packet_s)


def _slope(index: Ints, late_s: Floats) -> float:
    """How much the interval is too short, by a line through the soonest packets."""
    return float(np.polyfit(index, late_s, 1)[0]) if len(index) > 1 else 0.0
