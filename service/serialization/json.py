"""An analysis as JSON: the contract for programs. Every key is always there; absent numbers are null."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from surefoot.analysis.findings import Finding, latest
from surefoot.analysis.metrics import STRIDE_METRICS
from surefoot.analysis.model import Bout, Estimate, Flag, Foot, Strides, Window
from surefoot.service import VERSION
from surefoot.service.pipeline.analysis import Analysis
from surefoot.service.pipeline.data_quality import DataQuality

DECIMALS = 6
"""A microsecond, and finer than any metric is known."""

Json = dict[str, Any]


def to_json(analysis: Analysis) -> str:
    """The whole analysis as one line of JSON, plain ASCII whatever the terminal speaks."""
    return json.dumps(analysis_to_dict(analysis), allow_nan=False) + "\n"


def analysis_to_dict(analysis: Analysis) -> Json:
    """The whole analysis in the words of the contract."""
    results = analysis.results
    strides = [row for rows in results.strides.values() for row in _strides(rows)]
    return {
        "surefoot": VERSION,
        "quality": {foot.value: _quality(analysis.quality.get(foot)) for foot in Foot},
        "bouts": [_bout(bout) for bout in results.bouts],
        "strides": sorted(strides, key=lambda row: (row["initial_contact_s"], row["foot"])),
        "windows": [_window(window) for window in results.windows],
        "findings": [finding_to_dict(finding) for finding in latest(results.findings)],
        "summary": {key: _number(value) for key, value in analysis.summary.items()},
    }


def _quality(quality: DataQuality | None) -> Json:
    if quality is None:
        return {}
    return {
        "sampling_rate_hz": _number(quality.sampling_rate_hz),
        "loss_pct": _number(quality.loss_pct),
        "clipped_strides_pct": _number(quality.clipped_strides_pct),
        "mounting": quality.mounting.value,
        "strides": quality.strides,
        "notes": list(quality.notes),
    }


def _bout(bout: Bout) -> Json:
    return {"kind": str(bout.kind), "start_s": _number(bout.start_s), "end_s": _number(bout.end_s)}


def _strides(strides: Strides) -> list[Json]:
    """One object per stride."""
    if not len(strides):
        return []
    numbers = {
        "initial_contact_s": strides.initial_contact_s,
        "terminal_contact_s": strides.terminal_contact_s,
        "next_initial_contact_s": strides.next_initial_contact_s,
        "confidence": strides.confidence,
        **{key: strides.metrics[key] for key in STRIDE_METRICS},
    }
    columns = zip(*(values.tolist() for values in numbers.values()), strict=True)
    running, flags = strides.running.tolist(), strides.flags.tolist()
    return [
        {
            "foot": strides.foot.value,
            "gait": "run" if running[k] else "walk",
            "clipped": bool(flags[k] & Flag.CLIPPED),
            "flags": [str(flag.name).lower() for flag in Flag if flags[k] & flag],
            **{key: _number(value) for key, value in zip(numbers, row, strict=True)},
        }
        for k, row in enumerate(columns)
    ]


def _window(window: Window) -> Json:
    return {
        "start_s": _number(window.start_s),
        "end_s": _number(window.end_s),
        "gait": window.gait.value,
        **{foot.value: _estimates(STRIDE_METRICS, window.feet.get(foot, {})) for foot in Foot},
        "asymmetry_pct": _estimates(
            {key: metric for key, metric in STRIDE_METRICS.items() if metric.compared}, window.asymmetry_pct
        ),
        "difference": _estimates(
            {key: metric for key, metric in STRIDE_METRICS.items() if not metric.compared}, window.difference
        ),
        "cadence_spm": _estimate(window.cadence_spm),
    }


def finding_to_dict(finding: Finding) -> Json:
    """A finding in the words of the contract."""
    return {
        "id": finding.id,
        "revision": finding.revision,
        "kind": finding.kind.value,
        "foot": "both" if finding.foot is None else finding.foot.value,
        "time_s": _number(finding.time_s),
        "known_s": _number(finding.known_s),
        "severity": finding.severity.value,
        "state": finding.state.value,
        **{key: _number(getattr(finding, key)) for key in ("value", "reference")},
        "unit": finding.unit,
        "confidence": _number(finding.confidence),
        "evidence": {key: _plain(value) for key, value in finding.evidence.items()},
        "message": finding.message,
    }


def _plain(value: object) -> object:
    """A value of evidence as JSON has it."""
    if isinstance(value, float):
        return _number(value)
    return [_plain(each) for each in value] if isinstance(value, list) else value


def _estimates(keys: Mapping[str, object], known: Mapping[str, Estimate]) -> Json:
    return {key: _estimate(known.get(key)) for key in keys}


def _estimate(estimate: Estimate | None) -> Json:
    if estimate is None:
        return {"value": None, "low": None, "high": None, "n": 0, "spread": None}
    numbers = {key: _number(getattr(estimate, key)) for key in ("value", "low", "high", "spread")}
    return {**numbers, "n": estimate.n}


def _number(value: float | None) -> float | None:
    """A JSON number, or None for one that is absent, NaN or infinite; whole numbers stay whole."""
    if value is None or isinstance(value, int):
        return value
    return round(float(value), DECIMALS) if math.isfinite(value) else None
