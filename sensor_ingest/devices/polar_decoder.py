"""A Verity Sense as the assembler sees it: notifications of two streams in, packets of the pod profile out."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from surefoot.sensor_ingest.devices.polar_control import ControlReply, Measurement
from surefoot.sensor_ingest.devices.polar_frames import Frame, Scale
from surefoot.sensor_ingest.devices.polar_streams import FrameClock, TimedFrame, TimedReadings
from surefoot.sensor_ingest.devices.readings import PacketMaker
from surefoot.sensor_ingest.protocol import Packet, PodInfo, ProtocolError

DEVICE = "polar-pmd"
MAX_WAIT_US = 2e6
"""Acceleration waits this long for the angular rate of its time, and is dropped then."""
_MAX_SPACING = 1.6
"""Angular rate is interpolated between readings at most so many intervals apart."""


def device_text(acc_start: bytes, gyr_start: bytes) -> str:
    """What a pod's info says of the device: its kind, and the replies that started both streams."""
    return f"{DEVICE} {acc_start.hex()} {gyr_start.hex()}"


class PolarDecoder:
    """Joins the streams of one connection: angular rate is interpolated at the times of the acceleration.

    There are no sequence numbers: what is missing is told from the clock, and counted as samples dropped by the pod.

    Parameters
    ----------
    info : rate and ranges; its `device` is a `device_text`. `ProtocolError` if that cannot be read.
    """

    def __init__(self, info: PodInfo) -> None:
        self._rate_hz = info.rate_hz
        self._scales = _scales(info)
        self._clocks = {each: FrameClock(info.rate_hz) for each in (Measurement.ACC, Measurement.GYRO)}
        self._waiting: deque[TimedFrame] = deque()
        self._gyr_dps = TimedReadings(2 * MAX_WAIT_US)
        self._maker = PacketMaker(info)

    def __call__(self, data: bytes, arrival_s: float) -> Iterator[tuple[Packet, float]]:
        """Packets that a notification completes, each with the arrival of the readings that it ends with.

        One that comes again at once, as from BlueZ after a lost link, completes none.

        Raises
        ------
        ProtocolError
            if the notification is malformed.
        """
        frame = Frame.from_bytes(data, self._scales)
        clock = self._clocks[frame.measurement]
        if frame.last_ns == clock.last_ns:
            return iter(())
        timed = clock.place(frame, arrival_s)
        if frame.measurement is Measurement.GYRO:
            self._gyr_dps.add(timed)
        else:
            self._waiting.append(timed)
        return self._join()

    def _join(self) -> Iterator[tuple[Packet, float]]:
        newest_us = self._waiting[-1].time_us[-1] if self._waiting else -np.inf
        while self._waiting:
            last_us = self._waiting[0].time_us[-1]
            if last_us > self._gyr_dps.until_us and 0.0 <= newest_us - last_us <= MAX_WAIT_US:
                return
            yield from self._packets(self._waiting.popleft())

    def _packets(self, acc: TimedFrame) -> Iterator[tuple[Packet, float]]:
        """Packets of one frame, where its angular rate is known."""
        self._maker.dropped += acc.lost
        gyr_dps, known = self._gyr_dps.at(acc.time_us, _MAX_SPACING * 1e6 / self._rate_hz)
        for packet in self._maker.packets(acc.time_us, acc.readings, gyr_dps, known):
            yield packet, acc.arrival_s


def assumed(info: PodInfo) -> Sequence[str]:
    """What the replies to the start did not tell, and what was taken in its place."""
    try:
        told = None not in _factors(info.device)
    except ProtocolError:
        return ()
    return () if told else ("it does not tell the scale of its counts, which is taken from its range",)


def _scales(info: PodInfo) -> Mapping[Measurement, Scale]:
    acc_factor, gyr_factor = _factors(info.device)
    return {
        Measurement.ACC: Scale(acc_factor, info.acc_range_g),
        Measurement.GYRO: Scale(gyr_factor, info.gyr_range_dps),
    }


def _factors(device: str) -> tuple[float | None, float | None]:
    """What a count of acceleration and of angular rate stands for, as the replies to the start said."""
    try:
        _, acc_start, gyr_start = device.split(" ")
        replies = [ControlReply.from_bytes(bytes.fromhex(reply)) for reply in (acc_start, gyr_start)]
    except ValueError as error:
        raise ProtocolError(f"{device!r} does not say how the streams were started") from error
    return replies[0].factor, replies[1].factor
