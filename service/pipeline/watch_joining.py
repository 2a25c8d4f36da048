"""A watch's run and what the pods found of the same time, put on one clock."""

from __future__ import annotations

import math
from datetime import datetime

import numpy as np

from surefoot.analysis.metrics import STRIDE_TIME
from surefoot.analysis.model import BoutKind, Floats
from surefoot.analysis.session import Results
from surefoot.analysis.track import JoinedTrack
from surefoot.analysis.watch_offset import WatchOffset, watch_offset
from surefoot.sensor_ingest.watches.activity import Activity
from surefoot.service.errors.watches import TrackApartError

LEAST_KNOWN_S = 60
"""Of a rhythm; a watch that shows less is compared by its speed."""
RESOLUTION = {"cadence": 2.0, "speed": 0.1}
"""Steps per minute and m/s: a watch counts whole cycles of one foot."""
SPEED = "speed_mps"


def join_track(results: Results, run: str, began_utc: datetime, activity: Activity) -> JoinedTrack:
    """The activity's track on the session clock of a runner's run, which is 0 at `began_utc`.

    Raises
    ------
    TrackApartError
        if what pods and watch felt does not show that they were on one run.
    """
    compared = "cadence" if _seconds_known(activity.track.cadence_spm) >= LEAST_KNOWN_S else "speed"
    later_s = (activity.started_utc - began_utc).total_seconds()
    first = math.ceil(later_s)
    seconds = np.arange(math.floor(activity.track.time_s[-1] + later_s) - first + 1)
    watch = activity.track.at(f"{compared}_{'spm' if compared == 'cadence' else 'mps'}", seconds + (first - later_s))
    begin, pods = _by_second(results, compared)
    found = watch_offset(pods, watch, first - begin, RESOLUTION[compared])
    if not found.is_supported:
        raise TrackApartError(run, compared, _why(found))
    track = activity.track.later(later_s - found.ahead_s)
    return JoinedTrack(track, activity.form, compared, found.ahead_s, found.sd_s, found.correlation)


def _by_second(results: Results, compared: str) -> tuple[int, Floats]:
    """The first second of the session clock, and from there on what the pods felt; a stand is a rhythm of 0."""
    if not results.bouts:
        return 0, np.empty(0)
    begin, end = math.floor(results.bouts[0].start_s), math.ceil(results.bouts[-1].end_s)
    sums, counts = np.zeros(end - begin + 1), np.zeros(end - begin + 1)
    for strides in results.strides.values():
        middle_s = 0.5 * (strides.initial_contact_s + strides.next_initial_contact_s)
        values = 120.0 / strides.metrics[STRIDE_TIME] if compared == "cadence" else strides.metrics[SPEED]
        known = np.isfinite(middle_s) & np.isfinite(values) & (middle_s >= begin) & (middle_s < end + 1)
        place = np.floor(middle_s[known]).astype(np.int64) - begin
        np.add.at(sums, place, values[known])
        np.add.at(counts, place, 1.0)
    felt: Floats = np.divide(sums, counts, out=np.full(len(sums), np.nan), where=counts > 0)
    for bout in results.bouts:
        if bout.kind is BoutKind.STILL:
            within = slice(math.ceil(bout.start_s) - begin, math.floor(bout.end_s) - begin)
            felt[within] = np.where(np.isfinite(felt[within]), felt[within], 0.0)
    return begin, felt


def _seconds_known(values: Floats) -> int:
    return int(np.count_nonzero(np.isfinite(values) & (values > 0.0)))


def _why(found: WatchOffset) -> str:
    if not math.isfinite(found.ahead_s):
        return f"they have {found.common_s} s in common"
    return f"at best a correlation of {found.correlation:.2f}, with the watch's clock {found.ahead_s:+.0f} s ahead"
