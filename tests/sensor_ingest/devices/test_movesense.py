"""A run on two simulated Movesense, beside the same run on pods of the profile."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import numpy as np
import pytest

from surefoot.analysis.model import Foot
from surefoot.firmware_sim.simulation import Simulation
from surefoot.sensor_ingest.ble.adapter import Adapter
from surefoot.sensor_ingest.ble.device_client import client_of
from surefoot.sensor_ingest.ble.discovery import discover_pods
from surefoot.sensor_ingest.ble.errors import PodRefusedError
from surefoot.sensor_ingest.ble.handshake import StreamSettings
from surefoot.sensor_ingest.ble.pod_orders import find_pod
from surefoot.sensor_ingest.protocol import Opcode
from surefoot.sensor_ingest.recording.entries import EventKind
from surefoot.sensor_ingest.recording.run_folder import create_run, open_run
from surefoot.service.pipeline.reanalysis import analyze_run
from surefoot.service.runtime.pod_limits import told_limits
from tests.sensor_ingest.devices.compared import RUN, analysed, means
from tests.sensor_ingest.devices.movesenses import OWNER, assignments, worn_movesense, worn_pair
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


@pytest.mark.slow
def test_cadence_contact_and_flight_are_those_of_pods_of_the_profile(tmp_path: Path) -> None:
    async def main() -> None:
        async with Simulation(3) as simulation:
            runner = await simulation.add_runner(RUNNER, RUN)
            folder = create_run(tmp_path, [*worn(runner), *assignments()], software="test", created_utc=CREATED)
            live = Taken()
            async with worn_pair(simulation, runner), recording(folder, simulation, live) as run:
                await asyncio.sleep(RUN.duration_s - 1)
                health = run.health()
        again = replayed(open_run(folder.path))
        for number in (2, 3):
            assert np.array_equal(live.times_s(number), again.times_s(number))
            assert np.array_equal(live.acc_mps2(number), again.acc_mps2(number))
            counts = health[number].counts
            assert counts.samples > 24 * 208
            assert (counts.malformed, counts.lost, counts.dropped_samples) == (0, 0, 0)
            assert health[number].battery_pct == 91
        found, known = means(analysed(again, OWNER)), means(analysed(again, RUNNER))
        for foot in Foot:
            assert found[foot][0] == pytest.approx(known[foot][0], rel=0.005)
            assert found[foot][1] == pytest.approx(known[foot][1], abs=5.0)
            assert found[foot][2] == pytest.approx(known[foot][2], abs=5.0)

    in_virtual_time(main())


def test_a_run_comes_back_to_sensors_that_are_lost_or_silent_without_a_word(tmp_path: Path) -> None:
    async def main() -> None:
        async with Simulation(3) as simulation:
            runner = await simulation.add_runner(RUNNER, standing(40.0))
            folder = create_run(tmp_path, assignments(), software="test", created_utc=CREATED)
            taken = Taken()
            async with worn_pair(simulation, runner) as sensors, recording(folder, simulation, taken) as run:
                await asyncio.sleep(10.0)
                sensors[Foot.LEFT].stall()
                await sensors[Foot.RIGHT].outage(5.0)
                await asyncio.sleep(20.0)
                health = run.health()
        for number in range(2):
            times_s = taken.times_s(number)
            gaps_s = np.diff(times_s)[np.diff(times_s) > 0.1]
            assert len(gaps_s) == 1, "one gap"
            assert gaps_s[0] < 12.0
            assert times_s[-1] > 33.0
            assert health[number].connected
            assert len(events(folder, EventKind.CONNECTED, number)) == 2

    in_virtual_time(main())


def test_a_scan_names_sensors_by_their_serial_number() -> None:
    async def main() -> None:
        async with Simulation(4) as simulation:
            runner = await simulation.add_runner(RUNNER, standing(5.0))
            async with worn_movesense(simulation, runner, Foot.LEFT):
                heard = await discover_pods(radio_of(simulation), timeout_s=2.0)
            assert "movesense-174630000192" in {pod.tag for pod in heard}
            assert len(heard) == 3

    in_virtual_time(main())


@pytest.mark.parametrize(
    ("pool_left", "rate_hz", "why"),
    [
        (0, 208, "movesense-174630000192 is not used: it has no place left for requests; restart it: take its battery"),
        (8, 200, "it was asked for /Meas/IMU6/200 and answers with status 501"),
    ],
)
def test_a_sensor_that_does_not_stream_is_refused_with_the_reason(pool_left: int, rate_hz: int, why: str) -> None:
    async def main() -> None:
        async with Simulation(4) as simulation:
            runner = await simulation.add_runner(RUNNER, standing(5.0))
            async with worn_movesense(simulation, runner, Foot.LEFT) as sensor:
                sensor.control.pool_left = pool_left
                radio = radio_of(simulation)
                heard = await find_pod(Adapter(radio), "movesense-174630000192", 5.0)
                client = client_of(heard, radio, StreamSettings(rate_hz), random.Random(1))
                await client.connect()
                try:
                    with pytest.raises(PodRefusedError, match=why):
                        await client.read_info()
                finally:
                    await client.close()

    in_virtual_time(main())


def test_a_run_leaves_the_pool_of_requests_as_it_was_and_its_range_is_the_sensors() -> None:
    async def main() -> None:
        async with Simulation(4) as simulation:
            runner = await simulation.add_runner(RUNNER, standing(9.0))
            async with worn_movesense(simulation, runner, Foot.RIGHT, acc_range_g=8) as sensor:
                radio = radio_of(simulation)
                heard = await find_pod(Adapter(radio), "movesense-174630000207", 5.0)
                client = client_of(heard, radio, StreamSettings(), random.Random(1))
                await client.connect()
                info = await client.read_info()
                await client.send_command(Opcode.STOP)
                assert not sensor.control.rates_hz
                assert sensor.control.pool_left == 8
                await client.close()
        assert (info.acc_range_g, info.gyr_range_dps, info.rate_hz) == (8, 2000, 208)
        assert info.device == "movesense-gsp 08 d007"

    in_virtual_time(main())


def test_the_range_is_read_and_what_follows_from_it_said_before_the_run() -> None:
    async def main() -> None:
        async with Simulation(4) as simulation:
            runner = await simulation.add_runner(RUNNER, standing(60.0))
            serials = [pod.serial for pod in assignments()]
            async with (
                worn_movesense(simulation, runner, Foot.LEFT, acc_range_g=8),
                worn_movesense(simulation, runner, Foot.RIGHT) as right,
            ):
                left_told, right_told = await told_limits(serials, radio_of(simulation))
                right.control.pool_left = 0
                _, restart = await told_limits(serials, radio_of(simulation))
            (absent,) = await told_limits(serials, radio_of(simulation))
        assert left_told.startswith(
            "Pod movesense-174630000192: Movesense: ±8 g is less than most landings reach: impact is told as at least"
        )
        assert right_told == (
            "Pod movesense-174630000207: Movesense: what it measures while the link is lost stays lost; "
            "what else is lost is told from its clock."
        )
        assert restart.startswith("Pod movesense-174630000207: it has no place left for requests; restart it")
        assert absent.startswith("Movesense: its range shows when it is connected, and ±8 g is less than most landings")

    in_virtual_time(main())


@pytest.mark.slow
def test_at_8_g_contact_is_as_good_and_what_clipping_takes_is_withheld_and_said(tmp_path: Path) -> None:
    async def main() -> None:
        async with Simulation(3) as simulation:
            runner = await simulation.add_runner(RUNNER, RUN)
            folder = create_run(tmp_path, [*worn(runner), *assignments()], software="test", created_utc=CREATED)
            async with worn_pair(simulation, runner, acc_range_g=8), recording(folder, simulation, Taken()):
                await asyncio.sleep(RUN.duration_s - 1)
        analyses = analyze_run(open_run(folder.path), lambda *_: None).conclude()
        found, known = (means(analyses[name].results) for name in (OWNER, RUNNER))
        for foot in Foot:
            assert found[foot][0] == pytest.approx(known[foot][0], rel=0.005)
            assert found[foot][1] == pytest.approx(known[foot][1], abs=5.0)
            quality = analyses[OWNER].quality[foot]
            assert quality.notes[0].startswith("Movesense: ±8 g is less than most landings reach")
            assert {"stride_length_m", "speed_mps"} <= set(quality.withheld)
            assert "are at least what is told" in " ".join(quality.notes)
            assert not analyses[RUNNER].quality[foot].withheld

    in_virtual_time(main())
