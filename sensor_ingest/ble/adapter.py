"""The computer's Bluetooth adapter: one scan for all pods that are looked for, and never two things at once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bleak import BleakScanner
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData

from surefoot.sensor_ingest.ble.bluetooth_errors import RADIO_FAILURES, radio_error
from surefoot.sensor_ingest.protocol import SERVICE_UUID
from surefoot.sensor_ingest.recording.errors import RadioError

log = logging.getLogger(__name__)

SCAN_TURN_S = 5.0
FAILED_SCANS = 3
"""BlueZ may be in the middle of something; what fails so often in a row is not there."""
_SCAN_AGAIN_S = 2.0


@dataclass(frozen=True, slots=True)
class Radio:
    """How bleak reaches the air; the defaults are the computer's own Bluetooth.

    Parameters
    ----------
    scanner, client : keyword arguments of BleakScanner and BleakClient, `backend` among them.
    """

    scanner: Mapping[str, Any] = field(default_factory=dict)
    client: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sighting:
    """A pod's advertisement, just heard."""

    device: BLEDevice
    name: str
    rssi_dbm: int


class Adapter:
    """Looks for pods and hands out the right to connect.

    A pod that is gone is waited for by scanning and connected to when it is heard, so that it never keeps the adapter
    from the pods that are there.

    `trouble` says why Bluetooth does not work, once it has worked; None while it does.
    """

    def __init__(self, radio: Radio) -> None:
        self.radio = radio
        self.trouble: RadioError | None = None
        self.free = asyncio.Lock()
        """Held during a scan or a connection attempt: BlueZ fails with InProgress where they meet."""
        self._looked_for: dict[asyncio.Future[Sighting], tuple[str, frozenset[str]]] = {}
        self._somebody_waits = asyncio.Event()
        self._enough = asyncio.Event()
        self._closed = False

    def close(self) -> None:
        """Begin no further scan; with Python 3.11 a library that uses `asyncio.wait_for` may swallow a cancellation."""
        self._closed = True

    async def sight(self, name_start: str, not_at: frozenset[str] = frozenset()) -> Sighting:
        """Wait until a pod whose name begins so is heard, at none of the given addresses."""
        found: asyncio.Future[Sighting] = asyncio.get_running_loop().create_future()
        self._looked_for[found] = (name_start, not_at)
        self._somebody_waits.set()
        try:
            return await found
        finally:
            del self._looked_for[found]
            if not self._looked_for:
                self._somebody_waits.clear()
                self._enough.set()

    async def scan(self) -> None:
        """Scan while anybody waits for a pod, until closed; RadioError if the first scans fail, all of them.

        Later on, Bluetooth that goes away is told once, waited for, and told again when it is back.
        """
        failures, worked = 0, False
        while not self._closed:
            await self._somebody_waits.wait()
            try:
                async with self.free:
                    await self._scan_turn()
            except RADIO_FAILURES as error:
                failures += 1
                if failures >= FAILED_SCANS:
                    if not worked:
                        raise radio_error(error) from error
                    self._went_away(radio_error(error))
                await asyncio.sleep(_SCAN_AGAIN_S)
            else:
                failures, worked = 0, True
                self._is_there()
                await asyncio.sleep(0)

    def _went_away(self, trouble: RadioError) -> None:
        if self.trouble is None:
            log.warning("%s The run waits for it.", trouble)
        self.trouble = trouble

    def _is_there(self) -> None:
        if self.trouble is not None:
            log.warning("Bluetooth works again.")
        self.trouble = None

    async def _scan_turn(self) -> None:
        """Scan until a pod that is looked for is heard, or it is somebody else's turn."""
        self._enough.clear()
        async with BleakScanner(self._on_advertisement, [SERVICE_UUID], **self.radio.scanner):
            try:
                async with asyncio.timeout(SCAN_TURN_S):
                    await self._enough.wait()
            except TimeoutError:
                return

    def _on_advertisement(self, device: BLEDevice, data: AdvertisementData) -> None:
        name = data.local_name or device.name or ""
        for found, (name_start, not_at) in self._looked_for.items():
            if name.startswith(name_start) and device.address not in not_at and not found.done():
                found.set_result(Sighting(device, name, data.rssi))
                self._enough.set()
