"""State of each pod of a run, for display."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from surefoot.analysis.model import Foot
from surefoot.sensor_ingest.recording.assembler import PodAssembler
from surefoot.sensor_ingest.recording.entries import Entry, EventEntry, EventKind, PacketEntry
from surefoot.sensor_ingest.recording.manifest import PodAssignment
from surefoot.sensor_ingest.recording.packet_reordering import PodCounts

NOTE_PERIOD_S = 10.0
MAX_NOTES = 8640
"""A day's; of those that nobody takes, the oldest go."""


@dataclass(frozen=True, slots=True)
class PodHealth:
    """State of one pod.

    Parameters
    ----------
    note : why it is not connected; empty while it is.
    bluetooth_problem : why this computer's Bluetooth does not work, and what to do; empty while it works.
    battery_pct, rssi_dbm : None until known.
    clock_residual_s, drift_ppm : see `ClockEstimate`; None before the first packet.
    refused : not used for a while, since it broke the rules; it is tried again.
    reconnects, reboots : during the run; a clock that jumps counts as a reboot.
    last_packet_s : session time of the latest arrival.
    waiting_packets : held in the reorder buffer.
    overflowed : packets dropped because this computer was too slow; they are requested again.
    has_namesake : another pod in range has its name or serial number.
    limits : what it cannot do, sentences; of sensors of other makers.
    """

    serial: str
    foot: Foot
    runner: str
    connected: bool
    refused: bool
    note: str
    bluetooth_problem: str
    battery_pct: float | None
    rssi_dbm: float | None
    clock_residual_s: float | None
    drift_ppm: float | None
    reconnects: int
    reboots: int
    last_packet_s: float | None
    waiting_packets: int
    overflowed: int
    has_namesake: bool
    counts: PodCounts
    limits: tuple[str, ...] = ()

    @property
    def loss_pct(self) -> float:
        """Packets given up, in percent of those expected."""
        counts = self.counts
        came = counts.received - counts.duplicate - counts.malformed
        return 100.0 * counts.lost / max(counts.lost + came, 1)


@dataclass(frozen=True, slots=True)
class HealthNote:
    """All pods of a run, in the manifest's order, as of a journal's entry; whoever reads the journal notes the same."""

    at_s: float
    pods: tuple[PodHealth, ...]


@dataclass(frozen=True, slots=True)
class _EventState:
    """State of a pod as of its latest event."""

    connected: bool = False
    refused: bool = False
    note: str = "not found yet"
    battery_pct: float | None = None
    rssi_dbm: float | None = None
    connects: int = 0
    reboots: int = 0
    overflowed: int = 0
    has_namesake: bool = False

    def after(self, event: EventEntry) -> _EventState:
        """The state after an event."""
        match event.kind:
            case EventKind.CONNECTED:
                return replace(self, connected=True, refused=False, note="", connects=self.connects + 1)
            case EventKind.DISCONNECTED:
                return replace(self, connected=False, note=event.text)
            case EventKind.REFUSED:
                return replace(self, connected=False, refused=True, note=event.text)
            case EventKind.REBOOTED | EventKind.CLOCK_JUMPED:
                return replace(self, reboots=self.reboots + 1)
            case EventKind.BATTERY:
                return replace(self, battery_pct=event.value)
            case EventKind.SIGNAL:
                return replace(self, rssi_dbm=event.value)
            case EventKind.OVERFLOWED:
                return replace(self, overflowed=self.overflowed + int(event.value))
            case EventKind.CONTINUED:
                return replace(self, connected=False, note="not found yet")
            case EventKind.NAMESAKE:
                return replace(self, has_namesake=True)
            case EventKind.SILENT | EventKind.HEALTH:
                return self


class PodHealthTracker:
    """Tracks the state of a run's pods from its entries, and notes it where an entry says so."""

    def __init__(self, pods: Sequence[PodAssignment]) -> None:
        self._pods = tuple(pods)
        self._states = [_EventState() for _ in pods]
        self._last_packet_s: list[float | None] = [None for _ in pods]
        self._notes: deque[HealthNote] = deque(maxlen=MAX_NOTES)

    def observe(self, entry: Entry, assembled: Mapping[int, PodAssembler]) -> None:
        """Update from an entry, before it is assembled."""
        if isinstance(entry, PacketEntry) and entry.pod < len(self._states):
            self._last_packet_s[entry.pod] = entry.arrival_s
        elif isinstance(entry, EventEntry) and entry.pod < len(self._states):
            self._states[entry.pod] = self._states[entry.pod].after(entry)
            if entry.kind is EventKind.HEALTH:
                self._notes.append(HealthNote(entry.at_s, self.snapshot(assembled)))

    def take_notes(self) -> list[HealthNote]:
        """What was noted since the last call."""
        notes = list(self._notes)
        self._notes.clear()
        return notes

    def snapshot(self, assembled: Mapping[int, PodAssembler], bluetooth_problem: str = "") -> tuple[PodHealth, ...]:
        """Every pod, in the manifest's order; `bluetooth_problem` is passed on to each."""
        return tuple(
            _health(assignment, state, last_s, assembled.get(number), bluetooth_problem)
            for number, (assignment, state, last_s) in enumerate(
                zip(self._pods, self._states, self._last_packet_s, strict=True)
            )
        )


def _health(
    assignment: PodAssignment,
    state: _EventState,
    last_packet_s: float | None,
    pod: PodAssembler | None,
    bluetooth_problem: str,
) -> PodHealth:
    buffer = pod.reorder_buffer if pod is not None else None
    estimate = buffer.clock_fit.estimate() if buffer is not None else None
    return PodHealth(
        assignment.serial,
        assignment.foot,
        assignment.runner,
        state.connected,
        state.refused,
        state.note,
        bluetooth_problem,
        state.battery_pct,
        state.rssi_dbm,
        estimate.residual_s if estimate is not None else None,
        estimate.drift_ppm if estimate is not None else None,
        max(state.connects - 1, 0),
        state.reboots,
        last_packet_s,
        buffer.held_packets if buffer is not None else 0,
        state.overflowed,
        state.has_namesake,
        pod.counts if pod is not None else PodCounts(),
        pod.limits if pod is not None else (),
    )
