"""A pod starts and stops keeping by order of its owner, or one sentence says why not."""

from __future__ import annotations

from pathlib import Path

import pytest

from surefoot.firmware_sim.simulation import Simulation
from surefoot.sensor_ingest.ble.bonds import Bonds
from surefoot.sensor_ingest.ble.errors import PodRefusedError
from surefoot.sensor_ingest.ble.keeping_orders import order_keeping
from surefoot.sensor_ingest.pod_store.store_protocol import StoreState
from surefoot.service.terminal.pods import kept_sentence
from tests.sensor_ingest.stored import left
from tests.sensor_ingest.virtual import RUNNER, in_virtual_time, radio_of, standing


def ordered(tmp_path: Path, pod: str, *orders: bool, flash_bytes: int | None = 16 << 20) -> list[str]:
    """What is said after each order; the pods demand a bond, and nobody walks."""

    async def main() -> list[str]:
        async with Simulation(1, bonded_only=True, flash_bytes=flash_bytes) as simulation:
            owner, radio = left(await simulation.add_runner(RUNNER, standing(60.0))), radio_of(simulation)
            said = []
            for on in orders:
                given = await order_keeping(radio, Bonds(tmp_path), pod, on=on, find_timeout_s=5.0)
                assert (given.info.state is StoreState.KEEPING) is on
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
