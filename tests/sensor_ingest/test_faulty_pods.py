"""A pod that lies, babbles or breaks the rules costs the run nothing but itself."""

from __future__ import annotations

import asyncio
import itertools
import random
import re
from pathlib import Path

import numpy as np
import pytest

from surefoot.analysis.model import Foot
from surefoot.firmware_sim.pod.virtual_pod import VirtualPod
from surefoot.firmware_sim.simulation import SimulatedRunner, Simulation
from surefoot.sensor_ingest.ble.pod_intake import MAX_MALFORMED_PACKETS
from surefoot.sensor_ingest.ble.rate_limit import BURST_PACKETS, PacketRateLimiter
from surefoot.sensor_ingest.protocol import Opcode, Packet, Reply
from surefoot.sensor_ingest.recording.entries import PacketEntry
from surefoot.sensor_ingest.recording.entry_queue import EntryQueue
from surefoot.sensor_ingest.recording.run_folder import create_run, open_run
from tests.sensor_ingest.hostile import (
    INFO_LIES,
    LIES,
    Change,
    Raw,
    lie,
    other_version_for_a_while,
    record_with,
    record_with_twins,
    resend_for_ever,
    spoil,
    unreadable_for_a_while,
    wrap_at_32_bits,
)
from tests.sensor_ingest.virtual import (
    CREATED,
    RUNNER,
    Taken,
    in_virtual_time,
    recording,
    replayed,
    standing,
    truth_of,
    worn,
)


def assert_right_unharmed(taken: Taken, runner: SimulatedRunner) -> None:
    """The other pod gave everything."""
    assert np.array_equal(taken.acc_mps2(1), truth_of(runner, Foot.RIGHT, 0.0).acc_mps2)


@pytest.mark.parametrize("what", LIES)
def test_a_pod_that_sends_nonsense_is_dropped_with_a_sentence(tmp_path: Path, what: str) -> None:
    taken, runner, health, _ = record_with(
        tmp_path, lambda pod: spoil(pod, LIES[what], random.Random(1)), duration_s=60.0
    )
    assert_right_unharmed(taken, runner)
    assert health[0].refused
    assert not health[0].connected
    assert re.fullmatch(r"it sent 1\d\d malformed packets", health[0].note)
    assert 2 * MAX_MALFORMED_PACKETS <= health[0].counts.malformed < 4 * MAX_MALFORMED_PACKETS, "tried again, seldom"
    assert not health[1].refused


def test_now_and_then_a_bad_packet_is_counted_and_asked_for_again(tmp_path: Path) -> None:
    def sometimes(packet: Packet, rng: random.Random) -> object:
        return packet if rng.random() > 0.05 else Raw(rng.randbytes(100))

    taken, runner, health, _ = record_with(tmp_path, lambda pod: spoil(pod, sometimes, random.Random(2)))
    assert_right_unharmed(taken, runner)
    assert np.array_equal(taken.acc_mps2(0), truth_of(runner, Foot.LEFT, 0.0).acc_mps2)
    assert 5 < health[0].counts.malformed < MAX_MALFORMED_PACKETS
    assert not health[0].refused


def test_a_clock_of_32_bits_wraps_without_a_loss_and_replays_as_it_was_live(tmp_path: Path) -> None:
    taken, runner, health, _ = record_with(tmp_path, wrap_at_32_bits)
    assert_right_unharmed(taken, runner)
    truth = truth_of(runner, Foot.LEFT, taken.origin_s)
    assert np.array_equal(taken.acc_mps2(0), truth.acc_mps2)
    assert np.max(np.abs(taken.times_s(0) - truth.time_s)) < 0.01
    assert (health[0].reboots, health[0].refused) == (1, False)
    folder = open_run(next(tmp_path.iterdir()))
    again, refitted = replayed(folder), replayed(folder, refit=True)
    assert np.array_equal(again.times_s(0), taken.times_s(0))
    assert np.array_equal(refitted.acc_mps2(0), taken.acc_mps2(0))


def test_endless_resending_is_cut_off(tmp_path: Path) -> None:
    taken, runner, health, length = record_with(tmp_path, resend_for_ever, duration_s=80.0)
    assert_right_unharmed(taken, runner)
    assert health[0].refused
    assert health[0].note == "it sends far more data than expected"
    assert length < 10_000_000


NOTES = (
    "protocol version 2, this client speaks 1",
    "info with rate 1000000000.0 Hz",
    "ranges 0 g",
    "it claims a ring buffer of 4294967295 packets",
    "it claims a ring buffer of 0 packets",
    "serial number is not ASCII",
)


def test_a_battery_that_never_agrees_with_itself_is_told_now_and_then(tmp_path: Path) -> None:
    levels = itertools.cycle((40, 60))
    _, _, _, length = record_with(tmp_path / "calm", lambda _: None)
    taken, runner, health, restless = record_with(
        tmp_path / "restless", lambda pod: setattr(pod, "battery_pct", lambda: next(levels))
    )
    assert_right_unharmed(taken, runner)
    assert not health[0].refused
    assert restless - length < 1000


def test_a_pod_that_comes_and_goes_is_met_less_and_less_often(tmp_path: Path) -> None:
    def change(pod: VirtualPod) -> None:
        honest = pod.handle_command

        def command(data: bytes, att_mtu: int) -> Reply:
            connection = pod.peripheral.connection
            if data[0] == Opcode.START and connection is not None:
                loop = asyncio.get_running_loop()
                loop.call_later(0.5, lambda: loop.create_task(connection.disconnect()))
            return honest(data, att_mtu)

        pod.handle_command = command  # type: ignore[method-assign]

    taken, runner, health, _ = record_with(tmp_path, change, duration_s=60.0)
    assert_right_unharmed(taken, runner)
    assert 8 < health[0].reconnects < 20


@pytest.mark.parametrize("change", [other_version_for_a_while, unreadable_for_a_while])
def test_a_pod_whose_info_is_wrong_for_a_while_loses_nothing(tmp_path: Path, change: Change) -> None:
    taken, runner, health, _ = record_with(tmp_path, change, duration_s=50.0)
    assert not health[0].refused
    assert np.array_equal(taken.acc_mps2(0), truth_of(runner, Foot.LEFT, 0.0).acc_mps2)


@pytest.mark.parametrize(("changes", "note"), list(zip(INFO_LIES, NOTES, strict=True)), ids=str)
def test_a_pod_whose_info_makes_no_sense_is_refused(tmp_path: Path, changes: dict[str, object], note: str) -> None:
    taken, runner, health, _ = record_with(tmp_path, lambda pod: lie(pod, changes), duration_s=15.0)
    assert_right_unharmed(taken, runner)
    assert health[0].refused
    assert note in health[0].note


def test_a_pod_of_the_same_name_but_another_serial_is_left_alone(tmp_path: Path) -> None:
    async def main() -> tuple[Taken, SimulatedRunner, SimulatedRunner]:
        async with Simulation(1) as simulation:
            stranger = await simulation.add_runner("stranger", standing(60.0))
            runner = await simulation.add_runner(RUNNER, standing(60.0))
            for theirs, ours in zip(stranger.pods.values(), runner.pods.values(), strict=True):
                theirs.settings.serial = f"X{ours.settings.serial}"
                await theirs.power_cycle(0.1)
            folder = create_run(tmp_path, worn(runner), software="test", created_utc=CREATED)
            taken = Taken()
            async with recording(folder, simulation, taken):
                await asyncio.sleep(30.0)
        return taken, runner, stranger

    taken, runner, stranger = in_virtual_time(main())
    for number, foot in enumerate(runner.pods):
        assert np.array_equal(taken.acc_mps2(number), truth_of(runner, foot, 0.0).acc_mps2)
    assert not any(pod.firmware.streaming for pod in stranger.pods.values())


def test_a_second_pod_with_the_same_serial_number_is_told_and_not_mixed_in(tmp_path: Path) -> None:
    taken, runner, twins, health = record_with_twins(tmp_path)
    for number, foot in enumerate(runner.pods):
        assert np.array_equal(taken.acc_mps2(number), truth_of(runner, foot, 0.0).acc_mps2)
    assert not any(pod.firmware.streaming for pod in twins.pods.values())
    assert [pod.has_namesake for pod in health] == [True, True]


def test_a_pod_that_never_sends_what_was_asked_for_loses_it(tmp_path: Path) -> None:
    def change(pod: VirtualPod) -> None:
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
        queue = EntryQueue(max_packets=3)
        for number in range(5):
            queue.offer(PacketEntry(1, float(number), b""))
        assert queue.overflowed[1] == 2
        assert [entry.arrival_s for entry in queue.take(10) if isinstance(entry, PacketEntry)] == [0.0, 1.0, 2.0]
        queue.offer(PacketEntry(1, 5.0, b""))
        assert len(queue.take(10)) == 1
        queue.close()
        assert queue.done

    asyncio.run(main())


def test_a_burst_of_a_whole_ring_and_fourfold_delivery_pass_the_limit() -> None:
    limit = PacketRateLimiter()
    limit.start(0.0, 208.0)
    assert all(limit.allows(0.0) for _ in range(BURST_PACKETS))
    assert not limit.allows(0.0)
    assert all(limit.allows(1.0 + number / (4 * 208 / 18)) for number in range(5000))
