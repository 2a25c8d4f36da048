"""Runs from virtual pods: every sample once, in order, on time; and replay gives the same bits."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from surefoot.analysis.model import Foot
from surefoot.firmware_sim.radio.bleak_backend import BumbleClient
from surefoot.firmware_sim.scenarios import Outage, PowerCycle
from surefoot.firmware_sim.simulation import SimulatedRunner, Simulation
from surefoot.sensor_ingest.ble.adapter import RadioBackend
from surefoot.sensor_ingest.live_run import LiveRun
from surefoot.sensor_ingest.recording.assembler import Batch
from surefoot.sensor_ingest.recording.entries import EndEntry, EventKind, PacketEntry
from surefoot.sensor_ingest.recording.entry_queue import EntryQueue
from surefoot.sensor_ingest.recording.errors import (
    ConsumerTooSlowError,
    RunDeletedError,
    RunEndedError,
    RunUnwritableError,
)
from surefoot.sensor_ingest.recording.journal import JournalReader
from surefoot.sensor_ingest.recording.pod_health import PodHealth
from surefoot.sensor_ingest.recording.replay import replay
from surefoot.sensor_ingest.recording.run_folder import RunFolder, create_run, open_run
from tests.sensor_ingest.virtual import (
    CREATED,
    RUNNER,
    Recorded,
    Taken,
    events,
    in_virtual_time,
    radio_of,
    record,
    recording,
    replayed,
    standing,
    take,
    truth_of,
    worn,
)

LEFT, RIGHT = Foot.LEFT, Foot.RIGHT
OUTAGES = (
    Outage(LEFT, 60.0, 1.0),
    Outage(RIGHT, 100.0, 2.0),
    Outage(LEFT, 180.0, 8.0),
    Outage(RIGHT, 185.0, 20.0),
    Outage(LEFT, 400.0, 12.0),
)


def assert_same(live: list[Batch], again: list[Batch]) -> None:
    """Batch for batch, bit for bit."""
    assert len(live) == len(again)
    for one, other in zip(live, again, strict=True):
        assert (one.pod, one.runner, one.samples.foot) == (other.pod, other.runner, other.samples.foot)
        for name in ("time_s", "acc_mps2", "gyr_radps", "clipped"):
            assert getattr(one.samples, name).tobytes() == getattr(other.samples, name).tobytes()


def assert_complete(recorded: Recorded, *, from_s: float = 0.0) -> None:
    """Every sample of both pods once, in order, and within 5 ms of when it was taken."""
    _, taken, runner, _ = recorded
    for number, foot in enumerate(runner.pods):
        truth, times_s = truth_of(runner, foot, taken.origin_s), taken.times_s(number)
        assert np.array_equal(taken.acc_mps2(number), truth.acc_mps2)
        assert (np.diff(times_s) > 0).all()
        assert np.abs(times_s - truth.time_s)[times_s >= from_s].max() < 0.005


@pytest.fixture(scope="module")
def outages(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """Ten minutes with two pods, 2 % of the exchanges lost, five outages."""
    return in_virtual_time(record(tmp_path_factory.mktemp("outages"), standing(600.0, *OUTAGES)))


def test_over_outages_every_sample_comes_once_in_order_and_on_time(outages: Recorded) -> None:
    assert_complete(outages)
    for health in outages[3].health():
        assert health.counts.lost == health.counts.malformed == health.counts.misordered_samples == 0
        assert health.counts.resent > 100
        assert health.loss_pct == 0.0


def test_left_and_right_agree_after_the_warm_up(outages: Recorded) -> None:
    _, taken, runner, _ = outages
    errors_s = []
    for number, foot in enumerate(runner.pods):
        times_s = taken.times_s(number)
        errors_s.append((times_s - truth_of(runner, foot, taken.origin_s).time_s)[times_s > 30.0])
    assert abs(np.median(errors_s[0]) - np.median(errors_s[1])) < 0.001
    assert max(np.ptp(error_s) for error_s in errors_s) < 0.003


def test_a_pod_is_connected_within_3_s_of_its_return(outages: Recorded) -> None:
    folder, taken, runner, run = outages
    for outage in OUTAGES[2:]:
        pod = list(runner.pods).index(outage.foot)
        back_s = runner.start_s + outage.at_s + outage.duration_s - taken.origin_s
        connected_s = min(at_s for at_s in events(folder, EventKind.CONNECTED, pod) if at_s > back_s - 1.0)
        assert connected_s - back_s < 3.0
    assert [health.reconnects for health in run.health()] == [2, 1]


def test_without_trouble_samples_are_there_within_100_ms_of_the_packet(outages: Recorded) -> None:
    _, taken, _, _ = outages
    late_s = [at_s - batch.samples.time_s[-1] for at_s, batch in zip(taken.taken_s, taken.batches, strict=True)]
    assert np.median(late_s) < 0.02
    assert np.percentile(late_s, 90) < 0.1


def test_replay_gives_the_same_bits(outages: Recorded) -> None:
    folder, taken, _, _ = outages
    again = replay(folder)
    assert_same(taken.batches, [given for given in again if isinstance(given, Batch)])
    assert again.reader.holes == []
    assert folder.manifest.ended


def test_for_outages_of_20_s_results_wait(outages: Recorded) -> None:
    assert outages[1].silences == []


def test_a_refit_moves_no_sample_by_more_than_the_warm_up_was_off(outages: Recorded) -> None:
    folder, taken, runner, _ = outages
    fitted = replayed(folder, refit=True)
    for number, foot in enumerate(runner.pods):
        truth = truth_of(runner, foot, taken.origin_s)
        assert np.array_equal(fitted.acc_mps2(number), truth.acc_mps2)
        assert np.ptp(fitted.times_s(number) - truth.time_s) < 0.0007
        assert np.ptp(fitted.times_s(number) - truth.time_s) <= np.ptp(taken.times_s(number) - truth.time_s)


def test_power_cycles_lose_only_what_died_with_the_memory(tmp_path: Path) -> None:
    troubles = (PowerCycle(LEFT, 60.3, 3.0), Outage(RIGHT, 118.0, 16.0), PowerCycle(RIGHT, 126.0, 4.0))
    folder, taken, runner, run = recorded = in_virtual_time(record(tmp_path, standing(240.0, *troubles)))
    for number, foot in enumerate(runner.pods):
        truth, times_s = truth_of(runner, foot, taken.origin_s), taken.times_s(number)
        gap = int(np.argmax(np.diff(times_s)))
        died = (truth.time_s > times_s[gap] + 0.003) & (truth.time_s < times_s[gap + 1] - 0.003)
        assert died.sum() == pytest.approx(8.0 * 208 if foot is RIGHT else 0, abs=36)
        assert np.array_equal(taken.acc_mps2(number), truth.acc_mps2[~died])
        assert np.abs(times_s - truth.time_s[~died]).max() < 0.005
        between_s = 16.0 if foot is RIGHT else 3.9
        assert run.health()[number].counts.between_boots_s == pytest.approx(between_s, abs=1.0)
    assert [health.reboots for health in run.health()] == [1, 1]
    assert [health.counts.boots for health in run.health()] == [2, 2]
    assert_same(recorded[1].batches, replayed(folder).batches)


def test_a_run_longer_than_the_ring_counts_what_the_ring_lost(tmp_path: Path) -> None:
    folder, taken, runner, run = in_virtual_time(record(tmp_path, standing(200.0, Outage(LEFT, 30.0, 120.0))))
    lost = run.health()[0].counts.lost
    truth = truth_of(runner, LEFT, taken.origin_s)
    assert lost * 18 == len(truth.time_s) - len(taken.times_s(0))
    assert 300 < lost < 450
    assert run.health()[0].loss_pct == pytest.approx(100 * 18 * lost / len(truth.time_s), abs=0.1)
    assert 90 < len(taken.silences) < 110
    assert {silence.pod for silence in taken.silences} == {0}
    assert replayed(folder).silences == taken.silences
    assert replayed(folder, refit=True).silences == []
    assert_same(taken.batches, replayed(folder).batches)


def test_notifications_that_come_several_times_give_each_sample_once(tmp_path: Path) -> None:
    class Repeating(BumbleClient):
        """BlueZ after a reconnection that was not preceded by a disconnect."""

        async def start_notify(
            self, characteristic: Any, callback: Callable[[bytearray], None], **options: Any
        ) -> None:
            def three_times(data: bytearray) -> None:
                for _ in range(3):
                    callback(data)

            await super().start_notify(characteristic, three_times, **options)

    async def main() -> Recorded:
        async with Simulation(1) as simulation:
            runner = await simulation.add_runner(RUNNER, standing(40.0))
            folder = create_run(tmp_path, worn(runner), software="test", created_utc=CREATED)
            taken = Taken()
            radio = radio_of(simulation)
            async with LiveRun(folder, RadioBackend(radio.scanner, {"backend": Repeating}), seed=1) as run:
                taking = asyncio.create_task(take(run, taken))
                await asyncio.sleep(30.0)
                run.stop()
                await taking
        return folder, taken, runner, run

    recorded = in_virtual_time(main())
    assert_complete(recorded)
    for health in recorded[3].health():
        assert health.counts.duplicate == 2 * health.counts.received / 3


def test_several_runners_share_one_adapter(tmp_path: Path) -> None:
    async def main() -> tuple[Taken, list[SimulatedRunner], tuple[PodHealth, ...]]:
        async with Simulation(1) as simulation:
            runners = [await simulation.add_runner(f"runner-{number}", standing(60.0)) for number in (1, 2, 3)]
            pods = [pod for runner in runners for pod in worn(runner)]
            folder = create_run(tmp_path, pods, software="test", created_utc=CREATED)
            taken = Taken()
            async with recording(folder, simulation, taken) as run:
                await asyncio.sleep(40.0)
        return taken, runners, run.health()

    taken, runners, health = in_virtual_time(main())
    assert [pod.runner for pod in health] == [f"runner-{number}" for number in (1, 1, 2, 2, 3, 3)]
    for place, runner in enumerate(runners):
        for side, foot in enumerate(runner.pods):
            number = 2 * place + side
            assert {batch.runner for batch in taken.batches if batch.pod == number} == {runner.name}
            assert np.array_equal(taken.acc_mps2(number), truth_of(runner, foot, 0.0).acc_mps2)


def test_a_pod_that_never_comes_keeps_nobody_waiting(tmp_path: Path) -> None:
    async def main() -> tuple[Taken, tuple[PodHealth, ...], SimulatedRunner]:
        async with Simulation(1) as simulation:
            runner = await simulation.add_runner(RUNNER, standing(60.0))
            await runner.pods[RIGHT].power_off()
            folder = create_run(tmp_path, worn(runner), software="test", created_utc=CREATED)
            taken = Taken()
            async with recording(folder, simulation, taken) as run:
                await asyncio.sleep(30.0)
        return taken, run.health(), runner

    taken, health, runner = in_virtual_time(main())
    assert taken.times_s(0)[0] < 3.0
    assert [pod.note for pod in health] == ["the run was ended", "not found yet"]
    assert np.array_equal(taken.acc_mps2(0), truth_of(runner, LEFT, 0.0).acc_mps2)


def test_health_tells_battery_signal_and_clock(outages: Recorded) -> None:
    _, _, runner, run = outages
    for health, pod in zip(run.health(), runner.pods.values(), strict=True):
        assert health.battery_pct == pytest.approx(pod.battery.level_pct, abs=1.0)
        assert health.rssi_dbm is not None
        assert -80.0 < health.rssi_dbm < -45.0
        assert health.clock_residual_s is not None
        assert health.clock_residual_s < 0.001
        assert health.drift_ppm == pytest.approx(-pod.parameters.drift_ppm, abs=3.0)
        assert health.waiting_packets == health.overflowed == 0


def test_the_pods_stop_streaming_at_the_end(outages: Recorded) -> None:
    folder, _, runner, _ = outages
    assert not any(pod.firmware.streaming for pod in runner.pods.values())
    assert isinstance(list(JournalReader(folder.journal_path))[-1], EndEntry)


def test_a_pod_set_otherwise_is_set_up(tmp_path: Path) -> None:
    async def main() -> tuple[RunFolder, SimulatedRunner, Taken]:
        async with Simulation(1) as simulation:
            runner = await simulation.add_runner(RUNNER, standing(30.0))
            runner.pods[LEFT].settings.rate_hz = 104
            runner.pods[LEFT].settings.acc_range_g = 32
            folder = create_run(tmp_path, worn(runner), software="test", created_utc=CREATED)
            taken = Taken()
            async with recording(folder, simulation, taken):
                await asyncio.sleep(20.0)
        return folder, runner, taken

    _, runner, taken = in_virtual_time(main())
    settings = runner.pods[LEFT].settings
    assert (settings.rate_hz, settings.acc_range_g, settings.gyr_range_dps) == (208, 16, 2000)
    assert np.median(np.diff(taken.times_s(0))) == pytest.approx(1 / 208, rel=0.02)
    assert np.array_equal(taken.acc_mps2(0), truth_of(runner, LEFT, 0.0).acc_mps2)


def test_an_ended_run_takes_no_more(outages: Recorded) -> None:
    async def again() -> None:
        async with LiveRun(outages[0]):
            pass

    with pytest.raises(RunEndedError, match="has ended and cannot be continued; start a new run"):
        asyncio.run(again())


def test_a_full_disk_ends_the_run_in_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> RunFolder:
        async with Simulation(1) as simulation:
            runner = await simulation.add_runner(RUNNER, standing(60.0))
            folder = create_run(tmp_path, worn(runner), software="test", created_utc=CREATED)
            taken = Taken()
            async with LiveRun(folder, radio_of(simulation), seed=1) as run:
                taking = asyncio.create_task(take(run, taken))
                await asyncio.sleep(10.0)
                with monkeypatch.context() as patch:
                    patch.setattr("os.write", _full)
                    with pytest.raises(RunUnwritableError, match=r"cannot be written \(No space left on device\)"):
                        await taking
        return open_run(folder.path)

    assert not in_virtual_time(main()).manifest.ended


def move(folder: Path) -> None:
    """Another name for the folder."""
    folder.rename(folder.with_name("moved"))


def replace_by_a_copy(folder: Path) -> None:
    """The same files in the same place, but not those that are written."""
    move(folder)
    shutil.copytree(folder.with_name("moved"), folder)


@pytest.mark.skipif(os.name == "nt", reason="Windows does not delete a file that is open")
@pytest.mark.parametrize("take_away", [shutil.rmtree, move, replace_by_a_copy])
def test_a_recording_that_is_taken_away_under_way_is_told_within_a_second(
    tmp_path: Path, take_away: Callable[[Path], None]
) -> None:
    async def main() -> float:
        async with Simulation(1) as simulation:
            runner = await simulation.add_runner(RUNNER, standing(60.0))
            folder = create_run(tmp_path, worn(runner), software="test", created_utc=CREATED)
            async with LiveRun(folder, radio_of(simulation), seed=1) as run:
                taking = asyncio.create_task(take(run, Taken()))
                await asyncio.sleep(10.0)
                take_away(folder.path)
                deleted_s = asyncio.get_running_loop().time()
                with pytest.raises(
                    RunDeletedError, match=r"was deleted or moved while it was being recorded; start a new run\.$"
                ):
                    await taking
                return asyncio.get_running_loop().time() - deleted_s

    assert in_virtual_time(main()) < 1.0


def test_packets_this_computer_is_too_slow_for_are_counted_and_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Slow(EntryQueue):
        """Full one time in ten."""

        offered = 0

        def offer(self, packet: PacketEntry) -> None:
            self.offered += 1
            if self.offered % 10:
                super().offer(packet)
            else:
                self.overflowed[packet.pod] += 1

    monkeypatch.setattr("surefoot.sensor_ingest.live_run.EntryQueue", Slow)
    recorded = in_virtual_time(record(tmp_path, standing(40.0)))
    assert_complete(recorded)
    assert all(health.overflowed > 20 for health in recorded[3].health())


def test_whoever_takes_nothing_is_told_and_all_is_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("surefoot.sensor_ingest.live_run.MAX_UNREAD_SAMPLES", 5000)

    async def main() -> tuple[RunFolder, Taken, SimulatedRunner]:
        async with Simulation(1) as simulation:
            runner = await simulation.add_runner(RUNNER, standing(60.0))
            folder = create_run(tmp_path, worn(runner), software="test", created_utc=CREATED)
            taken = Taken()
            async with LiveRun(folder, radio_of(simulation), seed=1) as run:
                await asyncio.sleep(30.0)
                with pytest.raises(
                    ConsumerTooSlowError, match=r"\d+ samples were not read in time, so the run was stopped"
                ):
                    await take(run, taken)
        return folder, taken, runner

    folder, taken, runner = in_virtual_time(main())
    assert_same(taken.batches, replayed(folder).batches)
    assert np.array_equal(taken.acc_mps2(0), truth_of(runner, LEFT, 0.0).acc_mps2)


def _full(*_: object) -> int:
    raise OSError(28, "No space left on device")
