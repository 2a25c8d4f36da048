"""A sensor of another maker in the place of a pod: without ring buffer, each connection a new boot."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Protocol

from bleak import BleakClient

from surefoot.sensor_ingest.ble.adapter import Advertisement, RadioBackend
from surefoot.sensor_ingest.ble.handshake import StreamSettings
from surefoot.sensor_ingest.ble.movesense_link import MovesenseLink
from surefoot.sensor_ingest.ble.pod_client import PacketCallback, PodClient
from surefoot.sensor_ingest.ble.polar_link import PolarLink
from surefoot.sensor_ingest.devices.device import Device
from surefoot.sensor_ingest.devices.known import MOVESENSE, POLAR, device_called
from surefoot.sensor_ingest.protocol import FootCode, Opcode, PodInfo, Reply, Result

SILENCE_S = 4.0
"""A stream that is silent for so long beside another one ends the connection, so that all are started anew."""


class DeviceLink(Protocol):
    """Commands to one kind of sensor over a connected client."""

    async def set_up(self, settings: StreamSettings, on_data: PacketCallback, boot: int, foot: FootCode) -> PodInfo:
        """Start streaming; the info to be recorded before the first `on_data(arrival_s, notification)`.

        PodRefusedError if the sensor cannot stream so, or answers what cannot be read.
        """

    async def stop(self) -> None:
        """Stop streaming."""


LINKS: Mapping[Device, Callable[[BleakClient, str], DeviceLink]] = {POLAR: PolarLink, MOVESENSE: MovesenseLink}
"""How each kind is commanded, made of a connected client and the serial number that names it in refusals."""


class DeviceClient(PodClient):
    """A link to a sensor that streams from the first `read_info` on.

    Parameters
    ----------
    settings : rate and ranges of the streams.
    rng : draws the boot.
    """

    def __init__(
        self,
        device: Device,
        advertisement: Advertisement,
        radio: RadioBackend,
        settings: StreamSettings,
        rng: random.Random,
    ) -> None:
        super().__init__(advertisement, radio)
        self._settings = settings
        self._boot = rng.getrandbits(16)
        self._info: PodInfo | None = None
        self._on_packet: PacketCallback | None = None
        self._came_s: dict[int, float] = {}
        self._link = LINKS[device](self._client, device.serial_of(advertisement.name) or advertisement.name)

    async def read_info(self) -> PodInfo:
        """What the streams were started with; PodRefusedError if the sensor cannot stream so."""
        if self._info is None:
            self._info = await self._link.set_up(self._settings, self._on_data, self._boot, FootCode.UNKNOWN)
        return self._info

    async def subscribe_replies(self) -> None:
        """Nothing to do: `read_info` has subscribed."""

    async def subscribe_packets(self, on_packet: PacketCallback) -> None:
        """Call `on_packet(arrival_s, data)` for each notification from now on."""
        self._on_packet = on_packet

    async def send_command(self, opcode: Opcode, *_arguments: int) -> Reply:
        """Stop the streams; all else that a run may ask of a pod is done, or not needed."""
        if opcode is Opcode.STOP:
            await self._link.stop()
        return Reply(opcode, Result.OK, 0)

    def _on_data(self, arrival_s: float, data: bytes) -> None:
        for stream in data[:1]:
            self._came_s[stream] = arrival_s
        if arrival_s - min(self._came_s.values(), default=arrival_s) > SILENCE_S:
            self.disconnected.set()
        if self._on_packet is not None:
            self._on_packet(arrival_s, data)


def client_of(
    advertisement: Advertisement, radio: RadioBackend, settings: StreamSettings, rng: random.Random
) -> PodClient:
    """A link to whoever advertises so."""
    device = device_called(advertisement.name)
    if device is None:
        return PodClient(advertisement, radio)
    return DeviceClient(device, advertisement, radio, settings, rng)
