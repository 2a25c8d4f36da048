"""Journal entries into samples: pure, so that live, replay and re-analysis give the same numbers to the last bit."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from surefoot.analysis.model import STANDARD_GRAVITY_MPS2, Bools, Floats, Foot, Samples
from surefoot.sensor_ingest.protocol import Packet, PodInfo, ProtocolError
from surefoot.sensor_ingest.recording.clock_fit import ClockFit, ClockMapping
from surefoot.sensor_ingest.recording.clock_steering import session_times
from surefoot.sensor_ingest.recording.entries import (
    ClockEntry,
    EndEntry,
    Entry,
    EventEntry,
    EventKind,
    LostEntry,
    PacketEntry,
    PodEntry,
)
from surefoot.sensor_ingest.recording.packet_reordering import PodCounts, ReorderBuffer

_FULL_SCALE_COUNTS = 32768.0
_CLIPPED_COUNTS = 32767


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Consecutive samples of one pod, in order, each once."""

    pod: int
    runner: str
    samples: Samples

    @property
    def watermark_s(self) -> float:
        """Time of the last sample."""
        return float(self.samples.time_s[-1])


@dataclass(frozen=True, slots=True)
class SilentPod:
    """Nobody waits any longer for what a pod has yet to give of the time before `watermark_s`."""

    pod: int
    watermark_s: float


class PodAssembler:
    """One pod over a run: its boots one after the other, on one time line."""

    def __init__(self, pod: int) -> None:
        self.pod = pod
        self.foot = Foot.LEFT
        self.runner = ""
        self.reorder_buffer: ReorderBuffer | None = None
        self.mappings: list[ClockMapping] = []
        self.last_sample_s = -np.inf
        self._previous_boots = PodCounts()
        self._samples = self._misordered = 0
        self._at_boot_start = False
        self._between_boots_s = 0.0

    @property
    def counts(self) -> PodCounts:
        """What became of the pod's packets so far."""
        past, boot = self._previous_boots, self.reorder_buffer
        if boot is None:
            return past
        return PodCounts(
            past.received + boot.received,
            past.duplicate + boot.duplicate,
            past.resent + boot.resent,
            past.lost + boot.lost,
            past.malformed + boot.malformed,
            past.dropped_samples + boot.dropped_samples,
            self._samples,
            self._misordered,
            past.boots + 1,
            self._between_boots_s,
        )

    def add_connection(self, entry: PodEntry) -> Samples | None:
        """The pod is there; a new boot ends the old one, and what it still owes is lost."""
        try:
            info = PodInfo.from_bytes(entry.info)
        except ProtocolError:
            return None
        self.foot, self.runner = entry.foot, entry.runner
        if self.reorder_buffer is not None and self.reorder_buffer.is_same_boot(info):
            return None
        rest = self.finish()
        self._previous_boots, self.mappings = self.counts, []
        self.reorder_buffer = ReorderBuffer(info, entry.first)
        self._at_boot_start = True
        return rest

    def add_packet(self, entry: PacketEntry) -> Samples | None:
        """Take a notification."""
        if self.reorder_buffer is None:
            return None
        self.reorder_buffer.insert(entry.data, entry.arrival_s)
        return self._drain()

    def add_mapping(self, mapping: ClockMapping) -> Samples | None:
        """Put a mapping in force."""
        if self.reorder_buffer is None or mapping.boot != self.reorder_buffer.info.boot or not 0.5 < mapping.rate < 2.0:
            return None
        kept = [old for old in self.mappings if old.tick0_us < mapping.tick0_us]
        self.mappings = [*self._active_mappings(kept), mapping]
        self.reorder_buffer.ready = True
        return self._drain()

    def restart_clock_fit(self) -> None:
        """The session clock may have jumped against the pod's; the mappings in force stay so until they are slewed."""
        if self.reorder_buffer is not None:
            self.reorder_buffer.clock_fit = ClockFit(self.reorder_buffer.info.boot)

    def give_up(self, entry: LostEntry) -> Samples | None:
        """Give up a range of packets."""
        if self.reorder_buffer is None or entry.boot != self.reorder_buffer.info.boot:
            return None
        self.reorder_buffer.give_up(entry.first, entry.count)
        return self._drain()

    def finish(self) -> Samples | None:
        """Nothing more will come of this boot."""
        if self.reorder_buffer is None:
            return None
        self.reorder_buffer.give_up_gaps()
        return self._drain()

    def _active_mappings(self, mappings: list[ClockMapping]) -> list[ClockMapping]:
        """Without those that ended before the last sample given out."""
        done_us = self.reorder_buffer.last_tick_us if self.reorder_buffer is not None else 0
        ended = sum(mapping.tick0_us <= done_us for mapping in mappings) - 1
        return mappings[max(ended, 0) :]

    def _drain(self) -> Samples | None:
        if self.reorder_buffer is None:
            return None
        packets = list(self.reorder_buffer.pop_ready())
        if not packets:
            return None
        ticks_us = np.concatenate([packet.ticks_us for packet in packets])
        samples = to_si_samples(self.foot, self.reorder_buffer.info, packets, self.mappings, ticks_us)
        return self._drop_misordered(samples)

    def _drop_misordered(self, samples: Samples) -> Samples | None:
        """Leave out what does not come after all before it, as only a broken pod or clock makes happen."""
        latest_s = np.maximum.accumulate(np.concatenate(([self.last_sample_s], samples.time_s)))
        later = samples.time_s > latest_s[:-1]
        good = int(np.count_nonzero(later))
        self._misordered += len(later) - good
        if good < len(later):
            samples = Samples(
                samples.foot,
                samples.time_s[later],
                samples.acc_mps2[later],
                samples.gyr_radps[later],
                samples.clipped[later],
            )
        if not good:
            return None
        if self._at_boot_start and self._samples:
            self._between_boots_s += float(samples.time_s[0]) - self.last_sample_s
        self._at_boot_start = False
        self._samples += good
        self.last_sample_s = float(samples.time_s[-1])
        return samples


def to_si_samples(
    foot: Foot,
    info: PodInfo,
    packets: Sequence[Packet],
    mappings: Sequence[ClockMapping],
    ticks_us: Floats,
) -> Samples:
    """Packets of one boot as samples on the session clock."""
    counts = np.concatenate([packet.counts for packet in packets]).astype(np.float64)
    clipped: Bools = np.any(np.abs(counts) >= _CLIPPED_COUNTS, axis=1)
    return Samples(
        foot,
        session_times(mappings, ticks_us),
        counts[:, :3] * (info.acc_range_g * STANDARD_GRAVITY_MPS2 / _FULL_SCALE_COUNTS),
        counts[:, 3:] * (math.radians(info.gyr_range_dps) / _FULL_SCALE_COUNTS),
        clipped,
    )


class Assembler:
    """All pods of a run. The same entries give the same batches and silences, whoever feeds them."""

    def __init__(self) -> None:
        self._pods: dict[int, PodAssembler] = {}

    @property
    def pods(self) -> Mapping[int, PodAssembler]:
        """The pods seen so far, by their number."""
        return self._pods

    def process(self, entry: Entry) -> Sequence[Batch | SilentPod]:
        """Take the next entry."""
        if isinstance(entry, EndEntry):
            return self.finish()
        if isinstance(entry, EventEntry) and entry.kind is EventKind.SILENT:
            return [SilentPod(entry.pod, entry.value)]
        pod = self._pods.get(entry.pod)
        if pod is None and isinstance(entry, PodEntry):
            pod = self._pods[entry.pod] = PodAssembler(entry.pod)
        if pod is None:
            return []
        runner, samples = pod.runner, None
        match entry:
            case PacketEntry():
                samples = pod.add_packet(entry)
            case ClockEntry(mapping=mapping):
                samples = pod.add_mapping(mapping)
            case LostEntry():
                samples = pod.give_up(entry)
            case PodEntry():
                samples = pod.add_connection(entry)
            case EventEntry(kind=EventKind.CONTINUED):
                pod.restart_clock_fit()
        return [] if samples is None else [Batch(pod.pod, runner, samples)]

    def finish(self) -> list[Batch]:
        """Everything still waited for is given up."""
        rest = [(pod, pod.finish()) for pod in self._pods.values()]
        return [Batch(pod.pod, pod.runner, samples) for pod, samples in rest if samples is not None]
