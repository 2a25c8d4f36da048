"""A Movesense as the assembler sees it: notifications of IMU6 in, packets of the pod profile out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from surefoot.sensor_ingest.devices.movesense_frames import ImuMessage, PartJoiner, g_per_unit
from surefoot.sensor_ingest.devices.movesense_protocol import Notification
from surefoot.sensor_ingest.devices.readings import PacketMaker
from surefoot.sensor_ingest.devices.stamp_clock import StampClock
from surefoot.sensor_ingest.protocol import Packet, PodInfo, ProtocolError

DEVICE = "movesense-gsp"
UNIT_S = 1.0
"""The unit of acceleration is told from so much of it; until then readings wait."""
_NOT_TOLD = "-"


def device_text(acc_config: bytes, gyr_config: bytes) -> str:
    """What a pod's info says of the device: its kind, and both sensors' configurations as far as it told them."""
    return " ".join((DEVICE, acc_config.hex() or _NOT_TOLD, gyr_config.hex() or _NOT_TOLD))


def assumed(info: PodInfo) -> Sequence[str]:
    """What the sensor did not tell of its ranges, and what was taken in its place."""
    told = info.device.split(" ")[1:3]
    ranges = (f"±{info.acc_range_g} g", f"±{info.gyr_range_dps} °/s")
    taken = [each for config, each in zip(told, ranges, strict=False) if config == _NOT_TOLD]
    return (f"it does not tell its range, taken as {' and '.join(taken)}",) if taken else ()


class MovesenseDecoder:
    """Readings of one connection.

    There are no sequence numbers: what is missing is told from the clock, and counted as samples dropped by the pod.

    Parameters
    ----------
    info : rate and ranges.
    """

    def __init__(self, info: PodInfo) -> None:
        self._joiner = PartJoiner()
        self._packets = ImuPackets(info)

    def __call__(self, data: bytes, arrival_s: float) -> Iterator[tuple[Packet, float]]:
        """Packets that a notification completes, each with the arrival of the readings that it ends with.

        One that comes again at once, as from BlueZ after a lost link, completes none.

        Raises
        ------
        ProtocolError
            if the notification is malformed, or the acceleration in no unit that can be.
        """
        whole = self._joiner.push(Notification.from_bytes(data), arrival_s)
        if whole is None:
            return iter(())
        return self._packets.push(ImuMessage.from_bytes(whole[0]), whole[1])


class ImuPackets:
    """Makes packets of messages in order, once the unit of acceleration is told; `near_ms` as for `StampClock`."""

    def __init__(self, info: PodInfo, near_ms: int | None = None) -> None:
        self._clock = StampClock(info.rate_hz, near_ms)
        self._maker = PacketMaker(info)
        self._unit_readings = int(UNIT_S * info.rate_hz)
        self._unit_g: float | None = None
        self._waiting: list[tuple[ImuMessage, float]] = []

    def push(self, message: ImuMessage, arrival_s: float = 0.0) -> Iterator[tuple[Packet, float]]:
        """Packets that follow from a message; ProtocolError if the acceleration is in no unit that can be."""
        self._waiting.append((message, arrival_s))
        if self._unit_g is None:
            self._unit_g = self._unit()
        return iter(()) if self._unit_g is None else self._take(self._unit_g)

    def _unit(self) -> float | None:
        """What a unit of acceleration stands for; None before there are enough readings to tell."""
        acc = np.concatenate([message.acc for message, _ in self._waiting])
        if len(acc) < self._unit_readings:
            return None
        try:
            return g_per_unit(acc)
        except ProtocolError:
            self._waiting.clear()
            raise

    def _take(self, unit_g: float) -> Iterator[tuple[Packet, float]]:
        waiting, self._waiting = self._waiting, []
        for message, arrival_s in waiting:
            count = len(message.acc)
            placed = self._clock.place(message.first_ms, count)
            if placed is None:
                continue
            first_us, lost = placed
            self._maker.dropped += lost
            time_us = first_us + self._clock.spacing_us * np.arange(float(count))
            acc_g = np.multiply(message.acc, unit_g, dtype=np.float64)
            for packet in self._maker.packets(time_us, acc_g, message.gyr_dps, np.ones(count, bool)):
                yield packet, arrival_s
