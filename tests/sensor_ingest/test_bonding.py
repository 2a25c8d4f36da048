"""Pods that demand a bond get it, keep it, and cannot be stood in for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bleak import BleakClient
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.exc import BleakDBusError, BleakGATTProtocolError

from surefoot.analysis.model import Foot
from surefoot.firmware_sim.pod.virtual_pod import VirtualPod
from surefoot.firmware_sim.radio.bleak_backend import BumbleClient
from surefoot.firmware_sim.radio.central import CentralRadio
from surefoot.firmware_sim.simulation import SimulatedRunner, Simulation
from surefoot.sensor_ingest.ble.adapter import RadioBackend
from surefoot.sensor_ingest.ble.bonds import FILE_NAME, Bonds, unpair
from surefoot.sensor_ingest.live_run import LiveRun
from surefoot.sensor_ingest.recording.pod_health import PodHealth
from surefoot.sensor_ingest.recording.run_folder import create_run
from tests.firmware_sim.pod_listener import find
from tests.sensor_ingest.virtual import RUNNER, Taken, in_virtual_time, radio_of, recording, standing, truth_of, worn

Prepare = Callable[[Simulation, VirtualPod], Awaitable[None]]
WAY_OUT = "if it was reset or replaced, run: surefoot pods --forget-bond SIM010001"


async def listen(
    tmp_path: Path, simulation: Simulation, runner: SimulatedRunner, lasts_s: float = 12.0
) -> tuple[Taken, tuple[PodHealth, ...]]:
    """Record a run of two pods."""
    folder = create_run(tmp_path, worn(runner), software="test")
    taken = Taken()
    loop = asyncio.get_running_loop()
    async with recording(
        folder, simulation, taken, utc_s=lambda: folder.manifest.created_utc.timestamp() + loop.time()
    ) as run:
        await asyncio.sleep(lasts_s)
        health = run.health()
    return taken, health


def left_health(tmp_path: Path, prepare: Prepare, *, bonded_only: bool = True, lasts_s: float = 12.0) -> PodHealth:
    """The state of a left pod after some seconds of a run; with the right one all is well."""

    async def main() -> tuple[PodHealth, ...]:
        async with Simulation(1, bonded_only=bonded_only) as simulation:
            runner = await simulation.add_runner(RUNNER, standing(60.0))
            await prepare(simulation, runner.pods[Foot.LEFT])
            return (await listen(tmp_path, simulation, runner, lasts_s))[1]

    left, right = in_virtual_time(main())
    assert right.connected
    return left


async def bond(central: CentralRadio, pod: VirtualPod) -> None:
    """Bond with a pod and leave it."""
    async with BleakClient(await find(central, pod.settings.name), backend=BumbleClient) as client:
        await client.pair()
    await asyncio.sleep(0.5)


def test_pods_that_demand_a_bond_are_recorded_whole_also_after_a_restart_of_pod_and_client(tmp_path: Path) -> None:
    async def main() -> None:
        async with Simulation(1, bonded_only=True) as simulation:
            runner = await simulation.add_runner(RUNNER, standing(120.0))
            for _ in range(2):
                for pod in runner.pods.values():
                    await pod.power_cycle()
                    pod.truth.clear()
                taken, health = await listen(tmp_path, simulation, runner)
                assert [(pod.connected, pod.reconnects) for pod in health] == [(True, 0), (True, 0)]
                for number, foot in enumerate(runner.pods):
                    assert np.array_equal(taken.acc_mps2(number), truth_of(runner, foot, 0.0).acc_mps2)

    in_virtual_time(main())
    assert Bonds(tmp_path).address_of("SIM010001") == "C0:5F:01:00:00:01"
    assert Bonds(tmp_path).address_of("0002") == "C0:5F:01:00:00:02"
    assert (tmp_path / FILE_NAME).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("C0:5F:01:00:00:01", "it no longer demands the bond that there is with it"),
        ("C0:5F:99:99:99:99", "it is at C0:5F:01:00:00:01, and not at C0:5F:99:99:99:99 as when it was bonded with"),
    ],
)
def test_a_stand_in_that_demands_no_bond_is_not_used(tmp_path: Path, address: str, reason: str) -> None:
    async def prepare(_: Simulation, pod: VirtualPod) -> None:
        Bonds(tmp_path).keep(pod.settings.serial, address)

    health = left_health(tmp_path, prepare, bonded_only=False)
    assert health.refused
    assert health.note == f"{reason}; {WAY_OUT}"


def test_a_pod_that_is_bonded_with_another_computer_is_told(tmp_path: Path) -> None:
    async def prepare(simulation: Simulation, pod: VirtualPod) -> None:
        await bond(await CentralRadio.on_medium(simulation.medium, "other", "F0:F1:F2:F3:F4:00"), pod)

    health = left_health(tmp_path, prepare)
    assert health.refused
    assert health.note.startswith("pairing failed (")
    assert health.note.endswith(WAY_OUT)


def test_a_bonded_pod_that_wants_to_pair_again_is_not_trusted(tmp_path: Path) -> None:
    async def prepare(_: Simulation, pod: VirtualPod) -> None:
        Bonds(tmp_path).keep(pod.settings.serial, pod.parameters.address)

    health = left_health(tmp_path, prepare)
    assert health.refused
    assert health.note == f"it does not know this computer any more; {WAY_OUT}"
    assert Bonds(tmp_path).forget("SIM010001") == "C0:5F:01:00:00:01"
    assert Bonds(tmp_path).address_of("SIM010001") is None


def test_a_bonded_pod_that_lost_its_keys_is_doubted_after_three_failed_connections(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def prepare(simulation: Simulation, pod: VirtualPod) -> None:
        await bond(simulation.central, pod)
        Bonds(tmp_path).keep(pod.settings.serial, pod.parameters.address)
        await pod.peripheral.forget_bonds()

    health = left_health(tmp_path, prepare, lasts_s=20.0)
    assert not health.connected
    told = [text for text in caplog.messages if "3 connections failed before it could show its bond" in text]
    assert len(told) == 1
    assert told[0].endswith(f"{WAY_OUT}.")


def test_the_bonded_pod_is_waited_for_while_a_stand_in_is_there(tmp_path: Path) -> None:
    async def main() -> tuple[Taken, SimulatedRunner, SimulatedRunner]:
        async with Simulation(1, bonded_only=True) as simulation:
            runner = await simulation.add_runner(RUNNER, standing(90.0))
            await listen(tmp_path, simulation, runner, 5.0)
            twins = await simulation.add_runner("twin", standing(60.0))
            for theirs, ours in zip(twins.pods.values(), runner.pods.values(), strict=True):
                theirs.settings.serial = ours.settings.serial
                await theirs.power_cycle(0.1)
                await ours.power_off()
                ours.truth.clear()
            listening = asyncio.create_task(listen(tmp_path, simulation, runner, 50.0))
            await asyncio.sleep(12.0)
            for pod in runner.pods.values():
                await pod.power_on()
            return (await listening)[0], runner, twins

    taken, runner, twins = in_virtual_time(main())
    for number, foot in enumerate(runner.pods):
        assert np.array_equal(taken.acc_mps2(number), truth_of(runner, foot, 0.0).acc_mps2)
    assert not any(pod.truth for pod in twins.pods.values())


class LikeBlueZ(BumbleClient):
    """Names the refusal in its own way."""

    async def read_gatt_char(self, characteristic: BleakGATTCharacteristic, **options: Any) -> bytearray:
        """Read a characteristic."""
        try:
            return await super().read_gatt_char(characteristic, **options)
        except BleakGATTProtocolError as error:
            raise BleakDBusError("org.bluez.Error.NotPermitted", ["Not paired"]) from error


class LikeMacOS(BumbleClient):
    """Pairs by itself on a request that needs it, and cannot be asked to."""

    async def pair(self, *_args: Any, **_options: Any) -> None:
        """Not there."""
        raise NotImplementedError

    async def read_gatt_char(self, characteristic: BleakGATTCharacteristic, **options: Any) -> bytearray:
        """Read a characteristic."""
        try:
            return await super().read_gatt_char(characteristic, **options)
        except BleakGATTProtocolError:
            await super().pair()
            return await super().read_gatt_char(characteristic, **options)


class LikeMacOSWhenItsUserRefuses(LikeMacOS):
    """Reports the refusal."""

    async def read_gatt_char(self, characteristic: BleakGATTCharacteristic, **options: Any) -> bytearray:
        """Read a characteristic."""
        return await BumbleClient.read_gatt_char(self, characteristic, **options)


@pytest.mark.parametrize(
    ("system", "note"),
    [
        (LikeBlueZ, None),
        (LikeMacOS, None),
        (LikeMacOSWhenItsUserRefuses, f"it does not take the bond that was made; {WAY_OUT}"),
    ],
)
def test_systems_that_name_refusals_otherwise_or_pair_by_themselves_are_let_do_so(
    tmp_path: Path, system: type[BumbleClient], note: str | None
) -> None:
    async def main() -> tuple[PodHealth, ...]:
        async with Simulation(1, bonded_only=True) as simulation:
            runner = await simulation.add_runner(RUNNER, standing(30.0))
            radio = RadioBackend(radio_of(simulation).scanner, {"backend": system})
            async with LiveRun(create_run(tmp_path, worn(runner), software="test"), radio, seed=1) as run:
                await asyncio.sleep(8.0)
                return run.health()

    left, _ = in_virtual_time(main())
    assert left.connected == (note is None)
    assert left.note == (note or "")
    assert (Bonds(tmp_path).address_of("SIM010001") is None) == (note is not None)


def test_a_forgotten_bond_is_made_anew(tmp_path: Path) -> None:
    async def main() -> None:
        async with Simulation(1, bonded_only=True) as simulation:
            runner = await simulation.add_runner(RUNNER, standing(60.0))
            radio = RadioBackend(client={"backend": BumbleClient, "radio": simulation.central})
            await listen(tmp_path, simulation, runner, 5.0)
            for pod in runner.pods.values():
                address = Bonds(tmp_path).forget(pod.settings.serial)
                assert address is not None
                assert await unpair(address, radio)
                assert not await unpair(address, RadioBackend())
                await pod.peripheral.forget_bonds()
            _, health = await listen(tmp_path, simulation, runner)
            assert all(pod.connected for pod in health)

    in_virtual_time(main())


def test_a_damaged_file_of_bonds_is_told_and_pods_bond_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / FILE_NAME).write_text("[1")
    assert Bonds(tmp_path).address_of("SIM010001") is None
    assert caplog.messages == [f"{tmp_path / FILE_NAME} cannot be read; pods may bond anew."]
