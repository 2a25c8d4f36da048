"""Strides, windows and pod health as rows of the store and back, every bit kept."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from surefoot.analysis.companions import Companion, CompanionReading
from surefoot.analysis.metrics import CONTACT, STANCE_TILT
from surefoot.analysis.model import Estimate, Floats, Foot, Gait, Reason, Strides, Window, Withheld
from surefoot.analysis.weeks.run_balance import COMPARED
from surefoot.sensor_ingest.recording.pod_health import PodHealth
from surefoot.service.serialization.encoding import (
    Numbers,
    dumps,
    estimate_from_list,
    estimate_to_list,
    numbers,
    to_plain,
)

STRIDE_TIMES = ("initial_contact_s", "terminal_contact_s", "next_initial_contact_s")
POD_HEALTH_FIELDS = (
    "connected", "battery_pct", "rssi_dbm", "loss_pct", "clock_residual_s", "drift_ppm", "reconnects", "reboots",
    "waiting_packets",
)  # fmt: skip

StrideRow = tuple[float, float | None, float | None, float | None, int, float | None, int, str]


def stride_rows(strides: Strides) -> Iterator[StrideRow]:
    """Rows of (session time, the three contacts, running, confidence, flags, metrics as JSON); None for NaN."""
    keys = list(strides.metrics)
    times = zip(*(getattr(strides, name).tolist() for name in STRIDE_TIMES), strict=True)
    others = zip(strides.running.tolist(), strides.confidence.tolist(), strides.flags.tolist(), strict=True)
    metrics = zip(*(strides.metrics[key].tolist() for key in keys), strict=True)
    for contacts, (running, confidence, flags), values in zip(times, others, metrics, strict=True):
        body = dumps(to_plain(dict(zip(keys, values, strict=True))))
        initial_s, terminal_s, next_s, known = to_plain((*contacts, confidence))
        yield contacts[0], initial_s, terminal_s, next_s, int(running), known, flags, body


def strides_from_rows(rows: Sequence[sqlite3.Row], foot: Foot) -> Strides:
    """The strides of one foot's rows in order; a metric that a row lacks is NaN there."""
    bodies = [json.loads(row["metrics"]) for row in rows]
    keys = dict.fromkeys(key for body in bodies for key in body)
    return Strides(
        foot,
        *_contacts(rows),
        np.array([row["running"] for row in rows], dtype=bool),
        _column([row["confidence"] for row in rows]),
        np.array([row["flags"] for row in rows], dtype=np.int64),
        {key: _column([body.get(key) for body in bodies]) for key in keys},
    )


def _contacts(rows: Sequence[sqlite3.Row]) -> tuple[Floats, Floats, Floats]:
    initial_s, terminal_s, next_s = (_column([row[name] for row in rows]) for name in STRIDE_TIMES)
    return initial_s, terminal_s, next_s


def window_to_json(window: Window) -> str:
    """A window's row body: its estimates as lists of numbers, every bit kept, null for NaN."""
    return dumps(
        {
            "cadence_spm": estimate_to_list(window.cadence_spm),
            "feet": {foot.value: _to_lists(known) for foot, known in window.feet.items()},
            "asymmetry_pct": _to_lists(window.asymmetry_pct),
            "difference": _to_lists(window.difference),
            "not_compared": {key: reason.value for key, reason in window.not_compared.items()},
            "withheld": {foot.value: _withheld_to_lists(some) for foot, some in window.withheld.items()},
        }
    )


def window_from_row(row: sqlite3.Row) -> Window:
    """The window of a row."""
    body = json.loads(row["body"])
    return Window(
        row["start_s"],
        row["end_s"],
        Gait(row["gait"]),
        estimate_from_list(body["cadence_spm"]),
        {Foot(foot): _from_lists(known) for foot, known in body["feet"].items()},
        _from_lists(body["asymmetry_pct"]),
        _from_lists(body["difference"]),
        {Foot(foot): _withheld_from_lists(some) for foot, some in body.get("withheld", {}).items()},
        {key: Reason(reason) for key, reason in body.get("not_compared", {}).items()},
    )


OF_FEET = ("speed_mps", CONTACT, STANCE_TILT)
COMPARED_WINDOWS = (
    "SELECT start_s, end_s, gait, json_extract(body, '$.cadence_spm', "
    + ", ".join(
        [f"'$.asymmetry_pct.{metric}'" for metric in COMPARED]
        + [f"'$.feet.{foot}.{metric}'" for foot in Foot for metric in OF_FEET]
    )
    + ") AS known FROM windows WHERE run = ? AND runner = ? ORDER BY start_s"
)
"""Question for rows of `compared_window_from_row`: many times as fast as whole windows, of which months are read."""


def compared_window_from_row(row: sqlite3.Row) -> Window:
    """What is told of a whole run among other runs, and nothing else of a window."""
    cadence, *known = json.loads(row["known"])
    of_feet = known[len(COMPARED) :]
    parts = (of_feet[: len(OF_FEET)], of_feet[len(OF_FEET) :])
    return Window(
        row["start_s"],
        row["end_s"],
        Gait(row["gait"]),
        estimate_from_list(cadence),
        {foot: values for foot, part in zip(Foot, parts, strict=True) if (values := _known(OF_FEET, part))},
        _known(COMPARED, known[: len(COMPARED)]),
    )


def _known(keys: Sequence[str], values: Sequence[Numbers | None]) -> dict[str, Estimate]:
    """What is there of some metrics."""
    return {key: estimate_from_list(value) for key, value in zip(keys, values, strict=False) if value is not None}


def companion_from_row(row: sqlite3.Row) -> CompanionReading:
    """What a sensor beside the pods said."""
    return CompanionReading(Companion(row["companion"]), row["time_s"], json.loads(row["body"]))


def pod_health_to_json(pod: PodHealth) -> str:
    """A pod's health without what the row's columns say; numbers are floats."""
    return dumps(numbers({name: getattr(pod, name) for name in POD_HEALTH_FIELDS}))


def _to_lists(known: Mapping[str, Estimate]) -> dict[str, list[float | None]]:
    return {key: estimate_to_list(each) for key, each in known.items()}


def _from_lists(known: Mapping[str, Numbers]) -> dict[str, Estimate]:
    return {key: estimate_from_list(each) for key, each in known.items()}


def _withheld_to_lists(some: Mapping[str, Withheld]) -> dict[str, list[str | int]]:
    return {key: [each.reason.value, each.n, each.of] for key, each in some.items()}


def _withheld_from_lists(some: Mapping[str, tuple[str, int, int]]) -> dict[str, Withheld]:
    return {key: Withheld(Reason(reason), n, of) for key, (reason, n, of) in some.items()}


def _column(values: Numbers) -> Floats:
    return np.array(values, dtype=np.float64)
