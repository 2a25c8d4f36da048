"""BlueZ in the guest: its service, which can be stopped or killed, and the switch of its adapter."""

from __future__ import annotations

import asyncio
from asyncio.subprocess import DEVNULL, Process
from types import TracebackType
from typing import Self

from dbus_fast import BusType, Message, Variant
from dbus_fast.aio import MessageBus

PROGRAM = "/usr/libexec/bluetooth/bluetoothd"
ANSWER_S, POLL_S = 10.0, 0.05


class BluetoothService:
    """bluetoothd while entered, its adapter switched on."""

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        await self.stop()

    async def start(self) -> None:
        """Start it, and switch its adapter on."""
        self._process: Process = await asyncio.create_subprocess_exec(PROGRAM, "--nodetach", stderr=DEVNULL)
        await self.switch_adapter(on=True)

    async def stop(self, *, crash: bool = False) -> None:
        """Have it end, or kill it."""
        if crash:
            self._process.kill()
        else:
            self._process.terminate()
        await self._process.wait()

    @staticmethod
    async def switch_adapter(*, on: bool) -> None:
        """Switch the adapter on or off, as the system's settings do; TimeoutError if that does not work."""
        bus = await MessageBus(bus_type=BusType.SYSTEM).connect()
        try:
            async with asyncio.timeout(ANSWER_S):
                while not await _set_powered(bus, on=on):
                    await asyncio.sleep(POLL_S)
        finally:
            bus.disconnect()


async def _set_powered(bus: MessageBus, *, on: bool) -> bool:
    """Whether the adapter was there, and did it."""
    message = Message(
        destination="org.bluez",
        path="/org/bluez/hci0",
        interface="org.freedesktop.DBus.Properties",
        member="Set",
        signature="ssv",
        body=["org.bluez.Adapter1", "Powered", Variant("b", on)],
    )
    answer = await bus.call(message)
    return answer is not None and answer.error_name is None
