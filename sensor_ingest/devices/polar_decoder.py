"""A Verity Sense as the assembler sees it: notifications of two streams in, packets of the pod profile out."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from surefoot.analysis.model import Bools, Floats
from surefoot.sensor_ingest.devices.polar_control import ControlReply, Measurement
from surefoot.sensor_ingest.devices.polar_frames import Frame
from surefoot.sensor_ingest.devices.polar_streams import FrameClock, TimedFrame, TimedReadings
from surefoot.sensor_ingest.protocol import MAX_SAMPLES, Packet, PacketFlag, PodInfo, ProtocolError

DEVICE = "polar-pmd"
MAX_WAIT_US = 2e6
"""Acceleration waits this long for the angular rate of its time, and is dropped then."""
_MAX_SPACING = 1.6
"""Angular rate is interpolated between readings at most so many intervals apart."""
_MAX_COUNTS = 32767
_FULL_SCALE_COUNTS = 32768.0


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
        self._info = info
        self._factors = _factors(info.device)
        self._clocks = {each: FrameClock(info.rate_hz) for each in (Measurement.ACC, Measurement.GYRO)}
        self._waiting: deque[TimedFrame] = deque()
        self._gyr_dps = TimedReadings(2 * MAX_WAIT_US)
        self._sequence = self._dropped = 0

    def __call__(self, data: bytes, arrival_s: float) -> Iterator[tuple[Packet, float]]:
        """Packets that a notification completes, each with the arrival of the readings that it ends with.

        One that comes again at once, as from BlueZ after a lost link, completes none.

        Raises
        ------
        ProtocolError
            if the notification is malformed.
        """
        acc_factor, gyr_factor = self._factors
        frame = Frame.from_bytes(data, acc_factor=acc_factor, gyr_factor=gyr_factor)
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
        self._dropped += acc.lost
        gyr_dps, known = self._gyr_dps.at(acc.time_us, _MAX_SPACING * 1e6 / self._info.rate_hz)
        counts = np.concatenate(
            [_counts(acc.readings, self._info.acc_range_g), _counts(gyr_dps, self._info.gyr_range_dps)], axis=1
        )
        self._dropped += int(np.count_nonzero(~known))
        for rows in _runs(known):
            yield self._packet(acc.time_us[rows], counts[rows]), acc.arrival_s

    def _packet(self, time_us: Floats, counts: NDArray[np.int16]) -> Packet:
        first_us, last_us = round(time_us[0]), round(time_us[-1])
        sequence, dropped = self._sequence, self._dropped & 0xFFFF
        self._sequence += 1
        return Packet(sequence, self._info.boot, first_us, last_us - first_us, PacketFlag(0), dropped, counts)


def _factors(device: str) -> tuple[float, float]:
    """What a count of acceleration and of angular rate stands for, as the replies to the start said."""
    try:
        _, acc_start, gyr_start = device.split(" ")
        replies = [ControlReply.from_bytes(bytes.fromhex(reply)) for reply in (acc_start, gyr_start)]
    except ValueError as error:
        raise ProtocolError(f"{device!r} does not say how the streams were started") from error
    return replies[0].factor, replies[1].factor


def _counts(readings: Floats, full_scale: float) -> NDArray[np.int16]:
    """Readings as 16-bit counts of a range, clipped at its ends."""
    counts = np.clip(np.rint(readings * (_FULL_SCALE_COUNTS / full_scale)), -_MAX_COUNTS, _MAX_COUNTS)
    return counts.astype(np.int16)


def _runs(known: Bools) -> Iterator[slice]:
    """Consecutive known samples, at most a packet of them at a time, in about equal parts."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], known, [False]))))
    for first, end in edges.reshape(-1, 2):
        parts = -(-(end - first) // MAX_SAMPLES)
        bounds = np.linspace(first, end, parts + 1).astype(int)
        yield from (slice(int(low), int(high)) for low, high in pairwise(bounds))
