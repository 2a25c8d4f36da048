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

from surefoot.sensor_ingest.ble.errors import BLUETOOTH_FAILURES, RadioError, radio_error
from surefoot.sensor_ingest.protocol import SERVICE_UUID

log = logging.getLogger(__name__)

SCAN_DURATION_S = 5.0
MAX_FAILED_SCANS = 3
"""BlueZ may be in the middle of something; what fails so often in a row is not there."""
_SCAN_RETRY_S = 2.0


@dataclass(frozen=True, slots=True)
class RadioBackend:
    """How bleak reaches the air; the defaults are the computer's own Bluetooth.

    Parameters
    ----------
    scanner, client : keyword arguments of BleakScanner and BleakClient, `backend` among them.
    """

    scanner: Mapping[str, Any] = field(default_factory=dict)
    client: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Advertisement:
    """A pod's advertisement, just heard."""

    device: BLEDevice
    name: str
    rssi_dbm: int


class Adapter:
    """Looks for pods and hands out the right to connect.

    A pod that is gone is waited for by scanning and connected to when it is heard, so that it never keeps the adapter
    from the pods that are there.

    `problem` says why Bluetooth does not work, once it has worked; None while it does.
    """

    def __init__(self, radio: RadioBackend) -> None:
        self.radio = radio
        self.problem: RadioError | None = None
        self.exclusive = asyncio.Lock()
        """Held during a scan or a connection attempt: BlueZ fails with InProgress where they meet."""
        self._searches: dict[asyncio.Future[Advertisement], tuple[str, frozenset[str]]] = {}
        self._search_pending = asyncio.Event()
        self._scan_done = asyncio.Event()
        self._closed = False

    def close(self) -> None:
        """Begin no further scan; with Python 3.11 a library that uses `asyncio.wait_for` may swallow a cancellation."""
        self._closed = True

    async def wait_for_advertisement(
        self, name_prefix: str, exclude_addresses: frozenset[str] = frozenset()
    ) -> Advertisement:
        """Wait until a pod whose name begins so is heard, at none of the given addresses."""
        found: asyncio.Future[Advertisement] = asyncio.get_running_loop().create_future()
        self._searches[found] = (name_prefix, exclude_addresses)
        self._search_pending.set()
        try:
            return await found
        finally:
            del self._searches[found]
            if not self._searches:
                self._search_pending.clear()
                self._scan_done.set()

    async def scan(self) -> None:
        """Scan while anybody waits for a pod, until closed; RadioError if the first scans fail, all of them.

        Later on, Bluetooth that goes away is told once, waited for, and told again when it is back.
        """
        failures, worked = 0, False
        while not self._closed:
            await self._search_pending.wait()
            try:
                async with self.exclusive:
                    await self._scan_once()
            except BLUETOOTH_FAILURES as error:
                failures += 1
                if failures >= MAX_FAILED_SCANS:
                    if not worked:
                        raise radio_error(error) from error
                    self._mark_unavailable(radio_error(error))
                await asyncio.sleep(_SCAN_RETRY_S)
            else:
                failures, worked = 0, True
                self._mark_available()
                await asyncio.sleep(0)

    def _mark_unavailable(self, problem: RadioError) -> None:
        if self.problem is None:
            log.warning("%s The run waits for it.", problem)
        self.problem = problem

    def _mark_available(self) -> None:
        if self.problem is not None:
            log.warning("Bluetooth works again.")
        self.problem = None

    async def _scan_once(self) -> None:
        """Scan until a pod that is looked for is heard, or it is somebody else's turn."""
        self._scan_done.clear()
        async with BleakScanner(self._on_advertisement, [SERVICE_UUID], **self.radio.scanner):
            try:
                async with asyncio.timeout(SCAN_DURATION_S):
                    await self._scan_done.wait()
            except TimeoutError:
                return

    def _on_advertisement(self, device: BLEDevice, data: AdvertisementData) -> None:
        name = data.local_name or device.name or ""
        for found, (name_prefix, exclude_addresses) in self._searches.items():
            if name.startswith(name_prefix) and device.address not in exclude_addresses and not found.done():
                found.set_result(Advertisement(device, name, data.rssi))
                self._scan_done.set()
