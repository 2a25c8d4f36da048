"""Sampling of a pod: the sensor's readings go to the firmware whenever a packet is full, with their truth set aside."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import numpy as np

from surefoot.analysis.model import Floats
from surefoot.firmware_sim.pod.flash import PowerCutError
from surefoot.firmware_sim.pod.oscillator import Oscillator
from surefoot.firmware_sim.pod.pod_settings import PodSettings
from surefoot.firmware_sim.pod.sensor import Sensor
from surefoot.firmware_sim.pod.starting import AnyFirmware
from surefoot.firmware_sim.pod.true_packet import TruePacket
from surefoot.sensor_ingest.protocol import Packet

SensorFactory = Callable[[PodSettings, float], Sensor]
"""Creates the sensor for these settings, from a session time on."""

SOONEST_S = 1e-6
"""Virtual time does not pass in a wait that is within the rounding of its clock."""


class Sampler:
    """The sensor of a pod, on while its firmware wants samples.

    Parameters
    ----------
    spawn : starts a coroutine as a named task.
    now_s : session time.
    on_read : called after the firmware was given samples in time.
    on_power_cut : called when the power was cut while the firmware wrote to its flash.
    """

    def __init__(
        self,
        spawn: Callable[[str, Coroutine[Any, Any, None]], asyncio.Task[None]],
        now_s: Callable[[], float],
        make_sensor: SensorFactory,
        *,
        on_read: Callable[[], None],
        on_power_cut: Callable[[], None],
        keep_truth: bool,
    ) -> None:
        self.truth: list[TruePacket] = []
        self._spawn = spawn
        self._now_s = now_s
        self._make_sensor = make_sensor
        self._on_read = on_read
        self._on_power_cut = on_power_cut
        self._keep_truth = keep_truth
        self._task: asyncio.Task[None] | None = None
        self._configured: tuple[int, int, int] | None = None

    def serve(self, firmware: AnyFirmware, oscillator: Oscillator) -> None:
        """Serve a firmware that has just started."""
        self._firmware, self._oscillator = firmware, oscillator
        self._pending_times_s: list[Floats] = []
        firmware.on_packet = self._on_packet

    def follow_firmware(self) -> None:
        """Switch the sensor on, off, or over to other settings, as the firmware wants it."""
        settings = self._firmware.settings
        configured = settings.rate_hz, settings.acc_range_g, settings.gyr_range_dps
        if not self._firmware.sampling or configured != self._configured:
            self.stop()
        if self._firmware.sampling and self._task is None:
            self._sensor, self._configured = self._make_sensor(settings, self._now_s()), configured
            self._task = self._spawn("sample", self._sample())

    def stop(self) -> None:
        """Switch the sensor off."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def read(self) -> None:
        """Pass the samples taken until now to the firmware."""
        if self._task is None:
            return
        reading = self._sensor.take_until(self._now_s())
        if not len(reading):
            return
        self._pending_times_s.append(reading.time_s)
        try:
            taken = self._firmware.sample(self._oscillator.tick_us(reading.time_s), reading.counts)
        except PowerCutError:
            self._on_power_cut()
            return
        if not taken:
            self._pending_times_s.clear()

    async def _sample(self) -> None:
        """Read the sensor whenever a packet is full."""
        while True:
            full_s = self._sensor.sample_time_s(self._firmware.samples_until_full)
            wait_s = full_s - self._now_s()
            await asyncio.sleep(max(wait_s, SOONEST_S) if wait_s > 0.0 else 0.0)
            self.read()
            self._on_read()

    def _on_packet(self, packet: Packet) -> None:
        times_s = np.concatenate(self._pending_times_s)
        count = len(packet.counts)
        self._pending_times_s = [times_s[count:]]
        if self._keep_truth:
            self.truth.append(TruePacket(packet.boot, packet.sequence, times_s[:count], packet.counts))
