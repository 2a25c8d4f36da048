"""Values of the analysis as rows and back, bit by bit."""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, astuple, fields
from typing import Any

import numpy as np

from surefoot.analysis.findings import Finding, Kind, Severity, State
from surefoot.analysis.model import Estimate, Floats, Foot, Gait, Strides, Window

ESTIMATE_FIELDS = tuple(field.name for field in fields(Estimate))
STRIDE_TIMES = ("initial_contact_s", "terminal_contact_s", "next_initial_contact_s")

StrideRow = tuple[float, float | None, float | None, float | None, int, float | None, int, str]


def stride_rows(strides: Strides) -> Iterator[StrideRow]:
    """Session time, the three contacts, running, confidence, flags and the metrics as JSON; NaN is NULL."""
    keys = list(strides.metrics)
    times = zip(*(getattr(strides, name).tolist() for name in STRIDE_TIMES), strict=True)
    others = zip(strides.running.tolist(), strides.confidence.tolist(), strides.flags.tolist(), strict=True)
    metrics = zip(*(strides.metrics[key].tolist() for key in keys), strict=True)
    for contacts, (running, confidence, flags), values in zip(times, others, metrics, strict=True):
        body = {key: _finite(value) for key, value in zip(keys, values, strict=True)}
        initial_s, lift_s, next_s = (_finite(time_s) for time_s in contacts)
        yield contacts[0], initial_s, lift_s, next_s, int(running), _finite(confidence), flags, json.dumps(body)


def strides_from_rows(rows: Sequence[sqlite3.Row], foot: Foot) -> Strides:
    """Rows of one foot in order; a metric that a row does not know is NaN there."""
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
    """What a window says, as JSON."""
    return _json(
        {
            "cadence_spm": astuple(window.cadence_spm),
            "feet": {foot: _tuples(known) for foot, known in window.feet.items()},
            "asymmetry_pct": _tuples(window.asymmetry_pct),
            "difference": _tuples(window.difference),
        }
    )


def window_from_row(row: sqlite3.Row) -> Window:
    """The window of a row."""
    body = json.loads(row["body"])
    return Window(
        row["start_s"],
        row["end_s"],
        Gait(row["gait"]),
        _estimate(body["cadence_spm"]),
        {Foot(foot): _estimates(known) for foot, known in body["feet"].items()},
        _estimates(body["asymmetry_pct"]),
        _estimates(body["difference"]),
    )


def finding_to_json(finding: Finding) -> str:
    """A finding as JSON."""
    return _json(asdict(finding))


def finding_from_json(body: str) -> Finding:
    """The finding of a row."""
    known: dict[str, Any] = json.loads(body)
    for name in ("value", "reference", "confidence"):
        known[name] = math.nan if known[name] is None else known[name]
    foot = known.pop("foot")
    return Finding(
        **{
            **known,
            "kind": Kind(known["kind"]),
            "severity": Severity(known["severity"]),
            "state": State(known["state"]),
        },
        foot=None if foot is None else Foot(foot),
    )


def _json(value: object) -> str:
    return json.dumps(_plain(value), allow_nan=False)


def _plain(value: object) -> object:
    """Without NaN and infinities, which JSON has no words for."""
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return _finite(value) if isinstance(value, float) else value


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _tuples(known: Mapping[str, Estimate]) -> dict[str, tuple[float | int, ...]]:
    """Estimates as lists of their numbers, in the order of `ESTIMATE_FIELDS`."""
    return {key: astuple(each) for key, each in known.items()}


def _estimate(numbers: list[float | None]) -> Estimate:
    value, low, high, n, spread = (math.nan if number is None else number for number in numbers)
    return Estimate(value, low, high, int(n), spread)


def _estimates(known: Mapping[str, list[float | None]]) -> dict[str, Estimate]:
    return {key: _estimate(numbers) for key, numbers in known.items()}


def _column(values: list[float | None]) -> Floats:
    return np.array(values, dtype=np.float64)
