"""A run's summary, as the store, MQTT and the alert after a run have it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from surefoot.analysis.findings import Finding, Kind, latest
from surefoot.analysis.metrics import CONTACT
from surefoot.analysis.parameters import Parameters
from surefoot.analysis.session import Results
from surefoot.analysis.summary import summarise
from surefoot.analysis.weeks.run_error import evenness_within
from surefoot.service.serialization.encoding import Json, numbers, utc_iso
from surefoot.service.serialization.findings import finding_to_dict

SPIKE_KINDS = {
    "inversion": frozenset({Kind.INVERSION_EVENT}),
    "asymmetry": frozenset({Kind.ASYMMETRY_SPIKE, Kind.ASYMMETRY_DRIFT}),
}


def summary_to_dict(results: Results, started_ns: int, ended_ns: int, parameters: Mapping[str, float]) -> Json:
    """One runner's results over a whole run; times are nanoseconds since 1970."""
    findings = latest(results.findings)
    told = summarise(results, Parameters.from_changed(parameters))
    return {
        "started": utc_iso(started_ns),
        "ended": utc_iso(ended_ns),
        "numbers": numbers({**told, **_evenness_interval(told, results)}),
        "findings": [finding_to_dict(finding) for finding in findings],
        "spikes": spikes(findings),
    }


def _evenness_interval(told: Mapping[str, float | None], results: Results) -> Mapping[str, float | None]:
    """Ends of the 95 % interval of contact, left against right, within the run; None where it is too short for one."""
    key = f"{CONTACT}_asymmetry_pct"
    known = evenness_within(CONTACT, told[key], results.windows)
    low, high = (None, None) if known is None else (known.low, known.high)
    return {f"{key}_low": low, f"{key}_high": high}


def spikes(findings: Sequence[Finding]) -> dict[str, bool]:
    """Whether inversion or asymmetry stood out: a finding of that kind above the lowest severity."""
    kinds = [finding.kind for finding in latest(findings) if finding.severity.rank > 0]
    return {name: any(kind in spike_kinds for kind in kinds) for name, spike_kinds in SPIKE_KINDS.items()}
