"""Two virtual pods that nobody is near hear each other, and are on one clock once they have been fetched."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from surefoot.analysis.model import Floats, Foot
from surefoot.firmware_sim.body.runner_profile import PlannedBout
from surefoot.firmware_sim.pod.oscillator import Bend, Crystal
from surefoot.firmware_sim.pod.virtual_pod import VirtualPod
from surefoot.firmware_sim.simulation import Simulation
from surefoot.sensor_ingest.live_run import LiveRun
from surefoot.sensor_ingest.pod_store.records import read_record
from surefoot.sensor_ingest.recording.boot_placing import place_boots
from surefoot.sensor_ingest.recording.clock_steering import session_times
from surefoot.sensor_ingest.recording.kept_pods import KeptPod
from surefoot.sensor_ingest.recording.manifest import Manifest, PodAssignment
from surefoot.sensor_ingest.recording.placement import PlacedBoot
from surefoot.sensor_ingest.recording.run_folder import create_run
from tests.firmware_sim.pod_listener import RUN
from tests.sensor_ingest.stored import keeping_runner, store_of
from tests.sensor_ingest.virtual import CREATED, Taken, in_virtual_time, radio_of, recording, worn

CRYSTALS = {
    Foot.LEFT: Crystal(50.0, Bend(warm_up_ppm=10.0, warm_up_s=60.0)),
    Foot.RIGHT: Crystal(-50.0, Bend(step_ppm=-10.0, step_at_s=80.0)),
}
BENT = replace(RUN, plan=(PlannedBout("run", 20.0, 2.8), PlannedBout("still", 1.0)), crystals=CRYSTALS)


async def partnered(simulation: Simulation, pods: Mapping[Foot, VirtualPod]) -> None:
    """A client tells each pod of the other, and what time it is."""
    for foot, pod in pods.items():
        async with store_of(simulation, pod) as store:
            await store.set_partner(pods[foot.other].settings.tag)
            await store.note_utc(lambda: 1_790_000_000.0 + asyncio.get_running_loop().time())


async def fetched(simulation: Simulation, pod: VirtualPod) -> KeptPod:
    async with store_of(simulation, pod) as store:
        await store.keep(False)
        records = [read_record(data)[1] async for _, data in store.fetch(0)]
    return KeptPod.from_records(pod.settings.tag, records)


def errors_s(left: tuple[PlacedBoot, VirtualPod], right: tuple[PlacedBoot, VirtualPod], at_s: Floats) -> Floats:
    """(n,) left less right of what really was at the same time, in the pods' boots of now."""
    left_s, right_s = (
        session_times(boot.mappings, pod.oscillator.tick_us(at_s).astype(float)) for boot, pod in (left, right)
    )
    return left_s - right_s


def test_a_pair_that_nobody_is_near_is_on_one_clock_also_after_a_restart() -> None:
    async def run() -> None:
        async with keeping_runner(scenario=BENT) as (simulation, runner):
            left, right = runner.pods.values()
            await partnered(simulation, runner.pods)
            await asyncio.sleep(120.0)
            await right.power_cycle()
            async with store_of(simulation, right) as store:
                await store.keep(True)
            begun_s = right.now_s
            await asyncio.sleep(100.0)
            kept = [await fetched(simulation, pod) for pod in (left, right)]
            placement = place_boots(kept)
            whole, _, again = placement.boots
            assert [boot.boot_count for boot in placement.boots] == [1, 1, 2]
            assert all(boot.dated and boot.timeline == 0 for boot in placement.boots)
            at_s = np.arange(begun_s, begun_s + 95.0, 1.0)
            assert np.abs(errors_s((whole, left), (again, right), at_s)).max() < 0.002
            assert placement.pair_clock(kept[0].tag, kept[1].tag, whole.start_s, whole.end_s).unknown_s == ()
            assert len(placement.notes) == 2

    in_virtual_time(run())


def test_without_a_partner_nothing_is_sent_and_nothing_kept() -> None:
    async def run() -> None:
        async with keeping_runner(scenario=BENT) as (simulation, runner):
            await asyncio.sleep(60.0)
            for pod in runner.pods.values():
                assert (await fetched(simulation, pod)).beacons == ()

    in_virtual_time(run())


def test_a_live_run_tells_pods_of_each_other_and_the_time(tmp_path: Path) -> None:
    async def run() -> None:
        async with keeping_runner(scenario=BENT) as (simulation, runner):
            folder = create_run(tmp_path, worn(runner), software="test", created_utc=CREATED)
            async with recording(folder, simulation, Taken()):
                await asyncio.sleep(15.0)
            await asyncio.sleep(60.0)
            for pod in runner.pods.values():
                kept = await fetched(simulation, pod)
                assert {beacon.partner_tag for beacon in kept.beacons} == {pod.settings.partner_tag} != {""}
                (noted,) = kept.utc
                at_s = pod.now_s - 1e-6 * (pod.oscillator.tick_us(pod.now_s) - noted.tick_us)
                assert 1e-6 * noted.utc_us == pytest.approx(CREATED.timestamp() + runner.start_s + at_s, abs=0.1)

    in_virtual_time(run())


def test_a_live_run_on_a_computer_that_does_not_know_the_date_tells_pods_none(tmp_path: Path) -> None:
    async def run() -> None:
        async with keeping_runner(scenario=BENT) as (simulation, runner):
            folder = create_run(tmp_path, worn(runner), software="test", created_utc=CREATED)
            async with LiveRun(folder, radio_of(simulation), told_utc_s=lambda: None, seed=1):
                await asyncio.sleep(15.0)
            for pod in runner.pods.values():
                kept = await fetched(simulation, pod)
                assert (kept.utc, pod.settings.partner_tag != "") == ((), True)

    in_virtual_time(run())


def test_only_a_pod_on_the_same_runners_other_foot_is_a_partner() -> None:
    pods = [("SIM0001", Foot.LEFT, "anna"), ("SIM0002", Foot.LEFT, "ben"), ("SIM0003", Foot.RIGHT, "ben")]
    run = Manifest("id", CREATED, "test", tuple(PodAssignment(*pod) for pod in [*pods, ("ñ", Foot.RIGHT, "anna")]))
    assert [run.partner_tag(number) for number in range(4)] == ["", "0003", "0002", "0001"]
