"""Pods are found by what they advertise, and told apart by their serial numbers."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from bleak.backends.scanner import BaseBleakScanner
from bleak.exc import BleakBluetoothNotAvailableError as NotAvailable
from bleak.exc import BleakBluetoothNotAvailableReason as Why
from bleak.exc import BleakDBusError, BleakError

from surefoot.analysis.model import Foot
from surefoot.firmware_sim.radio.bleak_scanner import BumbleScanner
from surefoot.firmware_sim.scenarios import Outage
from surefoot.firmware_sim.simulation import Simulation
from surefoot.sensor_ingest.ble.adapter import RadioBackend
from surefoot.sensor_ingest.ble.discovery import (
    DiscoveredPod,
    advertised_prefix,
    discover_pods,
    parse_advertised_name,
    serial_matches,
)
from surefoot.sensor_ingest.ble.errors import RadioError, radio_error
from surefoot.sensor_ingest.live_run import LiveRun
from surefoot.sensor_ingest.recording.run_folder import create_run
from tests.sensor_ingest.virtual import RUNNER, Taken, in_virtual_time, radio_of, standing, take, worn


class NoScanner(BaseBleakScanner):
    """A computer without Bluetooth."""

    def __init__(self, *_arguments: object, **_options: object) -> None:
        super().__init__(None, None)

    async def start(self) -> None:
        raise BleakError("No Bluetooth adapters found.")

    async def stop(self) -> None:
        return


NO_RADIO = RadioBackend({"backend": NoScanner})


@pytest.mark.parametrize(
    ("name", "tag", "foot"),
    [
        ("SF0042-L", "0042", Foot.LEFT),
        ("SF0042-R", "0042", Foot.RIGHT),
        ("SF0042-U", "0042", None),
        ("Thing", "Thing", None),
        ("", "", None),
    ],
)
def test_an_advertised_name_says_tag_and_foot(name: str, tag: str, foot: Foot | None) -> None:
    assert parse_advertised_name(name, "address", -60) == DiscoveredPod(name, tag, foot, "address", -60)


def test_a_pod_is_named_by_its_serial_number_or_the_end_of_it() -> None:
    assert advertised_prefix("SIM010042") == "SF0042"
    assert serial_matches("SIM010042", "SIM010042")
    assert serial_matches("SIM010042", "0042")
    assert not serial_matches("SIM010042", "SIM020042")
    assert not serial_matches("SIM010042", "42")


def test_a_scan_finds_the_pods_in_range() -> None:
    async def scan() -> list[DiscoveredPod]:
        async with Simulation(1) as simulation:
            await simulation.add_runner(RUNNER, standing(30.0))
            return await discover_pods(radio_of(simulation), timeout_s=3.0)

    found = in_virtual_time(scan())
    assert sorted((pod.tag, pod.foot) for pod in found) == [("0001", Foot.LEFT), ("0002", Foot.RIGHT)]
    assert all(-90 < pod.rssi_dbm < -40 for pod in found)


def test_without_bluetooth_a_scan_says_so_in_one_sentence() -> None:
    with pytest.raises(RadioError, match=r"Bluetooth cannot be used \(No Bluetooth adapters found.\); switch it on"):
        in_virtual_time(discover_pods(NO_RADIO))


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            FileNotFoundError(2, "No such file or directory"),
            "the Bluetooth service is not running); start it, on Linux",
        ),
        (BleakDBusError("org.freedesktop.DBus.Error.ServiceUnknown", []), "the Bluetooth service is not running"),
        (
            NotAvailable("off", Why.POWERED_OFF),
            "Bluetooth is switched off); switch it on.",
        ),
        (
            NotAvailable("none", Why.NO_BLUETOOTH),
            "no Bluetooth adapter); plug one in.",
        ),
        (
            NotAvailable("why not", Why.UNKNOWN),
            "(why not); switch it on and check the permissions.",
        ),
        (TimeoutError(), "(TimeoutError); switch it on and check the permissions."),
    ],
)
def test_what_is_wrong_with_bluetooth_is_told_with_what_to_do(error: Exception, sentence: str) -> None:
    assert sentence in str(radio_error(error))


class SwitchedScanner(BumbleScanner):
    """On a computer whose Bluetooth is switched off for half a minute."""

    off = range(20, 50)

    async def start(self) -> None:
        if int(asyncio.get_running_loop().time()) in self.off:
            raise NotAvailable("off", Why.POWERED_OFF)
        await super().start()


def test_bluetooth_that_is_switched_off_in_mid_run_is_told_once_and_when_it_is_back(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def record() -> list[set[str]]:
        async with Simulation(1) as simulation:
            play = standing(80.0, *(Outage(foot, 18.0, 30.0) for foot in Foot))
            runner = await simulation.add_runner(RUNNER, play)
            radio = replace(radio_of(simulation), scanner={"backend": SwitchedScanner, "radio": simulation.central})
            async with LiveRun(create_run(tmp_path, worn(runner), software="test"), radio, seed=1) as run:
                taking, told = asyncio.create_task(take(run, Taken())), []
                for _ in range(3):
                    await asyncio.sleep(20.0)
                    told.append({pod.bluetooth_problem for pod in run.health()})
                assert all(pod.connected for pod in run.health())
                run.stop()
                await taking
        return told

    assert in_virtual_time(record()) == [{""}, {"Bluetooth is switched off; switch it on"}, {""}]
    messages = [entry.message for entry in caplog.records if entry.name == "surefoot.sensor_ingest.ble.adapter"]
    assert messages == [
        "Bluetooth cannot be used (Bluetooth is switched off); switch it on. The run waits for it.",
        "Bluetooth works again.",
    ]


def test_without_bluetooth_a_run_says_so_in_one_sentence(tmp_path: Path) -> None:
    async def record() -> None:
        async with Simulation(1) as simulation:
            runner = await simulation.add_runner(RUNNER, standing(30.0))
            folder = create_run(tmp_path, worn(runner), software="test")
            async with LiveRun(folder, NO_RADIO) as run:
                with pytest.raises(RadioError, match="Bluetooth cannot be used"):
                    await take(run, Taken())
            ignored = LiveRun(folder, NO_RADIO)
            await ignored.__aenter__()
            await asyncio.sleep(30.0)
            with pytest.raises(RadioError, match="Bluetooth cannot be used"):
                await ignored.__aexit__(None, None, None)

    in_virtual_time(record())
