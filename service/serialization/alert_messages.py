"""Alerts as they are sent: one JSON object with the evidence; times are in UTC."""

from __future__ import annotations

from collections.abc import Sequence

from surefoot.analysis.findings import Severity
from surefoot.service.alerts.policy import Alert
from surefoot.service.serialization.encoding import Json, utc_iso
from surefoot.service.serialization.findings import finding_to_dict

FORMAT = 1
POST_RUN = "post_run"


def alert_to_dict(run: str, runner: str, name: str, alert: Alert, time_ns: int) -> Json:
    """An alert about one finding; `name` is what the runner is called."""
    finding = finding_to_dict(alert.finding)
    return {
        "v": FORMAT,
        "id": f"{run}-{runner}-{alert.key}",
        "run": run,
        "runner": runner,
        "name": name,
        "event": alert.event.value,
        "time": utc_iso(time_ns),
        "quiet": alert.quiet,
        **{key: finding[key] for key in finding if key not in {"id", "state"}},
        "finding": alert.finding.id,
    }


def post_run_alert(run: str, runner: str, name: str, summary: Json, time_ns: int) -> Json | None:
    """Alert after a run in which inversion or asymmetry stood out; None after any other."""
    stood_out = [name for name, yes in summary["spikes"].items() if yes]
    if not stood_out:
        return None
    told = [finding for finding in summary["findings"] if Severity(finding["severity"]).rank > 0]
    return {
        "v": FORMAT,
        "id": f"{run}-{runner}-{POST_RUN}",
        "run": run,
        "runner": runner,
        "name": name,
        "event": "raised",
        "kind": POST_RUN,
        "time": utc_iso(time_ns),
        "quiet": False,
        "severity": max((Severity(finding["severity"]) for finding in told), key=lambda each: each.rank).value,
        "message": f"The run is over; {' and '.join(stood_out)} stood out. " + " ".join(_messages(told)),
        "summary": summary,
    }


def _messages(findings: Sequence[Json]) -> list[str]:
    return list(dict.fromkeys(str(finding["message"]) for finding in findings))
