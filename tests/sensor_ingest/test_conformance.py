"""The virtual pods keep the profile, in Python and in C; a pod that breaks a sentence is told which one."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from surefoot.firmware_sim.pod.core_library import CoreLibrary
from surefoot.firmware_sim.pod.peripheral import Peripheral
from surefoot.firmware_sim.pod.pod_settings import PodSettings
from surefoot.firmware_sim.pod.virtual_pod import VirtualPod
from surefoot.firmware_sim.simulation import Simulation
from surefoot.firmware_sim.virtual_time import run
from surefoot.sensor_ingest.ble.conform_verdicts import Verdict
from surefoot.sensor_ingest.ble.conformance import conformance
from surefoot.sensor_ingest.ble.errors import PodRefusedError
from surefoot.sensor_ingest.protocol import Opcode, Packet, PacketFlag, PodInfo, Result
from tests.firmware_sim.core.built import core_library
from tests.firmware_sim.pod_listener import RUN
from tests.sensor_ingest.stored import FLASH_BYTES, left
from tests.sensor_ingest.virtual import radio_of


def examined(core: CoreLibrary | None = None, flash_bytes: int | None = FLASH_BYTES) -> tuple[Verdict, ...]:
    """What is said of a virtual pod."""

    async def examine() -> tuple[Verdict, ...]:
        async with Simulation(1, flash_bytes=flash_bytes, core=core) as simulation:
            runner = await simulation.add_runner("runner", RUN)
            for pod in runner.pods.values():
                pod.settings.auto_minutes = 0
            return await conformance(radio_of(simulation), left(runner).settings.serial)

    return run(examine(), speed=math.inf)


@pytest.mark.parametrize("language", ["python", "c"])
def test_virtual_pods_keep_the_profile(language: str) -> None:
    verdicts = examined(core_library() if language == "c" else None)
    assert [verdict for verdict in verdicts if verdict.failure] == []
    assert len(verdicts) > 35


def test_a_pod_without_a_store_is_judged_by_the_rest() -> None:
    verdicts = examined(flash_bytes=None)
    assert not [verdict for verdict in verdicts if verdict.failure or verdict.section == "Store"]


def test_a_pod_that_demands_a_bond_is_not_examined() -> None:
    async def examine() -> None:
        async with Simulation(1, bonded_only=True) as simulation:
            runner = await simulation.add_runner("runner", RUN)
            await conformance(radio_of(simulation), left(runner).settings.serial)

    with pytest.raises(PodRefusedError, match="bonded clients only; build it without Bond to examine it"):
        run(examine(), speed=math.inf)


def test_a_pod_that_is_not_there_is_a_sentence() -> None:
    async def examine() -> None:
        async with Simulation(1) as simulation:
            await conformance(radio_of(simulation), "SIM999999", find_timeout_s=10.0)

    with pytest.raises(PodRefusedError, match="it is not in range, or switched off"):
        run(examine(), speed=math.inf)


def _packet(change: Callable[[Packet], Packet | None]) -> Callable[[pytest.MonkeyPatch], None]:
    """A pod whose packets are changed on their way out."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        sound = VirtualPod.next_packet

        def next_packet(self: VirtualPod) -> Packet | None:
            packet = sound(self)
            return None if packet is None else change(packet)

        patch.setattr(VirtualPod, "next_packet", next_packet)

    return plant


def _info(**changes: Any) -> Callable[[pytest.MonkeyPatch], None]:
    """A pod whose info says something else."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        sound = VirtualPod.info_bytes
        patch.setattr(VirtualPod, "info_bytes", lambda self: bytes(replace(PodInfo.from_bytes(sound(self)), **changes)))

    return plant


def _reply(command: int, **changes: Any) -> Callable[[pytest.MonkeyPatch], None]:
    """A pod that answers a command otherwise."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        sound = VirtualPod.handle_command

        def handle(self: VirtualPod, data: bytes, att_mtu: int) -> Any:
            reply = sound(self, data, att_mtu)
            return replace(reply, **changes) if data[0] == command else reply

        patch.setattr(VirtualPod, "handle_command", handle)

    return plant


def _deaf(opcode: int) -> Callable[[pytest.MonkeyPatch], None]:
    """A pod that says that it does something, and does not."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        sound = VirtualPod.handle_command

        def handle(self: VirtualPod, data: bytes, att_mtu: int) -> Any:
            done = bytes([Opcode.PING]) if data[0] == opcode else data
            return replace(sound(self, done, att_mtu), opcode=data[0])

        patch.setattr(VirtualPod, "handle_command", handle)

    return plant


def _fragments(change: Callable[[Any], Any]) -> Callable[[pytest.MonkeyPatch], None]:
    def plant(patch: pytest.MonkeyPatch) -> None:
        sound = VirtualPod.next_fragment

        def next_fragment(self: VirtualPod) -> Any:
            fragment = sound(self)
            return None if fragment is None else change(fragment)

        patch.setattr(VirtualPod, "next_fragment", next_fragment)

    return plant


def _forgetful(patch: pytest.MonkeyPatch) -> None:
    sound = VirtualPod.set_subscribed

    def set_subscribed(self: VirtualPod, subscribed: bool) -> None:
        sound(self, subscribed)
        if not subscribed and self.firmware.ring.next_sequence:  # type: ignore[union-attr]
            self.firmware.ring.clear()  # type: ignore[union-attr]

    patch.setattr(VirtualPod, "set_subscribed", set_subscribed)


def _listens_to_all(patch: pytest.MonkeyPatch) -> None:
    def write(self: Any, connection: Any, value: bytes) -> None:
        self._replies.put_nowait(self._delegate.handle_command(value, connection.att_mtu))

    patch.setattr(Peripheral, "write_control", write)


def _misnamed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(PodSettings, "name", property(lambda self: f"SF{self.tag}-X"))


RESENT = PacketFlag.RESENT
FAULTS: dict[str, tuple[Callable[[pytest.MonkeyPatch], None], str]] = {
    "a foot of its own": (_misnamed, "complete local name of 8 characters"),
    "another version": (_info(version=2), "nominal samples per second"),
    "a rate of its own": (_info(rate_hz=200.0), "nominal samples per second"),
    "another serial number": (_info(serial="SIM990001"), "the same as in Device Information"),
    "half a range": (_info(acc_range_g=8), "g; the value of 32768 counts"),
    "another boot": (_packet(lambda one: replace(one, boot=one.boot ^ 1)), "as in the info"),
    "every second number": (
        _packet(lambda one: replace(one, sequence=2 * one.sequence)),
        "packet number since the start, from 0, consecutive",
    ),
    "no span": (_packet(lambda one: replace(one, span_us=0)), "pod clock from the first to the last sample, µs"),
    "a tick of milliseconds": (
        _packet(lambda one: replace(one, tick_us=one.tick_us // 1000)),
        "The pod leaves no gap in the sequence",
    ),
    "a flag of its own": (
        _packet(lambda one: replace(one, flags=one.flags | PacketFlag(8))),
        "others 0, and ignored by the client",
    ),
    "all are resent": (_packet(lambda one: replace(one, flags=one.flags | RESENT)), "bit 0: resent on request"),
    "none is resent": (_packet(lambda one: replace(one, flags=one.flags & ~RESENT)), "with bit 0 of the flags set"),
    "resent with a change": (
        _packet(lambda one: replace(one, dropped=9) if one.flags & RESENT else one),
        "and otherwise unchanged",
    ),
    "a ring that ends with the link": (_forgetful, "It is kept when the connection is lost"),
    "a ring that is not cleared": (_deaf(Opcode.SET_RANGE), "cleared by a restart and by `SET_RATE` and `SET_RANGE`"),
    "no resends": (_deaf(Opcode.RESEND), "The reply says which of them the ring still holds"),
    "no stop": (_deaf(Opcode.STOP), "stop making packets"),
    "no start": (_deaf(Opcode.START), "Packets are made from `START` to `STOP`"),
    "rates at any time": (_reply(Opcode.SET_RATE, result=Result.OK), "*not now* between `START` and `STOP`"),
    "unknown is done": (
        _reply(0x63, result=Result.OK),
        "0 done, 1 unknown command, 2 bad argument (or length), 3 not now",
    ),
    "a reply to another": (_reply(0x63, opcode=1), "the first byte written"),
    "a clock that stands": (_reply(Opcode.PING, tick_us=5), "pod clock when the command was handled"),
    "commands without indications": (_listens_to_all, "the write fails with ATT error `0xFD`"),
    "a damaged record": (
        _fragments(lambda one: replace(one, data=one.data[:-1] + b"\0") if one.data else one),
        "CRC-32 (IEEE 802.3) of all bytes before",
    ),
    "no end": (
        _fragments(lambda one: None if one.is_end else one),
        "After the last comes a fragment of length 0 without bytes, whose number is that after the range.",
    ),
    "no keeping": (_deaf(Opcode.KEEP_START), "0 idle, 1 keeping, 2 full"),
    "no time of day": (_deaf(Opcode.NOTE_UTC), "the pod notes it against its tick"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_told_by_its_sentence(monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    plant, sentence = FAULTS[fault]
    plant(monkeypatch)
    failed = {verdict.sentence for verdict in examined() if verdict.failure}
    assert sentence in failed
