"""Firmware of a pod without its radio: samples in, packets and replies out.

It reads no clock and never waits; the caller passes the time.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from surefoot.firmware_sim.pod.battery import Battery
from surefoot.firmware_sim.pod.beacons import Beacons
from surefoot.firmware_sim.pod.flash import NorFlash
from surefoot.firmware_sim.pod.keeper import Keeper
from surefoot.firmware_sim.pod.pedometer import Pedometer
from surefoot.firmware_sim.pod.pod_settings import PodSettings
from surefoot.firmware_sim.pod.ring_buffer import RingBuffer
from surefoot.firmware_sim.pod.store_commands import handle_store_command
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
IDENTIFY_S = 3.0
"""Duration of blinking after IDENTIFY."""


class Firmware:
    """One boot of a pod.

    Parameters
    ----------
    settings : persistent; changed by commands.
    boot : boot number of the packets.
    on_packet : called with every completed packet.
    flash, boot_count : where samples are kept, and starts of the pod; None is a pod without a store.
    """

    def __init__(
        self,
        settings: PodSettings,
        battery: Battery,
        boot: int,
        on_packet: Callable[[Packet], None] | None = None,
        *,
        flash: NorFlash | None = None,
        boot_count: int = 0,
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
        self.keeper = Keeper(flash, boot_count, settings, lambda: bytes(self.info)) if flash is not None else None
        self.beacons = Beacons(settings, boot_count, self.keeper.note) if self.keeper is not None else None

    @property
    def making_packets(self) -> bool:
        """Samples become packets: a client wants them, or they are kept."""
        return self.streaming or (self.keeper is not None and self.keeper.keeping)

    @property
    def sampling(self) -> bool:
        """The sensor is on: for packets, or to notice steps."""
        return self.making_packets or (self.keeper is not None and self.keeper.armed)

    @property
    def active_beacons(self) -> Beacons | None:
        """The beacons while they are sent and listened for: as long as samples are kept beside a partner."""
        keeping = self.keeper is not None and self.keeper.keeping
        return self.beacons if keeping and self.settings.partner_tag else None

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

    def sample(self, ticks_us: NDArray[np.int64], counts: NDArray[np.int16]) -> bool:
        """Take samples from the FIFO of the IMU: ticks (n,), counts (n, 6); whether they go into packets."""
        if self.sampling:
            self.pedometer.push(ticks_us, counts, self.settings.gyr_range_dps)
            self._follow_steps()
        taken = self.making_packets
        if taken:
            self._pack(ticks_us, counts)
        if not self.making_packets:
            self._close_partial_packet()
        return taken

    def _follow_steps(self) -> None:
        if self.keeper is None:
            return
        if self.keeper.is_over(self.pedometer):
            self._close_partial_packet()
            self.keeper.end()
        self.keeper.start_by_steps(self.pedometer)

    def _pack(self, ticks_us: NDArray[np.int64], counts: NDArray[np.int16]) -> None:
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
            known = bool(data) and data[0] in self._known_opcodes
            return Reply(data[0] if data else 0, Result.BAD_ARGUMENT if known else Result.UNKNOWN_COMMAND, tick_us)
        if command.opcode in STORE_OPCODES:
            return self._store_command(command, tick_us)
        if command.opcode is Opcode.RESEND:
            return self._resend(command, tick_us)
        return Reply(command.opcode, self._execute(command, tick_us), tick_us)

    @property
    def _known_opcodes(self) -> frozenset[int]:
        return frozenset(Opcode) - (STORE_OPCODES if self.keeper is None else frozenset())

    def _store_command(self, command: Command, tick_us: int) -> Reply:
        if self.keeper is None:
            return Reply(command.opcode, Result.UNKNOWN_COMMAND, tick_us)
        if command.opcode is Opcode.KEEP_STOP:
            self._close_partial_packet()
        return handle_store_command(self.keeper, self.settings, command, tick_us)

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
        self._before_info_changes()
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
        self._before_info_changes()
        if command.opcode is Opcode.SET_RATE:
            self.settings.rate_hz = arguments[0]
        else:
            self.settings.acc_range_g, self.settings.gyr_range_dps = arguments
        self.ring.clear()
        return Result.OK

    def _before_info_changes(self) -> None:
        """What was sampled so far is kept under the old settings."""
        if self.keeper is not None:
            self._close_partial_packet()
            self.keeper.info_changes()

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
        self.ring.append(packet, live=self.streaming)
        if self.keeper is not None:
            self.keeper.add(packet)
        if self.on_packet is not None:
            self.on_packet(packet)
