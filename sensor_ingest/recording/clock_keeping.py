"""When a pod's clock mapping is fitted anew while its packets come, and what follows: clock entries."""

from __future__ import annotations

from surefoot.sensor_ingest.recording.assembler import Assembler, PodAssembler
from surefoot.sensor_ingest.recording.clock_steering import FIRST_MAPPING_AFTER_S, steer
from surefoot.sensor_ingest.recording.entries import ClockEntry

_EARLY_CLOCK_INTERVAL_S = 2.0
_CLOCK_INTERVAL_S = 5.0
_EARLY_SPAN_S = 60.0
"""Pod time between clock mappings, and until when the shorter interval applies."""


class ClockKeeper:
    """Keeps the clocks of an assembler's pods; whoever asks applies the entries to it."""

    def __init__(self, assembler: Assembler) -> None:
        self._assembler = assembler
        self._updated_s: dict[int, float] = {}

    def after_packet(self, number: int) -> tuple[ClockEntry, ...]:
        """New mappings, every few seconds of pod time."""
        pod = self._assembler.pods.get(number)
        span_s = pod.reorder_buffer.clock_fit.span_s if pod is not None and pod.reorder_buffer is not None else 0.0
        every_s = _EARLY_CLOCK_INTERVAL_S if span_s < _EARLY_SPAN_S else _CLOCK_INTERVAL_S
        due_s = FIRST_MAPPING_AFTER_S
        if pod is not None and pod.mappings:
            updated_s = self._updated_s.get(number, 0.0)
            due_s = every_s if updated_s > span_s else updated_s + every_s  # the fit began anew, as the run went on
        return self._update(pod) if pod is not None and span_s >= due_s else ()

    def before_end(self, number: int) -> tuple[ClockEntry, ...]:
        """A mapping for a boot that ends before its first one was due."""
        pod = self._assembler.pods.get(number)
        return self._update(pod) if pod is not None and not pod.mappings else ()

    def _update(self, pod: PodAssembler) -> tuple[ClockEntry, ...]:
        buffer = pod.reorder_buffer
        estimate = buffer.clock_fit.estimate() if buffer is not None else None
        if buffer is None or estimate is None:
            return ()
        self._updated_s[pod.pod] = estimate.span_s
        mappings = steer(pod.mappings, estimate, max(buffer.last_tick_us, 0))
        return tuple(ClockEntry(pod.pod, mapping) for mapping in mappings)
