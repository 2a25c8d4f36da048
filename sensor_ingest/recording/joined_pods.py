"""Which pods a run has of which several recordings tell, on whose feet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from surefoot.sensor_ingest.recording.manifest import PodAssignment
from surefoot.sensor_ingest.recording.run_folder import RunFolder


class Recording(Protocol):
    """A recording, and its pods' serial numbers as they told them."""

    @property
    def run(self) -> RunFolder: ...

    @property
    def serials(self) -> Sequence[str]: ...


def same_pod(serial: str, other: str) -> bool:
    """Whether two serial numbers, or tags, are of one pod."""
    return serial.endswith(other) or other.endswith(serial)


def join_pods(heard: Sequence[Recording]) -> tuple[tuple[PodAssignment, ...], tuple[str, ...]]:
    """The pods of all recordings, and the runners who confirmed their feet.

    Where recordings contradict each other, a runner's confirmation counts, then the first recording. A pod that would
    be the second on a foot is on the other one, if that is free; else it is left out.
    """
    pods: list[PodAssignment] = []
    confirmed = tuple(dict.fromkeys(name for run in heard for name in run.run.manifest.sides_confirmed))
    for run in sorted(heard, key=lambda each: not each.run.manifest.sides_confirmed):
        for serial, pod in zip(run.serials, run.run.manifest.pods, strict=True):
            if not any(same_pod(serial, known.serial) for known in pods):
                pods += _beside(pods, pod if len(pod.serial) >= len(serial) else replace(pod, serial=serial))
    first = [serial for run in heard for serial in run.serials]
    ordered = sorted(pods, key=lambda pod: next(at for at, serial in enumerate(first) if same_pod(serial, pod.serial)))
    return tuple(ordered), tuple(name for name in confirmed if any(pod.runner == name for pod in pods))


def fit_together(heard: Sequence[Recording]) -> bool:
    """Whether one run has room for all pods of these recordings: no runner has two on a foot."""
    pods, _ = join_pods(heard)
    return all(any(same_pod(serial, pod.serial) for pod in pods) for run in heard for serial in run.serials)


def _beside(pods: Sequence[PodAssignment], pod: PodAssignment) -> list[PodAssignment]:
    """A pod beside those that are known: on its foot, on the other one, or left out."""
    taken = {known.foot for known in pods if known.runner == pod.runner}
    free = [foot for foot in (pod.foot, pod.foot.other) if foot not in taken]
    return [replace(pod, foot=free[0])] if free else []
