"""An analysis as JSON, the contract for programs: every key is always there, absent numbers are null."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from surefoot.analysis.companions import QUANTITIES, CompanionReading, summarise_companions
from surefoot.analysis.findings import latest
from surefoot.analysis.metrics import STRIDE_METRICS
from surefoot.analysis.model import Bout, Estimate, Flag, Foot, Strides, Window, Withheld
from surefoot.service import VERSION
from surefoot.service.pipeline.analysis import Analysis
from surefoot.service.pipeline.data_quality import DataQuality
from surefoot.service.serialization.encoding import (
    ESTIMATE_FIELDS,
    Json,
    dumps,
    estimate_to_dict,
    estimate_to_list,
    gait_word,
    rounded,
    withheld_to_dict,
)
from surefoot.service.serialization.findings import finding_to_dict


def to_json(analysis: Analysis) -> str:
    """The whole analysis as one line of JSON in ASCII."""
    return dumps(analysis_to_dict(analysis)) + "\n"


def analysis_to_dict(analysis: Analysis) -> Json:
    """The whole analysis under the keys of the contract."""
    results = analysis.results
    strides = [row for rows in results.strides.values() for row in _strides(rows)]
    return {
        "surefoot": VERSION,
        "parameters": analysis.parameters.changed,
        "quality": {foot.value: _quality(analysis.quality.get(foot)) for foot in Foot},
        "bouts": [_bout(bout) for bout in results.bouts],
        "strides": sorted(strides, key=lambda row: (row["initial_contact_s"], row["foot"])),
        "windows": [_window(window) for window in results.windows],
        "findings": [finding_to_dict(finding) for finding in latest(results.findings)],
        "summary": rounded(analysis.summary),
        "companions": _companions(results.companions),
    }


def _companions(readings: Iterable[CompanionReading]) -> Json:
    """Each quantity of the sensors beside the pods over the run."""
    found = summarise_companions(readings)
    return {
        key: {name: rounded(getattr(found.get(key), name, None)) for name in ("mean", "low", "high")}
        | {"n": found[key].n if key in found else 0}
        for key in QUANTITIES
    }


def _quality(quality: DataQuality | None) -> Json:
    if quality is None:
        return {}
    return {
        "sampling_rate_hz": rounded(quality.sampling_rate_hz),
        "loss_pct": rounded(quality.loss_pct),
        "clipped_strides_pct": rounded(quality.clipped_strides_pct),
        "mounting": quality.mounting.value,
        "side": str(quality.side),
        "rolled_in_deg": rounded(quality.rolled_in_deg),
        "strides": quality.strides,
        "landings_watched": quality.landings.watched,
        "landings_not_watched": {str(reason): count for reason, count in quality.landings.unwatched.items()},
        "gait_s": rounded(quality.watched.gait_s),
        "not_watched_s": rounded(quality.watched.not_watched_s),
        "withheld": {key: withheld_to_dict(each) for key, each in quality.withheld.items()},
        "notes": list(quality.notes),
    }


def _bout(bout: Bout) -> Json:
    return {"kind": str(bout.kind), "start_s": rounded(bout.start_s), "end_s": rounded(bout.end_s)}


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
            "gait": gait_word(running[k]),
            "clipped": bool(flags[k] & Flag.CLIPPED),
            "flags": [str(flag.name).lower() for flag in Flag if flags[k] & flag],
            **{key: rounded(value) for key, value in zip(numbers, row, strict=True)},
        }
        for k, row in enumerate(columns)
    ]


def _window(window: Window) -> Json:
    return {
        "start_s": rounded(window.start_s),
        "end_s": rounded(window.end_s),
        "gait": window.gait.value,
        **{
            foot.value: _estimates(STRIDE_METRICS, window.feet.get(foot, {}), window.withheld.get(foot, {}))
            for foot in Foot
        },
        "asymmetry_pct": _estimates(
            [key for key, metric in STRIDE_METRICS.items() if metric.compared], window.asymmetry_pct
        ),
        "difference": _estimates(
            [key for key, metric in STRIDE_METRICS.items() if not metric.compared], window.difference
        ),
        "not_compared": {key: reason.value for key, reason in window.not_compared.items()},
        "cadence_spm": _estimate(window.cadence_spm),
    }


def _estimates(
    keys: Iterable[str], known: Mapping[str, Estimate], withheld: Mapping[str, Withheld] = MappingProxyType({})
) -> Json:
    return {key: _estimate(known.get(key), withheld.get(key)) for key in keys}


def _estimate(estimate: Estimate | None, withheld: Withheld | None = None) -> Json:
    """An estimate by name, `n` and why it is withheld last; without one, `n` is of what is known and the other numbers
    are null."""
    why = None if withheld is None else withheld_to_dict(withheld)
    if estimate is None:
        return {**dict.fromkeys(ESTIMATE_FIELDS), "n": 0 if withheld is None else withheld.n, "withheld": why}
    known = estimate_to_dict(estimate_to_list(estimate))
    n = known.pop("n")
    return {**rounded(known), "n": n, "withheld": why}
