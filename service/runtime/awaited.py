"""What begins a run, in words."""

from __future__ import annotations

from collections.abc import Sequence

from surefoot.sensor_ingest.recording.manifest import CompanionAssignment, PodAssignment, foot_pods_alone


def waiting_for(pods: Sequence[PodAssignment], companions: Sequence[CompanionAssignment]) -> str:
    """A sentence for people who wait for a run to begin."""
    named = [f"the foot pod {each.address}" for each in foot_pods_alone(pods, companions)]
    return f"Waiting for {' or '.join([*(['pods'] if pods or not named else []), *named])}."
