"""Simulated runners: faults, many pods at once, reproducibility."""

from __future__ import annotations

import asyncio
import hashlib
import math
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest
from bumble.transport import open_transport

from surefoot.analysis.model import Foot
from surefoot.firmware_sim.radio.central import CentralRadio
from surefoot.firmware_sim.scenarios import Outage, PowerCycle, make_scenario, make_squad
from surefoot.firmware_sim.simulation import Simulation
from surefoot.firmware_sim.virtual_time import run
from surefoot.sensor_ingest.protocol import (
    MAX_SAMPLES,
    Opcode,
    PacketFlag,
)
from tests.firmware_sim.pod_listener import RUN, left, listening, one_runner
from tests.pods.crash import dongle

MINUTE_PACKETS = 60.0 * 208.0 / MAX_SAMPLES


def test_a_dying_battery_warns_and_then_the_pod_is_gone() -> None:
    async def die() -> None:
        async with Simulation(3) as simulation:
            runner = await simulation.add_runner("runner", make_scenario("battery-dying", 2.0))
            pod = runner.pods[Foot.RIGHT]
            async with listening(simulation, pod) as listener:
                await listener.command(Opcode.START)
                await listener.lost.wait()
                low = [bool(packet.flags & PacketFlag.LOW_BATTERY) for packet in listener.packets]
                assert not low[0]
                assert low[-1]
                assert low == sorted(low)
            assert not pod.powered
            assert pod.battery.empty

    run(die(), speed=math.inf)


def test_the_same_seed_gives_the_same_bytes_at_the_same_times() -> None:
    async def digest(seed: int) -> str:
        async with Simulation(seed) as simulation:
            runner = await simulation.add_runner("runner", make_scenario("drop-outs", 1.0, seed))
            async with listening(simulation, left(runner)) as listener:
                await listener.command(Opcode.START)
                await asyncio.sleep(20.0)
                return hashlib.sha256(repr(listener.notifications).encode()).hexdigest()

    first, again, other = (run(digest(seed), speed=math.inf) for seed in (5, 5, 6))
    assert first == again != other


@pytest.mark.parametrize("steps", [0, 1, 2, 3, 4, 8])
def test_a_scan_that_is_given_up_leaves_the_next_one_whole(steps: int) -> None:
    async def give_up() -> None:
        async with AsyncExitStack() as stack:
            simulation = await stack.enter_async_context(Simulation(4))
            await simulation.add_runner("runner", make_scenario("easy", 1.0))
            port = await stack.enter_async_context(dongle(simulation.medium))
            controller = await stack.enter_async_context(await open_transport(f"tcp-client:127.0.0.1:{port}"))
            central = await CentralRadio.on_controller(controller.source, controller.sink)
            scan = asyncio.ensure_future(central.start_scan(active=True))
            for _ in range(steps):
                await asyncio.sleep(0)
            scan.cancel()
            await asyncio.wait({scan})
            heard = asyncio.Event()
            central.device.on("advertisement", lambda _: heard.set())
            await central.start_scan(active=True)
            async with asyncio.timeout(60.0):
                await heard.wait()

    run(give_up(), speed=1.0)


def test_twenty_four_pods_stream_at_once() -> None:
    async def stream() -> None:
        async with Simulation(2) as simulation, AsyncExitStack() as clients:
            runners = [
                await simulation.add_runner(f"runner-{place}", plan)
                for place, plan in enumerate(make_squad(12, minutes=1.0))
            ]
            pods = [pod for runner in runners for pod in runner.pods.values()]
            listeners = [await clients.enter_async_context(listening(simulation, pod)) for pod in pods]
            for listener in listeners:
                await listener.command(Opcode.START)
            await asyncio.sleep(10.0)
            for listener, pod in zip(listeners, pods, strict=True):
                packets = listener.packets
                assert len(packets) > 100
                assert [packet.sequence for packet in packets] == list(range(len(packets)))
                assert {packet.boot for packet in packets} == {pod.info.boot}

    run(stream(), speed=math.inf)


def test_pods_keep_pace_with_a_loop_twenty_times_as_fast() -> None:
    async def stream() -> None:
        async with one_runner() as (simulation, runner), listening(simulation, left(runner)) as listener:
            await listener.command(Opcode.START)
            loop, shares = asyncio.get_running_loop(), []
            started_s = loop.time()
            for _ in range(5):  # the loop's clock runs on while a busy machine does not
                await asyncio.sleep(10.0)
                shares.append(len(listener.packets) / (MINUTE_PACKETS * (loop.time() - started_s) / 60.0))
            assert min(abs(share - 1.0) for share in shares) < 0.1
            packets = listener.packets
            assert [packet.sequence for packet in packets] == list(range(len(packets)))

    run(stream(), speed=20.0)


def test_the_troubles_of_a_scenario_befall_its_pods() -> None:
    async def suffer() -> None:
        silence, cycle = Outage(Foot.RIGHT, 10.0, 8.0), PowerCycle(Foot.LEFT, 12.0, 2.0)
        async with Simulation(4) as simulation:
            runner = await simulation.add_runner("runner", replace(RUN, faults=(silence, cycle)))
            boots = {foot: pod.info.boot for foot, pod in runner.pods.items()}
            async with (
                listening(simulation, left(runner)) as first,
                listening(simulation, runner.pods[Foot.RIGHT]) as second,
            ):
                await second.lost.wait()
                assert runner.pods[Foot.RIGHT].now_s == pytest.approx(13.0, abs=0.1)
                await first.lost.wait()
                assert left(runner).now_s == pytest.approx(15.0, abs=0.1)
            assert left(runner).info.boot != boots[Foot.LEFT]
            assert runner.pods[Foot.RIGHT].info.boot == boots[Foot.RIGHT]

    run(suffer(), speed=math.inf)


def test_an_error_within_comes_out_as_it_is() -> None:
    async def fail() -> None:
        async with one_runner():
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(fail(), speed=math.inf)


def test_a_name_is_one_runners() -> None:
    async def add_twice() -> None:
        async with Simulation() as simulation:
            await simulation.add_runner("runner", RUN)
            with pytest.raises(ValueError, match="runner 'runner' already exists"):
                await simulation.add_runner("runner", RUN)

    run(add_twice(), speed=math.inf)
