"""What a watch, or a heart-rate sensor, adds to records, laps and session of a FIT activity."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from surefoot.analysis.model import Floats
from surefoot.dashboards.data_source import AnalysedRun
from surefoot.dashboards.report.heart_rate import heart_rate_at, mean_heart_rate
from surefoot.service.formats.fit.fields import SINT32, UINT8, UINT16, UINT32, Field, Value
from surefoot.service.formats.fit.messages import Message

SEMICIRCLES_PER_DEG = 2**31 / 180.0
RECORD_FIELDS = {
    "heart_rate_bpm": Field(3, UINT8),
    "position_lat_deg": Field(0, SINT32, SEMICIRCLES_PER_DEG),
    "position_long_deg": Field(1, SINT32, SEMICIRCLES_PER_DEG),
    "enhanced_altitude_m": Field(78, UINT32, 5.0, 500.0),
}
LAP_FIELDS = {"avg_heart_rate_bpm": Field(15, UINT8), "total_ascent_m": Field(21, UINT16)}
SESSION_FIELDS = {"avg_heart_rate_bpm": Field(16, UINT8), "total_ascent_m": Field(22, UINT16)}


def watch_columns(run: AnalysedRun, time_s: Floats) -> dict[str, Floats]:
    """(n,) values of `RECORD_FIELDS` at session times, without those of which nothing is known."""
    columns = {"heart_rate_bpm": heart_rate_at(run, time_s)}
    if run.track is not None:
        columns |= {
            "position_lat_deg": run.track.track.at("latitude_deg", time_s),
            "position_long_deg": run.track.track.at("longitude_deg", time_s),
            "enhanced_altitude_m": run.track.track.at("altitude_m", time_s),
        }
    return {name: values for name, values in columns.items() if np.isfinite(values).any()}


def watch_averages(run: AnalysedRun, begin_s: float, end_s: float) -> dict[str, Value]:
    """Values of `LAP_FIELDS` or `SESSION_FIELDS` over a span, without those that are not known."""
    climb_m = math.nan if run.track is None else run.track.track.between(begin_s, end_s).climb_m()
    values = {"avg_heart_rate_bpm": mean_heart_rate(run, begin_s, end_s), "total_ascent_m": climb_m}
    return {name: value for name, value in values.items() if math.isfinite(value)}


def with_fields(message: Message, more: Mapping[str, Field], known: Mapping[str, object]) -> Message:
    """A message with those of some more fields of which anything is known."""
    return replace(message, fields={**message.fields, **{name: more[name] for name in more if name in known}})
