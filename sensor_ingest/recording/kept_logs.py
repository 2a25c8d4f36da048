"""What a Movesense's logs hold, told as records of a pod's store, so that they become runs as those do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from surefoot.sensor_ingest.devices.movesense_decoder import ImuPackets
from surefoot.sensor_ingest.devices.movesense_frames import ImuMessage
from surefoot.sensor_ingest.devices.movesense_log import ClockNote, read_log
from surefoot.sensor_ingest.pod_store.records import BootRecord, SamplesRecord, StoreRecord, UtcRecord
from surefoot.sensor_ingest.protocol import Packet, PodInfo, ProtocolError

_KEPT = "movesense-log"
_PACKETS = 4
"""Of a record."""
_WRAP_MS = 1 << 32
_SAME_S, _SAME_RATE = 0.5, 100e-6
"""Two notes of one clock agree to this."""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """A log in the listing of a logbook; `size` in bytes."""

    number: int
    size: int


@dataclass(frozen=True, slots=True)
class ClockNow:
    """The sensor's clocks, and UTC by the computer's; None while that cannot be trusted."""

    sensor: ClockNote
    utc_s: float | None


def kept_text(number: int, size: int) -> str:
    """What a pod's info says of the log that its packets were made of."""
    return f"{_KEPT} {number} {size}"


def kept_logs(records: Iterable[StoreRecord]) -> dict[int, int]:
    """Number → bytes of the logs that these records were made of."""
    found = dict[int, int]()
    for record in records:
        if isinstance(record, BootRecord):
            _, number, size = PodInfo.from_bytes(record.info).device.split(" ")
            found[int(number)] = int(size)
    return found


def still_kept(listed: Sequence[LogEntry], kept: Mapping[int, int]) -> Mapping[int, int]:
    """Logs that need not be fetched: those that are kept; none where the logbook was erased and counts anew."""
    anew = any(kept.get(entry.number, entry.size) != entry.size for entry in listed)
    return {} if anew else kept


def log_records(data: bytes, number: int, info: PodInfo, boot_count: int, now: ClockNow | None) -> list[StoreRecord]:
    """Records of one log: packets, what is known of UTC, and last what tells that the log is kept.

    Parameters
    ----------
    info : of the sensor: serial number, rate and ranges.
    boot_count : larger than that of all logs before.
    now : what the clocks say when it is fetched; it counts where the sensor was not restarted since.

    Raises
    ------
    ProtocolError
        if the log cannot be read.
    """
    told = replace(info, boot=boot_count & 0xFFFF, device=kept_text(number, len(data)))
    found = list(read_log(data))
    notes = [each for each in found if isinstance(each, ClockNote)]
    near_ms = notes[0].relative_ms if notes else None
    packets = list(_packets((each for each in found if isinstance(each, ImuMessage)), told, near_ms))
    parts = (packets[at : at + _PACKETS] for at in range(0, len(packets), _PACKETS))
    samples = (SamplesRecord(boot_count, tuple(part)) for part in parts)
    return [*samples, *_utc(notes, boot_count, now), BootRecord(boot_count, bytes(told))]


def _packets(messages: Iterable[ImuMessage], info: PodInfo, near_ms: int | None) -> Iterator[Packet]:
    maker = ImuPackets(info, near_ms)
    for message in messages:
        yield from (packet for packet, _ in maker.push(message))


def _utc(notes: Sequence[ClockNote], boot_count: int, now: ClockNow | None) -> Iterator[UtcRecord]:
    for note in notes:
        yield UtcRecord(boot_count, 1000 * note.relative_ms, note.utc_us)
    if now is None or now.utc_s is None or not notes:
        return
    passed_ms = (now.sensor.relative_ms - notes[-1].relative_ms) % _WRAP_MS
    passed_s, by_utc_s = 1e-3 * passed_ms, 1e-6 * (now.sensor.utc_us - notes[-1].utc_us)
    if abs(by_utc_s - passed_s) <= _SAME_S + _SAME_RATE * passed_s:  # neither restarted nor told another time since
        yield UtcRecord(boot_count, 1000 * (notes[-1].relative_ms + passed_ms), round(1e6 * now.utc_s))


def read_listing(value: bytes) -> list[LogEntry]:
    """The listing of a logbook; ProtocolError if it cannot be read."""
    count = value[0] if value else 0
    if len(value) < 1 + 16 * count:
        raise ProtocolError(f"a listing of {count} logs in {len(value)} bytes")
    rows = [value[1 + 16 * row : 17 + 16 * row] for row in range(count)]
    return [LogEntry(int.from_bytes(row[:4], "little"), int.from_bytes(row[8:], "little")) for row in rows]


def read_clocks(value: bytes) -> ClockNote:
    """What `/Time/Detailed` says; ProtocolError if it cannot be read."""
    if len(value) < 12:
        raise ProtocolError(f"clocks in {len(value)} bytes")
    return ClockNote(int.from_bytes(value[8:12], "little"), int.from_bytes(value[:8], "little"))
