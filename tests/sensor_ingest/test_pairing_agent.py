"""BlueZ asks whether to pair, and is answered: yes for the pod that is being bonded with, no for everybody else."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from dbus_fast import Message, MessageType
from dbus_fast.aio import MessageBus

from surefoot.sensor_ingest.ble.pairing_agent import agreeing_to_pair
from tests.phone.private_bus import private_bus

POD, OTHER_POD, STRANGER = "C0:5F:01:00:00:01", "C0:5F:01:00:00:02", "D0:00:00:00:00:01"


class AskingBluez:
    """Owns `org.bluez` on a bus, and asks the agent that was registered first, as BlueZ does."""

    def __init__(self) -> None:
        self.agents: list[tuple[str, str]] = []
        self.capabilities: set[str] = set()

    async def connect(self, address: str) -> None:
        self._bus = await MessageBus(bus_address=address).connect()
        self._bus.add_message_handler(self._on_message)
        await self._bus.request_name("org.bluez")

    async def allows(self, member: str, address: str) -> bool:
        """Whether the agent agrees."""
        (sender, path), device = self.agents[0], f"/org/bluez/hci0/dev_{address.replace(':', '_')}"
        call = Message(sender, path, "org.bluez.Agent1", member, signature="o", body=[device])
        answer = await self._bus.call(call)
        assert answer is not None
        return answer.message_type is MessageType.METHOD_RETURN

    def disconnect(self) -> None:
        self._bus.disconnect()

    def _on_message(self, message: Message) -> Message | None:
        if message.member != "RegisterAgent":
            return None
        path, capability = message.body
        self.agents.append((message.sender or "", path))
        self.capabilities.add(capability)
        return Message.new_method_return(message)


def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[AskingBluez, dict[str, bool]]:
    """Two pods are bonded with at once, and BlueZ asks."""

    async def main(address: str) -> tuple[AskingBluez, dict[str, bool]]:
        bluez = AskingBluez()
        await bluez.connect(address)
        async with agreeing_to_pair(POD), agreeing_to_pair(OTHER_POD):
            answers = {each: await bluez.allows("RequestAuthorization", each) for each in (POD, OTHER_POD, STRANGER)}
            answers["passkey"] = await bluez.allows("RequestPasskey", POD)
        bluez.disconnect()
        return bluez, answers

    with private_bus(tmp_path) as address:
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
        return asyncio.run(main(address))


def test_pods_that_are_being_bonded_with_may_pair_and_strangers_may_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bluez, answers = asked(tmp_path, monkeypatch)
    assert answers == {POD: True, OTHER_POD: True, STRANGER: False, "passkey": False}
    assert bluez.capabilities == {"NoInputNoOutput"}


def test_without_a_bus_nothing_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path / 'none'}")

    async def main() -> str:
        async with agreeing_to_pair(POD):
            return "entered"

    assert asyncio.run(main()) == "entered"
