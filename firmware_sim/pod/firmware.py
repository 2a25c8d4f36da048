"""Firmware of a pod without its radio: samples in, packets and replies out.

It reads no clock and never waits; the caller passes the time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from surefoot.firmware_sim.pod.battery import Battery
from surefoot.firmware_sim.pod.pedometer import Pedometer
from surefoot.firmware_sim.pod.ring_buffer import RingBuffer
from surefoot.sensor_ingest.pod_store.store_protocol import STORE_OPCODES
from surefoot.sensor_ingest.protocol import (
    MAX_SAMPLES,
    VERSION,
    Command,
    FootCode,
    Opcode,
    Packet,
    PacketFlag,
    PodInfo,
    ProtocolError,
    Reply,
    Result,
)

RATES_HZ = (104, 208, 416)
ACC_RANGES_G = (16, 32)
GYR_RANGES_DPS = (1000, 2000)
RING_PACKETS = 1024
"""Ring buffer size: 1024 packets of 238 bytes are 244 kB, or 88 s at 208 Hz."""
IDENTIFY_S = 3.0
"""Duration of blinking after IDENTIFY."""


@dataclass(slots=True)
class PodSettings:
    """Settings that survive a power cycle."""

    serial: str
    foot: FootCode = FootCode.UNKNOWN
    rate_hz: int = 208
    acc_range_g: int = 16
    gyr_range_dps: int = 2000
    ring_packets: int = RING_PACKETS

    @property
    def name(self) -> str:
        """Advertised name; eight characters are what fits next to the service UUID."""
        return f"SF{self.serial[-4:]}-{'ULR'[self.foot]}"


class Firmware:
    """One boot of a pod.

    Parameters
    ----------
    settings : persistent; changed by commands.
    boot : random boot number.
    on_packet : called with every completed packet.
    """

    def __init__(
        self, settings: PodSettings, battery: Battery, boot: int, on_packet: Callable[[Packet], None] | None = None
    ) -> None:
        self.settings = settings
        self.battery = battery
        self.boot = boot
        self.on_packet = on_packet
        self.streaming = False
        self.dropped = 0
        self.identify_until_us = 0
        self.ring = RingBuffer(settings.ring_packets)
        self.pedometer = Pedometer()
        self._ticks: list[int] = []
        self._counts: list[NDArray[np.int16]] = []

    @property
    def info(self) -> PodInfo:
        """Content of the info characteristic."""
        settings, ring = self.settings, self.ring
        return PodInfo(
            VERSION,
            self.boot,
            settings.foot,
            float(settings.rate_hz),
            settings.acc_range_g,
            settings.gyr_range_dps,
            settings.ring_packets,
            ring.oldest,
            ring.newest,
            settings.serial,
        )

    @property
    def samples_until_full(self) -> int:
        """Samples until the next packet is full."""
        return MAX_SAMPLES - len(self._ticks)

    def sample(self, ticks_us: NDArray[np.int64], counts: NDArray[np.int16]) -> None:
        """Take samples from the FIFO of the IMU: ticks (n,), counts (n, 6)."""
        if not self.streaming:
            return
        self.pedometer.push(ticks_us, counts, self.settings.gyr_range_dps)
        begin = 0
        while begin < len(ticks_us):
            end = begin + self.samples_until_full
            self._ticks.extend(ticks_us[begin:end].tolist())
            self._counts.append(counts[begin:end])
            begin = end
            if not self.samples_until_full:
                self._close_packet()

    def fifo_overrun(self, samples: int) -> None:
        """Count samples lost to a FIFO overflow; the current packet is closed, so that it has no gap."""
        self._close_partial_packet()
        self.dropped = (self.dropped + samples) & 0xFFFF

    def handle_command(self, data: bytes, tick_us: int) -> Reply:
        """Execute a command written to the control characteristic, and return its reply."""
        try:
            command = Command.from_bytes(data)
        except ProtocolError:
            known = bool(data) and data[0] in set(Opcode)
            return Reply(data[0] if data else 0, Result.BAD_ARGUMENT if known else Result.UNKNOWN_COMMAND, tick_us)
        if command.opcode in STORE_OPCODES:
            return Reply(command.opcode, Result.UNKNOWN_COMMAND, tick_us)
        if command.opcode is Opcode.RESEND:
            return self._resend(command, tick_us)
        return Reply(command.opcode, self._execute(command, tick_us), tick_us)

    def _execute(self, command: Command, tick_us: int) -> Result:
        match command.opcode, command.arguments:
            case Opcode.START, _:
                self.streaming = True
            case Opcode.STOP, _:
                self._close_partial_packet()
                self.streaming = False
            case Opcode.IDENTIFY, _:
                self.identify_until_us = tick_us + round(1e6 * IDENTIFY_S)
            case Opcode.SET_FOOT, (code,):
                return self._set_foot(code)
            case (Opcode.SET_RATE, (_,)) | (Opcode.SET_RANGE, (_, _)):
                return self._configure_imu(command)
        return Result.OK

    def _set_foot(self, code: int) -> Result:
        if code not in set(FootCode):
            return Result.BAD_ARGUMENT
        self.settings.foot = FootCode(code)
        return Result.OK

    def _configure_imu(self, command: Command) -> Result:
        """Set rate or ranges of the IMU, and clear the ring, whose counts would be scaled wrongly."""
        arguments = command.arguments
        allowed = (RATES_HZ,) if command.opcode is Opcode.SET_RATE else (ACC_RANGES_G, GYR_RANGES_DPS)
        if any(value not in values for value, values in zip(arguments, allowed, strict=True)):
            return Result.BAD_ARGUMENT
        if self.streaming:
            return Result.NOT_NOW
        if command.opcode is Opcode.SET_RATE:
            self.settings.rate_hz = arguments[0]
        else:
            self.settings.acc_range_g, self.settings.gyr_range_dps = arguments
        self.ring.clear()
        return Result.OK

    def _resend(self, command: Command, tick_us: int) -> Reply:
        first, count = command.arguments
        if not count:
            return Reply(command.opcode, Result.BAD_ARGUMENT, tick_us)
        granted = self.ring.request_resend(first, count)
        if granted is None:
            return Reply(command.opcode, Result.NOT_NOW, tick_us)
        return Reply(command.opcode, Result.OK, tick_us, *granted)

    def _close_partial_packet(self) -> None:
        """Close the current packet if it holds any samples."""
        if self._ticks:
            self._close_packet()

    def _close_packet(self) -> None:
        ticks, counts = self._ticks, np.concatenate(self._counts)
        flags = PacketFlag.LOW_BATTERY if self.battery.low else PacketFlag(0)
        packet = Packet(self.ring.next_sequence, self.boot, ticks[0], ticks[-1] - ticks[0], flags, self.dropped, counts)
        self._ticks, self._counts = [], []
        self.ring.append(packet)
        if self.on_packet is not None:
            self.on_packet(packet)
