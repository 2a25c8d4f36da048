"""A pod starts and stops keeping by order of its owner, or one sentence says why not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest

from surefoot.analysis.model import Foot
from surefoot.firmware_sim.simulation import Simulation
from surefoot.sensor_ingest.ble.adapter import RadioBackend
from surefoot.sensor_ingest.ble.bonds import Bonds
from surefoot.sensor_ingest.ble.errors import PodRefusedError
from surefoot.sensor_ingest.ble.keeping_orders import KeepingPod, order_keeping
from surefoot.sensor_ingest.ble.pod_orders import order_pod
from surefoot.sensor_ingest.protocol import Opcode
from surefoot.service.terminal.pods import kept_sentence
from tests.sensor_ingest.devices.movesenses import worn_movesense
from tests.sensor_ingest.stored import left
from tests.sensor_ingest.virtual import RUNNER, in_virtual_time, radio_of, standing

T = TypeVar("T")
MOVESENSE = "movesense-174630000192"


def ordered(tmp_path: Path, pod: str, *orders: bool, flash_bytes: int | None = 16 << 20) -> list[str]:
    """What is said after each order; the pods demand a bond, and nobody walks."""

    async def main() -> list[str]:
        async with Simulation(1, bonded_only=True, flash_bytes=flash_bytes) as simulation:
            owner, radio = left(await simulation.add_runner(RUNNER, standing(60.0))), radio_of(simulation)
            said = []
            for on in orders:
                given = await order_keeping(radio, Bonds(tmp_path), pod, on=on, find_timeout_s=5.0)
                assert given.is_keeping is on
                assert owner.firmware.making_packets is on
                said.append(kept_sentence(given))
            return said

    return in_virtual_time(main())


def test_a_pod_keeps_from_one_order_to_the_next(tmp_path: Path) -> None:
    assert ordered(tmp_path, "SIM010001", True, False) == [
        "Pod SIM010001 keeps what it samples; there is room for 143 min.",
        "Pod SIM010001 does not keep; there is room for 143 min.",
    ]


def test_the_tag_does_too(tmp_path: Path) -> None:
    assert len(ordered(tmp_path, "0001", True)) == 1


@pytest.mark.parametrize(
    ("pod", "flash_bytes", "reason"),
    [
        ("SIM019999", 16 << 20, "not in range, or switched off"),
        ("OTHER0001", 16 << 20, "pod SIM010001 answers in its place"),
        ("SIM010001", None, "it has no memory for runs"),
        ("SIM010001", 4 * 4096, "its memory is full; take it over first, with: surefoot sync"),
    ],
)
def test_what_cannot_be_is_said(tmp_path: Path, pod: str, flash_bytes: int | None, reason: str) -> None:
    with pytest.raises(PodRefusedError, match=reason):
        ordered(tmp_path, pod, True, flash_bytes=flash_bytes)


def ordered_of_others(tmp_path: Path, order: Callable[[RadioBackend, Bonds], Awaitable[T]]) -> tuple[T, int | None]:
    """What an order gives where a Movesense is in range; when its log began, µs since 1970."""

    async def main() -> tuple[T, int | None]:
        async with Simulation(1) as simulation:
            runner = await simulation.add_runner(RUNNER, standing(60.0))
            async with worn_movesense(simulation, runner, Foot.LEFT) as sensor:
                given = await order(radio_of(simulation), Bonds(tmp_path))
                return given, sensor.logbook.began[1] if sensor.logbook.began else None

    return in_virtual_time(main())


def test_a_movesense_logs_from_the_order_on_and_is_told_the_time(tmp_path: Path) -> None:
    async def order(radio: RadioBackend, bonds: Bonds) -> list[KeepingPod]:
        keep = partial(order_keeping, radio, bonds, MOVESENSE, on=True, utc_s=lambda: 1_790_000_000.0)
        return [await keep(), await keep()]

    given, began_us = ordered_of_others(tmp_path, order)
    assert began_us == pytest.approx(1_790_000_000_000_000, abs=1_000_000)
    assert {kept_sentence(each) for each in given} == {
        f"Pod {MOVESENSE} keeps what it samples until: surefoot sync. It does not tell how much room there is."
    }


async def refusal(order: Awaitable[object]) -> str:
    """Why an order is refused."""
    with pytest.raises(PodRefusedError) as refused:
        await order
    return refused.value.reason


@pytest.mark.parametrize(
    ("pod", "on", "reason"),
    [
        (MOVESENSE, False, "its log is ended and taken over with: surefoot sync"),
        ("movesense-1", True, "it is not in range, or switched off"),
        ("C0:B0:00:00:00:00", True, "a sensor of another maker takes no such orders; name it by its serial number"),
        ("polar-0A1B2C3D", True, "a Polar Verity Sense keeps no run; it is heard live only"),
    ],
)
def test_what_sensors_of_other_makers_cannot_keep_is_said(tmp_path: Path, pod: str, on: bool, reason: str) -> None:
    order = partial(order_keeping, pod=pod, on=on, find_timeout_s=5.0)
    assert ordered_of_others(tmp_path, lambda radio, bonds: refusal(order(radio, bonds))) == (reason, None)


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        ((Opcode.IDENTIFY,), "does not blink by order"),
        ((Opcode.SET_FOOT, 1), "keeps no foot; say it with --left or --right, or show it with: surefoot confirm"),
        ((Opcode.SET_RATE, 104), "surefoot sets the rate of other makers' sensors when a run begins"),
        ((Opcode.SET_RANGE, 16, 2000), "is set by surefoot when a run begins, or by the maker's app"),
    ],
)
def test_what_other_makers_sensors_are_not_told_is_said(
    tmp_path: Path, order: tuple[Opcode, *tuple[int, ...]], reason: str
) -> None:
    said, _ = ordered_of_others(tmp_path, lambda radio, bonds: refusal(order_pod(radio, bonds, MOVESENSE, *order)))
    assert reason in said
