"""Pods that lie, and runs recorded with one of them on the left foot."""

from __future__ import annotations

import asyncio
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
