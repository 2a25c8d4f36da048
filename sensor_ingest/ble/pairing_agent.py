"""Agreement to pair, for which BlueZ asks an agent: without one it refuses, and only desktops have one."""

from __future__ import annotations

import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dbus_fast import Message

log = logging.getLogger(__name__)

_BLUEZ = "org.bluez"
_PATH = "/surefoot/agent"
_agreed: set[str] = set()
"""Devices that may be paired with now, as BlueZ names them; it asks one of our agents about all of them."""


@asynccontextmanager
async def agreeing_to_pair(address: str) -> AsyncIterator[None]:
    """Agree to pair with the device at this address, and with no stranger, while entered.

    BlueZ asks the agent of a desktop instead if there is one. Without BlueZ this does nothing.
    """
    if sys.platform != "linux":
        yield
        return
    from dbus_fast import BusType, Message
    from dbus_fast.aio import MessageBus

    try:
        bus = await MessageBus(bus_type=BusType.SYSTEM).connect()
    except (OSError, EOFError) as error:
        log.debug("No agent for pairing: %s", error)
        yield
        return
    device = "dev_" + address.upper().replace(":", "_")
    _agreed.add(device)
    try:
        bus.add_message_handler(_answer)
        agent = [_PATH, "NoInputNoOutput"]
        manager = _BLUEZ, "/org/bluez", f"{_BLUEZ}.AgentManager1"
        await bus.call(Message(*manager, "RegisterAgent", signature="os", body=agent))
        yield
    finally:
        _agreed.discard(device)
        bus.disconnect()


def _answer(message: Message) -> Message | None:
    """Answer BlueZ's questions to its agent; None to what is none."""
    from dbus_fast import Message, MessageType

    if message.message_type is not MessageType.METHOD_CALL or message.interface != f"{_BLUEZ}.Agent1":
        return None
    device = str(message.body[0]).rpartition("/")[2] if message.body else ""
    if message.member in ("Release", "Cancel") or (message.member == "RequestAuthorization" and device in _agreed):
        return Message.new_method_return(message)
    return Message.new_error(message, "org.bluez.Error.Rejected", "nobody wants to pair with this device")
