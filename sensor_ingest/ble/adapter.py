"""The computer's Bluetooth adapter: one scan for all wanted pods, never at the same time as a connection attempt."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bleak import BleakScanner
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData

from surefoot.sensor_ingest.ble.errors import BLUETOOTH_FAILURES, RadioError, radio_error
from surefoot.sensor_ingest.devices.companions import PROFILES
from surefoot.sensor_ingest.devices.known import DEVICES, device_called
from surefoot.sensor_ingest.protocol import SERVICE_UUID

log = logging.getLogger(__name__)

MAX_HEARD = 256
"""Addresses remembered with what they advertised."""
SCAN_DURATION_S = 5.0
MAX_FAILED_SCANS = 3
"""Consecutive failures until Bluetooth counts as unavailable; BlueZ fails now and then while it is busy."""
_SCAN_RETRY_S = 2.0


@dataclass(frozen=True, slots=True)
class RadioBackend:
    """Which bleak backend to use; by default the computer's own Bluetooth.

    Parameters
    ----------
    scanner, client : keyword arguments of BleakScanner and BleakClient, `backend` among them.
    """

    scanner: Mapping[str, Any] = field(default_factory=dict)
    client: Mapping[str, Any] = field(default_factory=dict)


def scan_filter(names: Iterable[str]) -> list[str] | None:
    """Services by which systems find those who advertise such names; None where some advertise no service."""
    devices = [device_called(name) for name in names]
    if any(device is not None and not device.advertised_uuids for device in devices):
        return None
    of_devices = (uuid for device in DEVICES for uuid in device.advertised_uuids)
    return list(dict.fromkeys([SERVICE_UUID, *of_devices, *(each.service_uuid for each in PROFILES.values())]))


def is_pod(name: str, data: AdvertisementData) -> bool:
    """Whether a pod of the profile, or a sensor that can take its place, advertises so."""
    return SERVICE_UUID in data.service_uuids or device_called(name) is not None


def is_named(name: str, name_prefix: str) -> bool:
    """Whether a name is looked for: of a sensor of another maker the whole name, else what it begins with."""
    return name == name_prefix if device_called(name_prefix) is not None else name.startswith(name_prefix)


@dataclass(frozen=True, slots=True)
class Advertisement:
    """An advertisement of a pod; `services` are those that it advertises."""

    device: BLEDevice
    name: str
    rssi_dbm: int
    services: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Search:
    name_prefix: str
    exclude_addresses: frozenset[str]
    only_address: str
    is_pod: bool

    def wants(self, name: str, address: str) -> bool:
        """Whether such an advertisement ends the search."""
        right_address = (
            address.upper() == self.only_address.upper() if self.only_address else address not in self.exclude_addresses
        )
        return right_address and is_named(name, self.name_prefix)


class Adapter:
    """Scans for pods and serialises connection attempts.

    A pod is only connected to after its advertisement was heard, so an absent pod never blocks the adapter.

    `problem` is why Bluetooth stopped working after it had worked; None while it works.
    """

    def __init__(self, radio: RadioBackend) -> None:
        self.radio = radio
        self.problem: RadioError | None = None
        self.exclusive = asyncio.Lock()
        """Held during a scan or a connection attempt: BlueZ raises InProgress if they overlap."""
        self._searches: dict[asyncio.Future[Advertisement], _Search] = {}
        self._heard: dict[str, tuple[str, float]] = {}
        self._search_pending = asyncio.Event()
        self._scan_done = asyncio.Event()
        self._closed = False

    def close(self) -> None:
        """Start no further scan. Needed besides cancelling: on Python 3.11 `asyncio.wait_for` may swallow that."""
        self._closed = True

    async def wait_for_advertisement(
        self,
        name_prefix: str,
        exclude_addresses: frozenset[str] = frozenset(),
        *,
        only_address: str = "",
        is_pod: bool = True,
    ) -> Advertisement:
        """Wait for an advertisement with this name prefix, ignoring the given addresses, or all but one; of a pod,
        or of any device."""
        found: asyncio.Future[Advertisement] = asyncio.get_running_loop().create_future()
        self._searches[found] = _Search(name_prefix, exclude_addresses, only_address, is_pod)
        self._search_pending.set()
        try:
            return await found
        finally:
            del self._searches[found]
            if not self._searches:
                self._search_pending.clear()
                self._scan_done.set()

    def heard_since(self, name_prefix: str, loop_s: float) -> frozenset[str]:
        """Addresses that have advertised a name with this prefix since a time of the event loop's clock."""
        return frozenset(
            address for address, (name, at_s) in self._heard.items() if is_named(name, name_prefix) and at_s > loop_s
        )

    async def scan(self) -> None:
        """Scan while an advertisement is waited for, until closed; RadioError if the first scans all fail.

        If Bluetooth fails later, log it once, keep trying, and log when it works again.
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
        """Scan until a wanted pod is heard, for at most `SCAN_DURATION_S`."""
        self._scan_done.clear()
        searches = self._searches.values()
        of_anything = any(search.only_address and not search.is_pod for search in searches)
        services = None if of_anything else scan_filter(search.name_prefix for search in searches)
        async with BleakScanner(self._on_advertisement, services, **self.radio.scanner):
            try:
                async with asyncio.timeout(SCAN_DURATION_S):
                    await self._scan_done.wait()
            except TimeoutError:
                return

    def _on_advertisement(self, device: BLEDevice, data: AdvertisementData) -> None:
        name = data.local_name or device.name or ""
        of_pod = is_pod(name, data)
        if of_pod and (device.address in self._heard or len(self._heard) < MAX_HEARD):
            self._heard[device.address] = name, asyncio.get_running_loop().time()
        for found, search in self._searches.items():
            if (of_pod or not search.is_pod) and search.wants(name, device.address) and not found.done():
                found.set_result(Advertisement(device, name, data.rssi, tuple(data.service_uuids)))
                self._scan_done.set()
