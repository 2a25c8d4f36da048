"""How each pod of a run is doing, for people to look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from surefoot.analysis.model import Foot
from surefoot.sensor_ingest.recording.assembler import PodAssembler
from surefoot.sensor_ingest.recording.entries import Entry, EventEntry, EventKind, PacketEntry
from surefoot.sensor_ingest.recording.packet_reordering import PodCounts
from surefoot.sensor_ingest.recording.run_folder import PodAssignment


@dataclass(frozen=True, slots=True)
class PodHealth:
    """One pod, as known now.

    Parameters
    ----------
    note : why it is not connected, empty while it is.
    bluetooth_problem : why this computer's Bluetooth no longer works, and what to do; empty while it does.
    battery_pct, rssi_dbm : None until it has said so.
    clock_residual_s : how far the fastest packets scatter about the clock's line; None before there are any.
    drift_ppm : how much faster the session clock runs than the pod's.
    reconnects, reboots : during the run.
    last_packet_s : session time of the latest arrival.
    waiting_packets : in hand, but held until those before them are here or given up.
    overflowed : packets that this computer was too slow for; the pod is asked for them again.
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
    counts: PodCounts

    @property
    def loss_pct(self) -> float:
        """Packets given up, of all that should have come."""
        counts = self.counts
        came = counts.received - counts.duplicate - counts.malformed
        return 100.0 * counts.lost / max(counts.lost + came, 1)


@dataclass(frozen=True, slots=True)
class _EventState:
    """What events said last."""

    connected: bool = False
    refused: bool = False
    note: str = "not found yet"
    battery_pct: float | None = None
    rssi_dbm: float | None = None
    connects: int = 0
    reboots: int = 0
    last_packet_s: float | None = None
    overflowed: int = 0

    def after(self, event: EventEntry) -> _EventState:
        """As known after an event."""
        match event.kind:
            case EventKind.CONNECTED:
                return replace(self, connected=True, note="", connects=self.connects + 1)
            case EventKind.DISCONNECTED:
                return replace(self, connected=False, note=event.text)
            case EventKind.REFUSED:
                return replace(self, connected=False, refused=True, note=event.text)
            case EventKind.REBOOTED:
                return replace(self, reboots=self.reboots + 1)
            case EventKind.BATTERY:
                return replace(self, battery_pct=event.value)
            case EventKind.SIGNAL:
                return replace(self, rssi_dbm=event.value)
            case EventKind.OVERFLOWED:
                return replace(self, overflowed=self.overflowed + int(event.value))
            case EventKind.CONTINUED:
                return replace(self, connected=False, note="not found yet")
            case EventKind.SILENT:
                return self


class PodHealthTracker:
    """Follows a run's entries."""

    def __init__(self, pods: Sequence[PodAssignment]) -> None:
        self._pods = tuple(pods)
        self._states = [_EventState() for _ in pods]

    def observe(self, entry: Entry) -> None:
        """Take note of an entry."""
        if isinstance(entry, PacketEntry) and entry.pod < len(self._states):
            self._states[entry.pod] = replace(self._states[entry.pod], last_packet_s=entry.arrival_s)
        elif isinstance(entry, EventEntry) and entry.pod < len(self._states):
            self._states[entry.pod] = self._states[entry.pod].after(entry)

    def snapshot(self, assembled: Mapping[int, PodAssembler], bluetooth_problem: str = "") -> tuple[PodHealth, ...]:
        """Every pod, in the manifest's order; `bluetooth_problem` is passed on to each."""
        return tuple(
            _health(assignment, state, assembled.get(number), bluetooth_problem)
            for number, (assignment, state) in enumerate(zip(self._pods, self._states, strict=True))
        )


def _health(
    assignment: PodAssignment, state: _EventState, pod: PodAssembler | None, bluetooth_problem: str
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
        state.last_packet_s,
        buffer.held_packets if buffer is not None else 0,
        state.overflowed,
        pod.counts if pod is not None else PodCounts(),
    )
