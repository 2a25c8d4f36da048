"""Alerts as they are sent: one JSON object with the evidence, its times in UTC."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from surefoot.analysis.findings import Finding, Kind, Severity, latest
from surefoot.service.alerts.policy import Alert
from surefoot.service.serialization.json import finding_to_dict

FORMAT = 1
POST_RUN = "post_run"
SPIKE_KINDS = {
    "inversion": frozenset({Kind.INVERSION_EVENT}),
    "asymmetry": frozenset({Kind.ASYMMETRY_SPIKE, Kind.ASYMMETRY_DRIFT}),
}

Body = dict[str, Any]


def utc_iso(time_ns: int) -> str:
    """Nanoseconds since 1970 as ISO 8601 in UTC, to the millisecond."""
    return datetime.fromtimestamp(time_ns / 1e9, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def alert_to_dict(run: str, runner: str, alert: Alert, time_ns: int) -> Body:
    """An alert about one finding."""
    finding = finding_to_dict(alert.finding)
    return {
        "v": FORMAT,
        "id": f"{run}-{runner}-{alert.key}",
        "run": run,
        "runner": runner,
        "event": alert.event.value,
        "time": utc_iso(time_ns),
        "quiet": alert.quiet,
        **{key: finding[key] for key in finding if key not in {"id", "state"}},
        "finding": alert.finding.id,
    }


def post_run_alert(run: str, runner: str, summary: Body, time_ns: int) -> Body | None:
    """The alert after a run in which the ankle or the asymmetry stood out; None after any other."""
    stood_out = [name for name, yes in summary["spikes"].items() if yes]
    if not stood_out:
        return None
    told = [finding for finding in summary["findings"] if Severity(finding["severity"]).rank > 0]
    return {
        "v": FORMAT,
        "id": f"{run}-{runner}-{POST_RUN}",
        "run": run,
        "runner": runner,
        "event": "raised",
        "kind": POST_RUN,
        "time": utc_iso(time_ns),
        "quiet": False,
        "severity": max((Severity(finding["severity"]) for finding in told), key=lambda each: each.rank).value,
        "message": f"The run is over; {' and '.join(stood_out)} stood out. " + " ".join(_messages(told)),
        "summary": summary,
    }


def spikes(findings: Sequence[Finding]) -> dict[str, bool]:
    """Whether inversion or asymmetry stood out."""
    told = [finding.kind for finding in latest(findings) if finding.severity.rank > 0]
    return {name: any(kind in kinds for kind in told) for name, kinds in SPIKE_KINDS.items()}


def _messages(findings: Sequence[Body]) -> list[str]:
    return list(dict.fromkeys(str(finding["message"]) for finding in findings))
