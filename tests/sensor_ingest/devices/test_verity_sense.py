"""A run on two simulated Verity Sense, beside the same run on pods of the profile."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest

from surefoot.analysis.model import Foot
from surefoot.firmware_sim.devices.verity_control import GYRO
from surefoot.firmware_sim.devices.verity_frames import FrameType
from surefoot.firmware_sim.simulation import Simulation
from surefoot.sensor_ingest.ble.discovery import discover_pods
from surefoot.sensor_ingest.ble.errors import PodRefusedError
from surefoot.sensor_ingest.ble.handshake import StreamSettings
from surefoot.sensor_ingest.devices.decoding import decoder_of
from surefoot.sensor_ingest.devices.limits import limits_of
from surefoot.sensor_ingest.protocol import FootCode
from surefoot.sensor_ingest.recording.entries import EventKind
from surefoot.sensor_ingest.recording.manifest import PodAssignment
from surefoot.sensor_ingest.recording.merging import merge_recordings
from surefoot.sensor_ingest.recording.run_activity import read_activity
from surefoot.sensor_ingest.recording.run_folder import create_run, open_run
from tests.sensor_ingest.devices.compared import RUN, analysed, means
from tests.sensor_ingest.devices.verities import SERIALS, USUAL, WEARER, connected, record_pair, worn_verity
from tests.sensor_ingest.virtual import (
    CREATED,
    RUNNER,
    Taken,
    events,
    in_virtual_time,
    radio_of,
    recording,
    replayed,
    standing,
    worn,
)


@pytest.mark.parametrize(
    "frame_type",
    [
        pytest.param(FrameType.PLAIN, marks=pytest.mark.slow),
        FrameType.PACKED,
        pytest.param(FrameType.PACKED_MG, marks=pytest.mark.slow),
    ],
)
def test_cadence_contact_and_flight_are_those_of_pods_of_the_profile(tmp_path: Path, frame_type: FrameType) -> None:
    async def main() -> None:
        async with Simulation(3) as simulation:
            runner = await simulation.add_runner(RUNNER, RUN)
            folder = create_run(tmp_path, worn(runner), software="test", created_utc=CREATED)
            own = Taken()
            async with recording(folder, simulation, own):
                recorded, live, assembler = await record_pair(
                    tmp_path, simulation, runner, RUN.duration_s - 3, frame_type
                )
        again = replayed(recorded)
        for number in range(2):
            assert np.array_equal(live.times_s(number), again.times_s(number))
            assert np.array_equal(live.acc_mps2(number), again.acc_mps2(number))
            counts = assembler.pods[number].counts
            assert counts.samples > 23 * 208
            assert (counts.malformed, counts.lost) == (0, 0)
            assert counts.dropped_samples < 40, "only before the other stream began"
        found, known = means(analysed(again, WEARER)), means(analysed(own, RUNNER))
        for foot in Foot:
            assert found[foot][0] == pytest.approx(known[foot][0], rel=0.005)
            assert found[foot][1] == pytest.approx(known[foot][1], abs=5.0)
            assert found[foot][2] == pytest.approx(known[foot][2], abs=5.0)

    in_virtual_time(main())


def test_a_live_run_comes_back_to_sensors_that_are_lost_or_half_silent(tmp_path: Path) -> None:
    async def main() -> None:
        async with Simulation(3) as simulation:
            runner = await simulation.add_runner(RUNNER, standing(60.0))
            pods = [PodAssignment(f"polar-{SERIALS[foot]}", foot, RUNNER) for foot in Foot]
            folder = create_run(tmp_path, pods, software="test", created_utc=CREATED)
            taken = Taken()
            async with (
                worn_verity(simulation, runner, Foot.LEFT) as left,
                worn_verity(simulation, runner, Foot.RIGHT) as right,
                recording(folder, simulation, taken) as run,
            ):
                await asyncio.sleep(12.0)
                left.stall(GYRO)
                await right.outage(5.0)
                await asyncio.sleep(30.0)
                health = run.health()
        again = replayed(open_run(folder.path))
        for number in range(2):
            assert np.array_equal(taken.times_s(number), again.times_s(number))
            times_s = taken.times_s(number)
            gaps_s = np.diff(times_s)[np.diff(times_s) > 0.1]
            assert len(gaps_s) == 1, "one gap"
            assert gaps_s[0] < 12.0
            assert times_s[-1] > 45.0
            assert health[number].connected
            assert len(events(folder, EventKind.CONNECTED, number)) == 2
        assert len(read_activity(open_run(folder.path)).boots) == 4
        joined = replayed(merge_recordings([open_run(folder.path)], tmp_path / "joined"))
        for number in range(2):
            assert joined.times_s(number) == pytest.approx(again.times_s(number), abs=1e-6)
            assert np.array_equal(joined.acc_mps2(number), again.acc_mps2(number))

    in_virtual_time(main())


def test_a_scan_names_sensors_by_their_serial_number() -> None:
    async def main() -> None:
        async with Simulation(4) as simulation:
            runner = await simulation.add_runner(RUNNER, standing(9.0))
            async with worn_verity(simulation, runner, Foot.LEFT):
                heard = await discover_pods(radio_of(simulation), timeout_s=2.0)
            assert "polar-0A1B2C3D" in {pod.tag for pod in heard}
            assert len(heard) == 3

    in_virtual_time(main())


def test_a_sensor_that_cannot_stream_so_is_refused_with_its_own_words() -> None:
    async def main() -> None:
        async with Simulation(4) as simulation:
            runner = await simulation.add_runner(RUNNER, standing(5.0))
            async with worn_verity(simulation, runner, Foot.LEFT) as verity, connected(simulation, verity) as (_, link):
                verity.control.streams.clear()
                with pytest.raises(PodRefusedError, match="ACC at 833 Hz and a range of 16 and answers: invalid"):
                    await link.set_up(StreamSettings(833), lambda *_: None, 1, FootCode.LEFT)

    in_virtual_time(main())


def test_a_start_that_does_not_tell_the_factor_is_read_by_the_range_that_was_asked_for() -> None:
    async def main() -> None:
        async with Simulation(4) as simulation:
            runner = await simulation.add_runner(RUNNER, standing(9.0))
            async with (
                worn_verity(simulation, runner, Foot.LEFT, tells_factor=False) as verity,
                connected(simulation, verity) as (_, link),
            ):
                came: list[bytes] = []
                info = await link.set_up(USUAL, lambda _, data: came.append(data), 1, FootCode.LEFT)
                await asyncio.sleep(3.0)
        assert "does not tell the scale of its counts" in str(limits_of(info))
        decode = decoder_of(info)
        counts = np.concatenate([packet.counts for data in came for packet, _ in decode(data, 0.0)])
        gravity_g = np.linalg.norm(counts[:, :3] * 16 / 32768, axis=1)
        assert np.median(gravity_g) == pytest.approx(1.0, abs=0.02)

    in_virtual_time(main())


def test_streams_that_run_already_are_stopped_before_sdk_mode_is_entered() -> None:
    async def main() -> None:
        async with Simulation(4) as simulation:
            runner = await simulation.add_runner(RUNNER, standing(20.0))
            async with worn_verity(simulation, runner, Foot.LEFT) as verity, connected(simulation, verity) as (_, link):
                usual = bytes.fromhex("02 02  00 01 34 00  01 01 10 00  02 01 08 00  04 01 03")
                assert verity.control.handle(usual)[3] == 0
                assert verity.control.handle(bytes.fromhex("02 09"))[3] == 12
                came: list[bytes] = []
                await link.set_up(USUAL, lambda _, data: came.append(data), 1, FootCode.LEFT)
                await asyncio.sleep(2.0)
                assert {data[0] for data in came} == {2, 5}
                await link.stop()
                came.clear()
                await asyncio.sleep(1.0)
                assert not came

    in_virtual_time(main())
