"""The virtual pods keep the profile, in Python and in C; a pod that breaks a sentence is told which one."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from surefoot.firmware_sim.pod import gatt, peripheral, ring_buffer
from surefoot.firmware_sim.pod.beacons import Beacon, Beacons
from surefoot.firmware_sim.pod.core_library import CoreLibrary
from surefoot.firmware_sim.pod.keeper import Keeper
from surefoot.firmware_sim.pod.peripheral import Peripheral
from surefoot.firmware_sim.pod.pod_settings import PodSettings
from surefoot.firmware_sim.pod.ring_buffer import RingBuffer
from surefoot.firmware_sim.pod.virtual_pod import VirtualPod
from surefoot.firmware_sim.radio.central import CentralRadio
from surefoot.firmware_sim.simulation import Simulation
from surefoot.firmware_sim.virtual_time import run
from surefoot.sensor_ingest.ble.bonds import Bonds
from surefoot.sensor_ingest.ble.conform_verdicts import Verdict
from surefoot.sensor_ingest.ble.conformance import conformance
from surefoot.sensor_ingest.ble.errors import PodRefusedError
from surefoot.sensor_ingest.protocol import Opcode, Packet, PacketFlag, PodInfo, Result
from tests.firmware_sim.core.built import core_library
from tests.firmware_sim.pod_listener import RUN
from tests.sensor_ingest.stored import FLASH_BYTES, left
from tests.sensor_ingest.virtual import radio_of


def examined(
    core: CoreLibrary | None = None,
    flash_bytes: int | None = FLASH_BYTES,
    *,
    bonded_only: bool = False,
    by_address: bool = False,
) -> tuple[Verdict, ...]:
    """What is said of a virtual pod."""

    async def examine(folder: str) -> tuple[Verdict, ...]:
        async with Simulation(1, flash_bytes=flash_bytes, core=core, bonded_only=bonded_only) as simulation:
            runner = await simulation.add_runner("runner", RUN)
            for pod in runner.pods.values():
                pod.settings.auto_minutes = 0
            pod = left(runner)
            name = pod.parameters.address.lower() if by_address else pod.settings.serial
            return await conformance(radio_of(simulation), name, Bonds(Path(folder)), restart=pod.power_cycle)

    with TemporaryDirectory() as folder:
        return run(examine(folder), speed=math.inf)


@pytest.mark.parametrize("language", ["python", "c"])
def test_virtual_pods_keep_the_profile(language: str) -> None:
    verdicts = examined(core_library() if language == "c" else None)
    assert [verdict for verdict in verdicts if verdict.failure] == []
    assert len(verdicts) > 35


def test_a_pod_without_a_store_is_judged_by_the_rest() -> None:
    verdicts = examined(flash_bytes=None)
    assert not [verdict for verdict in verdicts if verdict.failure or verdict.section == "Store"]


def test_a_pod_that_demands_a_bond_is_bonded_with_and_found_by_its_address() -> None:
    verdicts = examined(bonded_only=True, by_address=True)
    assert [verdict for verdict in verdicts if verdict.failure] == []
    assert len([verdict for verdict in verdicts if verdict.section == "Bonding"]) == 2


def test_a_pod_that_is_bonded_with_another_computer_is_a_sentence(tmp_path: Path) -> None:
    async def examine() -> None:
        async with Simulation(1, bonded_only=True) as simulation:
            runner = await simulation.add_runner("runner", RUN)
            radio = radio_of(simulation)
            await conformance(radio, left(runner).settings.serial, Bonds(tmp_path / "one"))
            simulation.central = await CentralRadio.on_medium(simulation.medium)
            await conformance(radio_of(simulation), left(runner).settings.serial, Bonds(tmp_path / "other"))

    with pytest.raises(PodRefusedError, match="it does not bond with this computer; have it forget its bond"):
        run(examine(), speed=math.inf)


def test_a_pod_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    async def examine() -> None:
        async with Simulation(1) as simulation:
            await conformance(radio_of(simulation), "SIM999999", Bonds(tmp_path), find_timeout_s=10.0)

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


def _silent(patch: pytest.MonkeyPatch) -> None:
    async def send_nothing(_self: VirtualPod, _ether: Any) -> None:
        return

    patch.setattr(VirtualPod, "_send_beacons", send_nothing)


def _beacon(change: Callable[[Beacon, int], Beacon]) -> Callable[[pytest.MonkeyPatch], None]:
    """A pod whose beacons say something else; the tick is that at which it goes out."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        sound = Beacons.send

        def send(self: Beacons, tick_us: int) -> bytes:
            beacon = Beacon.from_bytes(sound(self, tick_us))
            assert beacon is not None
            return bytes(change(beacon, tick_us))

        patch.setattr(Beacons, "send", send)

    return plant


def _asks_for_nothing(patch: pytest.MonkeyPatch) -> None:
    async def ask(_self: Peripheral, _connection: Any) -> None:
        return

    patch.setattr(Peripheral, "_ask_for_parameters", ask)


def _releases_all(patch: pytest.MonkeyPatch) -> None:
    sound = Keeper.release
    patch.setattr(Keeper, "release", lambda self, _before: sound(self, self.info.next))


def _queue_of(requests: int) -> Callable[[pytest.MonkeyPatch], None]:
    return lambda patch: patch.setattr(ring_buffer, "MAX_REQUESTS", requests)


def _remembers_requests(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(RingBuffer, "on_unsubscribed", lambda self: setattr(self, "_next_live", None))


def _never_off(patch: pytest.MonkeyPatch) -> None:
    async def power_cycle(self: VirtualPod, _off_s: float = 2.0) -> None:
        await self.outage(5.0)

    patch.setattr(VirtualPod, "power_cycle", power_cycle)


def _after_power_on(change: Callable[[VirtualPod], object]) -> Callable[[pytest.MonkeyPatch], None]:
    def plant(patch: pytest.MonkeyPatch) -> None:
        sound = VirtualPod.power_on

        async def power_on(self: VirtualPod) -> None:
            await sound(self)
            change(self)

        patch.setattr(VirtualPod, "power_on", power_on)

    return plant


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
    "nothing set to keep by itself": (
        _deaf(Opcode.KEEP_AUTO),
        "minutes without steps after which keeping stops; 0: only by command",
    ),
    "no release": (
        _deaf(Opcode.RELEASE),
        "all records before it are safe elsewhere, their flash may be used again",
    ),
    "all is released": (
        _releases_all,
        "A record is kept until a client has said by `RELEASE` that it has it safe on its own disk",
    ),
    "no beacons": (_silent, "10 s, at most 30 s, after the last"),
    "beacons of another start": (
        _beacon(lambda one, _: replace(one, boot_count=one.boot_count + 1)),
        "of the sender, modulo 2¹⁶",
    ),
    "beacons with every third number": (
        _beacon(lambda one, _: replace(one, number=3 * one.number % 256)),
        "from 0, consecutive, modulo 2⁸",
    ),
    "beacons with their own tick": (
        _beacon(lambda one, tick_us: replace(one, previous_tick_us=tick_us)),
        "sender's clock when **the beacon before** went on the air, on the first channel",
    ),
    "link parameters left alone": (_asks_for_nothing, "15 ms, latency 0, requested by the pod right after connecting"),
    "a queue of four": (_queue_of(4), "Up to 16 requests are queued"),
    "a queue without end": (_queue_of(1000), "further ones get *not now*"),
    "requests that outlive the link": (_remembers_requests, "Requests end with the connection."),
    "a boot that goes on": (_never_off, "draw a new boot number"),
    "a clock that goes on": (_never_off, "start its clock and sequence at 0"),
    "a ring that goes on": (_never_off, "with an empty ring"),
    "a stream that begins by itself": (
        _after_power_on(lambda pod: pod.handle_command(bytes([Opcode.START]), 247)),
        "be stopped",
    ),
    "a foot that is forgotten": (
        _after_power_on(lambda pod: pod.handle_command(bytes([Opcode.SET_FOOT, 0]), 247)),
        "Serial number, foot, rate and ranges are kept.",
    ),
    "no time of day": (_deaf(Opcode.NOTE_UTC), "the pod notes it against its tick"),
}


ALWAYS = {
    "a foot of its own", "every second number", "no resends", "unknown is done", "no release", "no beacons",
    "a boot that goes on",
}  # fmt: skip
"""One of each kind; the others take as long each."""


@pytest.mark.parametrize(
    "fault", [pytest.param(fault, marks=[] if fault in ALWAYS else [pytest.mark.slow]) for fault in FAULTS]
)
def test_a_planted_fault_is_told_by_its_sentence(monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    plant, sentence = FAULTS[fault]
    plant(monkeypatch)
    failed = {verdict.sentence for verdict in examined() if verdict.failure}
    assert sentence in failed


def test_a_pod_that_does_not_advertise_its_service_is_found_by_its_address_and_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    in_another_field = gatt.advertisement("SF0001-L").replace(b"\x11\x07", b"\x11\xff")
    monkeypatch.setattr(peripheral, "advertisement", lambda _name: in_another_field)
    failed = [verdict for verdict in examined(by_address=True) if verdict.failure]
    assert [each.sentence for each in failed] == ["the pod service, complete list of 128-bit UUIDs"]


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("BONDED", gatt.NO_ACCESS, "on a link that is not encrypted, with ATT error `0x05`"),
        ("BONDED_VALUE", b"\0", "has the characteristic *Bond*, whose value is `01`"),
    ],
)
def test_a_pod_that_demands_a_bond_wrongly_is_told_by_its_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str, value: object, sentence: str
) -> None:
    monkeypatch.setattr(gatt, name, value)
    assert sentence in {verdict.sentence for verdict in examined(bonded_only=True) if verdict.failure}
