"""A pod that lies, babbles or breaks the rules costs the run nothing but itself."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from analysis.model import Foot
from firmware_sim.air import VirtualAir, VirtualRunner
from firmware_sim.pod import Pod
from sensor_ingest.entries import PacketEntry
from sensor_ingest.health import PodHealth
from sensor_ingest.intake import Intake
from sensor_ingest.journal import JournalReader
from sensor_ingest.protocol import Packet, PacketFlag
from sensor_ingest.run_folder import create_run
from sensor_ingest.supervisor import MOST_MALFORMED
from sensor_ingest.traffic import BURST_PACKETS, TrafficLimit
from tests.sensor_ingest.virtual import (
    CREATED,
    RUNNER,
    Taken,
    in_virtual_time,
    recording,
    standing,
    truth_of,
    worn,
)


class Raw:
    """Bytes in a packet's place."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def __bytes__(self) -> bytes:
        return self._data


Mangle = Callable[[Packet, random.Random], object]


def spoil(pod: Pod, mangle: Mangle, rng: random.Random) -> None:
    """Let a pod send something else in the place of its packets."""
    honest = pod.next_packet

    def next_packet() -> object:
        packet = honest()
        return None if packet is None else mangle(packet, rng)

    pod.next_packet = next_packet  # type: ignore[assignment,method-assign]


def record_with(
    parent: Path, change: Callable[[Pod], None], duration_s: float = 40.0
) -> tuple[Taken, VirtualRunner, tuple[PodHealth, ...], int]:
    """Record a pair of pods of which the left one is changed; the journal's length too."""

    async def main() -> tuple[Taken, VirtualRunner, tuple[PodHealth, ...], int]:
        async with VirtualAir(1) as air:
            runner = await air.add_runner(RUNNER, standing(90.0))
            change(runner.pods[Foot.LEFT])
            folder = create_run(parent, worn(runner), software="test", created_utc=CREATED)
            taken = Taken()
            async with recording(folder, air, taken) as run:
                await asyncio.sleep(duration_s)
            assert JournalReader(folder.journal_path).damage is None
            return taken, runner, run.health(), folder.journal_path.stat().st_size

    return in_virtual_time(main())


def assert_right_unharmed(taken: Taken, runner: VirtualRunner) -> None:
    """The other pod gave everything."""
    assert np.array_equal(taken.acc_mps2(1), truth_of(runner, Foot.RIGHT, 0.0).acc_mps2)


LIES: dict[str, Mangle] = {
    "noise": lambda _, rng: Raw(rng.randbytes(238)),
    "nothing": lambda _, __: Raw(b""),
    "absurd counts": lambda packet, _: Raw(bytes(packet)[:18] + b"\xff" + bytes(packet)[19:]),
    "another layout": lambda packet, _: Raw(bytes(packet)[:3] + bytes(packet)[4:]),
    "wild sequences": lambda packet, rng: replace(packet, sequence=rng.getrandbits(32)),
    "wild ticks": lambda packet, rng: replace(packet, tick_us=rng.getrandbits(64)),
    "another boot each time": lambda packet, rng: replace(packet, boot=rng.getrandbits(16)),
}


@pytest.mark.parametrize("what", LIES)
def test_a_pod_that_sends_nonsense_is_dropped_with_a_sentence(tmp_path: Path, what: str) -> None:
    taken, runner, health, _ = record_with(
        tmp_path, lambda pod: spoil(pod, LIES[what], random.Random(1)), duration_s=60.0
    )
    assert_right_unharmed(taken, runner)
    assert health[0].refused
    assert not health[0].connected
    assert re.fullmatch(r"it sent 1\d\d packets that make no sense", health[0].note)
    assert MOST_MALFORMED <= health[0].counts.malformed < MOST_MALFORMED + 50
    assert not health[1].refused


def test_now_and_then_a_bad_packet_is_counted_and_asked_for_again(tmp_path: Path) -> None:
    def sometimes(packet: Packet, rng: random.Random) -> object:
        return packet if rng.random() > 0.05 else Raw(rng.randbytes(100))

    taken, runner, health, _ = record_with(tmp_path, lambda pod: spoil(pod, sometimes, random.Random(2)))
    assert_right_unharmed(taken, runner)
    assert np.array_equal(taken.acc_mps2(0), truth_of(runner, Foot.LEFT, 0.0).acc_mps2)
    assert 5 < health[0].counts.malformed < MOST_MALFORMED
    assert not health[0].refused


def test_endless_resending_is_cut_off(tmp_path: Path) -> None:
    def change(pod: Pod) -> None:
        honest = pod.next_packet
        last: list[Packet] = []

        def next_packet() -> Packet | None:
            packet = honest()
            if packet is not None:
                last[:] = [replace(packet, flags=PacketFlag.RESENT)]
            return packet or (last[0] if last else None)

        pod.next_packet = next_packet  # type: ignore[method-assign]

    taken, runner, health, length = record_with(tmp_path, change, duration_s=80.0)
    assert_right_unharmed(taken, runner)
    assert health[0].refused
    assert health[0].note == "it sends far more than it was asked for"
    assert length < 10_000_000


@pytest.mark.parametrize(
    ("changes", "note"),
    [
        ({"version": 2}, "protocol version 2, this client speaks 1"),
        ({"rate_hz": 1e9}, "info with rate 1000000000.0 Hz"),
        ({"acc_range_g": 0}, "ranges 0 g"),
        ({"ring_packets": 2**32 - 1}, "it claims a ring of 4294967295 packets"),
        ({"ring_packets": 0}, "it claims a ring of 0 packets"),
        ({"serial": "Ä" * 4}, "serial number is not ASCII"),
    ],
)
def test_a_pod_whose_info_makes_no_sense_is_refused(tmp_path: Path, changes: dict[str, object], note: str) -> None:
    def change(pod: Pod) -> None:
        def info_bytes() -> bytes:
            fields = dict(changes)
            serial = str(fields.pop("serial", pod.info.serial))
            return bytes(replace(pod.info, **fields, serial="")) + serial.encode()  # type: ignore[arg-type]

        pod.info_bytes = info_bytes  # type: ignore[method-assign]

    taken, runner, health, _ = record_with(tmp_path, change, duration_s=15.0)
    assert_right_unharmed(taken, runner)
    assert health[0].refused
    assert note in health[0].note


def test_a_pod_of_the_same_name_but_another_serial_is_left_alone(tmp_path: Path) -> None:
    async def main() -> tuple[Taken, VirtualRunner, VirtualRunner]:
        async with VirtualAir(1) as air:
            stranger = await air.add_runner("stranger", standing(60.0))
            runner = await air.add_runner(RUNNER, standing(60.0))
            for theirs, ours in zip(stranger.pods.values(), runner.pods.values(), strict=True):
                theirs.settings.serial = f"X{ours.settings.serial}"
                await theirs.power_cycle(0.1)
            folder = create_run(tmp_path, worn(runner), software="test", created_utc=CREATED)
            taken = Taken()
            async with recording(folder, air, taken):
                await asyncio.sleep(30.0)
        return taken, runner, stranger

    taken, runner, stranger = in_virtual_time(main())
    for number, foot in enumerate(runner.pods):
        assert np.array_equal(taken.acc_mps2(number), truth_of(runner, foot, 0.0).acc_mps2)
    assert not any(pod.firmware.streaming for pod in stranger.pods.values())


def test_a_pod_that_never_sends_what_was_asked_for_loses_it(tmp_path: Path) -> None:
    def change(pod: Pod) -> None:
        honest = pod.next_packet

        def next_packet() -> Packet | None:
            while (packet := honest()) is not None and packet.sequence in range(100, 140):
                pass
            return packet

        pod.next_packet = next_packet  # type: ignore[method-assign]

    taken, runner, health, _ = record_with(tmp_path, change, duration_s=60.0)
    truth = truth_of(runner, Foot.LEFT, 0.0)
    assert health[0].counts.lost == 40
    assert len(taken.times_s(0)) == len(truth.time_s) - 40 * 18
    assert_right_unharmed(taken, runner)


def test_what_finds_the_intake_full_is_dropped_and_counted() -> None:
    async def main() -> None:
        intake = Intake(room_packets=3)
        for number in range(5):
            intake.offer(PacketEntry(1, float(number), b""))
        assert intake.overflowed[1] == 2
        assert [entry.arrival_s for entry in intake.take(10) if isinstance(entry, PacketEntry)] == [0.0, 1.0, 2.0]
        intake.offer(PacketEntry(1, 5.0, b""))
        assert len(intake.take(10)) == 1
        intake.close()
        assert intake.done

    asyncio.run(main())


def test_a_burst_of_a_whole_ring_and_fourfold_delivery_pass_the_limit() -> None:
    limit = TrafficLimit()
    limit.start(0.0, 208.0)
    assert all(limit.allows(0.0) for _ in range(BURST_PACKETS))
    assert not limit.allows(0.0)
    assert all(limit.allows(1.0 + number / (4 * 208 / 18)) for number in range(5000))
