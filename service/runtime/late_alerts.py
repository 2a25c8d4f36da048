"""Alerts about a run of which more became known after it was over, with the run's own times."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from datetime import time as time_of_day

from surefoot.analysis.findings import Finding
from surefoot.sensor_ingest.recording.manifest import Manifest
from surefoot.service.alerts.policy import AlertPolicy
from surefoot.service.serialization.alert_messages import alert_to_dict, post_run_alert
from surefoot.service.serialization.encoding import Json
from surefoot.service.settings import Settings
from surefoot.service.store.writing import NANOSECONDS, RunClock, StoreWriter


def tell_late(
    writer: StoreWriter,
    run: Manifest,
    runner: str,
    settings: Settings,
    findings: Sequence[Finding],
    summary: Json,
    end_ns: int,
) -> None:
    """Store the alerts that follow from all findings of a runner's run, but for those that were told already."""
    clock, name = RunClock(run.created_utc), run.names[runner]
    end_s = (end_ns - clock.zero_ns) / NANOSECONDS

    def local_time(session_s: float) -> time_of_day:
        return datetime.fromtimestamp(clock.ns(session_s) / NANOSECONDS, UTC).astimezone().time()

    policy = AlertPolicy(settings.alerts_for(runner), local_time)
    for alert in [*policy.push(findings, end_s), *policy.end(end_s)]:
        time_ns = clock.ns(alert.at_s)
        body = alert_to_dict(run.run_id, runner, name, alert, time_ns)
        writer.add_alert(run.run_id, runner, time_ns, str(body["id"]), body, None)
    told = post_run_alert(run.run_id, runner, name, summary, end_ns)
    if told is not None:
        writer.add_alert(run.run_id, runner, end_ns, str(told["id"]), told, None)
