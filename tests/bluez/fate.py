"""What became of the packets that pods made: their truth beside the recording."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from surefoot.firmware_sim.simulation import SimulatedRunner
from surefoot.sensor_ingest.protocol import Packet
from surefoot.sensor_ingest.recording.entries import PacketEntry
from surefoot.sensor_ingest.recording.journal import JournalReader
from surefoot.sensor_ingest.recording.run_folder import RunFolder

Key = tuple[int, int, int]
"""Pod, boot, sequence."""


@dataclass(frozen=True, slots=True)
class Fate:
    """Packets from the first that was wanted of each boot to the last that was made.

    Parameters
    ----------
    changed : recorded with other samples than were made.
    """

    made: int
    lost: int
    doubled: int
    changed: int


def fate_of(run: RunFolder, runner: SimulatedRunner) -> Fate:
    """Compare a recording with what the pods made since they were first heard."""
    heard: Counter[Key] = Counter()
    samples: dict[Key, bytes] = {}
    for entry in JournalReader(run.journal_path):
        if isinstance(entry, PacketEntry):
            packet = Packet.from_bytes(entry.data)
            key = entry.pod, packet.boot, packet.sequence
            heard[key] += 1
            samples[key] = packet.counts.tobytes()
    first: dict[tuple[int, int], int] = {}
    for number, boot, sequence in heard:
        first[number, boot] = min(sequence, first.get((number, boot), sequence))
    numbers = {pod.serial: number for number, pod in enumerate(run.manifest.pods)}
    made = {
        (number, truth.boot, truth.sequence): truth.counts.tobytes()
        for number, pod in ((numbers[each.settings.serial], each) for each in runner.pods.values())
        for truth in pod.truth
        if truth.sequence >= first.get((number, truth.boot), truth.sequence + 1)
    }
    return Fate(
        len(made),
        len(made.keys() - heard.keys()),
        sum(count - 1 for count in heard.values()),
        sum(samples[key] != made.get(key) for key in heard),
    )
