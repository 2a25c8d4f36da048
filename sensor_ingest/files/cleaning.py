"""Cleaning of a recording: repairs, unit conversion, detection of gaps, gravity and clipping."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from surefoot.analysis.model import STANDARD_GRAVITY_MPS2, Foot, Samples
from surefoot.analysis.sample_checks import complete_rows
from surefoot.sensor_ingest.files.clipping import MIN_ACC_LIMIT_MPS2, MIN_GYR_LIMIT_RADPS, Clipping, find_clipping
from surefoot.sensor_ingest.files.clock_jumps import (
    close_back_steps,
    close_clock_steps,
    drop_copies,
    put_late_back,
    unwrap_counter,
)
from surefoot.sensor_ingest.files.columns import Table, drop_empty_gyroscope, drop_unreadable, drop_zero_rows
from surefoot.sensor_ingest.files.dead_axes import check_acc_axes, drop_dead_gyroscope
from surefoot.sensor_ingest.files.gyroscope_step import put_in_step, release_held
from surefoot.sensor_ingest.files.rest_detection import detect_gravity, still_level
from surefoot.sensor_ingest.files.steady_clock import time_steadily
from surefoot.sensor_ingest.files.thinning import thin
from surefoot.sensor_ingest.files.timestamps import (
    Gaps,
    check_length,
    convert_to_seconds,
    drop_repeated_rows,
    find_gaps,
    mean_interval,
    spread_shared_times,
)
from surefoot.sensor_ingest.files.unit_detection import (
    check_gravity,
    check_not_swapped,
    convert_acc_to_mps2,
    convert_gyr_to_radps,
    lacks_gravity,
)
from surefoot.sensor_ingest.formatting import pluralize

_ROUGH_HZ = 75.0
"""`make files` prints how far contact is off at each rate."""
_NOTED_SCALE_ERROR = 0.05
_REPAIRS = (
    drop_empty_gyroscope,
    drop_unreadable,
    unwrap_counter,
    convert_to_seconds,
    close_clock_steps,
    drop_copies,
    put_late_back,
    close_back_steps,
    drop_repeated_rows,
    time_steadily,
    spread_shared_times,
)


@dataclass(frozen=True, slots=True)
class Recording:
    """One foot's recording in SI units, with strictly increasing times and finite readings.

    Parameters
    ----------
    samples : the readings, on the file's own clock, thinned if fast; gyroscope all NaN without one.
    sampling_rate_hz : outside gaps, of the sensor.
    loss_pct : readings missing in gaps, percent.
    has_gravity : False if gravity was removed from acceleration; None if undecided.
    notes : one sentence for each finding and repair.
    """

    samples: Samples
    sampling_rate_hz: float
    loss_pct: float
    has_gyroscope: bool
    has_gravity: bool | None
    notes: tuple[str, ...]

    @classmethod
    def from_samples(cls, samples: Samples) -> Recording:
        """Samples that were not read from a file: rows without a number are left out, times are kept as they are."""
        has_gyroscope = bool(np.isfinite(samples.gyr_radps).all(axis=1).any())
        complete = complete_rows(samples, gyroscope=has_gyroscope)
        dropped = int((~complete).sum())
        notes = (f"{pluralize(dropped, 'reading')} without a number: left out, as a gap.",) if dropped else ()
        kept = samples.at(complete) if dropped else samples
        check_length(kept.time_s)
        interval_s = mean_interval(kept.time_s)
        gaps = find_gaps(kept.time_s, interval_s)
        loss_pct = 100 * gaps.missing / (gaps.missing + len(kept))
        return cls(kept, 1 / interval_s, loss_pct, has_gyroscope, None, (*notes, *_gap_notes(gaps, len(kept))))


def clean(table: Table, foot: Foot, notes: tuple[str, ...] = ()) -> Recording:
    """Repair and convert a table; RecordingError if it cannot be used. `notes` of the reader come first."""
    found = list(notes)
    for repair in _REPAIRS:
        table, said = repair(table)
        found += said
    check_length(table.time)
    rate_hz = 1 / mean_interval(table.time)
    check_not_swapped(table, rate_hz)
    table, dropouts = drop_zero_rows(table)
    table, acc_unit = convert_acc_to_mps2(table, rate_hz)
    table, gyr_unit = convert_gyr_to_radps(table, rate_hz)
    if acc_unit:
        check_gravity(table, rate_hz)
    check_acc_axes(table)
    table, dead = drop_dead_gyroscope(table)
    table, held = release_held(table, rate_hz)
    table, lag = put_in_step(table)
    found += [*dropouts, *acc_unit, *gyr_unit, *dead, *held, *lag]
    return _to_recording(table, foot, rate_hz, found)


def _to_recording(table: Table, foot: Foot, rate_hz: float, found: list[str]) -> Recording:
    """The recording of a repaired table, with what its readings tell about the sensor."""
    gaps = find_gaps(table.time, 1 / rate_hz, table.resumed)
    if rate_hz < _ROUGH_HZ:
        every_ms = 1e3 / rate_hz
        found.append(
            f"A reading comes every {every_ms:.0f} ms only: contact and flight may be off by two thirds of that, on "
            "one foot more than on the other, and impacts are low."
        )
    still_mps2 = still_level(table.acc, table.gyr, rate_hz)
    has_gravity = detect_gravity(still_mps2)
    if has_gravity is None and lacks_gravity(table.acc):
        has_gravity = False
    acc = find_clipping(table.acc, MIN_ACC_LIMIT_MPS2)
    clipped, gyr_clipped = acc.clipped, np.zeros(len(table), bool)
    found += [*_gap_notes(gaps, len(table)), *_gravity_notes(still_mps2, has_gravity)]
    found += _clipping_notes("acceleration", acc, 1 / STANDARD_GRAVITY_MPS2, "g")
    if table.gyr is not None:
        gyr = find_clipping(table.gyr, MIN_GYR_LIMIT_RADPS)
        clipped, gyr_clipped = clipped | gyr.clipped, gyr.clipped
        found += _clipping_notes("angular rate", gyr, 180 / np.pi, "°/s")
    gyr_radps = np.full(table.acc.shape, np.nan) if table.gyr is None else table.gyr
    samples = Samples(foot, table.time, table.acc, gyr_radps, clipped, gyr_clipped)
    loss_pct = 100 * gaps.missing / (gaps.missing + len(table))
    samples, thinned = thin(samples, rate_hz)
    found += thinned
    return Recording(samples, rate_hz, loss_pct, table.gyr is not None, has_gravity, tuple(found))


def _gap_notes(gaps: Gaps, rows: int) -> list[str]:
    if gaps.count == 0:
        return []
    share = 100 * gaps.missing / (gaps.missing + rows)
    return [
        f"{pluralize(gaps.count, 'gap')}, the longest {gaps.longest_s:.3f} s, "
        f"{share:.2f} % of the readings missing: nothing is measured where one hides a landing or lift-off."
    ]


def _gravity_notes(still_mps2: float | None, has_gravity: bool | None) -> list[str]:
    if has_gravity is False:
        return ["Gravity was removed from the acceleration, which rests near 0 instead of 9.81 m/s²: kept as it is."]
    if has_gravity and still_mps2 is not None:
        error = still_mps2 / STANDARD_GRAVITY_MPS2 - 1
        if abs(error) > _NOTED_SCALE_ERROR:
            return [f"Standing still reads {still_mps2:.2f} m/s², {100 * error:+.0f} % off gravity: not rescaled."]
    return []


def _clipping_notes(what: str, clipping: Clipping, factor: float, unit: str) -> list[str]:
    if not clipping.limits:
        return []
    low, high = min(clipping.limits) * factor, max(clipping.limits) * factor
    limits = f"±{low:.3g} {unit}" if high < 1.005 * low else f"±{low:.3g} to {high:.3g} {unit}"
    return [
        f"The {what} reaches the end of its range ({limits}) in {clipping.share_pct:.2g} % of the readings: flagged."
    ]
