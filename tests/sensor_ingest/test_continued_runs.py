"""A run that was cut off goes on where the journal ends; the pods' rings fill what is missing."""

from __future__ import annotations

import asyncio
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from surefoot.analysis.model import Foot
from surefoot.firmware_sim.simulation import SimulatedRunner, Simulation
from surefoot.sensor_ingest.live_run import LiveRun
from surefoot.sensor_ingest.recording.errors import RunBusyError
from surefoot.sensor_ingest.recording.pod_health import PodHealth
from surefoot.sensor_ingest.recording.run_folder import RunFolder, create_run, open_run
from tests.sensor_ingest.damage import Damaged, bit_flipped, page_gone, page_overwritten
from tests.sensor_ingest.virtual import (
    CREATED,
    RUNNER,
    Taken,
    in_virtual_time,
    radio_of,
    recording,
    replayed,
    standing,
    truth_of,
    worn,
)

KILLED_AT_S, SILENT_S, ENDED_AT_S = 30.0, 10.0, 70.0
Continued = tuple[RunFolder, Taken, Taken, SimulatedRunner, tuple[PodHealth, ...]]


async def killed_and_continued(
    parent: Path, cut_bytes: int, power_cycled: bool = False, spoil: Callable[[bytes], bytes] = bytes
) -> Continued:
    """Record; keep the files of one moment, as `kill -9` leaves them, and spoil them; then go on from these files.

    The first client cannot say goodbye: the pods are out of reach while it ends, and sample on.
    """
    async with Simulation(1) as simulation:
        runner = await simulation.add_runner(RUNNER, standing(90.0))
        folder = create_run(parent, worn(runner), software="test", created_utc=CREATED)
        before, after = Taken(), Taken()
        async with recording(folder, simulation, before):
            await asyncio.sleep(KILLED_AT_S)
            left = open_run(Path(shutil.copytree(folder.path, parent / "left")))
            silent = asyncio.gather(*(pod.outage(SILENT_S) for pod in runner.pods.values()))
        whole = left.journal_path.read_bytes()
        left.journal_path.write_bytes(spoil(whole[: len(whole) - cut_bytes]))
        if power_cycled:
            await runner.pods[Foot.LEFT].power_cycle(1.0)
        await silent
        async with recording(left, simulation, after) as run:
            await asyncio.sleep(ENDED_AT_S - asyncio.get_running_loop().time())
    return open_run(left.path), before, after, runner, run.health()


@pytest.mark.parametrize("seed", range(4))
def test_after_a_kill_and_a_cut_at_any_byte_every_sample_is_there_once(tmp_path: Path, seed: int) -> None:
    cut_bytes = random.Random(seed).randrange(1, 60_000)
    folder, _, after, runner, health = in_virtual_time(killed_and_continued(tmp_path, cut_bytes))
    for number, foot in enumerate(runner.pods):
        truth, times_s = truth_of(runner, foot, after.origin_s), after.times_s(number)
        assert np.array_equal(after.acc_mps2(number), truth.acc_mps2)
        assert (np.diff(times_s) > 0).all()
        assert np.abs(times_s - truth.time_s).max() < 0.005
        assert health[number].counts.lost == 0
        assert health[number].counts.resent > SILENT_S * 208 / 18
    assert folder.manifest.ended
    assert list(folder.path.glob("damaged-*.bin")) or cut_bytes < 300


@pytest.mark.parametrize("damage", [bit_flipped, page_overwritten, page_gone], ids=lambda each: each.__name__)
def test_the_pods_rings_fill_a_hole_as_well(
    tmp_path: Path, damage: Callable[[bytes, random.Random], Damaged], caplog: pytest.LogCaptureFixture
) -> None:
    rng = random.Random(2)
    main = killed_and_continued(tmp_path, 100, spoil=lambda whole: damage(whole, rng).data)
    folder, _, after, runner, health = in_virtual_time(main)
    for number, foot in enumerate(runner.pods):
        truth, times_s = truth_of(runner, foot, after.origin_s), after.times_s(number)
        assert np.array_equal(after.acc_mps2(number), truth.acc_mps2)
        assert (np.diff(times_s) > 0).all()
        assert np.abs(times_s - truth.time_s).max() < 0.005
        assert health[number].counts.lost == 0
    assert total(replayed(folder)) == total(after)
    assert "are not readable" in caplog.text


def total(taken: Taken) -> int:
    return sum(len(batch.samples) for batch in taken.batches)


def test_a_continued_run_gives_what_was_recorded_first_and_replays_to_the_bit(tmp_path: Path) -> None:
    folder, before, after, _, _ = in_virtual_time(killed_and_continued(tmp_path, 100))
    again = replayed(folder).batches
    assert len(again) == len(after.batches)
    for one, other in zip(again, after.batches, strict=True):
        assert one.samples.time_s.tobytes() == other.samples.time_s.tobytes()
        assert one.samples.acc_mps2.tobytes() == other.samples.acc_mps2.tobytes()
    for one, other in zip(before.batches[:500], after.batches, strict=False):
        assert one.samples.time_s.tobytes() == other.samples.time_s.tobytes()


def test_a_killed_run_is_replayed_as_far_as_it_got(tmp_path: Path) -> None:
    async def main() -> tuple[RunFolder, Taken]:
        async with Simulation(1) as simulation:
            runner = await simulation.add_runner(RUNNER, standing(60.0))
            folder = create_run(tmp_path, worn(runner), software="test", created_utc=CREATED)
            taken = Taken()
            async with recording(folder, simulation, taken):
                await asyncio.sleep(KILLED_AT_S)
                left = open_run(Path(shutil.copytree(folder.path, tmp_path / "left")))
        return left, taken

    left, taken = in_virtual_time(main())
    got = replayed(left).batches
    live_s = [at_s for at_s in taken.taken_s if at_s <= KILLED_AT_S]
    assert len(live_s) - 12 <= len(got) <= len(live_s) + 2
    for one, other in zip(got, taken.batches, strict=False):
        assert one.samples.time_s.tobytes() == other.samples.time_s.tobytes()
    assert KILLED_AT_S - got[-1].samples.time_s[-1] < 0.5
    assert not left.manifest.ended


def test_a_pod_that_restarted_in_between_begins_anew(tmp_path: Path) -> None:
    _, _, after, runner, health = in_virtual_time(killed_and_continued(tmp_path, 50, power_cycled=True))
    assert [pod.reboots for pod in health] == [1, 0]
    truth, times_s = truth_of(runner, Foot.LEFT, after.origin_s), after.times_s(0)
    assert (np.diff(times_s) > 0).all()
    new = truth.boot == truth.boot[-1]
    assert np.array_equal(after.acc_mps2(0)[-int(new.sum()) :], truth.acc_mps2[new])
    assert np.array_equal(after.acc_mps2(1), truth_of(runner, Foot.RIGHT, after.origin_s).acc_mps2)


@pytest.mark.parametrize("step_s", [-3600.0, -0.4, 0.4])
def test_a_wall_clock_that_was_set_in_between_moves_no_time_back(tmp_path: Path, step_s: float) -> None:
    async def main() -> tuple[RunFolder, Taken, SimulatedRunner]:
        async with Simulation(1) as simulation:
            runner = await simulation.add_runner(RUNNER, standing(90.0))
            folder = create_run(tmp_path, worn(runner), software="test", created_utc=CREATED)
            loop = asyncio.get_running_loop()
            async with recording(folder, simulation, Taken()):
                await asyncio.sleep(KILLED_AT_S)
                left = open_run(Path(shutil.copytree(folder.path, tmp_path / "left")))
                silent = asyncio.gather(*(pod.outage(SILENT_S) for pod in runner.pods.values()))
            await silent
            after = Taken()
            async with recording(left, simulation, after, lambda: CREATED.timestamp() + loop.time() + step_s):
                await asyncio.sleep(20.0)
        return left, after, runner

    left, after, runner = in_virtual_time(main())
    for number, foot in enumerate(runner.pods):
        assert np.array_equal(after.acc_mps2(number), truth_of(runner, foot, 0.0).acc_mps2)
        assert (np.diff(after.times_s(number)) > 0).all()
        assert np.diff(after.times_s(number)).max() < 0.02
    assert len(replayed(open_run(left.path)).batches) == len(after.batches)


def test_a_run_that_is_being_recorded_is_not_continued(tmp_path: Path) -> None:
    async def main() -> None:
        async with Simulation(1) as simulation:
            runner = await simulation.add_runner(RUNNER, standing(30.0))
            folder = create_run(tmp_path, worn(runner), software="test", created_utc=CREATED)
            async with LiveRun(folder, radio_of(simulation)):
                with pytest.raises(RunBusyError, match="is being recorded by another surefoot"):
                    await LiveRun(folder, radio_of(simulation)).__aenter__()

    in_virtual_time(main())
