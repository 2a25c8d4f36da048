"""A central on bumble: one Bluetooth host, shared by all scanners and clients of a process."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Self

from bumble import core, hci
from bumble.device import Connection, ConnectionParametersPreferences, Device
from bumble.hci import Address
from bumble.transport.common import TransportSink, TransportSource

from surefoot.firmware_sim.radio.virtual_controller import Ether, RadioController

ADDRESS = "F0:F1:F2:F3:F4:F5"
LIKE_LINUX = ConnectionParametersPreferences(
    connection_interval_min=50.0, connection_interval_max=50.0, max_latency=0, supervision_timeout=420
)
"""What BlueZ asks of a new link until the pod asks for better."""


class CentralRadio:
    """A powered-on central."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self._scanners = 0
        self._scan_gate = asyncio.Lock()
        self._dial_gate = asyncio.Lock()

    @classmethod
    async def on_air(cls, ether: Ether, name: str = "central", address: str = ADDRESS) -> Self:
        """A central on a virtual radio."""
        controller = RadioController(name, ether)
        return await cls.on_controller(controller, controller, address)

    @classmethod
    async def on_controller(
        cls, source: TransportSource | RadioController, sink: TransportSink | RadioController, address: str = ADDRESS
    ) -> Self:
        """A central on any HCI controller."""
        device = Device.with_hci("central", Address(address), source, sink)
        await device.power_on()
        return cls(device)

    async def begin_scan(self, active: bool) -> None:
        """One more scanner; a caller who gives up is none."""
        begun = asyncio.ensure_future(self._begin_scan(active))
        try:
            await _to_its_end(begun)
        except asyncio.CancelledError:
            if begun.exception() is None:
                await self.end_scan()
            raise

    async def end_scan(self) -> None:
        """One scanner less."""
        await _to_its_end(asyncio.ensure_future(self._end_scan()))

    async def _begin_scan(self, active: bool) -> None:
        async with self._scan_gate:
            if not self._scanners:
                await self.device.start_scanning(active=active, filter_duplicates=False)
            self._scanners += 1

    async def _end_scan(self) -> None:
        async with self._scan_gate:
            self._scanners -= 1
            if not self._scanners:
                await self.device.stop_scanning()

    async def dial(self, address: Address) -> Connection:
        """Connect to a peer, however long it takes; the controller can look for one at a time.

        When the caller gives up, the attempt is withdrawn from the controller before the next one may begin.
        """
        async with self._dial_gate:
            attempt = asyncio.ensure_future(
                self.device.connect(
                    address, connection_parameters_preferences={hci.Phy.LE_1M: LIKE_LINUX}, timeout=None
                )
            )
            try:
                return await asyncio.shield(attempt)
            except asyncio.CancelledError:
                await self._withdraw(attempt)
                raise

    async def _withdraw(self, attempt: asyncio.Future[Connection]) -> None:
        while not attempt.done() and not self.device.is_le_connecting:
            await asyncio.sleep(0)
        with suppress(hci.HCI_Error):
            await self.device.cancel_connection()  # type: ignore[no-untyped-call]
        with suppress(core.BaseBumbleError):
            connection = await attempt
            await connection.disconnect()


async def _to_its_end(work: asyncio.Future[None]) -> None:
    """Wait for work, and if the caller gives up, for its end all the same.

    The host takes the answer to a command that was left in the middle for the answer to the next one.
    """
    try:
        await asyncio.shield(work)
    except asyncio.CancelledError:
        await asyncio.wait({work})
        raise
