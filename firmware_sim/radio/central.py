"""Bluetooth central on bumble: one host, shared by all scanners and clients of a process, which keeps their bonds."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Self

from bumble import core, hci
from bumble.device import Connection, ConnectionParametersPreferences, Device
from bumble.hci import Address
from bumble.transport.common import TransportSink, TransportSource

from surefoot.firmware_sim.radio.virtual_controller import RadioMedium, VirtualController

DEFAULT_ADDRESS = "F0:F1:F2:F3:F4:F5"
BLUEZ_DEFAULTS = ConnectionParametersPreferences(
    connection_interval_min=50.0, connection_interval_max=50.0, max_latency=0, supervision_timeout=420
)
"""Connection parameters of BlueZ, until the pod requests others."""


class CentralRadio:
    """A central that is powered on."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self._scanner_count = 0
        self._scan_lock = asyncio.Lock()
        self._connect_lock = asyncio.Lock()

    @classmethod
    async def on_medium(cls, medium: RadioMedium, name: str = "central", address: str = DEFAULT_ADDRESS) -> Self:
        """A central on a virtual radio."""
        controller = VirtualController(name, medium)
        return await cls.on_controller(controller, controller, address)

    @classmethod
    async def on_controller(
        cls,
        source: TransportSource | VirtualController,
        sink: TransportSink | VirtualController,
        address: str = DEFAULT_ADDRESS,
    ) -> Self:
        """A central on any HCI controller."""
        device = Device.with_hci("central", Address(address), source, sink)
        await device.power_on()
        return cls(device)

    async def start_scan(self, active: bool) -> None:
        """Add a scanner, starting the scan for the first; a cancelled caller is not counted."""
        starting = asyncio.ensure_future(self._start_scan(active))
        try:
            await _run_to_completion(starting)
        except asyncio.CancelledError:
            if starting.exception() is None:
                await self.stop_scan()
            raise

    async def stop_scan(self) -> None:
        """Remove a scanner, stopping the scan after the last."""
        await _run_to_completion(asyncio.ensure_future(self._stop_scan()))

    async def _start_scan(self, active: bool) -> None:
        async with self._scan_lock:
            if not self._scanner_count:
                await self.device.start_scanning(active=active, filter_duplicates=False)
            self._scanner_count += 1

    async def _stop_scan(self) -> None:
        async with self._scan_lock:
            self._scanner_count -= 1
            if not self._scanner_count:
                await self.device.stop_scanning()

    async def connect(self, address: Address) -> Connection:
        """Connect to a peer, without a timeout; the controller allows one attempt at a time.

        If the caller is cancelled, so is the attempt, before the next one may start.
        """
        async with self._connect_lock:
            attempt = asyncio.ensure_future(
                self.device.connect(
                    address, connection_parameters_preferences={hci.Phy.LE_1M: BLUEZ_DEFAULTS}, timeout=None
                )
            )
            try:
                return await asyncio.shield(attempt)
            except asyncio.CancelledError:
                await self._cancel_connecting(attempt)
                raise

    async def has_bond(self, address: Address) -> bool:
        """Whether the keys of a peer are kept; links to it are encrypted from the start then, as every system does."""
        assert self.device.keystore is not None
        return await self.device.keystore.get(str(address)) is not None

    async def forget_bond(self, address: Address) -> None:
        """Forget the keys of a peer."""
        assert self.device.keystore is not None
        await self.device.keystore.delete(str(address))

    async def _cancel_connecting(self, attempt: asyncio.Future[Connection]) -> None:
        while not attempt.done() and not self.device.is_le_connecting:
            await asyncio.sleep(0)
        with suppress(hci.HCI_Error):
            await self.device.cancel_connection()  # type: ignore[no-untyped-call]
        with suppress(core.BaseBumbleError):
            connection = await attempt
            await connection.disconnect()


async def _run_to_completion(work: asyncio.Future[None]) -> None:
    """Wait for work to end, even if the caller is cancelled.

    bumble's host would take the response to an abandoned command for the response to the next one.
    """
    try:
        await asyncio.shield(work)
    except asyncio.CancelledError:
        await asyncio.wait({work})
        raise
