"""Pods that lie, and runs recorded with one of them on the left foot."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from surefoot.analysis.model import Foot
from surefoot.firmware_sim.pod.virtual_pod import VirtualPod
from surefoot.firmware_sim.simulation import SimulatedRunner, Simulation
from surefoot.sensor_ingest.protocol import Packet, PacketFlag
from surefoot.sensor_ingest.recording.journal import JournalReader
from surefoot.sensor_ingest.recording.pod_health import PodHealth
from surefoot.sensor_ingest.recording.run_folder import create_run
from tests.sensor_ingest.virtual import CREATED, RUNNER, Taken, in_virtual_time, recording, standing, worn


class Raw:
    """Bytes in a packet's place."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def __bytes__(self) -> bytes:
        return self._data


Mangle = Callable[[Packet, random.Random], object]
Change = Callable[[VirtualPod], None]


def spoil(pod: VirtualPod, mangle: Mangle, rng: random.Random) -> None:
    """Let a pod send something else in the place of its packets."""
    honest = pod.next_packet

    def next_packet() -> object:
        packet = honest()
        return None if packet is None else mangle(packet, rng)

    pod.next_packet = next_packet  # type: ignore[assignment,method-assign]


def record_with(
    parent: Path, change: Change, duration_s: float = 40.0
) -> tuple[Taken, SimulatedRunner, tuple[PodHealth, ...], int]:
    """Record a pair of pods of which the left one is changed; the journal's length too."""

    async def main() -> tuple[Taken, SimulatedRunner, tuple[PodHealth, ...], int]:
        async with Simulation(1) as simulation:
            runner = await simulation.add_runner(RUNNER, standing(90.0))
            change(runner.pods[Foot.LEFT])
            folder = create_run(parent, worn(runner), software="test", created_utc=CREATED)
            taken = Taken()
            async with recording(folder, simulation, taken) as run:
                await asyncio.sleep(duration_s)
            reader = JournalReader(folder.journal_path)
            assert list(reader)
            assert reader.holes == []
            return taken, runner, run.health(), folder.journal_path.stat().st_size

    return in_virtual_time(main())


def record_with_twins(parent: Path) -> tuple[Taken, SimulatedRunner, SimulatedRunner, tuple[PodHealth, ...]]:
    """Record a pair of pods of whose names a second pair comes, while the left one is out of reach for a while."""

    async def main() -> tuple[Taken, SimulatedRunner, SimulatedRunner, tuple[PodHealth, ...]]:
        async with Simulation(1) as simulation:
            runner = await simulation.add_runner(RUNNER, standing(70.0))
            folder = create_run(parent, worn(runner), software="test", created_utc=CREATED)
            taken = Taken()
            async with recording(folder, simulation, taken) as run:
                await asyncio.sleep(10.0)
                twins = await simulation.add_runner("twin", standing(60.0))
                for theirs, ours in zip(twins.pods.values(), runner.pods.values(), strict=True):
                    theirs.settings.serial = ours.settings.serial
                    await theirs.power_cycle(0.1)
                await runner.pods[Foot.LEFT].outage(12.0)
                await asyncio.sleep(20.0)
            return taken, runner, twins, run.health()

    return in_virtual_time(main())


def wrap_at_32_bits(pod: VirtualPod) -> None:
    """Let a pod's clock wrap 20 s after its first packet."""
    first_us: list[int] = []

    def wrap(packet: Packet, _: random.Random) -> Packet:
        first_us.append(packet.tick_us)
        return replace(packet, tick_us=(packet.tick_us - first_us[0] + 2**32 - 20_000_000) % 2**32)

    spoil(pod, wrap, random.Random(1))


def impossible_tick(pod: VirtualPod) -> None:
    """Let the hundredth packet be of a time that cannot be; sent again, it is right."""
    numbers = itertools.count()

    def mangle(packet: Packet, _: random.Random) -> Packet:
        return replace(packet, tick_us=2**63) if next(numbers) == 100 else packet

    spoil(pod, mangle, random.Random(1))


def other_version_for_a_while(pod: VirtualPod) -> None:
    """Let a pod that was out of reach come back with another version, and be itself again later."""
    _other_info_for_a_while(pod, lambda: lie(pod, {"version": 2}))


def unreadable_for_a_while(pod: VirtualPod) -> None:
    """Let a pod that was out of reach come back without an info that could be read, and be itself again later."""
    _other_info_for_a_while(pod, lambda: setattr(pod, "info_bytes", lambda: b"\x00"))


def _other_info_for_a_while(pod: VirtualPod, change: Callable[[], None]) -> None:
    honest, loop = pod.info_bytes, asyncio.get_running_loop()
    loop.call_later(10.0, change)
    loop.call_later(12.0, lambda: loop.create_task(pod.outage(4.0)))
    loop.call_later(20.0, lambda: setattr(pod, "info_bytes", honest))


LIES: dict[str, Mangle] = {
    "noise": lambda _, rng: Raw(rng.randbytes(238)),
    "nothing": lambda _, __: Raw(b""),
    "absurd counts": lambda packet, _: Raw(bytes(packet)[:18] + b"\xff" + bytes(packet)[19:]),
    "another layout": lambda packet, _: Raw(bytes(packet)[:3] + bytes(packet)[4:]),
    "wild sequences": lambda packet, rng: replace(packet, sequence=rng.getrandbits(32)),
    "wild ticks": lambda packet, rng: replace(packet, tick_us=rng.getrandbits(64)),
    "another boot each time": lambda packet, rng: replace(packet, boot=rng.getrandbits(16)),
}
INFO_LIES: list[dict[str, object]] = [
    {"version": 2},
    {"rate_hz": 1e9},
    {"acc_range_g": 0},
    {"ring_packets": 2**32 - 1},
    {"ring_packets": 0},
    {"serial": "Ä" * 4},
]


def lie(pod: VirtualPod, changes: dict[str, object]) -> None:
    """Let a pod's info say something else."""

    def info_bytes() -> bytes:
        fields = dict(changes)
        serial = str(fields.pop("serial", pod.info.serial))
        return bytes(replace(pod.info, **fields, serial="")) + serial.encode()  # type: ignore[arg-type]

    pod.info_bytes = info_bytes  # type: ignore[method-assign]


def resend_for_ever(pod: VirtualPod) -> None:
    """Let a pod send its last packet again whenever there is nothing to send, as long as it is listened to."""
    honest, set_subscribed = pod.next_packet, pod.set_subscribed
    last: list[Packet] = []

    def on_subscription(subscribed: bool) -> None:
        last.clear()
        set_subscribed(subscribed)

    def next_packet() -> Packet | None:
        packet = honest()
        if packet is not None:
            last[:] = [replace(packet, flags=PacketFlag.RESENT)]
        return packet or (last[0] if last else None)

    pod.set_subscribed = on_subscription  # type: ignore[method-assign]
    pod.next_packet = next_packet  # type: ignore[method-assign]
