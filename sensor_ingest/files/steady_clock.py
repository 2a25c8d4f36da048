"""Stamps that scatter about a steady rate: readings are timed evenly, and only what is missing for good is missing.

A sensor samples steadily; what stamps its readings does not. A phone stamps packets on arrival, and they are only ever
late; another stamps in ticks of its own. So the rate is taken to be steady until the stamps prove otherwise:
readings lie on a line through the stamps that came soonest, which may bend as clocks drift, and rises for good only
where readings were lost.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from surefoot.analysis.model import Bools, Floats, Ints
from surefoot.sensor_ingest.files.clock_jumps import sort_by_time
from surefoot.sensor_ingest.files.columns import Table
from surefoot.sensor_ingest.files.timestamps import mean_interval, rough_interval

_MIN_ROWS, _MIN_PACKETS = 120, 20
_EVEN, _MAX_JITTER, _MAX_ODD = 0.25, 0.5, 0.01
"""Steps of an even clock are this close to whole intervals, or to one, but for this share of them."""
_MIN_SKIPPED, _MIN_STANDING = 0.02, 0.2
"""Clocks in ticks as long as an interval or longer skip more ticks than they stand for, or stand, this often."""
_MIN_SHARED, _MIN_REGULAR = 0.3, 0.5
"""Shares of steps of 0, or of one interval, in a file of packets."""
_REGULAR = 0.05
"""Steps inside a packet that is stamped backwards from its last reading differ by less, in intervals."""
_MAX_NOMINAL_ERROR = 0.08
"""Of the interval that such stamps count back with, against the sensor's own."""
_FIRST = 0.8
"""A stamp is that of a packet's first reading if the packets, differing in size, then scatter so much less."""
_STEADY_SHARE, _USUAL_SHARE = 0.995, 0.9
"""Packets whose stamps are a clock's are all of one size; whole packets are lost where most are."""
_STEADY_PACKETS = 0.1
"""Steady packets' spacing is this close to whole packets, in sampling intervals."""
_SOON = 8
"""Of so many packets one comes soon."""
_LEVEL_S = 10.0
"""The clock bends by what the soonest packets of such stretches say, and a rise that lasts so long is for good."""
_UNSURE_LEVEL_S = 1.0
"""The same where packets are too short for a lost one to show: their stamps are followed more closely."""
_MIN_SKEW = 1.4
"""Packets that are only ever late have so much more of a tail behind than ahead: ideally 3.6."""
_MIN_RISE_PACKETS, _MIN_RISE_SD = 0.6, 5.0
_QUARTER_SD = 0.25
"""A quarter of the differences between two chance values is within so many standard deviations."""
_MAX_LOSSES = 60


@dataclass(frozen=True, slots=True)
class _Packets:
    """Packets of a recording: number of readings in each, index of the one that the stamp belongs to, and the stamp."""

    sizes: Ints
    at: Ints
    stamp_s: Floats

    @property
    def size(self) -> float:
        """Readings in most packets."""
        return float(np.median(self.sizes))

    @property
    def equal_share(self) -> float:
        """Share of the packets that have the usual size."""
        return float(np.mean(self.sizes == self.size))


def time_steadily(table: Table) -> tuple[Table, tuple[str, ...]]:
    """Readings in order; timed evenly where their stamps scatter, as they are where the stamps are those of a clock."""
    ordered, sorted_note = sort_by_time(table)
    if len(table) < _MIN_ROWS or _is_even(ordered.time):
        return ordered, sorted_note
    packets = _packets_of(table.time)
    if len(packets.at) < _MIN_PACKETS or _are_steady(packets):
        return ordered, sorted_note
    interval_s, missing = _fit(packets)
    if not interval_s > 0:
        return ordered, sorted_note
    time_s, late_s = _evenly(packets, interval_s, missing, len(table))
    return replace(table, time=time_s), (_note(packets, late_s),)


def _note(packets: _Packets, late_s: Floats) -> str:
    if packets.size < 1.5:
        return f"Times scatter by {1e3 * float(np.percentile(late_s, 95)):.0f} ms about a steady rate: timed evenly."
    return (
        f"Readings came in packets of {packets.size:.0f} that carry the time of their arrival, up to "
        f"{1e3 * float(np.percentile(late_s, 95)):.0f} ms late: timed evenly by the packets that came soonest."
    )


def _is_even(time_s: Floats) -> bool:
    """Whether stamps in order are those of a clock: nearly all steps are whole intervals, without a pattern."""
    step_s, rough_s = np.diff(time_s), rough_interval(time_s)
    if not rough_s > 0:
        return True
    if (step_s == 0).mean() > _MIN_SHARED:
        return False
    interval_s = mean_interval(time_s)
    if _ticks(time_s, interval_s):
        return False
    return min(_odd_share(step_s, rough_s), _odd_share(step_s, interval_s)) <= _MAX_ODD


def _odd_share(step_s: Floats, interval_s: float) -> float:
    """Share of the steps that are not near one interval, nor whole ones."""
    steps = step_s / interval_s
    return float(np.mean((np.abs(steps - 1.0) > _MAX_JITTER) & (np.abs(steps - np.round(steps)) > _EVEN)))


def _ticks(time_s: Floats, tick_s: float) -> bool:
    """Whether stamps come in ticks nearly as long as an interval, and never are off a steady rate by more than one."""
    interval_s = float(time_s[-1] - time_s[0]) / (len(time_s) - 1)
    off_s = time_s - np.arange(len(time_s)) * interval_s
    uneven = abs(interval_s / tick_s - 1.0) > _MIN_SKIPPED or np.mean(np.diff(time_s) == 0) > _MIN_STANDING
    return bool(uneven and np.ptp(off_s) < 2.0 * tick_s)


def _packets_of(time_s: Floats) -> _Packets:
    """Runs of rows with one stamp, or with stamps one interval apart; each row by itself where there are none."""
    step_s, rough_s = np.diff(time_s), rough_interval(time_s)
    within: Bools = step_s == 0
    if within.mean() < _MIN_SHARED:
        near = step_s[np.abs(step_s / rough_s - 1.0) < _MAX_NOMINAL_ERROR]
        usual_s = float(np.median(near)) if len(near) else 0.0
        within = np.abs(step_s - usual_s) < _REGULAR * rough_s
        if within.mean() < _MIN_REGULAR:
            within = np.zeros(len(step_s), bool)
    last = np.flatnonzero(np.concatenate((~within, [True])))
    sizes: Ints = np.diff(last, prepend=-1)
    first = last - sizes + 1
    scatter_s = [_scatter(np.diff(time_s[last]) - rough_s * np.diff(at)) for at in (last, first)]
    return _Packets(sizes, first if scatter_s[1] < _FIRST * scatter_s[0] else last, time_s[last])


def _scatter(values: Floats) -> float:
    """Standard deviation, from the median deviation."""
    return 1.4826 * float(np.median(np.abs(values - np.median(values)))) if len(values) else 0.0


def _are_steady(packets: _Packets) -> bool:
    """Whether packets come evenly, so that their stamps are those of a clock."""
    if packets.size < 1.5 or packets.equal_share < _STEADY_SHARE:
        return False
    spacing_s = np.diff(packets.stamp_s)
    typical_s = float(np.median(spacing_s))
    if not typical_s > 0:
        return False
    off_s = spacing_s - typical_s * np.maximum(np.round(spacing_s / typical_s), 1.0)
    return float(np.median(np.abs(off_s))) <= _STEADY_PACKETS * typical_s / packets.size


def _fit(packets: _Packets) -> tuple[float, Ints]:
    """Sampling interval, and how many readings are missing before each packet in all."""
    interval_s = _interval(packets.at, packets.stamp_s)
    level_packets = round(_LEVEL_S / interval_s / packets.sizes.mean()) if interval_s > 0 else 0
    missing = np.zeros(len(packets.at), np.int64)
    for ahead in (_SOON, _SOON, 4 * _SOON, level_packets):
        if not interval_s > 0:
            break
        missing = _missing(packets, interval_s, max(ahead, _SOON))
        interval_s = _interval(packets.at + missing, packets.stamp_s)
    return interval_s, missing


def _interval(at: Ints, stamp_s: Floats) -> float:
    """The interval over 1, 2, 4, 8 … packets, each time of those pairs that it says have none missing between them."""
    step_s = np.diff(stamp_s)
    tick_s = float(np.min(step_s[step_s > 0], initial=np.inf))
    lag = min(_SOON, len(at) - 1)
    interval_s = float(np.median((stamp_s[lag:] - stamp_s[:-lag]) / (at[lag:] - at[:-lag])))
    for lag in (1 << power for power in range(int(np.log2(len(at))))):
        span = at[lag:] - at[:-lag]
        passed_s = stamp_s[lag:] - stamp_s[:-lag]
        slack_s = max(0.5 * interval_s * float(np.median(span)) / lag, tick_s)
        whole = np.abs(passed_s - span * interval_s) < slack_s
        if np.count_nonzero(whole) < _MIN_PACKETS:
            break
        interval_s = float(passed_s[whole].sum() / span[whole].sum())
    return interval_s


def _missing(packets: _Packets, interval_s: float, ahead: int) -> Ints:
    """(packets,) readings missing before each one, in all: where lateness rises and never falls again."""
    unit = packets.size if packets.equal_share > _USUAL_SHARE else 1.0
    late_s = packets.stamp_s - packets.at * interval_s
    least_s = max(_MIN_RISE_PACKETS * packets.size * interval_s, _noise_rise_s(late_s))
    found = np.zeros(len(late_s))
    for _ in range(_MAX_LOSSES):
        before_s = np.concatenate(([np.inf], _least(late_s, _SOON, back=True)[:-1]))
        rise_s = _least(late_s, ahead) - before_s
        lost = rise_s > least_s
        lost[-_SOON:] = False  # too few follow to say that it stays
        first = lost & ~np.concatenate(([False], lost[:-1]))
        if not first.any():
            break
        count = np.where(first, np.maximum(np.round(rise_s / (unit * interval_s)), 1.0) * unit, 0.0)
        found += count
        late_s = late_s - np.cumsum(count) * interval_s
    return np.cumsum(found).astype(np.int64)


def _noise_rise_s(late_s: Floats) -> float:
    """Rises of the soonest packets' lateness up to this are chance; told by those stretches that rise least."""
    level_s = _least(late_s, _SOON // 2)[:: _SOON // 2]
    return _MIN_RISE_SD * float(np.percentile(np.abs(np.diff(level_s)), 25)) / _QUARTER_SD


def _least(values: Floats, count: int, *, back: bool = False) -> Floats:
    """(n,) least of each value and the `count` − 1 after it, or before it."""
    if back:
        return _least(values[::-1], count)[::-1]
    padded = np.concatenate((values, np.full(count - 1, np.inf)))
    width = 1
    while 2 * width <= count:
        padded = np.concatenate((np.minimum(padded[:-width], padded[width:]), padded[len(padded) - width :]))
        width *= 2
    rest = count - width
    return np.minimum(padded[: len(values)], padded[rest : rest + len(values)])


def _evenly(packets: _Packets, interval_s: float, missing: Ints, rows: int) -> tuple[Floats, Floats]:
    """(rows,) times, and (packets,) how late each packet was."""
    at = packets.at + missing
    late_s = packets.stamp_s - at * interval_s
    sure = _noise_rise_s(late_s) < packets.size * interval_s
    stretch: Ints = (at * interval_s // (_LEVEL_S if sure else _UNSURE_LEVEL_S)).astype(np.int64)
    level_at, level_s = _levels(at, late_s, stretch)
    index = np.arange(rows) + np.repeat(missing, packets.sizes)
    time_s = index * interval_s + np.interp(index, level_at, level_s)
    return time_s, packets.stamp_s - time_s[packets.at]


def _levels(at: Ints, late_s: Floats, stretch: Ints) -> tuple[Floats, Floats]:
    """Index and lateness of what stands for each stretch: its soonest packet, or the median where none is only late."""
    order: Ints = np.lexsort((late_s, stretch))
    first = np.flatnonzero(np.diff(stretch[order], prepend=-1))
    count = np.diff(first, append=len(order))
    low_s, middle_s, high_s = (
        late_s[order[first + (share * (count - 1)).astype(np.int64)]] for share in (0.05, 0.5, 0.95)
    )
    if np.median(high_s - middle_s) > _MIN_SKEW * np.median(middle_s - low_s):
        return at[order[first]].astype(np.float64), late_s[order[first]]
    return np.add.reduceat(at[order].astype(np.float64), first) / count, middle_s
