"""Samples from journal entries, without I/O or clocks: live and replay give bit-identical results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from surefoot.analysis.companions import CompanionReading
from surefoot.analysis.model import Foot, Samples
from surefoot.sensor_ingest.devices.companions import decode_companion
from surefoot.sensor_ingest.devices.decoding import decoder_of
from surefoot.sensor_ingest.devices.limits import limits_of
from surefoot.sensor_ingest.protocol import PodInfo, ProtocolError
from surefoot.sensor_ingest.recording.clock_fit import ClockFit, ClockMapping
from surefoot.sensor_ingest.recording.entries import (
    ClockEntry,
    CompanionEntry,
    CompanionEvent,
    EndEntry,
    Entry,
    EventEntry,
    EventKind,
    LostEntry,
    PacketEntry,
    PodEntry,
)
from surefoot.sensor_ingest.recording.packet_reordering import PodCounts, ReorderBuffer
from surefoot.sensor_ingest.recording.si_samples import to_si_samples


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Consecutive samples of one pod, in time order."""

    pod: int
    runner: str
    samples: Samples

    @property
    def watermark_s(self) -> float:
        """Time of the last sample."""
        return float(self.samples.time_s[-1])


@dataclass(frozen=True, slots=True)
class SilentPod:
    """Results up to session time `watermark_s` no longer wait for samples of this pod."""

    pod: int
    watermark_s: float


@dataclass(frozen=True, slots=True)
class CompanionNews:
    """What a sensor beside the pods said; `number` is an index into the manifest's companions."""

    number: int
    reading: CompanionReading

    @property
    def watermark_s(self) -> float:
        """When it said so."""
        return self.reading.time_s


Given = Batch | SilentPod | CompanionNews
"""What follows from an entry."""


class PodAssembler:
    """One pod over a run: its boots one after the other, on the session clock."""

    def __init__(self, pod: int) -> None:
        self.pod = pod
        self.foot = Foot.LEFT
        self.runner = ""
        self.reorder_buffer: ReorderBuffer | None = None
        self.mappings: list[ClockMapping] = []
        self.boots = 0
        self.limits: tuple[str, ...] = ()
        """What its sensor cannot do, one sentence for each way in which it was set up."""
        self.last_sample_s = -np.inf
        self._previous_boots = PodCounts()
        self._samples = self._misordered = 0
        self._at_boot_start = False
        self._between_boots_s = 0.0

    @property
    def counts(self) -> PodCounts:
        """Packet and sample counts over all boots so far."""
        past, current = self._previous_boots, self.reorder_buffer
        if current is None:
            return past
        return PodCounts(
            past.received + current.received,
            past.duplicate + current.duplicate,
            past.resent + current.resent,
            past.lost + current.lost,
            past.malformed + current.malformed,
            past.dropped_samples + current.dropped_samples,
            self._samples,
            self._misordered,
            past.boots + 1,
            self._between_boots_s,
        )

    def add_connection(self, entry: PodEntry) -> Samples | None:
        """Start a new boot unless it is the current one; samples still held of the old boot."""
        try:
            info = PodInfo.from_bytes(entry.info)
            decode = decoder_of(info)
        except ProtocolError:
            return None
        self.foot, self.runner = entry.foot, entry.runner
        if (limits := limits_of(info)) is not None:
            self.limits = tuple(dict.fromkeys((*self.limits, str(limits))))
        if self.reorder_buffer is not None and self.reorder_buffer.is_same_boot(info):
            return None
        rest = self.finish()
        fresh = ReorderBuffer(info, entry.first, decode)
        if info.device and self.reorder_buffer is not None:
            fresh.clock_fit = ClockFit(info.boot, self.reorder_buffer.clock_fit)
        self._begin(fresh)
        return rest

    def add_packet(self, entry: PacketEntry) -> Samples | None:
        """Insert a notification; samples that became available.

        A pod whose clock jumped is taken up as of a new boot; what was held of before is given.
        """
        if self.reorder_buffer is None:
            return None
        self.reorder_buffer.insert(entry.data, entry.arrival_s)
        if not self.reorder_buffer.clock_jumped:
            return self._drain()
        fresh = self.reorder_buffer.after_jump()
        rest = self.finish()
        self._begin(fresh)
        return rest

    def add_mapping(self, mapping: ClockMapping) -> Samples | None:
        """Use a clock mapping from its `tick0_us` on; samples that became available. Impossible rates are ignored."""
        if self.reorder_buffer is None or mapping.boot != self.reorder_buffer.info.boot or not 0.5 < mapping.rate < 2.0:
            return None
        kept = [old for old in self.mappings if old.tick0_us < mapping.tick0_us]
        self.mappings = [*self._active_mappings(kept), mapping]
        self.reorder_buffer.ready = True
        return self._drain()

    def restart_clock_fit(self) -> None:
        """Forget earlier arrivals, as the session clock may have jumped; the mappings stay until they are slewed."""
        if self.reorder_buffer is not None:
            self.reorder_buffer.clock_fit = ClockFit(self.reorder_buffer.info.boot)

    def give_up(self, entry: LostEntry) -> Samples | None:
        """Give up a range of packets; samples that became available."""
        if self.reorder_buffer is None or entry.boot != self.reorder_buffer.info.boot:
            return None
        self.reorder_buffer.give_up(entry.first, entry.count)
        return self._drain()

    def _begin(self, buffer: ReorderBuffer) -> None:
        """Go on with the packets of a new boot."""
        self._previous_boots, self.mappings = self.counts, []
        self.reorder_buffer = buffer
        self.boots += 1
        self._at_boot_start = True

    def finish(self) -> Samples | None:
        """Give up all gaps of this boot; the samples behind them."""
        if self.reorder_buffer is None:
            return None
        self.reorder_buffer.give_up_gaps()
        return self._drain()

    def _active_mappings(self, mappings: list[ClockMapping]) -> list[ClockMapping]:
        """Without the mappings that were replaced before the last sample given out."""
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
        """Drop samples that are not later than all before, which only a faulty pod or clock causes."""
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
                samples.gyr_clipped[later],
            )
        if not good:
            return None
        if self._at_boot_start and self._samples:
            self._between_boots_s += float(samples.time_s[0]) - self.last_sample_s
        self._at_boot_start = False
        self._samples += good
        self.last_sample_s = float(samples.time_s[-1])
        return samples


class Assembler:
    """All pods of a run; deterministic in the sequence of entries."""

    def __init__(self) -> None:
        self._pods: dict[int, PodAssembler] = {}

    @property
    def pods(self) -> Mapping[int, PodAssembler]:
        """Pods seen so far, by their index in the manifest."""
        return self._pods

    def process(self, entry: Entry) -> Sequence[Given]:
        """Apply the next entry; what follows from it."""
        if isinstance(entry, EndEntry):
            return self.finish()
        if isinstance(entry, CompanionEntry):
            return companion_news(entry)
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
        """Give up all gaps of all pods; the samples behind them."""
        rest = [(pod, pod.finish()) for pod in self._pods.values()]
        return [Batch(pod.pod, pod.runner, samples) for pod, samples in rest if samples is not None]


def companion_news(entry: CompanionEntry) -> list[CompanionNews]:
    """What a companion's entry says, if anything."""
    told = decode_companion(entry.companion, entry.data) if entry.event is CompanionEvent.NOTIFIED else {}
    return [CompanionNews(entry.number, CompanionReading(entry.companion, entry.arrival_s, told))] if told else []
